"""Insects, drawn many at once: butterflies, bees; each group about 1 large."""

from __future__ import annotations

import math

from blocks.offline.painter.canvas.noise import Rng
from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, moved, oval


def butterflies(rng: Rng) -> Drawing:
    """Draw seven flying butterflies around the middle, the largest first, each at its own angle."""
    found: list[Shape] = []
    for k in range(7):
        turn, size = float(rng.uniform(-0.9, 0.9)), (0.30, 0.19, 0.15, 0.11, 0.10, 0.08, 0.07)[k]
        x = float(rng.uniform(-0.75, 0.75)) if k else 0.0
        y = float(rng.uniform(0.05, 0.95)) if k else 0.45
        found += moved(_turned(_butterfly(float(rng.uniform(0.35, 1.0))), turn), x, y, size)
    return tuple(found)


def _butterfly(fold: float) -> Drawing:
    """Draw a monarch butterfly, 1 wide with open wings; `fold` is 1 for open, 0 for closed."""
    wing, vein, white = "d07a26", "261a15", "ece2cf"
    shapes: list[Shape] = []
    for side, near in ((-1, 0.78), (1, 1.0)):
        w = side * (fold if side < 0 else max(fold, 0.7)) * near
        shapes += [
            blob(
                vein,
                (0.02 * w, 0.02),
                (0.20 * w, 0.34),
                (0.50 * w, 0.46),
                (0.54 * w, 0.30),
                (0.40 * w, 0.06),
                (0.10 * w, -0.04),
            ),
            blob(
                wing,
                (0.05 * w, 0.03),
                (0.21 * w, 0.27),
                (0.42 * w, 0.36),
                (0.43 * w, 0.26),
                (0.34 * w, 0.08),
                (0.12 * w, 0.0),
            ),
            blob(vein, (0.02 * w, 0.0), (0.32 * w, 0.02), (0.40 * w, -0.16), (0.26 * w, -0.34), (0.08 * w, -0.22)),
            blob(wing, (0.05 * w, -0.03), (0.28 * w, -0.01), (0.32 * w, -0.14), (0.22 * w, -0.26), (0.09 * w, -0.18)),
            *(bar(vein, (0.05 * w, 0.02), (x * w, y), 0.012) for x, y in ((0.32, 0.32), (0.40, 0.20), (0.28, -0.16))),
            *(
                oval(white, x * w, y, 0.014, 0.014)
                for x, y in ((0.47, 0.40), (0.49, 0.32), (0.36, -0.20), (0.30, -0.29))
            ),
        ]
    return (
        *shapes,
        blob(vein, (0.0, 0.20), (0.028, 0.08), (0.02, -0.22), (-0.02, -0.22), (-0.028, 0.08)),
        bar(vein, (0.0, 0.18), (0.08, 0.34), 0.008),
        bar(vein, (0.0, 0.18), (-0.06, 0.34), 0.008),
    )


def bees(rng: Rng) -> Drawing:
    """Draw nine bees around the middle, the largest first."""
    found: list[Shape] = []
    for k in range(9):
        turn, size = float(rng.uniform(-0.5, 0.5)), (0.26, 0.17, 0.13, 0.10, 0.09, 0.08, 0.07, 0.06, 0.05)[k]
        x = float(rng.uniform(-0.8, 0.8)) if k else 0.0
        y = float(rng.uniform(0.05, 0.95)) if k else 0.45
        found += moved(_turned(_bee(), turn), x, y, size)
    return tuple(found)


def _bee() -> Drawing:
    gold, black, glass = "d49a2e", "231a14", "cfd6d6"
    return (
        blob(glass, (0.02, 0.12), (-0.26, 0.40), (-0.20, 0.56), (0.0, 0.46), (0.08, 0.18)),
        blob(glass, (0.08, 0.12), (0.06, 0.44), (0.20, 0.54), (0.26, 0.38), (0.16, 0.16)),
        blob(
            gold,
            (-0.50, -0.06),
            (-0.38, 0.14),
            (-0.12, 0.18),
            (0.06, 0.10),
            (0.06, -0.12),
            (-0.14, -0.20),
            (-0.38, -0.17),
        ),
        *(blob(black, (x, 0.165), (x + 0.075, 0.16), (x + 0.07, -0.185), (x - 0.01, -0.19)) for x in (-0.34, -0.18)),
        blob(black, (-0.48, 0.02), (-0.60, -0.06), (-0.47, -0.10)),
        oval("8a5f28", 0.13, 0.02, 0.145, 0.145),
        oval(black, 0.31, -0.03, 0.085, 0.085),
        bar(black, (0.35, 0.03), (0.45, 0.12), 0.02),
        *(bar(black, (x, -0.10), (x - 0.05, -0.26), 0.022) for x in (0.04, 0.13, 0.22)),
    )


def _turned(drawing: Drawing, angle: float) -> Drawing:
    c, s = math.cos(angle), math.sin(angle)
    return tuple(h._replace(points=tuple((x * c - y * s, x * s + y * c) for x, y in h.points)) for h in drawing)
