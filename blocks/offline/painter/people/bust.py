"""The close-up of a person: head and shoulders in profile, turned to the light, so that a lit rim outlines the face.

About 1 high from the chest to the top of the head, facing right; with the clothes of the same `Look` as a whole figure.
"""

from __future__ import annotations

from blocks.offline.painter.canvas.shapes import Drawing, Point, Shape, bar, blob, oval, poly
from blocks.offline.painter.people.figures import Look, darker


def bust(look: Look, aged: bool, bearded: bool, dress: list[Shape] | None = None) -> Drawing:
    """Draw the head and shoulders of a person with this look, facing right; `dress` replaces the shoulders."""
    skin, shade, deep = look.skin, darker(look.skin, 0.80), darker(look.skin, 0.52)
    shapes: list[Shape] = []
    if look.style == "long":
        shapes.append(
            blob(
                darker(look.hair, 0.8),
                (0.0, 0.95),
                (-0.20, 0.90),
                (-0.31, 0.70),
                (-0.33, 0.45),
                (-0.36, 0.22),
                (-0.26, 0.04),
                (-0.08, 0.08),
                (-0.02, 0.40),
                (0.02, 0.70),
            )
        )
    if look.style == "bun":
        shapes.append(oval(darker(look.hair, 0.85), -0.27, 0.80, 0.095, 0.09))
    shapes += [
        blob(shade, (0.10, 0.46), (0.105, 0.34), (0.15, 0.20), (-0.20, 0.20), (-0.14, 0.36), (-0.16, 0.52)),
        *(shoulders(look) if dress is None else dress),
        blob(skin, *_profile(look, aged)),
        blob(
            darker(skin, 0.955),
            (-0.02, 0.53),
            (0.04, 0.45),
            (0.13, 0.400),
            (0.215, 0.400),
            (0.16, 0.425),
            (0.08, 0.465),
        ),
        blob(shade, (0.135, 0.690), (0.225, 0.690), (0.232, 0.640), (0.16, 0.632)),
        blob("e4ded2", (0.155, 0.655), (0.185, 0.671), (0.218, 0.664), (0.222, 0.648), (0.185, 0.642)),
        oval("231a16", 0.207, 0.656, 0.014, 0.016),
        oval("f4efe4", 0.212, 0.662, 0.005, 0.005),
        bar(deep, (0.145, 0.660), (0.190, 0.676), 0.008),
        bar(deep, (0.190, 0.676), (0.226, 0.664), 0.009),
        bar(darker(look.hair, 0.9), (0.140, 0.704), (0.190, 0.722), 0.020),
        bar(darker(look.hair, 0.9), (0.190, 0.722), (0.243, 0.708), 0.016),
        bar(deep, (0.190, 0.489), (0.243, 0.491), 0.009),
        blob(deep, (0.232, 0.543), (0.250, 0.552), (0.268, 0.545), (0.25, 0.537)),
    ]
    if aged:
        shapes += [
            *(bar(shade, (0.118, 0.668 - 0.018 * k), (0.150, 0.660 - 0.008 * k), 0.005) for k in range(3)),
            bar(shade, (0.225, 0.555), (0.175, 0.500), 0.008),
            *(bar(shade, (0.15, 0.775 + 0.03 * k), (0.238, 0.772 + 0.03 * k), 0.005) for k in range(2)),
        ]
    if bearded:
        shapes += _beard(look.hair)
    shapes += _hair(look, aged)
    if look.glasses:
        shapes += _glasses()
    shapes += _hat(look)
    return tuple(shapes)


