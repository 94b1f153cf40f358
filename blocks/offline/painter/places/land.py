"""The land: ridges that fade into haze, pine woods, dunes, and the ground in front."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting
from blocks.offline.painter.canvas.noise import F32, clouds, fork, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb


def depth_tone(painting: Painting, nearness: float) -> F32:
    """Return the tone of a layer of land: `nearness` 0 is the haze far away, 1 the dark tone close by."""
    light = painting.light
    dark = 1 - (1 - nearness) ** 1.15
    return light.haze * np.float32(0.92 * (1 - nearness) ** 1.15 + 0.06) + light.near * np.float32(dark)


def paint_layer(
    painting: Painting, crest: F32, tone: F32, foot: F32, mist: float, rim: float, texture: float = 0.0
) -> None:
    """Paint a layer of land: everything below the line `crest`.

    Args:
        crest: row of the line for each column, (width,) float32.
        tone: colour at the crest.
        foot: colour at the depth `mist` below it and further down.
        mist: in pixels.
        rim: strength of the lit edge along the crest, 0 to 1.
        texture: strength of the surface's grain, 0 to 1.
    """
    canvas, light = painting.canvas, painting.light
    top = int(np.clip(np.floor(crest.min()) - 1, 0, canvas.height - 1))
    below = canvas.y[top:] - crest[None, :]
    mask = np.clip(below + 0.5, 0, 1)
    fade = np.clip(below / np.float32(mist), 0, 1)
    edge = np.clip(1 - below / np.float32(max(2.0, canvas.unit * 0.005)), 0, 1) * np.float32(rim)
    glow = np.exp(-(((canvas.x - painting.sun_x) / np.float32(canvas.width * 0.3)) ** 2)) * np.float32(
        0.25 * light.strength
    )
    glow = glow * (1 - fade) * np.float32(float(np.clip(rim * 3, 0, 1)))
    grain: F32 | np.float32 = np.float32(1)
    if texture > 0:
        size = canvas.width, canvas.height - top
        grain = 1 + (clouds(painting.rng, size, 14, 4, 1.2) - np.float32(0.5)) * np.float32(texture) * (1 - fade)
    colour = np.empty((3, *mask.shape), np.float32)
    for c in range(3):
        plane = colour[c]
        np.multiply(fade, foot[c] - tone[c], out=plane)
        plane += tone[c]
        plane *= grain
        plane += (light.sun[c] - plane) * glow
        plane += edge * light.sun[c]
    canvas.cover(mask, colour, 0, top)


def paint_ridges(
    painting: Painting,
    count: int,
    first: float,
    last: float,
    height: float,
    cells: float,
    ridged: bool,
    trees: bool = False,
    snowcaps: bool = False,
    snow: bool = False,
) -> None:
    """Paint `count` ridges one in front of the other.

    Args:
        first: row of the farthest, as a share of the picture's height.
        last: row of the nearest.
        height: of the ridges, in units.
        cells: peaks over the width of a 16:9 picture.
        ridged: sharp crests instead of rolling hills.
        trees: pines on all but the farthest.
        snowcaps: snow on the peaks of all but the nearest two.
        snow: snow on all of the land.
    """
    canvas, light = painting.canvas, painting.light
    peaks = cells * canvas.width / (canvas.unit * 16 / 9)
    for i in range(count):
        near = i / max(1, count - 1)
        line = skyline(painting.rng, canvas.width, max(1.0, peaks * (1 + 0.35 * i)), 8, 0.5, ridged)
        rows = canvas.height * (first + (last - first) * near)
        crest = rows - (line - np.float32(0.45)) * np.float32(canvas.unit * height * (1 - 0.35 * near))
        tone = depth_tone(painting, near)
        if snow:
            tone = mix(tone, mix(light.haze, np.ones(3, np.float32), 0.35), 0.25 + 0.45 * light.ambient)
        foot = mix(tone, light.haze, 0.80 - 0.35 * near)
        mist = canvas.unit * 0.24 * (0.7 + near)
        if trees and i:
            paint_pines(painting, crest, int((150 - 95 * near) * canvas.width / (canvas.unit * 16 / 9)) + 8, near, tone)
        paint_layer(
            painting, crest, tone, foot, mist, 0.16 * light.strength * (1 - near * 0.6), 0.3 if i >= count - 3 else 0
        )
        if snowcaps and i < count - 2:
            _paint_snowcap(painting, crest, line, near)


def _paint_snowcap(painting: Painting, crest: F32, line: F32, near: float) -> None:
    """Paint snow on the upper parts of a ridge: gullies slant down both sides of each peak, one lit, one in shade."""
    canvas, light = painting.canvas, painting.light
    top = int(np.clip(crest.min() - 1, 0, canvas.height - 2))
    depth = cv2.GaussianBlur(np.clip(line - 0.56, 0, 1)[None], (0, 0), max(1.0, canvas.unit * 0.012))[0]
    depth *= np.float32(canvas.unit * 0.62)
    bottom = int(np.clip((crest + depth * 1.6).max() + 2, top + 2, canvas.height))
    below = canvas.y[top:bottom] - crest[None, :]
    broad = cv2.GaussianBlur(crest[None], (0, 0), max(1.0, canvas.unit * 0.030))[0]
    slope = np.gradient(broad)
    # Water and snow run off a slope sideways as much as down: the gullies are noise along slanted lines.
    lean = cv2.GaussianBlur(np.sign(slope)[None].astype(np.float32), (0, 0), max(1.0, canvas.unit * 0.02)) * 0.55
    along = canvas.x - below * lean
    seam = skyline(painting.rng, canvas.width, 30 * canvas.width / (canvas.unit * 16 / 9), 3, 0.6)
    gully = np.interp(np.clip(along, 0, canvas.width - 1), np.arange(canvas.width), seam).astype(np.float32)
    rough = clouds(painting.rng, (canvas.width, bottom - top), 9, 4, 1.6) - np.float32(0.5)
    reach = depth * (0.40 + 3.2 * np.clip(gully - 0.34, 0, 0.5)) * (1 + rough * 0.7)
    mask = np.clip((reach - below) / np.float32(canvas.unit * 0.004), 0, 1)
    mask *= np.clip(below + 0.5, 0, 1) * np.clip(depth / np.float32(canvas.unit * 0.006) - 0.5, 0, 1)
    facing = -slope[None, :] * painting.side * 2.2 + (gully - 0.5) * 1.4 + rough * 0.9
    lit = np.clip(0.5 + facing, 0.04, 1)
    white = mix(mix(light.haze, light.sun, 0.62), np.ones(3, np.float32), 0.30 * light.ambient)
    shade = mix(mix(light.haze, light.sky[0], 0.5), light.sky[1], 0.3)
    colour = shade[:, None, None] + (white - shade)[:, None, None] * lit
    canvas.cover((mask * np.float32(0.92 - 0.3 * near)).astype(np.float32), colour.astype(np.float32), 0, top)


def paint_pines(painting: Painting, crest: F32, count: int, near: float, tone: F32) -> None:
    """Paint `count` pines along `crest`, (width,) rows; the larger `near`, 0 to 1, the larger they are."""
    canvas, rng = painting.canvas, painting.rng
    small, large = canvas.unit * (0.04 + 0.06 * near), canvas.unit * (0.085 + 0.21 * near * near)
    mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
    for x in np.sort(rng.uniform(-0.02, 1.02, count)) * canvas.width:
        height = float(rng.uniform(small, large))
        root = float(crest[int(np.clip(x, 0, canvas.width - 1))]) + canvas.unit * 0.008
        outline = _pine(rng, float(x), root, height)
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    top = max(0, int(crest.min() - large * 1.1))
    fade = np.clip((canvas.y[top:] - crest[None, :]) / np.float32(canvas.unit * 0.2), 0, 1) * np.float32(0.5)
    haze = painting.light.haze
    colour = tone[:, None, None] + (haze - tone)[:, None, None] * fade
    canvas.cover(mask[top:].astype(np.float32) / np.float32(255), colour, 0, top)


def _pine(rng: np.random.Generator, x: float, root: float, height: float) -> F32:
    """Return the outline of one pine as (n, 2) pixels: drooping branches, wider towards the foot."""
    rng = fork(rng)
    tiers = max(4, min(14, int(height / 14)))
    half = height * rng.uniform(0.15, 0.22)
    left, right = [], []
    for tier in range(tiers + 1):
        share = tier / tiers
        y, reach = root - height * (1 - share) * 0.96, half * share**0.85
        left += [(x - reach * rng.uniform(0.8, 1.1), y + height * 0.03), (x - reach * 0.5, y)]
        right += [(x + reach * rng.uniform(0.8, 1.1), y + height * 0.03), (x + reach * 0.5, y)]
    trunk = [(x + half * 0.12, root + height * 0.1), (x - half * 0.12, root + height * 0.1)]
    return np.array([(x, root - height * 1.04), *right, *trunk, *reversed(left)], np.float32)


def paint_dunes(painting: Painting, first: float, last: float) -> None:
    """Paint five dunes, each with a lit and a shaded side and wind ripples.

    Args:
        first: row of the farthest, as a share of the picture's height.
        last: row of the nearest.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    sand = mix(light.near, rgb("d98a4e"), 0.25 + 0.7 * light.ambient)
    across = np.arange(canvas.width, dtype=np.float32) / np.float32(canvas.unit * 16 / 9)
    for i in range(5):
        near = i / 4
        waves = np.abs(np.sin(across * np.pi * (1.1 + 0.55 * i * rng.uniform(0.6, 1)) + rng.uniform(0, 6))) ** 1.6
        crest = canvas.height * (first + (last - first) * near) - canvas.unit * 0.15 * (1 - 0.2 * near) * waves
        crest = (crest - (skyline(rng, canvas.width, 2, 4) - 0.5) * canvas.unit * 0.035).astype(np.float32)
        top = int(np.clip(crest.min() - 1, 0, canvas.height - 2))
        slope = np.gradient(cv2.GaussianBlur(crest[None], (0, 0), max(1.0, canvas.unit * 0.006))[0])
        flank = 0.66 + 0.75 * np.clip(0.5 - slope[None, :] * 0.45 * painting.side, 0, 1)
        ripples = clouds(rng, (canvas.width, canvas.height - top), 30 + 10 * i, 3, 0.2) - np.float32(0.5)
        below = canvas.y[top:] - crest[None, :]
        fade = np.clip(below / np.float32(canvas.unit * 0.32), 0, 1)
        edge = np.clip(1 - below / np.float32(max(2.0, canvas.unit * 0.004)), 0, 1) * np.float32(0.2 * light.strength)
        body = mix(light.haze, sand, near) * np.float32(1 - 0.35 * near)
        surface = flank * (1 + ripples * 0.22 * (0.4 + near)) * (1 - fade * 0.22)
        colour = body[:, None, None] * surface + edge * light.sun[:, None, None]
        canvas.cover(np.clip(below + 0.5, 0, 1), colour.astype(np.float32), 0, top)


