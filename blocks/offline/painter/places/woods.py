"""Kinds of woods: birches, a wood in spring, the jungle with its trunks, leaves and lianas."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting
from blocks.offline.painter.canvas.noise import F32, Rng, clouds, fork, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.places.land import depth_tone, paint_ground, paint_layer


def paint_birches(painting: Painting) -> None:
    """Paint a birch wood: white trunks with black scars, one behind the other, taller than the frame."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    for layer in range(4):
        near = layer / 3
        bark: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        shade, scars, leaves = bark.copy(), bark.copy(), bark.copy()
        root = canvas.height * (0.76 + 0.15 * near)
        count = int((26, 15, 9, 4)[layer] * max(0.5, canvas.width / (canvas.unit * 16 / 9)))
        for k in range(count):
            # One trunk in each strip, so that they are neither in clumps nor evenly spaced.
            x = canvas.width * (k + rng.uniform(0.1, 0.9)) / count
            _birch(
                painting, (bark, shade, scars, leaves), float(x), root + canvas.unit * rng.uniform(-0.012, 0.02), near
            )
        veil = 0.62 * (1 - near) ** 1.3
        white = mix(
            light.near, rgb("efeae0") * (0.5 + 0.5 * np.minimum(light.sun * 1.05, 1)), 0.42 + 0.5 * light.ambient
        )
        green = mix(light.near, rgb("9ab04a"), 0.30 + 0.55 * light.ambient)
        for mask, tone, share in (
            (bark, white, 1.0),
            (shade, mix(white, light.near, 0.42), 0.8),
            (scars, light.near * np.float32(0.7), 0.85),
            (leaves, green, 0.85),
        ):
            canvas.cover(mask.astype(np.float32) * np.float32(share / 255), mix(tone, light.haze, veil))
        _paint_feet(painting, root, 0.010 + 0.028 * near, mix(light.near, light.haze, veil * 0.8))
        if layer == 2:
            crest = canvas.height * 0.865 - (skyline(rng, canvas.width, 2, 6) - 0.5) * canvas.unit * 0.04
            paint_ground(painting, np.asarray(crest, np.float32), grass=0.03)
    painting.ground = np.full(canvas.width, canvas.height * 0.93, np.float32)


def _paint_feet(painting: Painting, root: float, tall: float, tone: F32) -> None:
    """Paint grass over the feet of a row of trunks, `tall` units high, so that no trunk ends in a straight cut."""
    canvas, own = painting.canvas, fork(painting.rng)
    mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
    count = int(700 * canvas.width / (canvas.unit * 16 / 9))
    x = own.uniform(0, canvas.width, count)
    foot = root + canvas.unit * own.uniform(0.010, 0.035, count)
    high, lean = canvas.unit * tall * own.uniform(0.7, 1.9, count), canvas.unit * own.normal(0, 0.006, count)
    half = canvas.unit * 0.0022
    blades = np.stack(
        [np.stack([x - half, foot], 1), np.stack([x + half, foot], 1), np.stack([x + lean, foot - high], 1)], 1
    )
    for blade in np.round(blades * 16).astype(np.int32):
        cv2.fillPoly(mask, [blade], 255, cv2.LINE_AA, 4)
    top = max(0, int(root - canvas.unit * tall * 2))
    ground = np.clip((canvas.y[top:] - root - canvas.unit * 0.022) / np.float32(canvas.unit * 0.012), 0, 1)
    canvas.cover(
        np.maximum(mask[top:].astype(np.float32) / np.float32(255), ground * np.ones_like(canvas.x)), tone, 0, top
    )


