"""The maker of a run with `--on dask`: sends what may be sent to the cluster, and makes the rest here.

What may be sent is a shot's piece by an embedded engine that costs nothing. Paid calls, engines of other packages and a
person's own files stay in the threads of the flow, which alone has the session and pays.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.logging import get_run_logger

from blocks.offline.crew import offline_crew
from flows.dask_cluster.cluster import Cluster, SchedulerGone
from flows.dask_cluster.shelves import BucketShelf, FolderShelf, Shelf, ShelfAddress, ShelfReceipt, shelf_folder
from flows.dask_cluster.worker import Asked, versions
from studio.errors import DamagedPiece, EngineFailed, FilmError
from studio.model import events
from studio.model.engines import Crew, Engine
from studio.model.events import Event
from studio.model.film import Stage
from studio.object_storage.outputs import output_of
from studio.planning.styled_crew import in_style
from studio.production.makers import HERE, Delivered
from studio.production.piece_job import PieceJob, piece_job
from studio.production.work import Job, Work
from studio.sessions.session import Session

AT_ONCE = 64
"""How many pieces of a stage are asked of a cluster at once: a thread waits for each."""
PRIORITIES: dict[Stage, int] = {"videos": 2, "narration": 1, "images": 0}
"""A clip is begun before another picture, so that clips are made from the first pictures on, as with threads."""
ABILITY = "cpu"
"""What of Dask's resources an embedded engine asks for, where workers offer it; none of them uses a `gpu`."""
DAMAGES = 3
"""How often a piece is asked for again whose bytes did not arrive whole."""


class MayPass(EngineFailed):
    """A worker's error that may pass by itself."""

    may_pass = True


class DaskMaker:
    """Makes a session's pieces on a cluster."""

    def __init__(self, cluster: Cluster, shelf: Shelf, crew: Crew) -> None:
        self._cluster, self._shelf, self._crew = cluster, shelf, crew
        self._here: dict[Stage, threading.BoundedSemaphore] = {}
        self._told = threading.Lock()
        self._gone = False

    def at_once(self, stage: Stage, engine: Engine, here: int) -> int:
        """Return how many pieces of a stage may be asked for at once, as `Maker.at_once`."""
        self._here[stage] = threading.BoundedSemaphore(here)
        ours = engine in (self._crew.painter, self._crew.narrator, self._crew.animator)
        return AT_ONCE if ours else here

    def make(self, job: Job, work: Work[Any], out: Path) -> Delivered:
        """Make the piece at `out`: on the cluster, or here if it may not be sent or the scheduler is gone."""
        said = None if self._gone else piece_job(job, work, self._crew)
        if said is not None:
            try:
                return self._made_there(said, job, work, out)
            except SchedulerGone as gone:
                with self._told:
                    if not self._gone:
                        events.publish(Event("note", f"{gone}: what is missing is made here"))
                    self._gone = True
        return self._made_here(job, work, out)

    def _made_here(self, job: Job, work: Work[Any], out: Path) -> Delivered:
        room = self._here.get(work.order.stage)
        if room is None:
            return HERE.make(job, work, out)
        while not room.acquire(timeout=0.25):
            job.check_running()
        try:
            job.check_running()
            return HERE.make(job, work, out)
        finally:
            room.release()

    def _made_there(self, said: PieceJob, job: Job, work: Work[Any], out: Path) -> Delivered:
        for source in said.inputs:
            self._shelf.offer(job.folder / source.path, source.sha256)
        for _ in range(DAMAGES):
            receipt = self._receipt(said, job, work)
            try:
                self._shelf.fetch(receipt.sha256, receipt.bytes, out)
            except DamagedPiece as error:
                damaged = error
                self._shelf.forget(said.fingerprint)
                continue
            self._shelf.forget(said.fingerprint)
            return Delivered(receipt.measures, receipt.seconds, was_there=receipt.run != self._cluster.run)
        raise damaged

    def _receipt(self, said: PieceJob, job: Job, work: Work[Any]) -> ShelfReceipt:
        order, logger = work.order, _task_logger()

        def hear(words: dict[str, Any]) -> None:
            if "frames" in words:
                frames, total = int(words["frames"]), int(words["total"])
                events.publish(Event("frames", stage=order.stage, index=order.index, frames=frames, total=total))
            elif "logged" in words:
                logger.warning(f"{words.get('worker')}: {words['logged']}")

        name = f"{order.session_id}-{order.stage}-{order.index:03d}"
        priority = PRIORITIES[said.stage]
        answer = self._cluster.make(said.model_dump_json(), name, ABILITY, priority, job.check_running, hear)
        if answer.receipt is None:
            raise (MayPass if answer.may_pass else EngineFailed)(f"{answer.failed} (worker {answer.worker})")
        if answer.receipt.fingerprint != said.fingerprint:
            raise EngineFailed(f"worker {answer.worker} made another piece than was asked for")
        logger.info(f"made by worker {answer.receipt.worker} in {answer.receipt.seconds:.1f} s")
        return answer.receipt


def _task_logger() -> logging.Logger | logging.LoggerAdapter[logging.Logger]:
    """Return the logger of the task run that this thread is in; the program drops what Prefect's own logger says."""
    logger: Any = get_run_logger()
    child: logging.Logger | logging.LoggerAdapter[logging.Logger] = logger.getChild("worker")
    return child


@contextmanager
def making(session: Session, cluster: Cluster) -> Iterator[Session]:
    """Give the session a maker on the cluster while the block runs.

    Raises:
        BadInput: none of the cluster's workers is fit.
    """
    crew = in_style(offline_crew(), session.brief.options)
    output = output_of(session.folder.parent)
    folder = FolderShelf(shelf_folder(session.folder))
    if output is not None:
        shelf: Shelf = BucketShelf(output.bucket)
        address = ShelfAddress(url=output.url)
    else:
        shelf = folder
        address = ShelfAddress(folder=str(folder.folder), mark=folder.marked())
    try:
        cluster.begin(Asked(shelf=address, versions=versions()), session.control.check_running)
        yield session.with_maker(DaskMaker(cluster, shelf, crew))
    finally:
        if output is None:
            try:
                folder.clear()
            except FilmError as error:
                session.tell(f"{str(folder.folder)!r} could not be removed: {error}")
