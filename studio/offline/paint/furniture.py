"""What furnishes a room: curtain, plant, dresser; each about 1 high on its foot."""

from __future__ import annotations

from studio.offline.paint.shapes import Drawing, Shape, bar, blob, oval, poly


def curtain(side: int) -> Drawing:
    """A curtain drawn to one side of a window: -1 its left, 1 its right."""
    cloth, fold = "8c5a4a", "64402f"
    return (
        poly(cloth, (-0.02 * side, 1.0), (0.14 * side, 1.0), (0.15 * side, 0.0), (0.02 * side, 0.02)),
        *(bar(fold, (x * side, 0.99), ((x + 0.01) * side, 0.02), 0.012) for x in (0.02, 0.06, 0.10)),
    )


def plant() -> Drawing:
    """A tall plant in a clay pot."""
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
        leaves.append(blob(leaf if k % 2 else dark, (0, 0.26), (x * 0.5 - half, (y + 0.30) / 2 + half), (x, y),
                           (x * 0.55 + half, (y + 0.26) / 2 - half * 0.4)))  # fmt: skip
    return (*leaves, poly(clay, (-0.14, 0.0), (0.14, 0.0), (0.19, 0.28), (-0.19, 0.28)),
            poly("7a4329", (-0.21, 0.24), (0.21, 0.24), (0.21, 0.31), (-0.21, 0.31)))  # fmt: skip


def dresser() -> Drawing:
    """A kitchen dresser with plates on its shelves and cups on hooks."""
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
    shapes += [poly(white, (x - 0.03, 0.86), (x + 0.03, 0.86), (x + 0.04, 0.93), (x - 0.04, 0.93)) for x in
               (-0.27, -0.13, 0.02, 0.16, 0.28)]  # fmt: skip
    for side in (-1, 1):
        shapes += [
            poly(dark, (0.03 * side, 0.04), (0.38 * side, 0.04), (0.38 * side, 0.28), (0.03 * side, 0.28)),
            poly(wood, (0.06 * side, 0.07), (0.35 * side, 0.07), (0.35 * side, 0.25), (0.06 * side, 0.25)),
            oval("c9a24a", 0.205 * side, 0.35, 0.016, 0.016),
        ]
    return tuple(shapes)
