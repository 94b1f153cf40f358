"""Stage: one spoken line per shot. Key: the line's words and the voice. Cost: a voice's call, or nothing offline."""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot
from studio.model.stages import Order
from studio.planning.orders import line_seed, narration_order
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, shot: Shot) -> Order:
    return narration_order(session.id, shot, session.crew)


@task(
    name="narrate shot",
    task_run_name="narration · shot {shot.index} of {session.planned}",
    cache_policy=PieceOfWork(order=_order),
    **RULES,
)
def narrate_shot(session: Session, shot: Shot) -> Outcome:
    """Speak `narration/shot_NNN.wav` and return its receipt; a silent shot has a file without samples."""
    seed = line_seed(shot)
    return carry_out(
        session,
        _order(session, shot),
        session.crew.narrator,
        lambda narrator, out: narrator.speak(shot.narration, seed, out),
        seed=seed,
        prompt=shot.narration,
    )
