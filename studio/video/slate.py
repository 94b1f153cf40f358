"""Paint a slate: the card that is shown in the film for a shot that could not be made."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from studio.model.receipt import PieceMeasures
from studio.video.cards import still_card


def paint_slate(text: str, size: tuple[int, int], seed: int, reason: str, out: Path) -> PieceMeasures:
    """Write a slate as PNG, RGB 8 bit, of exactly `size` (width, height) pixels, with `text` on it.

    Args:
        reason: why the shot could not be made; it is kept in the receipt, not shown in the picture.
    """
    Image.fromarray(still_card(text, size, seed)).save(out, format="PNG")
    return PieceMeasures(width=size[0], height=size[1], refused=reason)