def _beard(hair: str) -> list[Shape]:
    """Draw a full beard in locks with an uneven edge; the moustache covers the mouth."""
    dark, light = (
        darker(hair, 0.72),
        "".join(f"{min(255, int(int(hair[i : i + 2], 16) * 1.16)):02x}" for i in (0, 2, 4)),
    )
    locks = ((0.02, 0.33), (0.07, 0.27), (0.12, 0.225), (0.17, 0.20), (0.215, 0.215), (0.25, 0.26), (0.272, 0.33))
    shapes = [
        blob(
            hair,
            (-0.03, 0.64),
            (0.01, 0.56),
            (0.10, 0.525),
            (0.17, 0.535),
            (0.235, 0.530),
            (0.270, 0.50),
            (0.275, 0.43),
            (0.262, 0.32),
            (0.20, 0.25),
            (0.10, 0.28),
            (0.01, 0.37),
            (-0.06, 0.52),
        ),
    ]
    for k, (x, y) in enumerate(locks):
        root = (0.02 + 0.036 * k, 0.50)
        tone = (hair, light, dark)[k % 3]
        shapes.append(
            blob(
                tone,
                (root[0] - 0.012, root[1] - 0.02),
                (x - 0.030, (y + root[1]) / 2 - 0.02),
                (x, y),
                (x + 0.022, (y + root[1]) / 2),
                (root[0] + 0.016, root[1]),
            )
        )
    return [
        *shapes,
        blob(
            light,
            (0.262, 0.540),
            (0.287, 0.512),
            (0.272, 0.478),
            (0.235, 0.462),
            (0.17, 0.455),
            (0.115, 0.425),
            (0.135, 0.480),
            (0.19, 0.532),
        ),
        *(
            blob(
                dark,
                (0.245 - 0.03 * k, 0.530),
                (0.235 - 0.034 * k, 0.495),
                (0.20 - 0.034 * k, 0.462),
                (0.22 - 0.033 * k, 0.50),
            )
            for k in range(3)
        ),
    ]


def _glasses() -> list[Shape]:
    """Draw round spectacles."""
    wire = "3a332c"
    rim, hole = oval("", 0.196, 0.652, 0.058, 0.060).points, oval("", 0.196, 0.652, 0.049, 0.051).points
    return [
        Shape("straight", (*rim, rim[0], hole[0], *reversed(hole)), wire),
        bar(wire, (0.140, 0.662), (-0.03, 0.672), 0.010),
        bar(wire, (0.252, 0.655), (0.275, 0.640), 0.010),
        poly("f3efe2", (0.160, 0.690), (0.176, 0.698), (0.166, 0.668), (0.156, 0.672)),
    ]


def _profile(look: Look, aged: bool) -> tuple[Point, ...]:
    """Return the outline of the head; a child's nose is short, a woman's brow smooth."""
    nose = 0.286 if look.child else 0.305 if look.style != "short" else 0.322
    brow = 0.245 if look.style != "short" or look.child else 0.256
    chin = 0.245 if look.child else 0.252
    return (
        (0.08, 0.38),
        (0.15, 0.398),
        (0.225, 0.392),
        (chin, 0.418),
        (0.240, 0.452),
        (0.250, 0.474),
        (0.236, 0.490),
        (0.257, 0.506),
        (0.243, 0.534),
        (nose - 0.02, 0.546),
        (nose, 0.566),
        (0.280, 0.610),
        (0.252, 0.660),
        (brow - 0.008, 0.682),
        (brow, 0.712),
        (0.250, 0.79),
        (0.20, 0.885),
        (0.09, 0.955),
        (-0.04, 0.965),
        (-0.17, 0.90),
        (-0.235, 0.77),
        (-0.215, 0.62),
        (-0.15, 0.50),
        (-0.12, 0.38),
    )


def shoulders(look: Look) -> list[Shape]:
    """Draw the shoulders and chest of a close-up, with clothes."""
    coat, dark = look.coat, darker(look.coat, 0.68)
    shapes = [
        blob(
            coat,
            (0.10, 0.27),
            (0.20, 0.235),
            (0.33, 0.14),
            (0.41, -0.02),
            (0.44, -0.35),
            (-0.60, -0.35),
            (-0.56, -0.02),
            (-0.46, 0.14),
            (-0.30, 0.26),
            (-0.16, 0.33),
            (-0.02, 0.27),
        ),
        bar(dark, (-0.26, -0.30), (-0.24, 0.10), 0.010),
        bar(dark, (0.20, -0.30), (0.16, 0.20), 0.010),
    ]
    if look.cut == "dress":
        shapes.append(
            blob(darker(look.skin, 0.92), (0.10, 0.30), (0.17, 0.21), (0.06, 0.16), (-0.10, 0.24), (-0.13, 0.32))
        )
    else:
        shapes += [
            blob(
                dark,
                (-0.17, 0.35),
                (-0.13, 0.42),
                (-0.02, 0.36),
                (0.10, 0.335),
                (0.15, 0.27),
                (0.19, 0.16),
                (0.10, 0.20),
                (-0.04, 0.25),
            ),
            bar(darker(coat, 0.5), (0.12, 0.22), (0.19, -0.30), 0.008),
        ]
    if look.scarf:
        shapes += [
            blob(
                look.scarf,
                (-0.18, 0.34),
                (-0.15, 0.45),
                (0.0, 0.395),
                (0.13, 0.375),
                (0.19, 0.30),
                (0.12, 0.22),
                (-0.06, 0.24),
            ),
            bar(darker(look.scarf, 0.75), (-0.13, 0.37), (0.13, 0.29), 0.014),
            blob(darker(look.scarf, 0.85), (0.06, 0.27), (0.14, 0.26), (0.17, -0.02), (0.06, -0.03)),
        ]
    return shapes


