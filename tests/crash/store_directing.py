"""Faults of the store while a film is directed, and of what only a directed film has: its journal, takes, own files."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from studio.directing.director import undo
from studio.directing.edits import RedoStage
from studio.directing.takes import takes_of
from studio.errors import BadInput
from studio.fs import checksums, files
from studio.fs.disk_operations import Disk
from studio.store.journal import history, read_journal
from studio.store.receipts import read_receipt
from tests.crash import film, judge
from tests.crash.crew import crew, remembered_cut
from tests.crash.store_damage import DAMAGES, can_be, flipped
from tests.crash.store_disks import Counted, Mortal
from tests.crash.store_reference import Reference, asking, reference, scratch_root
from tests.crash.store_room import Room, Way, differing
from tests.crash.trial import Trial, pooled
from tests.crash.verbs import NOW, UNDOING, Material, Verb, directed, shots_of, texts_of, verbs

KINDS: dict[str, str] = {
    "journal entry": "journal/*.json",
    "a person's file": "material/*",
    "take of a picture": "takes/images/*.png",
    "receipt of a take": "takes/images/*.json",
    "take of a clip": "takes/videos/*.mp4",
    "take of a line": "takes/narration/*.wav",
}
"""Kinds of files that only a directed film has, and where they lie."""
PLACED = {"videos/shot_002.mov": "clip", "narration/shot_001.mp3": "recording"}
"""Where a person puts a file, and which of `Material`."""


@dataclass(frozen=True)
class Directed:
    """A directed film: the undisturbed run of it, a person's files, and every verb."""

    undisturbed: Reference
    material: Material
    verbs: dict[str, Verb]

    @property
    def folder(self) -> Path:
        """The session."""
        return self.undisturbed.output / "sessions" / self.undisturbed.session_id


@contextmanager
def directed_reference(undisturbed: Reference) -> Iterator[Directed]:
    """Lend the film of the undisturbed run, directed: whatever is forked while the block runs knows its pieces."""
    with tempfile.TemporaryDirectory(prefix="directed-", dir=scratch_root()) as scratch, asking(), remembered_cut():
        output, material = Path(scratch) / "output", Material(Path(scratch) / "mine")
        shutil.copytree(undisturbed.output, output)
        folder = output / "sessions" / undisturbed.session_id
        directed(folder, material, lambda: film.make(output, crew(), folder.name))
        yield Directed(replace(undisturbed, output=output, made=judge.made(folder)), material, verbs(material))


def in_child(act: Callable[[], object], said: Path) -> str:
    """Do something in a process of its own; return 'killed', 'done', or how it failed."""
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        return "killed" if os.WIFSIGNALED(status) else said.read_text("utf-8")
    words = "done"
    try:
        act()
    except BaseException:
        words = traceback.format_exc()
    finally:
        said.write_text(words, "utf-8")
        os._exit(0)


def through(disk: Disk, verb: Verb, folder: Path) -> None:
    """Direct the session on this disk."""
    checksums._known.clear()
    with files.through(disk):
        verb(folder)


def _beside(room: Room, of: Directed) -> Path:
    """Lay the directed film in a room beside this one, and return its session."""
    (room.base / "beside").mkdir()
    return Room(room.base / "beside", of.undisturbed).lay_finished()


def _finish(folder: Path) -> None:
    """Make the film, in this process: what is forked from it knows what was rendered."""
    checksums._known.clear()
    with remembered_cut():
        film.make(folder.parent.parent, crew(), folder.name)


def dies_directing(room: Room, rng: random.Random, of: Directed, words: str = "") -> Trial:
    """A command that directs ends before one of its operations; it is given again, before or after a run."""
    words = words or rng.choice(list(of.verbs))
    verb, said = of.verbs[words], room.base / "said"
    folder = room.lay_finished()
    before, listed, held = texts_of(folder), listed_takes(folder), room.all_held()
    # What the command comes to if nothing happens, in a room beside.
    twin, disk = _beside(room, of), Counted()
    through(disk, verb, twin)
    after = texts_of(twin)
    _finish(twin)
    at, inside = rng.randrange(len(disk.names)), rng.random() < 0.3
    end = in_child(lambda: through(Mortal(at, inside=inside), verb, folder), said)
    what = f"{words}, {'inside' if inside else 'before'} operation {at}"
    wrong = [] if end == "killed" else [end]
    run_first = words in UNDOING or rng.random() < 0.5
    if run_first:
        room.expect(room.run(), "done")
        if texts_of(folder) not in (before, after) and words != "undo three":
            wrong.append("the change is made in part")
    for _ in range(3):
        if texts_of(folder) == after:
            break
        again = in_child(lambda: verb_again(words, verb, folder), said)
        wrong += [] if again == "done" else [again]
    room.expect(room.run(), "done")
    wrong += [f"take gone: {take}" for take in listed if take[1] not in _bytes_of(folder)]
    what += ", then a run" if run_first else ", then given again"
    return _told(room, "dies while directing", what, wrong, held, judge.made(twin))


