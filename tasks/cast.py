"""Stage: a reference picture per character. Key: its look, the style, painter. Cost: a picture's price, or nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten

from prefect import task

from studio.model.engines import Painter
from studio.model.film import Node
from studio.model.paid import VendorError
from studio.model.receipt import PieceMeasures
from studio.model.stages import Order
from studio.planning.cast import PORTRAIT_SIZE, portrait_prompt
from studio.planning.orders import portrait_order
from studio.sessions.session import Session
from studio.video.slate import paint_slate
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, character: Node, cast: tuple[Node, ...], style: str) -> Order:
    return portrait_order(session.id, character, cast, style, session.brief, session.crew)


@task(
    name="paint portrait",
    task_run_name="portrait · {character.name:.60}",
    cache_policy=PieceOfWork(order=_order),
    **RULES,
)
def paint_portrait(session: Session, character: Node, cast: tuple[Node, ...], style: str) -> Outcome:
    """Paint `cast/character_NNN.png` and return its receipt; `cast` is everybody who has one, for pictures by hand.

    Where the vendor refuses it and a slate may stand for it, the character goes without a reference.
    """
    seed, prompt = session.brief.seed, portrait_prompt(character, style)

    def make(painter: Painter, out: Path) -> PieceMeasures:
        try:
            return painter.paint(prompt, PORTRAIT_SIZE, seed, out)
        except VendorError as error:
            if error.fault != "refused" or session.brief.terms.on_refusal != "slate":
                raise
            return paint_slate(shorten(character.name, 60, placeholder=" …"), PORTRAIT_SIZE, seed, str(error), out)

    order = _order(session, character, cast, style)
    return carry_out(session, order, session.crew.painter, make, seed=seed, prompt=prompt)
