"""Two hands close by: reading a sheet, or cupped about a small thing; about 1 high, sleeves running off below."""

from __future__ import annotations

from studio.offline.paint.figures import Look, darker
from studio.offline.paint.shapes import Drawing, Shape, bar, blob, mirrored, moved, oval, poly


def reading_hands(look: Look, sheet: Drawing) -> Drawing:
    """Draw hands that hold `sheet`, a drawing about 1.1 wide and 1 high on its foot, by its edges."""
    behind, before = _behind(look), _thumb(look)
    return (*mirrored(behind), *behind, *moved(sheet, 0, 0, 1.0), *mirrored(before), *before)


def sheet() -> Drawing:
    """A written page, held upright."""
    ink = "6b6252"
    return (
        poly("ece2c8", (-0.56, 0.0), (-0.59, 1.02), (0.57, 1.0), (0.56, -0.02)),
        bar("d9cba6", (-0.575, 0.52), (0.575, 0.52), 0.014),
        *(bar(ink, (-0.42, 0.90 - 0.085 * k), (0.42 - (0.3 if k in (3, 8) else 0.05 * (k % 3)), 0.895 - 0.085 * k),
              0.016) for k in range(9)),
    )  # fmt: skip


def cupped_hands(look: Look, held: Drawing) -> Drawing:
    """Draw two hands side by side as a bowl, and `held` (about 1 high on its foot) standing in it."""
    skin, shade, deep = look.skin, darker(look.skin, 0.78), darker(look.skin, 0.55)
    palm: list[Shape] = [
        blob(look.coat, (0.34, -0.42), (0.78, -0.38), (1.05, -1.1), (0.46, -1.1)),
        blob(shade, (0.02, 0.10), (0.10, -0.18), (0.36, -0.40), (0.72, -0.36), (0.80, -0.05), (0.72, 0.26),
             (0.50, 0.20), (0.24, 0.12)),
    ]  # fmt: skip
    fingers: list[Shape] = []
    for k in range(4):
        y, x = -0.20 + 0.118 * k, 0.10 + 0.05 * k
        fingers += [
            blob(skin, (0.02 + 0.3 * x, y - 0.02), (0.20, y - 0.085), (0.46, y - 0.085), (0.70, y - 0.01),
                 (0.72, y + 0.06), (0.46, y + 0.055), (0.20, y + 0.045), (0.03 + 0.3 * x, y + 0.05)),
            bar(deep, (0.06 + 0.3 * x, y - 0.055), (0.60, y - 0.062), 0.009),
            oval(darker(skin, 1.0), 0.075 + 0.3 * x, y + 0.012, 0.030, 0.028),
        ]  # fmt: skip
    thumb = blob(skin, (0.66, 0.02), (0.62, 0.26), (0.56, 0.42), (0.60, 0.50), (0.68, 0.46), (0.77, 0.28), (0.80, 0.02))
    back, front = (*palm, thumb), tuple(fingers)
    return (*mirrored(back), *back, *moved(held, 0, -0.02, 0.85), *mirrored(front), *front)


def _behind(look: Look) -> Drawing:
    """The right hand's sleeve, palm and finger ends, seen past the sheet's edge."""
    skin, shade = look.skin, darker(look.skin, 0.78)
    knuckles = [oval(skin if k % 2 else darker(skin, 0.92), 0.60, 0.22 + 0.115 * k, 0.115, 0.062) for k in range(4)]
    return (
        *knuckles,
        blob(shade, (0.56, -0.50), (0.50, -0.10), (0.55, 0.16), (0.66, 0.58), (0.76, 0.60), (0.86, 0.36), (0.92, 0.05),
             (0.98, -0.50)),
        blob(look.coat, (0.46, -0.34), (0.74, -0.28), (1.02, -0.32), (1.16, -1.1), (0.52, -1.1)),
        bar(darker(look.coat, 0.7), (0.46, -0.36), (1.03, -0.34), 0.03),
    )  # fmt: skip


def _thumb(look: Look) -> Drawing:
    skin = look.skin
    return (
        blob(skin, (0.62, -0.12), (0.53, 0.10), (0.40, 0.22), (0.29, 0.31), (0.275, 0.39), (0.34, 0.425), (0.46, 0.385),
             (0.62, 0.31), (0.78, 0.16), (0.84, -0.05), (0.78, -0.24)),
        blob(darker(skin, 1.0) if skin > "c" else "d8b095", (0.30, 0.345), (0.30, 0.395), (0.35, 0.40), (0.375, 0.345)),
        bar(darker(skin, 0.72), (0.47, 0.235), (0.52, 0.315), 0.008),
    )  # fmt: skip
