"""Laws of repairing: nothing is changed unasked, what can be proved is put back, what is lost is named and priced."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from studio.billing.calls import read_calls
from studio.checks.repair import repair, survey
from studio.checks.verify import FAULTS, verify
from studio.errors import SessionLocked
from studio.model.pieces import Order
from studio.store import lock
from studio.store.receipts import read_receipt, receipt_bytes
from tests.support.sessions.counter import Vendor, content, desk_in, request_of
from tests.support.sessions.make_sessions import PNG, add_piece, make_session, snapshot
from tests.support.sessions.sessions_command import run

LOST = ("images/shot_002.png", "narration/shot_001.wav", "videos/shot_003.mp4", "score.wav", "film.mp4")
PLANS = ("story.json", "scene_graph.json", "shots.json", "timeline.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished session whose brief has its copy, and whose plans' receipts hold the plans."""
    folder = make_session(tmp_path, shots=3)
    for name in PLANS:
        place = folder / "receipts" / name
        receipt = read_receipt(place)
        assert receipt is not None
        place.write_bytes(receipt_bytes(receipt.model_copy(update={"content": (folder / name).read_text("utf-8")})))
    return folder


def mended(folder: Path) -> list[str]:
    told: list[str] = []
    repair(folder, "output/sessions/x", told.append)
    return told


def test_a_survey_changes_nothing(folder: Path) -> None:
    """What is wrong is said, and not a byte is changed."""
    (folder / "images/shot_002.png").write_bytes(b"torn")
    (folder / "story.json").write_bytes(b"{")
    before = snapshot(folder)
    assert {mend.finding.path for mend in survey(folder)} == {"images/shot_002.png", "story.json"}
    assert snapshot(folder) == before


def test_a_whole_session_needs_no_repair(folder: Path) -> None:
    """Where all is as the receipts say, there is nothing to mend."""
    mended(folder)
    assert survey(folder) == []
    assert verify(folder) == []


@pytest.mark.parametrize("name", LOST)
def test_a_lost_piece_is_named_and_priced(folder: Path, name: str) -> None:
    """A damaged piece of which there is no whole copy is moved to takes/damaged/; its receipt stays where it was, and
    tells after the repair, too, that making it again costs what it cost."""
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:1])
    (mend,) = [mend for mend in survey(folder) if mend.lost]
    assert (mend.finding.path, mend.seconds) == (name, 0.25)
    told = mended(folder)
    assert any(f"{name} is lost" in line for line in told)
    assert not (folder / name).exists()
    kept = folder / "takes/damaged" / Path(name).name
    assert kept.read_bytes() == content[:1]
    (mend,) = [mend for mend in survey(folder) if mend.lost]
    assert (mend.finding.path, mend.finding.what, mend.seconds) == (name, "missing", 0.25)
    assert not [finding for finding in verify(folder) if finding.what == "damaged"]


@pytest.mark.parametrize("how", ["damaged", "missing"])
def test_a_lost_piece_whose_answer_is_held_costs_nothing(folder: Path, how: str) -> None:
    """What the vendor sent is made into the piece again: free where all of it is held, else for what is not."""
    name, place = "images/shot_002.png", folder / "images/shot_002.json"
    receipt = read_receipt(place)
    assert receipt is not None
    place.write_bytes(receipt_bytes(receipt.model_copy(update={"cost_usd": 0.1})))
    order, answers = Order(folder.name, "images", 2, receipt.fingerprint), []
    for part in ("1", "2"):
        desk_in(folder, order).call(request_of(part), Vendor(b"picture"), content)
        answers.append(folder / read_calls(folder)[-1].answer_path)
    (folder / name).unlink() if how == "missing" else (folder / name).write_bytes(b"torn")
    (mend,) = [mend for mend in survey(folder) if mend.lost]
    assert mend.cost_usd == pytest.approx(0.02)
    assert "$0.0800 of it is free" in mend.remedy
    place.write_bytes(receipt_bytes(receipt.model_copy(update={"cost_usd": 0.08})))
    (mend,) = [mend for mend in survey(folder) if mend.lost]
    assert (mend.cost_usd, mend.seconds) == (0.0, 0.25)
    assert "which is held: that costs nothing" in mend.remedy
    answers[0].write_bytes(b"torn")
    (mend,) = [mend for mend in survey(folder) if mend.lost]
    assert mend.cost_usd == pytest.approx(0.04)
    answers[1].unlink()
    (mend,) = [mend for mend in survey(folder) if mend.lost]
    assert (mend.cost_usd, mend.remedy.count("free")) == (pytest.approx(0.08), 0)


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("content", [b"", b"{", b"not json at all", None])
def test_a_broken_plan_is_put_back(folder: Path, name: str, content: bytes | None) -> None:
    """A plan that does not read, or is gone, is put back as its receipt holds it; what was there is kept."""
    written = (folder / name).read_bytes()
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    (mend,) = [mend for mend in survey(folder) if mend.finding.path == name]
    assert not mend.lost
    mended(folder)
    assert (folder / name).read_bytes() == written
    if content is not None:
        assert (folder / "takes/damaged" / name).read_bytes() == content
    assert not [finding for finding in verify(folder) if finding.what in FAULTS]


