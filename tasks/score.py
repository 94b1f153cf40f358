"""Stage: the score. Key: mood, length, seed, composer. Cost: nothing offline."""

from __future__ import annotations

from prefect import task

from studio.model import Story, Timeline
from studio.orders import Order, score_order
from studio.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, story: Story, timeline: Timeline) -> Order:
    return score_order(session.id, timeline, story.mood, session.brief, session.crew)


@task(name="compose score", task_run_name="score", cache_policy=PieceOfWork(order=_order), **RULES)
def compose_score(session: Session, story: Story, timeline: Timeline) -> Outcome:
    """Write `score.wav`, exactly as long as the film, and return its receipt."""
    seed = session.brief.seed
    return carry_out(
        session, _order(session, story, timeline), session.crew.composer,
        lambda composer, out: composer.compose(story.mood, timeline.seconds, seed, out), seed=seed, prompt=story.mood,
    )  # fmt: skip
