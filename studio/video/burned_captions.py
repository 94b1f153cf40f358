"""Burn captions into frames: each cue is drawn once and then blended into its rectangle of every frame's planes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.lettering.fonts import LINE_HEIGHT, drawable, set_block
from studio.lettering.linebreaks import LINE_COLUMNS, columns_of
from studio.model.film import Cue
from studio.model.style import NO_SETTINGS, Frame, Lettering, StyleSettings
from studio.video.planes import Pixels, Planes, to_planes

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
_SHADOWED: tuple[tuple[float, float, float], ...] = ((_WHITE, _GREY, _GREY), (_BLACK, _GREY, _GREY))
_WEIGHTS: Mapping[Lettering, int] = {"light": 560, "plain": 560, "heavy": 800, "wide": 640}
_FEET: Mapping[Frame, float] = {"page": 0.045, "letterbox": 0.03, "banner": 0.255, "badge": 0.215, "board": 0.20}
"""The free space below captions of a wide film whose frame has a foot: on its paper or bar, or above it."""
_BEHIND = {"box": 0.94, "strip": 0.80, "plain": 0.0}
"""How much of the picture is hidden behind a caption that has no shadow."""


def caption_colours(settings: StyleSettings) -> tuple[Pixels, Pixels]:
    """Return the colours of a style's captions, of letters and of what is behind them: (1, 1, 3) uint8 RGB."""
    usual = ("1c1c22", "fff3b0") if settings.captions == "box" else ("ffffff", "101018")
    told = settings.ink if settings.captions != "strip" else "", settings.paper if settings.captions == "box" else ""
    return tuple(
        np.array([[[int((said.removeprefix("#") or use)[i : i + 2], 16) for i in (0, 2, 4)]]], np.uint8)
        for said, use in zip(told, usual, strict=True)
    )  # type: ignore[return-value]  # two of them


def _yuv(colour: Pixels) -> tuple[float, float, float]:
    y, u, v = to_planes(np.repeat(np.repeat(colour, 2, axis=0), 2, axis=1))
    return float(y[0, 0]), float(u[0, 0]), float(v[0, 0])


class BurnedCaption:
    """One cue, ready to be drawn into frames `[start, end)`."""

    def __init__(self, cue: Cue, text: str, size: tuple[int, int], settings: StyleSettings = NO_SETTINGS) -> None:
        width, height = size
        letter_px = _letter_px(size)
        # Two lines stay two lines, in smaller letters if the frame is narrow.
        room = 2 * LINE_HEIGHT * letter_px + 2 * (letter_px // 4 + 1) + 1
        lawful = max(map(columns_of, text.split("\n"))) <= LINE_COLUMNS
        room = min(room, height * 0.34) if lawful else height * 0.34
        weight = _WEIGHTS[settings.lettering]
        block = set_block(text, (round(width * (1 - 2 * SIDE_SHARE)), ceil(room)), letter_px, weight=weight)
        halo_px = max(2, letter_px // 3)
        mask = np.pad(block, halo_px)
        share = TALL_BOTTOM_SHARE if height > width else _FEET.get(settings.frame, BOTTOM_SHARE)
        bottom = height * (1 - share)
        # Even corners, so that the rectangle covers whole chroma samples.
        left = max(0, round(width / 2 - mask.shape[1] / 2)) // 2 * 2
        top = max(0, round(bottom - mask.shape[0] + halo_px)) // 2 * 2
        mask = np.pad(mask, ((0, mask.shape[0] % 2), (0, mask.shape[1] % 2)))[: height - top, : width - left]
        self.start, self.end = cue.start, cue.end
        half = (mask.shape[1] // 2, mask.shape[0] // 2)
        if settings.captions == "shadow":
            shade = _halo(mask, letter_px)
            letters, ground = _SHADOWED
        else:
            shade = np.full_like(mask, _BEHIND[settings.captions])
            letters, ground = (_yuv(colour) for colour in caption_colours(settings))
        self.keep: Shares = (1 - mask) * (1 - shade)
        self.add: Shares = np.asarray(letters[0] * mask + ground[0] * shade * (1 - mask) + 0.5, dtype=np.float32)
        self.keep_chroma: Shares = np.asarray(cv2.resize(self.keep, half, interpolation=cv2.INTER_AREA), np.float32)
        if settings.captions == "shadow":
            plain: Shares = np.asarray(_GREY * (1 - self.keep_chroma) + 0.5, dtype=np.float32)
            self.add_chroma: tuple[Shares, Shares] = (plain, plain)
        else:
            ink = cv2.resize(mask, half, interpolation=cv2.INTER_AREA)
            back = cv2.resize(shade * (1 - mask), half, interpolation=cv2.INTER_AREA)
            u, v = (np.asarray(letters[c] * ink + ground[c] * back + 0.5, np.float32) for c in (1, 2))
            self.add_chroma = (u, v)
        self.rows = slice(top, top + mask.shape[0])
        self.columns = slice(left, left + mask.shape[1])

    def draw(self, planes: Planes) -> None:
        """Draw the caption into the planes, in its own rectangle only."""
        y, u, v = planes
        _blend(y[self.rows, self.columns], self.keep, self.add)
        rows, columns = (slice(s.start // 2, s.stop // 2) for s in (self.rows, self.columns))
        for chroma, add in zip((u, v), self.add_chroma, strict=True):
            _blend(chroma[rows, columns], self.keep_chroma, add)


def _letter_px(size: tuple[int, int]) -> int:
    return max(8, round(min(size[1] * 0.048, size[0] * 0.058)))


def burned_columns(size: tuple[int, int]) -> int:
    """Return how many columns a burned line may have in frames of `size` (width, height): 28 in 9:16, 42 in 16:9."""
    return min(LINE_COLUMNS, int(size[0] * (1 - 2 * SIDE_SHARE) / (_COLUMN_SHARE * _letter_px(size))))


def set_cues(
    cues: Sequence[Cue], size: tuple[int, int], settings: StyleSettings | None = None
) -> tuple[tuple[BurnedCaption, ...], tuple[str, ...]]:
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
            burned.append(BurnedCaption(cue, text, size, settings or NO_SETTINGS))
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
