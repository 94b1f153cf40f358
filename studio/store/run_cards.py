"""The card of a run: who works on a session, and how far it got, in a file of its own."""

from __future__ import annotations

from pydantic import BaseModel

from studio.store.session_store import SessionStore


class RunCard(BaseModel):
    """`runs/<flow-run-id>.json`: who works or worked on the session; a third copy of the brief is in it.

    A card without `ended_at` under no lock is that of a run that was cut off; one with `waits_for` ('shots', 'images')
    that of a run that is suspended until a person approves; one with `rejected` that of a run that a person ended, and
    why; one with `suspended` that of a run that was suspended in the engine, and when.
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


class RunCards:
    """The card of the run that works on an open session: published at once, and again whenever it says more."""

    def __init__(self, store: SessionStore, card: RunCard) -> None:
        self._store, self._card = store, card
        self.publish()

    def publish(self) -> None:
        """Publish the card as it is, with what the session is asked for now."""
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
        """Let the card say that its run waits for a person's approval of `step`; for '' it waits no more."""
        self._publish(self._card.model_copy(update={"waits_for": step, "waits_since": since}))

    def reject(self, why: str) -> None:
        """Let the card say that a person rejected what its run showed, and why."""
        self._publish(self._card.model_copy(update={"rejected": why}))

    def suspend(self, at: str) -> None:
        """Let the card say that its run was suspended, and when."""
        self._publish(self._card.model_copy(update={"suspended": at}))

    def end(self, at: str) -> None:
        """Let the card say that its run ended, and when."""
        self._publish(self._card.model_copy(update={"ended_at": at}))

    def _publish(self, card: RunCard) -> None:
        self._card = card
        content = {**card.model_dump(), "brief": self._store.brief.model_dump(mode="json")}
        self._store.publish_card(card.flow_run_id, content)
