"""Task: write the story. Key: idea, style, length, script, seed. Cost: a language model's call, or nothing offline."""

from __future__ import annotations

from prefect import task

from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(name="write story", task_run_name="story", cache_policy=PieceOfWork(work=stages.story), **RULES)
def write_story(session: Session) -> Outcome:
    """Write the story, `story.json`, and return its receipt."""
    return carry_out(session, stages.story(session.job))
