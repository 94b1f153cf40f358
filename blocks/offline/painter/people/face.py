"""The face in three-quarter view, turned to the light, with both eyes; softer than a profile, and used for children.

In the coordinates of `bust.py`: the chin at 0.40, the top of the head at 0.99, facing right.
"""

from __future__ import annotations

import math

from blocks.offline.painter.canvas.shapes import Drawing, Point, Shape, bar, blob, oval
from blocks.offline.painter.people.figures import Look, darker


def paler(tone: str, share: float) -> str:
    """Return a tone 'rrggbb' moved towards white by `share`, 0 to 1."""
    return "".join(f"{int(v + (255 - v) * share):02x}" for v in (int(tone[i : i + 2], 16) for i in (0, 2, 4)))


def turned_head(look: Look, aged: bool, bearded: bool, body: list[Shape]) -> Drawing:
    """Draw a head in three-quarter view over `body`, the shapes of the shoulders."""
    shade = darker(look.skin, 0.84)
    long = look.style == "long"
    shapes: list[Shape] = []
    if long:
        back = darker(look.hair, 0.72)
        shapes.append(
            blob(
                back,
                (0.02, 0.97),
                (-0.20, 0.88),
                (-0.28, 0.66),
                (-0.29, 0.40),
                (-0.30, 0.12),
                (-0.16, 0.02),
                (0.02, 0.10),
                (0.17, 0.16),
                (0.20, 0.40),
                (0.22, 0.70),
                (0.16, 0.92),
            )
        )
    elif look.style == "bun":
        shapes.append(oval(darker(look.hair, 0.82), -0.20, 0.90, 0.105, 0.10))
    shapes += [
        # The neck has no lower edge: it continues into the shoulders.
        blob(shade, (-0.15, 0.60), (-0.13, 0.38), (-0.20, 0.22), (0.0, 0.12), (0.16, 0.22), (0.10, 0.36), (0.11, 0.52)),
        *body,
        *_hull(look, aged),
        *_features(look, aged),
    ]
    if bearded:
        shapes += _beard(look)
    shapes += _crown(look, aged)
    return tuple(shapes)


def _hull(look: Look, aged: bool) -> list[Shape]:
    """Draw the face's outline, its shaded side, and the ear."""
    skin = look.skin
    wide = 0.0 if look.style == "short" and not look.child else 0.012
    outline: tuple[Point, ...] = (
        (0.10, 0.395),
        (0.165, 0.425),
        (0.205, 0.485),
        (0.222 + wide, 0.555),
        (0.226 + wide, 0.61),
        (0.212, 0.655),
        (0.226, 0.72),
        (0.222, 0.80),
        (0.17, 0.90),
        (0.05, 0.955),
        (-0.10, 0.94),
        (-0.20, 0.84),
        (-0.215, 0.70),
        (-0.185, 0.58),
        (-0.13, 0.49),
        (-0.03, 0.42),
        (0.05, 0.393),
    )
    if look.style == "short" and not look.child:
        outline = tuple((x, y - 0.012 if y < 0.45 else y) for x, y in outline)
    ear = (
        []
        if look.style == "long"
        else [
            oval(darker(skin, 0.94), -0.185, 0.635, 0.040, 0.066),
            oval(darker(skin, 0.76), -0.182, 0.636, 0.020, 0.042),
        ]
    )
    return [
        blob(skin, *outline),
        # Away from the light the cheek gets darker in two soft steps.
        blob(
            darker(skin, 0.95),
            (-0.20, 0.82),
            (-0.15, 0.70),
            (-0.10, 0.58),
            (-0.02, 0.47),
            (0.06, 0.41),
            (-0.03, 0.42),
            (-0.13, 0.49),
            (-0.185, 0.58),
            (-0.215, 0.70),
        ),
        blob(
            darker(skin, 0.89),
            (-0.21, 0.80),
            (-0.175, 0.68),
            (-0.13, 0.56),
            (-0.06, 0.47),
            (-0.13, 0.49),
            (-0.185, 0.58),
            (-0.215, 0.70),
        ),
        *ear,
    ]


