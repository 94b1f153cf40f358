"""Stage: the shot plan. Key: story and graph as they stand, length, prompts, seed. Cost: as the story's."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from studio.model.engines import Writer
from studio.model.film import SceneGraph, Story
from studio.model.receipt import PieceMeasures
from studio.model.stages import Order
from studio.planning.orders import shots_order
from studio.planning.plan_files import plan_text
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, story: Story, graph: SceneGraph) -> Order:
    return shots_order(session.id, story, graph.model_dump_json(), session.brief, session.crew)


@task(name="plan shots", task_run_name="shots", cache_policy=PieceOfWork(order=_order), **RULES)
def plan_shots(session: Session, story: Story, graph: SceneGraph) -> Outcome:
    """Write `shots.json` and return its receipt."""

    def make(writer: Writer, out: Path) -> PieceMeasures:
        out.write_text(plan_text(writer.plan_shots(story, graph, session.brief)), "utf-8")
        return PieceMeasures()

    return carry_out(session, _order(session, story, graph), session.crew.writer, make, seed=session.brief.seed)
