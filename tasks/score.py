"""Stage: the score. Key: moods and where they begin, length, seed, composer. Cost: nothing offline."""

from __future__ import annotations

from collections.abc import Sequence

from prefect import task

from studio.model.film import Shot, Story, Timeline
from studio.model.stages import Order
from studio.planning.moods import cues_told, music_cues
from studio.planning.orders import score_order
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(session: Session, story: Story, shots: Sequence[Shot], timeline: Timeline) -> Order:
    return score_order(session.id, timeline, music_cues(story, shots, timeline), session.brief, session.crew)


@task(name="compose score", task_run_name="score", cache_policy=PieceOfWork(order=_order), **RULES)
def compose_score(session: Session, story: Story, shots: Sequence[Shot], timeline: Timeline) -> Outcome:
    """Write `score.wav`, exactly as long as the film, and return its receipt."""
    seed, cues = session.brief.seed, music_cues(story, shots, timeline)
    return carry_out(
        session,
        _order(session, story, shots, timeline),
        session.crew.composer,
        lambda composer, out: composer.compose(cues, timeline.seconds, seed, out),
        seed=seed,
        prompt=cues_told(cues),
    )
