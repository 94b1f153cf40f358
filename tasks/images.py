"""Task: paint a picture per shot. Key: prompt, size, the shot's seed and take, its cast, painter. Cost: its price.

Beside it the task for a further take of a picture.
"""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot
from studio.planning.cast import NOBODY, Cast
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import ASIDE, RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(
    name="paint shot",
    task_run_name="image · shot {shot.index} of {session.planned} · {shot.camera}",
    cache_policy=PieceOfWork(work=stages.picture),
    **RULES,
)
def paint_shot(session: Session, shot: Shot, shots: tuple[Shot, ...], cast: Cast = NOBODY) -> Outcome:
    """Paint a shot's picture, `images/shot_NNN.png`, and return its receipt.

    A painter that takes reference pictures is shown the portraits of the characters in the shot. `shots` is the whole
    plan: a picture that a person put there is found by it.
    """
    return carry_out(session, stages.picture(session.job, shot, shots, cast))


@task(
    name="paint take",
    task_run_name="image · shot {shot.index} of {session.planned} · take {shot.take}",
    **ASIDE,
)
def paint_take(session: Session, shot: Shot, shots: tuple[Shot, ...], cast: Cast = NOBODY) -> Outcome:
    """Paint another take of a shot's picture, keep it among the takes, and return its receipt."""
    return carry_out(session, stages.picture(session.job, shot, shots, cast), aside=True)
