"""Show the progress of a film while it is made: a live table on a terminal, plain lines in a pipe.

It listens to `studio.model.events`, and knows no tasks and no files.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from studio.model import events
from studio.model.events import Event
from studio.model.film import STAGES, Stage
from studio.model.pieces import PER_SHOT
from studio.text.display import clock, printable

_MARKS = {
    "todo": ("·", "dim"),
    "working": ("▒", "yellow"),
    "done": ("█", "green"),
    "reused": ("█", "cyan"),
    "failed": ("✗", "red"),
}
_LEFT_OF_CELLS = 52
"""Columns to the left of the shots' cells: name, bar, count and the space after each."""
_NOTES = 4
_CUT_SHARE = 0.08
"""About how long the cut takes, as a share of the clips' time; for the estimate of the time left."""


@dataclass
class ProgressBoard:
    """The state of the work, from its events. Every method may be called from any thread."""

    session_id: str = ""
    opening: str = ""
    shots: int = 0
    characters: int = 0
    reused: int = 0
    made: int = 0
    states: dict[tuple[Stage, int], str] = field(default_factory=dict)
    frames: dict[int, int] = field(default_factory=dict)
    frames_planned: int = 0
    looked_at: float | None = None
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    first_frame_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, event: Event) -> None:
        """Update the state from one event."""
        with self._lock:
            if event.kind == "opened":
                self.session_id, self.opening = event.session_id, event.text
            if event.kind == "planned" and event.stage == "cast":
                self.characters = event.total
            elif event.kind == "planned":
                self.shots, self.frames_planned = event.total, event.frames
            if event.kind == "note":
                self.notes.append(event.text)
            if event.kind == "failed":
                self.failures.append(event.line())
            if event.kind == "frames" and event.stage == "film":
                self.looked_at = event.frames / max(1, event.total)
            elif event.kind == "frames":
                self.first_frame_at = self.first_frame_at or time.monotonic()
                self.frames[event.index] = event.frames
            if event.stage is not None and event.kind in ("working", "made", "reused", "adopted", "failed"):
                self._settle(event.stage, event)

    def _settle(self, stage: Stage, event: Event) -> None:
        state = {"made": "done", "adopted": "reused"}.get(event.kind, event.kind)
        self.states[stage, event.index] = state
        self.made += state == "done"
        self.reused += state == "reused"

    def count(self, stage: Stage) -> tuple[int, int]:
        """Return (pieces there, pieces wanted) of a stage."""
        there = sum(state in ("done", "reused") for (where, _), state in self.states.items() if where == stage)
        if stage == "cast":
            return there, self.characters
        return there, (self.shots if stage in PER_SHOT else 1)

    def frames_per_second(self) -> float:
        """Return how many frames were rendered per second since the first; 0 before it and once all clips are there."""
        clips, wanted = self.count("videos")
        if self.first_frame_at is None or clips == wanted:
            return 0.0
        return sum(self.frames.values()) / max(0.5, time.monotonic() - self.first_frame_at)

    def seconds_left(self) -> float | None:
        """Estimate the seconds that are left from the pace of the clips; None if there is nothing to go by."""
        clips, wanted = self.count("videos")
        if not self.shots or not self.frames or clips in (0, wanted):
            return None
        elapsed = time.monotonic() - (self.first_frame_at or self.began)
        rendered = sum(self.states.get(("videos", shot)) == "done" for shot in range(1, self.shots + 1))
        pace = elapsed / max(1, rendered)
        return pace * (wanted - clips) * (1 + _CUT_SHARE)


class _Table:
    """Renders the board again at every refresh."""

    def __init__(self, board: ProgressBoard) -> None:
        self._board = board

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        board = self._board
        table = Table.grid(padding=(0, 2))
        table.add_column(width=12)
        table.add_column(width=26)
        table.add_column(justify="right", width=8)
        table.add_column(no_wrap=True)
        cells = board.shots <= options.max_width - _LEFT_OF_CELLS
        for stage in STAGES:
            there, wanted = board.count(stage)
            name = stage.replace("_", " ")
            if wanted:
                table.add_row(
                    Text(name, style="bold" if there < wanted else "dim"),
                    ProgressBar(total=wanted, completed=there, width=26),
                    f"{there}/{wanted}",
                    self._cells(stage) if stage in PER_SHOT and cells else "",
                )
        yield Text(printable(board.opening), no_wrap=True, overflow="ellipsis")
        yield table
        yield Text(self._pace(), style="dim")
        # One line each: a live table must not grow past the terminal's height.
        for note in board.notes[-_NOTES:]:
            yield Text(printable(note), style="yellow", no_wrap=True, overflow="ellipsis")

    def _cells(self, stage: Stage) -> Text:
        cells = Text()
        for shot in range(1, self._board.shots + 1):
            cells.append(*_MARKS[self._board.states.get((stage, shot), "todo")])
        return cells

    def _pace(self) -> str:
        board = self._board
        parts = [f"{clock(time.monotonic() - board.began)} gone"]
        if (rate := board.frames_per_second()) > 0:
            parts.append(f"{rate:.0f} frames/s")
        if (left := board.seconds_left()) is not None:
            parts.append(f"about {clock(left)} left")
        if board.looked_at is not None and board.states.get(("film", 0)) == "working":
            parts.append(f"looking at the film: {board.looked_at:.0%}")
        return " · ".join(parts)


class Screen:
    """The live table on the terminal; without one its methods do nothing."""

    def __init__(self, live: Live | None = None) -> None:
        self._live = live

    def close(self) -> None:
        """Stop the live table early, so that the terminal is free for a last line; from any thread."""
        if self._live is not None:
            self._live.stop()

    @contextmanager
    def freed(self) -> Iterator[None]:
        """Free the terminal while the block runs; afterwards the table goes on below."""
        self.close()
        yield
        if self._live is not None:
            self._live.start(refresh=True)


@contextmanager
def shown(console: Console, board: ProgressBoard) -> Iterator[Screen]:
    """Show the progress on `console` while the block runs: live on a terminal, as plain lines elsewhere."""

    def plain(event: Event) -> None:
        if line := event.line():
            console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    with events.listening(board.hear):
        if console.is_terminal:
            with Live(_Table(board), console=console, refresh_per_second=4, transient=False) as live:
                yield Screen(live)
        else:
            with events.listening(plain):
                yield Screen()
