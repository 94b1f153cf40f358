"""Animals of the sea: whale, its fluke, fish; each facing right, about 1 high; (0, 0) is its foot or its middle."""

from __future__ import annotations

from blocks.offline.painter.canvas.noise import Rng
from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, oval, poly


def whale() -> Drawing:
    """Draw a humpback whale around its middle: long flippers, throat grooves, raised tail."""
    skin, dark, belly = "3d5a70", "2b4356", "a9bcc2"
    return (
        blob(dark, (0.30, -0.04), (0.20, -0.24), (0.02, -0.40), (-0.06, -0.38), (0.06, -0.22), (0.16, -0.02)),
        blob(
            skin,
            (0.96, 0.05),
            (0.90, 0.16),
            (0.66, 0.235),
            (0.36, 0.25),
            (0.02, 0.235),
            (-0.14, 0.245),
            (-0.22, 0.285),
            (-0.27, 0.22),
            (-0.52, 0.155),
            (-0.80, 0.10),
            (-1.02, 0.13),
            (-1.16, 0.24),
            (-1.34, 0.31),
            (-1.30, 0.22),
            (-1.16, 0.08),
            (-1.30, 0.0),
            (-1.36, -0.09),
            (-1.14, -0.055),
            (-0.96, 0.02),
            (-0.70, -0.02),
            (-0.40, -0.10),
            (0.0, -0.18),
            (0.40, -0.20),
            (0.74, -0.14),
            (0.93, -0.04),
        ),
        blob(
            belly,
            (0.93, -0.03),
            (0.76, -0.035),
            (0.50, -0.07),
            (0.20, -0.12),
            (-0.10, -0.15),
            (0.10, -0.18),
            (0.42, -0.195),
            (0.74, -0.135),
        ),
        *(
            bar("7f949e", (0.88 - 0.03 * k, -0.055 - 0.022 * k), (0.10 + 0.05 * k, -0.142 - 0.010 * k), 0.006)
            for k in range(4)
        ),
        bar(dark, (0.95, 0.035), (0.60, -0.005), 0.010),
        oval("0d1216", 0.60, 0.045, 0.016, 0.016),
        blob(
            skin,
            (0.42, -0.08),
            (0.40, -0.24),
            (0.26, -0.46),
            (0.16, -0.54),
            (0.13, -0.50),
            (0.20, -0.34),
            (0.26, -0.12),
        ),
        *(oval("6c8796", x, y, 0.012, 0.012) for x, y in ((0.80, 0.14), (0.72, 0.17), (0.86, 0.10), (0.64, 0.20))),
    )


def fish(rng: Rng) -> Drawing:
    """Draw a loose shoal of nine fish around the middle."""
    shapes: list[Shape] = []
    for _ in range(9):
        x, y, s = float(rng.uniform(-0.9, 0.9)), float(rng.uniform(-0.35, 0.35)), float(rng.uniform(0.10, 0.19))
        tone = ("c98a4a", "8fa9b5", "d0b060")[int(rng.integers(0, 3))]
        shapes += [
            poly(
                tone, (x - 0.85 * s, y), (x - 1.35 * s, y + 0.34 * s), (x - 1.22 * s, y), (x - 1.35 * s, y - 0.34 * s)
            ),
            blob(
                tone,
                (x + s, y),
                (x + 0.5 * s, y + 0.30 * s),
                (x - 0.2 * s, y + 0.32 * s),
                (x - 0.95 * s, y),
                (x - 0.2 * s, y - 0.32 * s),
                (x + 0.5 * s, y - 0.28 * s),
            ),
            poly(tone, (x - 0.1 * s, y + 0.28 * s), (x - 0.35 * s, y + 0.52 * s), (x - 0.45 * s, y + 0.24 * s)),
            oval("14171a", x + 0.62 * s, y + 0.07 * s, 0.05 * s, 0.05 * s),
        ]
    return tuple(shapes)


def fluke() -> Drawing:
    """Draw a whale's tail above the surface; its foot is at the waterline."""
    skin, dark = "3d5a70", "2b4356"
    return (
        blob(
            skin,
            (-0.16, -0.06),
            (-0.11, 0.25),
            (-0.06, 0.52),
            (-0.20, 0.70),
            (-0.50, 0.86),
            (-0.80, 0.92),
            (-0.86, 0.99),
            (-0.50, 1.0),
            (-0.18, 0.93),
            (0.0, 0.80),
            (0.18, 0.93),
            (0.50, 1.0),
            (0.86, 0.99),
            (0.80, 0.92),
            (0.50, 0.86),
            (0.20, 0.70),
            (0.06, 0.52),
            (0.11, 0.25),
            (0.16, -0.06),
        ),
        bar(dark, (0, 0.80), (0, 0.10), 0.02),
    )
