"""The work on a shot's piece as plain data, from which any machine with this program makes the same bytes.

It holds neither a session nor a lease: inputs are named by their checksums, and the work is put together again by the
same functions (`studio/production/stages.py`) that every run uses.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from studio.errors import BadInput
from studio.model.brief import Brief
from studio.model.engines import Crew
from studio.model.events import Event
from studio.model.film import Sha256, Shot
from studio.model.frozen_model import FrozenModel
from studio.model.receipt import Receipt
from studio.production import stages
from studio.production.work import Job, Work

PieceStage = Literal["images", "narration", "videos"]


class PieceJob(FrozenModel):
    """A piece to be made: its stage, the fingerprint that it must have, and everything that it is made from."""

    stage: PieceStage
    fingerprint: Sha256
    brief: Brief
    shot: Shot
    image: Receipt | None = None
    line: Receipt | None = None

    @property
    def inputs(self) -> tuple[Receipt, ...]:
        """The files that it is made from; each must lie at its receipt's path when it is made."""
        return () if self.image is None else (self.image,)

    def work(
        self,
        folder: Path,
        crew: Crew,
        check_running: Callable[[], None] = lambda: None,
        report: Callable[[Event], None] = lambda event: None,
    ) -> Work[Any]:
        """Return the work, with its inputs in `folder`, by an engine of `crew`.

        Raises:
            BadInput: another program said it, whose fingerprints are others.
        """
        job = Job("", folder, self.brief, crew, check_running, report=report)
        match self.stage:
            case "images":
                work = stages.picture(job, self.shot, (self.shot,))
            case "narration":
                work = stages.line(job, self.shot)
            case "videos":
                if self.image is None or self.line is None:
                    raise BadInput(f"the clip of shot {self.shot.index} was asked for without its picture or its line")
                work = stages.clip(job, self.shot, self.image, self.line)
        if work.order.fingerprint != self.fingerprint:
            raise BadInput(f"this program would make another piece for shot {self.shot.index} than was asked for")
        return work


def piece_job(job: Job, work: Work[Any], crew: Crew) -> PieceJob | None:
    """Return the work as plain data; None if an engine of `crew` would not make just this piece from it.

    So it is for everything that the data does not hold: a portrait of the cast, an engine of somebody else's.
    """
    of, stage = work.made_of, work.order.stage
    if of is None or (stage != "images" and stage != "narration" and stage != "videos"):
        return None
    # What decides no byte of a shot's piece, and may be long or private, is left out.
    unused = {"script": None, "script_times": False, "prompts": None, "crew": "offline", "crew_settings": None}
    options = job.brief.options.model_copy(update=unused)
    brief = Brief(idea="-", options=options, seed=job.brief.seed, started_at="", version="")
    said = PieceJob(
        stage=stage, fingerprint=work.order.fingerprint, brief=brief, shot=of.shot, image=of.image, line=of.line
    )
    try:
        same = said.work(job.folder, crew)
    except BadInput:
        return None
    return said if same.engine == work.engine else None
