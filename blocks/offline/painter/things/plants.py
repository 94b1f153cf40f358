"""Plants: tree, pot plant, flower; each about 1 high on its foot."""

from __future__ import annotations

import math

from blocks.offline.painter.canvas.noise import Rng
from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, oval, poly


def tree(rng: Rng) -> Drawing:
    """Draw a broad old tree, 1 high: a trunk that forks seven times, with leaves around its twigs."""
    wood: list[Shape] = []
    leaves: list[Shape] = []
    tones = ("4c5a34", "5d6b3c", "3f4d2e", "6b7440")

    def grow(x: float, y: float, angle: float, length: float, width: float, forks: int) -> None:
        end_x, end_y = x + length * math.cos(angle), y + length * math.sin(angle)
        nx, ny = -math.sin(angle) * width, math.cos(angle) * width
        wood.append(
            poly(
                "4d3c30",
                (x - nx, y - ny),
                (x + nx, y + ny),
                (end_x + nx * 0.7, end_y + ny * 0.7),
                (end_x - nx * 0.7, end_y - ny * 0.7),
            )
        )
        if forks <= 3:
            size = rng.uniform(0.6, 1.5) * (0.6 + 0.25 * forks)
            leaves.append(oval(tones[int(rng.integers(0, 4))], end_x, end_y, 0.042 * size, 0.032 * size))
        if forks:
            for side in (-1, 1):
                grow(
                    end_x,
                    end_y,
                    angle + side * rng.uniform(0.18, 0.55),
                    length * rng.uniform(0.70, 0.86),
                    width * 0.68,
                    forks - 1,
                )

    grow(0, -0.02, math.pi / 2 + rng.uniform(-0.05, 0.05), 0.235, 0.03, 7)
    high = max(p[1] for s in (*wood, *leaves) for p in s.points)
    order = rng.permutation(len(leaves))
    grown = (
        *wood,
        poly("4d3c30", (-0.055, -0.02), (-0.03, 0.06), (0.03, 0.06), (0.06, -0.02)),
        *(leaves[i] for i in order),
    )
    return tuple(s._replace(points=tuple((px / high, py / high) for px, py in s.points)) for s in grown)


def plant() -> Drawing:
    """Draw a tall plant in a clay pot."""
    leaf, dark, clay = "4d6b40", "34502f", "9a5a3a"
    tips = (
        (-0.34, 0.62),
        (-0.26, 0.84),
        (-0.08, 1.0),
        (0.12, 0.98),
        (0.28, 0.80),
        (0.36, 0.58),
        (-0.16, 0.66),
        (0.18, 0.68),
    )
    leaves: list[Shape] = []
    for k, (x, y) in enumerate(tips):
        half = 0.055
        leaves.append(
            blob(
                leaf if k % 2 else dark,
                (0, 0.26),
                (x * 0.5 - half, (y + 0.30) / 2 + half),
                (x, y),
                (x * 0.55 + half, (y + 0.26) / 2 - half * 0.4),
            )
        )
    return (
        *leaves,
        poly(clay, (-0.14, 0.0), (0.14, 0.0), (0.19, 0.28), (-0.19, 0.28)),
        poly("7a4329", (-0.21, 0.24), (0.21, 0.24), (0.21, 0.31), (-0.21, 0.31)),
    )


def flower() -> Drawing:
    """Draw a poppy-like flower on its stem, with a bud and leaves."""
    petal, deep, green = "c8433a", "8f2b28", "4c6b3a"
    petals = [
        oval(petal if k % 2 else deep, 0.15 * math.cos(t), 0.80 + 0.13 * math.sin(t), 0.14, 0.12)
        for k, t in enumerate(2 * math.pi * i / 6 + 0.3 for i in range(6))
    ]
    return (
        bar(green, (0.03, 0.0), (0.0, 0.78), 0.026),
        bar(green, (0.02, 0.24), (0.24, 0.58), 0.018),
        blob(deep, (0.24, 0.56), (0.20, 0.64), (0.26, 0.72), (0.31, 0.63)),
        blob(green, (0.02, 0.10), (-0.20, 0.22), (-0.34, 0.46), (-0.16, 0.36)),
        blob(green, (0.03, 0.06), (0.24, 0.14), (0.36, 0.34), (0.18, 0.26)),
        *petals,
        oval("2a1d18", 0, 0.80, 0.07, 0.06),
        *(oval("d8b24a", 0.09 * math.cos(t), 0.80 + 0.078 * math.sin(t), 0.012, 0.012) for t in range(7)),
    )
