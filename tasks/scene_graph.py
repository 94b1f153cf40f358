"""Task: write the scene graph. Key: the current story, and the seed. Cost: as the story's."""

from __future__ import annotations

from prefect import task

from studio.model.film import Story
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(name="map scenes", task_run_name="scene graph", cache_policy=PieceOfWork(work=stages.scene_graph), **RULES)
def map_scenes(session: Session, story: Story) -> Outcome:
    """Write the scene graph, `scene_graph.json`, check it, and return its receipt."""
    return carry_out(session, stages.scene_graph(session.job, story))
