"""What runs on a worker: make one piece from plain data, and put it on the shelf.

A worker needs this program and its place on the shelf; it has no session, no lease, no account, and needs no Prefect.
Everything that goes back and forth is numbers and text, so that nothing has to be unpickled but a function's name.
"""

from __future__ import annotations

import logging
import platform
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distributed import Worker, get_worker

from blocks.offline.crew import offline_crew
from flows.dask_cluster.shelves import ShelfAddress, ShelfReceipt, shelf_at
from studio.errors import FilmError, Interrupted
from studio.fs import checksums, files
from studio.model.events import Event
from studio.model.frozen_model import FrozenModel
from studio.planning.styled_crew import in_style
from studio.production.piece_job import PieceJob

FRAMES_SECONDS = 0.5
"""How often a worker says how many frames it has."""

_LIBRARIES = ("film-studio", "dask", "distributed", "av", "numpy", "opencv-python-headless", "pillow", "hibari-tts")
"""Those whose version decides what a piece's bytes are, or whether two sides understand each other."""


class Asked(FrozenModel):
    """What a run asks of a worker: a piece, where its files are, and where to say how it goes.

    `job` is a `PieceJob` as JSON, read only once it is known that both sides are of one version.
    """

    job: str = ""
    shelf: ShelfAddress
    versions: dict[str, str]
    run: str = ""
    topic: str = ""


class Answer(FrozenModel):
    """What a worker answers: the piece's receipt on the shelf, or why there is none.

    Attributes:
        unfit: why this worker can make no piece of this run.
        failed: the engine's error, in words.
    """

    worker: str
    receipt: ShelfReceipt | None = None
    unfit: str = ""
    failed: str = ""
    may_pass: bool = False


def versions() -> dict[str, str]:
    """Return the versions of what must be the same on every side."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **{library: version(library) for library in _LIBRARIES}}


def try_out(said: str) -> str:
    """Return as JSON the answer of a worker that was asked for nothing yet: whether it is fit."""
    return _answer(Asked.model_validate_json(said), get_worker(), "").model_dump_json()


def make_piece(said: str) -> str:
    """Make the piece that is asked for, unless it lies on the shelf, and return the answer as JSON.

    A stopped job returns early: a worker that the run gave up, or whose run has ended, makes nothing more.
    """
    worker = get_worker()
    return _answer(Asked.model_validate_json(said), worker, str(worker.get_current_task())).model_dump_json()


def _answer(asked: Asked, worker: Worker, key: str) -> Answer:
    name = f"{worker.name} on {socket.gethostname()}"
    if other := _other_versions(asked.versions):
        return Answer(worker=name, unfit=other)
    made_by = _Worker(worker, key, asked.topic)
    try:
        shelf = shelf_at(asked.shelf, made_by.why_stopped)
    except FilmError as error:
        return Answer(worker=name, unfit=str(error))
    if not asked.job:
        return Answer(worker=name)
    job = PieceJob.model_validate_json(asked.job)
    try:
        with made_by.logged(), tempfile.TemporaryDirectory(prefix="film-piece-") as folder:
            made_by.say({"begun": True})
            if (there := shelf.receipt(job.fingerprint)) is not None:
                return Answer(worker=name, receipt=there)
            for source in job.inputs:
                shelf.fetch(source.sha256, source.bytes, Path(folder) / source.path)
            crew = in_style(offline_crew(), job.brief.options)
            work = job.work(Path(folder), crew, made_by.check_running, made_by.report)
            out, began = Path(folder) / "piece.part", time.perf_counter()
            made = work.make(work.engine, out)
            taken = time.perf_counter() - began
            measures, _ = made if isinstance(made, tuple) else (made, ())
            made_by.check_running()
            stat = files.found(out)
            receipt = ShelfReceipt(
                fingerprint=job.fingerprint,
                sha256=checksums.sha256_of(out),
                bytes=0 if stat is None else stat.st_size,
                measures=measures,
                seconds=round(taken, 3),
                worker=name,
                run=asked.run,
            )
            return Answer(worker=name, receipt=shelf.put(out, receipt))
    except FilmError as error:
        return Answer(worker=name, failed=str(error), may_pass=error.may_pass)


def _other_versions(wanted: dict[str, str]) -> str:
    """Return what is of another version here than where the run is, in words; '' if nothing is."""
    here = versions()
    others = [
        f"{name} {here.get(name, 'none')} instead of {wanted[name]}"
        for name in wanted
        if here.get(name) != wanted[name]
    ]
    return f"it has {', '.join(others)}: install the same versions on every side" if others else ""


class _Worker:
    """A job's view of its worker: whether it may go on, and a way to tell the run how it goes."""

    def __init__(self, worker: Worker, key: str, topic: str) -> None:
        self._worker, self._key, self._topic = worker, key, topic
        self._said_at = 0.0

    def why_stopped(self) -> str:
        """Return why the job may not go on; '' while it may.

        A task that was cancelled, and one whose client has gone, is so marked at once; nobody is asked for that.
        """
        task = self._worker.state.tasks.get(self._key)
        return "" if not self._key or (task is not None and task.state == "executing") else "the run has stopped"

    def check_running(self) -> None:
        """Return if the job may go on, else raise.

        Raises:
            Interrupted: it may not.
        """
        if why := self.why_stopped():
            raise Interrupted(why)

    def report(self, event: Event) -> None:
        """Tell the run how many frames there are, now and then."""
        if event.kind == "frames" and (now := time.monotonic()) - self._said_at >= FRAMES_SECONDS:
            self._said_at = now
            self.say({"frames": event.frames, "total": event.total})

    def say(self, words: dict[str, Any]) -> None:
        """Tell the run something."""
        self._worker.log_event(self._topic, {"key": self._key, **words})

    @contextmanager
    def logged(self) -> Iterator[None]:
        """Tell the run what this thread logs as a warning or worse while the block runs."""
        handler = _Handler(self)
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, worker: _Worker) -> None:
        super().__init__(logging.WARNING)
        self._worker, self._thread = worker, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._worker.say({"logged": record.getMessage()[:2_000]})
