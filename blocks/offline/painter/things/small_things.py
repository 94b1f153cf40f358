"""Small things: cup, letter, violin, kite, clock, bread, bottle, book, footprints; each about 1 high."""

from __future__ import annotations

import math
from itertools import pairwise

from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, moved, oval, poly, ring


def cup() -> Drawing:
    """Draw a full cup on its saucer, seen from a little above."""
    white, shade, coffee = "e6ded0", "b9ae9e", "3f2618"
    return (
        oval(shade, 0, 0.07, 0.86, 0.13),
        oval(white, 0, 0.10, 0.86, 0.13),
        oval(shade, 0, 0.12, 0.42, 0.06),
        ring(white, 0.60, 0.55, (0.24, 0.24), (0.145, 0.15)),
        blob(
            white,
            (-0.55, 0.83),
            (-0.54, 0.60),
            (-0.46, 0.34),
            (-0.28, 0.15),
            (0, 0.11),
            (0.28, 0.15),
            (0.46, 0.34),
            (0.54, 0.60),
            (0.55, 0.83),
            (0.30, 0.76),
            (-0.30, 0.76),
        ),
        blob(
            shade,
            (-0.56, 0.86),
            (-0.54, 0.60),
            (-0.46, 0.34),
            (-0.28, 0.15),
            (-0.10, 0.12),
            (-0.30, 0.34),
            (-0.40, 0.60),
            (-0.42, 0.84),
        ),
        oval(white, 0, 0.86, 0.56, 0.14),
        oval(shade, 0, 0.855, 0.51, 0.115),
        oval(coffee, 0, 0.835, 0.475, 0.092),
        blob("5f3c22", (-0.30, 0.800), (0, 0.772), (0.30, 0.800), (0, 0.788)),
    )


def mug() -> Drawing:
    """Draw a cup without its saucer, as it is held."""
    return cup()[3:]


def letter() -> Drawing:
    """Draw a written sheet over its envelope, with a wax seal."""
    paper, shade, ink = "ece2c8", "c8b890", "6b6252"
    lines = [(0.90 - 0.10 * k, 0.52 - (0.26 if k in (3, 6) else 0.0)) for k in range(7)]
    return (
        poly(shade, (-0.92, 0.02), (-0.80, 0.66), (0.42, 0.44), (0.30, -0.10)),
        poly("b3a27a", (-0.86, 0.34), (-0.26, 0.22), (0.36, 0.17), (0.42, 0.44), (-0.80, 0.66)),
        oval("8a2f2a", -0.25, 0.23, 0.10, 0.085),
        poly(paper, (-0.42, 0.06), (-0.50, 1.06), (0.66, 1.0), (0.72, 0.0)),
        poly(shade, (-0.455, 0.52), (-0.45, 0.50), (0.695, 0.45), (0.69, 0.48)),
        *(bar(ink, (-0.36, y), (to, y - 0.045), 0.018) for y, to in lines),
        blob(ink, (0.28, 0.16), (0.36, 0.22), (0.44, 0.15), (0.54, 0.19), (0.44, 0.13), (0.36, 0.18)),
    )


def violin() -> Drawing:
    """Draw a violin that stands upright, with its bow beside it."""
    wood, dark, black = "9c5527", "6e3616", "1d1714"
    return (
        bar("6b4a30", (0.26, 0.02), (0.36, 1.0), 0.014),
        bar("d8d0bc", (0.285, 0.02), (0.375, 0.98), 0.006),
        bar(black, (0.262, 0.03), (0.272, 0.11), 0.03),
        blob(
            wood,
            (0, 0.0),
            (0.14, 0.02),
            (0.20, 0.12),
            (0.17, 0.22),
            (0.11, 0.28),
            (0.11, 0.33),
            (0.155, 0.40),
            (0.15, 0.49),
            (0.07, 0.54),
            (0, 0.55),
            (-0.07, 0.54),
            (-0.15, 0.49),
            (-0.155, 0.40),
            (-0.11, 0.33),
            (-0.11, 0.28),
            (-0.17, 0.22),
            (-0.20, 0.12),
            (-0.14, 0.02),
        ),
        bar(black, (0, 0.36), (0, 0.86), 0.034),
        poly(black, (-0.03, 0.19), (0.03, 0.19), (0.018, 0.04), (-0.018, 0.04)),
        bar("d9b98a", (-0.055, 0.255), (0.055, 0.255), 0.016),
        *(blob(black, (x, 0.21), (x + 0.014, 0.26), (x, 0.32), (x - 0.008, 0.26)) for x in (-0.085, 0.085)),
        *(bar("d8d0bc", (x * 1.6, 0.19), (x, 0.86), 0.003) for x in (-0.009, 0.0, 0.009)),
        bar(dark, (0, 0.86), (0, 0.96), 0.042),
        oval(dark, 0, 0.975, 0.034, 0.03),
        *(bar(black, (0.02 * s, y), (0.062 * s, y + 0.01), 0.016) for s, y in ((-1, 0.89), (1, 0.91), (-1, 0.93))),
    )


