"""Rolling hills: round green slopes one behind the other, lit on one side, with small woods between them."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting
from blocks.offline.painter.canvas.noise import F32, clouds, fork, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.places.land import depth_tone

_LAYERS = 5


def paint_hills(painting: Painting, first: float, last: float, snow: bool) -> None:
    """Paint five rows of hills, the farthest at `first` and the nearest at `last` (shares of the height).

    Args:
        snow: whether it lies on all of them.
    """
    canvas = painting.canvas
    peaks = canvas.width / (canvas.unit * 16 / 9)
    for i in range(_LAYERS):
        near = i / (_LAYERS - 1)
        line = skyline(painting.rng, canvas.width, max(1.0, peaks * (2.1 - 0.25 * i)), 2, 0.35)
        # Such hills are rounded: no crest has an edge.
        line = cv2.GaussianBlur(line[None], (0, 0), max(1.0, canvas.unit * 0.022))[0]
        row = canvas.height * (first + (last - first) * near**1.1)
        crest = np.asarray(row - (line - np.float32(0.5)) * np.float32(canvas.unit * (0.20 + 0.06 * near)), np.float32)
        _paint_slope(painting, crest, near, snow)
        if 0 < i < _LAYERS - 1:
            _paint_copses(painting, crest, near)


def _paint_slope(painting: Painting, crest: F32, near: float, snow: bool) -> None:
    """Paint one row of hills: the side towards the light is bright, the other in shade, the foot in haze."""
    canvas, light = painting.canvas, painting.light
    top = int(np.clip(crest.min() - 1, 0, canvas.height - 2))
    below = canvas.y[top:] - crest[None, :]
    slope = np.gradient(cv2.GaussianBlur(crest[None], (0, 0), max(1.0, canvas.unit * 0.02))[0])
    grain = clouds(painting.rng, (canvas.width, canvas.height - top), 12 + 10 * near, 4, 0.35) - np.float32(0.5)
    lit = np.clip(0.5 - slope[None, :] * np.float32(1.7 * painting.side) + grain * 0.35, 0, 1)
    # Towards its foot a slope gets less light from the sky.
    lit = lit * np.exp(-below.clip(0) / np.float32(canvas.unit * 0.30))
    tone = depth_tone(painting, 0.18 + 0.72 * near)
    grass = rgb("dfe6ee") if snow else rgb("86a648")
    day = mix(grass, light.sun, 0.22) * np.float32(0.35 + 0.72 * light.ambient)
    if snow:
        tone = mix(tone, day, 0.65)
    bright = mix(tone, day, min(0.9, (0.55 if snow else 0.20) + 0.55 * light.ambient))
    shade = mix(tone, bright, 0.62 if snow else 0.30) * np.float32(0.84)
    fade = np.clip(below / np.float32(canvas.unit * 0.26), 0, 1) * np.float32(0.42 * (1 - near))
    edge = np.clip(1 - below / np.float32(max(2.0, canvas.unit * 0.006)), 0, 1) * np.float32(0.10 * light.strength)
    colour = np.empty((3, *below.shape), np.float32)
    for c in range(3):
        plane = shade[c] + (bright[c] - shade[c]) * lit + edge * light.sun[c]
        plane += (light.haze[c] - plane) * (fade + np.float32(0.34 * (1 - near) ** 2))
        colour[c] = plane * (1 + grain * 0.10)
    canvas.cover(np.clip(below + 0.5, 0, 1), colour, 0, top)


def _paint_copses(painting: Painting, crest: F32, near: float) -> None:
    """Paint clumps of round trees on a row of hills, each with its shade on the side away from the light."""
    canvas, own = painting.canvas, fork(painting.rng)
    crowns: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
    shades: U8 = np.zeros_like(crowns)
    lights: U8 = np.zeros_like(crowns)
    size = canvas.unit * (0.006 + 0.014 * near)
    for _ in range(5):
        middle = own.uniform(0, canvas.width)
        down = canvas.unit * float(own.uniform(-0.002, 0.06))
        for _ in range(int(own.integers(3, 9))):
            x = middle + size * float(own.normal(0, 3.2))
            y = float(crest[int(np.clip(x, 0, canvas.width - 1))]) + down + size * float(own.normal(0, 0.25))
            round_about = size * float(own.uniform(0.6, 1.25))
            at = (int(x * 16), int((y - round_about * 0.7) * 16))
            foot = (int((x - painting.side * round_about * 0.9) * 16), int((y + round_about * 0.15) * 16))
            axes = (int(round_about * 20), int(round_about * 5))
            cv2.ellipse(shades, foot, axes, 0, 0, 360, 110, -1, cv2.LINE_AA, 4)
            for _ in range(5):
                # A crown is made of several boughs: a single one looks like a ball.
                bough = (
                    at[0] + int(round_about * 16 * own.uniform(-0.7, 0.7)),
                    at[1] + int(round_about * 16 * own.uniform(-0.35, 0.3)),
                )
                cv2.circle(crowns, bough, max(8, int(round_about * 8.5)), 255, -1, cv2.LINE_AA, 4)
                lit = (bough[0] + int(painting.side * round_about * 3), bough[1] - int(round_about * 3))
                cv2.circle(lights, lit, max(8, int(round_about * 5)), 150, -1, cv2.LINE_AA, 4)
    dark = depth_tone(painting, 0.30 + 0.70 * near) * np.float32(0.62)
    dark = mix(dark, painting.light.haze, 0.30 * (1 - near))
    canvas.cover(shades.astype(np.float32) / np.float32(255), dark)
    canvas.cover(crowns.astype(np.float32) / np.float32(255), dark)
    leaf = mix(dark, rgb("7f9a4a"), 0.15 + 0.40 * painting.light.ambient)
    canvas.cover(np.minimum(lights, crowns).astype(np.float32) / np.float32(255), leaf)
