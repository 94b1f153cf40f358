"""Laws of verifying: every changed byte is found, a person's work is no fault, and nothing is written."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.checks.verify import FAULTS, Finding, verdict, verify
from studio.errors import NoSuchSession
from studio.fs import checksums
from studio.model.receipt import Receipt
from studio.status.meta import meta_of
from studio.status.snapshot import read_snapshot
from studio.store import lock
from studio.store.brief import write_brief
from tests.support.sessions.make_sessions import PNG, add_piece, brief, make_foreign, make_session, picture, snapshot
from tests.support.sessions.sessions_command import run

ID = "session_20250208_002238"
ARTEFACTS = (
    "story.json",
    "scene_graph.json",
    "shots.json",
    "timeline.json",
    "images/shot_002.png",
    "narration/shot_002.wav",
    "videos/shot_002.mp4",
    "score.wav",
    "film.mp4",
    "film.srt",
    "takes/images/abc.png",
)
RECEIPTS = (
    "receipts/story.json",
    "images/shot_002.json",
    "narration/shot_002.json",
    "videos/shot_002.json",
    "score.json",
    "film.json",
    "takes/images/abc.json",
    "takes/story/def.json",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished session of three shots, with an earlier picture and an earlier story kept in `takes/`."""
    folder = make_session(tmp_path, shots=3)
    add_piece(folder, "images", 2, PNG + b"earlier", place="takes/images/abc")
    add_piece(folder, "story", 0, b"an earlier story", place="takes/story/def")
    return folder


def _kinds(folder: Path) -> dict[str, str]:
    return {finding.path: finding.what for finding in verify(folder)}


def _flip(path: Path) -> None:
    """Flip one bit in the middle and leave size and time as they were."""
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _cut_off(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _be_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _be_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


class Hashed(dict[tuple[int, ...], str]):
    """The checksums that are remembered, and how often each was made."""

    def __init__(self) -> None:
        super().__init__()
        self.made: Counter[tuple[int, ...]] = Counter()

    def __setitem__(self, identity: tuple[int, ...], digest: str) -> None:
        self.made[identity] += 1
        super().__setitem__(identity, digest)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Hashed:
    """What is hashed from here on."""
    found = Hashed()
    monkeypatch.setattr(checksums, "_known", found)
    return found


def test_whole_session_has_no_findings(folder: Path, hashed: Hashed) -> None:
    """Where every byte is as its receipt says there is nothing to tell; what was remembered before does not count."""
    for path in ARTEFACTS:
        checksums.sha256_of(folder / path)
    for identity in list(hashed):
        hashed[identity] = "0" * 64
    assert verify(folder) == []


@pytest.mark.parametrize(
    "command",
    [("verify", ID), ("repair", ID), ("repair", ID, "--yes"), ("view", ID), ("cost", ID), ("list",)],
)
def test_a_file_is_hashed_once_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hashed: Hashed, command: tuple[str, ...]
) -> None:
    """However many look at a file, and at what vouches for it, a command reads it for its checksum once."""
    folder = make_session(tmp_path / "sessions", ID, shots=3)
    write_brief(folder, brief())
    add_piece(folder, "images", 2, PNG + b"earlier", place="takes/images/abc")
    (folder / "images" / "shot_001.json").write_text("{", "utf-8")
    (folder / "narration" / "shot_002.wav").unlink()
    assert run(capsys, *command, "--output", str(tmp_path))[0] in (0, 1)
    assert bool(hashed.made) == (command[0] in ("verify", "repair"))
    assert [count for count in hashed.made.values() if count > 1] == []


@pytest.mark.parametrize("spoil", [_flip, _cut_off, _empty, _be_a_folder, _be_a_link])
@pytest.mark.parametrize("path", ARTEFACTS)
def test_damage_is_found(folder: Path, path: str, spoil: Callable[[Path], None]) -> None:
    """A flipped bit that left size and time alone is found, and a cut, an empty file, a folder, a link; only there."""
    checksums.sha256_of(folder / path)
    spoil(folder / path)
    what = _kinds(folder)
    # A flipped bit in a plan may leave it readable: then it is an edit.
    expected = ("damaged", "edited") if path.endswith(".json") and spoil is _flip else ("damaged",)
    assert list(what) == [path]
    assert what[path] in expected


