"""What stands around every picture of a film in a style, and does not move with it: bars, a page, a banner, a tape.

Drawn once for a film's size and blended into each frame, in the clips and on the cards. Nothing here knows of time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.lettering.fonts import drawable, set_line
from studio.model.style import Frame, StyleSettings
from studio.video.planes import Pixels, Planes, to_planes

Shares = NDArray[np.float32]
_USUAL_PAPER, _USUAL_INK, _USUAL_ACCENT = "f6f1e4", "2a2a33", "d8412f"


def colour_of(hexadecimal: str) -> Shares:
    """Return the colour '#rrggbb', or 'rrggbb', as (3,) float32, 0 to 255."""
    hexadecimal = hexadecimal.removeprefix("#")
    return np.array([int(hexadecimal[i : i + 2], 16) for i in (0, 2, 4)], np.float32)


class StyleFrame:
    """A frame, ready to be drawn into the planes of pictures of one size."""

    def __init__(self, colours: Shares, cover: Shares) -> None:
        """Prepare a frame.

        Args:
            colours: (height, width, 3) float32, 0 to 255, of even sides.
            cover: (height, width) float32: how much of the picture it covers, 0 to 1.
        """
        wide, high = cover.shape[1] // 2, cover.shape[0] // 2
        half = cv2.resize(cover, (wide, high), interpolation=cv2.INTER_AREA)
        rgb = np.asarray(np.clip(colours + 0.5, 0, 255), np.uint8)
        self._keep: list[Pixels] = []
        self._add: list[Pixels] = []
        for plane, share in zip(to_planes(rgb), (cover, half, half), strict=True):
            kept = np.asarray(np.clip((1 - share) * 255 + 0.5, 0, 255), np.uint8)
            self._keep.append(kept)
            self._add.append(np.asarray(np.clip(plane * (1 - kept / np.float32(255)) + 0.5, 0, 255), np.uint8))

    def draw(self, planes: Planes) -> None:
        """Draw the frame into the planes."""
        for target, keep, add in zip(planes, self._keep, self._add, strict=True):
            cv2.multiply(target, keep, dst=target, scale=1 / 255)
            cv2.add(target, add, dst=target)


@lru_cache(maxsize=4)
def frame_for(settings: StyleSettings, size: tuple[int, int]) -> StyleFrame | None:
    """Return the frame of a style for films of `size` (width, height), even; None for a style without one."""
    if settings.frame == "none":
        return None
    board = _Board(settings, size)
    _FRAMES[settings.frame](board)
    return StyleFrame(board.colours, board.cover)


class _Board:
    """Where a frame is drawn: colours, and how much of the picture they cover."""

    def __init__(self, settings: StyleSettings, size: tuple[int, int]) -> None:
        self.width, self.height = size
        self.unit = min(self.height, self.width * 0.75)
        """Most lengths are shares of this: the height of a wide frame, less in a tall one."""
        self.settings = settings
        self.paper = colour_of(settings.paper or _USUAL_PAPER)
        self.ink = colour_of(settings.ink or _USUAL_INK)
        self.accent = colour_of(settings.accent or _USUAL_ACCENT)
        self.colours = np.zeros((self.height, self.width, 3), np.float32)
        self.cover = np.zeros((self.height, self.width), np.float32)
        self.x = np.arange(self.width, dtype=np.float32)[None, :]
        self.y = np.arange(self.height, dtype=np.float32)[:, None]

    def put(self, mask: Shares, colour: Shares, top: int = 0, left: int = 0) -> None:
        """Cover the picture, and what of the frame is there, with a colour.

        Args:
            mask: its opacity, (height, width) float32 0 to 1, of a box at (left, top).
        """
        rows, columns = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        cover, colours = self.cover[rows, columns], self.colours[rows, columns]
        over = mask + cover * (1 - mask)
        share = np.where(over > 0, mask / np.maximum(over, 1e-6), 0)[..., None]
        colours += (colour - colours) * share
        cover[:] = over

    def box(self, left: float, top: float, right: float, bottom: float, colour: Shares, opacity: float = 1.0) -> None:
        """Cover a rectangle, in pixels."""
        first, last = (min(self.height, max(0, round(row))) for row in (top, bottom))
        begin, end = (min(self.width, max(0, round(column))) for column in (left, right))
        self.put(np.full((max(0, last - first), max(0, end - begin)), opacity, np.float32), colour, first, begin)

    def rounded(self, left: float, top: float, right: float, bottom: float, radius: float) -> Shares:
        """Return how much of each pixel is inside a rectangle with round corners."""
        x = np.abs(self.x - (left + right) / 2) - (right - left) / 2 + radius
        y = np.abs(self.y - (top + bottom) / 2) - (bottom - top) / 2 + radius
        outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0) - radius
        return np.asarray(np.clip(0.5 - outside, 0, 1), np.float32)

    def write(self, text: str, x: float, y: float, letter_px: float, colour: Shares, weight: int = 700) -> float:
        """Write a line with its middle at row `y`, from column `x`; return the column where it ends."""
        shown = drawable(text)[0]
        if not shown:
            return x
        mask = set_line(shown, max(8, round(letter_px)), weight, 0.03)
        top, left = max(0, round(y - mask.shape[0] / 2)), max(0, round(x))
        part = mask[: self.height - top, : self.width - left]
        self.put(part, colour, top, left)
        return float(left + mask.shape[1])


def _letterbox(board: _Board) -> None:
    seen = min(board.height * 0.98, board.width / 2.39) if board.width >= board.height else board.height * 0.76
    bar = (board.height - seen) / 2
    for top in (0.0, board.height - bar):
        board.box(0, top, board.width, top + bar, colour_of("000000"))


def _page(board: _Board) -> None:
    """A sheet of paper, on which the picture stands with a torn, uneven edge, and room for words under it."""
    rng = np.random.default_rng(5)
    side, top, foot = board.unit * 0.075, board.unit * 0.065, board.unit * 0.15
    rough = cv2.resize(
        rng.random((28, 48), dtype=np.float32), (board.width, board.height), interpolation=cv2.INTER_CUBIC
    )
    fine = cv2.resize(
        rng.random((120, 200), dtype=np.float32), (board.width, board.height), interpolation=cv2.INTER_CUBIC
    )
    edge = np.minimum(
        np.minimum(board.x - side, board.width - side - board.x),
        np.minimum(board.y - top, board.height - foot - board.y),
    )
    uneven = edge + (rough - 0.5) * board.unit * 0.050 + (fine - 0.5) * board.unit * 0.020
    outside = np.asarray(np.clip(0.5 - uneven / (board.unit * 0.010), 0, 1), np.float32)
    board.put(outside, board.paper)
    board.colours += ((fine - 0.5) * 5)[..., None]


def _window(board: _Board) -> None:
    """Soft, round, dark corners, as of a picture seen by the light of a lamp."""
    away = ((board.x - board.width / 2) / (board.width * 0.54)) ** 2 + (
        (board.y - board.height / 2) / (board.height * 0.56)
    ) ** 2
    board.put(
        np.asarray(np.clip((away - 0.62) / 0.5, 0, 1) ** 1.2 * 0.97, np.float32),
        colour_of(board.settings.paper or "070a22"),
    )


def _panel(board: _Board) -> None:
    """A panel of a comic: a white gutter, and a black border drawn by hand."""
    gap, line = board.unit * 0.045, board.unit * 0.010
    inner = board.rounded(gap, gap, board.width - gap, board.height - gap, 1)
    core = board.rounded(gap + line, gap + line, board.width - gap - line, board.height - gap - line, 1)
    board.put(np.asarray(1 - core, np.float32), colour_of("0b0b14"))
    board.put(np.asarray(1 - inner, np.float32), board.paper)


def _banner(board: _Board) -> None:
    """A broadcast: a channel's mark above, and a headline's two strips below."""
    u, wide, high = board.unit, board.width, board.height
    board.box(0, high - u * 0.235, wide, high - u * 0.075, board.ink, 0.93)
    board.box(0, high - u * 0.235, wide, high - u * 0.225, board.accent)
    board.box(0, high - u * 0.075, wide, high, board.paper, 0.97)
    label = board.settings.label or "NEWS"
    first, _, rest = label.partition(" | ")
    board.box(0, high - u * 0.225, u * 0.30, high - u * 0.075, board.accent)
    board.write(first, u * 0.045, high - u * 0.150, u * 0.062, colour_of("ffffff"), 800)
    board.write(rest, u * 0.335, high - u * 0.150, u * 0.060, colour_of("ffffff"), 700)
    board.write("  •  ".join([first] * 12), u * 0.03, high - u * 0.038, u * 0.030, board.ink, 600)
    live = set_line("LIVE", max(8, round(u * 0.046)), 800, 0.03).shape[1]
    board.box(wide - u * 0.085 - live, u * 0.052, wide - u * 0.055, u * 0.128, board.accent)
    board.write("LIVE", wide - u * 0.070 - live, u * 0.090, u * 0.046, colour_of("ffffff"), 800)


def _sketchboard(board: _Board) -> None:
    """A bright board with the picture in the middle of it, between coloured marks."""
    u, wide, high = board.unit, board.width, board.height
    side, top, foot = u * 0.10, u * 0.10, u * 0.17
    inside = board.rounded(side, top, wide - side, high - foot, u * 0.05)
    line = board.rounded(side - u * 0.012, top - u * 0.012, wide - side + u * 0.012, high - foot + u * 0.012, u * 0.06)
    board.put(np.asarray(1 - inside, np.float32), board.ink)
    board.put(np.asarray(1 - line, np.float32), board.paper)
    colours = (board.accent, colour_of("2f9e8f"), colour_of("f2b632"), colour_of("3f6fd8"))
    for number in range(4):
        x = wide / 2 + (number - 1.5) * u * 0.16
        board.put(
            board.rounded(x - u * 0.022, high - u * 0.107, x + u * 0.022, high - u * 0.063, u * 0.022), colours[number]
        )
        if number < 3:
            board.box(x + u * 0.035, high - u * 0.089, x + u * 0.125, high - u * 0.081, board.ink, 0.5)
    if board.settings.label:
        board.write(board.settings.label, side, u * 0.050, u * 0.046, board.ink, 700)


def _gate(board: _Board) -> None:
    """The gate of an old projector: round corners, uneven light, scratches and dust."""
    rng = np.random.default_rng(11)
    u, wide, high = board.unit, board.width, board.height
    inner = min(wide - u * 0.06, (high - u * 0.06) * 1.33)
    left = (wide - inner) / 2
    inside = board.rounded(left, u * 0.03, wide - left, high - u * 0.03, u * 0.09)
    away = ((board.x - wide / 2) / (inner * 0.60)) ** 2 + ((board.y - high / 2) / (high * 0.62)) ** 2
    board.put(np.asarray(np.clip(away - 0.45, 0, 1) * 0.75, np.float32), colour_of("0c0703"))
    marks = np.zeros_like(board.cover)
    for _ in range(7):
        x = int(rng.uniform(left, wide - left))
        cv2.line(
            marks, (x, 0), (x + int(rng.uniform(-4, 4)), high), float(rng.uniform(0.12, 0.4)), max(1, int(u * 0.002))
        )
    for _ in range(40):
        at = int(rng.uniform(left, wide - left)), int(rng.uniform(0, high))
        cv2.circle(marks, at, max(1, int(u * rng.uniform(0.001, 0.005))), float(rng.uniform(0.2, 0.7)), -1, cv2.LINE_AA)
    board.put(marks, colour_of("fff3d8"))
    board.put(np.asarray(1 - inside, np.float32), colour_of("060402"))


def _taped(board: _Board) -> None:
    """A home video: the lines of the tube, the words of the recorder, and a torn line where the head switches."""
    rng = np.random.default_rng(3)
    u, wide, high = board.unit, board.width, board.height
    period = max(3, round(high / 180))
    lines = np.where((board.y % period) < period / 3, np.float32(0.26), np.float32(0)) + np.zeros_like(board.x)
    board.put(np.asarray(lines, np.float32), colour_of("05030a"))
    for row, thick, share in ((0.885, 0.012, 0.55), (0.93, 0.05, 0.45), (0.30, 0.006, 0.35)):
        mask = np.zeros_like(board.cover)
        top, bottom = round(high * row), round(high * (row + thick))
        noise = rng.random((max(1, bottom - top), 60), dtype=np.float32)
        torn = cv2.resize(noise, (wide, max(1, bottom - top)), interpolation=cv2.INTER_NEAREST)
        mask[top:bottom] = (torn[: high - top] > 0.62) * np.float32(share)
        board.put(mask, colour_of("e8e6f2"))
    label = board.settings.label or "PLAY | JUN 14 1994"
    first, _, rest = label.partition(" | ")
    for dx, colour in ((u * 0.004, colour_of("201030")), (0.0, colour_of("f4f2ff"))):
        board.write(
            f"{first} ▶" if "▶" in drawable(f"{first} ▶")[0] else f"{first} >",
            u * 0.07 + dx,
            u * 0.10 + dx,
            u * 0.075,
            colour,
            700,
        )
        board.write(rest, u * 0.07 + dx, high - u * 0.17 + dx, u * 0.065, colour, 700)


def _screen(board: _Board) -> None:
    """The screen of an old game: a score above, and a box for words below."""
    wide, high = board.width, board.height
    dot = max(1, round(min(high / 90, wide / 132)))
    board.box(0, 0, wide, 9 * dot, colour_of("000000"))
    label = board.settings.label or "1UP 004200 | STAGE 1"
    first, _, rest = label.partition(" | ")
    _dotted(board, first, 3 * dot, 2 * dot, dot, colour_of("ffec27"))
    _dotted(board, rest, wide - (len(rest) * 6 + 2) * dot, 2 * dot, dot, colour_of("29adff"))
    for number in range(3 if wide > high else 0):
        left = wide // 2 + (number - 1) * 10 * dot
        _heart(board, left, 2 * dot, dot)


def _heart(board: _Board, left: float, top: float, dot: int) -> None:
    for row, bits in enumerate(("0110110", "1111111", "1111111", "0111110", "0011100", "0001000")):
        for column, bit in enumerate(bits):
            if bit == "1":
                x, y = left + column * dot, top + row * dot
                board.box(x, y, x + dot, y + dot, colour_of("ff004d"))


def _dotted(board: _Board, text: str, left: float, top: float, dot: int, colour: Shares) -> None:
    """Write letters of five by five dots."""
    for place, letter in enumerate(text.upper()):
        mask = set_line(letter, 48, 800, 0)
        if letter == " " or not mask.any():
            continue
        rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
        cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        bits = cv2.resize(np.asarray(cut, np.float32), (5, 5), interpolation=cv2.INTER_AREA) > 0.42
        for row, column in zip(*np.nonzero(bits), strict=True):
            x, y = left + (place * 6 + column) * dot, top + row * dot
            board.box(x, y, x + dot, y + dot, colour)


def _badge(board: _Board) -> None:
    """An advertisement: a band of the brand's colour with its words, and a round badge above."""
    u, wide, high = board.unit, board.width, board.height
    first, _, rest = (board.settings.label or "NEW! | Made for you.").partition(" | ")
    white = colour_of("ffffff")
    sweep = high - u * 0.155 - u * 0.05 * np.sin(board.x / wide * np.pi * 0.9 + 0.4)
    for lift, colour in ((u * 0.022, white), (0.0, board.accent)):
        board.put(np.asarray(np.clip(board.y - sweep + lift + 0.5, 0, 1), np.float32), colour)
    board.write(rest, u * 0.07, high - u * 0.085, u * 0.085, white, 800)
    x, y, r = wide - u * 0.20, u * 0.20, u * 0.155
    turn = np.arctan2(board.y - y, board.x - x)
    ray = r * (1 + 0.06 * np.cos(turn * 18))
    for grown, colour in ((1.10, white), (1.0, board.accent)):
        board.put(np.asarray(np.clip(ray * grown - np.hypot(board.x - x, board.y - y) + 0.5, 0, 1), np.float32), colour)
    letter = u * 0.085
    shown = drawable(first)[0] or " "
    while letter > 8 and set_line(shown, round(letter), 800, 0.03).shape[1] > 1.6 * r:
        letter *= 0.9
    board.write(shown, x - set_line(shown, round(letter), 800, 0.03).shape[1] / 2, y, letter, white, 800)


