"""A room: a window with the hour outside, its light on wall and floor, and shelves or a picture on the wall."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Painting, soften
from blocks.offline.painter.canvas.noise import clouds, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.canvas.shapes import draw, mirrored
from blocks.offline.painter.places.dressing import dress_floor, dress_wall, workbench
from blocks.offline.painter.places.halls import fill
from blocks.offline.painter.places.sky import gradient
from blocks.offline.painter.things.furniture import bench, counter, curtain, dresser

OUTSIDE = {
    "dawn": "8f9cc4 e8b4a2 ffdcb4",
    "morning": "8fc0e4 cfe4ea fff4d8",
    "noon": "7fb4de b9dcf0 eef6f4",
    "golden": "8fa3b8 f5c583 fff0c8",
    "dusk": "3a3f78 a8658c ff9d74",
    "night": "0a1630 16305c 31568a",
}
"""The sky behind a window at each hour, zenith to horizon."""
_SPINES = ("7a3324", "44523f", "8a6632", "303b56", "66404f", "8d8069", "394f57")


def paint_room(
    painting: Painting, hour: str, kind: str, wet: bool = False, own_things: bool = False, named: str = ""
) -> None:
    """Paint a room in one-point perspective, with the furniture of its kind: a 'library' has books along its wall.

    Args:
        hour: a key of `OUTSIDE`.
        kind: one of `places_in_prompt.ROOMS`.
        wet: whether it rains outside: the panes are grey, with drops running down.
        own_things: whether the prompt names things of its own: then nothing is added but what `named` says.
        named: what stands on a side table, as for `dress_floor`.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    unit, size = canvas.unit, (canvas.width, canvas.height)
    floor = int(canvas.height * 0.74)
    plaster = clouds(rng, size, 5, 5) - np.float32(0.5)
    for plane, tone in zip(canvas.planes, gradient(light.sky, canvas.height), strict=True):
        plane[:] = tone[:, None] * (1 + plaster * 0.16)
    shelves = kind == "library"
    half_w, half_h = min(unit * 0.20, canvas.width * 0.24), min(unit * 0.24, canvas.height * 0.2)
    centre_x = canvas.width / 2 + painting.side * (canvas.width * 0.15)
    centre_y = canvas.height * 0.35
    painting.sun_x, painting.sun_y = centre_x, centre_y
    if shelves:
        _paint_shelves(painting, floor, centre_x - half_w * 1.35, centre_x + half_w * 1.35)
    elif kind == "kitchen":
        draw(painting, dresser(), canvas.width / 2 - painting.side * canvas.width * 0.17, floor, unit * 0.52, 0.25)
    elif kind == "laboratory":
        draw(painting, bench(), canvas.width / 2 - painting.side * canvas.width * 0.17, floor, unit * 0.46, 0.20)
    elif kind == "cafe":
        draw(painting, counter(), canvas.width / 2 - painting.side * canvas.width * 0.17, floor, unit * 0.50, 0.20)
    elif kind == "workshop":
        bench_drawing = workbench() if painting.side > 0 else mirrored(workbench())
        draw(painting, bench_drawing, canvas.width / 2 - painting.side * canvas.width * 0.20, floor, unit * 0.47, 0.16)
    else:
        dress_wall(painting, canvas.width / 2 - painting.side * canvas.width * 0.16, canvas.height * 0.34, own_things)
    _paint_floor(painting, floor)
    canvas.glow(centre_x, centre_y, unit * 0.30, light.sun, 0.50 * light.strength)
    _paint_window(painting, hour, centre_x, centre_y, half_w, half_h, wet)
    _paint_sides(painting, floor)
    for side in (-1, 1):
        draw(
            painting,
            curtain(side),
            centre_x + side * half_w * 1.12,
            centre_y + half_h * 1.5,
            half_h * 2.8,
            0.18,
            afloat=True,
        )
    _paint_shaft(painting, centre_x, centre_y, half_w, half_h, floor)
    if named or not own_things:
        dress_floor(
            painting, kind, canvas.width * (0.5 - painting.side * 0.37), floor + (canvas.height - floor) * 0.34, named
        )
    painting.horizon = float(floor)
    painting.ground = np.full(canvas.width, canvas.height * 0.915, np.float32)


