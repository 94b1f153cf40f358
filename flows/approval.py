"""Ask a person for approval before money is spent, and go on with the answer.

On a terminal the command that started the run asks (`flows/cli/approval_prompt.py`). A run of a deployment is
suspended, with a form on Prefect's pages; its process ends, and the run goes on once somebody answers there or with
`film approve`. Where neither is possible nothing is begun. Questions and answers are kept in the session:
`studio/sessions/approvals.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from prefect.exceptions import Pause
from prefect.flow_runs import asuspend_flow_run

from flows.approval_form import ApprovalForm, answer_of, form_text
from flows.run_page import storyboard_link
from flows.runs.status import is_deployed
from studio.errors import BadInput, Rejected
from studio.model.film import Shot
from studio.model.receipt import Receipt
from studio.sessions.approvals import Answer, Approvals, ApprovalStep, Approve, AskedQuestion, answered
from studio.sessions.session import Session
from studio.text.command_hints import command

PATIENCE_SECONDS = 30 * 24 * 3600
"""How long a suspended run waits: after 30 days Prefect calls it Failed, and nothing is lost."""


@dataclass(frozen=True)
class Question:
    """A question to a person: may these shots be painted or, for 'images', may their pictures be animated?"""

    step: ApprovalStep
    session: Session
    shots: tuple[Shot, ...]
    asked: AskedQuestion


Asker = Callable[[Question], Answer]
"""Asks a person at the terminal and returns a usable answer (one that `studio.sessions.approvals.answered` takes)."""

_asker: ContextVar[Asker | None] = ContextVar("_asker", default=None)


@contextmanager
def asking_with(asker: Asker | None) -> Iterator[None]:
    """Let a flow that runs within the block ask through `asker`; None for nobody."""
    token = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(token)


def check_askable(approve: Approve) -> None:
    """Make sure that somebody can be asked.

    Raises:
        BadInput: this is not a run of a deployment, and nobody sits at a terminal.
    """
    if approve != "no" and _asker.get() is None and not is_deployed():
        raise BadInput(
            f"nobody can be asked to approve {approve}: run it on a terminal, or as a run of the deployment "
            "(prefect deployment run make-film/local), or leave approve out"
        )


class Approver:
    """Asks for the approvals that `approve` names, in one run of one session."""

    def __init__(self, session: Session, approve: Approve) -> None:
        self._session, self._approve = session, approve
        self._book = Approvals(session)
        # Whether or not this run asks: an answer that an earlier run took is carried out if that run did not get to it.
        self._book.carry_out()

    async def approved(self, step: ApprovalStep, make: Callable[[], Sequence[Receipt]]) -> None:
        """Make the pieces of a step and return once a person has approved them; at once if the step needs no approval.

        What was approved is not asked about again in any run; what nobody has seen yet is.

        Args:
            make: makes what is shown, and returns its receipts; called again after shots were redone.

        Raises:
            Rejected: the answer is no.
            Pause: the run is suspended until somebody answers.
            FilmError: `make` failed.
        """
        if self._approve not in (step, "both"):
            return
        while True:
            shots = self._session.plans.shots()
            shown = tuple(receipt.sha256 for receipt in make() if not receipt.by_hand)
            if self._book.settled(shown):
                return
            await self._ask(step, shots, shown)
            if self._book.settled(shown) and self._session.plans.shots() == shots:
                return

    async def _ask(self, step: ApprovalStep, shots: tuple[Shot, ...], shown: tuple[str, ...]) -> None:
        asked, number = self._book.question(step, self._session.card_file.run_id, shown, _now())
        question = Question(step, self._session, shots, asked)
        asker = _asker.get()
        given = asker(question) if asker is not None else await self._suspended(question, number, shown)
        try:
            reply = given if isinstance(given, Answer) else answer_of(given)
            answer = answered(asked, reply, shots, _now())
        except BadInput as wrong:
            answer = asked.model_copy(update={"at": _now(), "refused": str(wrong)})
            self._session.tell(f"{wrong}; asked again")
        self._book.replace(asked, answer)
        self._book.carry_out()
        if answer.rejected:
            self._session.card_file.reject(answer.notes or "no reason was given")
            go_on = command("resume", self._session.id, self._session.folder.parent.parent)
            raise Rejected(f"rejected{f': {answer.notes}' if answer.notes else ''}; go on with: {go_on}")
        if answer.approved:
            self._session.tell(f"the {step} are approved")
        if answer.redo:
            self._session.tell(f"to redo: {', '.join(f'shot {number}' for number in answer.redo)}")

    async def _suspended(self, question: Question, number: int, shown: tuple[str, ...]) -> object:
        """Return the answer that this run was resumed with, as the form gave it; None if it was resumed without one.

        Raises:
            Pause: there is no answer yet: the run is suspended, and this process ends.
        """
        self._session.card_file.wait_for(question.step, _now())
        try:
            form: ApprovalForm = await asuspend_flow_run(
                wait_for_input=ApprovalForm.with_initial_data(description=self._text(question)),
                timeout=PATIENCE_SECONDS,
                key=f"approve-{question.step}-{number}",
            )
        except Pause:
            if question.asked.shown != shown:
                self._book.replace(question.asked, question.asked.model_copy(update={"shown": shown}))
            approve = command("approve", self._session.id, self._session.folder.parent.parent)
            self._session.tell(f"waits for approval of the {question.step}; answer on Prefect's pages, or: {approve}")
            raise
        except BaseException:
            self._session.card_file.wait_for("", "")
            raise
        self._session.card_file.wait_for("", "")
        return form.given

    def _text(self, question: Question) -> str:
        session = self._session
        title = session.plans.story().title or session.brief.idea
        return form_text(title, question.step, question.shots, session.folder, storyboard_link())


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")
