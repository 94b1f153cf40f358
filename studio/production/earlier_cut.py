"""What of an earlier cut of the film need not be done again: its sound, and the check of shots that are the same.

The earlier cut is the film that lies in its place, if it is whole and nothing was found wrong with it. A film that was
redone in one shot is so cut and checked in a small part of the time. The result is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.fs import checksums
from studio.model.film import Timeline
from studio.model.fingerprint import Ingredient, fingerprint
from studio.model.receipt import Receipt
from studio.planning.orders import CUT_VERSION
from studio.store.receipts import read_receipt
from studio.video.assembly import Sound

SHORT = 16
"""How many digits of a clip's checksum a film's receipt notes."""


@dataclass(frozen=True)
class EarlierCut:
    """An earlier cut.

    Attributes:
        sound: the film whose sound is that of the film to be cut; None if none has it.
        known: the indices of shots whose picture was checked there, with the same neighbours.
    """

    sound: Path | None
    known: frozenset[int]


NO_CUT = EarlierCut(None, frozenset())


def earlier_cut(folder: Path, heard: str, clips: Sequence[Receipt]) -> EarlierCut:
    """Return what the session's present film has of the one to be cut.

    Args:
        heard: the fingerprint of the sound wanted, by `sound_print`.
        clips: the clips wanted, in shot order.
    """
    receipt, path = read_receipt(folder / "film.json"), folder / "film.mp4"
    if (
        receipt is None
        or receipt.remarks
        or not receipt.shown
        or not checksums.has(path, receipt.sha256, receipt.bytes)
    ):
        return NO_CUT
    return EarlierCut(path if receipt.heard == heard else None, _known(receipt.shown, shown(clips)))


def shown(clips: Sequence[Receipt]) -> tuple[str, ...]:
    """Return what a film's receipt notes of its clips: the beginning of each one's checksum, in order."""
    return tuple(clip.sha256[:SHORT] for clip in clips)


def sound_print(
    lines: Sequence[Receipt], score: Receipt | None, timeline: Timeline, clip_sounds: Sequence[Sound]
) -> str:
    """Return the fingerprint of all that is heard in a film, and when."""
    placed: tuple[Ingredient, ...] = tuple(
        (line.sha256, span.line_start) for line, span in zip(lines, timeline.spans, strict=True) if line.seconds
    )
    return fingerprint(
        version=CUT_VERSION,
        lines=placed,
        score=score.sha256 if score else None,
        frames=timeline.frames,
        fps=timeline.fps,
        clips=tuple((each.source.model_dump_json(exclude={"name"}), each.start, each.frames) for each in clip_sounds),
    )


def _known(before: Sequence[str], now: Sequence[str]) -> frozenset[int]:
    """Return the indices, from 1, of those that stand between the same neighbours as before."""
    seen = set(_between(before))
    return frozenset(index for index, triple in enumerate(_between(now), start=1) if triple in seen)


def _between(clips: Sequence[str]) -> list[tuple[str, str, str]]:
    around = ["", *clips, ""]
    return list(zip(around, around[1:], around[2:], strict=False))
