"""The faults of the store, but for power cuts: each is struck in a room, by chance, and says where it struck."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from studio.store import lock
from tests.crash.store_damage import (
    DAMAGES,
    INSIDE,
    KINDS,
    Target,
    can_be,
    outside_of,
    piece_in,
    targets,
    unproved_without,
)
from tests.crash.store_disks import DOOR, NEEDS_ROOM, Barred, Full, Mortal, Waiting
from tests.crash.store_hands import dying_engine
from tests.crash.store_room import Room, Running, Way, judged
from tests.crash.trial import Trial

Fault = Callable[[Room, random.Random], Trial]
"""Strikes in an empty room, lets the command go on, and judges."""


def _dies(room: Room, at: int, *, inside: bool = False) -> str:
    ending = room.run(Way(Mortal(at, inside=inside), session_id=room.named))
    room.expect(ending, "killed", "done")
    # A resumed run has fewer operations than a whole one, and may come to its end first.
    return f"{'inside' if inside else 'before'} operation {at}{'' if ending.how == 'killed' else ' (not reached)'}"


def _any(room: Room, rng: random.Random) -> int:
    return rng.randrange(len(room.undisturbed.operations))


def _any_with_session(room: Room, rng: random.Random) -> int:
    """Return an operation before which the session has its folder."""
    return rng.randrange(room.undisturbed.born, len(room.undisturbed.operations))


def dies(room: Room, rng: random.Random, at: int | None = None) -> Trial:
    """The process ends before an operation."""
    return judged(room, "dies at an operation", _dies(room, _any(room, rng) if at is None else at))


def dies_inside(room: Room, rng: random.Random, at: int | None = None) -> Trial:
    """The process ends half way through a write."""
    writes = [n for n, name in enumerate(room.undisturbed.operations) if name in ("write", "copy")]
    return judged(room, "dies inside a write", _dies(room, rng.choice(writes) if at is None else at, inside=True))


def engine_dies(room: Room, rng: random.Random, at: int | None = None) -> Trial:
    """The process ends while an engine writes: half of its file is there, under a hidden name."""
    at = rng.randrange(room.undisturbed.engine_calls) if at is None else at
    room.expect(room.run(Way(touch=dying_engine(at))), "killed")
    return judged(room, "dies while an engine writes", f"in engine call {at}")


def dies_twice(room: Room, rng: random.Random) -> Trial:
    """The process ends, and so does the next one, at an operation of its own."""
    first = _dies(room, _any(room, rng))
    return judged(room, "dies twice", f"{first}, then {_dies(room, _any(room, rng) // rng.choice((1, 4)))}")


def dies_resuming(room: Room, rng: random.Random) -> Trial:
    """A session with debris is opened, and the process ends early in that, again and again."""
    if rng.random() < 0.5:
        what = _dies(room, _any_with_session(room, rng), inside=True)
    else:
        at = rng.randrange(3, room.undisturbed.engine_calls)
        what = f"in engine call {at}"
        room.run(Way(touch=dying_engine(at)))
    for _ in range(rng.randint(1, 3)):
        what += f", then {_dies(room, rng.randrange(40))}"
    return judged(room, "dies while resuming", what)


def disk_full(room: Room, rng: random.Random, at: int | None = None) -> Trial:
    """From some operation on there is no room on the disk, until the run has ended."""
    needy = sum(name in NEEDS_ROOM for name in room.undisturbed.operations)
    at = rng.randrange(needy) if at is None else at
    disk = Full(at)
    room.expect(room.run(Way(disk, disk.touch)), "DiskFull")
    return judged(room, "disk full", f"from operation {at} on that needs room")


def not_writable(room: Room, rng: random.Random) -> Trial:
    """The session's folder, or one in it, may not be written during one run."""
    what = _dies(room, _any_with_session(room, rng)) if rng.random() < 0.7 else ""
    folder = room.folder if what else room.lay_finished()
    assert folder is not None, what
    barred = rng.choice((folder, folder / "images", folder / "videos", folder / "receipts", folder.parent))
    number = rng.choice((errno.EACCES, errno.EROFS))
    disk = Barred(barred, number)
    room.held = room.all_held()
    room.expect(room.run(Way(disk, disk.touch, session_id=room.named)), "BadInput", "done")
    where = barred.relative_to(room.output)
    return judged(
        room, "folder may not be written", f"{what or 'finished film'}, then {where}: {errno.errorcode[number]}"
    )