def test_an_edited_plan_and_a_picture_by_hand_are_left_alone(folder: Path) -> None:
    """What a person made is no damage."""
    text = (folder / "story.json").read_text("utf-8")
    (folder / "story.json").write_text(text.replace('"title": "', '"title": "My '), "utf-8")
    edited = (folder / "story.json").read_bytes()
    mended(folder)
    assert (folder / "story.json").read_bytes() == edited


def test_a_damaged_piece_comes_back_from_takes(folder: Path) -> None:
    """Where a whole copy made from the same is kept, nothing is lost and nothing need be made."""
    receipt = add_piece(folder, "images", 2, PNG, place="takes/images/abc")
    place = folder / "images/shot_002.json"
    before = read_receipt(place)
    assert before is not None
    place.write_bytes(receipt_bytes(before.model_copy(update={"fingerprint": receipt.fingerprint})))
    (folder / "images/shot_002.png").write_bytes(b"torn")
    assert [mend.lost for mend in survey(folder) if mend.finding.path == "images/shot_002.png"] == [False]
    mended(folder)
    assert (folder / "images/shot_002.png").read_bytes() == PNG


def test_a_torn_receipt_is_written_again_from_the_record(folder: Path) -> None:
    """A receipt that does not read any more costs nothing: the engine's record holds it."""
    whole = (folder / "videos/shot_002.json").read_bytes()
    (folder / "videos/shot_002.json").write_bytes(whole[:40])
    (mend,) = survey(folder)
    assert not mend.lost
    mended(folder)
    assert (folder / "videos/shot_002.json").read_bytes() == whole


@pytest.mark.parametrize("name", ["images/shot_1000.json", "videos/shot_004.json", "narration/shot_009.json"])
def test_what_claims_to_be_a_receipt_of_no_shot_loses_nothing(folder: Path, name: str) -> None:
    """A stray file beside no piece, of no shot of the plan, is moved away; no piece is called lost, nor priced."""
    (folder / name).write_text("{}", "utf-8")
    (mend,) = survey(folder)
    assert (mend.finding.path, mend.lost, mend.unknown) == (name, False, False)
    assert "there is no piece beside it" in mend.remedy
    mended(folder)
    assert survey(folder) == []
    assert (folder / "takes/damaged" / Path(name).name).read_text("utf-8") == "{}"


def test_a_planned_piece_and_its_torn_receipt_are_one_loss(folder: Path) -> None:
    """A shot of the plan whose picture is gone, its receipt torn, is one piece that is lost."""
    (folder / "images/shot_002.json").write_text("{}", "utf-8")
    (folder / "images/shot_002.png").unlink()
    assert sorted((mend.finding.path, mend.lost) for mend in survey(folder)) == [
        ("images/shot_002.json", False),
        ("images/shot_002.png", True),
    ]


