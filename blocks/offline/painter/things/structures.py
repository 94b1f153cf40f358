"""Castle, bridge and car; each about 1 high on its foot."""

from __future__ import annotations

import math

from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, oval, poly


def _tower(x: float, half: float, high: float, stone: str, roof: str) -> list[Shape]:
    return [
        poly(stone, (x - half, 0), (x - half, high), (x + half, high), (x + half, 0)),
        poly(
            stone,
            (x - half * 1.2, high - 0.05),
            (x - half * 1.2, high),
            (x + half * 1.2, high),
            (x + half * 1.2, high - 0.05),
        ),
        poly(roof, (x - half * 1.3, high), (x, high + half * 2.8), (x + half * 1.3, high)),
        poly(
            LAMP,
            (x - 0.012, high * 0.70),
            (x - 0.012, high * 0.70 + 0.05),
            (x + 0.012, high * 0.70 + 0.05),
            (x + 0.012, high * 0.70),
        ),
    ]


def castle() -> Drawing:
    """Draw a castle: five towers with pointed roofs, a wall with merlons, and a gate."""
    stone, shade, roof = "9a9184", "6f685f", "4a5262"
    shapes = [*_tower(-0.20, 0.075, 0.62, shade, roof), *_tower(0.24, 0.065, 0.56, shade, roof)]
    shapes += _tower(0.02, 0.10, 0.72, shade, roof)
    shapes.append(poly(stone, (-0.46, 0), (-0.46, 0.30), (0.46, 0.30), (0.46, 0)))
    shapes += [
        poly(stone, (x, 0.29), (x, 0.35), (x + 0.05, 0.35), (x + 0.05, 0.29))
        for x in (-0.44 + 0.092 * k for k in range(10))
    ]
    shapes += [*_tower(-0.46, 0.085, 0.44, stone, roof), *_tower(0.46, 0.085, 0.42, stone, roof)]
    gate = [(0.09 * math.cos(t), 0.12 + 0.09 * math.sin(t)) for t in (math.pi * k / 8 for k in range(9))]
    return (*shapes, poly("211c1a", (0.09, 0), *gate, (-0.09, 0)))


def bridge() -> Drawing:
    """Draw a stone viaduct of five arches, so wide that both sides of the frame cut it."""
    stone, shade = "8a8074", "5c554d"
    outline: list[tuple[float, float]] = [(-6.0, 1.0), (6.0, 1.0), (6.0, 0.0)]
    for k in range(9, -1, -1):
        x = -5.4 + 1.2 * k
        outline += [(x + 0.48 * math.cos(t), 0.30 + 0.50 * math.sin(t)) for t in (math.pi * i / 10 for i in range(11))]
        outline = [*outline[:-11], (x + 0.48, 0.0), *outline[-11:], (x - 0.48, 0.0)]
    outline.append((-6.0, 0.0))
    return (
        poly(shade, *((x + 0.07, y - 0.02) for x, y in outline)),
        poly(stone, *outline),
        bar(shade, (-6.0, 0.90), (6.0, 0.90), 0.035),
        bar("a59a8c", (-6.0, 1.0), (6.0, 1.0), 0.05),
    )


def car() -> Drawing:
    """Draw a rounded old car facing right, with its headlamp on."""
    body, dark, glass, steel = "a23c32", "6f2822", "4e626b", "b9b6ae"
    shapes: list[Shape] = [
        blob(body, (-0.62, 0.62), (-0.50, 0.88), (-0.22, 1.0), (0.18, 0.98), (0.42, 0.84), (0.56, 0.62)),
        blob(glass, (-0.50, 0.64), (-0.40, 0.84), (-0.20, 0.91), (-0.06, 0.92), (-0.06, 0.64)),
        blob(glass, (0.0, 0.64), (0.0, 0.92), (0.16, 0.91), (0.34, 0.81), (0.44, 0.64)),
        blob(
            body,
            (-1.12, 0.34),
            (-1.10, 0.52),
            (-0.92, 0.64),
            (-0.4, 0.67),
            (0.5, 0.66),
            (0.92, 0.60),
            (1.10, 0.50),
            (1.14, 0.34),
            (1.08, 0.24),
            (-1.06, 0.24),
        ),
        bar(dark, (-1.08, 0.29), (1.1, 0.29), 0.07),
        bar(steel, (-1.16, 0.27), (-0.92, 0.27), 0.06),
        bar(steel, (0.96, 0.27), (1.18, 0.27), 0.06),
        bar(dark, (-0.03, 0.64), (-0.03, 0.30), 0.012),
        bar(steel, (-0.20, 0.54), (-0.10, 0.54), 0.022),
        oval(LAMP, 1.06, 0.47, 0.055, 0.065),
    ]
    for x in (-0.66, 0.70):
        shapes += [
            oval("17171a", x, 0.21, 0.215, 0.215),
            oval(steel, x, 0.21, 0.115, 0.115),
            oval(dark, x, 0.21, 0.05, 0.05),
        ]
    return tuple(shapes)
