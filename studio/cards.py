"""The title card: layers composed with MoviePy, faded and encoded like every clip.

A dark graded ground with a slow light on it, the title in Noto Sans, a thin rule under it; all of it fades in and out.
Nothing on a card moves: MoviePy composes it twice, without and with its letters, and each frame is a blend of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from moviepy import CompositeVideoClip, ImageClip
from numpy.typing import NDArray

from studio.lettering import drawable, set_block
from studio.model import Made
from studio.planes import Pixels, Planes, fade_planes, to_planes
from studio.reel import Draw, encode

FADE_SECONDS = 0.8
"""Longest fade in and out; never more than a third of the card each."""

_WORDS_IN, _RULE_IN = 1.2, 1.6
"""When the words and the rule are fully there, in fades: a little after the light."""

_GRADES = (
    ((9, 13, 22), (30, 46, 66), (255, 214, 160)),
    ((13, 12, 17), (52, 40, 46), (255, 205, 150)),
    ((8, 17, 18), (24, 56, 56), (240, 224, 180)),
    ((14, 11, 21), (46, 38, 72), (246, 208, 190)),
)
"""Ground at the edge, ground in the middle, and light: RGB, teal and amber as documentaries are graded (by eye)."""

_LETTERS = (240, 236, 228)


def title_card(title: str, size: tuple[int, int], fps: int, frames: int, seed: int, out: Path) -> Made:
    """Write the clip of a title card.

    Args:
        title: of any length and script; it is wrapped and shrunk to fit. What no font at hand can show is left out;
            where nothing is left, the card is one of light alone.
        size: (width, height) in pixels, even.
        frames: length of the card, >= 1.
        seed: chooses the grade and where the light falls.

    Returns:
        Size, frames and seconds as measured; `not_drawn` are the words of the title that lost a letter.

    Raises:
        EngineFailed: the encoder gave up. DiskFull: there is no room left.
    """
    text, lost = drawable(title)
    seconds = frames / fps
    card = _compose(text, size, seed)
    made = encode(_draws(card, frames, fps, min(FADE_SECONDS, seconds / 3)), size, fps, out)
    return made.model_copy(update={"not_drawn": lost})


class _Card(NamedTuple):
    """A card's two pictures; the rule begins at row `below`, which is even: in every plane the words end above it."""

    ground: Planes
    lettered: Planes
    below: int


def _draws(card: _Card, frames: int, fps: int, fade: float) -> Iterator[Draw]:
    """One drawing per frame, taken in the middle of its time, where rounding cannot reach the next one."""
    for i in range(frames):
        seconds = (i + 0.5) / fps
        light = min(1.0, seconds / fade, (frames / fps - seconds) / fade)
        inks = tuple(min(1.0, seconds / (slower * fade)) for slower in (_WORDS_IN, _RULE_IN))
        yield partial(_draw, card, inks, light * light * (3 - 2 * light))


def _draw(card: _Card, inks: tuple[float, ...], light: float, planes: Planes) -> None:
    """Fill the planes: words and rule each as far in as `inks` say, 0 to 1, all at a share of its light."""
    for ground, lettered, target in zip(card.ground, card.lettered, planes, strict=True):
        split = card.below * len(ground) // len(card.ground[0])
        for rows, ink in zip((slice(split), slice(split, None)), inks, strict=True):
            cv2.addWeighted(lettered[rows], ink, ground[rows], 1 - ink, 0, dst=target[rows])
    fade_planes(planes, light, planes)


def still_card(text: str, size: tuple[int, int], seed: int) -> Pixels:
    """Return a card with `text` on it as one picture, (height, width, 3) uint8 RGB; letters no font has are left out.

    Args:
        size: (width, height) in pixels, even.
        seed: chooses the grade and where the light falls.
    """
    return _painted(drawable(text)[0], size, seed)[1]


def _compose(text: str, size: tuple[int, int], seed: int) -> _Card:
    """Ground and light, and over them title and rule."""
    bare, whole, below = _painted(text, size, seed)
    ground = to_planes(bare)
    return _Card(ground, to_planes(whole) if text else ground, below)


def _painted(text: str, size: tuple[int, int], seed: int) -> tuple[Pixels, Pixels, int]:
    """Return the ground, the ground with its letters, and the row between words and rule."""
    rng = np.random.default_rng(seed)
    edge, middle, light = (np.array(colour, dtype=np.float32) for colour in _GRADES[int(rng.integers(len(_GRADES)))])
    bare = _ground(size, edge, middle, light, rng)
    if not text:
        return bare, bare, 0
    layers, below = _words(text, size, light)
    whole = CompositeVideoClip([ImageClip(bare), *layers], size=size).get_frame(0)
    return bare, np.ascontiguousarray(whole, dtype=np.uint8), below


def _words(text: str, size: tuple[int, int], light: NDArray[np.float32]) -> tuple[list[ImageClip], int]:
    """The title, centred a little above the middle, the rule under it, and an even row between the two."""
    width, height = size
    longest = max(len(line) for line in text.split("\n"))
    # Letters of a short title may be large; a long one reads better small than filling the card.
    asked = min(width, height * 1.25) * (0.105 if longest <= 24 else 0.085)
    block = set_block(text, (round(width * 0.8), round(height * 0.6)), round(asked), weight=300)
    rule_wide, rule_high = max(8, round(min(width, height) * 0.11)), max(1, round(height / 540))
    gap = round(height * 0.035)
    top = round((height - block.shape[0] - gap - rule_high) / 2)
    bow = np.sin(np.linspace(0.01, np.pi - 0.01, rule_wide)).astype(np.float32) ** 0.6
    rule = np.repeat(bow[None] * np.float32(0.8), rule_high, axis=0)
    words = _inked(block, np.array(_LETTERS, dtype=np.float32))
    end = top + block.shape[0]
    return [
        words.with_position(((width - block.shape[1]) // 2, top)),
        _inked(rule, light).with_position(((width - rule_wide) // 2, end + gap)),
    ], (end + gap // 2) // 2 * 2


def _inked(mask: NDArray[np.float32], colour: NDArray[np.float32]) -> ImageClip:
    """A layer of one colour seen through a mask of 0 to 1."""
    ink = np.broadcast_to(colour.astype(np.uint8), (*mask.shape, 3)).copy()
    return ImageClip(ink).with_mask(ImageClip(mask, is_mask=True))


def _ground(
    size: tuple[int, int], edge: NDArray[np.float32], middle: NDArray[np.float32], light: NDArray[np.float32],
    rng: np.random.Generator,
) -> Pixels:  # fmt: skip
    """A soft pool of the middle colour, a faint warm light from one upper side, and grain against banding."""
    width, height = size
    side = float(rng.choice((-1, 1)))
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    pool = np.exp(-((x / 0.95) ** 2 + ((y + 0.05) / 0.85) ** 2))[:, :, None]
    beam = np.exp(-(((x - 0.75 * side) / 0.9) ** 2 + ((y + 1.05) / 0.7) ** 2))[:, :, None]
    ground = edge + (middle - edge) * pool + light * 0.16 * beam
    grain = rng.normal(0, 1.1, (height, width, 1)).astype(np.float32)
    return np.asarray(np.clip(ground + grain + 0.5, 0, 255), dtype=np.uint8)
