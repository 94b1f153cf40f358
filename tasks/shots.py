"""Task: plan the shots. Key: the current story and scene graph, length, prompts, seed. Cost: as the story's."""

from __future__ import annotations

from prefect import task

from studio.model.film import SceneGraph, Story
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(name="plan shots", task_run_name="shots", cache_policy=PieceOfWork(work=stages.shots), **RULES)
def plan_shots(session: Session, story: Story, graph: SceneGraph) -> Outcome:
    """Plan the shots, write `shots.json`, and return its receipt."""
    return carry_out(session, stages.shots(session.job, story, graph))
