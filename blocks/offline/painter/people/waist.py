"""The medium shot of a person: from the waist up in three-quarter view, the face turned to the light, holding a thing.

In the coordinates of `bust.py` (the top of the head at 1, facing right), with the body down to -1.3, and with the
clothes of the same `Look`.
"""

from __future__ import annotations

from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, moved, oval
from blocks.offline.painter.people.bust import bust
from blocks.offline.painter.people.face import as_child, turned_head
from blocks.offline.painter.people.figures import Look, darker
from blocks.offline.painter.prompt.subjects import ROWS

_HELD_AT = {kind: row.hand for kind, row in ROWS.items() if row.hand}
"""Where the foot of a held thing, about 1 high, is in front of the body, and how large it is drawn: x, y, size."""

FOOT = -1.3
"""Lower end of the drawing: the frame must cut it above this."""


def half_figure(
    look: Look, aged: bool, bearded: bool, doing: str, held: Drawing = (), turned: bool = False, cloth: str = ""
) -> Drawing:
    """Draw a person from the waist up, facing right.

    Args:
        doing: what the hands hold: 'umbrella' or a kind of thing; '' lets the near arm hang.
        held: the drawing of that thing, about 1 high on its foot.
        turned: the face in three-quarter view instead of profile; a child's always is.
        cloth: tone of an umbrella; '' takes it from the coat.
    """
    shapes: list[Shape] = []
    if doing == "umbrella":
        shapes += _canopy(cloth or darker(look.coat, 0.42))
    elif doing:
        shapes += _far_arm(look)
    if turned or look.child:
        shapes += turned_head(look, aged, bearded, _torso(look))
    else:
        shapes += bust(look, aged, bearded, _torso(look))
    if doing == "umbrella":
        shapes += [bar("3a2c24", (0.47, -0.62), (0.288, 1.56), 0.028), *_near_arm(look, 0.40, -0.36)]
        shapes += _fist(look, 0.455, -0.34)
    elif doing == "lantern":
        shapes += [*moved(held, *_HELD_AT[doing]), *_near_arm(look, 0.54, -0.42), *_fist(look, 0.60, -0.43)]
    elif doing == "book":
        shapes += [*moved(held, *_HELD_AT[doing]), *_near_arm(look, 0.40, -0.52), *_fist(look, 0.47, -0.50)]
    elif doing:
        shapes += [*moved(held, *_HELD_AT[doing]), *_near_arm(look, 0.38, -0.42), *_fist(look, 0.45, -0.37)]
    else:
        shapes += _hanging_arm(look)
    return as_child(tuple(shapes)) if look.child else tuple(shapes)


