"""Several people in a medium or close shot: none is hidden, and their sizes are right in proportion to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.shapes import Drawing, draw, extent, mirrored
from blocks.offline.painter.casting import drawing_of
from blocks.offline.painter.closeup import face_of
from blocks.offline.painter.people import waist
from blocks.offline.painter.people.figures import look_of_person
from blocks.offline.painter.prompt.places_in_prompt import PEOPLE
from blocks.offline.painter.prompt.reader import Reading, Subject
from blocks.offline.painter.prompt.subjects import ROWS
from blocks.offline.painter.where_subjects_stand import light_near

_AIR = 0.07
"""The gap between two people, as a share of the height of a head and shoulders."""
_MOST = 4


class _Spot(NamedTuple):
    x: float
    foot: float
    height: float


def company(reading: Reading) -> tuple[Subject, ...]:
    """Return the people who share a medium or close shot, one subject each; () where it has fewer than two of them.

    Shots that show people whole, with a violin, a bicycle or a kite, give () too.
    """
    people = [s for s in reading.subjects if s.kind in PEOPLE]
    whole = any(s.kind in ("violinist", "violin", "bicycle", "kite") for s in reading.subjects)
    each = [replace(s, count=1, words=(*s.words, str(k)) if k else s.words) for s in people for k in range(s.count)]
    return tuple(each[:_MOST]) if reading.shot != "wide" and len(each) > 1 and not whole else ()


def paint_company(painting: Painting, reading: Reading, people: Sequence[Subject], carried: tuple[str, ...]) -> None:
    """Paint people side by side, the first away from the light; in a narrow frame one behind the other and higher.

    The first one carries what `carried` names.
    """
    canvas, light = painting.canvas, painting.light
    if reading.shot == "close":
        drawings = [face_of(subject, look_of_person(reading, subject)) for subject in people]
        painting.light = replace(light, ambient=min(0.85, light.ambient + 0.14))
    else:
        drawings = [drawing_of(reading, s, () if i else carried, painting.rng) for i, s in enumerate(people)]
        light_near(painting, reading)
    spots = _stand(painting, people, drawings, reading.shot == "close")
    # Those further back are painted first.
    for i in sorted(range(len(people)), key=lambda i: (spots[i].foot, -spots[i].height)):
        x, foot, height = spots[i]
        drawing = mirrored(drawings[i]) if painting.side < 0 else drawings[i]
        canvas.glow(x, foot - height * 0.62, height * 0.30, painting.light.haze, 0.20)
        draw(painting, drawing, x, foot, height, 0.02, afloat=True)
        painting.placed[people[i].kind] = spots[i]
        if i == 0:
            painting.aim(x + painting.side * height * 0.10, foot - height * 0.66)
    painting.light = light


def _stand(painting: Painting, people: Sequence[Subject], drawings: Sequence[Drawing], close: bool) -> list[_Spot]:
    """Return where each person is and how large, in pixels."""
    canvas = painting.canvas
    below = 0.33 if close else -waist.FOOT - 0.06
    # A child is drawn smaller, so that the top of its head is at the shoulder of an adult.
    sizes = [ROWS[s.kind].grown for s in people]
    if len(set(sizes)) == 1:
        sizes = [1.0] * len(people)
    widths = []
    for drawing, size in zip(drawings, sizes, strict=True):
        left, _, right, _ = extent(tuple(s for s in drawing if min(p[1] for p in s.points) < 0.6))
        widths.append((left * size, right * size))
    broad = [right - left for left, right in widths]
    narrow = canvas.width < canvas.height * 1.2
    # One behind the other, about three quarters of each body's width show.
    step = 0.74 if narrow else 1.0
    total = broad[0] + sum(step * b + (0 if narrow else _AIR) for b in broad[1:])
    tall = canvas.height * ((0.66 if close else 0.46) if narrow else (0.80 if close else 0.52))
    height = min(tall, canvas.width * 0.95 / total)
    # The head of the tallest is below the upper edge, and the lower edge cuts every body.
    foot = max(canvas.height * (0.14 if not narrow else 0.30) + height, canvas.height - below * height * min(sizes))
    order = range(len(people)) if painting.side > 0 else range(len(people) - 1, -1, -1)
    at = (canvas.width - total * height) / 2
    spots: dict[int, _Spot] = {}
    for i in order:
        left, right = widths[i] if painting.side > 0 else (-widths[i][1], -widths[i][0])
        size = sizes[i] * height
        # A child's head begins at an adult's chin; of two adults in a narrow frame the first is in front.
        low = foot + (0.22 if close else 0.36) * height * (sizes[i] < 1)
        if narrow and sizes[i] == max(sizes) and (min(sizes) < 1 or i):
            back = canvas.height - below * size
            low = max(back, low - 0.24 * height)
        spots[i] = _Spot(at - left * height, low, size)
        at += broad[i] * height * (step if narrow else 1) + (0 if narrow else _AIR * height)
    return [spots[i] for i in range(len(people))]
