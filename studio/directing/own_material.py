"""Bring a person's own files into a film: given to a command, or put into the session by hand.

A file is kept as it is in `material/`, a picture among the takes, and the plan names it; what the film needs of it is
made by the next run (`studio/production/own_material.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Literal

from studio.audio.listening import heard
from studio.audio.word_times import timed_words
from studio.directing.director import changed_texts, own_brief, read_plan
from studio.directing.edits import Edit, Plan, all_of, use_clip, use_music, use_picture, use_title_card, use_voice
from studio.errors import BadInput
from studio.fs import checksums, files, safe_open
from studio.model.film import SceneGraph, Source
from studio.model.fingerprint import fingerprint
from studio.model.pieces import Order
from studio.store.folder_store import FolderStore
from studio.store.journal import BY_HAND, Journal, Texts
from studio.store.material import find_file, keep_material
from studio.store.own_files import PlacedFile, placed_files
from studio.store.session_store import SessionStore
from studio.text.display import printable
from studio.video.foreign import Media, media_of, torn
from studio.video.planes import open_picture

REFERENCE_PX = 2_048
"""Longest side of a reference picture, in pixels: as much as vendors' models look at, and in a few megabytes."""


@dataclass(frozen=True)
class OwnFile:
    """A person's file that shall become part of a film: where it is, its SHA-256 and what it holds."""

    path: Path
    sha256: str
    media: Media

    @property
    def name(self) -> str:
        """What it is called, for a person."""
        return printable(self.path.name)[:200]

    def source(self, start: float = 0.0, end: float | None = None, *, sound: bool = False) -> Source:
        """Return the part of it that is used, as a plan names it.

        Raises:
            BadInput: the part is not within the file.
        """
        length = self.media.seconds
        last = length if end is None else end
        if not 0 <= start < last or last > length + 0.05:
            raise BadInput(f"{self.name!r} is {length:.2f} s long: name a part of that, for example --in 0.5 --out 4")
        return Source(sha256=self.sha256, start=start, end=end, sound=sound, name=self.name)


def own_file(path: Path) -> OwnFile:
    """Return a file that a person names, checked whole.

    Raises:
        BadInput: it cannot be read, or holds nothing that can be used.
    """
    real = path.expanduser()
    try:
        with safe_open.opened(real, follow=True):
            real = real.resolve()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInput(f"cannot read {printable(str(path))!r} ({reason}): check the name") from error
    media = media_of(real)
    if wrong := torn(real):
        raise BadInput(f"{printable(path.name)!r} is not whole, {wrong}: export it again")
    return OwnFile(real, checksums.sha256_of(real), media)


def keep(file: OwnFile) -> Callable[[FolderStore], None]:
    """Return the function that copies the file into an open session: before a plan names it."""

    def into(store: FolderStore) -> None:
        if keep_material(store.folder, file.path) != file.sha256:
            raise BadInput(f"{file.name!r} was changed while it was read: try again once it is whole")

    return into


def keep_picture(file: OwnFile, number: int) -> Callable[[SessionStore], None]:
    """Return the function that keeps the file as a take of the shot's picture in an open session."""

    def into(store: SessionStore) -> None:
        if find_file(store.folder, file.sha256) is not None and store.pieces.has_take("images", file.sha256):
            return
        shot = read_plan(store.folder, store.brief).shots[number - 1]
        order = Order(store.id, "images", number, fingerprint(by_hand=file.sha256), shot=shot.id)
        with store.pieces.hidden_path(order) as out:
            files.copy(file.path, out)
            store.pieces.keep_given(order, out)

    return into


