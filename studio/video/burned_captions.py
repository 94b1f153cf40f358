"""Burn captions into frames: each cue is drawn once and then blended into its rectangle of every frame's planes."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.lettering.fonts import LINE_HEIGHT, drawable, set_block
from studio.lettering.linebreaks import LINE_COLUMNS, columns_of
from studio.model.film import Cue
from studio.video.planes import Planes

_WHITE, _BLACK, _GREY = 228, 16, 128
"""Y of letters (a little below white, as usual for captions), Y of their shadow, and U and V of both."""

SIDE_SHARE = 0.07
BOTTOM_SHARE = 0.08
TALL_BOTTOM_SHARE = 0.16
"""Free space around captions, in shares of the frame: inside the 90 % title safe area of SMPTE ST 2046-1; higher up in
tall films, because players show their buttons at the bottom."""

_COLUMN_SHARE = 0.52
"""Average width of a letter as a share of the letter size: 0.49 in Noto Sans at the weight of captions (measured), and
some room."""

Shares = NDArray[np.float32]


class BurnedCaption:
    """One cue, ready to be drawn into frames `[start, end)`."""

    def __init__(self, cue: Cue, text: str, size: tuple[int, int]) -> None:
        width, height = size
        letter_px = _letter_px(size)
        # Two lines stay two lines, in smaller letters if the frame is narrow.
        room = 2 * LINE_HEIGHT * letter_px + 2 * (letter_px // 4 + 1) + 1
        lawful = max(map(columns_of, text.split("\n"))) <= LINE_COLUMNS
        room = min(room, height * 0.34) if lawful else height * 0.34
        block = set_block(text, (round(width * (1 - 2 * SIDE_SHARE)), ceil(room)), letter_px, weight=560)
        halo_px = max(2, letter_px // 3)
        mask = np.pad(block, halo_px)
        bottom = height * (1 - (TALL_BOTTOM_SHARE if height > width else BOTTOM_SHARE))
        # Even corners, so that the rectangle covers whole chroma samples.
        left = max(0, round(width / 2 - mask.shape[1] / 2)) // 2 * 2
        top = max(0, round(bottom - mask.shape[0] + halo_px)) // 2 * 2
        mask = np.pad(mask, ((0, mask.shape[0] % 2), (0, mask.shape[1] % 2)))[: height - top, : width - left]
        shade = _halo(mask, letter_px)
        self.start, self.end = cue.start, cue.end
        self.keep: Shares = (1 - mask) * (1 - shade)
        self.add: Shares = np.asarray(_WHITE * mask + _BLACK * shade * (1 - mask) + 0.5, dtype=np.float32)
        half = (mask.shape[1] // 2, mask.shape[0] // 2)
        self.keep_chroma: Shares = np.asarray(cv2.resize(self.keep, half, interpolation=cv2.INTER_AREA), np.float32)
        self.add_chroma: Shares = np.asarray(_GREY * (1 - self.keep_chroma) + 0.5, dtype=np.float32)
        self.rows = slice(top, top + mask.shape[0])
        self.columns = slice(left, left + mask.shape[1])

    def draw(self, planes: Planes) -> None:
        """Draw the caption into the planes, in its own rectangle only."""
        y, u, v = planes
        _blend(y[self.rows, self.columns], self.keep, self.add)
        rows, columns = (slice(s.start // 2, s.stop // 2) for s in (self.rows, self.columns))
        for chroma in (u, v):
            _blend(chroma[rows, columns], self.keep_chroma, self.add_chroma)


def _letter_px(size: tuple[int, int]) -> int:
    return max(8, round(min(size[1] * 0.048, size[0] * 0.058)))


def burned_columns(size: tuple[int, int]) -> int:
    """Return how many columns a burned line may have in frames of `size` (width, height): 28 in 9:16, 42 in 16:9."""
    return min(LINE_COLUMNS, int(size[0] * (1 - 2 * SIDE_SHARE) / (_COLUMN_SHARE * _letter_px(size))))


def set_cues(cues: Sequence[Cue], size: tuple[int, int]) -> tuple[tuple[BurnedCaption, ...], tuple[str, ...]]:
    """Prepare all cues of a clip for frames of `size` (width, height).

    Returns:
        The captions, and the words that no installed font can show; a cue of only such words is not drawn.
    """
    burned: list[BurnedCaption] = []
    lost: list[str] = []
    for cue in cues:
        text, missing = drawable(cue.text)
        lost += missing
        if text:
            burned.append(BurnedCaption(cue, text, size))
    return tuple(burned), tuple(dict.fromkeys(lost))


def _halo(mask: Shares, letter_px: int) -> Shares:
    """Return the opacity of the dark around letters: a firm edge for bright pictures, and a soft shadow around it."""
    edge_px = max(1, letter_px // 14)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * edge_px + 1, 2 * edge_px + 1))
    grown = cv2.dilate(mask, kernel)
    edge = cv2.GaussianBlur(grown, (0, 0), max(0.6, edge_px * 0.5))
    soft = cv2.GaussianBlur(grown, (0, 0), max(1.0, letter_px / 9))
    shade = 1 - (1 - np.clip(edge * 0.85, 0, 1)) * (1 - np.clip(soft * 0.75, 0, 1))
    return np.asarray(shade, dtype=np.float32)


def _blend(region: NDArray[np.uint8], keep: Shares, add: Shares) -> None:
    np.copyto(region, region * keep + add, casting="unsafe")
