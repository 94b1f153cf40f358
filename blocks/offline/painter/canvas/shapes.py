"""Shapes: what people and things are drawn with, and `draw`, which paints them on the canvas in the picture's light.

A drawing is a tuple of shapes in its own coordinates: x to the right from the middle, y up from the foot, height about
1.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Painting, soften
from blocks.offline.painter.canvas.noise import F32
from blocks.offline.painter.canvas.palettes import mix, rgb

Point = tuple[float, float]
LAMP = "lamp"
"""The tone of a shape that shines."""
_LAMP_LIGHT = "ffcf7a"


class Shape(NamedTuple):
    """A filled outline. `tone` is its colour 'rrggbb', '' for the dark tone `Light.near`, or LAMP."""

    form: Literal["straight", "smooth"]
    points: tuple[Point, ...]
    tone: str = ""


Drawing = tuple[Shape, ...]


def poly(tone: str, *points: Point) -> Shape:
    """Return a shape with straight edges."""
    return Shape("straight", points, tone)


def blob(tone: str, *points: Point) -> Shape:
    """Return a shape whose closed outline runs smoothly through the points."""
    return Shape("smooth", points, tone)


def oval(tone: str, x: float, y: float, half_w: float, half_h: float) -> Shape:
    """Return an ellipse around (x, y)."""
    turns = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    return Shape("smooth", tuple((x + half_w * float(np.cos(t)), y + half_h * float(np.sin(t))) for t in turns), tone)


def ring(tone: str, x: float, y: float, outer: tuple[float, float], inner: tuple[float, float]) -> Shape:
    """Draw a ring with one outline: once around outside, then back around inside."""
    out, hole = oval("", x, y, *outer).points, oval("", x, y, *inner).points
    return Shape("straight", (*out, out[0], hole[0], *reversed(hole)), tone)


def bar(tone: str, start: Point, end: Point, width: float) -> Shape:
    """Return a straight stroke of even width."""
    (x, y), (to_x, to_y) = start, end
    length = max(1e-6, float(np.hypot(to_x - x, to_y - y)))
    dx, dy = -(to_y - y) / length * width / 2, (to_x - x) / length * width / 2
    return poly(tone, (x - dx, y - dy), (x + dx, y + dy), (to_x + dx, to_y + dy), (to_x - dx, to_y - dy))


def limb(tone: str, *joints: tuple[float, float, float]) -> Shape:
    """Return a leg or an arm, rounded and tapering, through `joints`: (x, y, half width) each."""
    line = np.array([j[:2] for j in joints])
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    out = np.stack([-along[:, 1], along[:, 0]], 1) * np.array([j[2] for j in joints])[:, None]
    return Shape("smooth", tuple((float(x), float(y)) for x, y in (*(line + out), *(line - out)[::-1])), tone)


def moved(drawing: Drawing, x: float, y: float, scale: float) -> Drawing:
    """Return the drawing scaled about its foot, then moved to (x, y)."""
    return tuple(s._replace(points=tuple((x + px * scale, y + py * scale) for px, py in s.points)) for s in drawing)


def mirrored(drawing: Drawing) -> Drawing:
    """Return the drawing with left and right exchanged."""
    return tuple(s._replace(points=tuple((-px, py) for px, py in s.points)) for s in drawing)


def extent(drawing: Drawing) -> tuple[float, float, float, float]:
    """Return the bounds (left, low, right, high) of a drawing in its own coordinates."""
    points = np.array([p for s in drawing for p in s.points])
    return float(points[:, 0].min()), float(points[:, 1].min()), float(points[:, 0].max()), float(points[:, 1].max())


def outline_of(shape: Shape) -> F32:
    """Return the outline of a shape as (n, 2) float32 points.

    A smooth one is a Catmull-Rom spline (https://en.wikipedia.org/wiki/Catmull-Rom_spline).
    """
    knots = np.array(shape.points, np.float32)
    if shape.form == "straight":
        return knots
    before, after, beyond = np.roll(knots, 1, 0), np.roll(knots, -1, 0), np.roll(knots, -2, 0)
    t = np.linspace(0, 1, 10, endpoint=False, dtype=np.float32)[None, :, None]
    p0, p1, p2, p3 = (k[:, None] for k in (before, knots, after, beyond))
    curve = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    return np.asarray(curve.reshape(-1, 2) / 2, np.float32)


def draw(
    painting: Painting, drawing: Drawing, x: float, foot: float, height: float, haze: float, afloat: bool = False
) -> None:
    """Paint a drawing with its foot at pixel (x, foot), `height` pixels to its unit, faded by `haze` 0 to 1.

    Parts outside the picture are left out. Unless it is `afloat`, the drawing stands, and gets darker towards its foot.
    """
    canvas, light = painting.canvas, painting.light
    left, low, right, high = extent(drawing)
    margin = max(4, int(height * 0.02))
    x0, x1 = max(0, int(x + left * height) - margin), min(canvas.width, int(x + right * height) + margin)
    y0, y1 = max(0, int(foot - high * height) - margin), min(canvas.height, int(foot - low * height) + margin)
    if x0 >= x1 or y0 >= y1:
        return
    body = mix(light.near, light.haze, haze)
    day = mix(np.ones(3, np.float32), light.sun, 0.5) * np.float32(0.45 + 0.55 * light.ambient)
    picture = np.empty((y1 - y0, x1 - x0, 3), np.uint8)
    picture[:] = (np.clip(body, 0, 1) * 255).astype(np.uint8)
    mask, lamps = np.zeros(picture.shape[:2], np.uint8), np.zeros(picture.shape[:2], np.uint8)
    for shape in drawing:
        outline = outline_of(shape) * np.array([height, -height], np.float32) + np.array(
            [x - x0, foot - y0], np.float32
        )
        points = [np.round(np.clip(outline, -8000, 8000) * 16).astype(np.int32)]
        if shape.tone == LAMP:
            cv2.fillPoly(lamps, points, 255, cv2.LINE_AA, 4)
        tone = body
        if shape.tone and shape.tone != LAMP:
            tone = mix(mix(light.near, rgb(shape.tone) * day, 0.32 + 0.68 * light.ambient), light.haze, haze)
        paint = [float(v) for v in np.clip(tone, 0, 1) * 255]
        cv2.fillPoly(picture, points, paint, cv2.LINE_AA, 4)
        cv2.fillPoly(mask, points, 255, cv2.LINE_AA, 4)
    _lay(painting, picture, mask, x, foot, height, (x0, y0), afloat)
    if lamps.any():
        canvas.cover(
            lamps.astype(np.float32) / np.float32(255), rgb(_LAMP_LIGHT) * np.float32(0.55 + 0.45 * light.lamps), x0, y0
        )
        for shape in drawing:
            if shape.tone == LAMP:
                _glow(painting, shape, x, foot, height)


def _lay(
    painting: Painting,
    picture: np.typing.NDArray[np.uint8],
    mask: np.typing.NDArray[np.uint8],
    x: float,
    foot: float,
    height: float,
    corner: Point,
    afloat: bool,
) -> None:
    """Shade the drawn box by the direction of the light, brighten its lit edges, and put it on the canvas."""
    canvas, light = painting.canvas, painting.light
    x0, y0 = int(corner[0]), int(corner[1])
    rows, columns = mask.shape
    opacity = mask.astype(np.float32) / np.float32(255)
    dx, dy = painting.sun_x - x, painting.sun_y - (foot - height * 0.6)
    away = max(1.0, float(np.hypot(dx, dy)))
    step = float(np.clip(height * 0.007, 0.5, canvas.unit * 0.006))
    shift = np.array([[1, 0, -dx / away * step], [0, 1, -dy / away * step]], np.float32)
    rim = np.clip(opacity - cv2.warpAffine(opacity, shift, (columns, rows), borderMode=cv2.BORDER_REPLICATE), 0, 1)
    rim *= np.float32(0.62 * light.strength)
    form = _form(opacity, dx / away, dy / away, height)
    lateral = (canvas.x[:, x0 : x0 + columns] - x) / np.float32(height * 0.3) * np.sign(dx)
    shade = 1 + 0.20 * np.clip(lateral, -1, 1) + form * np.float32(0.35 + 0.45 * light.strength)
    if not afloat:
        shade = shade * np.clip(1.06 - 0.30 * (canvas.y[y0 : y0 + rows] - (foot - height)) / height, 0.6, 1.1)
    for c in range(3):
        tone = picture[..., c].astype(np.float32) / np.float32(255) * shade
        tone += (rim + np.maximum(form, 0) * np.float32(0.16 * light.strength)) * light.sun[c]
        box = canvas.planes[c, y0 : y0 + rows, x0 : x0 + columns]
        box += (tone - box) * opacity


def _form(opacity: F32, dx: float, dy: float, height: float) -> F32:
    """Return shading, (height, width) -0.8 to 0.8, that makes a flat outline look rounded: bright towards (dx, dy).

    The blurred mask serves as a height field, and its slope towards the light as Lambert's cosine.
    """
    if min(opacity.shape) < 24:
        return np.zeros_like(opacity)
    relief = soften(opacity, max(1.0, height * 0.035))
    step = max(1.0, height * 0.03)
    shift = np.array([[1, 0, -dx * step], [0, 1, -dy * step]], np.float32)
    rows, columns = opacity.shape
    behind = cv2.warpAffine(relief, shift, (columns, rows), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip((relief - behind) * np.float32(2.0), -0.8, 0.8), np.float32)


def _glow(painting: Painting, shape: Shape, x: float, foot: float, height: float) -> None:
    points = np.array(shape.points)
    centre, size = (points.min(0) + points.max(0)) / 2, float((points.max(0) - points.min(0)).max()) * height
    strength = 0.25 + 0.45 * painting.light.lamps
    painting.canvas.glow(x + centre[0] * height, foot - centre[1] * height, size * 0.9, rgb("ffa94d"), strength)
