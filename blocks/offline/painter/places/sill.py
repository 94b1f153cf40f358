"""The windowsill: a window that fills the frame, what stands on its sill, and the weather behind the panes."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting, soften
from blocks.offline.painter.canvas.noise import clouds, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.canvas.shapes import draw
from blocks.offline.painter.places.interior import OUTSIDE
from blocks.offline.painter.places.sky import gradient
from blocks.offline.painter.things.furniture import curtain

_TOP, _SILL, _EDGE = 0.07, 0.70, 0.775
"""Rows of the panes' upper edge, of the sill and of its front edge, as shares of the height."""


def paint_sill(painting: Painting, hour: str, wet: bool) -> None:
    """Paint a window seen from near and straight on, whose sill is the ground for things.

    Args:
        hour: a key of `interior.OUTSIDE`.
        wet: whether it rains outside: the panes are grey, with drops on them.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    plaster = clouds(rng, (canvas.width, canvas.height), 5, 5) - np.float32(0.5)
    wall = mix(light.sky[1], light.near, 0.35)
    for plane, tone in zip(canvas.planes, wall, strict=True):
        plane[:] = tone * (1 + plaster * 0.2)
    half = min(canvas.unit * 0.62, canvas.width * 0.40)
    left, right = int(canvas.width / 2 - half), int(canvas.width / 2 + half)
    top, bottom, edge = (int(canvas.height * row) for row in (_TOP, _SILL, _EDGE))
    rail = max(3, int(canvas.unit * 0.020))
    wood = mix(light.near, rgb("c9bba4"), 0.28 + 0.25 * light.ambient)[:, None, None]
    canvas.planes[:, top - rail : bottom + rail, left - rail : right + rail] = wood
    canvas.planes[:, top:bottom, left:right] = _view(painting, hour, wet, right - left, bottom - top)
    post = int(rail * 0.8)
    for x in (canvas.width // 2,):
        canvas.planes[:, top:bottom, x - post : x + post] = wood * np.float32(0.8)
        canvas.planes[:, top:bottom, x - post : x - post + max(1, post // 3)] = wood * np.float32(1.2)
    cross = top + int((bottom - top) * 0.26)
    canvas.planes[:, cross - rail // 2 : cross + rail // 2, left:right] = wood * np.float32(0.8)
    _paint_board(painting, left - 4 * rail, right + 4 * rail, bottom, edge)
    centre = canvas.height * 0.3
    painting.sun_x, painting.sun_y = canvas.width * (0.5 + 0.14 * painting.side), centre
    canvas.glow(canvas.width / 2, centre, canvas.unit * 0.34, light.sun, 0.24 * light.strength)
    for side in (-1, 1):
        draw(
            painting,
            curtain(side),
            canvas.width / 2 + side * half * 0.98,
            edge + canvas.unit * 0.12,
            canvas.unit * 0.95,
            0.10,
            afloat=True,
        )
    painting.horizon = float(bottom)
    painting.ground = np.full(canvas.width, bottom + (edge - bottom) * 0.55, np.float32)


def _view(painting: Painting, hour: str, wet: bool, across: int, down: int) -> np.typing.NDArray[np.float32]:
    """Return what is seen through the panes, out of focus: (3, down, across) float32."""
    rng = painting.rng
    sky = gradient(np.stack([rgb(stop) for stop in OUTSIDE[hour].split()]), down)
    if wet:
        sky = sky * np.float32(0.35) + rgb("8796a1")[:, None] * sky.mean(0)[None] * np.float32(0.70)
    view = np.repeat(sky[:, :, None], across, 2)
    rows = np.arange(down, dtype=np.float32)[:, None]
    for layer, (share, dark) in enumerate(((0.60, 0.20), (0.76, 0.36))):
        line = skyline(rng, across, 4 + 3 * layer, 5)
        crest = down * (share - 0.20 * line)
        view *= 1 - np.float32(dark) * np.clip((rows - crest[None]) / np.float32(down * 0.03), 0, 1)
    for plane in view:
        plane[:] = soften(plane, painting.canvas.unit * 0.006)
    return _drops(painting, view) if wet else view


def _drops(painting: Painting, view: np.typing.NDArray[np.float32]) -> np.typing.NDArray[np.float32]:
    """Add rain behind the glass and drops on it, a few of them running; changes and returns `view`.

    Each drop is a lens that shows the sky.
    """
    rng, unit = painting.rng, painting.canvas.unit
    down, across = view.shape[1:]
    bright: U8 = np.zeros((down, across), np.uint8)
    dark: U8 = np.zeros((down, across), np.uint8)
    for _ in range(170):
        x, y, long = rng.uniform(0, across), rng.uniform(0, down), unit * rng.uniform(0.03, 0.08)
        cv2.line(bright, (int(x), int(y)), (int(x + long * 0.12), int(y + long)), 70, 1, cv2.LINE_AA)
    for _ in range(26):
        x, y, end = rng.uniform(0, across), 0.0, rng.uniform(0.2, 0.95) * down
        while y < end:
            to = x + unit * rng.normal(0, 0.003), y + unit * 0.02
            cv2.line(bright, (int(x), int(y)), (int(to[0]), int(to[1])), 120, max(1, int(unit * 0.003)), cv2.LINE_AA)
            x, y = to
        _drop(bright, dark, x, y, unit * 0.007)
    for _ in range(420):
        _drop(bright, dark, rng.uniform(0, across), rng.uniform(0, down), unit * (0.0015 + 0.005 * rng.random() ** 3))
    shade = dark.astype(np.float32) / np.float32(255)
    shine = bright.astype(np.float32) / np.float32(255)
    view *= 1 - shade * np.float32(0.45)
    view += (np.float32(0.92) - view) * shine * np.float32(0.6)
    return view


def _drop(bright: U8, dark: U8, x: float, y: float, radius: float) -> None:
    """Draw one drop into the two masks: dark above and light below, for a lens turns the view upside down."""
    at, size = (int(x * 16), int(y * 16)), max(8, int(radius * 16))
    cv2.circle(dark, at, size, 255, -1, cv2.LINE_AA, 4)
    cv2.circle(bright, (at[0], at[1] + size // 3), max(8, int(size * 0.62)), 210, -1, cv2.LINE_AA, 4)


def _paint_board(painting: Painting, left: int, right: int, top: int, edge: int) -> None:
    """Paint the board of the sill, lit from behind, its front edge, and the shade on the wall below it."""
    canvas, light = painting.canvas, painting.light
    left, right = max(0, left), min(canvas.width, right)
    depth = np.linspace(0, 1, edge - top, dtype=np.float32)[:, None]
    grain = clouds(painting.rng, (right - left, edge - top), 12, 3, 0.05) - np.float32(0.5)
    wood = mix(light.near, rgb("b39a78"), 0.35 + 0.45 * light.ambient)
    # Close to the panes the board mirrors them.
    source = np.clip(top - 2 - np.arange(edge - top) * 3, 0, canvas.height - 1)
    for c in range(3):
        mirror = soften(np.ascontiguousarray(canvas.planes[c][source][:, left:right]), canvas.unit * 0.01)
        canvas.planes[c, top:edge, left:right] = wood[c] * (0.85 + 0.3 * grain) * (1.0 - 0.25 * depth) + mirror * (
            0.42 * (1 - depth)
        )
    lip = max(2, int(canvas.unit * 0.028))
    canvas.planes[:, edge : edge + lip, left:right] = (wood * np.float32(0.55))[:, None, None]
    fall = np.exp(-((canvas.y[edge + lip :] - edge - lip) / np.float32(canvas.unit * 0.05)))
    canvas.planes[:, edge + lip :, left:right] *= (1 - 0.55 * fall)[None]
    canvas.planes[:, edge:] *= np.float32(0.72)
