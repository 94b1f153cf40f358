"""Task: lay the timeline. Key: the planned frames and the measured lines. Cost: nothing."""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot
from studio.model.receipt import Receipt
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(name="lay timeline", task_run_name="timeline", cache_policy=PieceOfWork(work=stages.timeline), **RULES)
def lay_timeline(session: Session, shots: tuple[Shot, ...], lines: tuple[Receipt, ...]) -> Outcome:
    """Write the timeline, `timeline.json`, with every shot at least as long as its line, and return its receipt."""
    return carry_out(session, stages.timeline(session.job, shots, lines))
