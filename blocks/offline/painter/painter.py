"""The offline painter: paints a picture for every prompt, without a key or a network, and lists what is missing in it.

It paints places, light, weather and some fifty subjects. What a prompt names beyond that is listed in
`PieceMeasures.not_drawn`; where the subject itself cannot be drawn, a words card is painted: the subject's words over
the light of the place.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from blocks.offline.painter.canvas.canvas import U8
from blocks.offline.painter.canvas.finish import encode_png
from blocks.offline.painter.canvas.treatment import treat
from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.scene import paint_scene
from blocks.offline.painter.words_card import set_words
from studio.errors import EngineFailed
from studio.model.engines import Abilities
from studio.model.fingerprint import fingerprint
from studio.model.receipt import PieceMeasures
from studio.model.style import NO_SETTINGS, Style
from studio.planning.image_prompts import part_style

_MOST_PIXELS = 5040 * 2160
"""Pixels of the largest picture that can be asked for: 21:9 at 2160 rows."""

_SETTINGS = {"palette", "contrast", "grain", "line", "light", "ink"}
"""The settings of a style that change pictures."""


@dataclass(frozen=True)
class OfflinePainter:
    """Paints with numpy and OpenCV. Implements `studio.model.engines.Painter`; safe to call from several threads.

    Attributes:
        style: the style that pictures are treated in; None leaves them as painted, and reads a prompt to its end.
    """

    style: Style | None = None

    engine = "offline"
    model = "painter"
    version = 5
    abilities = Abilities(seed=True)

    def in_style(self, style: Style) -> Self:
        """Return this painter, working in the style."""
        return replace(self, style=style)

    @property
    def style_print(self) -> str:
        """What of the style changes its pictures."""
        if self.style is None:
            return ""
        settings = self.style.settings.model_dump_json(include=_SETTINGS)
        return fingerprint(painter=settings, words=not self.style.name)

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
        picture, focus, not_drawn = self._painted(prompt, size, seed)
        out.write_bytes(encode_png(picture))
        return PieceMeasures(width=width, height=height, not_drawn=not_drawn, focus=focus)

    def _painted(
        self, prompt: str, size: tuple[int, int], seed: int
    ) -> tuple[U8, tuple[float, float] | None, tuple[str, ...]]:
        if self.style is None:
            reading = read_prompt(prompt)
            painted = paint_scene(reading, prompt, size, seed)
            return painted.picture, painted.focus, reading.not_drawn
        shown, words = part_style(prompt)
        # A style of free words may say the hour or the weather; one of a file says its look in settings.
        reading = read_prompt(shown, "" if self.style.name else words)
        treated = self.style.settings.model_dump(include=_SETTINGS) != NO_SETTINGS.model_dump(include=_SETTINGS)
        words_last = reading.card and treated
        painted = paint_scene(replace(reading, title="") if words_last else reading, shown, size, seed)
        rng = np.random.default_rng([zlib.crc32(shown.encode("utf-8", "surrogatepass")), seed, 1])
        picture = treat(painted.picture, self.style.settings, rng)
        return set_words(picture, reading.title) if words_last else picture, painted.focus, reading.not_drawn