def verb_again(words: str, verb: Verb, folder: Path) -> None:
    """Give a command again: of several undos those that are left."""
    checksums._known.clear()
    if words == "undo three":
        undo(folder, 1, NOW, lambda line: None)
    else:
        verb(folder)


def dies_taking_in(room: Room, rng: random.Random, of: Directed) -> Trial:
    """A person puts a file in a place, and the run that takes it in ends before one of its operations."""
    place = rng.choice(list(PLACED))
    source = getattr(of.material, PLACED[place]).path
    twin, disk = _beside(room, of), Counted()
    shutil.copyfile(source, twin / place)
    with files.through(disk):
        _finish(twin)
    wrong: list[str] = []
    folder = room.lay_finished()
    shutil.copyfile(source, folder / place)
    held = room.all_held()
    at, inside = rng.randrange(len(disk.names)), rng.random() < 0.3
    # A cut that is remembered writes fewer files: the run may come to its end first.
    room.expect(room.run(Way(Mortal(at, inside=inside), session_id=folder.name)), "killed", "done")
    held |= room.all_held()
    room.expect(room.run(), "done")
    begun = [(work.stage, work.index) for work in room.works(1, 2)]
    wrong += [f"made twice: {each}" for each in sorted(set(begun)) if begun.count(each) > 1]
    if hashlib.sha256(source.read_bytes()).hexdigest() not in _bytes_of(folder):
        wrong.append("the person's file is gone")
    what = f"{place}, {'inside' if inside else 'before'} operation {at}"
    return _told(room, "dies while a person's file is taken in", what, wrong, held, judge.made(twin))


def _told(room: Room, fault: str, what: str, wrong: list[str], held: set[judge.Piece], made: dict[str, str]) -> Trial:
    """Run once more, which must make nothing, and judge."""
    folder, runs = room.folder, room.runs
    assert folder is not None
    known = room.all_held()
    room.expect(room.run(), "done")
    idle = [f"made by a second run: {work.stage} {work.index}" for work in room.works(runs, room.runs)]
    gone = sorted(f"{stage} {mark[:8]}" for stage, mark in held - known)
    return Trial(
        fault,
        what,
        not any(each.startswith("ended with") for each in room.wrong),
        room.runs,
        lost=tuple(gone),
        wrong=(*room.wrong, *wrong, *idle, *judge.faults(folder), *differing(made, judge.made(folder))),
    )


def listed_takes(folder: Path) -> set[tuple[str, str]]:
    """Return every take that the session lists, as (shot's id, SHA-256)."""
    shots = shots_of(folder)
    stages: tuple[RedoStage, ...] = ("image", "video", "narration")
    found = {
        (shot.id, take.receipt.sha256)
        for shot in shots
        for stage in stages
        for take in takes_of(folder, shots, stage, shot.index)
    }
    return found | {("", take.receipt.sha256) for take in takes_of(folder, shots, "score")}


def _bytes_of(folder: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if files.is_file(path)}


# --- damage -----------------------------------------------------------------------------------------


def directed_targets(folder: Path, kind: str) -> list[Path]:
    """Return the files of a kind, of `KINDS`, in a session."""
    return sorted(path for path in folder.glob(KINDS[kind]) if files.is_file(path))


def damaged_directed(
    room: Room, rng: random.Random, of: Directed, kind: str | None = None, damage: str | None = None
) -> Trial:
    """A file that only a directed film has is damaged: nothing is made for it, and only what it held is not there."""
    kind, damage = kind or rng.choice(list(KINDS)), damage or rng.choice(list(DAMAGES))
    folder = room.lay_finished()
    path = rng.choice([each for each in directed_targets(folder, kind) if can_be(damage, each)])
    name = path.relative_to(folder).as_posix()
    listed, states, known = listed_takes(folder), _states(folder), read_journal(folder)
    receipt = read_receipt(path.with_suffix(".json")) if path.parent.parent.name == "takes" else None
    DAMAGES[damage](path, rng)
    room.expect(room.run(), "done")
    wrong = [f"made: {work.stage} {work.index}" for work in room.works(0, room.runs)]
    now = listed_takes(folder)
    # The same bytes may lie in a place, or be an own file of the same name.
    lost = {each for each in listed - now if receipt is None or each[1] != receipt.sha256}
    wrong += [f"take is not offered: {take[1][:8]} of {take[0]}" for take in lost]
    wrong += [f"a damaged take is offered: {take[1][:8]}" for take in now if take[1] not in _bytes_of(folder)]
    wrong += [each for each in judge.faults(folder) if path.stem not in each]
    wrong += [each for each in differing(of.undisturbed.made, judge.made(folder)) if not each.startswith(name)]
    if kind == "journal entry":
        number = int(path.stem)
        wrong += list(_undone(folder, states, [each.number for each in known if each.number > number]))
    return Trial(f"a file of a directed film: {damage}", name, not room.wrong, 1, wrong=(*room.wrong, *wrong))


