"""Treat a finished picture as a film's style asks: light, colours, line, and grain.

What is in the picture is decided before; here only its look changes. Constants were chosen by eye on frames of day and
night. Called by `blocks/offline/painter/painter.py` for a painter that works in a style.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, soften
from blocks.offline.painter.canvas.noise import F32, Rng, clouds
from studio.model.style import Light, Line, Palette, StyleSettings

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_WORKING_PIXELS = 1408 * 792


def treat(picture: U8, settings: StyleSettings, rng: Rng) -> U8:
    """Return a picture, (height, width, 3) uint8 RGB, in the look of a style; the same size.

    It is treated in at most the size in which pictures are painted, and enlarged.
    """
    height, width = picture.shape[:2]
    shrink = min(1.0, (_WORKING_PIXELS / (width * height)) ** 0.5)
    size = max(16, round(width * shrink)), max(16, round(height * shrink))
    small = picture if shrink == 1 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    seen: F32 = np.asarray(small, np.float32) / np.float32(255)
    seen = _LIGHTS[settings.light](seen, rng)
    lit = _contrasted(_exposed(seen, settings.palette), settings.contrast)
    seen = _LINES[settings.line](_PALETTES[settings.palette](lit), lit, rng, settings)
    done = np.asarray(np.clip(seen, 0, 1) * 255 + 0.5, np.uint8)
    if shrink < 1:
        how = cv2.INTER_NEAREST if settings.line == "pixels" else cv2.INTER_CUBIC
        done = np.asarray(cv2.resize(done, (width, height), interpolation=how), np.uint8)
    return _grained(done, settings.grain, rng) if settings.line != "pixels" else done


def _unit(seen: F32) -> float:
    """Return the height of a wide picture in pixels, and less for a tall one, so that lines are as thick in both."""
    height, width = seen.shape[:2]
    return float(min(height, width * 0.75))


def _luma(seen: F32) -> F32:
    return np.asarray(seen @ _LUMA, np.float32)


def _rgb(hexadecimal: str) -> F32:
    hexadecimal = hexadecimal.removeprefix("#")
    return np.array([int(hexadecimal[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def _toned(grey: F32, *stops: str) -> F32:
    """Return the colours of a ramp, from dark to light, for a picture of greys, (height, width) 0 to 1."""
    colours = np.stack([_rgb(stop) for stop in stops])
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(grey, at, colours[:, c]) for c in range(3)], axis=-1).astype(np.float32)


def _saturated(seen: F32, share: float) -> F32:
    grey = _luma(seen)[..., None]
    return np.asarray(grey + (seen - grey) * np.float32(share), np.float32)


# --- light ----------------------------------------------------------------------------------------


def _as_told(seen: F32, rng: Rng) -> F32:
    return seen


def _blinds(seen: F32, rng: Rng) -> F32:
    """Throw the shadow of a blind across the picture, from the side, and let the other side fall into the dark."""
    height, width = seen.shape[:2]
    side = 1 if rng.random() < 0.5 else -1
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * side
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    slant = y + x * np.float32(0.16)
    slats = 0.5 + 0.5 * np.tanh(4 * np.sin(2 * np.pi * slant * 9))
    window = np.exp(-(((x - 0.35) / 0.55) ** 2) - ((y - 0.42) / 0.38) ** 2)
    lit = 0.50 + 0.75 * window * (0.25 + 0.75 * slats)
    return np.asarray(seen * lit[..., None] * 1.25, np.float32)


def _bloom(seen: F32, rng: Rng) -> F32:
    bright = np.clip(seen - 0.45, 0, 1)
    unit = seen.shape[0]
    glow = np.stack([soften(np.ascontiguousarray(bright[..., c]), unit * 0.035) for c in range(3)], axis=-1)
    return np.asarray(1 - (1 - np.clip(seen, 0, 1)) * (1 - np.clip(glow * 1.1, 0, 0.9)), np.float32)


def _lamp(seen: F32, rng: Rng) -> F32:
    """Light the middle warmly and let the edges go dark, as by a bedside lamp."""
    height, width = seen.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    pool = np.exp(-((x / 0.75) ** 2) - ((y - 0.1) / 0.8) ** 2)[..., None]
    return np.asarray(seen * (0.35 + 0.85 * pool) + _rgb("ffb45a") * pool * 0.13, np.float32)


def _stars(seen: F32, rng: Rng) -> F32:
    """Darken the picture to night, and put large soft stars and a moon into its upper part."""
    height, width = seen.shape[:2]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    dark = seen * (0.45 + 0.35 * y)
    sky = np.zeros((height, width), np.float32)
    for _ in range(60):
        at = int(rng.integers(0, width)), int(height * 0.50 * rng.random() ** 1.6)
        r = max(1, round(height * rng.choice([0.0025, 0.004, 0.007])))
        cv2.circle(sky, at, r, float(rng.uniform(0.55, 1.0)), -1, cv2.LINE_AA)
    glow = soften(sky, height * 0.010)
    light = np.clip(sky + glow * 1.6, 0, 1)[..., None]
    return np.asarray(dark * (1 - light) + _rgb("fff2c0") * light, np.float32)


_LIGHTS: Mapping[Light, Callable[[F32, Rng], F32]] = {
    "as told": _as_told,
    "blinds": _blinds,
    "bloom": _bloom,
    "lamp": _lamp,
    "stars": _stars,
}

# --- colours --------------------------------------------------------------------------------------

_KEYS: Mapping[Palette, float] = {
    "mono": 0.36,
    "sepia": 0.50,
    "glossy": 0.60,
    "video": 0.46,
    "watercolour": 0.66,
    "flat": 0.58,
    "print": 0.55,
    "tape": 0.44,
    "arcade": 0.45,
    "muted": 0.42,
    "teal and orange": 0.30,
}
"""The mean brightness that a palette is for, as a share of white: a picture is brought two thirds of the way to it."""


def _exposed(seen: F32, palette: Palette) -> F32:
    key = _KEYS.get(palette)
    if key is None:
        return seen
    mean = float(np.clip(_luma(seen), 0.004, 1).mean())
    # A gamma keeps black black and white white.
    gamma = np.log(key) / np.log(min(0.96, max(0.02, mean)))
    gamma = float(np.clip(gamma ** (2 / 3), 0.38, 1.9))
    return np.asarray(np.clip(seen, 0, 1) ** np.float32(gamma), np.float32)


def _contrasted(seen: F32, contrast: float) -> F32:
    if contrast == 1:
        return seen
    middle = np.float32(0.42)
    return np.asarray(np.clip(middle + (seen - middle) * np.float32(contrast), 0, 1), np.float32)


def _natural(seen: F32) -> F32:
    return seen


def _muted(seen: F32) -> F32:
    calm = _saturated(seen, 0.62)
    return np.asarray(0.045 + calm * np.array([0.95, 0.94, 0.88], np.float32), np.float32)


def _mono(seen: F32) -> F32:
    return np.repeat(_luma(seen)[..., None], 3, axis=2)


def _sepia(seen: F32) -> F32:
    return _toned(_luma(seen), "1a0f06", "6b4a28", "c9a36a", "f6e6c0")


def _teal_and_orange(seen: F32) -> F32:
    grey = _luma(seen)[..., None]
    rich = _saturated(seen, 1.15)
    cool, warm = _rgb("0a4a5c"), _rgb("ff9a3c")
    low = (1 - grey) ** 2 * 0.55
    high = np.clip(grey - 0.30, 0, 1) * 0.85
    return np.asarray(
        rich * (1 - low) + cool * low * (0.25 + 1.1 * grey) + warm * high * 0.55 * (1 - grey * 0.4), np.float32
    )


def _glossy(seen: F32) -> F32:
    return np.asarray(np.clip(_saturated(seen, 1.55), 0, 1) * 0.93 + 0.07, np.float32)


def _video(seen: F32) -> F32:
    return np.asarray(_saturated(seen, 1.05) * np.array([0.93, 1.0, 1.08], np.float32) + 0.02, np.float32)


def _watercolour(seen: F32) -> F32:
    light = np.clip(_saturated(seen, 1.7), 0, 1)
    return np.asarray(1 - (1 - light) * np.array([0.66, 0.70, 0.78], np.float32), np.float32)


def _levelled(seen: F32, count: int, soft: float) -> F32:
    """Return a picture whose brightness has few levels; its colours stay.

    Args:
        soft: the share of a level over which it becomes the next one.
    """
    grey = np.clip(_luma(seen), 0.01, 1)
    at = grey * count
    whole = np.floor(at)
    part = np.clip((at - whole - (1 - soft)) / soft, 0, 1)
    level = (whole + part) / count + 0.5 / count
    return np.asarray(seen * (level / grey)[..., None], np.float32)


def _flat(seen: F32) -> F32:
    level = np.clip(_levelled(_simplified(seen, 2), 4, 0.12), 0, 1)
    return np.asarray(np.clip(_saturated(level, 2.3) * 0.82 + 0.18, 0, 1), np.float32)


def _night(seen: F32) -> F32:
    grey = np.clip(_luma(seen) * 1.15, 0, 1)
    toned = _toned(grey, "070b2a", "1a2a66", "3f57a0", "9fb0dd", "ffe9b0", "fff3cf")
    return np.asarray(toned * 0.86 + np.clip(seen, 0, 1) * 0.14, np.float32)


def _print(seen: F32) -> F32:
    return np.asarray(np.clip(_saturated(_levelled(_simplified(seen, 2), 4, 0.10), 2.3), 0, 1), np.float32)


def _tape(seen: F32) -> F32:
    """Blur the colours sideways and shift them against the brightness, as a worn tape does."""
    yuv = cv2.cvtColor(np.clip(seen, 0, 1).astype(np.float32), cv2.COLOR_RGB2YUV)
    unit = max(1, seen.shape[0] // 90)
    for plane in (1, 2):
        smeared = cv2.blur(yuv[..., plane], (6 * unit + 1, unit + 1))
        yuv[..., plane] = 0.5 + (np.roll(smeared, 2 * unit * (1 if plane == 1 else -1), axis=1) - 0.5) * 1.7
    yuv[..., 0] = 0.10 + 0.84 * cv2.blur(yuv[..., 0], (max(1, unit) | 1, 1))
    back = cv2.cvtColor(np.asarray(yuv, np.float32), cv2.COLOR_YUV2RGB)
    return np.asarray(back * np.array([1.03, 0.97, 1.02], np.float32), np.float32)


_ARCADE = np.stack(
    [
        _rgb(each)
        for each in [
            "000000",
            "1d2b53",
            "7e2553",
            "008751",
            "ab5236",
            "5f574f",
            "c2c3c7",
            "fff1e8",
            "ff004d",
            "ffa300",
            "ffec27",
            "00e436",
            "29adff",
            "83769c",
            "ff77a8",
            "ffccaa",
        ]
    ]
)
"""Sixteen colours of a small computer."""


def _arcade(seen: F32) -> F32:
    return np.asarray(np.clip(_saturated(seen, 1.35), 0, 1), np.float32)


_PALETTES: Mapping[Palette, Callable[[F32], F32]] = {
    "natural": _natural,
    "muted": _muted,
    "mono": _mono,
    "sepia": _sepia,
    "teal and orange": _teal_and_orange,
    "glossy": _glossy,
    "video": _video,
    "watercolour": _watercolour,
    "flat": _flat,
    "night": _night,
    "print": _print,
    "tape": _tape,
    "arcade": _arcade,
}

# --- line -----------------------------------------------------------------------------------------


def _simplified(seen: F32, times: int) -> F32:
    """Return the picture in larger areas of one colour each, with the edges between them kept."""
    height, width = seen.shape[:2]
    half = cv2.resize(
        (np.clip(seen, 0, 1) * 255).astype(np.uint8),
        (max(8, width // 2), max(8, height // 2)),
        interpolation=cv2.INTER_AREA,
    )
    size = max(3, height // 160 | 1)
    for _ in range(times):
        half = cv2.medianBlur(half, size)
        half = cv2.bilateralFilter(half, 5, 40, 5)
    full = cv2.resize(half, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(full, np.float32) / np.float32(255)


def _edges(seen: F32, width: float, threshold: float) -> F32:
    """Return how much of each pixel a drawn line covers, 0 to 1: where the brightness changes.

    Args:
        width: of the line, as a share of `_unit`.
        threshold: the change from which a line is drawn.
    """
    eight = np.asarray(np.clip(seen, 0, 1) * 255, np.uint8)
    # No flake of snow and no star is drawn around.
    dot = max(3, round(_unit(seen) / 50))
    opened = cv2.morphologyEx(eight, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (dot, dot)))
    smooth = np.asarray(cv2.bilateralFilter(opened, 7, 30, 4), np.float32) / np.float32(255)
    sigma = max(0.9, _unit(seen) * width)
    found = np.zeros(seen.shape[:2], np.float32)
    for c in range(3):
        plane = cv2.GaussianBlur(np.ascontiguousarray(smooth[..., c]), (0, 0), sigma)
        across, down = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
        found = np.maximum(found, cv2.magnitude(across, down) * np.float32(sigma))
    return np.asarray(1 / (1 + np.exp(-(found - threshold) * 24)), np.float32)


def _undrawn(seen: F32, lit: F32, rng: Rng, settings: StyleSettings) -> F32:
    return seen


def _brush(seen: F32, lit: F32, rng: Rng, settings: StyleSettings) -> F32:
    """Paint with a wet brush: areas that run a little, darker at their rims, thin lines, on rough paper."""
    height, width = seen.shape[:2]
    unit = _unit(seen) / 360
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    wobble = [(clouds(rng, (width, height), 14, 3) - 0.5) * np.float32(6 * unit) for _ in range(2)]

    def run(of: F32) -> F32:
        moved = cv2.remap(of, x + wobble[0], y + wobble[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(moved, np.float32)

    washed = run(_simplified(seen, 1))
    lines = _edges(run(lit), 0.0020, 0.24)[..., None]
    rims = np.clip(soften(lines[..., 0], 3 * unit) * 1.2, 0, 1)[..., None]
    pool = (clouds(rng, (width, height), 5, 4) - 0.5)[..., None]
    paper = (clouds(rng, (width, height), 170, 2) - 0.5)[..., None]
    wash = 1 - (1 - washed) * (1 + 0.7 * pool + 0.22 * rims) + paper * 0.07
    pencil = np.array([0.36, 0.26, 0.20], np.float32)
    return np.asarray(np.clip(wash, 0, 1) * (1 - 0.7 * lines) + pencil * 0.7 * lines, np.float32)


def _pencil(seen: F32, lit: F32, rng: Rng, settings: StyleSettings) -> F32:
    grey = _luma(lit)
    blurred = soften(1 - grey, max(1.0, seen.shape[0] / 60))
    drawn = np.clip(grey / np.maximum(0.05, 1 - blurred), 0, 1) ** 2
    return np.asarray(drawn[..., None] * (0.75 + 0.25 * seen), np.float32)


def _ink(seen: F32, lit: F32, rng: Rng, settings: StyleSettings) -> F32:
    lines = _edges(lit, 0.0028, 0.26)[..., None]
    return np.asarray(seen * (1 - lines), np.float32)


def _outline(seen: F32, lit: F32, rng: Rng, settings: StyleSettings) -> F32:
    lines = _edges(lit, 0.0036, 0.26)[..., None]
    return np.asarray(seen * (1 - lines) + _rgb(settings.ink or "22304a") * lines, np.float32)


def _dots(seen: F32, lit: F32, rng: Rng, settings: StyleSettings) -> F32:
    """Print the shadows as a screen of dots, and draw the edges and the darkest places in black ink."""
    height, width = seen.shape[:2]
    grey = soften(_luma(lit), _unit(seen) / 240)
    pitch = max(4.0, _unit(seen) / 64)
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    turn = np.float32(np.pi / pitch)
    screen = 0.5 + 0.25 * (np.cos((x + y) * turn) + np.cos((x - y) * turn))
    dark = np.clip((0.70 - grey) * 1.1, 0, 0.55)
    dotted = 1 / (1 + np.exp(-(dark - (1 - screen)) * 22))
    black = np.maximum(_edges(lit, 0.0030, 0.25), 1 / (1 + np.exp((grey - 0.12) * 40)))[..., None]
    body = np.clip(seen * 1.1 + 0.10, 0, 1) * (1 - 0.5 * dotted[..., None])
    return np.asarray(body * (1 - black) + _rgb("0b0b14") * black, np.float32)


def _pixels(seen: F32, lit: F32, rng: Rng, settings: StyleSettings) -> F32:
    """Draw with large square dots in sixteen colours, with a pattern between two of them."""
    height, width = seen.shape[:2]
    rows = 90 if width >= height else 160
    columns = max(8, round(rows * width / height))
    small = cv2.resize(_simplified(seen, 1), (columns, rows), interpolation=cv2.INTER_AREA)
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.5
    tiled = np.tile(bayer, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns, None]
    mixed = np.clip(small + tiled * 0.10, 0, 1)
    apart = ((mixed[:, :, None, :] - _ARCADE) ** 2 * np.array([2, 4, 3], np.float32)).sum(axis=-1)
    drawn = _ARCADE[apart.argmin(axis=-1)]
    return np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_NEAREST), np.float32)


_LINES: Mapping[Line, Callable[[F32, F32, Rng, StyleSettings], F32]] = {
    "none": _undrawn,
    "brush": _brush,
    "pencil": _pencil,
    "ink": _ink,
    "outline": _outline,
    "dots": _dots,
    "pixels": _pixels,
}


def _grained(done: U8, grain: float, rng: Rng) -> U8:
    height, width = done.shape[:2]
    more = max(0.0, grain - 1)
    if not more:
        return done
    coarse = max(2, width * 2 // 3), max(2, height * 2 // 3)
    noise = rng.standard_normal((coarse[1], coarse[0]), dtype=np.float32) * np.float32(0.011 * 255 * more)
    fine = cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(done.astype(np.float32) + fine[..., None] + 0.5, 0, 255), np.uint8)
