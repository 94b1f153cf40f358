"""Vehicles: ship, boat, paper boat, train, car, rocket, bicycle, balloon; each 1 high on its foot or waterline."""

from __future__ import annotations

from blocks.offline.painter.canvas.noise import Rng
from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, oval, poly

_SAIL, _SAIL_SHADE, _HULL, _WOOD = "dccfae", "b9a988", "5a3a2a", "3a2a22"


def ship() -> Drawing:
    """Draw a two-masted square-rigged ship heading right; the waterline is at 0.035."""
    shapes: list[Shape] = [
        bar(_WOOD, (-0.20, 0.1), (-0.20, 0.93), 0.016),
        bar(_WOOD, (0.12, 0.1), (0.12, 1.0), 0.016),
        bar(_WOOD, (0.40, 0.20), (0.76, 0.345), 0.014),
        *(
            bar(_WOOD, start, end, 0.0035)
            for start, end in (
                ((0.12, 0.985), (0.755, 0.342)),
                ((-0.20, 0.92), (0.12, 0.62)),
                ((-0.20, 0.92), (-0.52, 0.24)),
                ((0.12, 0.985), (-0.20, 0.62)),
            )
        ),
    ]
    for mast, top, sizes in ((-0.20, 0.88, (0.17, 0.23, 0.27)), (0.12, 0.95, (0.19, 0.25, 0.29))):
        y = top
        for half in sizes:
            low = y - half * 0.88
            belly = half * 0.20
            shapes += [
                blob(
                    _SAIL,
                    (mast - half * 0.86, y),
                    (mast, y + 0.004),
                    (mast + half * 0.86, y),
                    (mast + half * 0.96 + belly * 0.4, (y + low) / 2),
                    (mast + half, low),
                    (mast, low + half * 0.16),
                    (mast - half, low),
                    (mast - half * 0.9, (y + low) / 2),
                ),
                bar(_WOOD, (mast - half * 0.95, y), (mast + half * 0.95, y), 0.011),
                bar(_SAIL_SHADE, (mast - half * 0.28, y), (mast - half * 0.30, low + half * 0.12), 0.004),
                bar(_SAIL_SHADE, (mast + half * 0.34, y), (mast + half * 0.38, low + half * 0.12), 0.004),
            ]
            y = low - 0.012
    shapes += [
        blob(_SAIL_SHADE, (0.20, 0.62), (0.36, 0.46), (0.70, 0.325), (0.50, 0.27), (0.34, 0.30)),
        poly("b23a32", (0.12, 1.0), (0.12, 0.955), (0.0, 0.965), (0.03, 0.98), (0.0, 1.0)),
        blob(
            _HULL,
            (-0.54, 0.30),
            (-0.52, 0.16),
            (-0.44, 0.05),
            (-0.30, 0.0),
            (0.28, 0.0),
            (0.42, 0.06),
            (0.54, 0.24),
            (0.46, 0.20),
            (0.20, 0.135),
            (-0.18, 0.135),
            (-0.38, 0.20),
            (-0.50, 0.22),
        ),
        bar("c79a52", (-0.45, 0.165), (-0.20, 0.112), 0.009),
        bar("c79a52", (-0.20, 0.112), (0.24, 0.112), 0.009),
        bar("c79a52", (0.24, 0.112), (0.50, 0.20), 0.009),
        *(
            poly(
                LAMP,
                (x, 0.145 - x * 0.09),
                (x, 0.185 - x * 0.09),
                (x + 0.032, 0.185 - x * 0.09),
                (x + 0.032, 0.145 - x * 0.09),
            )
            for x in (-0.485, -0.435)
        ),
    ]
    return tuple(shapes)


def boat() -> Drawing:
    """Draw a small sailing boat heading right; the waterline is at 0.03."""
    return (
        bar(_WOOD, (0.0, 0.08), (0.0, 1.0), 0.016),
        blob(_SAIL, (0.02, 0.97), (0.14, 0.70), (0.34, 0.20), (0.18, 0.175), (0.02, 0.19)),
        blob(_SAIL_SHADE, (-0.02, 0.90), (-0.11, 0.62), (-0.34, 0.24), (-0.16, 0.22), (-0.02, 0.24)),
        bar(_WOOD, (-0.34, 0.205), (0.36, 0.175), 0.011),
        bar("b23a32", (0.07, 0.84), (0.105, 0.80), 0.05),
        blob(
            "7a3a2e",
            (-0.44, 0.135),
            (-0.36, 0.03),
            (-0.24, 0.0),
            (0.26, 0.0),
            (0.38, 0.04),
            (0.50, 0.16),
            (0.24, 0.115),
            (-0.2, 0.11),
        ),
        bar("d9d0bb", (-0.425, 0.125), (0.20, 0.108), 0.014),
        bar("d9d0bb", (0.20, 0.108), (0.48, 0.152), 0.014),
    )


