"""People in action: playing the violin, riding a bicycle; with the clothes of the same `Look` as a standing figure."""

from __future__ import annotations

from dataclasses import replace

from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, moved, oval, poly
from blocks.offline.painter.people.face import turned_head
from blocks.offline.painter.people.figures import Look, darker, person
from blocks.offline.painter.things.small_things import played_violin
from blocks.offline.painter.things.vehicles import bicycle


def violinist(look: Look, aged: bool = False, bearded: bool = False) -> Drawing:
    """Draw a violin player from the front, 1 high: the chin on the violin, the bow across it."""
    look = replace(look, child=False)
    body = (*_tails(look), *person(look, 0.15, arms=False, head=False))
    w, dark = look.build, darker(look.coat, 0.78)
    skin, shade = look.skin, darker(look.skin, 0.75)
    bowing: list[Shape] = [
        blob(
            dark,
            (-0.075 * w, 0.80),
            (-0.125 * w, 0.775),
            (-0.205, 0.68),
            (-0.215, 0.63),
            (-0.16, 0.655),
            (-0.10 * w, 0.70),
        ),
        blob(look.coat, (-0.215, 0.665), (-0.20, 0.62), (-0.08, 0.675), (-0.065, 0.70), (-0.09, 0.715)),
        blob(
            skin, (-0.105, 0.690), (-0.080, 0.722), (-0.050, 0.716), (-0.036, 0.690), (-0.060, 0.672), (-0.090, 0.674)
        ),
        *(bar(darker(skin, 0.94), (-0.070 + 0.011 * k, 0.712), (-0.060 + 0.012 * k, 0.682), 0.011) for k in range(4)),
        *(bar(shade, (-0.064 + 0.011 * k, 0.708), (-0.054 + 0.012 * k, 0.682), 0.002) for k in range(3)),
    ]
    fingering: list[Shape] = [
        blob(dark, (0.075 * w, 0.80), (0.125 * w, 0.775), (0.225, 0.67), (0.235, 0.62), (0.18, 0.64), (0.09 * w, 0.70)),
        blob(look.coat, (0.185, 0.64), (0.235, 0.62), (0.275, 0.73), (0.303, 0.825), (0.270, 0.838), (0.235, 0.76)),
        blob(skin, (0.268, 0.830), (0.262, 0.868), (0.270, 0.893), (0.305, 0.892), (0.316, 0.862), (0.302, 0.826)),
        *(bar(darker(skin, 0.97), (0.262 + 0.015 * k, 0.872), (0.270 + 0.015 * k, 0.899), 0.012) for k in range(4)),
        *(bar(shade, (0.270 + 0.015 * k, 0.872), (0.277 + 0.015 * k, 0.896), 0.0025) for k in range(3)),
    ]
    # The face of a close shot, made small: eyes and nose keep their form when the figure is drawn larger.
    face = moved(turned_head(look, aged, bearded, []), 0.0, 0.781, 0.205)
    head: list[Shape] = [
        blob("e6e0d4", (-0.032, 0.852), (0.040, 0.852), (0.028, 0.79), (0.004, 0.70), (-0.020, 0.79)),
        poly("15161a", (-0.012, 0.842), (-0.014, 0.822), (0.020, 0.842), (0.022, 0.822)),
        *face,
    ]
    return (*body, *bowing, *head, *moved(played_violin(), 0.055, 0.832, 1.0), *fingering)


def _tails(look: Look) -> list[Shape]:
    """Draw the tails of a dress coat behind the legs, and shoes that point outwards."""
    tail, shoe = darker(look.coat, 0.72), "141416"
    shapes = []
    for side in (-1, 1):
        shapes += [
            blob(
                tail,
                (0.01 * side, 0.50),
                (0.105 * side, 0.50),
                (0.088 * side, 0.26),
                (0.050 * side, 0.20),
                (0.02 * side, 0.36),
            ),
            blob(
                shoe,
                (0.030 * side, 0.052),
                (0.066 * side, 0.052),
                (0.098 * side, 0.020),
                (0.100 * side, 0.002),
                (0.034 * side, 0.0),
            ),
        ]
    return shapes


def rider(look: Look) -> Drawing:
    """Draw a person on a bicycle in profile, facing right; 1 high, the bicycle 0.6 of it."""
    coat, dark, skin = look.coat, darker(look.coat, 0.75), look.skin
    far = blob(
        darker(look.trousers, 0.7),
        (-0.20, 0.98),
        (-0.08, 0.98),
        (0.18, 0.60),
        (0.08, 0.28),
        (0.0, 0.30),
        (0.05, 0.56),
        (-0.16, 0.84),
    )
    body: Drawing = (
        blob(
            look.trousers,
            (-0.30, 0.94),
            (-0.24, 1.04),
            (-0.06, 1.02),
            (0.22, 0.78),
            (0.20, 0.70),
            (0.10, 0.42),
            (0.08, 0.20),
            (0.0, 0.20),
            (0.02, 0.44),
            (0.06, 0.66),
            (-0.10, 0.80),
        ),
        blob("1f1d1f", (-0.01, 0.22), (0.09, 0.23), (0.19, 0.18), (0.18, 0.145), (-0.01, 0.145)),
        blob(
            coat,
            (-0.31, 0.96),
            (-0.28, 1.20),
            (-0.16, 1.40),
            (-0.02, 1.47),
            (0.08, 1.42),
            (0.09, 1.30),
            (0.0, 1.12),
            (-0.04, 0.98),
        ),
        bar(darker(skin, 0.85), (0.02, 1.42), (0.06, 1.54), 0.085),
        blob(
            skin,
            (-0.02, 1.62),
            (0.02, 1.71),
            (0.13, 1.70),
            (0.175, 1.62),
            (0.20, 1.585),
            (0.17, 1.56),
            (0.165, 1.52),
            (0.11, 1.49),
            (0.02, 1.52),
        ),
        blob(
            look.hair,
            (0.16, 1.68),
            (0.12, 1.75),
            (0.02, 1.76),
            (-0.07, 1.68),
            (-0.06, 1.56),
            (0.0, 1.51),
            (0.02, 1.60),
            (0.08, 1.66),
        ),
        oval("1c1512", 0.138, 1.622, 0.012, 0.014),
        bar(darker(look.hair, 0.8), (0.112, 1.652), (0.156, 1.650), 0.010),
        bar(darker(skin, 0.6), (0.135, 1.545), (0.166, 1.548), 0.008),
        blob(darker(skin, 0.86), (0.03, 1.60), (0.055, 1.62), (0.06, 1.585), (0.04, 1.57)),
        blob(dark, (0.0, 1.42), (0.08, 1.40), (0.14, 1.20), (0.32, 1.03), (0.30, 0.98), (0.08, 1.12), (0.0, 1.28)),
        oval(skin, 0.325, 0.995, 0.035, 0.032),
    )
    if look.style == "long":
        hair = blob(look.hair, (-0.02, 1.72), (-0.10, 1.64), (-0.24, 1.56), (-0.34, 1.42), (-0.16, 1.44), (-0.04, 1.52))
        body = (*body, hair)
    if look.scarf:
        body = (
            *body,
            bar(look.scarf, (0.0, 1.47), (0.10, 1.47), 0.06),
            blob(look.scarf, (0.0, 1.49), (-0.20, 1.47), (-0.38, 1.38), (-0.18, 1.40), (0.0, 1.43)),
        )
    return moved((far, *bicycle(), *body), 0, 0, 1 / 1.76)
