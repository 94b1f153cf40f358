"""Small things: bottle, lantern, book, fire, footprints; each about 1 high on its foot."""

from __future__ import annotations

import math

from blocks.offline.painter.canvas.noise import Rng
from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, moved, oval, poly


def bottle() -> Drawing:
    """Draw a corked green bottle that lies on the ground, its neck up to the right, with a rolled letter inside."""
    glass, light, cork = "5f8f7a", "b9d8c4", "a5763f"

    def tilt(shape: Shape) -> Shape:
        c, s = 0.978, 0.208  # cos and sin of 12 degrees
        return shape._replace(points=tuple((x * c - y * s, x * s + y * c + 0.37) for x, y in shape.points))

    upright = (
        blob(
            glass,
            (-0.75, -0.20),
            (-0.78, 0.0),
            (-0.75, 0.20),
            (-0.55, 0.235),
            (0.10, 0.235),
            (0.32, 0.20),
            (0.47, 0.095),
            (0.82, 0.085),
            (0.82, -0.085),
            (0.47, -0.095),
            (0.32, -0.20),
            (0.10, -0.235),
            (-0.55, -0.235),
        ),
        poly("e6d9b4", (-0.55, -0.115), (0.16, -0.115), (0.16, 0.10), (-0.55, 0.10)),
        bar("cdbb8e", (-0.54, -0.03), (0.15, -0.03), 0.018),
        oval("c2ae80", 0.16, -0.008, 0.035, 0.108),
        bar("8a2f2a", (-0.20, -0.118), (-0.20, 0.103), 0.05),
        poly(glass, (0.76, -0.105), (0.88, -0.105), (0.88, 0.105), (0.76, 0.105)),
        poly(cork, (0.87, -0.07), (1.02, -0.08), (1.02, 0.08), (0.87, 0.07)),
        blob(light, (-0.60, 0.165), (-0.1, 0.185), (0.20, 0.165), (-0.1, 0.205), (-0.55, 0.20)),
        bar(light, (0.48, 0.055), (0.74, 0.050), 0.016),
        bar(light, (-0.70, 0.10), (-0.70, -0.12), 0.014),
    )
    return tuple(tilt(s) for s in upright)


def held_bottle() -> Drawing:
    """Draw the bottle upright, 1 high, as a hand holds it in the middle."""

    def raise_up(shape: Shape) -> Shape:
        c, s = 0.208, 0.978  # cos and sin of 78 degrees, from lying to upright
        turned = tuple((x * c - (y - 0.37) * s, x * s + (y - 0.37) * c) for x, y in shape.points)
        return shape._replace(points=tuple((x / 1.8, (y + 0.78) / 1.8) for x, y in turned))

    return tuple(raise_up(s) for s in bottle())


def lantern() -> Drawing:
    """Draw a lit storm lantern with its handle."""
    iron, dark = "4a4c50", "26272a"
    ring = oval("", 0, 0.80, 0.24, 0.22).points
    hole = oval("", 0, 0.80, 0.205, 0.185).points
    return (
        Shape("straight", (*ring, ring[0], hole[0], *reversed(hole)), iron),
        blob(dark, (-0.26, 0.0), (0.26, 0.0), (0.24, 0.11), (0.14, 0.16), (-0.14, 0.16), (-0.24, 0.11)),
        blob("e8b65c", (-0.15, 0.16), (-0.19, 0.34), (-0.14, 0.54), (0.14, 0.54), (0.19, 0.34), (0.15, 0.16)),
        blob(LAMP, (-0.055, 0.20), (-0.085, 0.30), (0.0, 0.50), (0.085, 0.30), (0.055, 0.20)),
        *(bar(iron, (x, 0.12), (x * 1.12, 0.58), 0.022) for x in (-0.20, 0.20)),
        bar(iron, (-0.21, 0.35), (0.21, 0.35), 0.012),
        blob(
            dark,
            (-0.21, 0.54),
            (0.21, 0.54),
            (0.15, 0.66),
            (0.07, 0.70),
            (0.07, 0.76),
            (-0.07, 0.76),
            (-0.07, 0.70),
            (-0.15, 0.66),
        ),
    )


