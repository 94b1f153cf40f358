"""Task: compose the score. Key: moods and where they begin, length, seed, composer. Cost: nothing offline.

Beside it the task for a further take of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from prefect import task

from studio.model.film import Shot, Story, Timeline
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import ASIDE, RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(name="compose score", task_run_name="score", cache_policy=PieceOfWork(work=stages.score), **RULES)
def compose_score(session: Session, story: Story, shots: Sequence[Shot], timeline: Timeline) -> Outcome:
    """Compose the music, `score.wav`, exactly as long as the film, and return its receipt."""
    return carry_out(session, stages.score(session.job, story, shots, timeline))


@task(name="compose take", task_run_name="score · take {story.score_take}", **ASIDE)
def compose_take(session: Session, story: Story, shots: Sequence[Shot], timeline: Timeline) -> Outcome:
    """Compose another take of the music, keep it among the takes, and return its receipt."""
    return carry_out(session, stages.score(session.job, story, shots, timeline), aside=True)