def _torso(look: Look) -> list[Shape]:
    coat, dark, deep = look.coat, darker(look.coat, 0.72), darker(look.coat, 0.5)
    hip = 0.46 if look.cut == "dress" else 0.37
    shapes = [
        blob(
            coat,
            (0.10, 0.27),
            (0.21, 0.22),
            (0.31, 0.11),
            (0.35, -0.10),
            (0.335, -0.40),
            (0.27, -0.72),
            (0.31, -1.0),
            (hip, -1.36),
            (-hip - 0.08, -1.36),
            (-0.40, -1.0),
            (-0.36, -0.72),
            (-0.44, -0.40),
            (-0.50, -0.08),
            (-0.46, 0.12),
            (-0.30, 0.25),
            (-0.16, 0.33),
            (-0.02, 0.27),
        ),
        blob(dark, (-0.30, -0.30), (-0.36, -0.70), (-0.42, -1.36), (-0.22, -1.36), (-0.20, -0.80)),
    ]
    if look.cut == "dress":
        skin = darker(look.skin, 0.94)
        shapes += [
            blob(skin, (0.11, 0.34), (0.19, 0.22), (0.20, 0.10), (0.06, 0.12), (-0.10, 0.22), (-0.14, 0.34)),
            bar(dark, (-0.355, -0.72), (0.275, -0.72), 0.05),
            *(bar(dark, (x, -0.76), (x * 1.5 - 0.02, -1.36), 0.010) for x in (-0.22, -0.05, 0.14)),
        ]
    elif look.knit:
        blouse = "d9d2c4"
        shapes += [
            blob(
                blouse,
                (0.11, 0.33),
                (0.20, 0.22),
                (0.29, 0.02),
                (0.26, -0.45),
                (0.22, -0.80),
                (0.26, -1.36),
                (0.05, -1.36),
                (0.06, -0.70),
                (0.08, -0.20),
                (0.0, 0.10),
                (-0.12, 0.28),
            ),
            *(oval("a99f8d", 0.19 + 0.01 * k, 0.02 - 0.24 * k, 0.013, 0.013) for k in range(5)),
            bar(deep, (-0.06, 0.16), (0.085, -0.20), 0.030),
            bar(deep, (0.083, -0.18), (0.06, -0.72), 0.030),
            bar(deep, (0.06, -0.70), (0.05, -1.36), 0.030),
            *(bar(dark, (-0.30 + 0.10 * k, -1.14), (-0.30 + 0.10 * k, -1.36), 0.014) for k in range(4)),
            blob(blouse, (-0.15, 0.38), (0.0, 0.34), (0.14, 0.30), (0.19, 0.20), (0.08, 0.22), (-0.08, 0.27)),
        ]
    else:
        shapes += [
            blob(
                dark,
                (-0.17, 0.35),
                (-0.13, 0.43),
                (-0.02, 0.37),
                (0.10, 0.335),
                (0.15, 0.27),
                (0.22, 0.06),
                (0.10, 0.17),
                (-0.04, 0.24),
            ),
            bar(deep, (0.17, 0.14), (0.22, -0.40), 0.012),
            bar(deep, (0.22, -0.40), (0.20, -1.36), 0.012),
            *(oval(deep, 0.17 + 0.012 * (k % 3), -0.08 - 0.27 * k, 0.018, 0.018) for k in range(5)),
            blob(dark, (-0.04, -0.86), (0.12, -0.86), (0.12, -0.93), (-0.04, -0.93)),
        ]
    if look.scarf:
        shapes += [
            blob(
                look.scarf,
                (-0.18, 0.34),
                (-0.15, 0.45),
                (0.0, 0.395),
                (0.13, 0.375),
                (0.20, 0.30),
                (0.12, 0.20),
                (-0.06, 0.24),
            ),
            bar(darker(look.scarf, 0.75), (-0.13, 0.37), (0.13, 0.29), 0.014),
            blob(darker(look.scarf, 0.85), (0.06, 0.26), (0.15, 0.25), (0.19, -0.22), (0.07, -0.24)),
        ]
    if look.pack:
        shapes.append(bar(darker(look.pack, 0.8), (-0.24, 0.27), (-0.20, -0.45), 0.07))
    return shapes


def _hanging_arm(look: Look) -> list[Shape]:
    coat, deep = look.coat, darker(look.coat, 0.62)
    return [
        blob(deep, (-0.27, 0.16), (-0.17, -0.10), (-0.18, -0.60), (-0.13, -1.10), (-0.13, -1.4), (-0.40, -1.4)),
        blob(
            coat,
            (-0.40, 0.20),
            (-0.52, 0.02),
            (-0.55, -0.30),
            (-0.53, -0.64),
            (-0.47, -1.0),
            (-0.44, -1.4),
            (-0.19, -1.4),
            (-0.21, -1.0),
            (-0.22, -0.60),
            (-0.20, -0.22),
            (-0.23, 0.08),
        ),
        bar(deep, (-0.42, -0.60), (-0.30, -0.66), 0.010),
        bar(deep, (-0.26, -0.56), (-0.33, -0.60), 0.010),
    ]


