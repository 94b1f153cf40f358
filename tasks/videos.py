"""Stage: one clip per shot. Key: the picture's bytes and focus, move, length. Cost: a clip's price, or CPU time."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from studio.model import events
from studio.model.engines import Animator
from studio.model.events import Event
from studio.model.film import Cue, Shot
from studio.model.receipt import PieceMeasures, Receipt
from studio.model.stages import Order
from studio.planning.orders import video_order
from studio.planning.timeline import shot_frames
from studio.sessions.session import Session
from studio.video.assembly import burned_cues
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


def _frames(session: Session, shot: Shot, line: Receipt) -> int:
    return shot_frames(shot.frames, line.seconds or 0.0, session.brief.wish.fps)


def _burned(session: Session, shot: Shot, line: Receipt) -> tuple[Cue, ...]:
    return burned_cues(shot, line, _frames(session, shot, line), session.brief.wish)


def _order(session: Session, shot: Shot, image: Receipt, line: Receipt) -> Order:
    burned = "\n".join(cue.model_dump_json() for cue in _burned(session, shot, line))
    return video_order(session.id, shot, _frames(session, shot, line), session.brief, session.crew, image, burned)


@task(
    name="animate shot",
    task_run_name="clip · shot {shot.index} of {session.planned} · {shot.camera}",
    cache_policy=PieceOfWork(order=_order),
    **RULES,
)
def animate_shot(session: Session, shot: Shot, image: Receipt, line: Receipt) -> Outcome:
    """Render `videos/shot_NNN.mp4` from the shot's picture and return its receipt."""
    wish, frames = session.brief.wish, _frames(session, shot, line)

    def tick(done: int) -> None:
        session.check_running()
        events.publish(Event("frames", stage="videos", index=shot.index, frames=done, total=frames))

    def make(animator: Animator, out: Path) -> PieceMeasures:
        return animator.animate(
            session.folder / image.path,
            shot.camera,
            shot.motion_prompt,
            frames,
            wish.fps,
            wish.size,
            shot.seed,
            _burned(session, shot, line),
            image.focus,
            out,
            tick,
        )

    prompt = f"{shot.camera}; {shot.motion_prompt}"
    return carry_out(
        session, _order(session, shot, image, line), session.crew.animator, make, seed=shot.seed, prompt=prompt
    )