def kite() -> Drawing:
    """Draw a diamond-shaped kite with a tail of bows, leaning into the wind."""
    red, gold, dark = "c23b2e", "e0b04a", "3a2c24"
    tail = [(-0.02 - 0.10 * math.sin(k * 0.9), 0.30 - 0.085 * k) for k in range(8)]
    shapes: list[Shape] = [bar(dark, a, b, 0.008) for a, b in pairwise(tail)]
    for x, y in tail[2::2]:
        shapes += [
            poly(gold, (x, y), (x - 0.07, y + 0.04), (x - 0.06, y - 0.03)),
            poly(red, (x, y), (x + 0.07, y + 0.03), (x + 0.06, y - 0.04)),
        ]
    return (
        *shapes,
        poly(red, (0, 1.0), (-0.30, 0.70), (0, 0.28)),
        poly(gold, (0, 1.0), (0.30, 0.70), (0, 0.28)),
        poly("8f2a22", (-0.30, 0.70), (0, 0.28), (0, 0.70)),
        poly("b5832f", (0.30, 0.70), (0, 0.28), (0, 0.70)),
        bar(dark, (0, 1.0), (0, 0.28), 0.010),
        bar(dark, (-0.30, 0.70), (0.30, 0.70), 0.010),
    )


def clock() -> Drawing:
    """Draw a mantel clock at ten past ten."""
    wood, dark, face = "6b4427", "41291a", "e8dec4"
    return (
        poly(dark, (-0.46, 0.0), (0.46, 0.0), (0.42, 0.10), (-0.42, 0.10)),
        blob(wood, (-0.38, 0.10), (-0.38, 0.60), (-0.28, 0.88), (0, 1.0), (0.28, 0.88), (0.38, 0.60), (0.38, 0.10)),
        oval("b08a3e", 0, 0.58, 0.295, 0.295),
        oval(face, 0, 0.58, 0.262, 0.262),
        *(
            bar(
                dark,
                (0.20 * math.cos(t), 0.58 + 0.20 * math.sin(t)),
                (0.24 * math.cos(t), 0.58 + 0.24 * math.sin(t)),
                0.016,
            )
            for t in (math.pi * k / 6 for k in range(12))
        ),
        bar(dark, (0, 0.58), (-0.105, 0.66), 0.026),
        bar(dark, (0, 0.58), (0.155, 0.69), 0.018),
        oval(dark, 0, 0.58, 0.022, 0.022),
    )


def played_violin() -> Drawing:
    """Draw the violin under a player's chin, and its bow, sized for a figure 1 high; (0, 0) is the chin."""
    c, s = math.cos(-1.35), math.sin(-1.35)
    laid = [
        shape._replace(points=tuple((x * c - y * s, x * s + y * c) for x, y in shape.points)) for shape in violin()[3:]
    ]
    return (
        *moved(tuple(laid), -0.01, 0.0, 0.30),
        bar("5a3a22", (-0.09, -0.16), (0.17, 0.15), 0.007),
        bar("d8d0bc", (-0.08, -0.165), (0.176, 0.142), 0.004),
    )


def bread() -> Drawing:
    """Draw a round-topped loaf of bread with cuts in its crust, and two slices."""
    crust, dark, crumb, pale = "a8652e", "74401c", "e2c590", "c98f4e"
    return (
        oval("6b4a30", 0.08, 0.06, 0.98, 0.085),
        oval("8a6340", 0.08, 0.085, 0.98, 0.080),
        blob(
            crust, (-0.60, 0.10), (-0.68, 0.42), (-0.50, 0.76), (-0.12, 0.94), (0.22, 0.84), (0.40, 0.52), (0.38, 0.12)
        ),
        *(
            blob(
                pale,
                (x - 0.03, 0.50),
                (x + 0.06, 0.86 - 0.3 * abs(x + 0.15)),
                (x + 0.15, 0.84 - 0.3 * abs(x + 0.15)),
                (x + 0.06, 0.48),
            )
            for x in (-0.48, -0.24, 0.0)
        ),
        *(bar(dark, (x - 0.01, 0.50), (x + 0.08, 0.84 - 0.3 * abs(x + 0.15)), 0.016) for x in (-0.48, -0.24, 0.0)),
        blob(dark, (0.30, 0.12), (0.28, 0.62), (0.42, 0.76), (0.56, 0.60), (0.56, 0.12)),
        blob(crumb, (0.335, 0.14), (0.32, 0.60), (0.43, 0.70), (0.535, 0.58), (0.53, 0.14)),
        blob(dark, (0.52, 0.08), (0.62, 0.34), (0.84, 0.36), (0.98, 0.16), (0.90, 0.08)),
        blob(crumb, (0.57, 0.09), (0.65, 0.30), (0.82, 0.32), (0.93, 0.15), (0.86, 0.095)),
    )


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