def _features(look: Look, aged: bool) -> list[Shape]:
    skin, hair = look.skin, look.hair
    deep, shade = darker(skin, 0.50), darker(skin, 0.80)
    woman = look.style != "short"
    tall = 0.030 if look.child else 0.023 if woman else 0.019
    lip = _towards(skin, "a8413f", 0.50 if woman and not aged and not look.child else 0.25)
    lash = darker(hair if not aged else "4a3a32", 0.7)
    shapes: list[Shape] = [
        oval(_towards(skin, "c8604e", 0.22), -0.065, 0.545, 0.055, 0.042),
        oval(_towards(skin, "c8604e", 0.16), 0.180, 0.550, 0.028, 0.036),
    ]
    for x, half, far in ((-0.030, 0.056, False), (0.148, 0.042, True)):
        y = 0.648
        shapes += [
            blob(
                darker(skin, 0.88),
                (x - half * 1.15, y + 0.006),
                (x - half * 0.3, y + tall * 1.9),
                (x + half * 1.1, y + tall),
                (x + half, y - 0.004),
            ),
            blob(
                "ece6dc",
                (x - half, y - 0.003),
                (x - half * 0.4, y + tall * 0.9),
                (x + half * 0.45, y + tall),
                (x + half, y + 0.002),
                (x + half * 0.3, y - tall * 0.75),
                (x - half * 0.4, y - tall * 0.7),
            ),
            oval("4a3020" if skin < "a" else "46545c", x + half * 0.22, y + 0.001, tall * 0.86, tall * 0.98),
            oval("15100e", x + half * 0.26, y + 0.001, tall * 0.46, tall * 0.54),
            oval("ffffff", x + half * 0.26 + tall * 0.30, y + tall * 0.36, tall * 0.20, tall * 0.20),
            _lid(lash, x, y, half, tall, woman or look.child),
            bar(shade, (x - half * 0.7, y - tall * 1.05), (x + half * 0.7, y - tall * 1.0), 0.005),
        ]
        rise = 0.012 if woman or look.child else 0.0
        thick = 0.011 if woman or look.child else 0.017
        high = y + tall + (0.045 if not look.child else 0.050)
        inner, outer = (x - half * 1.1, x + half * 1.15) if far else (x + half * 1.1, x - half * 1.2)
        shapes.append(
            blob(
                "9a958c" if aged else darker(hair, 0.85),
                (outer, high - 0.018),
                (x, high + 0.010 + rise),
                (inner, high + rise * 0.5),
                (inner, high + rise * 0.5 - thick),
                (x, high + 0.010 + rise - thick),
            )
        )
    tip = 0.522 if look.child else 0.508
    shapes += [
        # The nose is drawn by the shade beside its ridge, the light on its tip, and the nostrils.
        blob(
            darker(skin, 0.90),
            (0.082, 0.640),
            (0.074, 0.58),
            (0.060, tip + 0.012),
            (0.082, tip - 0.006),
            (0.100, tip + 0.022),
            (0.098, 0.58),
        ),
        blob(
            paler(skin, 0.12), (0.104, 0.63), (0.112, 0.57), (0.132, tip + 0.022), (0.116, tip + 0.008), (0.100, 0.56)
        ),
        blob(
            shade,
            (0.066, tip + 0.004),
            (0.100, tip - 0.010),
            (0.146, tip + 0.004),
            (0.120, tip + 0.004),
            (0.098, tip + 0.002),
        ),
        oval(deep, 0.086, tip + 0.001, 0.010, 0.006),
        oval(deep, 0.128, tip + 0.003, 0.007, 0.005),
    ]
    wide = 0.048 if look.child else 0.058
    mouth = 0.458
    shapes += [
        blob(
            lip,
            (0.098 - wide, mouth + 0.002),
            (0.084, mouth + 0.015),
            (0.102, mouth + 0.011),
            (0.118, mouth + 0.015),
            (0.098 + wide * 0.85, mouth + 0.003),
            (0.102, mouth - 0.002),
        ),
        blob(
            paler(lip, 0.10),
            (0.098 - wide * 0.85, mouth),
            (0.102, mouth - 0.002),
            (0.098 + wide * 0.72, mouth + 0.001),
            (0.128, mouth - 0.017),
            (0.098, mouth - 0.021),
            (0.066, mouth - 0.014),
        ),
        bar(darker(lip, 0.55), (0.098 - wide, mouth + 0.003), (0.100, mouth - 0.002), 0.005),
        bar(darker(lip, 0.55), (0.100, mouth - 0.002), (0.098 + wide * 0.85, mouth + 0.004), 0.005),
        blob(
            darker(skin, 0.90),
            (0.072, mouth - 0.029),
            (0.100, mouth - 0.034),
            (0.128, mouth - 0.029),
            (0.100, mouth - 0.026),
        ),
    ]
    if aged:
        shapes += [
            bar(shade, (0.030, 0.515), (0.008, 0.455), 0.007),
            bar(shade, (0.165, 0.510), (0.178, 0.460), 0.006),
            *(bar(shade, (-0.06 + 0.01 * k, 0.78 + 0.032 * k), (0.17, 0.785 + 0.032 * k), 0.005) for k in range(3)),
            *(bar(shade, (-0.105, 0.650 - 0.016 * k), (-0.135, 0.664 - 0.024 * k), 0.005) for k in range(3)),
        ]
    if look.glasses:
        wire = "3a332c"
        for x, half in ((-0.028, 0.080), (0.150, 0.062)):
            rim, hole = oval("", x, 0.645, half, 0.075).points, oval("", x, 0.645, half - 0.008, 0.067).points
            shapes.append(Shape("straight", (*rim, rim[0], hole[0], *reversed(hole)), wire))
        shapes += [bar(wire, (0.052, 0.66), (0.088, 0.66), 0.009), bar(wire, (-0.108, 0.655), (-0.19, 0.665), 0.009)]
    return shapes