def train() -> Drawing:
    """Draw a steam locomotive heading right with four lit coaches; about 6 long, its rails below it."""
    iron, dark, red = "3c4148", "24272c", "8c3a32"
    shapes: list[Shape] = [
        bar(dark, (-11.0, 0.0), (11.0, 0.0), 0.03),
        bar("5a5148", (-11.0, -0.04), (11.0, -0.04), 0.035),
        blob(iron, (0.48, 0.30), (1.04, 0.29), (1.10, 0.50), (1.04, 0.71), (0.48, 0.72)),
        *(bar("b98a44", (x, 0.30), (x, 0.71), 0.018) for x in (0.62, 0.78, 0.94)),
        poly(iron, (0.14, 0.20), (0.14, 0.92), (0.52, 0.92), (0.52, 0.20)),
        blob(dark, (0.08, 0.91), (0.20, 0.98), (0.46, 0.98), (0.58, 0.91)),
        poly(LAMP, (0.22, 0.60), (0.22, 0.82), (0.44, 0.82), (0.44, 0.60)),
        poly(dark, (0.92, 0.70), (0.90, 1.0), (0.88, 1.04), (1.06, 1.04), (1.04, 1.0), (1.02, 0.70)),
        blob(dark, (0.68, 0.70), (0.70, 0.80), (0.76, 0.83), (0.82, 0.80), (0.84, 0.70)),
        poly(red, (0.14, 0.20), (0.14, 0.28), (1.12, 0.28), (1.12, 0.20)),
        poly(dark, (1.06, 0.05), (1.08, 0.24), (1.30, 0.03)),
        oval(LAMP, 1.12, 0.60, 0.05, 0.05),
    ]
    for x, radius in ((0.32, 0.15), (0.64, 0.15), (0.94, 0.10), (1.10, 0.08)):
        shapes += [
            oval(dark, x, radius, radius, radius),
            oval(red, x, radius, radius * 0.72, radius * 0.72),
            oval(dark, x, radius, radius * 0.3, radius * 0.3),
        ]
    shapes.append(bar("8d9096", (0.32, 0.13), (0.94, 0.11), 0.03))
    for coach in range(4):
        right = 0.05 - coach * 1.42
        left = right - 1.34
        shapes += [
            poly("5c2f2b", (left, 0.18), (left, 0.84), (right, 0.84), (right, 0.18)),
            poly("c9b48a", (left, 0.46), (left, 0.76), (right, 0.76), (right, 0.46)),
            blob(dark, (left - 0.02, 0.83), (left + 0.08, 0.91), (right - 0.08, 0.91), (right + 0.02, 0.83)),
            bar(dark, (right - 0.02, 0.22), (right + 0.12, 0.22), 0.05),
        ]
        for k in range(5):
            x = left + 0.10 + k * 0.24
            shapes.append(poly(LAMP, (x, 0.50), (x, 0.72), (x + 0.16, 0.72), (x + 0.16, 0.50)))
        for x in (left + 0.2, left + 0.42, right - 0.42, right - 0.2):
            shapes += [oval(dark, x, 0.10, 0.10, 0.10), oval("565b62", x, 0.10, 0.055, 0.055)]
    return tuple(shapes)


def rocket() -> Drawing:
    """Draw a rocket, its nozzle at 0.06."""
    body, red, dark = "d4d3cf", "b23a32", "3a3d44"
    return (
        poly(dark, (-0.035, 0.13), (-0.05, 0.06), (0.05, 0.06), (0.035, 0.13)),
        blob(red, (-0.06, 0.36), (-0.125, 0.22), (-0.165, 0.03), (-0.13, 0.05), (-0.06, 0.15)),
        blob(red, (0.06, 0.36), (0.125, 0.22), (0.165, 0.03), (0.13, 0.05), (0.06, 0.15)),
        blob(
            body,
            (-0.055, 0.12),
            (-0.083, 0.34),
            (-0.08, 0.58),
            (-0.052, 0.82),
            (0, 0.985),
            (0.052, 0.82),
            (0.08, 0.58),
            (0.083, 0.34),
            (0.055, 0.12),
        ),
        blob(
            "aeb0b3",
            (0.02, 0.12),
            (0.055, 0.12),
            (0.083, 0.34),
            (0.08, 0.58),
            (0.052, 0.82),
            (0.006, 0.97),
            (0.045, 0.6),
            (0.045, 0.34),
        ),
        blob(red, (-0.052, 0.82), (-0.030, 0.91), (0, 0.995), (0.030, 0.91), (0.052, 0.82), (0, 0.805)),
        oval(dark, 0, 0.66, 0.040, 0.040),
        oval(LAMP, 0, 0.66, 0.028, 0.028),
        bar(dark, (-0.078, 0.46), (0.078, 0.46), 0.008),
        bar(red, (-0.083, 0.40), (0.083, 0.40), 0.022),
        blob(red, (-0.016, 0.33), (0, 0.36), (0.016, 0.33), (0.014, 0.02), (-0.014, 0.02)),
    )


