"""A crew whose work takes no time: every engine writes the same few bytes. The plans are the offline writer's.

`assemble` and `film_faults` stand in for those of `studio.production.stages`, so that the cut takes no time, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from blocks.offline.writer.writer import OfflineWriter
from studio.model.engines import Abilities, Crew
from studio.model.film import MusicCue
from studio.model.receipt import PieceMeasures


@dataclass
class _Instant:
    engine: str = "instant"
    model: str = ""
    version: int = 1
    abilities: ClassVar[Abilities] = Abilities(seed=True)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        out.write_bytes(b"picture")
        return PieceMeasures(width=size[0], height=size[1])

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        out.write_bytes(b"line")
        return PieceMeasures(seconds=0.0)

    def animate(self, *asked: Any) -> PieceMeasures:
        asked[-2].write_bytes(b"clip")
        return PieceMeasures(frames=24, seconds=1.0)

    def compose(self, cues: tuple[MusicCue, ...], seconds: float, seed: int, out: Path) -> PieceMeasures:
        out.write_bytes(b"score")
        return PieceMeasures(seconds=seconds)


def instant_crew() -> Crew:
    """Return the crew."""
    hand: Any = _Instant()
    return Crew(
        name="instant",
        writer=OfflineWriter(),
        stand_in=OfflineWriter(),
        painter=hand,
        narrator=hand,
        animator=hand,
        composer=hand,
    )


def assemble(*asked: Any, **more: Any) -> tuple[PieceMeasures, tuple[tuple[str, bytes], ...]]:
    """Write a film of a few bytes."""
    asked[-1].write_bytes(b"film")
    return PieceMeasures(frames=24, seconds=1.0), ()


def film_faults(*asked: Any, **more: Any) -> tuple[str, ...]:
    """Find nothing wrong with such a film."""
    return ()
