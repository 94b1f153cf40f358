"""The card of a run: who works on a session, and how far it got, in a file of its own."""

from __future__ import annotations

from pydantic import BaseModel


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
