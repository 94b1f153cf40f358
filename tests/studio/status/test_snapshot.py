"""Laws of reading a session folder: what counts as there, what as absent, and that no garbage raises."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput
from studio.status.listing import listing_of, read_listing
from studio.status.meta import meta_of
from studio.status.snapshot import read_snapshot, session_folders
from studio.status.state import completed, images_done, videos_done
from studio.store import lock
from tests.support.sessions.make_sessions import PNG, make_foreign, make_session, snapshot

ID = "session_20250208_002238"
PLACES = (
    "brief.json",
    "story.json",
    "scene_graph.json",
    "shots.json",
    "timeline.json",
    "failure.json",
    f"{ID}_meta.json",
    "receipts/story.json",
    "images/shot_001.png",
    "images/shot_001.json",
    "images/shot_001_001.png",
    "narration/shot_001.wav",
    "narration/shot_001.json",
    "videos/shot_001.mp4",
    "videos/shot_001.json",
    "score.wav",
    "score.json",
    "film.mp4",
    "film.json",
    "images",
    "videos",
    "runs",
    "receipts",
)
"""Every place that reading looks at, folders too."""

_odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=5),
    st.just("\ud800"),
    st.sampled_from([PLACE for PLACE in PLACES if "/" in PLACE]),
)
_keys = st.sampled_from(
    (
        "idea",
        "wish",
        "seconds",
        "path",
        "bytes",
        "frames",
        "cost_usd",
        "by_hand",
        "not_drawn",
        "refused",
        "message",
        "at",
        "shots",
        "title",
        "completed",
        "music",
        "image_prompt",
        "camera",
        "seed",
        "x",
    )
)
_values: st.SearchStrategy[Any] = st.recursive(
    _odd, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=5), max_leaves=12
)
_things = st.one_of(
    st.binary(max_size=40),
    _values.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([b"", b"[" * 100_000, b"\xff\xfe{}", b"NaN", b'{"idea":"x"}', PNG]),
    st.sampled_from(["folder", "link to itself", "link out", "pipe"]),
)


def _put(path: Path, thing: bytes | str) -> None:
    if os.path.lexists(path):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if thing == "folder":
            path.mkdir()
        elif thing == "link to itself":
            path.symlink_to(path.name)
        elif thing == "link out":
            path.symlink_to("/etc/hostname")
        elif thing == "pipe":
            os.mkfifo(path)
        else:
            assert isinstance(thing, bytes)
            path.write_bytes(thing)
    except (FileExistsError, NotADirectoryError, OSError):
        # A file lies where this one's folder should be: that is garbage, too.
        assert os.path.lexists(path.parent) or os.path.lexists(path.parent.parent)


@given(st.lists(st.tuples(st.sampled_from(PLACES), _things), max_size=14))
def test_no_garbage_raises(things: list[tuple[str, bytes | str]]) -> None:
    """Reading and projecting are total: whatever lies in a folder, they answer, and list and view agree."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, ID)
        folder.mkdir()
        for path, thing in things:
            _put(folder / path, thing)
        facts, listing = read_snapshot(folder), read_listing(folder)
        assert (facts is None) == (listing is None)
        if facts is not None and listing is not None:
            json.dumps(meta_of(facts, "shown"), allow_nan=False)
            assert listing == listing_of(facts, locked=False)


@pytest.mark.parametrize("thing", [b"", b"[" * 100_000, b"\xff\xfe{}", b"NaN", b"7", "folder", "link out", "pipe"])
def test_each_garbage_in_every_place(tmp_path: Path, thing: bytes | str) -> None:
    """No kind of garbage raises in any place, be the rest of the session whole."""
    whole = make_session(tmp_path / "whole", ID, shots=1)
    for number, place in enumerate(PLACES):
        folder = Path(shutil.copytree(whole, tmp_path / str(number) / ID))
        if (folder / place).is_dir():
            shutil.rmtree(folder / place)
        (folder / place).unlink(missing_ok=True)
        _put(folder / place, thing)
        facts, listing = read_snapshot(folder), read_listing(folder)
        assert facts is None or listing == listing_of(facts, locked=False)


@pytest.mark.parametrize("odd", ["1e999", "-1e999", "1" + "0" * 400, "true", '"4"', "null", "[]"])
def test_odd_numbers_count_as_none(tmp_path: Path, odd: str) -> None:
    """A number that no film has reads as 0, so that sums stay sums and JSON stays JSON."""
    folder = make_session(tmp_path, shots=1)
    receipt = (folder / "film.json").read_text().replace('"seconds": 8.0', f'"seconds": {odd}')
    (folder / "film.json").write_text(receipt)
    facts = read_snapshot(folder)
    assert odd in receipt
    assert facts is not None
    assert facts.film is not None
    assert facts.film.seconds == 0.0


def test_whole_session(tmp_path: Path) -> None:
    """A finished session reads as finished: every plan, picture, line, clip, the score and the film."""
    facts = read_snapshot(make_session(tmp_path, shots=3))
    assert facts is not None
    assert facts.plans == ("story", "scene_graph", "timeline")
    assert [piece.path for piece in facts.planning] == ["story.json", "scene_graph.json", "shots.json", "timeline.json"]
    assert all(shot.image and shot.line and shot.clip for shot in facts.shots)
    assert (images_done(facts), videos_done(facts), completed(facts)) == (3, 3, True)
    assert facts.film is not None
    assert (facts.film.seconds, facts.film.frames) == (8.0, 192)
    assert facts.shots[0].image is not None
    assert facts.shots[0].image.not_drawn == ("letter",)


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def _be_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _be_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("spoil", [_cut_off, Path.unlink, _be_a_folder, _be_a_link])
@pytest.mark.parametrize("path", ["images/shot_002.png", "images/shot_002.json", "videos/shot_002.mp4", "film.mp4"])
def test_spoiled_piece_is_absent(tmp_path: Path, path: str, spoil: Callable[[Path], None]) -> None:
    """A piece is there only if its receipt parses and its file has the size of the receipt; list and facts agree."""
    folder = make_session(tmp_path, shots=3)
    spoil(folder / path)
    facts, listing = read_snapshot(folder), read_listing(folder)
    assert facts is not None
    assert listing == listing_of(facts, locked=False)
    expected = (3 - ("images" in path), 3 - ("videos" in path), "film" not in path)
    assert (images_done(facts), videos_done(facts), completed(facts)) == expected


