"""What a piece of work is: which film it belongs to, what is ordered, which engine makes it, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from studio.model import events
from studio.model.brief import Brief
from studio.model.engines import Crew, Engine, Tick
from studio.model.events import Event
from studio.model.film import Shot, Stage
from studio.model.pieces import Order
from studio.model.receipt import PieceMeasures, Receipt

E = TypeVar("E", bound=Engine)

Made = PieceMeasures | tuple[PieceMeasures, tuple[tuple[str, bytes], ...]]
"""What an engine measured of a piece, alone or with the piece's sidecars: (path in the session, bytes)."""


@dataclass(frozen=True)
class Job:
    """The film that the pieces belong to: its session, brief, crew and folder.

    Attributes:
        check_running: raises `Interrupted` if the run was asked to stop; called while a long piece is made.
        language: of the story, ISO 639-1; '' before it is known.
        report: receives what happens while a piece is made.
        blank: when prices are estimated, the picture used for a portrait that is not painted yet; None when pieces are
            made, so that a character without a portrait is not shown.
    """

    session_id: str
    folder: Path
    brief: Brief
    crew: Crew
    check_running: Callable[[], None] = lambda: None
    blank: Path | None = None
    language: str = ""
    report: Callable[[Event], None] = events.publish

    def tick(self, stage: Stage, index: int, total: int) -> Tick:
        """Return the function an engine calls as frames are done: it reports progress, and may raise to stop work."""

        def tick(done: int) -> None:
            self.check_running()
            self.report(Event("frames", stage=stage, index=index, frames=done, total=total))

        return tick


@dataclass(frozen=True)
class MadeOf:
    """What a shot's piece is made of, beside the brief: the shot and, for a clip, its picture and its line."""

    shot: Shot
    image: Receipt | None = None
    line: Receipt | None = None


@dataclass(frozen=True)
class Work(Generic[E]):
    """One piece of work: what to make, with which engine, and how.

    Attributes:
        order: what is to be made, from what, and where it will be.
        engine: the engine that makes it.
        make: makes the piece at a path, with `engine` or, if its calls are paid, with `engine.at(desk)`.
        seed, prompt: the seed and the prompt, in words, for the receipt.
        made_of: of a shot's piece that an engine makes; with it the work can be told to another machine
            (`studio/production/piece_job.py`). None for any other work.
    """

    order: Order
    engine: E
    make: Callable[[E, Path], Made]
    seed: int | None = None
    prompt: str | None = None
    made_of: MadeOf | None = None