def paint_ground(painting: Painting, crest: F32, grass: float = 0.0, snow: bool = False) -> None:
    """Paint the ground in front, below `crest` (width,) rows, for things to stand on.

    Args:
        grass: height of the blades in units; 0 for none.
        snow: whether it is covered with snow.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    tone = light.near * np.float32(1.05) + light.haze * np.float32(0.05)
    if snow:
        tone = mix(tone, mix(light.haze, np.ones(3, np.float32), 0.45), 0.62 + 0.38 * light.ambient)
    if grass > 0 and not snow:
        mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        count = int(1500 * canvas.width / (canvas.unit * 16 / 9))
        blades = np.empty((count, 3, 2), np.float32)
        x = rng.uniform(0, canvas.width - 1, count)
        root = crest[x.astype(int)] + canvas.unit * 0.006
        tall = canvas.unit * grass * rng.uniform(0.25, 1, count)
        lean = canvas.unit * rng.normal(0.003 * painting.side, 0.005, count)
        half = canvas.unit * 0.0015
        blades[:, 0] = np.stack([x - half, root], 1)
        blades[:, 1] = np.stack([x + half, root], 1)
        blades[:, 2] = np.stack([x + lean, root - tall], 1)
        for blade in np.round(blades * 16).astype(np.int32):
            cv2.fillPoly(mask, [blade], 255, cv2.LINE_AA, 4)
        top = max(0, int(crest.min() - canvas.unit * grass * 1.1))
        canvas.cover(mask[top:].astype(np.float32) / np.float32(255), tone, 0, top)
    if snow:
        _paint_snowfield(painting, crest, tone, grass)
    else:
        edge = 0 if grass > 0 else 0.10 * light.strength
        paint_layer(painting, crest, tone, tone * np.float32(0.62), canvas.unit * 0.2, edge, 0.35)
    painting.ground = crest


def _paint_snowfield(painting: Painting, crest: F32, tone: F32, stalks: float) -> None:
    """Paint drifted snow: warm in the light, blue in the hollows, with glints, and dry stalks that stick out of it."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    top = int(np.clip(np.floor(crest.min()) - 1, 0, canvas.height - 2))
    size = canvas.width, canvas.height - top
    below = canvas.y[top:] - crest[None, :]
    fade = np.clip(below / np.float32(canvas.unit * 0.24), 0, 1)
    drift = clouds(rng, size, 7, 4, 0.22)
    relief = np.gradient(cv2.GaussianBlur(drift, (0, 0), max(1.0, canvas.unit * 0.007)), axis=0)
    lit = np.clip(0.66 - relief * np.float32(canvas.unit * 0.055) + (drift - 0.5) * 0.4, 0, 1)
    sun = np.exp(-(((canvas.x - painting.sun_x) / np.float32(canvas.width * 0.30)) ** 2)) * np.float32(light.strength)
    blue = mix(tone * np.float32(0.74), light.sky[1], 0.30) * np.float32(0.94)
    warm = mix(tone, light.sun, 0.35)
    colour = np.empty((3, *below.shape), np.float32)
    for c in range(3):
        colour[c] = (blue[c] + (tone[c] - blue[c]) * lit) * (1.04 - 0.12 * fade)
        colour[c] += (warm[c] - colour[c]) * sun * lit * 0.6
    canvas.cover(np.clip(below + 0.5, 0, 1), colour, 0, top)
    own = fork(rng)
    mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
    root_x = 0.0
    for k in range(190 if stalks > 0 else 0):
        if k % 9 == 0:
            # Stalks are in tufts: a single one looks like a scratch.
            root_x = canvas.width * float(own.uniform(-0.02, 1.02))
        x = root_x + canvas.unit * float(own.normal(0, 0.014))
        y = float(crest[int(np.clip(root_x, 0, canvas.width - 1))]) + canvas.unit * 0.03 * (k // 9 % 4)
        tall, bend = canvas.unit * stalks * float(own.uniform(0.5, 1.4)), canvas.unit * float(own.normal(0.004, 0.010))
        points = [(x, y), (x + bend * 0.4, y - tall * 0.6), (x + bend, y - tall)]
        thick = max(1, round(canvas.unit * 0.0013))
        cv2.polylines(mask, [np.round(np.array(points) * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
    if stalks > 0:
        canvas.cover(
            mask.astype(np.float32) * np.float32(0.75 / 255), mix(light.near, rgb("8a7350"), 0.45 * light.ambient)
        )
    glints = np.zeros((canvas.height, canvas.width), np.float32)
    count = 260
    rows = own.integers(top, canvas.height, count)
    glints[rows, own.integers(0, canvas.width, count)] = own.random(count, dtype=np.float32)
    spark = cv2.GaussianBlur(glints, (0, 0), max(0.6, canvas.unit / 1000))[top:] * np.clip(below, 0, 1) * (0.3 + sun)
    canvas.add_light((spark * np.float32(5)).astype(np.float32), np.minimum(light.sun * np.float32(1.1), 1), 0, top)
