"""Everything that a person can direct, as commands on a film of five shots that was directed before (`directed`).

Each gives the same change again on the same film. A change that has a run of its own is made once, however often that
run asks: so a command that died can be given again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from studio.directing import edits
from studio.directing.director import direct, prepare_nothing, read_plan
from studio.directing.director import undo as undo_changes
from studio.directing.edits import Edit, NewShot, Redo, RedoStage, ShotWords
from studio.directing.own_material import OwnFile, keep, keep_picture, own_file
from studio.directing.takes import takes_of
from studio.model.film import Shot, Source
from studio.store.brief import read_brief
from studio.store.folder_store import FolderStore
from tests.crash.film import MOMENT
from tests.support.foreign_media import ffmpeg, sound
from tests.support.foreign_media import picture as moving

Verb = Callable[[Path], object]
"""Directs the session in the folder; makes nothing."""
NOW = MOMENT.isoformat(timespec="seconds")
PREPARE = Callable[[FolderStore], None]


def do(folder: Path, edit: Edit, words: str, prepare: PREPARE = prepare_nothing) -> None:
    """Direct the session, by a run of that name."""
    direct(folder, edit, words.split()[0], words, NOW, lambda line: None, run=words, prepare=prepare)


def shots_of(folder: Path) -> tuple[Shot, ...]:
    """Return the shots of the session's plan."""
    return read_plan(folder, read_brief(folder)).shots


def texts_of(folder: Path) -> tuple[bytes, bytes]:
    """Return the bytes of the plans that can be directed."""
    return (folder / "story.json").read_bytes(), (folder / "shots.json").read_bytes()


class Material:
    """A person's own files, in a folder outside every session: `clip`, `recording` and `picture`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        ffmpeg("-f", "lavfi", "-i", moving(seconds=0.5), "-c:v", "libx264", folder / "clip.mov")
        ffmpeg("-f", "lavfi", "-i", sound(0.6), folder / "recording.mp3")
        with open(folder / "picture.png", "wb") as file:
            Image.new("RGB", (256, 144), (9, 99, 9)).save(file, "PNG")
        self.clip, self.recording, self.picture = (
            own_file(folder / name) for name in ("clip.mov", "recording.mp3", "picture.png")
        )


def verbs(material: Material) -> dict[str, Verb]:
    """Return every verb, by its words."""
    clip, recording, picture = material.clip, material.recording, material.picture
    changes: dict[str, tuple[Edit, PREPARE]] = {
        "redo two shots, three takes each": (edits.redo(Redo(takes=3), {1, 4}), prepare_nothing),
        "redo in other words": (edits.redo(Redo(notes="at night"), {2}), prepare_nothing),
        "redo a clip": (edits.redo(Redo(stage="video", takes=3), {3, 5}), prepare_nothing),
        "redo a line": (edits.redo(Redo(stage="narration", takes=2), {4, 5}), prepare_nothing),
        "redo the score": (edits.redo(Redo(stage="score", takes=2), ()), prepare_nothing),
        "reword": (edits.reword(ShotWords(prompt="a quay", line="A quay.", seconds=1.5), {1}), prepare_nothing),
        "retitle": (edits.retitle("The Quay"), prepare_nothing),
        "insert": (edits.insert(NewShot("a gull on a rail", "A gull."), 3), prepare_nothing),
        "remove": (edits.remove({2, 4}), prepare_nothing),
        "move": (edits.move({5, 2}, 1), prepare_nothing),
        "split": (edits.split(2, 0.5), prepare_nothing),
        "join": (edits.join(1), prepare_nothing),
        "use a picture": (edits.use_picture(picture.sha256, 1), keep_picture(picture, 1)),
        "use a clip": (edits.use_clip(clip.source(), 1), keep(clip)),
        "use a recording": (edits.use_voice(recording.source(), 1), keep(recording)),
        "use music": (edits.use_music(recording.source()), keep(recording)),
        "use a title": (edits.use_title_card(_whole(clip)), keep(clip)),
    }
    found: dict[str, Verb] = {words: _directing(edit, words, prepare) for words, (edit, prepare) in changes.items()}
    found["pick a picture"] = _picking("image", 2)
    found["undo"] = lambda folder: undo_changes(folder, 1, NOW, lambda line: None)
    found["undo three"] = lambda folder: undo_changes(folder, 3, NOW, lambda line: None)
    return found


UNDOING = ("undo", "undo three")
"""Verbs that no run asks for: given again, they undo more."""


def _whole(file: OwnFile) -> Source:
    return Source(sha256=file.sha256, name=file.name)


def _directing(edit: Edit, words: str, prepare: PREPARE) -> Verb:
    return lambda folder: do(folder, edit, words, prepare)


def _picking(stage: RedoStage, number: int) -> Verb:
    def pick(folder: Path) -> None:
        found = next(each for each in takes_of(folder, shots_of(folder), stage, number) if not each.in_place)
        do(folder, edits.use_picture(found.receipt.sha256, number), "pick a picture")

    return pick


def directed(folder: Path, material: Material, run: Callable[[], object]) -> None:
    """Direct a finished film of five shots until every kind of file that directing makes is in it, run after each."""
    clip, recording, picture = material.clip, material.recording, material.picture
    for edit, words, prepare in (
        (edits.redo(Redo(takes=3), {2}), "redo shot 2", prepare_nothing),
        (edits.use_clip(clip.source(), 3), "use a clip in shot 3", keep(clip)),
        (edits.use_voice(recording.source(), 4), "use a recording in shot 4", keep(recording)),
        (edits.use_picture(picture.sha256, 5), "use a picture in shot 5", keep_picture(picture, 5)),
        (edits.reword(ShotWords(note="too dark"), {1}), "note on shot 1", prepare_nothing),
    ):
        do(folder, edit, words, prepare)
        run()
