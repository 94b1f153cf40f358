"""Turn a `Move` into one 3x3 matrix per frame, which says where the frame looks. Pure geometry; no pictures, no files.

Matrices map the indices of output pixels to fractional indices of canvas pixels (pixel centres at whole numbers), as
`cv2.warpAffine` and `cv2.warpPerspective` need them with `WARP_INVERSE_MAP`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from studio.model.camera import Move, Pose

Maps = NDArray[np.float64]

EASE_SHARE = 0.25
"""The share of a move in which it speeds up, and again in which it slows down: like a fluid head, chosen by eye."""

CALM = 1 / 7
"""The highest speed of anything on the screen, in frame widths (down: heights) per second: an object should take seven
seconds from one side to the other, or it judders (RED 101, "Panning Speed Best Practices",
https://www.red.com/red-101/camera-panning-speed)."""

ORBIT_DEGREES = 11.0
"""Half the arc of a full orbit; beyond it one sees that the picture is flat (by eye)."""

ORBIT_WIDTHS = 0.02
"""How far the subject of a full orbit drifts to either side, in frame widths: real rails are never quite round (by
eye)."""

LENS_DISTANCE = 1.2
"""Distance of the camera in frame widths: a 43 mm lens on a 36 mm wide frame."""

SHAKE_WIDTHS = 0.007
"""Handheld shake at `shake` 1, root mean square, in frame widths (by eye)."""

SHAKE_HERTZ = (0.25, 2.2)
"""Frequency band of handheld shake: body sway to steps; the hand's mass damps what is above (by eye)."""


def frame_maps(move: Move, frames: int, fps: int, canvas: tuple[int, int], size: tuple[int, int], seed: int) -> Maps:
    """Return the map of every frame.

    A move that would look past the canvas's edge (an orbit, a roll, shake) is scaled about its aim and moved inward,
    equally in every frame of the shot, until every corner of every frame is inside.

    Args:
        canvas: (width, height) of the picture in pixels, with the film's aspect ratio.
        size: (width, height) of the film in pixels.
        seed: of the handheld shake.

    Returns:
        (frames, 3, 3): output pixel index -> canvas pixel index, homogeneous, with a last element of 1.
    """
    views = _views(move, frames, fps, size, seed)
    seen = views @ _points(size)[:, :4]
    shares = seen[:, :2] / seen[:, 2:] / np.array(size)[:, None]
    low, high = shares.min(axis=(0, 2)), shares.max(axis=(0, 2))
    # Rounding leaves 1 + 1e-16 for a still camera; scaling by that would soften a picture that needs no change.
    reach = (high - low).max()
    shrink = 1 / reach if reach > 1 + 1e-9 else 1.0
    aim = np.array(move.aim) - 0.5
    inward = np.minimum(np.maximum((1 - shrink) * aim, -0.5 - shrink * low), 0.5 - shrink * high)
    across, down = np.array(canvas) / size * shrink
    middle = np.array(canvas) * (0.5 + inward) - 0.5
    to_canvas = np.array([[across, 0, middle[0]], [0, down, middle[1]], [0, 0, 1]])
    from_pixels = np.array([[1, 0, 0.5 - size[0] / 2], [0, 1, 0.5 - size[1] / 2], [0, 0, 1]])
    maps = to_canvas @ views @ from_pixels
    return np.asarray(maps / maps[:, 2:, 2:], dtype=np.float64)


def calm(move: Move, frames: int, fps: int, size: tuple[int, int], seed: int) -> Move:
    """Return the move, or as much of it as fits into `frames` at speed `CALM`; its middle and its wide end stay."""
    if top_speed(move, frames, fps, size, seed) <= CALM:
        return move
    # The speed grows with the distance, but not in proportion: find the share by halving, to 1/256.
    low, high = 0.0, 1.0
    for _ in range(8):
        middle = (low + high) / 2
        if top_speed(_lessened(move, middle), frames, fps, size, seed) <= CALM:
            low = middle
        else:
            high = middle
    return _lessened(move, low)


def top_speed(move: Move, frames: int, fps: int, size: tuple[int, int], seed: int) -> float:
    """Return the highest speed on the screen, in frame widths and heights per second.

    It is measured by following the corners and the middle of each frame to the next one.
    """
    views = _views(move, frames, fps, size, seed)
    points = _points(size)
    there = np.linalg.inv(views[1:]) @ views[:-1] @ points
    steps = (there[:, :2] / there[:, 2:] - points[:2]) / np.array(size)[:, None]
    return float(np.hypot(steps[:, 0], steps[:, 1]).max(initial=0.0) * fps)


def _lessened(move: Move, share: float) -> Move:
    """Return the move with a share, 0 to 1, of its distance."""
    start, end = move.start, move.end

    def part(begin: float, finish: float) -> tuple[float, float]:
        middle, half = (begin + finish) / 2, (finish - begin) / 2 * share
        return middle - half, middle + half

    (x, to_x), (y, to_y), (roll, to_roll) = part(start.x, end.x), part(start.y, end.y), part(start.roll, end.roll)
    wide = min(start.zoom, end.zoom)
    zoom, to_zoom = (wide * (each.zoom / wide) ** share for each in (start, end))
    return move.model_copy(
        update={
            "start": Pose(x=x, y=y, zoom=zoom, roll=roll),
            "end": Pose(x=to_x, y=to_y, zoom=to_zoom, roll=to_roll),
            "shake": move.shake * share,
            "swing": move.swing * share,
        }
    )


def chroma_map(luma_map: Maps) -> Maps:
    """Return the map of the same view for the half-size chroma planes.

    H.264's default chroma is sited at the left: chroma index (c, r) is at luma index (2c, 2r + 0.5) (ITU-T H.264,
    Annex E, chroma_sample_loc_type 0).
    """
    to_luma = np.array([[2, 0, 0], [0, 2, 0.5], [0, 0, 1]], dtype=np.float64)
    found = np.linalg.inv(to_luma) @ luma_map @ to_luma
    return np.asarray(found / found[2, 2], dtype=np.float64)


def ease(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance covered, 0 to 1, after a share 0 to 1 of the time: speed ramps up, holds, ramps down."""
    top = 1 / (1 - EASE_SHARE)
    begin = top * share**2 / (2 * EASE_SHARE)
    middle = top * (share - EASE_SHARE / 2)
    finish = 1 - top * (1 - share) ** 2 / (2 * EASE_SHARE)
    return np.where(share < EASE_SHARE, begin, np.where(share > 1 - EASE_SHARE, finish, middle))


def _points(size: tuple[int, int]) -> NDArray[np.float64]:
    """Return (3, 5): the frame's four corners and its middle, homogeneous, in pixels from the middle."""
    corners = [(x * size[0] / 2, y * size[1] / 2, 1.0) for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1), (0, 0))]
    return np.array(corners).T