def clock_back(room: Room, rng: random.Random) -> Trial:
    """The run dies, and the next one begins an hour earlier."""
    return judged(room, "clock an hour back", _dies(room, _any(room, rng)), late=True)


def moved(room: Room, rng: random.Random) -> Trial:
    """A half-made session is moved to another output folder, and goes on there."""
    what = _dies(room, _any_with_session(room, rng))
    elsewhere = room.base / "elsewhere" / "films"
    elsewhere.mkdir(parents=True)
    room.held = room.all_held()
    shutil.move(room.output / "sessions", elsewhere / "sessions")
    room.output = elsewhere
    room.session_id = rng.choice((room.undisturbed.session_id, None))
    return judged(room, "moved half way", what)


def copied(room: Room, rng: random.Random) -> Trial:
    """A half-made session is copied to another output folder, with or without times, and the copy goes on."""
    what = _dies(room, _any_with_session(room, rng))
    folder, elsewhere = room.folder, room.base / "elsewhere"
    assert folder is not None, what
    with_times = rng.random() < 0.5
    shutil.copytree(
        folder,
        elsewhere / "sessions" / folder.name,
        symlinks=True,
        copy_function=shutil.copy2 if with_times else shutil.copyfile,
    )
    room.held, before, first = room.all_held(), _bytes_in(room.output), room.output
    room.output, room.session_id = elsewhere, rng.choice((folder.name, None))
    trial = judged(room, "copied half way", f"{what}, times {'kept' if with_times else 'new'}")
    return trial if before == _bytes_in(first) else _red(trial, "the session that was copied is not as it was")


def _bytes_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _red(trial: Trial, why: str) -> Trial:
    return Trial(**{**vars(trial), "wrong": (*trial.wrong, why)})


