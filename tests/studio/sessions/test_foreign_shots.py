"""What another program would have used of its session is what the film uses, and the rest is told."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PIL import Image

from studio.model.brief import FilmOptions
from studio.sessions.adopt_foreign import adopt_foreign
from studio.status.snapshot import PICTURE_SUFFIXES
from studio.store.picture_check import whole_picture
from studio.video.pixels import FORMATS, MOST_PIXELS, opened, rgb, upright
from tests.support.picture_variants import picture_variant
from tests.support.sampled import sampled
from tests.support.sessions.make_sessions import PNG

ID = "session_20250301_101500"
PATHS = (
    "output/sessions/{id}/images/{name}",
    "/home/ada/factory/output/sessions/{id}/images/{name}",
    "C:\\Factory\\output\\sessions\\{id}\\images\\{name}",
    "images/{name}",
)


def _suffix(draw: random.Random) -> str:
    suffix = draw.choice((".png", *PICTURE_SUFFIXES))
    return suffix.upper() if draw.random() < 0.2 else suffix


def _write(root: Path, draw: random.Random) -> tuple[Path, list[bytes | None], list[str]]:
    """Write a session; return its folder, each shot's picture (None: it has none), and each shot's line."""
    folder = root / ID
    (folder / "images").mkdir(parents=True)
    lined = draw.random() < 0.7
    shots, pictures, lines = [], list[bytes | None](), list[str]()
    for number in range(1, 5):
        names = [f"shot_{number:03d}_{variant:03d}{_suffix(draw)}" for variant in range(1, draw.randrange(1, 5))]
        names = draw.sample(names, draw.randrange(len(names) + 1))
        if draw.random() < 0.3:
            names.append(f"shot_{number:03d}{_suffix(draw)}")
        for name in names:
            (folder / "images" / name).write_bytes(PNG + name.encode())
        chosen = draw.choice(sorted(names)) if names and draw.random() < 0.7 else None
        # Without a name, its own program's order counts: the single file, then the variants.
        used = chosen or next(iter(sorted(names, key=lambda name: (name.count("_") > 1, name))), None)
        pictures.append(PNG + used.encode() if used else None)
        line = draw.choice((f"Line {number}.", "", f"Long line {number}."))
        shot: dict[str, object] = {"index": number, "image_prompt": f"a mill {number}", "camera": "static"}
        shot["image_path"] = (
            draw.choice(PATHS).format(id=ID, name=chosen) if chosen else draw.choice((None, "", "gone.png"))
        )
        shot |= {"image_paths": names, "video_path": None} | ({"narration": line} if lined else {})
        shots.append(shot)
        lines.append(line if lined else "")
    scenes = [{"location": "a mill", "action": "it turns", "narration": f"Story {n}."} for n in (1, 2)]
    if not any(lines):
        lines = ["Story 1.", "", "Story 2.", ""]
    (folder / "shots.json").write_text(json.dumps(shots), "utf-8")
    (folder / "story.json").write_text(json.dumps({"title": "The Mill", "scenes": scenes}), "utf-8")
    (folder / f"{ID}_meta.json").write_text(json.dumps({"session_id": ID, "idea": "A mill"}), "utf-8")
    return folder, pictures, lines


@sampled("seed", range(60), quick=12)
def test_the_film_uses_what_its_own_program_would(tmp_path: Path, seed: int) -> None:
    """Each shot has the picture that it names, else its first one, and its own line; no other picture is lost."""
    folder, pictures, lines = _write(tmp_path, random.Random(seed))
    written = {path.name: path.read_bytes() for path in (folder / "images").iterdir()}
    notes = adopt_foreign(folder, FilmOptions())
    for number, picture in enumerate(pictures, start=1):
        place = folder / f"images/shot_{number:03d}.png"
        assert (place.read_bytes() if place.exists() else None) == picture
    assert [shot["narration"] for shot in json.loads((folder / "shots.json").read_text("utf-8"))] == lines
    assert set(written.values()) <= {path.read_bytes() for path in (folder / "images").iterdir()}
    others = len(set(written.values()) - {picture for picture in pictures if picture})
    assert [note for note in notes if "other picture" in note] == [
        note for note in notes if f": {others} other" in note
    ]
    assert any("other picture" in note for note in notes) == bool(others)
    assert any("narration in story.json" in note for note in notes) == (lines[0] != "Story 1.")


@pytest.mark.parametrize(
    "named", ["../../etc/passwd.png", "/etc/hosts.png", "images/../shot_001.png", "images/", "images/\0.png"]
)
def test_a_path_that_leads_elsewhere_is_not_followed(tmp_path: Path, named: str) -> None:
    """A picture is taken from the session's own folder alone."""
    folder, *_ = _write(tmp_path, random.Random(1))
    (folder.parent / "shot_001.png").write_bytes(PNG + b"outside")
    shots = json.loads((folder / "shots.json").read_text("utf-8"))
    (folder / "shots.json").write_text(json.dumps([shot | {"image_path": named} for shot in shots]), "utf-8")
    adopt_foreign(folder, FilmOptions())
    assert PNG + b"outside" not in {path.read_bytes() for path in folder.rglob("*.png")}


@sampled("seed", range(200), quick=12)
def test_a_picture_of_any_kind_is_seen_as_it_is(tmp_path: Path, seed: int) -> None:
    """A picture that a shot names is used whole, whatever its format, and whatever its name says of it."""
    draw = random.Random(seed)
    variant = picture_variant(draw)
    folder, *_ = _write(tmp_path, draw)
    name = f"shot_002_003{_suffix(draw)}"
    (folder / "images" / name).write_bytes(variant.content)
    shots = json.loads((folder / "shots.json").read_text("utf-8"))
    shots[1]["image_path"] = draw.choice(PATHS).format(id=ID, name=name)
    (folder / "shots.json").write_text(json.dumps(shots), "utf-8")
    adopt_foreign(folder, FilmOptions())
    place = folder / "images/shot_002.png"
    assert place.read_bytes() == variant.content
    assert whole_picture(place) == ""
    with opened(place, MOST_PIXELS) as picture:
        assert variant.differs(rgb(upright(picture))) == ""


def test_every_suffix_of_a_format_that_is_taken_is_known() -> None:
    """Pillow's names of the formats that are taken are those by which another program's pictures are found."""
    Image.init()
    registered = {suffix for suffix, format_ in Image.registered_extensions().items() if format_ in FORMATS}
    assert registered == set(PICTURE_SUFFIXES)


@pytest.mark.parametrize("name", ["shot_001.txt", "shot_001_001.json", "notes.jpg"])
def test_what_is_no_picture_of_a_shot_is_neither_used_nor_told(tmp_path: Path, name: str) -> None:
    """A file of another kind beside the pictures is no picture that the film leaves out."""
    folder = tmp_path / ID
    (folder / "images").mkdir(parents=True)
    (folder / "images" / name).write_bytes(b"words")
    (folder / "shots.json").write_text(json.dumps([{"image_prompt": "a mill"}]), "utf-8")
    assert adopt_foreign(folder, FilmOptions()) == ()
    assert not (folder / "images/shot_001.png").exists()