def _lid(lash: str, x: float, y: float, half: float, tall: float, long: bool) -> Shape:
    """Draw the line of the upper lid, thicker outwards; `long` adds lashes."""
    out = 0.012 if long else 0.0
    return blob(
        lash,
        (x - half - out, y - 0.004 + out),
        (x - half * 0.4, y + tall + 0.005),
        (x + half * 0.45, y + tall + 0.006),
        (x + half + out * 0.5, y + 0.004 + out * 0.5),
        (x + half * 0.45, y + tall - 0.006),
        (x - half * 0.4, y + tall - 0.006),
    )


def _towards(tone: str, other: str, share: float) -> str:
    return "".join(
        f"{int(int(tone[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share):02x}" for i in (0, 2, 4)
    )


def _beard(look: Look) -> list[Shape]:
    hair, dark, light = look.hair, darker(look.hair, 0.74), paler(look.hair, 0.14)
    shapes = [
        blob(
            hair,
            (-0.19, 0.64),
            (-0.14, 0.56),
            (-0.05, 0.50),
            (0.03, 0.495),
            (0.10, 0.49),
            (0.17, 0.495),
            (0.215, 0.56),
            (0.226, 0.46),
            (0.19, 0.34),
            (0.10, 0.28),
            (-0.02, 0.31),
            (-0.13, 0.43),
            (-0.19, 0.54),
        ),
        *(
            blob(
                (dark, light)[k % 2],
                (-0.12 + 0.05 * k, 0.47 - 0.008 * k),
                (-0.10 + 0.045 * k, 0.36 - 0.012 * k),
                (-0.07 + 0.045 * k, 0.33 - 0.004 * abs(k - 3)),
                (-0.09 + 0.05 * k, 0.44),
            )
            for k in range(6)
        ),
        blob(darker(look.skin, 0.72), (0.055, 0.458), (0.10, 0.468), (0.145, 0.460), (0.10, 0.446)),
        blob(light, (0.10, 0.505), (0.03, 0.492), (-0.01, 0.452), (0.05, 0.470), (0.10, 0.478)),
        blob(light, (0.10, 0.505), (0.165, 0.494), (0.20, 0.455), (0.15, 0.470), (0.10, 0.478)),
    ]
    return shapes


