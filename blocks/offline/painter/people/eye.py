"""The close shot of an eye: it fills the frame, with reflections of the light in it and light on the skin around it."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting, soften
from blocks.offline.painter.canvas.noise import F32, clouds, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb

_IRIS = {"blue": "4f7d8c", "green": "6b7a3c", "brown": "8a5a2c", "grey": "5b6f86"}
_ALSO = {"gray": "grey", "hazel": "brown", "dark": "brown", "teal": "blue"}
_LID = 0.41
"""Height of the upper lid above the corners, in half widths of the eye; the lower lid is 0.27 below them."""


def paint_eye(painting: Painting, skin: str, hair: str, said: tuple[str, ...] = ()) -> None:
    """Paint one eye over the whole canvas, lit from the painting's side.

    Args:
        skin: tone 'rrggbb'.
        hair: tone 'rrggbb' of lashes and brow.
        said: the words that describe the eye: a colour for its iris; "closed" or "shut" for its lid.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    side, half = np.float32(painting.side), np.float32(min(canvas.unit * 0.62, canvas.width * 0.44))
    centre_x, centre_y = canvas.width * 0.5, canvas.height * 0.54
    u, v = (canvas.x - np.float32(centre_x)) / half, (canvas.y - np.float32(centre_y)) / half
    warm = mix(np.ones(3, np.float32), light.sun, 0.6) * np.float32(0.72 + 0.38 * light.ambient)
    pores = clouds(rng, (canvas.width, canvas.height), 40, 4) - np.float32(0.5)
    bulge = np.exp(-(u**2 * 0.9 + (v + 0.10) ** 2 * 2.4))
    fall = np.clip(0.66 + 0.50 * side * u - 0.18 * v, 0.06, 1.3)
    socket = 1 - 0.45 * np.exp(-(((v + 0.46) / 0.16) ** 2) - u**2 * 0.8)
    lit = fall * socket * (0.72 + 0.45 * bulge) * (1 + 0.16 * pores)
    flesh = rgb(skin) * warm
    for plane, tone, near in zip(canvas.planes, flesh, light.near, strict=True):
        plane[:] = near * np.float32(0.6) + (tone - near * np.float32(0.4)) * lit
    arc = np.clip(1 - u**2, 0, 1)
    upper, lower = -np.float32(_LID) * arc**0.75 - 0.05 * u * side, np.float32(0.30) * arc**0.9 - 0.05 * u * side
    closed = "closed" in said or "shut" in said
    if closed:
        # In a shut eye the upper lid meets the lower one, and the eyeball bulges under it.
        lit_lid = np.clip((v + 0.40) / 0.70, 0, 1) * np.clip((lower - v) * 8, 0, 1) * np.clip(arc * 3, 0, 1)
        canvas.cover((lit_lid * np.float32(0.30)).astype(np.float32), np.minimum(flesh * np.float32(1.25), 1))
        upper = lower
    soft = np.float32(max(1.5, float(half) * 0.008)) / half
    opening = np.clip((v - upper) / soft, 0, 1) * np.clip((lower - v) / soft, 0, 1) * (np.abs(u) < 1)
    fold = -np.float32(_LID * 0.82) * arc**0.75 if closed else upper - np.float32(0.13)
    crease = np.exp(-(((v - fold) / 0.022) ** 2)) * np.clip(arc * 3, 0, 1)
    canvas.cover((crease * np.float32(0.5)).astype(np.float32), flesh * np.float32(0.22))
    # Only inside the box of the opening: the eyeball costs the most time of the picture.
    left, right = (int(np.clip(centre_x + way * half * 1.02, 0, canvas.width)) for way in (-1, 1))
    top, bottom = (int(np.clip(centre_y + way * half, 0, canvas.height)) for way in (-0.50, 0.36))
    box = np.s_[top:bottom, left:right]
    # A shut eye draws the same random numbers as an open one.
    named = next((_IRIS[_ALSO.get(w, w)] for w in said if _ALSO.get(w, w) in _IRIS), "")
    ball = _ball(painting, u[:, left:right], v[top:bottom], upper[:, left:right], lower[:, left:right], named)
    if closed:
        _paint_shut(painting, centre_x, centre_y, float(half), hair)
        painting.aim(centre_x, centre_y + float(half) * 0.16)
        return
    canvas.cover(opening[box], np.stack(ball), left, top)
    wet = np.exp(-(((v - lower) / 0.016) ** 2)) * np.clip(arc * 4, 0, 1) * np.clip(0.5 + side * u, 0, 1)
    canvas.add_light((wet * np.float32(0.55 * light.strength)).astype(np.float32), light.sun)
    _paint_lashes(painting, centre_x, centre_y, float(half), hair)
    painting.aim(centre_x, centre_y - float(half) * 0.06)