def test_a_flipped_bit_in_a_receipt_is_found(folder: Path) -> None:
    """A receipt vouches for itself: where one digit changed it does not read, though it is still JSON."""
    place = folder / "images/shot_001.json"
    text = place.read_text("utf-8")
    place.write_text(text.replace('"seed": 1', '"seed": 3'), "utf-8")
    assert place.read_text("utf-8") != text
    assert [finding.what for finding in verify(folder)] == ["torn receipt"]
    mended(folder)
    assert place.read_text("utf-8") == text


def test_damaged_takes_are_moved_out_of_the_way(folder: Path) -> None:
    """An earlier version that is damaged, or whose receipt is, is not taken for one."""
    add_piece(folder, "images", 2, PNG + b"earlier", place="takes/images/abc")
    add_piece(folder, "images", 2, PNG + b"other", place="takes/images/def")
    (folder / "takes/images/abc.png").write_bytes(b"")
    (folder / "takes/images/def.json").write_bytes(b"")
    assert len([mend for mend in survey(folder) if mend.lost]) == 2
    mended(folder)
    assert os.listdir(folder / "takes/images") == []
    assert not [finding for finding in verify(folder) if finding.what in FAULTS]


def test_takes_of_any_name_are_moved(folder: Path) -> None:
    """What claims to be a take is moved away with what lies beside it, however many dots its name has."""
    for name in ("a.b.json", "a.b.png", "..json", "c.json"):
        (folder / "takes/images").mkdir(parents=True, exist_ok=True)
        (folder / "takes/images" / name).write_text("{", "utf-8")
    mended(folder)
    assert {path.name for path in (folder / "takes/damaged").iterdir()} >= {"a.b.json", "a.b.png", "c.json"}


def test_a_session_that_is_being_worked_on_is_not_repaired(folder: Path) -> None:
    """A repair takes the session's lock; under a run nothing is changed."""
    (folder / "story.json").write_bytes(b"{")
    held = lock.take(folder)
    try:
        with pytest.raises(SessionLocked):
            mended(folder)
    finally:
        held.release()
    assert (folder / "story.json").read_bytes() == b"{"


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def asked(folder: Path, tmp_path: Path) -> tuple[str, ...]:
    """The arguments that repair the session."""
    home = tmp_path / "output" / "sessions"
    home.mkdir(parents=True)
    folder.rename(home / folder.name)
    (home / folder.name / "videos/shot_003.mp4").write_bytes(b"torn")
    return ("repair", folder.name, "--output", str(tmp_path / "output"))


def test_repair_changes_nothing_unasked(asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Without --yes, and nobody at a terminal: what is wrong, what is lost, its price, the line that mends it; 1."""
    home = Path(asked[-1])
    before = snapshot(home)
    code, out, err = run(capsys, *asked)
    assert (code, err) == (1, "")
    assert snapshot(home) == before
    assert "videos/shot_003.mp4: its checksum is not its receipt's" in out
    assert "1 piece is lost" in out
    assert "film resume" in out
    assert out.splitlines()[-1].startswith("Nothing was changed. To repair it: ")
    assert "--yes" in out.splitlines()[-1]


def test_repair_with_yes(asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """With --yes it is mended, each thing that is done is said; asked again, there is nothing to repair but to make."""
    code, out, err = run(capsys, *asked, "--yes")
    assert (code, err) == (0, "")
    assert "shot 3: videos/shot_003.mp4 is lost: the next run makes it again" in out
    assert out.splitlines()[-1].startswith("Repaired. To make what is missing: ")
    code, out, _ = run(capsys, *asked)
    assert code == 0, out
    assert "There is nothing that a repair would change" in out
    assert "film resume" in out


def test_repair_as_json(asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints one value, with what is lost and its price, and says whether anything was changed."""
    code, out, _ = run(capsys, *asked, "--json")
    value = json.loads(out)
    assert (code, value["repaired"], value["lost"], value["seconds"], value["cost_usd"]) == (1, False, 1, 0.25, 0.0)
    code, out, _ = run(capsys, *asked, "--json", "--yes")
    assert (code, json.loads(out)["repaired"]) == (0, True)