@pytest.mark.parametrize("path", ARTEFACTS)
def test_missing_file_is_found(folder: Path, path: str) -> None:
    """A file whose receipt is there must be there."""
    (folder / path).unlink()
    assert _kinds(folder) == {path: "missing"}


@pytest.mark.parametrize("spoil", [_cut_off, _empty, _be_a_folder])
@pytest.mark.parametrize("path", RECEIPTS)
def test_torn_receipt_is_found(folder: Path, path: str, spoil: Callable[[Path], None]) -> None:
    """A receipt that does not parse is a fault of its own, whatever its file is."""
    _cut_off(folder / path)
    spoil(folder / path)
    assert _kinds(folder)[path] == "torn receipt"


@pytest.mark.parametrize("path", ["images/shot_002.json", "narration/shot_002.json", "score.json", "film.json"])
def test_lost_receipt_is_found(folder: Path, path: str) -> None:
    """In a finished session a file that nothing vouches for is a fault: its receipt is missing."""
    (folder / path).unlink()
    assert _kinds(folder) == {path: "missing"}


@pytest.mark.parametrize(
    ("stem", "suffix"),
    [
        ("images/shot_003", "png"),
        ("narration/shot_001", "wav"),
        ("videos/shot_002", "mp4"),
        ("score", "wav"),
        ("film", "mp4"),
    ],
)
def test_piece_lost_with_its_receipt_is_found(folder: Path, stem: str, suffix: str) -> None:
    """What the film was cut from must be there, even where the receipt went with it."""
    (folder / f"{stem}.json").unlink()
    (folder / f"{stem}.{suffix}").unlink()
    if stem == "film":
        # Only the engine's record says that a film was cut here: the session is simply not finished.
        assert _kinds(folder) == {"film.mp4": "gone"}
        return
    assert _kinds(folder) == {f"{stem}.{suffix}": "missing"}


def test_unmade_pieces_are_no_fault(tmp_path: Path) -> None:
    """An unfinished session is whole as far as it is made."""
    folder = make_session(tmp_path, shots=3, images=2, clips=1, film=False)
    assert verify(folder) == []
    assert "not finished yet" in verdict(folder, [], "resume", "repair")


def test_film_without_music_needs_no_score(folder: Path) -> None:
    """The score is missed only where music was asked for."""
    for name in ("score.wav", "score.json"):
        (folder / name).unlink()
    shutil.rmtree(folder / "results" / folder.name / "score")
    brief = json.loads((folder / "brief.json").read_text())
    brief["wish"]["music"] = False
    (folder / "brief.json").write_text(json.dumps(brief))
    assert verify(folder) == []


def test_picture_by_hand_is_a_note(folder: Path) -> None:
    """Another whole picture in a picture's place is a person's; what only pretends to be one is damage."""
    (folder / "images/shot_001.png").write_bytes(picture("red"))
    (folder / "images/shot_002.png").write_bytes(b"GIF89a not a picture")
    add_piece(folder, "images", 3, PNG, by_hand=True, engine="by hand")
    assert _kinds(folder) == {
        "images/shot_001.png": "by hand",
        "images/shot_002.png": "damaged",
        "images/shot_003.png": "by hand",
    }
    assert "by hand" not in FAULTS


def test_other_picture_that_nobody_wrote_is_damage(folder: Path) -> None:
    """A picture whose bytes changed while size and time did not is damaged, even where it decodes."""
    path = folder / "images/shot_001.png"
    stat = path.stat()
    path.write_bytes(picture("maroon").ljust(stat.st_size, b"\0"))
    assert path.stat().st_size == stat.st_size
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert _kinds(folder) == {"images/shot_001.png": "damaged"}


