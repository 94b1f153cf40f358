"""Task: render a clip per shot. Key: the picture's bytes and focus, move, length. Cost: a clip's price, or CPU time.

Beside it the task for a further take of a clip.
"""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot
from studio.model.receipt import Receipt
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import ASIDE, RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(
    name="animate shot",
    task_run_name="clip · shot {shot.index} of {session.planned} · {shot.camera}",
    cache_policy=PieceOfWork(work=stages.clip),
    **RULES,
)
def animate_shot(session: Session, shot: Shot, image: Receipt, line: Receipt) -> Outcome:
    """Render a shot's clip, `videos/shot_NNN.mp4`, from its picture and return its receipt."""
    return carry_out(session, stages.clip(session.job, shot, image, line))


@task(
    name="animate take",
    task_run_name="clip · shot {shot.index} of {session.planned} · take {shot.video_take}",
    **ASIDE,
)
def animate_take(session: Session, shot: Shot, image: Receipt, line: Receipt) -> Outcome:
    """Render another take of a shot's clip, keep it among the takes, and return its receipt."""
    return carry_out(session, stages.clip(session.job, shot, image, line), aside=True)
