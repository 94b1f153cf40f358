"""Laws of what was asked and answered: read from words, written down first, carried out once, never in the way."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from studio.cli.session_page import show_report
from studio.errors import BadInput, SessionLocked
from studio.model.film import Shot
from studio.sessions.approvals import (
    PROMPT_LETTERS,
    Answer,
    Approvals,
    AskedQuestion,
    answered,
    read_asked,
    shots_named,
    stop_waiting,
)
from studio.sessions.find_or_make import busy_with, check_none_waits, unfinished
from studio.sessions.session import Session
from studio.status.listing import read_listing
from studio.status.report import read_report, report_json
from studio.status.snapshot import read_snapshot
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.sessions.make_sessions import brief, make_session
from tests.support.sessions.opened import opened_session

NOW = "2025-02-08T00:25:00"
QUESTION = AskedQuestion(asked_for="images", flow_run_id="abc", asked_at=NOW, shown=("a", "b"))
SHOTS = tuple(Shot(index=n, image_prompt=f"shot {n}", frames=48, seed=n) for n in range(1, 9))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_session(tmp_path / "sessions", clips=0, film=False)


def opened(folder: Path, told: list[str] | None = None, run_id: str = "abc") -> Session:
    return opened_session(folder, fake_crew(Log()), (told if told is not None else []).append, run_id, NOW)


# --- what words mean ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", ()),
        ("  ", ()),
        ("3", (3,)),
        ("3,5", (3, 5)),
        ("5 3", (3, 5)),
        ("3, 5-7", (3, 5, 6, 7)),
        ("5 - 7;1", (1, 5, 6, 7)),
        ("2,2,1-2", (1, 2)),
    ],
)
def test_shots_named(text: str, named: tuple[int, ...]) -> None:
    """Numbers and spans name shots, each once, in order; nothing names none."""
    assert shots_named(text, 8) == named


@pytest.mark.parametrize("text", ["0", "9", "7-9", "5-3", "1-999999", "three", "1.5", "-1", "1--2", "2000000000", "٣x"])
def test_shots_that_are_not_there(text: str) -> None:
    """What names no shot of the film is refused in words, never guessed."""
    with pytest.raises(BadInput, match="shot"):
        shots_named(text, 8)


@given(st.sets(st.integers(1, 300), min_size=1))
def test_every_list_of_shots_reads_back(named: set[int]) -> None:
    """Whatever shots are listed, those are named."""
    assert shots_named(", ".join(map(str, named)), 300) == tuple(sorted(named))


def test_a_redo_is_no_approval() -> None:
    """Where shots are to be redone, nothing is approved and nothing rejected, whatever the form's switch says."""
    for approve in (True, False):
        answer = answered(QUESTION, Answer(approve, "3"), SHOTS, NOW)
        assert (answer.approved, answer.rejected, answer.redo) == (False, False, (3,))
    assert answered(QUESTION, Answer(True), SHOTS, NOW).approved
    assert answered(QUESTION, Answer(False, notes="no"), SHOTS, NOW).rejected
    assert not QUESTION.rejected


def test_a_yes_drops_no_notes() -> None:
    """Notes without shots to redo are refused where the answer is yes: they would be lost, and the money spent."""
    with pytest.raises(BadInput, match="notes go with shots"):
        answered(QUESTION, Answer(True, notes="at night"), SHOTS, NOW)


def test_notes_are_one_line_of_the_prompt() -> None:
    """Notes go to the prompts, harmless and on one line; a prompt that grows too long is refused."""
    asked = answered(QUESTION, Answer(True, "3", "at\nnight \x1b[31m"), SHOTS, NOW)
    assert (asked.redo, asked.notes, asked.carried_out) == ((3,), "at night \ufffd[31m", False)
    with pytest.raises(BadInput, match="prompt"):
        answered(QUESTION, Answer(True, "3", "x" * PROMPT_LETTERS), SHOTS, NOW)


# --- what is kept ---------------------------------------------------------------------------------


def test_a_question_is_open_until_it_is_answered(folder: Path) -> None:
    """A run that begins again finds its question open, and the next one has the next number; another run asks anew."""
    session = opened(folder)
    try:
        asked, number = Approvals(session).question("images", "abc", ("a",), NOW)
        book = Approvals(session)
        again, same = book.question("images", "abc", ("b",), NOW)
        assert (again, same, number) == (asked, 0, 0)
        book.replace(again, answered(again, Answer(True, "1"), session.plans.shots(), NOW))
        assert book.question("images", "abc", ("b",), NOW)[1] == 1
        assert book.question("images", "xyz", ("b",), NOW)[1] == 0
        assert book.question("shots", "abc", ("b",), NOW)[1] == 0
    finally:
        session.store.release()


def test_only_what_was_shown_is_approved(folder: Path) -> None:
    """An approval holds for what was shown and for less, never for more."""
    session = opened(folder)
    try:
        book = Approvals(session)
        asked, _ = book.question("images", "abc", ("a", "b"), NOW)
        assert not book.settled(("a",))
        book.replace(asked, answered(asked, Answer(True), session.plans.shots(), NOW))
        assert Approvals(session).settled(("b",))
        assert not Approvals(session).settled(("a", "c"))
    finally:
        session.store.release()