def test_picture_without_receipt_in_an_unfinished_session(tmp_path: Path) -> None:
    """A picture that a person laid ready for the next run is a note; one that does not decode is damage."""
    folder = make_session(tmp_path, shots=3, images=1, clips=0, film=False)
    (folder / "images/shot_002.png").write_bytes(PNG)
    (folder / "images/shot_003.png").write_bytes(PNG[:-20])
    assert _kinds(folder) == {"images/shot_002.png": "by hand", "images/shot_003.png": "damaged"}


def test_edited_and_broken_plans(folder: Path) -> None:
    """A plan that differs and reads is an edit, a note; one that does not read is damage."""
    shots = json.loads((folder / "shots.json").read_text())
    shots[0]["image_prompt"] = "a new dawn"
    (folder / "shots.json").write_text(json.dumps(shots))
    (folder / "story.json").write_text('{"title": ""}')
    assert _kinds(folder) == {"shots.json": "edited", "story.json": "damaged"}
    assert "edited" not in FAULTS


@pytest.mark.parametrize(
    "path", [".film.mp4.12-0-abc.part", "images/.shot_001.json.next", "receipts/.story.json.1.part"]
)
def test_left_over_files(folder: Path, path: str) -> None:
    """What a crash left is found, but not while a run works: then it is work in progress."""
    (folder / path).write_bytes(b"half")
    assert _kinds(folder) == {path: "left over"}
    held = lock.take(folder)
    found = verify(folder)
    said = verdict(folder, found, "resume", "repair")
    held.release()
    assert found == []
    assert "a run works on it now" in said.lower()


def test_staged_receipt_vouches(folder: Path) -> None:
    """A piece whose receipt was staged when the power went is whole; only what was left over is told."""
    (folder / "videos/shot_002.json").rename(folder / "videos/.shot_002.json.next")
    assert _kinds(folder) == {"videos/.shot_002.json.next": "left over"}


def test_receipt_that_speaks_of_another_path(folder: Path) -> None:
    """A receipt vouches for the path it names and no other."""
    (folder / "videos/shot_002.json").write_bytes((folder / "videos/shot_001.json").read_bytes())
    assert _kinds(folder) == {"videos/shot_002.json": "torn receipt"}


def test_receipt_that_names_a_file_outside(folder: Path) -> None:
    """A receipt is never a way out of the session: no file elsewhere is opened for it."""
    receipt = json.loads((folder / "film.json").read_text())
    receipt["also"][0]["path"] = "../../etc/passwd"
    (folder / "film.json").write_text(json.dumps(receipt))
    assert _kinds(folder) == {"film.json": "torn receipt"}


def test_broken_brief_is_damage(folder: Path) -> None:
    """A brief that does not read is a fault, and the pieces are judged all the same."""
    (folder / "brief.json").write_bytes(b"{")
    _flip(folder / "film.mp4")
    assert _kinds(folder) == {"brief.json": "damaged", "film.mp4": "damaged"}


@pytest.mark.parametrize(("change", "expected"), [({}, {}), ({"completed": False}, {"stale": 1}), (None, {"stale": 1})])
def test_stale_meta_is_a_note(folder: Path, change: dict[str, object] | None, expected: dict[str, int]) -> None:
    """Meta that is the projection is fresh, wherever it was written; any other is noted and is no fault."""
    facts = read_snapshot(folder)
    assert facts is not None
    meta = meta_of(facts, "another/place")
    text = "{torn" if change is None else json.dumps({**meta, **change})
    (folder / f"{ID}_meta.json").write_text(text)
    assert _kinds(folder) == ({f"{ID}_meta.json": "stale meta"} if expected else {})
    assert "stale meta" not in FAULTS


def test_foreign_session_has_nothing_to_verify(tmp_path: Path) -> None:
    """Another program's session has no receipts: nothing is verified, and that is said."""
    folder = make_foreign(tmp_path)
    assert verify(folder) == []
    assert "written by another program" in verdict(folder, [], "resume", "repair")


def test_empty_folder(tmp_path: Path) -> None:
    """A folder that holds nothing is no session."""
    (tmp_path / ID).mkdir()
    with pytest.raises(NoSuchSession, match="is empty"):
        verify(tmp_path / ID)


