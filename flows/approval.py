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
from typing import Self
from uuid import UUID

from prefect.exceptions import Pause
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.input.actions import aread_flow_run_input
from prefect.input.run_input import Keyset
from pydantic import Field, PrivateAttr

from flows.runs.status import is_deployed
from studio.errors import BadInput, Rejected
from studio.model.film import Shot
from studio.model.receipt import Receipt
from studio.sessions.approvals import Answer, Approvals, ApprovalStep, Approve, AskedQuestion, answered
from studio.sessions.session import Session
from studio.text.command_hints import command
from studio.text.display import printable

PATIENCE_SECONDS = 30 * 24 * 3600
"""How long a suspended run waits: after 30 days Prefect calls it Failed, and nothing is lost."""
_SHOTS_SHOWN = 100
"""The most shots in a form's text; a longer film is looked at in its folder."""
_MARKUP = "\\`*_{}[]<>()#+-.!|~&:@"


class Approval(RunInput):
    """The form in Prefect's pages."""

    approve: bool = Field(
        default=True, title="Approve", description="Off, with no shots to redo: the film is rejected, and the run ends."
    )
    shots_to_redo: str = Field(
        default="", title="Shots to redo", description="For example 3, 5-7. They are made again and shown again."
    )
    notes: str = Field(
        default="",
        title="Notes",
        description="Added to the prompts of the shots to redo; without notes each is another take of the same prompt.",
    )

    _given: bool = PrivateAttr(default=True)

    @classmethod
    async def aload(cls, keyset: Keyset, flow_run_id: UUID | None = None) -> Self:
        """Load the answer; where nobody gave one, the result approves nothing."""
        # A run that waited too long and is retried goes on as if it had been resumed, but with no answer at all, and
        # Prefect would load the form with its default, which approves.
        if await aread_flow_run_input(keyset["response"], flow_run_id=flow_run_id) is None:
            nothing = cls(approve=False)
            nothing._given = False
            return nothing
        return await super().aload(keyset, flow_run_id)


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
        reply = asker(question) if asker is not None else await self._suspended(question, number, shown)
        try:
            if reply is None:
                raise BadInput("the run was resumed without an answer")
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

    async def _suspended(self, question: Question, number: int, shown: tuple[str, ...]) -> Answer | None:
        """Return the answer that this run was resumed with; None if it was resumed without one.

        Raises:
            Pause: there is no answer yet: the run is suspended, and this process ends.
        """
        self._session.card_file.wait_for(question.step, _now())
        try:
            form: Approval = await asuspend_flow_run(
                wait_for_input=Approval.with_initial_data(description=_description(question)),
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
        return Answer(form.approve, form.shots_to_redo, form.notes) if form._given else None


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")


def _description(question: Question) -> str:
    """Return the form's text in Markdown, escaped so that nothing in a prompt is read as markup."""
    what = "painting them" if question.step == "shots" else "making a clip of each picture"
    lines = [
        f"**{_plain(question.session.brief.idea)}**",
        f"{len(question.shots)} shots of {question.session.id}, before {what}. The storyboard is among this run's "
        "artifacts; everything is in the session's folder, where shots.json may be edited while this waits.",
    ]
    for shot in question.shots[:_SHOTS_SHOWN]:
        said = f", says: {_plain(shot.narration)}" if shot.narration else ""
        where = f", {_plain(shot.image_path)}" if question.step == "images" else ""
        lines.append(f"{shot.index}\\. {_plain(shot.camera)}: {_plain(shot.image_prompt)}{said}{where}")
    if len(question.shots) > _SHOTS_SHOWN:
        lines.append(f"and {len(question.shots) - _SHOTS_SHOWN} more")
    return "\n\n".join(lines)


def _plain(text: str) -> str:
    return "".join(f"\\{letter}" if letter in _MARKUP else letter for letter in printable(text))