def _strap(board: _Board) -> None:
    """A documentary's strap: where this is, in small letters under a thin rule, low on the left."""
    u, high = board.unit, board.height
    first, _, rest = (board.settings.label or "On location").partition(" | ")
    white = colour_of("f4f1ea")
    left, base = u * 0.09, high - u * 0.20
    fade = np.clip(1 - board.x / (u * 0.9), 0, 1) * np.clip((board.y - (base - u * 0.10)) / (u * 0.10), 0, 1)
    board.put(np.asarray(fade * 0.45 * np.ones_like(board.cover), np.float32), colour_of("0c0d0c"))
    board.box(left, base - u * 0.004, left + u * 0.055, base + u * 0.002, board.accent)
    board.write(first, left, base + u * 0.045, u * 0.050, white, 600)
    if rest:
        board.write(rest, left, base + u * 0.105, u * 0.036, white, 400)


def _nothing(board: _Board) -> None:
    return


_FRAMES: Mapping[Frame, Callable[[_Board], None]] = {
    "none": _nothing,
    "letterbox": _letterbox,
    "page": _page,
    "window": _window,
    "panel": _panel,
    "banner": _banner,
    "board": _sketchboard,
    "gate": _gate,
    "tape": _taped,
    "screen": _screen,
    "badge": _badge,
    "strap": _strap,
}
