"""The subjects in the frame: where each is painted, in which order, and with which light and shadow.

Sizes are in units (see `canvas/canvas.py`) for a wide shot. In a close shot the frame cuts a figure at the chest; a
thing is shown whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.palettes import rgb
from blocks.offline.painter.canvas.shapes import draw, extent, mirrored
from blocks.offline.painter.casting import drawing_of
from blocks.offline.painter.closeup import paint_closeup, paint_face, paint_steam, paint_tabletop
from blocks.offline.painter.effects import (
    paint_air_behind,
    paint_beam,
    paint_exhaust,
    paint_prints,
    paint_reflection,
    paint_smoke,
    paint_string,
)
from blocks.offline.painter.people.figures import look_of_person
from blocks.offline.painter.places.dressing import standing_lamp
from blocks.offline.painter.places.roads import Spot, on_bank, on_water
from blocks.offline.painter.prompt.places_in_prompt import HANDHELD, INSIDE, LIVING, PEOPLE, ROOMS
from blocks.offline.painter.prompt.reader import Reading, Subject
from blocks.offline.painter.prompt.subjects import kinds_with
from blocks.offline.painter.several_people import company, paint_company
from blocks.offline.painter.shadows import paint_cast, paint_contact
from blocks.offline.painter.sizes import (
    AFLOAT,
    ENDLESS,
    FIGURES,
    HANGING,
    ON_TABLES,
    SIZES,
    TALL,
    WATER,
    halved_by,
    height_of,
)
from blocks.offline.painter.things import birds, buildings
from blocks.offline.painter.where_subjects_stand import foot_of, light_near

_CARRIED = kinds_with("carried")
_IN_HAND = (*_CARRIED, *HANDHELD)
"""Things that a person seen from the waist up holds in front of the body; a person seen whole holds only `_CARRIED`."""


def paint_subjects(painting: Painting, reading: Reading) -> None:
    """Paint the subjects of a reading: the large ones behind, people in front."""
    if paint_closeup(painting, reading):
        return
    people = any(s.kind in PEOPLE for s in reading.subjects)
    # A person has one free hand: a second thing lies on the ground.
    aside = standing_lamp(reading)
    subjects = tuple(s for s in reading.subjects if s is not aside)
    near = reading.shot == "medium" and not any(s.kind == "table" for s in reading.subjects)
    carried = tuple(s.kind for s in subjects if people and s.kind in (_IN_HAND if near else _CARRIED))[:1]
    if (reading.shot == "close" or "umbrella" in dict(reading.garments)) and people:
        carried = tuple(k for k in carried if k == "bicycle" and reading.shot != "close")
    chosen = [s for s in subjects if s.kind not in carried and s.kind != "birds"]
    lead = chosen[0] if chosen else None
    # A close figure would hide a small thing, so the thing lies in front of it.
    in_front = HANDHELD if reading.shot == "close" else ()
    if _on_tabletop(reading, chosen):
        chosen = [s for s in chosen if s.kind != "table"]
        lead = chosen[0] if chosen else None
        paint_tabletop(painting, 0.70)
    elif _needs_table(reading, chosen):
        chosen.append(Subject("table"))
    chosen.sort(key=lambda s: (s.kind in in_front, s.kind in FIGURES, s.kind in HANDHELD, -SIZES[s.kind]))
    together = company(reading)
    if together:
        # People who share a shot are painted last, in front of all else.
        chosen = [s for s in chosen if s.kind not in PEOPLE]
    places = _places(painting, chosen, reading.biome in ROOMS)
    for subject, x in zip(chosen, places, strict=True):
        first = subject is lead or (subject.kind in FIGURES and people)
        _paint_one(painting, reading, subject, x, first, carried, subject is lead)
    if together:
        paint_company(painting, reading, together, carried)
    paint_string(painting)
    if any(s.kind == "birds" for s in reading.subjects):
        _paint_birds(painting, 13)
        if lead is None:
            painting.aim(painting.canvas.width * (0.5 + painting.side * 0.10), painting.canvas.height * 0.27)


def _on_tabletop(reading: Reading, chosen: list[Subject]) -> bool:
    """Tell whether a shot indoors, not wide, shows only small things, which then lie on a table near the camera."""
    small = [s for s in chosen if s.kind in ON_TABLES]
    return reading.biome in INSIDE and reading.shot != "wide" and len(small) + _has_table(chosen) == len(chosen) > 0


def _needs_table(reading: Reading, chosen: list[Subject]) -> bool:
    """Tell whether small things in a room would lie on its floor: then a table is added for them."""
    small = any(s.kind in ON_TABLES and (s.kind != "lantern" or "lamp" in s.words) for s in chosen)
    return (
        small
        and reading.shot == "wide"
        and reading.biome in ROOMS
        and not _has_table(chosen)
        and ("sill" not in reading.features)
    )


def _has_table(chosen: list[Subject]) -> bool:
    return any(s.kind == "table" for s in chosen)


def _places(painting: Painting, chosen: list[Subject], inside: bool) -> list[float]:
    """Return a column, in pixels, for each subject: the first away from the light, the next towards it."""
    shares: tuple[float, ...] = (-0.19, 0.07, -0.04, 0.28, -0.34, 0.18) if len(chosen) > 1 else (-0.15,)
    if len(chosen) == 1 and inside:
        # Beside the window, not in front of what stands at the wall.
        shares = (-0.05,)
    if painting.canvas.width < painting.canvas.height and len(chosen) == 2:
        # In a narrow frame two need its whole width to stand side by side.
        shares = (-0.26, 0.14)
    jitter = float(painting.rng.uniform(-0.02, 0.02))
    return [painting.canvas.width * (0.5 + painting.side * (shares[i] + jitter)) for i in range(len(chosen))]


def _paint_one(
    painting: Painting,
    reading: Reading,
    subject: Subject,
    x: float,
    first: bool,
    carried: tuple[str, ...],
    lead: bool,
) -> None:
    canvas, kind = painting.canvas, subject.kind
    if kind in PEOPLE and reading.shot == "close" and subject.count == 1:
        others = sum(s.kind in FIGURES for s in reading.subjects) > 1
        paint_face(painting, subject, look_of_person(reading, subject), (x / canvas.width - 0.5) if others else 0.0)
        return
    drawing = drawing_of(reading, subject, carried, painting.rng)
    height = height_of(painting, reading, kind, drawing, first)
    left, _, right, high = extent(drawing)
    sideways = kind not in PEOPLE or "bicycle" in carried or "violin" in carried or kind == "violinist"
    halved = halved_by(reading, kind, drawing)
    flies = kind in PEOPLE and any(s.kind == "kite" for s in reading.subjects)
    sideways = sideways or halved or flies
    cut = kind in TALL and reading.shot == "medium" and first
    if halved:
        light_near(painting, reading)
    mirror = sideways and (painting.side < 0) != (kind == "lighthouse")
    if mirror:
        # All look towards the light, and so into the picture; the house of a lighthouse is on the slope behind it.
        drawing = mirrored(drawing)
        left, right = -right, -left
    half = (right - left) / 2 * height
    # People stand close to each other; animals keep more than their own length apart.
    spread = max(0.34, (right - left) * (1.06 if kind in LIVING and kind not in PEOPLE else 0.8))
    ways = (spread * (subject.count // 2), spread * ((subject.count - 1) // 2))
    to_right, to_left = ways if painting.side > 0 else ways[::-1]
    if kind in ON_TABLES and "table" in painting.placed:
        x = painting.placed["table"][0] + (x - canvas.width / 2) * 0.2
    if kind not in ENDLESS and half < canvas.width * 0.46:
        first_at, last_at = canvas.width * 0.03 - left * height, canvas.width * 0.97 - right * height
        if last_at - first_at > (to_left + to_right) * height:
            first_at, last_at = first_at + to_left * height, last_at - to_right * height
        x = float(np.clip(x, first_at, last_at))
    if kind in AFLOAT and reading.biome == "street":
        # A boat in a street is in the middle of the canal.
        x = canvas.width * (0.5 + 0.06 * painting.side)
    foot = foot_of(painting, reading, kind, x, height, drawing, first)
    light = painting.light
    if painting.water is not None and kind in AFLOAT:
        x, foot, height = on_water(painting, Spot(x, foot, height), (right - left) / 2)
        half = (right - left) / 2 * height
    grounded = kind not in (*AFLOAT, *ENDLESS, *HANGING) and not halved and not cut
    if painting.water is not None and grounded and "table" not in painting.placed and reading.shot != "close":
        # There must be room on the bank for all of them, in a row to both sides.
        x, foot, height = on_bank(painting, Spot(x, foot, height), left - to_left, right + to_right)
        half = (right - left) / 2 * height
        if kind not in PEOPLE:
            # Animals and things on a bank get more light: that of the sky above it.
            painting.light = replace(light, ambient=min(0.95, light.ambient + 0.22))
    painting.placed[kind] = (x, foot, height)
    if lead:
        if kind == "lighthouse":
            # The keeper's house beside the tower is not the focus.
            left, right = -0.1, 0.1
        # The focus is the face of a figure, the middle of a thing, and the shoulder of an animal that the frame cuts.
        ahead = (left if mirror else right) * 0.40 if cut else (left + right) / 2
        painting.aim(
            x + ahead * height,
            foot - height * (0.66 if halved else high * (0.86 if kind in FIGURES else 0.62 if cut else 0.5)),
        )
    haze = 0.05 if first or kind in PEOPLE else 0.12
    if kind == "footprints":
        paint_prints(painting, drawing, x, foot, height)
        return
    if kind == "lighthouse" and painting.light.lamps >= 0.35:
        paint_beam(painting, x, foot - height * buildings.LIGHTHOUSE_LAMP)
    if kind == "rocket" and reading.biome != "space":
        paint_exhaust(painting, x, foot - height * 0.06, height)
    if kind == "balloon":
        draw(
            painting,
            drawing,
            x + canvas.width * 0.3 * painting.side,
            foot + height * 0.2,
            height * 0.34,
            0.45,
            afloat=True,
        )
    afloat = kind in (*HANGING, *AFLOAT, "rocket") and not (kind == "astronaut" and reading.biome == "moon")
    if not afloat and not halved and not cut:
        paint_contact(painting, x + (left + right) / 2 * height, foot, half)
    standing = kind == "astronaut" or kind not in (*AFLOAT, *ENDLESS, *HANGING, "rocket", "fire")
    if standing and not halved and not cut and reading.biome not in ("space", "undersea", "street", "hall"):
        paint_cast(painting, drawing, x, foot, height, reading.biome == "moon")
    if kind in FIGURES:
        # A little haze behind a figure separates it from a dark background.
        canvas.glow(
            x, foot - height * 0.62, height * 0.22, painting.light.haze, 0.55 * (0.6 - min(0.6, painting.light.ambient))
        )
        if reading.biome in ("city", "street") and not halved:
            # Lit windows crowd a street: haze separates the figure from the houses.
            paint_air_behind(painting, x, foot - height * 0.5, height)
    if kind == "train":
        paint_smoke(
            painting, x + 0.97 * height * (-1 if mirror else 1), foot - 1.06 * height, height, 1 if mirror else -1
        )
    if kind == "fire":
        canvas.glow(x, foot - height * 0.3, canvas.unit * 0.10, rgb("ff9a44"), 0.55)
    count = subject.count if kind not in ENDLESS else 1
    for i in range(count - 1, -1, -1):
        apart = (i + 1) // 2 * (1 if i % 2 else -1) * painting.side
        size = height * (1 - 0.06 * i)
        at = x + apart * height * spread
        fine = subject if i == 0 else Subject(kind, 1, (*subject.words, str(i)))
        other = drawing if i == 0 else drawing_of(reading, fine, (), painting.rng)
        if i and mirror and kind not in PEOPLE:
            other = mirrored(other)
        low_at = (
            foot
            if reading.shot == "close" or kind not in PEOPLE
            else foot_of(painting, reading, kind, at, size, drawing, first)
        )
        draw(painting, other, at, low_at, size, haze + 0.04 * i, afloat=kind in HANGING or halved or cut)
    painting.light = light
    if kind == "cup":
        paint_steam(painting, x, foot - height * 0.85, height * 0.95)
    if (kind in AFLOAT or kind == "whale") and (reading.biome in (*WATER, "street") or painting.water is not None):
        paint_reflection(painting, x, foot - height * 0.035, height, (right - left) / 2 * height)


def _paint_birds(painting: Painting, count: int) -> None:
    canvas = painting.canvas
    flock = birds.flock(painting.rng, count)
    x = canvas.width * (0.5 + painting.side * 0.10)
    draw(painting, flock, x, canvas.height * 0.27, min(canvas.unit * 0.85, canvas.width * 0.8), 0.15, afloat=True)


def paint_stray_birds(painting: Painting) -> None:
    """Paint a few distant birds where the sky would be empty: away from the sun, and faint."""
    canvas = painting.canvas
    flock = birds.flock(painting.rng, 6)
    x = canvas.width * (0.5 - painting.side * 0.22)
    draw(painting, flock, x, canvas.height * 0.25, canvas.unit * 0.36, 0.35, afloat=True)