def test_receipt_of_another_path_proves_nothing(tmp_path: Path) -> None:
    """A receipt vouches only for the path it names: one that was copied to another shot does not count."""
    folder = make_session(tmp_path, shots=2)
    (folder / "images/shot_002.json").write_bytes((folder / "images/shot_001.json").read_bytes())
    facts = read_snapshot(folder)
    assert facts is not None
    assert [bool(shot.image) for shot in facts.shots] == [True, False]


@pytest.mark.parametrize("lie", [b"{torn", b'{"completed": false, "idea": "another", "shots": []}', b"\0" * 9, None])
def test_meta_is_never_read(tmp_path: Path, lie: bytes | None) -> None:
    """A torn, lying or absent meta changes nothing of what a session of ours reads as."""
    folder = make_session(tmp_path, shots=2)
    before = read_snapshot(folder), read_listing(folder)
    if lie is not None:
        (folder / f"{ID}_meta.json").write_bytes(lie)
    assert (read_snapshot(folder), read_listing(folder)) == before


def test_broken_brief_does_not_make_a_session_foreign(tmp_path: Path) -> None:
    """A session whose brief is torn is still ours: its meta is not believed, and the brief is said to be broken."""
    folder = make_session(tmp_path, shots=2, film=False)
    (folder / "brief.json").write_bytes(b'{"idea": ')
    (folder / f"{ID}_meta.json").write_text('{"idea": "a lie", "completed": true}')
    facts = read_snapshot(folder)
    assert facts is not None
    assert (facts.foreign, facts.brief_reads, facts.idea, completed(facts)) == (False, False, "", False)


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("done", [False, True])
def test_foreign_session(tmp_path: Path, older: bool, done: bool) -> None:
    """Another program's session reads from its own meta and files, under both names; `completed` is believed."""
    folder = make_foreign(tmp_path, older=older, done=done)
    facts = read_snapshot(folder)
    assert facts is not None
    assert facts.foreign
    assert (facts.idea, facts.title, completed(facts)) == ("A harbour wakes", "Harbour", done)
    assert [shot.image_prompt for shot in facts.shots] == [f"a harbour, shot {n}" for n in (1, 2, 3)]
    assert (images_done(facts), videos_done(facts)) == (2, 1)
    name = "images/shot_001_001.png" if older else "images/shot_001.png"
    assert facts.shots[0].image is not None
    assert facts.shots[0].image.path == name


def test_foreign_shots_from_meta(tmp_path: Path) -> None:
    """Where another program kept no plan file, the shots are those of its meta."""
    folder = make_foreign(tmp_path)
    (folder / "shots.json").unlink()
    facts = read_snapshot(folder)
    assert facts is not None
    assert len(facts.shots) == 3


def test_states(tmp_path: Path) -> None:
    """The listed state follows the lock, then how the last run ended, then the film: one that a later run failed to
    change, or was killed while changing, is not called done."""
    made = make_session(tmp_path, "session_20250208_000001")
    part = make_session(tmp_path, "session_20250208_000002", film=False, clips=1)
    failed = make_session(tmp_path, "session_20250208_000003", film=False)
    (failed / "failure.json").write_text('{"message": "no"}')
    found = [read_listing(folder) for folder in (made, part, failed)]
    assert [each.state for each in found if each] == ["done", "interrupted", "failed"]
    (made / "runs").mkdir()
    for ended, state in (("2025-02-08T00:30:00", "done"), ("", "interrupted")):
        (made / "runs" / "0a.json").write_text(json.dumps({"ended_at": ended}))
        listing = read_listing(made)
        assert listing is not None
        assert listing.state == state
    (made / "failure.json").write_text('{"message": "the edit does not read"}')
    listing = read_listing(made)
    assert listing is not None
    assert listing.state == "failed"
    held = lock.take(part)
    listing = read_listing(part)
    held.release()
    assert listing is not None
    assert listing.state == "running"


def test_session_folders(tmp_path: Path) -> None:
    """Only folders with an id for a name are sessions, newest first; links are not followed out of the folder."""
    for name in ("session_20250101_000000", "session_20250102_000000", "session_x", "session_20250101_000000.bak"):
        (tmp_path / name).mkdir()
    (tmp_path / "session_20250103_000000").symlink_to("/etc")
    (tmp_path / "session_20250104_000000").write_text("a file")
    assert [folder.name for folder in session_folders(tmp_path)] == [
        "session_20250102_000000",
        "session_20250101_000000",
    ]
    assert session_folders(tmp_path / "nowhere") == []
    with pytest.raises(BadInput, match="cannot read"):
        session_folders(tmp_path / ("x" * 300))


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """Reading a folder leaves every byte and time in it as it was."""
    folder = make_session(tmp_path, shots=2)
    before = snapshot(tmp_path)
    read_snapshot(folder)
    read_listing(folder)
    assert snapshot(tmp_path) == before
