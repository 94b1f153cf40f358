"""The approvals of a session, `approvals.json`: what a person was asked before money is spent, and the answers.

A question is written down before it is asked and its answer before it is carried out, so that a run that begins again
from the top asks nothing twice and carries nothing out twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from studio.directing.director import direct_open, read_plan
from studio.directing.edits import Edit, Plan, Redo, redo
from studio.errors import BadInput
from studio.fs import files, tolerant
from studio.model.film import Shot
from studio.model.frozen_model import FrozenModel
from studio.planning.shots_named import shots_named
from studio.sessions.session import Session
from studio.store import lock
from studio.text.display import printable

Approve = Literal["no", "shots", "images", "both"]
ApprovalStep = Literal["shots", "images"]
"""What is approved: the plan, before pictures are made from it; the pictures, before clips are."""

APPROVALS = "approvals.json"
PROMPT_LETTERS = 8_000
"""Longest image prompt, as `studio.model.film.Shot` has it."""


@dataclass(frozen=True)
class Answer:
    """A person's answer. `redo` names shots to make again ('3, 5-7'); if it names any, `approve` is ignored."""

    approve: bool
    redo: str = ""
    notes: str = ""


class ShotChange(FrozenModel):
    """How a redo changes a shot: its new prompt and take. Only answers of earlier releases have these."""

    index: int = Field(ge=1)
    image_prompt: str
    take: int = Field(ge=1)


class AskedQuestion(FrozenModel):
    """One question and its answer; open while `at` is ''."""

    asked_for: ApprovalStep
    flow_run_id: str
    asked_at: str = Field(description="local time, ISO 8601")
    shown: tuple[str, ...] = Field(description="SHA-256 of what was shown: the plan as written, or every picture")
    at: str = Field(default="", description="when the answer came")
    approved: bool = False
    redo: tuple[int, ...] = ()
    notes: str = ""
    refused: str = Field(default="", description="why the answer could not be used")
    changes: tuple[ShotChange, ...] = ()
    carried_out: bool = True

    @property
    def rejected(self) -> bool:
        """Whether the answer is no."""
        return bool(self.at) and not (self.approved or self.redo or self.refused)


_BOOK = TypeAdapter(tuple[AskedQuestion, ...])


def answered(question: AskedQuestion, reply: Answer, shots: Sequence[Shot], at: str) -> AskedQuestion:
    """Return the question with its answer.

    Each shot to redo gets another take, with the notes in its prompt.

    Raises:
        BadInput: there is no such shot, the notes make a prompt too long, or they come with a yes, which would drop
            them.
    """
    numbers, notes = shots_named(reply.redo, len(shots)), printable(reply.notes)
    if notes and reply.approve and not numbers:
        raise BadInput("notes go with shots to redo, or with a no: say which shots, or leave the notes out")
    for shot in (shots[number - 1] for number in numbers):
        if len(shot.image_prompt) + len(f", {notes}") > PROMPT_LETTERS:
            raise BadInput(f"with these notes shot {shot.index} has a prompt of more than {PROMPT_LETTERS:,} letters")
    return question.model_copy(
        update={
            "at": at,
            "approved": reply.approve and not numbers,
            "redo": numbers,
            "notes": notes,
            "carried_out": not numbers,
        }
    )


class Approvals:
    """The questions and answers of one open session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked = _read(session)

    def settled(self, shown: Sequence[str]) -> bool:
        """Tell whether everything in `shown`, by SHA-256, was approved."""
        return set(shown) <= {each for asked in self._asked if asked.approved for each in asked.shown}

    def question(
        self, step: ApprovalStep, flow_run_id: str, shown: tuple[str, ...], now: str
    ) -> tuple[AskedQuestion, int]:
        """Return this run's open question about `step`, and how many such questions were answered before.

        If none is open, write a new one down.
        """
        mine = [asked for asked in self._asked if (asked.asked_for, asked.flow_run_id) == (step, flow_run_id)]
        number = sum(bool(asked.at) for asked in mine)
        if mine and not mine[-1].at:
            return mine[-1], number
        asked = AskedQuestion(asked_for=step, flow_run_id=flow_run_id, asked_at=now, shown=shown)
        self._write((*self._asked, asked))
        return asked, number

    def replace(self, before: AskedQuestion, after: AskedQuestion) -> None:
        """Replace a question: by its answered form, or by one about what is shown now."""
        self._write(tuple(after if asked is before else asked for asked in self._asked))

    def carry_out(self) -> None:
        """Change `shots.json` as the answers say, if that was not done yet, by an entry of the journal."""
        open_answers = [(number, each) for number, each in enumerate(self._asked, 1) if not each.carried_out]
        for number, asked in open_answers:
            plan = read_plan(self._session.folder, self._session.brief)
            # A hand may have taken shots out since.
            if numbers := [each for each in asked.redo if each <= len(plan.shots)]:
                edit = _changing(asked.changes) if asked.changes else redo(Redo(notes=asked.notes), numbers)
                words = f"redo, asked for an approval: {', '.join(f'shot {each}' for each in numbers)}"
                run = f"{asked.flow_run_id}, question {number}"
                if edit(plan) != plan:
                    direct_open(self._session.store, edit, "redo", words, asked.at, self._session.tell, run)
            self.replace(asked, asked.model_copy(update={"carried_out": True}))

    def _write(self, asked: tuple[AskedQuestion, ...]) -> None:
        self._asked = asked
        self._session.store.write_json(APPROVALS, [each.model_dump(mode="json") for each in asked])


def _changing(changes: Sequence[ShotChange]) -> Edit:
    by_number = {change.index: change.model_dump() for change in changes}

    def edit(plan: Plan) -> Plan:
        shots = (shot.model_copy(update=by_number.get(shot.index, {})) for shot in plan.shots)
        return replace(plan, shots=tuple(shots))

    return edit


def read_asked(folder: Path) -> tuple[AskedQuestion, ...]:
    """Return the questions of a session, the oldest first; () if the file cannot be read."""
    content = files.read_or_none(folder / APPROVALS)
    try:
        return _BOOK.validate_json(content or b"[]")
    except ValidationError:
        return ()


def stop_waiting(folder: Path, flow_run_id: str) -> None:
    """Record on the card of a run that is gone that it no longer waits.

    Raises:
        SessionLocked: another run is working on the session.
    """
    held = lock.take(folder)
    try:
        place = folder / "runs" / f"{flow_run_id}.json"
        with tolerant.entered(folder) as opened:
            card = tolerant.dict_at(opened, f"runs/{flow_run_id}.json") if opened is not None else {}
        if card.get("waits_for"):
            files.write_json(place, {**card, "waits_for": "", "waits_since": ""})
    finally:
        held.release()


def _read(session: Session) -> tuple[AskedQuestion, ...]:
    content = files.read_or_none(session.folder / APPROVALS)
    asked = read_asked(session.folder)
    if content and not asked and content.strip() != b"[]":
        aside = session.store.put_aside(APPROVALS)
        session.tell(f"{APPROVALS} cannot be read, so approval is asked for again; the file is kept as {aside}")
    return asked
