"""Laws of approval: asked before money is spent, answered on the terminal, in a form or by command, and never twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.approval import Question, asking_with
from flows.cli.approval_prompt import QUESTION, reply_of
from studio.errors import BadInput, Rejected
from studio.model.events import Event, listening
from studio.sessions.approvals import Answer, read_asked
from studio.status.listing import read_listing
from studio.store.journal import Journal
from tests.flows.cli.test_terminal import Terminal
from tests.support.films.film_command import IDEA, TINY, Film, assert_one_line
from tests.support.films.runs import Studio
from tests.support.sampled import sampled

SHORT: dict[str, Any] = {"seconds": 5.0, "shot_seconds": 2.0, "music": False}
"""A film of two shots."""


class Person:
    """Answers as told, one answer a question, and remembers what was asked."""

    def __init__(self, *replies: Answer) -> None:
        self._replies = list(replies)
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, question: Question) -> Answer:
        self.asked.append((question.step, tuple(shot.image_prompt for shot in question.shots)))
        return self._replies.pop(0)

    @property
    def steps(self) -> list[str]:
        return [step for step, _ in self.asked]


YES, NO = Answer(True), Answer(False, notes="too dark")


# --- in one process -------------------------------------------------------------------------------


@pytest.mark.thorough
def test_without_approve_nobody_is_asked(studio: Studio) -> None:
    """Without `approve` a run asks nothing and writes nothing about it, though somebody could be asked."""
    person = Person()
    with asking_with(person):
        assert studio.film(**SHORT).state.is_completed()
    assert person.asked == []
    assert not (studio.only_folder() / "approvals.json").exists()


def test_where_nobody_can_be_asked_nothing_begins(studio: Studio) -> None:
    """Neither a terminal nor a deployment: refused in words, before there is a session."""
    done = studio.film(approve="images")
    assert isinstance(done.state.result(raise_on_failure=False), BadInput)
    assert not (studio.output / "sessions").exists()
    assert done.made == {}


def test_asked_before_pictures_and_before_clips(studio: Studio) -> None:
    """The first question comes before the first picture, the second with all pictures and lines and without a clip."""
    made: list[set[str]] = []

    def person(question: Question) -> Answer:
        folder = question.session.folder
        made.append({path.parent.name for path in folder.glob("*/shot_*.*") if path.suffix != ".json"})
        assert len(list(folder.glob("images/*.png"))) in (0, len(question.shots))
        return YES

    with asking_with(person):
        assert studio.film(approve="both", **SHORT).state.is_completed()
    assert made == [set(), {"images", "narration"}]


def test_a_redo_makes_only_these_shots_anew_and_asks_again(studio: Studio) -> None:
    """The shots to redo get another take, with the notes in the prompt; no other picture is made."""
    person = Person(Answer(False, "2", "at night"), Answer(True, "1"), YES)
    with asking_with(person):
        done = studio.film(approve="images", **SHORT)
    assert done.state.is_completed()
    assert person.steps == ["images"] * 3
    shots = studio.shots(studio.only_folder().name)
    assert [shot["take"] for shot in shots] == [2, 2]
    assert ", at night" in shots[1]["image_prompt"]
    assert done.made["image"] == len(shots) + 2
    assert done.made["video"] == len(shots)


@pytest.mark.thorough
def test_a_redo_is_no_edit_by_hand(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run after a redo says nothing of an edit, though it is not the plan as written; a person's own edit, later or
    while being asked, is told by its fields."""
    told: list[str] = []
    with asking_with(Person(Answer(False, "2", "at night"), Answer(True, "1"), YES)):
        assert studio.film(approve="images", **SHORT).state.is_completed()
    session_id = studio.only_folder().name

    def hear(event: Event) -> None:
        told.extend([event.text] if "by hand" in event.text else [])

    with listening(hear):
        assert studio.again(session_id, **SHORT).state.is_completed()
        assert told == []
        shots = studio.shots(session_id)
        shots[1]["camera"] = "zoom"
        studio.write_shots(session_id, shots)
        assert studio.again(session_id, **SHORT).state.is_completed()
    (line,) = told
    assert line.endswith("unlike the plan as written: shot 2 camera")


def test_what_was_approved_is_not_asked_for_again(studio: Studio) -> None:
    """A later run asks nothing that was approved; a picture that nobody has seen is asked about, and only that."""
    with asking_with(Person(YES, YES)):
        assert studio.film(approve="both", **SHORT).state.is_completed()
    session_id = studio.only_folder().name
    person = Person()
    with asking_with(person):
        assert studio.again(session_id, approve="both", **SHORT).state.is_completed()
    shots = studio.shots(session_id)
    shots[0]["image_prompt"] = "a harbour"
    studio.write_shots(session_id, shots)
    person = Person(YES)
    with asking_with(person):
        assert studio.again(session_id, approve="both", **SHORT).state.is_completed()
    assert person.steps == ["images"]