def carried_lantern() -> Drawing:
    """Draw the lantern as it hangs from a hand at (0, 0), sized for a figure 1 high."""
    return moved(lantern(), 0, -0.135, 0.135)


def book() -> Drawing:
    """Draw an open book seen from a little above, half as high as wide."""
    cover, page, shade, ink = "6b2f2a", "e8dec4", "c9bb98", "8f8468"
    shapes: list[Shape] = [
        blob(
            cover,
            (-0.98, 0.12),
            (-0.5, 0.08),
            (0, 0.0),
            (0.5, 0.08),
            (0.98, 0.12),
            (0.86, 0.70),
            (0.45, 0.68),
            (0, 0.58),
            (-0.45, 0.68),
            (-0.86, 0.70),
        ),
        blob(page, (-0.92, 0.17), (-0.5, 0.16), (0, 0.06), (0, 0.62), (-0.4, 0.74), (-0.80, 0.73)),
        blob(shade, (0.92, 0.17), (0.5, 0.16), (0, 0.06), (0, 0.62), (0.4, 0.74), (0.80, 0.73)),
        bar("8d7c58", (0, 0.05), (0, 0.62), 0.016),
    ]
    for side in (-1, 1):
        for k in range(6):
            y, inset = 0.25 + 0.065 * k, 0.012 * k
            shapes.append(bar(ink, (0.12 * side, y - 0.03), ((0.74 - inset + 0.05 * (k == 5)) * side, y + 0.02), 0.013))
    return tuple(shapes)


def carried_book() -> Drawing:
    """Draw a closed book under the hand at (0, 0), sized for a figure 1 high."""
    return (
        poly("6b2f2a", (-0.030, 0.03), (0.050, 0.03), (0.050, -0.075), (-0.030, -0.075)),
        poly("e8dec4", (-0.026, -0.066), (0.046, -0.066), (0.046, -0.075), (-0.026, -0.075)),
    )


def fire(rng: Rng) -> Drawing:
    """Draw three logs and their flames."""
    flames = []
    for x, tall, wide in ((-0.22, 0.55, 0.13), (0.24, 0.62, 0.14), (0.0, 1.0, 0.22)):
        lean = float(rng.uniform(-0.08, 0.08))
        flames.append(
            blob(
                "e8772e",
                (x - wide, 0.10),
                (x - wide * 0.9, tall * 0.40),
                (x + lean, tall),
                (x + wide * 0.8, tall * 0.42),
                (x + wide, 0.10),
            )
        )
        flames.append(
            blob(
                LAMP,
                (x - wide * 0.6, 0.10),
                (x - wide * 0.5, tall * 0.30),
                (x + lean * 0.6, tall * 0.66),
                (x + wide * 0.5, tall * 0.32),
                (x + wide * 0.6, 0.10),
            )
        )
    logs = (
        bar("3d2a20", (-0.55, 0.02), (0.45, 0.16), 0.12),
        bar("4d3728", (0.55, 0.02), (-0.45, 0.16), 0.12),
        bar("2f211a", (-0.5, 0.04), (0.5, 0.04), 0.10),
    )
    return (*flames, *logs)


def footprints() -> Drawing:
    """Draw a line of footprints that leads away, smaller with the distance; 1 high from the nearest to the farthest."""
    shapes: list[Shape] = []
    for k in range(30):
        depth = 1.0 + 0.26 * k
        y = (1 - 1 / depth) / (1 - 1 / 8.54)
        size = 0.24 / depth
        path = 2.6 * math.sin(0.9 * (depth - 1) ** 0.7) * (1 - 1 / depth) * (0.4 + 1 / depth)
        x = path + (0.28 if k % 2 else -0.28) / depth
        # The sole and the heel.
        shapes += [
            oval("", x, y, size * 0.60, size * 0.30),
            oval("", x, y - size * 0.40, size * 0.44, size * 0.20),
        ]
    return tuple(shapes)
