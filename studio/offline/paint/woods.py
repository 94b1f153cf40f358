"""Woods told apart: birches, a wood in spring, the jungle with its trunks, leaves and lianas."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from studio.offline.paint.canvas import U8, Stage
from studio.offline.paint.land import depth_tone, paint_ground, paint_layer
from studio.offline.paint.noise import F32, clouds, skyline
from studio.offline.paint.palettes import mix, rgb


def paint_birches(stage: Stage) -> None:
    """Stand white trunks with black scars one behind the other, up through the frame's upper edge."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    for layer in range(4):
        near = layer / 3
        bark: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        shade, scars, leaves = bark.copy(), bark.copy(), bark.copy()
        root = canvas.height * (0.76 + 0.15 * near)
        count = int((26, 15, 9, 4)[layer] * max(0.5, canvas.width / (canvas.unit * 16 / 9)))
        for k in range(count):
            # One to a strip, so that they neither clump nor stand in a row.
            x = canvas.width * (k + rng.uniform(0.1, 0.9)) / count
            _birch(stage, (bark, shade, scars), float(x), root + canvas.unit * rng.uniform(-0.012, 0.02), near)
        for _ in range(int(240 - 50 * layer)):
            x, y = rng.uniform(0, canvas.width), canvas.height * rng.beta(1.1, 4.2) * (0.62 - 0.1 * near)
            size = canvas.unit * (0.006 + 0.011 * near) * rng.uniform(0.6, 1.3)
            turn = float(rng.uniform(0, 180))
            cv2.ellipse(leaves, (int(x), int(y)), (max(1, int(size)), max(1, int(size * 0.6))), turn, 0, 360, 255, -1,
                        cv2.LINE_AA)  # fmt: skip
        veil = 0.62 * (1 - near) ** 1.3
        white = mix(
            light.near, rgb("efeae0") * (0.5 + 0.5 * np.minimum(light.sun * 1.05, 1)), 0.42 + 0.5 * light.ambient
        )
        green = mix(light.near, rgb("9ab04a"), 0.30 + 0.55 * light.ambient)
        for mask, tone, share in (
            (bark, white, 1.0), (shade, mix(white, light.near, 0.42), 0.8), (scars, light.near * np.float32(0.7), 0.85),
            (leaves, green, 0.85),
        ):  # fmt: skip
            canvas.over(mask.astype(np.float32) * np.float32(share / 255), mix(tone, light.haze, veil))
        if layer == 2:
            crest = canvas.height * 0.865 - (skyline(rng, canvas.width, 2, 6) - 0.5) * canvas.unit * 0.04
            paint_ground(stage, np.asarray(crest, np.float32), grass=0.03)
    stage.ground = np.full(canvas.width, canvas.height * 0.93, np.float32)


