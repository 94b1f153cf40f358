"""Flames: lantern, also carried, candle, fire; each about 1 high on its foot."""

from __future__ import annotations

from blocks.offline.painter.canvas.noise import Rng
from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, moved, oval, poly, ring


def candle() -> Drawing:
    """Draw a burning candle in a brass holder."""
    wax, shade, brass = "e6dcc0", "bfae86", "a57f3a"
    return (
        oval(brass, 0, 0.05, 0.30, 0.055),
        ring(brass, 0.33, 0.10, (0.09, 0.09), (0.055, 0.055)),
        poly(brass, (-0.14, 0.05), (0.14, 0.05), (0.12, 0.16), (-0.12, 0.16)),
        poly(wax, (-0.10, 0.14), (0.10, 0.14), (0.10, 0.68), (-0.10, 0.68)),
        poly(shade, (-0.10, 0.14), (-0.05, 0.14), (-0.06, 0.68), (-0.10, 0.68)),
        blob(wax, (-0.10, 0.70), (0, 0.72), (0.10, 0.70), (0.105, 0.50), (0.08, 0.44), (0.06, 0.58), (-0.10, 0.64)),
        bar("241c19", (0, 0.70), (0.005, 0.77), 0.012),
        blob(LAMP, (0, 1.0), (-0.05, 0.86), (-0.045, 0.78), (0, 0.745), (0.045, 0.78), (0.05, 0.86)),
    )


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