def _states(folder: Path) -> list[tuple[str, str]]:
    """Return the plans as they are, and as each undo makes them."""
    story, shots = (each.decode() for each in texts_of(folder))
    texts, found = {"story": story, "shots": shots}, [(story, shots)]
    for entry in reversed(history(read_journal(folder)).done):
        for change in entry.changes:
            texts[change.plan] = change.reversed().applied(texts[change.plan])
        found.append((texts["story"], texts["shots"]))
    return found


def _undone(folder: Path, states: list[tuple[str, str]], whole: list[int]) -> Iterator[str]:
    """Undo what can be undone after the damaged entry, and yield what is not as it was."""
    for state in states[1 : len(whole) + 1]:
        undo(folder, 1, NOW, lambda line: None)
        if tuple(each.decode() for each in texts_of(folder)) != state:
            yield "an undo gave another plan"
    try:
        undo(folder, 1, NOW, lambda line: None)
        yield "an undo went beyond the damaged entry"
    except BadInput:
        if tuple(each.decode() for each in texts_of(folder)) != states[len(whole)]:
            yield "a refused undo changed the plan"


OWN = {3: "videos/shot_003.mp4", 4: "narration/shot_004.wav"}
"""What is made of a person's files in a directed film, by shot."""


def damaged_own_file(room: Room, rng: random.Random, of: Directed) -> Trial:
    """A person's file and what was made of it are damaged: one line says so; given again, all is as it was."""
    number = rng.choice(list(OWN))
    folder = room.lay_finished()
    mine = of.material.clip if number == 3 else of.material.recording
    kept, piece = next(folder.glob(f"material/{mine.sha256[:16]}*")), folder / OWN[number]
    flipped(kept, rng)
    for path in (piece, *folder.glob(f"takes/{piece.parent.name}/*{checksums.sha256_of(piece)[:16]}{piece.suffix}")):
        flipped(path, rng) if path == piece or path.stat().st_ino != piece.stat().st_ino else None
    ending = room.run()
    room.expect(ending, "TakeGone")
    wrong = [] if f"of shot {number}" in ending.words and "\n" not in ending.words.strip() else [ending.words]
    made = [
        f"{work.stage} {work.index}" for work in room.works(0, 1) if (work.stage, work.index) != _place(OWN[number])
    ]
    shutil.copyfile(mine.path, kept)
    room.expect(room.run(), "done")
    return _told(
        room,
        "a person's file and its piece",
        f"{OWN[number]}, one bit flipped in each",
        [*wrong, *(f"made: {each}" for each in made)],
        set(),
        of.undisturbed.made,
    )


def _place(path: str) -> tuple[str, int]:
    stage, _, name = path.partition("/")
    return stage, int(name[5:8])


Strike = Callable[[Room, random.Random], Trial]


def cases(n: int, seed: int, of: Directed) -> list[Strike]:
    """Return the first `n` strikes that the seed draws: every verb dies, every kind of file is damaged in every way."""
    rng = random.Random(f"directing {seed}")
    damaging: list[Strike] = [
        partial(damaged_directed, of=of, kind=kind, damage=damage) for kind in KINDS for damage in DAMAGES
    ]
    dying: list[Strike] = [partial(dies_directing, of=of, words=words) for words in of.verbs]
    others: list[Strike] = [partial(dies_taking_in, of=of), partial(damaged_own_file, of=of)]
    for each in (damaging, dying):
        rng.shuffle(each)
    # In turns, so that a small sample has every fault; then by chance, a verb's death most often.
    found = [strike for turn in zip_longest(dying, damaging, others) for strike in turn if strike is not None]
    while len(found) < n:
        found.append(rng.choice((*dying, *dying, *others * 5, *damaging)))
    return found[:n]


def run_directed(n: int, seed: int, jobs: int = 1) -> Iterator[Trial]:
    """Yield `n` trials of a directed film, each in a room of its own."""
    with (
        reference() as plain,
        directed_reference(plain) as of,
        tempfile.TemporaryDirectory(prefix="directing-", dir=scratch_root()) as scratch,
    ):

        def attempt(number: int, strike: Strike) -> Trial:
            (base := Path(scratch) / str(number)).mkdir()
            try:
                return strike(Room(base, of.undisturbed), random.Random(f"{seed}/{number}"))
            finally:
                shutil.rmtree(base)

        yield from pooled(cases(n, seed, of), attempt, jobs)
