"""Task: cut the film. Key: bytes of clips, lines and score, the cards' words, captions, timeline. Cost: CPU time."""

from __future__ import annotations

from prefect import task

from studio.model.film import Shot, Story, Timeline
from studio.model.receipt import Receipt
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(name="cut film", task_run_name="film", cache_policy=PieceOfWork(work=stages.film), **RULES)
def cut_film(
    session: Session,
    story: Story,
    shots: tuple[Shot, ...],
    timeline: Timeline,
    clips: tuple[Receipt, ...],
    lines: tuple[Receipt, ...],
    score: Receipt | None,
    images: tuple[Receipt, ...],
) -> Outcome:
    """Cut the film, `film.mp4`, write its caption files, and return its receipt."""
    return carry_out(session, stages.film(session.job, story, shots, timeline, clips, lines, score, images))
