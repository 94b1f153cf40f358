"""The close shot of two hands: they hold a sheet, or are cupped around a small thing; about 1 high, sleeves below."""

from __future__ import annotations

from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, limb, mirrored, moved, oval, poly
from blocks.offline.painter.people.figures import Look, darker


def reading_hands(look: Look, sheet: Drawing) -> Drawing:
    """Draw hands that hold `sheet`, a drawing about 1.1 wide and 1 high on its foot, by its edges."""
    behind, before = _behind(look), _thumb(look)
    return (*mirrored(behind), *behind, *sheet, *mirrored(before), *before)


def sheet(side: int = 0) -> Drawing:
    """Draw a written page, held upright, 1 high.

    Args:
        side: the edge near a flame, whose light reaches a third of the page: -1 for left, 1 for right, 0 for none.
    """
    ink = "6b6252"
    lit = []
    for k in range(9 if side else 0):
        # Stripes that get warmer towards the flame.
        tone = "".join(f"{round(a + (b - a) * (k + 1) / 9):02x}" for a, b in ((236, 255), (226, 214), (200, 138)))
        start = 0.18 + 0.045 * k
        low, high = (start * side, -0.01), (start * side - 0.02, 1.01)
        lit.append(poly(tone, low, high, (0.57 * side, 1.0), (0.56 * side, -0.02)))
    return (
        poly("ece2c8", (-0.56, 0.0), (-0.58, 1.02), (0.57, 1.0), (0.56, -0.02)),
        *lit,
        bar("d9cba6", (-0.575, 0.52), (0.575, 0.52), 0.014),
        *(
            bar(
                ink,
                (-0.42, 0.90 - 0.085 * k),
                (0.42 - (0.3 if k in (3, 8) else 0.05 * (k % 3)), 0.895 - 0.085 * k),
                0.016,
            )
            for k in range(9)
        ),
    )


def cupped_hands(look: Look, held: Drawing) -> Drawing:
    """Draw two hands side by side that form a bowl, and `held` (about 1 high on its foot) in it."""
    skin, shade, deep = look.skin, darker(look.skin, 0.78), darker(look.skin, 0.55)
    palm: list[Shape] = [
        blob(look.coat, (0.34, -0.42), (0.78, -0.38), (1.05, -1.1), (0.46, -1.1)),
        blob(
            shade,
            (0.02, 0.10),
            (0.10, -0.18),
            (0.36, -0.40),
            (0.72, -0.36),
            (0.80, -0.05),
            (0.72, 0.26),
            (0.50, 0.20),
            (0.24, 0.12),
        ),
    ]
    fingers: list[Shape] = []
    for k in range(4):
        y, x = -0.20 + 0.118 * k, 0.10 + 0.05 * k
        fingers += [
            blob(
                skin,
                (0.02 + 0.3 * x, y - 0.02),
                (0.20, y - 0.085),
                (0.46, y - 0.085),
                (0.70, y - 0.01),
                (0.72, y + 0.06),
                (0.46, y + 0.055),
                (0.20, y + 0.045),
                (0.03 + 0.3 * x, y + 0.05),
            ),
            bar(deep, (0.06 + 0.3 * x, y - 0.055), (0.60, y - 0.062), 0.009),
            oval(darker(skin, 1.0), 0.075 + 0.3 * x, y + 0.012, 0.030, 0.028),
        ]
    thumb = blob(skin, (0.66, 0.02), (0.62, 0.26), (0.56, 0.42), (0.60, 0.50), (0.68, 0.46), (0.77, 0.28), (0.80, 0.02))
    back, front = (*palm, thumb), tuple(fingers)
    return (*mirrored(back), *back, *moved(held, 0, -0.02, 0.85), *mirrored(front), *front)


def _behind(look: Look) -> Drawing:
    """Draw the sleeve, wrist and palm of the right hand, and its fingers behind the sheet."""
    skin, shade, deep = look.skin, darker(look.skin, 0.80), darker(look.skin, 0.66)
    # The palm fills the gaps between the fingers: skin in shade is seen there.
    fingers: list[Shape] = [
        blob(
            darker(skin, 0.74),
            (0.86, -0.10),
            (0.86, 0.30),
            (0.80, 0.52),
            (0.62, 0.58),
            (0.52, 0.56),
            (0.52, 0.06),
            (0.66, -0.06),
        ),
    ]
    for k in range(4):
        y = 0.52 - 0.135 * k
        fingers += [
            limb(
                darker(skin, 0.98 - 0.03 * k),
                (0.84 - 0.012 * abs(k - 1), y - 0.10, 0.062),
                (0.76, y - 0.015, 0.066),
                (0.62, y + 0.035, 0.058),
                (0.48, y + 0.035, 0.050),
            ),
            blob(deep, (0.84, y - 0.150), (0.72, y - 0.080), (0.58, y - 0.030), (0.70, y - 0.090)),
        ]
    return (
        limb(
            shade,
            (0.86, -0.62, 0.150),
            (0.83, -0.40, 0.125),
            (0.80, -0.20, 0.150),
            (0.80, 0.02, 0.150),
            (0.80, 0.24, 0.105),
            (0.80, 0.40, 0.05),
        ),
        *fingers,
        blob(look.coat, (0.66, -0.44), (0.82, -0.40), (0.99, -0.43), (1.20, -1.1), (0.62, -1.1)),
        bar(darker(look.coat, 0.7), (0.655, -0.46), (1.0, -0.45), 0.035),
        bar("d9d2c4", (0.69, -0.425), (0.97, -0.415), 0.022),
    )


def _nail(skin: str) -> str:
    return "".join(
        f"{round(v + (w - v) * 0.45):02x}"
        for v, w in ((int(skin[i : i + 2], 16), w) for i, w in ((0, 246), (2, 206), (4, 190)))
    )


def _thumb(look: Look) -> Drawing:
    skin = look.skin
    return (
        limb(
            skin,
            (0.82, -0.30, 0.10),
            (0.74, -0.10, 0.125),
            (0.63, 0.07, 0.098),
            (0.53, 0.18, 0.074),
            (0.45, 0.275, 0.066),
            (0.395, 0.345, 0.046),
        ),
        blob(_nail(skin), (0.385, 0.300), (0.375, 0.355), (0.41, 0.378), (0.450, 0.335), (0.435, 0.295)),
        bar(darker(skin, 0.74), (0.505, 0.165), (0.555, 0.225), 0.008),
        bar(darker(skin, 0.74), (0.60, 0.05), (0.66, 0.10), 0.007),
    )