def reference_picture(file: OwnFile, scratch: Path) -> OwnFile:
    """Return the picture as painters are shown it: a PNG, upright, RGB, of at most `REFERENCE_PX` a side.

    Args:
        scratch: a folder in which it is written.
    """
    if file.media.kind != "picture":
        raise BadInput(f"{file.name!r} is a {file.media.kind}: a reference is a picture")
    path = scratch / "reference.png"
    picture = open_picture(file.path)
    picture.thumbnail((REFERENCE_PX, REFERENCE_PX))
    picture.save(path, "PNG")
    return OwnFile(path, checksums.sha256_of(path), file.media)


def node_named(graph: SceneGraph, kind: Literal["place", "prop"], name: str) -> str:
    """Return the id of the place or prop that a person names.

    Raises:
        BadInput: there is none of that name.
    """
    there = [node for node in graph.nodes if node.kind == kind]
    for node in there:
        if name.strip().casefold() in (node.name.strip().casefold(), node.id):
            return node.id
    names = ", ".join(repr(printable(node.name)[:60]) for node in there[:8])
    known = f"there are {names}" if names else "there is none"
    raise BadInput(f"there is no {kind} {printable(name)[:60]!r} in scene_graph.json: {known}")


def spoken_words(file: OwnFile) -> str:
    """Return what an English recording says.

    Raises:
        BadInput: words cannot be recognised here: the extra for that is not installed.
    """
    return " ".join(word.text for word in heard(file.path))


def voice_over(file: OwnFile, plan: Plan, language: str) -> Edit:
    """Return the change that lays one recording of all lines over the film: each shot gets the part with its line.

    The shots' lines say what is in the recording, in order; where no shot has a line, words are recognised, and each
    shot gets those that are said in its share of the time.

    Raises:
        BadInput: nobody knows the words.
    """
    texts = [" ".join(shot.narration.split()) for shot in plan.shots]
    if any(texts):
        words = timed_words(" ".join(filter(None, texts)), file.path, language=language)
    else:
        words = heard(file.path)
        texts = _shared([word.text for word in words], [shot.frames for shot in plan.shots])
    counts = [len(text.split()) for text in texts]
    if not words or sum(counts) != len(words):
        raise BadInput(f"no words were found in {file.name!r}: record it again, or give each shot its own recording")
    edits: list[Edit] = []
    first = 0.0
    for shot, text, count, end in zip(plan.shots, texts, counts, accumulate(counts), strict=True):
        if not count:
            continue
        # A part ends in the middle of the pause between two lines.
        last = file.media.seconds if end == len(words) else (words[end - 1].end + words[end].start) / 2
        edits.append(use_voice(file.source(round(first, 3), round(last, 3)), shot.index, text))
        first = last
    return all_of(edits)


def _shared(words: list[str], frames: list[int]) -> list[str]:
    """Return the words of each shot: shared out by the shots' lengths, in order."""
    total, shared, given = sum(frames), [], 0
    for until in accumulate(frames):
        last = round(len(words) * until / total)
        shared.append(" ".join(words[given:last]))
        given = last
    return shared