def test_a_redo_of_a_shot_that_is_gone_is_left_out(folder: Path) -> None:
    """A hand took the shot out before the answer was carried out: the run goes on with those that are there."""
    session = opened(folder)
    try:
        book = Approvals(session)
        asked, _ = book.question("images", "abc", (), NOW)
        book.replace(asked, answered(asked, Answer(True, "1,3"), session.plans.shots(), NOW))
        shots = json.loads((folder / "shots.json").read_text("utf-8"))
        (folder / "shots.json").write_text(json.dumps(shots[:2]), "utf-8")
        Approvals(session).carry_out()
        assert [shot.take for shot in session.plans.shots()] == [2, 1]
        assert all(each.carried_out for each in read_asked(folder))
    finally:
        session.store.release()


def test_a_redo_is_an_edit_that_goes_on(folder: Path) -> None:
    """Carried out once however often it is begun; the plan's receipt keeps what was written and what is used."""
    session = opened(folder)
    try:
        book = Approvals(session)
        asked, _ = book.question("images", "abc", (), NOW)
        book.replace(asked, answered(asked, Answer(True, "2"), session.plans.shots(), NOW))
        # Killed here, and once more after the plan was written.
        before = (folder / "approvals.json").read_bytes()
        for _ in range(3):
            Approvals(session).carry_out()
            (folder / "approvals.json").write_bytes(before)
        Approvals(session).carry_out()
        assert [shot.take for shot in session.plans.shots()] == [1, 2, 1]
        edited = (folder / "shots.json").read_text("utf-8").replace('"take": 2', '"take": 5')
        (folder / "shots.json").write_text(edited, "utf-8")
        Approvals(session).carry_out()
        assert [shot.take for shot in session.plans.shots()] == [1, 5, 1]
        receipt = json.loads((folder / "receipts/shots.json").read_text("utf-8"))
        assert '"take": 2' in receipt["edited"]
    finally:
        session.store.release()


@pytest.mark.parametrize("content", [b"{", b"[{}]", b"\xff", b'{"a": 1}', b"[1]"])
def test_what_does_not_read_is_asked_again(folder: Path, content: bytes) -> None:
    """A torn file stops nothing: it is kept, told, and what was approved is asked for again."""
    (folder / "approvals.json").write_bytes(content)
    told: list[str] = []
    session = opened(folder, told)
    try:
        assert not Approvals(session).settled(("a",))
        assert any("takes/damaged/approvals.json" in line for line in told)
        assert (folder / "takes/damaged/approvals.json").read_bytes() == content
    finally:
        session.store.release()


# --- what a session that waits looks like ---------------------------------------------------------


def test_a_run_that_waits(folder: Path) -> None:
    """Listed and viewed as waiting with the command that answers, not offered; a new run's card ends that."""
    session = opened(folder)
    session.card_file.wait_for("images", NOW)
    assert [found.state for found in [read_listing(folder)] if found] == ["running"]
    # Killed before its card said that it ended: it waits all the same.
    session.store.release()
    for ended in (False, True):
        if ended:
            session = opened(folder)
            session.card_file.wait_for("images", NOW)
            session.close(NOW)
        listing, report = read_listing(folder), read_report(folder, folder.parents[1])
        assert listing is not None
        assert listing.state == report.state == "waiting"
        assert report.answer.split(" --output")[0] == f"film approve {folder.name}"
        assert report.go_on.split(" --output")[0] == f"film resume {folder.name}"
        assert report_json(report)["waits_for"] == "images"
        assert unfinished(folder.parent) == []
        assert "waits for approval" in busy_with(folder.parent, brief().idea, brief().options)
        with pytest.raises(BadInput, match="film approve"):
            check_none_waits(folder.parent)
    other = opened(folder, run_id="xyz")
    other.close(NOW)
    facts = read_snapshot(folder)
    assert facts is not None
    assert facts.waits_for == ""
    assert unfinished(folder.parent) == [folder]


def test_a_session_that_was_rejected(folder: Path) -> None:
    """Listed and viewed as rejected, with notes and the command that goes on; offered; a new run's card ends that."""
    session = opened(folder)
    session.card_file.reject("too [dark]")
    session.record_failure("an earlier run failed", NOW)
    assert [found.state for found in [read_listing(folder)] if found] == ["running"]
    session.close(NOW)
    listing, report = read_listing(folder), read_report(folder, folder.parents[1])
    assert listing is not None
    assert listing.state == report.state == "rejected"
    console = Console(file=io.StringIO(), width=100)
    show_report(report, console)
    said = console.file.getvalue()  # type: ignore[attr-defined]  # of the StringIO
    assert "rejected    too [dark]" in said
    assert f"go on with  film resume {folder.name}" in said
    assert report_json(report)["rejected"] == "too [dark]"
    assert unfinished(folder.parent) == [folder]
    session = opened(folder, run_id="xyz")
    session.forget_failure()
    session.close(NOW)
    assert [found.state for found in [read_listing(folder)] if found] == ["interrupted"]


def test_a_run_that_is_gone_waits_no_more(folder: Path) -> None:
    """Its card says so then, unless somebody works on the session."""
    session = opened(folder)
    session.card_file.wait_for("images", NOW)
    with pytest.raises(SessionLocked):
        stop_waiting(folder, "abc")
    session.close(NOW)
    stop_waiting(folder, "nobody")
    assert [found.state for found in [read_listing(folder)] if found] == ["waiting"]
    stop_waiting(folder, "abc")
    assert [found.state for found in [read_listing(folder)] if found] == ["interrupted"]
    assert read_asked(folder) == ()
