"""Stage: the timeline. Key: the planned frames and the measured lines. Cost: nothing."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from studio.model.engines import Engine
from studio.model.film import Shot
from studio.model.receipt import PieceMeasures, Receipt
from studio.model.stages import Order
from studio.planning.orders import timeline_order
from studio.planning.timeline import HOUSE, lay_out
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, shots: tuple[Shot, ...], lines: tuple[Receipt, ...]) -> Order:
    return timeline_order(session.id, shots, lines, session.brief)


@task(name="lay timeline", task_run_name="timeline", cache_policy=PieceOfWork(order=_order), **RULES)
def lay_timeline(session: Session, shots: tuple[Shot, ...], lines: tuple[Receipt, ...]) -> Outcome:
    """Write `timeline.json`, every shot at least as long as its line, and return its receipt."""

    def make(house: Engine, out: Path) -> PieceMeasures:
        timeline = lay_out(shots, [line.seconds or 0.0 for line in lines], session.brief.wish)
        out.write_text(timeline.model_dump_json(indent=2) + "\n", "utf-8")
        return PieceMeasures(frames=timeline.frames, seconds=timeline.seconds)

    return carry_out(session, _order(session, shots, lines), HOUSE, make)
