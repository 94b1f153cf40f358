"""Stage: one picture per shot. Key: prompt, size, the shot's seed and take, who is in it, painter. Cost: its price."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from studio.model.engines import Painter
from studio.model.film import Shot
from studio.model.paid import VendorError
from studio.model.receipt import PieceMeasures
from studio.model.stages import Order
from studio.planning.cast import NOBODY, Cast
from studio.planning.orders import image_order, take_seed
from studio.sessions.session import Session
from studio.video.slate import paint_slate
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, shot: Shot, shots: tuple[Shot, ...], cast: Cast = NOBODY) -> Order:
    return image_order(session.id, shot, shots, session.brief.wish.size, session.crew, cast.by_shot())


@task(
    name="paint shot",
    task_run_name="image · shot {shot.index} of {session.planned} · {shot.camera}",
    cache_policy=PieceOfWork(order=_order),
    **RULES,
)
def paint_shot(session: Session, shot: Shot, shots: tuple[Shot, ...], cast: Cast = NOBODY) -> Outcome:
    """Paint `images/shot_NNN.png`, after the portraits of who is in it, and return its receipt.

    `shots` is the whole plan, for pictures by hand.
    """
    size = session.brief.wish.size
    shown = [session.folder / portrait.path for portrait in cast.shown_in(shot.index)]
    looks = cast.by_shot().get(shot.index, ())

    def make(painter: Painter, out: Path) -> PieceMeasures:
        try:
            made = painter.paint(shot.image_prompt, size, take_seed(shot), out, shown)
            return made.model_copy(update={"looks": looks})
        except VendorError as error:
            if error.fault != "refused" or session.brief.terms.on_refusal != "slate":
                raise
            return paint_slate(f"Shot {shot.index}", size, shot.seed, str(error), out)

    order = _order(session, shot, shots, cast)
    return carry_out(session, order, session.crew.painter, make, seed=shot.seed, prompt=shot.image_prompt)