@pytest.mark.thorough
def test_an_edit_while_it_waits_is_used_and_seen(studio: Studio) -> None:
    """Who edits a prompt while being asked about the pictures is asked about the new one before it moves."""
    edits = ["a harbour"]

    def person(question: Question) -> Answer:
        asked.append(question.shots[0].image_prompt)
        if edits:
            shots = studio.shots(question.session.id)
            shots[0]["image_prompt"] = edits.pop()
            studio.write_shots(question.session.id, shots)
        return YES

    asked: list[str] = []
    with asking_with(person):
        assert studio.film(approve="images", **SHORT).state.is_completed()
    assert len(asked) == 2
    assert asked[1] == "a harbour"


def test_rejected_ends_cleanly(studio: Studio) -> None:
    """After a no the run is Cancelled with the reason, nothing is a failure, and the session goes on without asking."""
    with asking_with(Person(NO)):
        done = studio.film(approve="shots", **SHORT)
    assert done.state.is_cancelled()
    assert done.state.message.startswith("rejected: too dark; go on with: ")
    assert isinstance(done.state.result(raise_on_failure=False), Rejected)
    folder = studio.only_folder()
    assert not (folder / "failure.json").exists()
    assert done.made.get("image", 0) == 0
    assert json.loads(next(folder.glob("runs/*.json")).read_text("utf-8"))["rejected"] == "too dark"
    assert [found.state for found in [read_listing(folder)] if found] == ["rejected"]
    assert studio.again(folder.name, **SHORT).state.is_completed()


class Killed(BaseException):
    """What kill -9 looks like from inside, for a test that goes on living."""


@sampled("moment", ["before the plan", "after the plan"])
def test_a_redo_is_carried_out_once(studio: Studio, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Killed between an answer's record and its execution: the next run carries it out, once, and asks what follows."""
    record = Journal.record

    def die(journal: Journal, *asked: Any, **more: Any) -> None:
        if moment == "after the plan":
            record(journal, *asked, **more)
        raise Killed

    with monkeypatch.context() as patch, asking_with(Person(Answer(False, "1"))):
        patch.setattr(Journal, "record", die)
        with pytest.raises(Killed):
            studio.film(approve="shots", **SHORT)
    session_id = studio.only_folder().name
    person = Person(YES)
    with asking_with(person):
        assert studio.again(session_id, approve="shots", **SHORT).state.is_completed()
    assert person.steps == ["shots"]
    assert [shot["take"] for shot in studio.shots(session_id)] == [2, 1]
    assert [asked.carried_out for asked in read_asked(studio.folder(session_id))] == [True, True]


# --- on a terminal --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("y", YES),
        ("Yes", YES),
        ("n", Answer(False)),
        ("no too dark", NO),
        ("redo 3,5", Answer(False, "3,5")),
        ("redo 3 , 5-7 more rain, 2 cats", Answer(False, "3 , 5-7", "more rain, 2 cats")),
        ("redo", None),
        ("", None),
        ("yes please", None),
        ("nope", None),
        ("redo all", None),
    ],
)
def test_what_a_line_answers(line: str, reply: Answer | None) -> None:
    """A typed line is an answer or it is none: nothing that was not meant as a yes is one."""
    assert reply_of(line) == reply


@pytest.mark.thorough
def test_asked_on_the_terminal(film: Film) -> None:
    """The table makes way for what is asked; a wrong answer is asked again; a no ends with 1 and the way on."""
    terminal = Terminal(film, "make", IDEA, *TINY, "--no-music", "--approve", "both")
    try:
        terminal.read_until(QUESTION)
        assert "Shots to be painted" in terminal.text
        terminal.type("maybe\nredo 99\nredo 1 [bold]at night[/bold]\n")
        terminal.read_until(", [bold]at night[/bold]")
        assert "there is no shot 99" in terminal.text
        terminal.type("y\n")
        terminal.read_until("Pictures to be made clips of")
        terminal.type("n too dark\n")
        assert terminal.end() == 1, terminal.text
    finally:
        terminal.close()
    last = terminal.text.splitlines()[-1]
    assert "rejected: too dark" in last
    assert f"film resume {film.sessions[0].name}" in last
    assert "Traceback" not in terminal.text
    assert film.calls("video begin") == 0
    assert film.calls("image begin") == len(json.loads((film.sessions[0] / "shots.json").read_text("utf-8")))


@pytest.mark.thorough
def test_without_a_terminal_it_is_refused_at_once(film: Film) -> None:
    """`film make --approve` where nobody sits: one line, 2, and nothing is made."""
    code, _, err = film.run("make", IDEA, *TINY, "--approve", "shots")
    assert code == 2
    assert_one_line(err)
    assert "--approve shots" in err
    assert film.sessions == []
