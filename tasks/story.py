"""Stage: the story. Key: idea, style, length, script, seed. Cost: a language model's call, or nothing offline."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from studio.model.engines import Writer
from studio.model.receipt import PieceMeasures
from studio.model.stages import Order
from studio.planning.orders import story_order
from studio.planning.plan_files import plan_text
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session) -> Order:
    return story_order(session.id, session.brief, session.crew)


@task(name="write story", task_run_name="story", cache_policy=PieceOfWork(order=_order), **RULES)
def write_story(session: Session) -> Outcome:
    """Write `story.json` and return its receipt."""

    def make(writer: Writer, out: Path) -> PieceMeasures:
        out.write_text(plan_text(writer.write_story(session.brief)), "utf-8")
        return PieceMeasures()

    return carry_out(session, _order(session), session.crew.writer, make, seed=session.brief.seed)
