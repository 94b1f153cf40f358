"""Stage: the film. Key: the bytes of every clip, line and the score, what the cards say, captions, timeline. Cost: CPU
time."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from studio.model import events
from studio.model.engines import Engine
from studio.model.events import Event
from studio.model.film import Shot, Story, Timeline
from studio.model.receipt import PieceMeasures, Receipt
from studio.model.stages import Order
from studio.planning.credits import credits_of
from studio.planning.orders import film_order
from studio.planning.timeline import HOUSE
from studio.sessions.session import Session
from studio.video.assembly import assemble
from studio.video.quality import inspect
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _order(
    session: Session,
    story: Story,
    shots: tuple[Shot, ...],
    timeline: Timeline,
    clips: tuple[Receipt, ...],
    lines: tuple[Receipt, ...],
    score: Receipt | None,
    images: tuple[Receipt, ...],
) -> Order:
    return film_order(session.id, session.brief, story, shots, timeline, clips, lines, score, images)


@task(name="cut film", task_run_name="film", cache_policy=PieceOfWork(order=_order), **RULES)
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
    """Cut `film.mp4` with its caption files and return its receipt."""

    def tick(seen: int) -> None:
        session.check_running()
        events.publish(Event("frames", stage="film", frames=seen, total=timeline.frames))

    def make(house: Engine, out: Path) -> tuple[PieceMeasures, tuple[tuple[str, bytes], ...]]:
        made, also = assemble(
            session.brief,
            story,
            shots,
            timeline,
            credits_of(story, images, lines),
            [session.folder / clip.path for clip in clips],
            [(session.folder / line.path, line) for line in lines],
            session.folder / score.path if score else None,
            out,
        )
        silent = score is None and not any(line.seconds for line in lines)
        remarks = inspect(out, timeline, shots, silent=silent, tick=tick)
        return made.model_copy(update={"remarks": remarks}), also

    order = _order(session, story, shots, timeline, clips, lines, score, images)
    return carry_out(session, order, HOUSE, make, seed=session.brief.seed, prompt=story.title)
