"""Furniture: curtain, dresser, bench, counter, bed, table, chair; each about 1 high on its foot."""

from __future__ import annotations

from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, oval, poly


def curtain(side: int) -> Drawing:
    """Draw a curtain that is pulled to one side of a window: `side` -1 for left, 1 for right."""
    cloth, fold = "8c5a4a", "64402f"
    return (
        poly(cloth, (-0.02 * side, 1.0), (0.14 * side, 1.0), (0.15 * side, 0.0), (0.02 * side, 0.02)),
        *(bar(fold, (x * side, 0.99), ((x + 0.01) * side, 0.02), 0.012) for x in (0.02, 0.06, 0.10)),
    )


def dresser() -> Drawing:
    """Draw a kitchen dresser with plates on its shelves and cups on hooks."""
    wood, dark, white = "7d5a3c", "573c27", "d8d0be"
    shapes: list[Shape] = [
        poly(dark, (-0.36, 0.42), (0.36, 0.42), (0.36, 1.0), (-0.36, 1.0)),
        poly(wood, (-0.42, 0.0), (0.42, 0.0), (0.42, 0.42), (-0.42, 0.42)),
        bar(wood, (-0.40, 1.0), (0.40, 1.0), 0.035),
    ]
    for y in (0.48, 0.66, 0.84):
        shapes.append(bar(wood, (-0.37, y), (0.37, y), 0.020))
    for y in (0.57, 0.75):
        shapes += [oval(white, x, y, 0.072, 0.072) for x in (-0.26, -0.09, 0.08, 0.25)]
        shapes += [oval("a9b6bd", x, y, 0.042, 0.042) for x in (-0.26, -0.09, 0.08, 0.25)]
    shapes += [
        poly(white, (x - 0.03, 0.86), (x + 0.03, 0.86), (x + 0.04, 0.93), (x - 0.04, 0.93))
        for x in (-0.27, -0.13, 0.02, 0.16, 0.28)
    ]
    for side in (-1, 1):
        shapes += [
            poly(dark, (0.03 * side, 0.04), (0.38 * side, 0.04), (0.38 * side, 0.28), (0.03 * side, 0.28)),
            poly(wood, (0.06 * side, 0.07), (0.35 * side, 0.07), (0.35 * side, 0.25), (0.06 * side, 0.25)),
            oval("c9a24a", 0.205 * side, 0.35, 0.016, 0.016),
        ]
    return tuple(shapes)


def bench() -> Drawing:
    """Draw a laboratory bench: flasks and a burner on it, a shelf of bottles above."""
    wood, dark, glass = "7d5a3c", "4c3628", "b9ccd0"
    shapes: list[Shape] = [
        poly(dark, (-0.62, 0.0), (0.62, 0.0), (0.62, 0.40), (-0.62, 0.40)),
        *(
            poly(wood, (x - 0.17, 0.05), (x + 0.17, 0.05), (x + 0.17, 0.35), (x - 0.17, 0.35))
            for x in (-0.40, 0.0, 0.40)
        ),
        *(bar("c9a24a", (x - 0.03, 0.29), (x + 0.03, 0.29), 0.014) for x in (-0.40, 0.0, 0.40)),
        bar("a98a63", (-0.66, 0.42), (0.66, 0.42), 0.05),
        bar(wood, (-0.60, 0.84), (0.60, 0.84), 0.024),
    ]
    for k, tone in enumerate(("6f3b2a", "39584d", "8a7a3c", "4a5a72", "6f3b2a", "7d6a58", "39584d")):
        x = -0.52 + 0.17 * k
        shapes += [
            poly(tone, (x - 0.045, 0.85), (x + 0.045, 0.85), (x + 0.045, 0.95), (x - 0.045, 0.95)),
            bar(tone, (x, 0.95), (x, 1.0), 0.035),
            bar("d8d0be", (x - 0.035, 0.90), (x + 0.035, 0.90), 0.035),
        ]
    for x, fill, size in ((-0.46, "4f8f86", 1.0), (0.10, "a8632f", 0.8), (0.44, "5a6fa8", 1.1)):
        high, half = 0.24 * size, 0.095 * size
        shapes += [
            blob(
                glass,
                (x - half, 0.445),
                (x + half, 0.445),
                (x + half * 0.35, 0.445 + high * 0.6),
                (x + half * 0.25, 0.445 + high),
                (x - half * 0.25, 0.445 + high),
                (x - half * 0.35, 0.445 + high * 0.6),
            ),
            poly(
                fill,
                (x - half * 0.92, 0.447),
                (x + half * 0.92, 0.447),
                (x + half * 0.60, 0.445 + high * 0.34),
                (x - half * 0.60, 0.445 + high * 0.34),
            ),
            bar("e6efef", (x - half * 0.32, 0.445 + high), (x + half * 0.32, 0.445 + high), 0.012),
        ]
    shapes += [
        bar("3a3d42", (-0.20, 0.445), (-0.20, 0.80), 0.014),
        bar("3a3d42", (-0.28, 0.45), (-0.12, 0.45), 0.02),
        bar("3a3d42", (-0.20, 0.66), (-0.10, 0.66), 0.012),
        oval(glass, -0.09, 0.62, 0.055, 0.055),
        oval("a83f4a", -0.09, 0.606, 0.044, 0.036),
        bar("8d9096", (-0.09, 0.445), (-0.09, 0.50), 0.02),
        blob(LAMP, (-0.09, 0.565), (-0.104, 0.525), (-0.09, 0.505), (-0.076, 0.525)),
    ]
    return tuple(shapes)


