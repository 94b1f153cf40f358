"""Task: render a clip per shot. Key: the picture's bytes and focus, move, length. Cost: a clip's price, or CPU time."""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot
from studio.model.receipt import Receipt
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
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
