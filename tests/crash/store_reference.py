"""The undisturbed run, with which every trial of the store is compared."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.fs import files
from studio.model.brief import FilmOptions
from studio.store.receipts import read_receipt
from tests.crash import film, judge
from tests.crash.crew import crew, remembered_cut
from tests.crash.store_disks import Counted

SCRIPT = "The lamp is lit.\n\nA bottle drifts in.\n\nShe reads it slowly.\n\nThe sea is calm.\n\nNight falls.\n"
OPTIONS = film.OPTIONS.model_copy(update={"script": SCRIPT})
"""A film of five tiny shots, each with a line of its own, so that lines and captions can be lost too."""


@contextmanager
def asking(options: FilmOptions = OPTIONS) -> Iterator[None]:
    """Let the command ask for this film while the block runs."""
    film.OPTIONS, before = options, film.OPTIONS
    try:
        yield
    finally:
        film.OPTIONS = before


@dataclass(frozen=True)
class Reference:
    """The undisturbed run: its output folder, what it made, how it changed the disk, how long each piece took."""

    output: Path
    session_id: str
    made: dict[str, str]
    operations: tuple[str, ...]
    born: int
    """The number of the first operation before which the session has its folder, counted from 0."""
    pieces: dict[tuple[str, int], str]
    """The fingerprint of each piece, by stage and shot."""
    seconds: dict[tuple[str, int], float]

    @property
    def engine_calls(self) -> int:
        """How many pieces engines, and the cut, make."""
        return len(self.pieces) - 1  # the timeline is laid by the house


def scratch_root() -> str | None:
    """Return where scratch folders lie: in memory where that is possible."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@contextmanager
def reference() -> Iterator[Reference]:
    """Lend an undisturbed run; its engines' work is remembered for whatever is forked while the block runs."""
    with tempfile.TemporaryDirectory(prefix="store-", dir=scratch_root()) as scratch, asking(), remembered_cut():
        # The first run renders and cuts by itself, which changes the disk too; what is counted is the second.
        (output := Path(scratch, "first")).mkdir()
        notes, disk = Path(scratch, "notes"), Counted()
        with judge.watched(notes):
            film.make(output, crew())
        (output := Path(scratch, "output")).mkdir()
        with files.through(disk):
            film.make(output, crew())
        folder = next(output.glob("sessions/session_*"))
        works = judge.works(notes)
        yield Reference(
            output,
            folder.name,
            judge.made(folder),
            tuple(disk.names),
            disk.born,
            _pieces(folder),
            {(work.stage, work.index): (work.ended or work.began) - work.began for work in works},
        )


def _pieces(folder: Path) -> dict[tuple[str, int], str]:
    receipts = (read_receipt(place) for place in folder.rglob("*.json") if "results" not in place.parts)
    return {(each.stage, each.index): each.fingerprint for each in receipts if each is not None}