def _crown(look: Look, aged: bool) -> list[Shape]:
    """Draw the hair from the brow over the skull, in strands that catch the light."""
    hair, dark, light = look.hair, darker(look.hair, 0.72), paler(look.hair, 0.16)
    shapes: list[Shape] = []
    if look.head == "hood":
        return [
            blob(
                look.head_tone,
                (0.17, 0.92),
                (0.05, 1.05),
                (-0.15, 1.02),
                (-0.29, 0.85),
                (-0.31, 0.55),
                (-0.26, 0.26),
                (-0.05, 0.26),
                (-0.17, 0.45),
                (-0.205, 0.62),
                (-0.16, 0.80),
                (0.0, 0.90),
            )
        ]
    line = 0.03 if aged and look.style == "short" else 0.0
    shapes.append(
        blob(
            hair,
            (0.212, 0.74),
            (0.228, 0.84),
            (0.17, 0.95),
            (0.03, 1.0),
            (-0.13, 0.975),
            (-0.235, 0.87),
            (-0.258, 0.70),
            (-0.215, 0.585),
            (-0.185, 0.67),
            (-0.155, 0.76),
            (-0.085, 0.835 + line),
            (0.03, 0.865 + line),
            (0.13, 0.862 + line),
            (0.19, 0.82),
        )
    )
    if look.style == "long":
        shapes += [
            # Long hair frames the face on both sides; on the near side it is in front of the shoulder.
            blob(
                hair,
                (-0.09, 0.86),
                (-0.20, 0.78),
                (-0.285, 0.62),
                (-0.30, 0.36),
                (-0.315, 0.08),
                (-0.22, -0.03),
                (-0.13, 0.04),
                (-0.155, 0.30),
                (-0.165, 0.50),
                (-0.195, 0.66),
            ),
            blob(
                dark,
                (0.19, 0.85),
                (0.235, 0.72),
                (0.24, 0.52),
                (0.225, 0.32),
                (0.16, 0.20),
                (0.175, 0.34),
                (0.205, 0.50),
                (0.222, 0.66),
            ),
        ]
        for k in range(7):
            x = -0.29 + 0.020 * k
            shapes.append(
                blob(
                    (dark, light, hair)[k % 3],
                    (-0.12 - 0.012 * k, 0.84 - 0.015 * k),
                    (x + 0.035, 0.55),
                    (x, 0.30),
                    (x + 0.012, 0.05 + 0.012 * k),
                    (x + 0.016, 0.30),
                    (x + 0.05, 0.56),
                )
            )
    for k in range(6):
        root = (0.10 - 0.022 * k, 0.985 - 0.004 * k)
        side = (-0.10 - 0.022 * k, 0.83 - 0.035 * k + line)
        bend = ((root[0] + side[0]) / 2 - 0.03, (root[1] + side[1]) / 2 + 0.035)
        shapes.append(
            blob((dark, light)[k % 2], root, (bend[0], bend[1] + 0.006), side, (bend[0] - 0.004, bend[1] - 0.008))
        )
    if look.child and look.style == "short":
        shapes += [
            blob(hair, (0.20 - 0.07 * k, 0.90), (0.19 - 0.075 * k, 0.79 + 0.012 * (k % 2)), (0.10 - 0.07 * k, 0.88))
            for k in range(4)
        ]
    tone = look.head_tone
    if look.head == "hat":
        shapes += [
            blob(tone, (0.215, 0.85), (0.19, 1.02), (0.05, 1.10), (-0.12, 1.08), (-0.23, 0.98), (-0.25, 0.83)),
            blob(
                darker(tone, 0.8),
                (0.40, 0.83),
                (0.10, 0.885),
                (-0.25, 0.84),
                (-0.40, 0.76),
                (-0.20, 0.79),
                (0.12, 0.82),
            ),
        ]
    if look.head == "cap":
        shapes += [
            blob(
                tone,
                (0.228, 0.82),
                (0.21, 0.95),
                (0.06, 1.03),
                (-0.12, 1.01),
                (-0.245, 0.90),
                (-0.265, 0.76),
                (-0.10, 0.84),
                (0.08, 0.865),
            ),
            bar(darker(tone, 0.72), (0.228, 0.835), (-0.262, 0.775), 0.05),
        ]
    return shapes


def as_child(drawing: Drawing) -> Drawing:
    """Return a half figure with a child's proportions: a larger head on narrower shoulders."""

    def grow(x: float, y: float) -> Point:
        if y > 0.395:
            # A child has a high brow: the features are closer to the chin.
            low = 0.045 * math.sin(math.pi * min(1.0, (y - 0.395) / 0.6))
            return -0.01 + (x + 0.01) * 1.30, 0.36 + (y - 0.36 - low) * 1.22
        return -0.03 + (x + 0.03) * 0.80, y - 0.04 * min(1.0, max(0.0, (y + 1.0) * 2))

    return tuple(s._replace(points=tuple(grow(x, y) for x, y in s.points)) for s in drawing)
