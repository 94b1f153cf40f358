"""The card of a run: who works on a session, and how far it got, in a file of its own."""

from __future__ import annotations

from pydantic import BaseModel

from studio.store.session_store import SessionStore


class RunCard(BaseModel):
    """The card of a run, `runs/<flow-run-id>.json`: who works or worked on the session. The file also holds the brief.

    What a card says:
        no `ended_at`, and the session is not locked: the run was cut off.
        `waits_for` ('shots', 'images'): the run is suspended until a person approves.
        `rejected`: a person ended the run, and why.
        `suspended`: the run was suspended in Prefect, and when.
    """

    flow_run_id: str
    pid: int
    host: str
    started_at: str
    version: str
    ended_at: str = ""
    waits_for: str = ""
    waits_since: str = ""
    rejected: str = ""
    suspended: str = ""


class RunCardFile:
    """The card of the run that works on an open session, as a file: written at once, and again after every change."""

    def __init__(self, store: SessionStore, card: RunCard) -> None:
        self._store, self._card = store, card
        self.publish()

    def publish(self) -> None:
        """Write the card as it is, with the session's present brief."""
        self._publish(self._card)

    @property
    def run_id(self) -> str:
        """The id of the flow run."""
        return self._card.flow_run_id

    @property
    def waits(self) -> bool:
        """Whether the run waits for a person's approval."""
        return self._card.waits_for != ""

    def wait_for(self, step: str, since: str) -> None:
        """Record that the run waits for a person's approval of `step`; '' if it no longer waits."""
        self._publish(self._card.model_copy(update={"waits_for": step, "waits_since": since}))

    def reject(self, why: str) -> None:
        """Record that a person rejected what the run showed, and why."""
        self._publish(self._card.model_copy(update={"rejected": why}))

    def suspend(self, at: str) -> None:
        """Record that the run was suspended, and when."""
        self._publish(self._card.model_copy(update={"suspended": at}))

    def end(self, at: str) -> None:
        """Record that the run ended, and when."""
        self._publish(self._card.model_copy(update={"ended_at": at}))

    def _publish(self, card: RunCard) -> None:
        self._card = card
        content = {**card.model_dump(), "brief": self._store.brief.model_dump(mode="json")}
        self._store.publish_card(card.flow_run_id, content)