def counter() -> Drawing:
    """Draw the counter of a cafe with its coffee machine, cups and cakes, bottles behind, and two lamps over it."""
    wood, dark, steel, brass = "8a5c3a", "51352a", "a9adb0", "b98a44"
    shapes: list[Shape] = [
        poly(dark, (-0.60, 0.44), (0.60, 0.44), (0.60, 0.92), (-0.60, 0.92)),
        *(bar(wood, (-0.60, y), (0.60, y), 0.022) for y in (0.60, 0.76, 0.92)),
    ]
    for row, y in enumerate((0.61, 0.77)):
        for k in range(9):
            x = -0.54 + 0.132 * k
            if (k + row) % 3 == 2:
                shapes.append(
                    poly("d8d0be", (x - 0.035, y), (x + 0.035, y), (x + 0.042, y + 0.06), (x - 0.042, y + 0.06))
                )
            else:
                tone = ("39584d", "6f3b2a", "7d6a3c")[(k + row) % 3]
                shapes += [bar(tone, (x, y), (x, y + 0.08), 0.05), bar(tone, (x, y + 0.08), (x, y + 0.12), 0.02)]
    shapes += [
        poly(wood, (-0.66, 0.0), (0.66, 0.0), (0.66, 0.40), (-0.66, 0.40)),
        *(bar(dark, (x, 0.03), (x, 0.38), 0.014) for x in (-0.44, -0.22, 0.0, 0.22, 0.44)),
        bar("c9b48a", (-0.70, 0.42), (0.70, 0.42), 0.045),
        poly(steel, (-0.52, 0.445), (-0.52, 0.64), (-0.20, 0.64), (-0.20, 0.445)),
        poly("7b7f83", (-0.50, 0.46), (-0.50, 0.54), (-0.22, 0.54), (-0.22, 0.46)),
        *(bar("26231f", (x, 0.54), (x, 0.50), 0.035) for x in (-0.43, -0.29)),
        blob(brass, (-0.40, 0.64), (-0.38, 0.72), (-0.34, 0.72), (-0.32, 0.64)),
        *(
            poly("d8d0be", (x - 0.03, 0.445), (x + 0.03, 0.445), (x + 0.038, 0.495), (x - 0.038, 0.495))
            for x in (-0.08, 0.02)
        ),
        oval("d9e2e2", 0.34, 0.455, 0.15, 0.02),
        *(blob("b5793c", (x - 0.05, 0.46), (x, 0.52), (x + 0.05, 0.46)) for x in (0.26, 0.36, 0.44)),
    ]
    for x in (-0.32, 0.32):
        shapes += [
            bar("1d1a17", (x, 1.30), (x, 1.12), 0.008),
            poly("2f4a44", (x - 0.09, 1.03), (x - 0.03, 1.12), (x + 0.03, 1.12), (x + 0.09, 1.03)),
            oval(LAMP, x, 1.025, 0.055, 0.018),
        ]
    return tuple(shapes)


def bed() -> Drawing:
    """Draw a made bed from the side: a wooden frame, a pillow, a sheet, and a quilt that hangs over the edge."""
    wood, dark, linen, quilt, fold = "6b4630", "432b1e", "ded7c8", "5f7590", "475a72"
    return (
        blob(dark, (-1.06, 0.0), (-1.06, 0.96), (-1.00, 1.0), (-0.94, 0.96), (-0.94, 0.0)),
        poly(wood, (-1.0, 0.20), (1.0, 0.20), (1.0, 0.38), (-1.0, 0.38)),
        blob(linen, (-0.96, 0.36), (-0.96, 0.56), (-0.4, 0.58), (0.96, 0.56), (0.96, 0.36)),
        blob("efeadf", (-0.94, 0.55), (-0.92, 0.74), (-0.74, 0.80), (-0.54, 0.74), (-0.50, 0.58), (-0.72, 0.54)),
        blob("cfc7b6", (-0.90, 0.56), (-0.70, 0.60), (-0.52, 0.58), (-0.70, 0.54)),
        blob(
            quilt,
            (-0.46, 0.60),
            (-0.30, 0.67),
            (0.30, 0.64),
            (0.92, 0.62),
            (0.99, 0.50),
            (0.98, 0.18),
            (0.70, 0.13),
            (0.40, 0.19),
            (0.10, 0.13),
            (-0.20, 0.19),
            (-0.42, 0.15),
            (-0.47, 0.36),
        ),
        blob(
            linen,
            (-0.50, 0.60),
            (-0.40, 0.66),
            (-0.28, 0.67),
            (-0.30, 0.40),
            (-0.36, 0.165),
            (-0.43, 0.15),
            (-0.48, 0.36),
        ),
        *(
            blob(fold, (x, 0.60), (x + 0.03, 0.40), (x + 0.02, 0.19), (x - 0.03, 0.20), (x - 0.01, 0.42))
            for x in (-0.12, 0.16, 0.44, 0.72)
        ),
        blob(dark, (0.98, 0.0), (0.97, 0.66), (1.02, 0.70), (1.08, 0.66), (1.08, 0.0)),
    )


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