def _hair(look: Look, aged: bool) -> list[Shape]:
    hair, shade = look.hair, darker(look.skin, 0.72)
    front = 0.17 if aged else 0.222
    shapes = [
        # On the neck the hair ends in a darker tone, without a gap or a hard edge.
        blob(darker(hair, 0.72), (-0.215, 0.66), (-0.175, 0.50), (-0.115, 0.455), (-0.075, 0.50), (-0.08, 0.62)),
        blob(
            hair,
            (front, 0.86),
            (0.15, 0.935),
            (0.05, 0.985),
            (-0.07, 0.99),
            (-0.19, 0.925),
            (-0.258, 0.79),
            (-0.245, 0.64),
            (-0.19, 0.53),
            (-0.125, 0.52),
            (-0.075, 0.62),
            (-0.02, 0.60),
            (0.015, 0.64),
            (0.03, 0.74),
            (0.10, 0.83),
        ),
        *_locks(look, front, aged),
        oval(look.skin, -0.035, 0.635, 0.040, 0.062),
        oval(shade, -0.030, 0.640, 0.022, 0.040),
    ]
    if look.style == "long":
        shapes.append(
            blob(
                hair,
                (-0.02, 0.96),
                (-0.20, 0.88),
                (-0.28, 0.64),
                (-0.26, 0.34),
                (-0.20, 0.10),
                (-0.10, 0.14),
                (-0.07, 0.40),
                (-0.05, 0.62),
                (0.03, 0.78),
            )
        )
    return shapes


def _locks(look: Look, front: float, aged: bool) -> list[Shape]:
    """Draw locks that follow the skull from the brow to the nape, with an uneven edge at brow and neck."""
    tones = (darker(look.hair, 0.80), darker(look.hair, 0.66), darker(look.hair, 0.90))
    found = []
    for k in range(9):
        start = (front - 0.02 - 0.034 * k, 0.875 + 0.09 * min(1.0, k / 4) - 0.012 * max(0, k - 5))
        end = (-0.07 - 0.016 * k, 0.63 + 0.012 * (k % 3) - 0.010 * k)
        bend = ((start[0] + end[0]) / 2 - 0.045, (start[1] + end[1]) / 2 + 0.055)
        found.append(blob(tones[k % 3], start, (bend[0] + 0.012, bend[1] + 0.010), end, (bend[0] - 0.014, bend[1])))
    fringe = [
        blob(
            look.hair,
            (front - 0.01, 0.90),
            (front + 0.012 - 0.045 * k, 0.80 - 0.045 * k),
            (front - 0.055 - 0.045 * k, 0.86 - 0.04 * k),
        )
        for k in range(3 if aged else 0)
    ]
    return [*fringe, *found]


def _hat(look: Look) -> list[Shape]:
    tone, dark = look.head_tone, darker(look.head_tone or look.coat, 0.7)
    if look.head == "hat":
        return [
            blob(tone, (0.235, 0.82), (0.22, 0.98), (0.12, 1.08), (-0.08, 1.09), (-0.22, 1.0), (-0.26, 0.82)),
            blob(dark, (0.44, 0.80), (0.25, 0.86), (-0.10, 0.86), (-0.36, 0.76), (-0.30, 0.80), (0.0, 0.81)),
            bar(darker(tone, 0.45), (0.235, 0.865), (-0.265, 0.855), 0.035),
        ]
    if look.head == "cap":
        return [
            blob(tone, (0.24, 0.81), (0.22, 0.94), (0.08, 1.02), (-0.10, 1.02), (-0.24, 0.92), (-0.27, 0.79)),
            bar(dark, (0.245, 0.815), (-0.272, 0.79), 0.06),
        ]
    if look.head == "hood":
        return [
            blob(
                tone,
                (0.16, 0.90),
                (0.10, 1.02),
                (-0.08, 1.05),
                (-0.26, 0.95),
                (-0.34, 0.72),
                (-0.33, 0.45),
                (-0.30, 0.26),
                (0.02, 0.28),
                (-0.03, 0.45),
                (-0.03, 0.62),
                (0.02, 0.76),
                (0.11, 0.85),
            )
        ]
    return []