def _birch(stage: Stage, masks: tuple[U8, U8, U8], x: float, root: float, near: float) -> None:
    """One trunk into the masks of its bark, of its shaded side, and of its scars."""
    canvas, rng = stage.canvas, stage.rng
    bark, shade, scars = masks
    half = canvas.unit * (0.006 + 0.020 * near**1.3) * rng.uniform(0.75, 1.25)
    lean = canvas.unit * rng.normal(0, 0.035)
    rows = np.linspace(0, 1, 8)
    middle = x + lean * rows**1.4 + half * 0.5 * np.sin(rows * rng.uniform(3, 7) + rng.uniform(0, 6))
    wide = half * (1.25 - 0.65 * rows + 0.5 * np.exp(-rows * 22))
    up = root * (1 - rows) - 6 * rows
    left, right = np.stack([middle - wide, up], 1), np.stack([middle + wide, up], 1)
    dark = np.stack([middle - stage.side * wide * 0.25, up], 1)
    outer = left if stage.side > 0 else right
    cv2.fillPoly(bark, [np.round(np.concatenate([left, right[::-1]]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    cv2.fillPoly(shade, [np.round(np.concatenate([outer, dark[::-1]]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    for _ in range(int(9 + 9 * near)):
        at = float(rng.beta(0.9, 1.3))
        y, centre, reach = (
            float(np.interp(at, rows, up)),
            float(np.interp(at, rows, middle)),
            half * rng.uniform(0.4, 1.5),
        )
        edge = float(rng.choice([-1, 1])) * float(np.interp(at, rows, wide))
        thick = half * rng.uniform(0.06, 0.22)
        notch = [
            (centre + edge, y - thick),
            (centre + edge - np.sign(edge) * reach * 0.8, y),
            (centre + edge, y + thick),
        ]
        cv2.fillPoly(scars, [np.round(np.array(notch) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    for _ in range(2):
        at = float(rng.uniform(0.45, 0.85))
        start = float(np.interp(at, rows, middle)), float(np.interp(at, rows, up))
        aside = float(rng.choice([-1, 1])) * canvas.unit * rng.uniform(0.05, 0.10) * (0.5 + near)
        end = start[0] + aside, start[1] - abs(aside) * 1.2
        cv2.line(scars, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 200, max(1, int(half * 0.16)),
                 cv2.LINE_AA)  # fmt: skip


def paint_spring(stage: Stage) -> None:
    """Raise a broadleaved wood in fresh leaf, a few trees in blossom, in four depths."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    fresh, bloom = rgb("a9c94f"), rgb("f6cdd4")
    leaf_edge = clouds(rng, (canvas.width, canvas.height), 85, 3, 1.0, 0.7)
    beside, above = (((a - b) / np.float32(canvas.unit * 0.5)) ** 2 for a, b in
                     ((canvas.x, stage.sun_x), (canvas.y, stage.sun_y)))  # fmt: skip
    sunny = np.float32(0.92) + np.float32(0.55 * light.strength) * np.exp(-beside) * np.exp(-above)
    dapple = (0.55 + 0.60 * clouds(rng, (canvas.width, canvas.height), 22, 4)) * sunny
    for layer in range(4):
        near = layer / 3
        row = canvas.height * (0.60 + 0.24 * near)
        wood: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        masses = [wood.copy() for _ in range(2)]
        count = int((34, 26, 17, 9)[layer] * max(0.5, canvas.width / (canvas.unit * 16 / 9)))
        for k in range(count):
            x = canvas.width * (k + rng.uniform(0, 1)) / count
            gap = abs(x - stage.sun_x) / (canvas.unit * (0.10 + 0.26 * near))
            if layer and gap < 1:
                continue
            tall = canvas.unit * (0.26 + 0.62 * near) * rng.uniform(0.8, 1.25)
            kind = int(rng.random() < 0.16)
            _broadleaf(stage, wood, masses[kind], float(x), row + canvas.unit * 0.02, tall)
        tone = depth_tone(stage, near * 0.85)
        veil = 0.72 * (1 - near) + 0.08
        canvas.over(wood.astype(np.float32) / np.float32(255), mix(tone, light.haze, veil * 0.4))
        for mask, leaf, gain in ((masses[0], fresh, 0.82), (masses[1], bloom, 1.05)):
            colour = mix(mix(light.near, leaf * np.float32(gain), 0.30 + 0.6 * light.ambient), light.haze, veil)
            # Crowns end above their trees' feet: no need to look further down.
            low = int(row - canvas.unit * 0.04)
            leaves = _leafy(mask[:low], leaf_edge[:low], canvas.unit * (0.004 + 0.010 * near))
            for plane, tone_c in zip(canvas.planes, colour, strict=True):
                plane[:low] += (tone_c * dapple[:low] - plane[:low]) * leaves
        crest = row - (skyline(rng, canvas.width, 2 + layer, 6) - 0.5) * canvas.unit * 0.05
        paint_floor = mix(depth_tone(stage, near * 0.8), light.haze, 0.5 * (1 - near))
        top = int(crest.min())
        below = np.clip(canvas.y[top:] - crest[None, :].astype(np.float32), 0, 1)
        canvas.over(below, mix(paint_floor, fresh * np.float32(0.5), 0.18 * light.ambient), 0, top)


def _leafy(mask: U8, noise: F32, reach: float) -> F32:
    """Fray the outlines of round masses into leaves, `reach` pixels deep: opacity, (height, width)."""
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.8, reach)).astype(np.float32) / np.float32(255)
    frayed = np.clip((soft + (noise - 0.5) * np.float32(2.2) - 0.5) * 6, 0, 1)
    return np.asarray(frayed * np.clip(soft * 9 - 0.4, 0, 1), np.float32)


def _broadleaf(stage: Stage, wood: U8, crown: U8, x: float, root: float, tall: float) -> None:
    """One tree: a forked trunk into `wood`, and its crown of round masses into `crown`."""
    rng = stage.rng
    half = tall * 0.020
    fork = root - tall * rng.uniform(0.34, 0.46)
    for aside in (-0.20, 0.02, 0.22):
        end = x + aside * tall, fork - tall * 0.24
        outline = [(x - half * 1.3, root), (x - half * 0.8, fork), (end[0], end[1]), (x + half * 0.8, fork),
                   (x + half * 1.3, root)]  # fmt: skip
        cv2.fillPoly(wood, [np.round(np.array(outline) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    for _ in range(70):
        turn, out = rng.uniform(0, 6.28), rng.random() ** 0.5
        at = x + np.cos(turn) * out * tall * 0.33, fork - tall * (0.22 + 0.30 * np.sin(turn) * out)
        size = tall * rng.uniform(0.016, 0.055)
        cv2.circle(crown, (int(at[0] * 16), int(at[1] * 16)), int(size * 16), 255, -1, cv2.LINE_AA, 4)


def paint_jungle(stage: Stage, grass: float, between: Callable[[], None] | None = None) -> None:
    """Stand tall trunks, lianas and hanging leaves one behind the other, ferns in front.

    Args:
        between: paints what runs through the wood, over its floor and behind its nearest trees.
    """
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    for layer in range(4):
        near = layer / 3
        mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        for _ in range(9 - 2 * layer):
            x, wide = (
                rng.uniform(-0.02, 1.02) * canvas.width,
                canvas.unit * (0.010 + 0.030 * near) * rng.uniform(0.7, 1.3),
            )
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
                # Nothing grows where the way runs.
                continue
            bend = canvas.unit * rng.normal(0, 0.035)
            turned = [(px + bend * np.sin(max(0.0, root - py) / canvas.height * 5), py) for px, py in _along(trunk)]
            cv2.fillPoly(mask, [np.round(np.array(turned) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        for _ in range(5):
            _liana(stage, mask, near)
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
        tone = mix(depth_tone(stage, 0.18 + 0.82 * near), rgb("2f5a34"), 0.22 * light.ambient + 0.06)
        canvas.over(mask.astype(np.float32) / np.float32(255), tone)
        floor = canvas.height * (0.72 + 0.08 * layer)
        if layer < 2 and between:
            # Where a way runs one sees far into the wood: its floor must lie under it, in the mist.
            crest = floor - (skyline(rng, canvas.width, 3 + layer, 5) - 0.5) * canvas.unit * 0.025
            veil = mix(tone, light.haze, 0.72 - 0.30 * layer)
            paint_layer(stage, np.asarray(crest, np.float32), veil, mix(tone, light.haze, 0.35), canvas.unit * 0.2, 0)
        if layer == 2:
            crest = canvas.height * 0.88 - (skyline(rng, canvas.width, 3, 6) - 0.5) * canvas.unit * 0.05
            if between:
                # A long slope of mist, not an edge: the way comes down it.
                crest = canvas.height * 0.80 - (skyline(rng, canvas.width, 3, 6) - 0.5) * canvas.unit * 0.03
                far = mix(tone, light.haze, 0.50)
                paint_layer(stage, np.asarray(crest, np.float32), far, light.near * np.float32(0.8),
                            canvas.height * 0.16, 0, 0.35)  # fmt: skip
                between()
            else:
                paint_ground(stage, np.asarray(crest, np.float32), grass=grass)


def _along(trunk: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A trunk's outline with points along its sides, so that it can be bent."""
    ends = np.array([*trunk, trunk[0]])
    return [tuple(a + (b - a) * s) for a, b in pairwise(ends) for s in np.linspace(0, 1, 6)[:-1]]


def _liana(stage: Stage, mask: U8, near: float) -> None:
    """A vine slung between two crowns, or hanging free."""
    canvas, rng = stage.canvas, stage.rng
    start, sag = rng.uniform(0, canvas.width), canvas.height * rng.uniform(0.12, 0.42)
    span = canvas.unit * rng.uniform(0.05, 0.5)
    t = np.linspace(0, 1, 24)
    points = np.stack([start + span * t, canvas.height * 0.06 + sag * (1 - (2 * t - 1) ** 2)], 1)
    thick = max(1, int(canvas.unit * 0.004 * (0.4 + near)))
    cv2.polylines(mask, [np.round(points * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)


def _leaf(mask: U8, rng: np.random.Generator, x: float, y: float, long: float, down: float) -> None:
    """A fan of pointed leaves from (x, y), drawn into `mask`."""
    for angle in np.linspace(-1.25, 1.25, 7) + rng.normal(0, 0.1):
        reach = long * rng.uniform(0.7, 1.1)
        dx, dy = np.sin(angle), np.cos(angle) * down
        tip = (x + dx * reach, y + dy * reach + abs(dx) * reach * 0.35)
        middle = (x + dx * reach * 0.5, y + dy * reach * 0.55)
        out = (-dy * reach * 0.075, dx * reach * 0.075)
        leaf = [(x, y), (middle[0] + out[0], middle[1] + out[1]), tip, (middle[0] - out[0], middle[1] - out[1])]
        cv2.fillPoly(mask, [np.round(np.array(leaf) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