def _paint_floor(painting: Painting, floor: int) -> None:
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    rows = canvas.height - floor
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    # Boards run towards the back: their seams meet at a point on the wall.
    towards = (canvas.x - canvas.width / 2) / (0.55 + depth) / np.float32(canvas.unit * 0.12)
    seam = np.clip(np.abs(towards - np.round(towards)) * 24, 0, 1) * 0.25 + 0.75
    board = 1 + 0.12 * np.sin(np.floor(towards + 0.5) * 12.9898)
    grain = 1 + (clouds(rng, (canvas.width, rows), 30, 3, 0.1) - np.float32(0.5)) * 0.25
    tone = mix(light.near, mix(light.haze, rgb("7a4e2c"), 0.5), 0.40)
    surface = seam * board * grain * (1.05 - 0.45 * depth)
    canvas.planes[:, floor:] = tone[:, None, None] * surface
    skirting = max(2, int(canvas.unit * 0.022))
    canvas.planes[:, floor - skirting : floor] *= 0.62
    canvas.planes[:, floor : floor + max(1, skirting // 3)] *= 0.45


def _paint_window(painting: Painting, hour: str, x: float, y: float, half_w: float, half_h: float, wet: bool) -> None:
    canvas = painting.canvas
    left, right, top, bottom = (int(v) for v in (x - half_w, x + half_w, y - half_h, y + half_h))
    left, right = max(0, left), min(canvas.width, right)
    bar = max(2, int(canvas.unit * 0.007))
    frame = mix(painting.light.near, rgb("6a4a30"), 0.35)[:, None, None]
    canvas.planes[:, top - 3 * bar : bottom + 3 * bar, max(0, left - 3 * bar) : right + 3 * bar] = frame
    outside = gradient(np.stack([rgb(stop) for stop in OUTSIDE[hour].split()]), bottom - top)
    if wet:
        outside = outside * np.float32(0.30) + rgb("73838f")[:, None] * outside.mean(0)[None] * np.float32(0.75)
    view = np.repeat(outside[:, :, None] * np.float32(1.04), right - left, 2)
    # Hills are seen outside: without them the window would look like a lamp.
    hills = (bottom - top) * (0.80 - 0.16 * skyline(painting.rng, right - left, 2, 4))
    beyond = np.clip(np.arange(bottom - top, dtype=np.float32)[:, None] - hills[None, :], 0, 1)
    view *= 1 - np.float32(0.42) * beyond
    if wet:
        drops = clouds(painting.rng, (right - left, bottom - top), 3, 5, 9.0)
        view *= np.clip(0.72 + drops * 0.6, 0.6, 1.25)
    canvas.planes[:, top:bottom, left:right] = view
    for column in (1, 2):
        middle = left + (right - left) * column // 3
        canvas.planes[:, top:bottom, middle - bar : middle + bar] = frame
    middle = (top + bottom) // 2
    canvas.planes[:, middle - bar : middle + bar, left:right] = frame
    sill_left, sill_right = max(0, left - 6 * bar), min(canvas.width, right + 6 * bar)
    canvas.planes[:, bottom + bar : bottom + 5 * bar, sill_left:sill_right] = frame * np.float32(1.6)


def _paint_sides(painting: Painting, floor: int) -> None:
    """Paint side walls and a ceiling that run towards the viewer, so that the far wall is the end of a space."""
    canvas, light = painting.canvas, painting.light
    width, height = canvas.width, canvas.height
    inset, ceiling = width * 0.11, height * 0.09
    near, lit = light.near, mix(light.sky[1], light.sun, 0.18 * light.strength)
    for side in (-1, 1):
        edge, out = (0.0, inset) if side < 0 else (float(width), width - inset)
        # The wall beside the window is in shade; the one opposite gets its light.
        tone = mix(light.sky[2], near, 0.42) if side == painting.side else mix(lit, near, 0.12)
        fill(painting, [(edge, -height * 0.05), (out, ceiling), (out, float(floor)), (edge, height * 1.04)], tone)
        fill(
            painting,
            [(out - 1.5, ceiling), (out + 1.5, ceiling), (out + 1.5, float(floor)), (out - 1.5, float(floor))],
            near,
            0.5,
        )
        skirt = height * 0.028
        fill(
            painting,
            [(out, floor - skirt), (out, float(floor)), (edge, height * 1.04), (edge, height * 0.985)],
            near,
            0.55,
        )
    top = mix(light.sky[0], near, 0.35)
    fill(
        painting,
        [(0.0, -height * 0.05), (float(width), -height * 0.05), (width - inset, ceiling), (inset, ceiling)],
        top,
    )
    for k in range(5):
        low, high = width * (0.1 + 0.2 * k), inset + (width - 2 * inset) * (0.1 + 0.2 * k)
        beam = width * 0.012
        fill(
            painting,
            [
                (low - beam * 1.6, -height * 0.05),
                (low + beam * 1.6, -height * 0.05),
                (high + beam, ceiling),
                (high - beam, ceiling),
            ],
            mix(near, rgb("4a3020"), 0.3),
        )


def _paint_shaft(painting: Painting, x: float, y: float, half_w: float, half_h: float, floor: int) -> None:
    """Paint the light that falls in: a slanting beam in the dust and a bright patch on the floor."""
    canvas, light = painting.canvas, painting.light
    lean, side = canvas.unit * 0.42, painting.side
    beam = np.zeros((canvas.height, canvas.width), np.uint8)
    fall = canvas.height + canvas.unit * 0.1
    corners = [
        (x - half_w, y - half_h),
        (x + half_w, y - half_h),
        (x + half_w - side * lean, fall),
        (x - half_w - side * lean * 1.4, fall),
    ]
    cv2.fillPoly(beam, [np.round(np.array(corners)).astype(np.int32)], 255)
    soft = soften(beam.astype(np.float32) / np.float32(255), canvas.unit * 0.035)
    dust = 0.65 + 0.7 * clouds(painting.rng, (canvas.width, canvas.height), 5, 4)
    soft *= np.clip(1.1 - (canvas.y - (y - half_h)) / canvas.height, 0, 1) * dust * np.float32(0.26 * light.strength)
    canvas.add_light(soft, light.sun)
    patch = np.zeros((canvas.height, canvas.width), np.uint8)
    near, far = floor + (canvas.height - floor) * 0.85, floor + (canvas.height - floor) * 0.18
    middle = x - side * lean * 0.75
    cv2.fillPoly(
        patch,
        [
            np.round(
                np.array(
                    [
                        (middle - half_w * 0.9, far),
                        (middle + half_w * 0.9, far),
                        (middle + half_w * 1.2 - side * lean * 0.3, near),
                        (middle - half_w * 1.2 - side * lean * 0.3, near),
                    ]
                )
            ).astype(np.int32)
        ],
        255,
    )
    lit = soften(patch.astype(np.float32) / np.float32(255), canvas.unit * 0.012)
    canvas.add_light(lit * np.float32(0.46 * light.strength), light.sun)


def _paint_shelves(painting: Painting, floor: int, clear_left: float, clear_right: float) -> None:
    canvas, light = painting.canvas, painting.light
    board, top = max(2, int(canvas.unit * 0.011)), int(canvas.height * 0.08)
    step = canvas.unit * 0.125
    wood = mix(light.near, rgb("5a3a22"), 0.45)[:, None, None]
    for left, right in ((0, clear_left), (clear_right, canvas.width)):
        start, end = max(0, int(left)), min(canvas.width, int(right))
        if end - start < canvas.unit * 0.08:
            continue
        canvas.planes[:, top:floor, start:end] *= 0.42
        y = float(floor)
        while y - step > top - step * 0.4:
            _paint_books(painting, start, end, y - board, step)
            canvas.planes[:, int(y) - board : int(y), start:end] = wood
            y -= step
        for edge in range(start, end, max(8, int(canvas.unit * 0.36))):
            canvas.planes[:, top:floor, edge : edge + board] = wood * np.float32(0.8)


def _paint_books(painting: Painting, left: int, right: int, foot: float, room: float) -> None:
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    x = float(left)
    while x < right:
        thick = canvas.unit * rng.uniform(0.009, 0.024)
        tall = room * rng.uniform(0.52, 0.82)
        spine = mix(light.near, rgb(str(rng.choice(_SPINES))), 0.35 + 0.6 * light.ambient) * np.float32(
            rng.uniform(0.55, 1.05)
        )
        box = canvas.planes[:, max(0, int(foot - tall)) : int(foot), int(x) : min(right, int(x + thick))]
        if rng.random() > 0.08 and box.size:
            round_off = 1 - 0.35 * np.abs(np.linspace(-1, 1, box.shape[2], dtype=np.float32))
            box[:] = spine[:, None, None] * round_off
        x += thick + canvas.unit * 0.001
