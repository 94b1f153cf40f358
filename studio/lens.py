"""Where each frame looks: a `Move` to one 3x3 matrix per frame. Pure geometry; no pictures, no files.

Matrices map the indices of output pixels to fractional indices of canvas pixels (pixel centres at whole numbers), as
`cv2.warpAffine` and `cv2.warpPerspective` want them with `WARP_INVERSE_MAP`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from studio.model import Move

Maps = NDArray[np.float64]

EASE_SHARE = 0.25
"""The share of a move that speeds up, and again that slows down: a fluid head's feel, chosen by eye."""

ORBIT_DEGREES = 11.0
"""Half the arc of a full orbit; beyond it a flat picture shows that it is flat (by eye)."""

LENS_DISTANCE = 1.2
"""Distance of the eye in frame widths: a 43 mm lens on a 36 mm wide frame."""

SHAKE_WIDTHS = 0.007
"""Handheld unrest at `shake` 1, root mean square, in frame widths (by eye)."""

SHAKE_HERTZ = (0.25, 2.2)
"""Band of handheld unrest: body sway to steps; above it the hand's mass filters (by eye)."""


def frame_maps(
    move: Move, frames: int, fps: int, canvas: tuple[int, int], size: tuple[int, int], seed: int
) -> Maps:  # fmt: skip
    """Give the map of every frame.

    A move that would look past the canvas's edge (an orbit, a roll, unrest) is scaled about the canvas's centre, by
    one factor for the whole shot, until every corner of every frame lies inside.

    Args:
        canvas: (width, height) of the picture that is looked at, in pixels, of the film's aspect.
        size: (width, height) of the film in pixels.
        seed: of the handheld unrest.

    Returns:
        (frames, 3, 3): output pixel index -> canvas pixel index, homogeneous, with a last element of 1.
    """
    width, height = size
    views = _views(move, frames, fps, size, seed)
    corners = np.array([(x, y, 1.0) for x in (-width / 2, width / 2) for y in (-height / 2, height / 2)]).T
    seen = views @ corners
    reach = np.abs(seen[:, :2] / seen[:, 2:]) / np.array([[width / 2], [height / 2]])
    # Rounding leaves 1 + 1e-16 for a still camera; scaling by that would soften a picture that needs no change.
    shrink = 1 / reach.max() if reach.max() > 1 + 1e-9 else 1.0
    across, down = canvas[0] / width * shrink, canvas[1] / height * shrink
    to_canvas = np.array([[across, 0, canvas[0] / 2 - 0.5], [0, down, canvas[1] / 2 - 0.5], [0, 0, 1]])
    from_pixels = np.array([[1, 0, 0.5 - width / 2], [0, 1, 0.5 - height / 2], [0, 0, 1]])
    maps = to_canvas @ views @ from_pixels
    return np.asarray(maps / maps[:, 2:, 2:], dtype=np.float64)


def chroma_map(luma_map: Maps) -> Maps:
    """The same view for the half-size chroma planes.

    H.264's default chroma is sited at the left: chroma index (c, r) lies on luma index (2c, 2r + 0.5) (ITU-T H.264,
    Annex E, chroma_sample_loc_type 0).
    """
    to_luma = np.array([[2, 0, 0], [0, 2, 0.5], [0, 0, 1]], dtype=np.float64)
    found = np.linalg.inv(to_luma) @ luma_map @ to_luma
    return np.asarray(found / found[2, 2], dtype=np.float64)


def ease(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance covered, 0 to 1, after a share 0 to 1 of the time: speed ramps up evenly, holds, ramps down evenly."""
    top = 1 / (1 - EASE_SHARE)
    begin = top * share**2 / (2 * EASE_SHARE)
    middle = top * (share - EASE_SHARE / 2)
    finish = 1 - top * (1 - share) ** 2 / (2 * EASE_SHARE)
    return np.where(share < EASE_SHARE, begin, np.where(share > 1 - EASE_SHARE, finish, middle))


def _views(move: Move, frames: int, fps: int, size: tuple[int, int], seed: int) -> Maps:
    """(frames, 3, 3): output point -> point of the picture at zoom 1, both in output pixels from the centre."""
    width, height = size
    share = np.arange(frames) / max(1, frames - 1)
    done = share if move.linear else ease(share)
    start, end = move.start, move.end
    # A constant ratio per frame looks like constant speed; a lens zoom turns its ring evenly instead.
    zoom = (
        start.zoom + (end.zoom - start.zoom) * done
        if move.linear
        else start.zoom * (end.zoom / start.zoom) ** done
    )  # fmt: skip
    sway_x, sway_y, sway_roll, breath = _unrest(frames, fps, seed) * move.shake
    zoom = zoom * (1 + 0.003 * breath)
    roll = np.radians(start.roll + (end.roll - start.roll) * done + 0.3 * sway_roll)
    spare = (1 - 1 / np.maximum(zoom, 1.0)) / 2
    swung = move.swing * (2 * done - 1)
    at_x = width * ((start.x + (end.x - start.x) * done) * spare + SHAKE_WIDTHS * sway_x + 0.035 * swung)
    at_y = height * (start.y + (end.y - start.y) * done) * spare + width * SHAKE_WIDTHS * sway_y
    # The arc of an orbit is seen from slightly above: its ends lie further back.
    at_y = at_y + height * 0.012 * (swung**2 - move.swing**2 / 2)
    yaw = -math.radians(ORBIT_DEGREES) * swung
    views = np.zeros((frames, 3, 3))
    for view, x, y, z, r, t in zip(views, at_x, at_y, zoom, roll, yaw, strict=True):
        c, s = math.cos(r) / z, math.sin(r) / z
        view[:] = np.array([[c, -s, x], [s, c, y], [0, 0, 1]]) @ _turned_plane(t, LENS_DISTANCE * width)
    return views


def _turned_plane(yaw: float, distance: float) -> Maps:
    """Screen -> plane, for a plane turned by `yaw` radians about its vertical axis, seen from `distance` pixels.

    Inverts the pinhole projection x = d X cos t / (d + X sin t), y = d Y / (d + X sin t) (Hartley and Zisserman,
    Multiple View Geometry, chapter 6).
    """
    near = distance * math.cos(yaw)
    return np.array([[distance, 0, 0], [0, near, 0], [-math.sin(yaw), 0, near]]) / near


def _unrest(frames: int, fps: int, seed: int) -> NDArray[np.float64]:
    """(4, frames): band-limited noise of rms 1, sums of six sines whose height falls with their frequency."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(frames) / fps
    hertz = np.geomspace(*SHAKE_HERTZ, 6) * rng.uniform(0.85, 1.15, (4, 6))
    height = hertz**-0.8
    height *= np.sqrt(2 / (height**2).sum(axis=1, keepdims=True))
    phase = rng.uniform(0, 2 * np.pi, (4, 6))
    angle = 2 * np.pi * hertz[:, :, None] * seconds + phase[:, :, None]
    return np.asarray((height[:, :, None] * np.sin(angle)).sum(axis=1), dtype=np.float64)