class Held:
    """A run that waits before one of its operations, until it may go on."""

    def __init__(self, room: Room, at: int) -> None:
        self._here, says = os.pipe()
        waits, self._go = os.pipe()
        self.running: Running = room.start(Way(Waiting(at, says, waits)))
        os.close(says)
        os.close(waits)
        # Its end closes the pipe as well.
        self.waits = os.read(self._here, 1) == b"."
        os.close(self._here)

    def go(self) -> None:
        """Let it go on; nothing happens where it has ended."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._go, b".")
        os.close(self._go)


def two_owners(room: Room, rng: random.Random, at: int | None = None) -> Trial:
    """While one process works, another one runs the same command; then the first is killed, and the second goes on."""
    at = _any(room, rng) if at is None else at
    first = Held(room, at)
    mine, before = room.folder, _bytes_in(room.output)
    locked, named = mine is not None and lock.is_locked(mine), rng.random() < 0.5
    other = room.run(Way(session_id=mine.name if mine and named else None))
    room.expect(other, "SessionLocked" if locked and named else "done")
    if locked or mine is None:
        room.others.add(1)
        room.own = mine.name if mine is not None else ""
        now = _bytes_in(room.output)
        room.wrong += [f"{path}: touched by another run" for path in before if now.get(path) != before[path]]
    os.kill(first.running.pid, signal.SIGKILL)
    first.go()
    room.expect(first.running.wait(), "killed")
    films = 2 if locked and not named else 1
    return judged(room, "two owners", f"before operation {at}{', by name' if named else ''}", films=films)


def race(room: Room, rng: random.Random, first_at: int | None = None, second_at: int | None = None) -> Trial:
    """Two processes begin at the same moment from nothing; now one of them is ahead, now the other."""
    places = [DOOR] * 5 + list(range(2 * room.undisturbed.born))
    first_at = rng.choice(places) if first_at is None else first_at
    second_at = rng.choice([*places, *range(40, 80)]) if second_at is None else second_at
    both = [Held(room, first_at), Held(room, second_at)]
    rng.shuffle(both)
    in_turn = rng.random() < 0.5
    for each in both:
        each.go()
        if in_turn:
            room.expect(each.running.wait(), "done")
    for each in () if in_turn else both:
        room.expect(each.running.wait(), "done")
    films = len(room.sessions())
    if films == 1 and {work.stage for work in room.works(0, 1)} & {work.stage for work in room.works(1, 2)}:
        room.wrong.append("both worked on one session")
    places_said = " and ".join("its lock" if at == DOOR else f"operation {at}" for at in (first_at, second_at))
    what = f"before {places_said}, {'one after the other' if in_turn else 'together'}"
    return judged(room, "two begin at once", what, films=min(films, 2))


def damaged(room: Room, rng: random.Random, kind: str | None = None, damage: str | None = None) -> Trial:
    """A file of a finished film is damaged."""
    folder = room.lay_finished()
    return _damaged(room, rng, "finished film", folder, kind, damage)


def damaged_half_way(room: Room, rng: random.Random, kind: str | None = None, damage: str | None = None) -> Trial:
    """A file of a half-made film is damaged."""
    what = _dies(room, _any_with_session(room, rng))
    folder = room.folder
    assert folder is not None, what
    return _damaged(room, rng, what, folder, kind, damage)


def _damaged(room: Room, rng: random.Random, what: str, folder: Path, kind: str | None, damage: str | None) -> Trial:
    damage = damage or rng.choice(list(DAMAGES))
    there = [each for each in targets(folder) if can_be(damage or "", folder / each.name)]
    kind = kind or rng.choice(sorted({each.kind for each in there}))
    target: Target = rng.choice([each for each in there if each.kind == kind] or there)
    path = folder / target.name
    room.held = room.all_held()
    piece = piece_in(folder, target.name)
    room.unproved = unproved_without(folder, target.name)
    content = path.read_bytes()
    DAMAGES[damage](path, rng)
    if path.name.startswith("."):
        room.destroyed = room.held - room.all_held()
    elif piece is not None:
        room.destroyed = {piece}
    if damage == "one bit flipped" and target.kind.startswith("plan "):
        room.may_be_edited = target.name
    outside = outside_of(path)
    beside = outside.read_bytes() if outside.exists() else None
    half = "" if what == "finished film" else " of half a film"
    bit = _bit(content, path) if damage == "one bit flipped" else ""
    trial = judged(room, f"a file{half}: {damage}", f"{what}, {target.name}{bit}")
    if (outside.read_bytes() if outside.exists() else None) != beside:
        trial = _red(trial, "the file outside was touched")
    if damage == "a folder in its place" and not any(
        each.read_bytes() == INSIDE for each in room.output.rglob("kept.txt")
    ):
        trial = _red(trial, "what lay in the folder is gone")
    return trial


def _bit(before: bytes, path: Path) -> str:
    now = path.read_bytes()
    place = next(n for n, (old, new) in enumerate(zip(before, now, strict=True)) if old != new)
    return f", bit {(before[place] ^ now[place]).bit_length() - 1} of byte {place}"


FAULTS: dict[str, Fault] = {
    "dies at an operation": dies,
    "dies inside a write": dies_inside,
    "dies while an engine writes": engine_dies,
    "dies twice": dies_twice,
    "dies while resuming": dies_resuming,
    "disk full": disk_full,
    "folder may not be written": not_writable,
    "clock an hour back": clock_back,
    "two owners": two_owners,
    "two begin at once": race,
    "moved half way": moved,
    "copied half way": copied,
    "a file": damaged,
    "a file of half a film": damaged_half_way,
}
"""Every fault of the store but power cuts."""

__all__ = ["DAMAGES", "FAULTS", "KINDS", "Fault"]
