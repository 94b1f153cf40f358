"""The offline painter: paints a picture for every prompt, without a key or a network, and lists what is missing in it.

It paints places, light, weather and some fifty subjects. What a prompt names beyond that is listed in
`PieceMeasures.not_drawn`; where the subject itself cannot be drawn, a words card is painted: the subject's words over
the light of the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blocks.offline.painter.canvas.finish import encode_png
from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.scene import paint_scene
from studio.errors import EngineFailed
from studio.model.engines import Abilities
from studio.model.receipt import PieceMeasures

_MOST_PIXELS = 5040 * 2160
"""Pixels of the largest picture that can be asked for: 21:9 at 2160 rows."""


class OfflinePainter:
    """Paints with numpy and OpenCV. Implements `studio.model.engines.Painter`; safe to call from several threads."""

    engine = "offline"
    model = "painter"
    version = 5
    abilities = Abilities(seed=True)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        """Write a PNG, RGB 8 bit, of exactly `size` (width, height) pixels.

        The same prompt, size and seed give the same bytes.

        Raises:
            EngineFailed: a side of `size` is under 16, or it has more pixels than 5040x2160; or there are references.
            OSError: `out` cannot be written; passed on unchanged, so that a full disk differs from a wrong path.
        """
        width, height = size
        if min(size) < 16 or width * height > _MOST_PIXELS:
            raise EngineFailed(f"cannot paint a picture of {width}x{height} pixels; ask for 16x16 up to 5040x2160")
        if references:
            raise EngineFailed("the offline painter takes no reference pictures")
        reading = read_prompt(prompt)
        painted = paint_scene(reading, prompt, size, seed)
        out.write_bytes(encode_png(painted.picture))
        return PieceMeasures(width=width, height=height, not_drawn=reading.not_drawn, focus=painted.focus)
