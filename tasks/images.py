"""Stage: one picture per shot. Key: prompt, size, the shot's seed and take, who is in it, painter. Cost: its price."""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot
from studio.planning.cast import NOBODY, Cast
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(
    name="paint shot",
    task_run_name="image · shot {shot.index} of {session.planned} · {shot.camera}",
    cache_policy=PieceOfWork(work=stages.picture),
    **RULES,
)
def paint_shot(session: Session, shot: Shot, shots: tuple[Shot, ...], cast: Cast = NOBODY) -> Outcome:
    """Paint `images/shot_NNN.png`, after the portraits of who is in it, and return its receipt.

    `shots` is the whole plan, for pictures by hand.
    """
    return carry_out(session, stages.picture(session.job, shot, shots, cast))
