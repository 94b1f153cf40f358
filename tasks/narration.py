"""Task: speak a line per shot. Key: the line's words and the voice. Cost: a call for speech, or nothing offline.

Beside it the task for a further take of a line.
"""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import ASIDE, RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(
    name="narrate shot",
    task_run_name="narration · shot {shot.index} of {session.planned}",
    cache_policy=PieceOfWork(work=stages.line),
    **RULES,
)
def narrate_shot(session: Session, shot: Shot) -> Outcome:
    """Speak a shot's line into `narration/shot_NNN.wav` and return its receipt; a silent shot's file has no samples."""
    return carry_out(session, stages.line(session.job, shot))


@task(
    name="speak take",
    task_run_name="narration · shot {shot.index} of {session.planned} · take {shot.narration_take}",
    **ASIDE,
)
def speak_take(session: Session, shot: Shot) -> Outcome:
    """Speak another take of a shot's line, keep it among the takes, and return its receipt."""
    return carry_out(session, stages.line(session.job, shot), aside=True)