def bicycle() -> Drawing:
    """Draw a city bicycle facing right, 1 high."""
    frame, dark, steel = "3f6b6b", "1f1d1f", "9aa0a6"
    back, front, crank, seat, head = (-0.46, 0.33), (0.52, 0.33), (-0.04, 0.31), (-0.17, 0.80), (0.36, 0.82)
    wheels: list[Shape] = []
    for x, y in (back, front):
        # A ring with one outline: once around outside, then back around inside.
        rim = oval("", x, y, 0.33, 0.33).points
        inner = oval("", x, y, 0.295, 0.295).points
        wheels.append(Shape("straight", (*rim, rim[0], inner[0], *reversed(inner)), dark))
        wheels += [bar(steel, (x, y), p, 0.006) for p in inner[::2]]
        wheels.append(oval(steel, x, y, 0.03, 0.03))
    return (
        *wheels,
        *(
            bar(frame, a, b, 0.028)
            for a, b in ((seat, crank), (crank, head), (back, crank), (seat, back), ((-0.15, 0.72), (0.35, 0.76)))
        ),
        bar(frame, front, (0.34, 0.92), 0.028),
        oval(steel, crank[0], crank[1], 0.065, 0.065),
        bar(steel, crank, (0.05, 0.19), 0.022),
        bar(dark, (0.0, 0.185), (0.11, 0.185), 0.028),
        bar(steel, seat, (-0.19, 0.90), 0.022),
        blob(dark, (-0.33, 0.93), (-0.18, 0.955), (-0.05, 0.92), (-0.15, 0.89), (-0.28, 0.885)),
        bar(steel, (0.34, 0.92), (0.32, 0.99), 0.024),
        blob(dark, (0.30, 1.0), (0.20, 0.985), (0.10, 0.94), (0.11, 0.915), (0.22, 0.95), (0.33, 0.965)),
        poly("8d6a44", (0.42, 0.90), (0.66, 0.90), (0.62, 0.72), (0.45, 0.72)),
        oval(LAMP, 0.43, 0.68, 0.03, 0.035),
    )


def balloon(rng: Rng) -> Drawing:
    """Draw a striped hot-air balloon with its basket, 1 high."""
    first, second = [("b5453a", "e0b25a"), ("39658c", "e3d5b0"), ("5d7a4a", "dfc06a")][int(rng.integers(0, 3))]
    shapes: list[Shape] = [bar("3a2c24", (x, 0.36), (x * 0.42, 0.12), 0.006) for x in (-0.12, 0.12)]
    for i, half in enumerate((0.35, 0.285, 0.205, 0.12, 0.045)):
        tone = second if i % 2 else first
        shapes.append(
            blob(
                tone,
                (-0.30 * half / 0.35, 0.44),
                (-half * 0.97, 0.58),
                (-half, 0.72),
                (-half * 0.84, 0.88),
                (-half * 0.42, 0.98),
                (0, 1.0),
                (half * 0.42, 0.98),
                (half * 0.84, 0.88),
                (half, 0.72),
                (half * 0.97, 0.58),
                (0.30 * half / 0.35, 0.44),
                (0.11 * half / 0.35, 0.34),
                (-0.11 * half / 0.35, 0.34),
            )
        )
    return (
        *shapes,
        oval(LAMP, 0, 0.325, 0.022, 0.03),
        poly("6b4a30", (-0.06, 0.13), (0.06, 0.13), (0.05, 0.0), (-0.05, 0.0)),
        bar("8d6a44", (-0.064, 0.13), (0.064, 0.13), 0.02),
    )


def paper_boat() -> Drawing:
    """Draw a folded paper boat: a keel with two points and the peak between them; the waterline is at 0.03."""
    white, shade, deep = "f0ece0", "cfc9b8", "b3ac9a"
    return (
        poly(shade, (0.0, 1.0), (-0.34, 0.30), (0.0, 0.22)),
        poly(white, (0.0, 1.0), (0.34, 0.30), (0.0, 0.22)),
        poly(deep, (-0.92, 0.56), (-0.34, 0.44), (0.0, 0.52), (0.34, 0.44), (0.92, 0.56), (0.0, 0.26)),
        poly(shade, (0.0, 1.0), (-0.26, 0.46), (0.0, 0.54)),
        poly(white, (0.0, 1.0), (0.26, 0.46), (0.0, 0.54)),
        poly(white, (-0.92, 0.56), (-0.52, 0.0), (0.52, 0.0), (0.92, 0.56), (0.0, 0.30)),
        poly(shade, (-0.92, 0.56), (-0.52, 0.0), (-0.06, 0.0), (0.0, 0.30)),
        bar(deep, (0.0, 0.30), (-0.06, 0.0), 0.012),
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