def _near_arm(look: Look, x: float, y: float) -> list[Shape]:
    """Draw the arm on the viewer's side, bent at the elbow, with its cuff at (x, y)."""
    coat, deep = look.coat, darker(look.coat, 0.60)
    return [
        blob(
            deep,
            (-0.24, 0.12),
            (-0.15, -0.20),
            (-0.12, -0.52),
            (0.10, -0.62),
            (x - 0.02, y - 0.14),
            (0.0, -0.84),
            (-0.36, -0.86),
            (-0.40, -0.30),
        ),
        blob(
            coat,
            (-0.40, 0.20),
            (-0.52, 0.02),
            (-0.54, -0.30),
            (-0.50, -0.62),
            (-0.42, -0.78),
            (-0.28, -0.82),
            (0.02, -0.72),
            (x + 0.03, y - 0.095),
            (x - 0.03, y + 0.105),
            (0.06, -0.47),
            (-0.18, -0.50),
            (-0.20, -0.22),
            (-0.23, 0.08),
        ),
        bar(deep, (-0.20, -0.49), (-0.33, -0.60), 0.010),
        bar(deep, (-0.16, -0.54), (-0.26, -0.70), 0.008),
        bar(darker(look.coat, 0.8), (x + 0.01, y - 0.105), (x - 0.05, y + 0.10), 0.05),
    ]


def _far_arm(look: Look) -> list[Shape]:
    dark, skin = darker(look.coat, 0.62), darker(look.skin, 0.82)
    return [
        blob(dark, (0.24, 0.16), (0.37, -0.04), (0.40, -0.36), (0.60, -0.42), (0.62, -0.58), (0.30, -0.62)),
        blob(skin, (0.58, -0.40), (0.70, -0.34), (0.76, -0.40), (0.74, -0.52), (0.60, -0.58)),
    ]


def _fist(look: Look, x: float, y: float) -> list[Shape]:
    """Draw a closed hand around (x, y): its back, four bent fingers, and the thumb."""
    skin, shade = look.skin, darker(look.skin, 0.66)
    fingers: list[Shape] = []
    for k in range(4):
        low = y + 0.062 - 0.046 * k
        fingers += [
            blob(
                skin,
                (x - 0.01, low + 0.022),
                (x + 0.075, low + 0.024),
                (x + 0.098, low),
                (x + 0.075, low - 0.024),
                (x - 0.01, low - 0.022),
            ),
            bar(shade, (x + 0.005, low - 0.023), (x + 0.085, low - 0.023), 0.006),
        ]
    return [
        blob(
            skin,
            (x - 0.09, y - 0.10),
            (x - 0.10, y + 0.07),
            (x - 0.03, y + 0.105),
            (x + 0.05, y + 0.09),
            (x + 0.06, y - 0.08),
            (x - 0.02, y - 0.12),
        ),
        *fingers,
        blob(
            skin,
            (x - 0.06, y + 0.06),
            (x - 0.03, y + 0.125),
            (x + 0.055, y + 0.135),
            (x + 0.07, y + 0.105),
            (x + 0.0, y + 0.075),
        ),
    ]


def _canopy(cloth: str) -> list[Shape]:
    """Draw an umbrella overhead, with its inside and its ribs seen from below."""
    ribs = (-0.85, -0.40, 0.05, 0.55, 1.02, 1.42)
    return [
        blob(
            cloth,
            (-0.88, 0.98),
            (-0.72, 1.28),
            (-0.30, 1.50),
            (0.29, 1.58),
            (0.88, 1.50),
            (1.28, 1.28),
            (1.45, 0.98),
            (1.20, 1.06),
            (0.80, 1.03),
            (0.30, 1.08),
            (-0.18, 1.03),
            (-0.62, 1.06),
        ),
        *(bar(darker(cloth, 0.7), (0.29, 1.56), (x, 1.02), 0.012) for x in ribs),
    ]