def _birch(painting: Painting, masks: tuple[U8, U8, U8, U8], x: float, root: float, near: float) -> None:
    """Draw one birch into four masks: its bark, its shaded side, its scars, and its leaves."""
    canvas, rng = painting.canvas, painting.rng
    bark, shade, scars, leaves = masks
    half = canvas.unit * (0.006 + 0.020 * near**1.3) * rng.uniform(0.75, 1.25)
    lean = canvas.unit * rng.normal(0, 0.035)
    rows = np.linspace(0, 1, 8)
    middle = x + lean * rows**1.4 + half * 0.5 * np.sin(rows * rng.uniform(3, 7) + rng.uniform(0, 6))
    wide = half * (1.25 - 0.65 * rows + 0.5 * np.exp(-rows * 22))
    up = root * (1 - rows) - 6 * rows
    left, right = np.stack([middle - wide, up], 1), np.stack([middle + wide, up], 1)
    dark = np.stack([middle - painting.side * wide * 0.25, up], 1)
    outer = left if painting.side > 0 else right
    cv2.fillPoly(bark, [np.round(np.concatenate([left, right[::-1]]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    cv2.fillPoly(shade, [np.round(np.concatenate([outer, dark[::-1]]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    for _ in range(int(9 + 9 * near)):
        at = float(rng.beta(0.9, 1.3))
        y, centre = float(np.interp(at, rows, up)), float(np.interp(at, rows, middle))
        reach = half * rng.uniform(0.4, 1.5)
        edge = float(rng.choice([-1, 1])) * float(np.interp(at, rows, wide))
        thick = half * rng.uniform(0.06, 0.22)
        inner = centre + edge - np.sign(edge) * reach * 0.8
        notch = [(centre + edge, y - thick), (inner, y), (centre + edge, y + thick)]
        cv2.fillPoly(scars, [np.round(np.array(notch) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    for at in np.linspace(0.42, 0.96, 5) + rng.uniform(-0.05, 0.05, 5):
        _twig(painting, (scars, leaves), float(np.interp(at, rows, middle)), float(np.interp(at, rows, up)), half, near)


def _twig(painting: Painting, masks: tuple[U8, U8], x: float, y: float, half: float, near: float) -> None:
    """Draw a twig from a trunk at (x, y), with a thin hanging tip and clusters of leaves on its outer half."""
    canvas, rng = painting.canvas, painting.rng
    scars, leaves = masks
    reach = float(rng.choice([-1, 1])) * canvas.unit * rng.uniform(0.05, 0.11) * (0.45 + near)
    t = np.linspace(0, 1, 8)
    line = np.stack([x + reach * t, y - abs(reach) * (1.15 * t - 0.75 * t**2.6)], 1)
    thick = np.stack([np.zeros(8), max(0.7, half * 0.20) * (1 - 0.8 * t)], 1)
    outline = np.concatenate([line - thick, (line + thick)[::-1]])
    cv2.fillPoly(scars, [np.round(outline * 16).astype(np.int32)], 210, cv2.LINE_AA, 4)
    for _ in range(13):
        on = line[int(rng.integers(3, 8))]
        size = canvas.unit * (0.0042 + 0.0075 * near) * rng.uniform(0.6, 1.2)
        at = on + rng.normal(0, size * 1.3, 2) + (0, size * 0.9)
        turn = float(rng.normal(70, 35))
        cv2.ellipse(
            leaves,
            (int(at[0]), int(at[1])),
            (max(1, int(size)), max(1, int(size * 0.6))),
            turn,
            0,
            360,
            255,
            -1,
            cv2.LINE_AA,
        )


def paint_spring(painting: Painting) -> None:
    """Paint a broadleaved wood with fresh leaves, a few trees in blossom, at four distances."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    size = canvas.width, canvas.height
    fresh, bloom = rgb("b4d24e"), rgb("f8d3da")
    edge = (clouds(rng, size, 75, 3, 1.0, 0.75) - np.float32(0.5)) * np.float32(1.5)
    beside = np.exp(-(((canvas.x - painting.sun_x) / np.float32(canvas.unit * 0.5)) ** 2))
    for layer in range(4):
        near = layer / 3
        row = canvas.height * (0.60 + 0.24 * near)
        wood: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        # Crowns are soft: half the rows and columns are enough for them; their leaves are cut out below.
        low = int(row - canvas.unit * 0.04)
        half = max(2, low // 2), max(2, canvas.width // 2)
        cover, shade, flower = (np.zeros(half, np.uint8) for _ in range(3))
        count = int((30, 22, 14, 8)[layer] * max(0.5, canvas.width / (canvas.unit * 16 / 9)))
        for k in range(count):
            own = fork(rng)
            x = canvas.width * (k + own.uniform(0, 1)) / count
            gap = abs(x - painting.sun_x) / (canvas.unit * (0.10 + 0.26 * near))
            if layer and gap < 1:
                continue
            tall = canvas.unit * (0.25 + 0.42 * near) * own.uniform(0.85, 1.2)
            blossom = bool(own.random() < 0.22)
            _broadleaf(painting, own, (wood, cover, shade, flower), float(x), row + canvas.unit * 0.02, tall, blossom)
        veil = 0.72 * (1 - near) + 0.06
        bark = mix(depth_tone(painting, near * 0.85), rgb("4a3a30"), 0.25 * light.ambient)
        canvas.cover(wood.astype(np.float32) / np.float32(255), mix(bark, light.haze, veil * 0.4))
        reach = canvas.unit * (0.003 + 0.008 * near)
        soft, lit, petal = (
            _enlarged(cv2.GaussianBlur(m, (0, 0), max(0.6, reach * s / 2)), canvas.width, low)
            for m, s in ((cover, 1.0), (shade, 1.4), (flower, 1.0))
        )
        leaves = np.clip((soft + edge[:low] * np.clip(1.25 - soft * 0.75, 0, 1) - 0.5) * 7, 0, 1)
        leaves *= np.clip(soft * 9 - 0.4, 0, 1)
        petal = np.clip((petal + edge[:low] * 0.9 - 0.5) * 6 + 0.5, 0, 1)
        tone = lit * (1.0 + 0.42 * np.float32(light.strength) * beside) + edge[:low] * np.float32(0.22)
        for c, plane in enumerate(canvas.planes):
            green, pink = (
                float(mix(mix(light.near, leaf, share + 0.5 * light.ambient), light.haze, veil)[c])
                for leaf, share in ((fresh, 0.50), (bloom, 0.74))
            )
            deep = float(mix(light.near * np.float32(0.9), light.haze, veil)[c])
            mauve = float(mix(mix(light.near, rgb("b98aa2"), 0.80), light.haze, veil)[c])
            dark = deep + (mauve - deep) * petal
            colour = dark + (green + (pink - green) * petal - dark) * tone
            box = plane[:low]
            box += (colour - box) * leaves
        crest = row - (skyline(rng, canvas.width, 2 + layer, 6) - 0.5) * canvas.unit * 0.05
        floor = mix(depth_tone(painting, near * 0.8), light.haze, 0.5 * (1 - near))
        top = int(crest.min())
        below = np.clip(canvas.y[top:] - crest[None, :].astype(np.float32), 0, 1)
        canvas.cover(below, mix(floor, fresh * np.float32(0.6), 0.10 + 0.25 * light.ambient), 0, top)


def _enlarged(mask: np.typing.NDArray[Any], width: int, rows: int) -> F32:
    large = cv2.resize(mask, (width, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large.astype(np.float32) / np.float32(255), np.float32)


def _broadleaf(
    painting: Painting, own: Rng, masks: tuple[U8, U8, U8, U8], x: float, root: float, tall: float, blossom: bool
) -> None:
    """Draw one tree: a forked trunk into the first mask; crown, light and blossom into the others, of half the size."""
    wood, cover, shade, flower = masks
    half = tall * 0.022
    fork_at = root - tall * own.uniform(0.34, 0.46)
    for aside in (-0.13, 0.02, 0.14):
        end = x + aside * tall, fork_at - tall * 0.20
        outline = [
            (x - half * 1.5, root),
            (x - half * 0.8, fork_at),
            end,
            (x + half * 0.8, fork_at),
            (x + half * 1.5, root),
        ]
        cv2.fillPoly(wood, [np.round(np.array(outline) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    clumps = []
    for k in range(15):
        turn, out = k * 2.4 + own.uniform(-0.4, 0.4), ((k + 0.5) / 15) ** 0.5
        up = 0.24 + 0.29 * np.sin(turn) * out
        clumps.append((float(np.cos(turn) * out * 0.33), float(up), float(own.uniform(0.085, 0.135))))
    # From the underside up: lit parts are painted over those in shade.
    for dx, up, size in sorted(clumps, key=lambda c: c[1]):
        at = (x + dx * tall) / 2, (fork_at - up * tall) / 2
        light = 64 + 330 * (up - 0.04) + 200 * dx * painting.side
        for wide, shift, gain in ((1.0, 0.0, 0.72), (0.70, 0.22, 1.0), (0.40, 0.38, 1.22)):
            centre = (
                int((at[0] + painting.side * shift * size * tall * 0.25) * 16),
                int((at[1] - shift * size * tall * 0.40) * 16),
            )
            value = int(np.clip(light * gain, 40, 255))
            cv2.circle(shade, centre, int(size * wide * tall * 8), value, -1, cv2.LINE_AA, 4)
        middle, radius = (int(at[0] * 16), int(at[1] * 16)), int(size * tall * 8)
        cv2.circle(cover, middle, radius, 255, -1, cv2.LINE_AA, 4)
        cv2.circle(flower, middle, radius, 255 if blossom else 0, -1, cv2.LINE_AA, 4)


def paint_jungle(painting: Painting, grass: float, between: Callable[[], None] | None = None) -> None:
    """Paint a jungle: tall trunks, lianas and hanging leaves one behind the other, with ferns in front.

    Args:
        grass: height of the plants on the ground, in units.
        between: called to paint the road or river through it, over its floor and behind its nearest trees.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    for layer in range(4):
        near = layer / 3
        mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        for _ in range(9 - 2 * layer):
            x = rng.uniform(-0.02, 1.02) * canvas.width
            wide = canvas.unit * (0.010 + 0.030 * near) * rng.uniform(0.7, 1.3)
            lean = canvas.unit * rng.normal(0, 0.05)
            root = canvas.height * (0.80 + 0.16 * near)
            trunk = [
                (x - wide * 1.7, root),
                (x - wide, root - canvas.unit * 0.12),
                (x - wide * 0.7 + lean, -5),
                (x + wide * 0.7 + lean, -5),
                (x + wide, root - canvas.unit * 0.12),
                (x + wide * 1.8, root),
            ]
            if between and abs(x - canvas.width / 2) < canvas.unit * (0.10 + 0.42 * near):
                # Nothing grows on the road or river.
                continue
            bend = canvas.unit * rng.normal(0, 0.035)
            turned = [(px + bend * np.sin(max(0.0, root - py) / canvas.height * 5), py) for px, py in _along(trunk)]
            cv2.fillPoly(mask, [np.round(np.array(turned) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        for _ in range(5):
            _liana(painting, mask, near)
        for k in range(46):
            hanging = k % 3 != 0
            x = rng.uniform(-0.05, 1.05) * canvas.width
            y = (
                rng.uniform(-0.05, 0.20 - 0.05 * near) * canvas.height
                if hanging
                else canvas.height * (0.80 + 0.16 * near)
            )
            if not hanging and between and abs(x - canvas.width / 2) < canvas.unit * (0.12 + 0.50 * near):
                continue
            _leaf(mask, rng, float(x), float(y), canvas.unit * (0.06 + 0.13 * near), 1.0 if hanging else -1.0)
        tone = mix(depth_tone(painting, 0.18 + 0.82 * near), rgb("2f5a34"), 0.22 * light.ambient + 0.06)
        canvas.cover(mask.astype(np.float32) / np.float32(255), tone)
        floor = canvas.height * (0.72 + 0.08 * layer)
        if layer < 2 and between:
            # A road or river lets us see far into the wood: there must be a floor under it, in the mist.
            crest = floor - (skyline(rng, canvas.width, 3 + layer, 5) - 0.5) * canvas.unit * 0.025
            veil = mix(tone, light.haze, 0.72 - 0.30 * layer)
            paint_layer(
                painting, np.asarray(crest, np.float32), veil, mix(tone, light.haze, 0.35), canvas.unit * 0.2, 0
            )
        if layer == 2:
            crest = canvas.height * 0.88 - (skyline(rng, canvas.width, 3, 6) - 0.5) * canvas.unit * 0.05
            if between:
                # A long slope of mist without an edge, from which the road or river comes down.
                crest = canvas.height * 0.80 - (skyline(rng, canvas.width, 3, 6) - 0.5) * canvas.unit * 0.03
                far = mix(tone, light.haze, 0.50)
                paint_layer(
                    painting,
                    np.asarray(crest, np.float32),
                    far,
                    light.near * np.float32(0.8),
                    canvas.height * 0.16,
                    0,
                    0.35,
                )
                between()
            else:
                paint_ground(painting, np.asarray(crest, np.float32), grass=grass)


def _along(trunk: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the outline of a trunk with more points along its sides, so that it can be bent."""
    ends = np.array([*trunk, trunk[0]])
    return [tuple(a + (b - a) * s) for a, b in pairwise(ends) for s in np.linspace(0, 1, 6)[:-1]]


def _liana(painting: Painting, mask: U8, near: float) -> None:
    """Draw a vine that hangs between two crowns or freely."""
    canvas, rng = painting.canvas, painting.rng
    start, sag = rng.uniform(0, canvas.width), canvas.height * rng.uniform(0.12, 0.42)
    span = canvas.unit * rng.uniform(0.05, 0.5)
    t = np.linspace(0, 1, 24)
    points = np.stack([start + span * t, canvas.height * 0.06 + sag * (1 - (2 * t - 1) ** 2)], 1)
    thick = max(1, int(canvas.unit * 0.004 * (0.4 + near)))
    cv2.polylines(mask, [np.round(points * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)


def _leaf(mask: U8, rng: np.random.Generator, x: float, y: float, long: float, down: float) -> None:
    """Draw a fan of pointed leaves from (x, y) into `mask`."""
    for angle in np.linspace(-1.25, 1.25, 7) + rng.normal(0, 0.1):
        reach = long * rng.uniform(0.7, 1.1)
        dx, dy = np.sin(angle), np.cos(angle) * down
        tip = (x + dx * reach, y + dy * reach + abs(dx) * reach * 0.35)
        middle = (x + dx * reach * 0.5, y + dy * reach * 0.55)
        out = (-dy * reach * 0.075, dx * reach * 0.075)
        leaf = [(x, y), (middle[0] + out[0], middle[1] + out[1]), tip, (middle[0] - out[0], middle[1] - out[1])]
        cv2.fillPoly(mask, [np.round(np.array(leaf) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
