"""Things in a house or in a hand: cup, table, letter, violin, kite, candle, flower, chair, clock; each about 1 high."""

from __future__ import annotations

import math
from itertools import pairwise

from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, moved, oval, poly


def _ring(tone: str, x: float, y: float, outer: tuple[float, float], inner: tuple[float, float]) -> Shape:
    """Draw a ring with one outline: once around outside, then back around inside."""
    out, hole = oval("", x, y, *outer).points, oval("", x, y, *inner).points
    return Shape("straight", (*out, out[0], hole[0], *reversed(hole)), tone)


def cup() -> Drawing:
    """Draw a full cup on its saucer, seen from a little above."""
    white, shade, coffee = "e6ded0", "b9ae9e", "3f2618"
    return (
        oval(shade, 0, 0.07, 0.86, 0.13),
        oval(white, 0, 0.10, 0.86, 0.13),
        oval(shade, 0, 0.12, 0.42, 0.06),
        _ring(white, 0.60, 0.55, (0.24, 0.24), (0.145, 0.15)),
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


def table() -> Drawing:
    """Draw a plain table seen from a little above."""
    top, edge, leg = "8a6340", "5f4229", "4a3320"
    return (
        bar(leg, (-0.66, 0.84), (-0.66, 0.16), 0.06),
        bar(leg, (0.66, 0.84), (0.66, 0.16), 0.06),
        poly(edge, (-0.92, 0.80), (0.92, 0.80), (0.92, 0.68), (-0.92, 0.68)),
        poly(top, (-1.0, 0.84), (-0.78, 1.0), (0.78, 1.0), (1.0, 0.84)),
        poly(edge, (-1.0, 0.84), (1.0, 0.84), (1.0, 0.78), (-1.0, 0.78)),
        bar(leg, (-0.88, 0.78), (-0.88, 0.0), 0.085),
        bar(leg, (0.88, 0.78), (0.88, 0.0), 0.085),
    )


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


def candle() -> Drawing:
    """Draw a burning candle in a brass holder."""
    wax, shade, brass = "e6dcc0", "bfae86", "a57f3a"
    return (
        oval(brass, 0, 0.05, 0.30, 0.055),
        _ring(brass, 0.33, 0.10, (0.09, 0.09), (0.055, 0.055)),
        poly(brass, (-0.14, 0.05), (0.14, 0.05), (0.12, 0.16), (-0.12, 0.16)),
        poly(wax, (-0.10, 0.14), (0.10, 0.14), (0.10, 0.68), (-0.10, 0.68)),
        poly(shade, (-0.10, 0.14), (-0.05, 0.14), (-0.06, 0.68), (-0.10, 0.68)),
        blob(wax, (-0.10, 0.70), (0, 0.72), (0.10, 0.70), (0.105, 0.50), (0.08, 0.44), (0.06, 0.58), (-0.10, 0.64)),
        bar("241c19", (0, 0.70), (0.005, 0.77), 0.012),
        blob(LAMP, (0, 1.0), (-0.05, 0.86), (-0.045, 0.78), (0, 0.745), (0.045, 0.78), (0.05, 0.86)),
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


def chair() -> Drawing:
    """Draw a wooden chair, slightly turned."""
    wood, dark = "7a5434", "4f351f"
    return (
        bar(dark, (-0.13, 0.46), (-0.15, 0.10), 0.035),
        bar(dark, (0.30, 0.46), (0.31, 0.07), 0.035),
        *(bar(wood, (x, 0.48), (x - 0.03, 1.0), 0.042) for x in (-0.26, 0.12)),
        *(bar(wood, (-0.27, y), (0.11, y), 0.05) for y in (0.92, 0.78, 0.64)),
        poly(wood, (-0.30, 0.46), (-0.20, 0.52), (0.34, 0.52), (0.28, 0.46)),
        poly(dark, (-0.30, 0.46), (0.28, 0.46), (0.28, 0.41), (-0.30, 0.41)),
        bar(wood, (-0.27, 0.42), (-0.28, 0.0), 0.045),
        bar(wood, (0.24, 0.42), (0.25, 0.0), 0.045),
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