# --- files that were put into the session by hand -------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """What the files that a person put into a session change.

    Attributes:
        texts: the texts that its plans get; {} if there is nothing to change.
        notes: what a person should know, one line each.
        pictures: the SHA-256 of pictures that the session has not had.
    """

    texts: Texts
    notes: tuple[str, ...]
    pictures: tuple[str, ...]


def placed_in(folder: Path) -> Placed:
    """Return what the files that a person put into a session will change; nothing is changed."""
    plan = read_plan(folder, own_brief(folder))
    used, notes = _used(list(placed_files(folder)), plan)
    texts = changed_texts(plan, all_of([_edit_of(*each) for each in used])(plan))
    return Placed(texts, notes, tuple(file.sha256 for placed, file in used if placed.kind == "images"))


def take_in(store: SessionStore, now: str, tell: Callable[[str], None]) -> None:
    """Use the files that a person put into an open session by hand: keep them in `material/`, name them in the plan.

    Does nothing before the shots are planned. The file is taken out of its place last: after a crash before that, it is
    taken in again, and nothing is lost.
    """
    if not files.is_file(store.folder / "shots.json") or not (placed := list(placed_files(store.folder))):
        return
    plan = read_plan(store.folder, store.brief)
    used, notes = _used(placed, plan)
    placed = [each for each in placed if not each.wrong]
    pictures = {each.path: keep_picture(file, each.index) for each, file in used if each.kind == "images"}
    found = {each.path: file.sha256 for each, file in used}
    for each in placed:
        if (keep_it := pictures.get(each.path)) is not None:
            keep_it(store)
        else:
            kept = keep_material(store.folder, each.path)
            if found.setdefault(each.path, kept) != kept:
                raise BadInput(f"{each.path.name!r} was changed while it was read: go on once it is whole")
    if used:
        texts = changed_texts(plan, all_of([_edit_of(*each) for each in used])(plan))
        journal = Journal(store, now)
        if texts:
            names = ", ".join(_name(store.folder, each) for each in placed)
            journal.record(BY_HAND, f"{names} put there by hand", texts)
    for line in notes:
        tell(line)
    for each in placed:
        # Another file may have been put there since: the next run takes that in.
        if files.is_file(each.path) and checksums.sha256_of(each.path) == found[each.path]:
            files.remove_durably(each.path)


def _used(placed: list[PlacedFile], plan: Plan) -> tuple[list[tuple[PlacedFile, OwnFile]], tuple[str, ...]]:
    """Return the files that can be used, and a note for each."""
    used: list[tuple[PlacedFile, OwnFile]] = []
    notes: list[str] = []
    for each in placed:
        if each.wrong:
            notes.append(f"{each.path.name} is not used: it {each.wrong}")
            continue
        if each.index > len(plan.shots):
            notes.append(f"{each.path.name}: there is no shot {each.index}; the file is kept in material/")
            continue
        file = OwnFile(each.path, checksums.sha256_of(each.path), media_of(each.path))
        if each.kind == "images" and file.media.kind != "picture":
            notes.append(f"images/{file.name} holds a {file.media.kind}, not a picture; the file is kept in material/")
            continue
        used.append((each, file))
        notes.append(_note(each, file, plan))
    return used, tuple(notes)


def _edit_of(placed: PlacedFile, file: OwnFile) -> Edit:
    source = Source(sha256=file.sha256, name=file.name)
    match placed.kind:
        case "images":
            return use_picture(file.sha256, placed.index)
        case "videos":
            return use_clip(source, placed.index)
        case "narration":
            return use_voice(source, placed.index)
        case "score":
            return use_music(source)
        case "title_card":
            return use_title_card(source)


def _note(placed: PlacedFile, file: OwnFile, plan: Plan) -> str:
    if placed.kind == "images":
        return f"shot {placed.index}: the picture put there by hand is used ({file.name})"
    if placed.kind == "videos":
        return f"shot {placed.index}: the clip put there by hand is used, {fitted(file, plan, placed.index)}"
    if placed.kind == "narration":
        return f"shot {placed.index}: the recording put there by hand is used ({file.media.seconds:.1f} s)"
    return f"the {'music' if placed.kind == 'score' else 'title'} put there by hand is used ({file.name})"


def fitted(file: OwnFile, plan: Plan, number: int, start: float = 0.0, end: float | None = None) -> str:
    """Return in words how a clip, or a part of it, is fitted to its shot: 'trimmed from 12.3 to 4.8 s'."""
    seconds = plan.shots[number - 1].frames / plan.fps
    length = (file.media.seconds if end is None else end) - start
    if file.media.kind == "picture" or abs(length - seconds) < 1 / plan.fps:
        return "as it is"
    if length > seconds:
        return f"trimmed from {length:.1f} to {seconds:.1f} s"
    return f"{length:.1f} s, its last frame held for {seconds - length:.1f} s more"


def _name(folder: Path, placed: PlacedFile) -> str:
    return placed.path.relative_to(folder).as_posix()