def test_session_verifies_elsewhere(folder: Path, tmp_path: Path) -> None:
    """A session that was copied to another place, its times lost, is as whole as before."""
    there = tmp_path / "elsewhere" / ID
    shutil.copytree(folder, there, copy_function=shutil.copyfile)
    assert verify(there) == []


def test_verifying_writes_nothing(folder: Path) -> None:
    """Verifying leaves every byte and time as it was, whatever it finds."""
    _flip(folder / "film.mp4")
    (folder / ".x.part").write_bytes(b"")
    before = snapshot(folder)
    assert verify(folder)
    assert snapshot(folder) == before


def test_verdict_names_the_way_on(folder: Path) -> None:
    """The closing line counts the faults, not the notes, and gives the command that mends them."""
    found = [Finding("film.mp4", "damaged", "x"), Finding("shots.json", "edited", "y")]
    assert verdict(folder, found, "film resume X", "sessions repair X") == (
        f"{ID}: 1 fault. To repair: film resume X; or: sessions repair X"
    )
    assert "every checksum agrees" in verdict(folder, found[1:], "film resume X", "")


def test_a_plans_lost_receipt_is_a_fault(tmp_path: Path) -> None:
    """A plan whose receipt is gone is not called edited: nothing tells how it was."""
    folder = make_session(tmp_path)
    (folder / "receipts/shots.json").unlink()
    found = [(each.path, each.what) for each in verify(folder)]
    assert ("receipts/shots.json", "missing") in found
    assert not [path for path, what in found if what == "edited"]


@pytest.mark.parametrize("emptied", [False, True])
def test_a_brief_that_only_a_card_holds_is_a_fault(tmp_path: Path, emptied: bool) -> None:
    """Both briefs gone or empty: named, though the newest run card still tells what was asked for."""
    folder = make_session(tmp_path)
    (folder / "runs").mkdir()
    card = {"ended_at": "2025-02-08T00:30:00", "brief": json.loads((folder / "brief.json").read_text("utf-8"))}
    (folder / "runs/0a.json").write_text(json.dumps(card), "utf-8")
    for path in (folder / "brief.json", folder / "receipts/brief.json"):
        path.write_bytes(b"") if emptied else path.unlink(missing_ok=True)
    found = {each.path: each.what for each in verify(folder)}
    assert found["brief.json"] == ("damaged" if emptied else "missing")
    assert found["receipts/brief.json"] == ("torn receipt" if emptied else "missing")


def test_a_folder_that_is_none_or_leads_elsewhere_is_a_fault(tmp_path: Path) -> None:
    """What stands in a folder's place is named, and so is a link to a folder elsewhere."""
    folder = make_session(tmp_path / "one")
    (folder / "videos").rename(tmp_path / "videos")
    (folder / "videos").symlink_to(tmp_path / "videos")
    (folder / "images").rename(tmp_path / "images")
    (folder / "images").write_text("in the way", "utf-8")
    found = {each.path: each.what for each in verify(folder)}
    assert found["images"] == found["videos"] == "damaged"


@pytest.mark.parametrize("named", ["/etc/hostname", "../../outside.png", "takes/images/abc.png", "images/shot_001.txt"])
def test_a_record_that_names_no_piece_proves_nothing(folder: Path, hashed: Hashed, named: str) -> None:
    """Nothing outside is read, and nothing missed, because a forged record speaks of it."""
    size = os.stat("/etc/hostname").st_size
    whole = Receipt.model_validate_json((folder / "images/shot_001.json").read_text("utf-8"))
    receipt = whole.model_copy(update={"path": named, "fingerprint": "f" * 64, "bytes": size}).sealed()
    place = folder / "results" / folder.name / "images" / "001-forged"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({"result": receipt.model_dump_json()}), "utf-8")
    assert [(each.what, each.path) for each in verify(folder) if each.what != "no record"] == [
        ("torn record", f"results/{folder.name}/images/001-forged")
    ]
    assert not [identity for identity in hashed.made if identity[1] == os.stat("/etc/hostname").st_ino]
