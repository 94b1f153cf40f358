"""Stage: the scene graph. Key: the story as it stands, and the seed. Cost: as the story's."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from studio.model.engines import Writer
from studio.model.film import Story
from studio.model.receipt import PieceMeasures
from studio.model.stages import Order
from studio.planning.orders import scene_graph_order
from studio.planning.plan_files import plan_text
from studio.planning.scene_graph import check_graph
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, story: Story) -> Order:
    return scene_graph_order(session.id, story, session.brief, session.crew)


@task(
    name="map scenes",
    task_run_name="scene graph",
    cache_policy=PieceOfWork(order=_order),
    **RULES,
)
def map_scenes(session: Session, story: Story) -> Outcome:
    """Write `scene_graph.json`, its laws checked, and return its receipt."""

    def make(writer: Writer, out: Path) -> PieceMeasures:
        graph = writer.map_scenes(story, session.brief.seed)
        check_graph(graph, story)
        out.write_text(plan_text(graph), "utf-8")
        return PieceMeasures()

    return carry_out(session, _order(session, story), session.crew.writer, make, seed=session.brief.seed)