def _views(move: Move, frames: int, fps: int, size: tuple[int, int], seed: int) -> Maps:
    """Return (frames, 3, 3): output point -> point of the picture at zoom 1, both in output pixels from the centre."""
    width, height = size
    done = ease(np.arange(frames) / max(1, frames - 1))
    start, end = move.start, move.end
    # A constant ratio per frame looks like constant speed; a lens zoom turns its ring evenly instead.
    zoom = start.zoom + (end.zoom - start.zoom) * done if move.linear else start.zoom * (end.zoom / start.zoom) ** done
    sway_x, sway_y, sway_roll, breath = _unrest(frames, fps, seed) * move.shake
    zoom = zoom * (1 + 0.003 * breath)
    roll = np.radians(start.roll + (end.roll - start.roll) * done + 0.3 * sway_roll)
    spare = (1 - 1 / np.maximum(zoom, 1.0)) / 2
    at_x = width * (start.x + (end.x - start.x) * done) * spare
    at_y = height * (start.y + (end.y - start.y) * done) * spare
    # The subject's place on the screen: rolls and orbits turn about it.
    subject = _shift((width * (move.aim[0] - 0.5) - at_x) * zoom, (height * (move.aim[1] - 0.5) - at_y) * zoom)
    swung = move.swing * (2 * done - 1)
    turned = subject @ _rolled(roll) @ _turned_plane(-math.radians(ORBIT_DEGREES) * swung, LENS_DISTANCE * width)
    # The arc of an orbit is seen from slightly above: its ends are further back.
    at_x = at_x + width * (SHAKE_WIDTHS * sway_x + ORBIT_WIDTHS * swung)
    at_y = at_y + width * SHAKE_WIDTHS * sway_y + height * 0.012 * (swung**2 - move.swing**2 / 2)
    return np.asarray(_shift(at_x, at_y, 1 / zoom) @ turned @ np.linalg.inv(subject), dtype=np.float64)


def _shift(x: NDArray[np.float64], y: NDArray[np.float64], scale: NDArray[np.float64] | float = 1.0) -> Maps:
    """Return (frames, 3, 3): scaling, then a shift."""
    found = np.zeros((len(x), 3, 3))
    found[:, 0, 0] = found[:, 1, 1] = scale
    found[:, 0, 2], found[:, 1, 2], found[:, 2, 2] = x, y, 1
    return found


def _rolled(angle: NDArray[np.float64]) -> Maps:
    """Return (frames, 3, 3): turns by `angle` radians, clockwise on the screen."""
    found = _shift(np.zeros(len(angle)), np.zeros(len(angle)), np.cos(angle))
    found[:, 0, 1], found[:, 1, 0] = -np.sin(angle), np.sin(angle)
    return found


def _turned_plane(yaw: NDArray[np.float64], distance: float) -> Maps:
    """Return (frames, 3, 3): screen -> plane, for a plane turned by `yaw` radians about its vertical axis.

    Inverts the pinhole projection x = d X cos t / (d + X sin t), y = d Y / (d + X sin t) (Hartley and Zisserman,
    Multiple View Geometry, chapter 6). `distance` is that of the camera, in pixels.
    """
    near = distance * np.cos(yaw)
    found = np.zeros((len(yaw), 3, 3))
    found[:, 0, 0], found[:, 1, 1], found[:, 2, 2] = distance / near, 1, 1
    found[:, 2, 0] = -np.sin(yaw) / near
    return found


def _unrest(frames: int, fps: int, seed: int) -> NDArray[np.float64]:
    """Return (4, frames): band-limited noise of rms 1, sums of six sines whose amplitude falls with their frequency."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(frames) / fps
    hertz = np.geomspace(*SHAKE_HERTZ, 6) * rng.uniform(0.85, 1.15, (4, 6))
    height = hertz**-0.8
    height *= np.sqrt(2 / (height**2).sum(axis=1, keepdims=True))
    phase = rng.uniform(0, 2 * np.pi, (4, 6))
    angle = 2 * np.pi * hertz[:, :, None] * seconds + phase[:, :, None]
    return np.asarray((height[:, :, None] * np.sin(angle)).sum(axis=1), dtype=np.float64)
