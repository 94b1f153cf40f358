"""Adopting a session of another program: whole, or as it was, whatever it holds and wherever it is stopped."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.errors import BadInput
from studio.fs import files
from studio.model.brief import FilmOptions
from studio.planning.plan_files import reader
from studio.sessions.adopt_foreign import adopt_foreign
from studio.status.listing import read_listing
from studio.status.snapshot import read_snapshot
from studio.store.brief import is_own_session, read_brief
from tests.crash.store_disks import Watched
from tests.support.sessions.make_sessions import PNG, make_foreign, snapshot

ID = "session_20240101_120000"
WORDS = (
    "a pier",
    "a pier \ud83c at night",
    "\udcff",
    "\ude00\ud83d",
    "",
    " ",
    "\0\x1b[31m",
    "桟橋",
    "a" * 9_000,
    "\ufeffx",
)
ODD: tuple[object, ...] = (None, True, 7, 10**400, -1, [], {}, ["Anna", "Bo"], [[[[]]]], {"name": "Anna"}, 1.5)


class Cut(BaseException):
    """The process ends here."""


class Dying(Watched):
    """A disk whose process ends before operation `at`: no operation that follows is done, as after `kill -9`."""

    def __init__(self, at: int) -> None:
        self.left = at

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        if name != "rename to":
            self.left -= 1
            if self.left < 0:
                raise Cut


def write_foreign(root: Path, seed: int) -> Path:
    """Write what another program may have left: any words at any place, with and without meta, story, shots, film."""
    draw = random.Random(seed)

    def word(likely: str) -> object:
        return draw.choice([likely] * 12 + list(WORDS[:2]) + [draw.choice(WORDS), draw.choice(ODD)])

    folder = root / ID
    for name in ("images", "videos"):
        (folder / name).mkdir(parents=True)
    count = draw.choice([0, 1, 3])
    shots = [
        {
            "index": n,
            "image_prompt": word(f"a pier {n}"),
            "motion_prompt": word("mist"),
            "camera": word("static"),
            "image_path": word(f"images/shot_{n:03d}.png"),
        }
        for n in range(1, count + 1)
    ]
    scene = {key: word(key) for key in ("location", "characters", "action", "emotion", "narration")}
    scenes = draw.choice([[], [scene], [scene, word("x"), {}, scene], word("x")])
    story = {"title": word("The pier"), "style": "documentary", "scenes": scenes}
    meta = {
        "session_id": ID,
        "idea": word("a pier at night"),
        "started_at": word("2024-01-01T12:00:00"),
        "completed": draw.random() < 0.5,
        "shots": draw.choice([[], shots]),
    }
    for name, value in ((f"{ID}_meta.json", meta), ("story.json", story), ("shots.json", shots)):
        if draw.random() < 0.75:
            (folder / name).write_text(json.dumps(value), "utf-8")
    for n in range(1, count + 1):
        older = "_001" if draw.random() < 0.5 else ""
        if draw.random() < 0.8:
            (folder / f"images/shot_{n:03d}{older}.png").write_bytes(PNG + bytes([n]))
        if draw.random() < 0.5:
            (folder / f"videos/shot_{n:03d}{older}.mp4").write_bytes(b"a clip of another program")
    for name in ("film.mp4", "scene_graph.json", "film.srt"):
        if draw.random() < 0.6:
            (folder / name).write_bytes(f"{name} of another program".encode())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return what lies in the folder; hidden files, which the opening of a session sweeps, left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.mark.parametrize("seed", range(60))
def test_a_session_is_adopted_whole_or_stays_as_it_was(seed: int, tmp_path: Path) -> None:
    """Whatever another program wrote: nothing of it is lost, and a run can read every plan; or not a byte changes."""
    folder = write_foreign(tmp_path, seed)
    before, tree = contents(folder), snapshot(tmp_path)
    try:
        adopt_foreign(folder, FilmOptions())
    except BadInput:
        assert snapshot(tmp_path) == tree
        assert not is_own_session(folder)
        return
    brief = read_brief(folder)
    assert brief.idea.strip()
    for stage in ("story", "shots"):
        if (folder / f"{stage}.json").exists():
            reader(brief)(stage, (folder / f"{stage}.json").read_text("utf-8"))
    kept = contents(folder)
    assert set(before.values()) <= set(kept.values())


@pytest.mark.parametrize("seed", range(15))
def test_adopting_goes_on_wherever_it_was_stopped(seed: int, tmp_path: Path) -> None:
    """Killed before any operation of the disk, the session is listed, and adopting it again ends as if undisturbed."""
    undisturbed = write_foreign(tmp_path / "whole", seed)
    counted = Dying(1 << 60)
    try:
        with files.through(counted):
            adopt_foreign(undisturbed, FilmOptions())
    except BadInput:
        return
    steps = (1 << 60) - counted.left
    for at in random.Random(seed).sample(range(steps), min(steps, 8)):
        folder = write_foreign(tmp_path / str(at), seed)
        listed = read_listing(folder)
        with files.through(Dying(at)), pytest.raises(Cut):
            adopt_foreign(folder, FilmOptions())
        again = read_listing(folder)
        assert listed is not None
        assert again is not None
        assert (again.idea, again.shots) == (listed.idea, listed.shots) or is_own_session(folder)
        if not is_own_session(folder):
            adopt_foreign(folder, FilmOptions())
        assert read_brief(folder) == read_brief(undisturbed)
        # Killed between the two, the brief itself is put back from its copy at the next opening.
        assert contents(folder) | {"brief.json": b""} == contents(undisturbed) | {"brief.json": b""}


@pytest.mark.parametrize("moved", [("film.mp4",), ("film.mp4", "story.json"), ("film.mp4", "story.json", "shots.json")])
def test_what_an_earlier_version_left_half_adopted_is_finished(moved: tuple[str, ...], tmp_path: Path) -> None:
    """A film that was moved to takes/foreign/ before a lone surrogate ended the adoption becomes ours at last."""
    folder = make_foreign(tmp_path)
    (folder / "film.mp4").write_bytes(b"a film")
    (folder / "story.json").write_text(json.dumps({"title": "A pier \ud83c", "scenes": []}), "utf-8")
    meta = json.loads((folder / f"{ID}_meta.json").read_text("utf-8"))
    (folder / f"{ID}_meta.json").write_text(json.dumps(meta | {"idea": "a pier \ud83c at night"}), "utf-8")
    for name in moved:
        files.move(folder / name, folder / "takes/foreign" / name)
    adopt_foreign(folder, FilmOptions())
    assert read_brief(folder).idea == "a pier \ufffd at night"
    assert (folder / "takes/foreign/film.mp4").read_bytes() == b"a film"
    facts = read_snapshot(folder)
    assert facts is not None
    assert facts.brief_reads


def test_a_session_that_only_its_story_names_stays_one(tmp_path: Path) -> None:
    """Stopped between moving the story away and writing the brief, it is listed still, and is adopted."""
    folder = tmp_path / ID
    folder.mkdir()
    (folder / "story.json").write_text(json.dumps({"title": "The pier", "scenes": []}), "utf-8")
    files.move(folder / "story.json", folder / "takes/foreign/story.json")
    assert read_listing(folder) is not None
    adopt_foreign(folder, FilmOptions())
    assert read_brief(folder).idea == "The pier"


@pytest.mark.parametrize("name", ["receipts", "results", "takes", "images", "videos", "narration"])
@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_what_is_in_the_way_is_told_before_anything_moves(name: str, kind: str, tmp_path: Path) -> None:
    """A file or a link where a folder of ours belongs ends it in one line, and nothing moves, here or elsewhere."""
    folder, outside = make_foreign(tmp_path / "sessions"), tmp_path / "outside"
    outside.mkdir()
    if (folder / name).exists():
        (folder / name).rename(outside / name)
    place = folder / name
    place.write_bytes(b"x") if kind == "file" else place.symlink_to(outside if kind == "link" else tmp_path / "gone")
    tree = snapshot(tmp_path)
    with pytest.raises(BadInput, match=name):
        adopt_foreign(folder, FilmOptions())
    assert snapshot(tmp_path) == tree
