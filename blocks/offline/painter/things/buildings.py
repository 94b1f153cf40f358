"""Buildings: lighthouse, house, windmill, tent, castle, bridge; each about 1 high on its foot, with lit windows."""

from __future__ import annotations

import math

from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, oval, poly

LIGHTHOUSE_LAMP = 0.826
"""Height of the lamp of a lighthouse, as a share of its height."""


def lighthouse() -> Drawing:
    """Draw a lighthouse: a striped tower with gallery and lantern room, and the keeper's house beside it."""
    white, red, dark = "d9d5cb", "a53a32", "2e3036"
    shapes: list[Shape] = [
        poly("b9b2a4", (0.09, 0.0), (0.09, 0.125), (0.30, 0.125), (0.30, 0.0)),
        poly("6e3b33", (0.075, 0.118), (0.125, 0.20), (0.265, 0.20), (0.315, 0.118)),
        poly("6e3b33", (0.23, 0.19), (0.23, 0.235), (0.255, 0.235), (0.255, 0.19)),
        poly(LAMP, (0.15, 0.045), (0.15, 0.095), (0.185, 0.095), (0.185, 0.045)),
        poly(LAMP, (0.22, 0.045), (0.22, 0.095), (0.255, 0.095), (0.255, 0.045)),
    ]
    for band in range(5):
        low, high = band * 0.148, (band + 1) * 0.148
        half_low, half_high = 0.108 - 0.042 * low / 0.74, 0.108 - 0.042 * high / 0.74
        shapes.append(
            poly(white if band % 2 else red, (-half_low, low), (-half_high, high), (half_high, high), (half_low, low))
        )
    shapes += [
        poly(dark, (-0.095, 0.74), (-0.095, 0.758), (0.095, 0.758), (0.095, 0.74)),
        poly("4a4c52", (-0.052, 0.758), (-0.052, 0.872), (0.052, 0.872), (0.052, 0.758)),
        poly(LAMP, (-0.042, 0.785), (-0.042, 0.865), (0.042, 0.865), (0.042, 0.785)),
        bar(dark, (0, 0.785), (0, 0.866), 0.006),
        *(bar(dark, (x, 0.755), (x, 0.795), 0.005) for x in (-0.092, -0.07, 0.07, 0.092)),
        bar(dark, (-0.095, 0.795), (-0.05, 0.795), 0.005),
        bar(dark, (0.05, 0.795), (0.095, 0.795), 0.005),
        blob("7c2f2b", (-0.062, 0.868), (-0.048, 0.912), (0, 0.952), (0.048, 0.912), (0.062, 0.868)),
        bar(dark, (0, 0.94), (0, 1.0), 0.008),
        *(poly(LAMP, (-0.013, y), (-0.013, y + 0.04), (0.013, y + 0.04), (0.013, y)) for y in (0.26, 0.56)),
        poly(dark, (-0.03, 0.0), (-0.03, 0.06), (0, 0.075), (0.03, 0.06), (0.03, 0.0)),
    ]
    return tuple(shapes)


def house(snow: bool) -> Drawing:
    """Draw a cottage with a chimney; with `snow` there is snow on its roof."""
    wall, roof, frame = "8d7358", "5c3a33", "33251e"
    shapes: list[Shape] = [
        poly("6d4a41", (0.24, 0.62), (0.24, 0.99), (0.36, 0.99), (0.36, 0.62)),
        poly(wall, (-0.56, 0), (-0.56, 0.46), (0.56, 0.46), (0.56, 0)),
        *(bar("77604a", (-0.56, y), (0.56, y), 0.008) for y in (0.09, 0.18, 0.27, 0.36)),
        poly(roof, (-0.68, 0.42), (-0.36, 0.86), (0.36, 0.86), (0.68, 0.42)),
        bar(frame, (-0.68, 0.42), (0.68, 0.42), 0.03),
    ]
    for x in (-0.30, 0.31):
        shapes += [
            poly(frame, (x - 0.12, 0.14), (x - 0.12, 0.36), (x + 0.12, 0.36), (x + 0.12, 0.14)),
            poly(LAMP, (x - 0.095, 0.165), (x - 0.095, 0.335), (x + 0.095, 0.335), (x + 0.095, 0.165)),
            bar(frame, (x, 0.16), (x, 0.34), 0.018),
            bar(frame, (x - 0.1, 0.25), (x + 0.1, 0.25), 0.018),
        ]
    shapes += [
        poly(frame, (-0.09, 0), (-0.09, 0.31), (0.09, 0.31), (0.09, 0)),
        oval("c79a3c", 0.055, 0.14, 0.014, 0.014),
    ]
    if snow:
        shapes += [
            blob(
                "e9eef4",
                (-0.72, 0.43),
                (-0.40, 0.88),
                (0, 0.90),
                (0.40, 0.88),
                (0.72, 0.43),
                (0.55, 0.47),
                (0.3, 0.50),
                (0, 0.47),
                (-0.3, 0.52),
                (-0.55, 0.47),
            ),
            blob("e9eef4", (0.22, 0.98), (0.30, 1.04), (0.38, 0.98)),
        ]
    return tuple(shapes)


def windmill() -> Drawing:
    """Draw a tower mill with four lattice sails."""
    wall, cap, wood = "b6aa95", "4d3a30", "3a2c24"
    shapes: list[Shape] = [
        poly(wall, (-0.17, 0), (-0.105, 0.60), (0.105, 0.60), (0.17, 0)),
        blob(cap, (-0.125, 0.59), (-0.10, 0.69), (0, 0.745), (0.10, 0.69), (0.125, 0.59)),
        poly(LAMP, (-0.025, 0.36), (-0.025, 0.42), (0.025, 0.42), (0.025, 0.36)),
        poly(wood, (-0.045, 0), (-0.045, 0.12), (0.045, 0.12), (0.045, 0)),
    ]
    for dx, dy in ((0.80, 0.60), (-0.60, 0.80), (-0.80, -0.60), (0.60, -0.80)):
        tip = (dx * 0.40, 0.635 + dy * 0.40)
        shapes.append(bar(wood, (0, 0.635), tip, 0.014))
        start, end = (dx * 0.10, 0.635 + dy * 0.10), (dx * 0.39, 0.635 + dy * 0.39)
        out = (-dy * 0.085, dx * 0.085)
        shapes.append(
            poly("cfc3a8", start, end, (end[0] + out[0], end[1] + out[1]), (start[0] + out[0], start[1] + out[1]))
        )
        for k in range(1, 5):
            x, y = start[0] + (end[0] - start[0]) * k / 5, start[1] + (end[1] - start[1]) * k / 5
            shapes.append(bar(wood, (x, y), (x + out[0], y + out[1]), 0.006))
    return (*shapes, oval(wood, 0, 0.635, 0.026, 0.026))


def tent() -> Drawing:
    """Draw a ridge tent, lit from within."""
    return (
        poly("b5673a", (-0.85, 0), (-0.22, 0.98), (0.80, 0.90), (0.98, 0)),
        poly("d08a4c", (-0.85, 0), (-0.22, 0.98), (0.30, 0)),
        poly(LAMP, (-0.46, 0), (-0.215, 0.62), (-0.02, 0)),
        poly("7c4527", (-0.25, 0), (-0.215, 0.62), (-0.12, 0.3), (-0.13, 0)),
        bar("4d3a30", (-0.22, 0.9), (-0.22, 1.06), 0.02),
        bar("8d8069", (-0.22, 0.97), (-1.15, 0.0), 0.008),
        bar("8d8069", (0.80, 0.90), (1.2, 0.0), 0.008),
    )


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