def _ball(painting: Painting, u: F32, v: F32, upper: F32, lower: F32, named: str) -> list[F32]:
    """Return the three colour planes of the eyeball: white, iris in the `named` tone, pupil, shadow, reflections."""
    light, rng, side = painting.light, painting.rng, np.float32(painting.side)
    iu, iv = u - np.float32(0.10) * side, v + np.float32(0.115)
    away, angle = np.hypot(iu, iv), np.arctan2(iv, iu)
    spokes = skyline(rng, 2048, 60, 4)[((angle / np.float32(2 * np.pi) + 0.5) * 2047).astype(int)]
    edge = np.clip((0.37 - away) / 0.012, 0, 1)
    pupil = np.clip((away - 0.135) / 0.012, 0, 1)
    ring = 1 - 0.75 * np.clip((away - 0.29) / 0.08, 0, 1)
    # Light that enters on one side of the iris brightens the other side.
    gather = 0.55 + 0.75 * np.clip(-iu * side * 1.8 + iv * 1.2 + 0.35, 0, 1)
    by_chance = str(rng.choice(tuple(_IRIS.values())))
    tone = rgb(named or by_chance)
    inner = mix(tone, rgb("e0b878"), 0.45)
    shadow = 0.30 + 0.70 * np.clip((v - upper) / 0.22, 0, 1)
    ball = shadow * np.clip(1.02 - 0.42 * u**2 + 0.24 * side * u, 0.2, 1.1) * np.float32(0.45 + 0.55 * light.ambient)
    white = mix(rgb("e2dcd2"), light.sun, 0.25)
    # The reflection of a window: four bright panes, bent by the eyeball.
    gx, gy = iu - 0.135 * side + 0.25 * iv, iv + 0.125
    pane = np.clip((0.082 - np.maximum(np.abs(gx) * 1.15, np.abs(gy))) / 0.010, 0, 1)
    glint = pane * np.clip((np.minimum(np.abs(gx), np.abs(gy)) - 0.008) / 0.006, 0, 1) * np.float32(0.92)
    small = np.clip((0.026 - np.hypot(iu + 0.12 * side, iv - 0.15)) / 0.014, 0, 1) * np.float32(0.35)
    # The inner corner is pink flesh, and the white reddens towards both lids.
    corner = np.clip(1 - np.hypot((u + 0.93 * side) / 0.115, (v - 0.015) / 0.075), 0, 1)
    flush = np.clip(np.exp(-(((v - lower) / 0.07) ** 2)) * 0.30 + np.clip(np.abs(u) - 0.55, 0, 1) * 0.5, 0, 0.5)
    pink = rgb("c98276")
    planes = []
    for c in range(3):
        near_pupil = np.clip((0.24 - away) / 0.1, 0, 1)
        iris = (tone[c] + (inner[c] - tone[c]) * near_pupil) * (0.45 + 1.0 * spokes) * ring * gather * pupil + 0.012
        sclera = white[c] + (pink[c] - white[c]) * np.maximum(flush, np.minimum(corner * 3, 0.9))
        plane = (sclera + (iris - sclera) * edge) * np.maximum(ball, 0.5 * edge * shadow)
        plane += (np.minimum(light.sun[c] * 1.2, 1.2) - plane) * np.clip(glint + small, 0, 1)
        planes.append(plane.astype(np.float32))
    return planes


def _paint_shut(painting: Painting, x: float, y: float, half: float, hair: str) -> None:
    """Paint the line where the lids of a shut eye meet, the lashes that hang from it, and the brow."""
    _paint_strokes(painting, x, y, half, hair, True)


def _paint_lashes(painting: Painting, x: float, y: float, half: float, hair: str) -> None:
    """Paint the lashes along both lids and the brow above, each hair a tapered stroke."""
    _paint_strokes(painting, x, y, half, hair, False)


def _paint_strokes(painting: Painting, x: float, y: float, half: float, hair: str, shut: bool) -> None:
    canvas, rng, side = painting.canvas, painting.rng, painting.side
    mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)

    def stroke(u: float, v: float, du: float, dv: float, width: float, curl: float = 0.0) -> None:
        t = np.linspace(0, 1, 7)
        line = np.stack([u + du * t + curl * t * (1 - t), v + dv * t**1.5], 1)
        thick = np.stack([width * (1 - t) ** 0.8, np.zeros(7)], 1)
        bend = np.concatenate([line + thick, (line - thick)[::-1]])
        points = np.round((bend * half + (x, y)) * 16).astype(np.int32)
        cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, 4)

    for u in np.linspace(-0.95, 0.95, 54) if shut else ():
        lid = 0.30 * max(0.0, 1 - u * u) ** 0.9 - 0.05 * u * side
        long = 0.20 * (0.65 + 0.35 * abs(u)) * rng.uniform(0.7, 1.1)
        stroke(u, lid - 0.012, u * 0.24 + rng.normal(0, 0.02), long, 0.011, -u * 0.20)
    for u in () if shut else np.linspace(-0.95, 0.95, 46):
        lid = -_LID * max(0.0, 1 - u * u) ** 0.75 - 0.05 * u * side
        long = 0.20 * (0.55 + 0.45 * abs(u)) * rng.uniform(0.7, 1.1)
        stroke(u, lid + 0.012, u * 0.30 + rng.normal(0, 0.02), -long, 0.011, -u * 0.22)
    for u in () if shut else np.linspace(-0.85, 0.85, 26):
        lid = 0.27 * max(0.0, 1 - u * u) ** 0.9 - 0.05 * u * side
        stroke(u, lid, u * 0.10 + rng.normal(0, 0.015), 0.075 * rng.uniform(0.6, 1.1), 0.005)
    for u in np.linspace(-1.05, 1.05, 150):
        arch = -0.70 - 0.10 * (1 - u * u) + rng.normal(0, 0.028)
        stroke(u, arch, 0.12 * (1 if u > 0 else 0.6), -0.05 * rng.uniform(0.3, 1.2), 0.008)
    along = np.linspace(-1.0, 1.0, 80)
    arch = 0.30 * (1 - along**2) ** 0.9 if shut else -_LID * (1 - along**2) ** 0.75
    rim = np.stack([along, arch - 0.05 * along * side], 1) * half + (x, y)
    cv2.polylines(mask, [np.round(rim * 16).astype(np.int32)], False, 255, max(1, int(half * 0.02)), cv2.LINE_AA, 4)
    shade = mask.astype(np.float32) / np.float32(255)
    canvas.cover(
        np.maximum(shade * np.float32(0.9), soften(shade, half * 0.02) * np.float32(0.5)),
        mix(painting.light.near, rgb(hair), 0.25) * np.float32(0.6),
    )
