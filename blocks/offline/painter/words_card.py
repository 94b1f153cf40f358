"""The words card: what a shot shows if its subject cannot be drawn: its words, set in type over the light.

Animatics do the same. Letters that the fonts lack are left out; a line that would lose too many of them is not set at
all. Nothing here knows what the words mean.
"""

from __future__ import annotations

import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting, soften
from blocks.offline.painter.canvas.noise import F32
from blocks.offline.painter.canvas.palettes import mix
from blocks.offline.painter.places.weather import defocus
from studio.lettering.fonts import drawable, set_block

_MOST_LETTERS = 240
"""Most letters of a line: as many as a script's sentence has in a prompt (`studio.input.script.ACTION_CHARACTERS`)."""


def legible(text: str) -> str:
    """Return what the available fonts can show of a line; '' if that is less than 70 % of its letters.

    A line that is too long is cut after a word and ends with an ellipsis.
    """
    kept, _ = drawable(text)
    line = " ".join(kept.split())
    if sum(c.isalnum() for c in line) < max(1.0, 0.7 * sum(c.isalnum() for c in text)):
        return ""
    if len(line) <= _MOST_LETTERS:
        return line
    return line[:_MOST_LETTERS].rsplit(" ", 1)[0].rstrip(" ,.;:-") + "\u2026"


def paint_words_card(painting: Painting, title: str) -> None:
    """Blur what is painted so far into soft light, and set the title over it, in one or two lines."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    defocus(painting, 0.045)
    canvas.planes *= np.float32(0.82)
    for _ in range(16):
        x, y = rng.uniform(0, canvas.width), canvas.height * rng.beta(2.4, 2.0)
        _paint_disc(
            painting, float(x), float(y), canvas.unit * float(rng.uniform(0.02, 0.085)), float(rng.uniform(0.03, 0.12))
        )
    canvas.glow(
        painting.sun_x, min(max(painting.sun_y, 0), canvas.height), canvas.unit * 0.36, light.sun, 0.42 * light.strength
    )
    if text := _lines(title):
        ink = mix(np.ones(3, np.float32), light.sun, 0.45)
        mask = _type(canvas.width, canvas.height, canvas.unit, text)
        shadow = np.clip(soften(mask, canvas.unit * 0.012) * 1.5, 0, 0.55)
        # A wide dark area is behind the words, so that a bright window never makes half of them unreadable.
        canvas.cover(np.clip(soften(mask, canvas.unit * 0.1) * 5, 0, 0.6), light.near * np.float32(0.35))
        canvas.cover(shadow, light.near * np.float32(0.6))
        canvas.cover(mask * np.float32(0.94), ink)


def set_words(picture: U8, title: str) -> U8:
    """Return a finished picture with the title set over it: light letters on a dark picture, dark ones on a light one.

    For pictures in a style, whose brush would make letters unreadable.

    Args:
        picture: (height, width, 3) uint8 RGB.
    """
    text = _lines(title)
    if not text:
        return picture
    height, width = picture.shape[:2]
    unit = 0.75 * float(np.sqrt(width * height))
    mask = _type(width, height, unit, text)
    seen = picture.astype(np.float32) / np.float32(255)
    wide = np.clip(soften(mask, unit * 0.1) * 5, 0, 1)
    behind = float((seen.mean(axis=2) * wide).sum() / max(1e-6, float(wide.sum())))
    ink, ground = (0.98, 0.05) if behind < 0.55 else (0.10, 0.97)
    shade = np.maximum(wide * np.float32(0.45), np.clip(soften(mask, unit * 0.012) * 1.5, 0, 0.75))[..., None]
    seen = seen * (1 - shade) + np.float32(ground) * shade
    seen = seen * (1 - mask[..., None]) + np.float32(ink) * mask[..., None]
    return np.asarray(np.clip(seen * 255 + 0.5, 0, 255), np.uint8)


def _lines(title: str) -> str:
    return "\n".join(line for line in map(legible, title.split("\n")) if line)


def _paint_disc(painting: Painting, x: float, y: float, radius: float, strength: float) -> None:
    """Paint one disc of light out of focus, a little brighter at its rim, as lenses show it."""
    canvas = painting.canvas
    left, right = max(0, int(x - radius) - 2), min(canvas.width, int(x + radius) + 3)
    top, bottom = max(0, int(y - radius) - 2), min(canvas.height, int(y + radius) + 3)
    away = np.hypot(canvas.x[:, left:right] - x, canvas.y[top:bottom] - y) / np.float32(radius)
    disc = np.clip((1 - away) * np.float32(radius / 2) + 0.5, 0, 1) * (0.75 + 0.25 * away**4)
    canvas.add_light(disc * np.float32(strength), mix(painting.light.sun, painting.light.haze, 0.3), left, top)


def _type(width: int, height: int, unit: float, text: str) -> F32:
    """Set the text in the middle with a short rule under it: (height, width) float32 opacity, 0 to 1.

    The first line says what is seen, the second, in smaller type, where it is; each is wrapped on its own.
    """
    page = np.zeros((height, width), np.float32)
    what, _, where = text.partition("\n")
    blocks = [set_block(what, (int(width * 0.8), int(height * 0.45)), max(9, int(unit * 0.068)), 300)]
    if where:
        blocks.append(set_block(where, (int(width * 0.8), int(height * 0.14)), max(8, int(unit * 0.052)), 300))
    gap = int(unit * 0.018)
    rows = sum(block.shape[0] for block in blocks) + gap * (len(blocks) - 1)
    top = (height - rows) // 2
    below = top
    for block in blocks:
        left = (width - block.shape[1]) // 2
        page[below : below + block.shape[0], left : left + block.shape[1]] = block
        below += block.shape[0] + gap
    half, thick = int(unit * 0.05), max(1, round(unit * 0.0022))
    rule = min(height - thick, top + rows + int(unit * 0.012))
    page[rule : rule + thick, max(0, width // 2 - half) : width // 2 + half] = 0.66
    return page
