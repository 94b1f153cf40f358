"""Staging: where each subject stands, how large it is in each shot size, and what it does to the light.

Sizes are in units (see `canvas.py`) for a wide shot. A close shot of a figure is cut by the frame at the chest; a close
shot of a thing shows all of it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from studio.offline.paint import creatures, landmarks, waist
from studio.offline.paint.canvas import Stage
from studio.offline.paint.casting import drawing_of
from studio.offline.paint.closeup import paint_closeup, paint_face, paint_steam, paint_tabletop
from studio.offline.paint.effects import (
    paint_air_behind,
    paint_beam,
    paint_exhaust,
    paint_reflection,
    paint_string,
)
from studio.offline.paint.figures import look_of_person
from studio.offline.paint.habitat import HELD, INSIDE, LIVING, PEOPLE, SITTING
from studio.offline.paint.lexicon import Reading, Subject
from studio.offline.paint.palettes import rgb
from studio.offline.paint.shadows import paint_cast, paint_contact
from studio.offline.paint.shapes import Drawing, draw, extent, mirrored

_SIZES = {
    "person": 0.27, "elder": 0.255, "child": 0.19, "lighthouse": 0.62, "ship": 0.40, "boat": 0.27, "house": 0.25,
         "tree": 0.56,
    "train": 0.12, "robot": 0.44, "astronaut": 0.36, "rocket": 0.60, "deer": 0.27, "whale": 0.32, "fish": 0.34,
         "dog": 0.14,
    "cat": 0.11, "bottle": 0.10, "lantern": 0.15, "book": 0.11, "bicycle": 0.17, "balloon": 0.34, "tent": 0.15,
         "fire": 0.11,
    "windmill": 0.50, "birds": 0.5, "violinist": 0.34, "fox": 0.18, "wolf": 0.21, "bear": 0.29, "horse": 0.32,
    "rabbit": 0.09, "penguin": 0.15, "cup": 0.085, "table": 0.17, "letter": 0.10, "violin": 0.16, "kite": 0.17,
    "candle": 0.12, "flower": 0.15, "chair": 0.19, "clock": 0.11, "bridge": 0.20, "castle": 0.42, "car": 0.13,
}  # fmt: skip
_FIGURES = (*PEOPLE, "robot", "astronaut")
_ON_TABLES = ("cup", "book", "letter", "candle", "flower", "clock", "lantern", "violin", "bottle")
_AFLOAT = ("ship", "boat")
_ENDLESS = ("train", "bridge")
"""Wider than any frame: they leave it on both sides."""
_HANGING = ("kite", "astronaut", "balloon", "whale", "fish", "birds")
_WATER = ("sea", "shore", "ice", "lake", "river")


_TALL = ("deer", "horse", "bear")
"""Beasts that a medium shot cuts at the legs, as it cuts people at the waist."""
_CARRIED = ("lantern", "book", "violin", "bicycle")


def paint_subjects(stage: Stage, reading: Reading) -> None:
    """Draw the subjects of a reading: the large ones behind, people in front."""
    if paint_closeup(stage, reading):
        return
    people = any(s.kind in PEOPLE for s in reading.subjects)
    # One free hand: what a second would carry lies on the ground.
    carried = tuple(s.kind for s in reading.subjects if people and s.kind in _CARRIED)[:1]
    if reading.shot == "close" and people:
        carried = ()
    chosen = [s for s in reading.subjects if s.kind not in carried and s.kind != "birds"]
    lead = chosen[0] if chosen else None
    # A close figure hides what it finds, so there a small thing lies in front.
    near = HELD if reading.shot == "close" else ()
    if _on_tabletop(reading, chosen):
        chosen = [s for s in chosen if s.kind != "table"]
        lead = chosen[0] if chosen else None
        paint_tabletop(stage, 0.70)
    chosen.sort(key=lambda s: (s.kind in near, s.kind in _FIGURES, s.kind in HELD, -_SIZES[s.kind]))
    places = _places(stage, chosen, reading.biome in ("room", "kitchen", "library"))
    for subject, x in zip(chosen, places, strict=True):
        first = subject is lead or (subject.kind in _FIGURES and people)
        _paint_one(stage, reading, subject, x, first, carried, subject is lead)
    paint_string(stage)
    if any(s.kind == "birds" for s in reading.subjects):
        _paint_birds(stage, 13)
        if lead is None:
            stage.aim(stage.canvas.width * (0.5 + stage.side * 0.10), stage.canvas.height * 0.27)


def _on_tabletop(reading: Reading, chosen: list[Subject]) -> bool:
    """Tell whether the shot looks at small things in a house, which then lie on a table in front of the lens."""
    small = [s for s in chosen if s.kind in _ON_TABLES]
    return reading.biome in INSIDE and reading.shot != "wide" and len(small) + _has_table(chosen) == len(chosen) > 0


def _has_table(chosen: list[Subject]) -> bool:
    return any(s.kind == "table" for s in chosen)


def _places(stage: Stage, chosen: list[Subject], inside: bool) -> list[float]:
    """A column for each subject: the first away from the light, the next towards it."""
    shares: tuple[float, ...] = (-0.19, 0.07, -0.04, 0.28, -0.34, 0.18) if len(chosen) > 1 else (-0.15,)
    if len(chosen) == 1 and inside:
        # Beside the window, not over what stands at the wall.
        shares = (-0.05,)
    if stage.canvas.width < stage.canvas.height and len(chosen) == 2:
        # A narrow frame has no room beside each other but for its whole width.
        shares = (-0.26, 0.14)
    jitter = float(stage.rng.uniform(-0.02, 0.02))
    return [stage.canvas.width * (0.5 + stage.side * (shares[i] + jitter)) for i in range(len(chosen))]


def _height(stage: Stage, reading: Reading, kind: str, drawing: Drawing, first: bool) -> float:
    """Height in pixels, kept inside the frame but for figures in a close shot and for trains."""
    canvas = stage.canvas
    if _halved(reading, kind, drawing):
        left, low, right, high = extent(drawing)
        # The head takes a quarter of the frame; two side by side are smaller.
        if any(s.kind == "child" for s in reading.subjects) and kind == "child":
            high *= 1.22
        return float(min(canvas.height * 0.92 / (high + 0.98), canvas.width * 0.80 / (right - left)))
    if kind in _FIGURES and reading.shot != "wide" and first:
        left, _, right, _ = extent(drawing)
        tall = canvas.height * (1.5 if reading.shot == "close" else 0.86)
        return float(min(tall, canvas.width * (0.92 if reading.shot == "close" else 0.5) / (right - left)))
    if kind in _ON_TABLES and "table" in stage.placed:
        return stage.placed["table"][2] * 0.30 * math.sqrt(_SIZES[kind] / _SIZES["cup"])
    if kind in _TALL and reading.shot == "medium" and first:
        left, low, right, high = extent(drawing)
        return float(min(canvas.height * 1.02 / high, canvas.width * 0.70 / (right - left)))
    nearer = {"wide": 1.0, "medium": 2.1 if kind in LIVING else 1.6, "close": 2.6}[reading.shot]
    grow = nearer if first or kind in HELD else 1.0
    if kind in HELD and first and not any(s.kind in PEOPLE for s in reading.subjects):
        grow *= 1.5
    left, low, right, high = extent(drawing)
    wide = 1e9 if kind in _ENDLESS else canvas.width * 0.82 / (right - left)
    if "sill" in reading.features and reading.shot != "close":
        grow *= 1.75 if kind in SITTING else 1.0
    if reading.biome in INSIDE and (kind not in HELD or reading.shot == "wide"):
        # A room is seen from nearer than a landscape.
        grow *= 1.8
    if kind in PEOPLE and any(s.kind == "bicycle" for s in reading.subjects):
        grow *= 1.35
    if "table" not in stage.placed and kind in _ON_TABLES and reading.biome in INSIDE and reading.shot == "close":
        grow *= 1.3
    return float(min(canvas.unit * _SIZES[kind] * grow, canvas.height * 0.78 / (high - low), wide))


def _paint_one(
    stage: Stage, reading: Reading, subject: Subject, x: float, first: bool, carried: tuple[str, ...],
    lead: bool,
) -> None:  # fmt: skip
    canvas, kind = stage.canvas, subject.kind
    if kind in PEOPLE and reading.shot == "close" and subject.count == 1:
        others = sum(s.kind in _FIGURES for s in reading.subjects) > 1
        paint_face(stage, subject, look_of_person(reading, subject), (x / canvas.width - 0.5) if others else 0.0)
        return
    drawing = drawing_of(reading, subject, carried, stage.rng)
    height = _height(stage, reading, kind, drawing, first)
    left, _, right, high = extent(drawing)
    sideways = kind not in PEOPLE or "bicycle" in carried or "violin" in carried or kind == "violinist"
    halved = _halved(reading, kind, drawing)
    flies = kind in PEOPLE and any(s.kind == "kite" for s in reading.subjects)
    sideways = sideways or halved or flies
    cut = kind in _TALL and reading.shot == "medium" and first
    if halved:
        _light_near(stage, reading)
    if sideways and (stage.side < 0) != (kind == "lighthouse"):
        # All look towards the light, and so into the picture; a lighthouse has its house on the slope behind it.
        drawing = mirrored(drawing)
        left, right = -right, -left
    half = (right - left) / 2 * height
    if kind in _ON_TABLES and "table" in stage.placed:
        x = stage.placed["table"][0] + (x - canvas.width / 2) * 0.2
    if kind not in _ENDLESS and half < canvas.width * 0.46:
        x = float(
            np.clip(
                x,
                half + canvas.width * 0.03 - (left + right) / 2 * height,
                canvas.width * 0.97 - half - (left + right) / 2 * height,
            )
        )
    foot = _foot(stage, reading, kind, x, height, drawing, first)
    stage.placed[kind] = (x, foot, height)
    if lead:
        # A figure is looked at in the face, a thing in its middle.
        stage.aim(
            x + (left + right) / 2 * height,
            foot - height * (0.66 if halved else high * (0.86 if kind in _FIGURES else 0.8 if cut else 0.5)),
        )
    haze = 0.05 if first or kind in PEOPLE else 0.12
    if kind == "lighthouse" and stage.light.lamps >= 0.35:
        paint_beam(stage, x, foot - height * landmarks.LIGHTHOUSE_LAMP)
    if kind == "rocket" and reading.biome != "space":
        paint_exhaust(stage, x, foot - height * 0.06, height)
    if kind == "balloon":
        draw(stage, drawing, x + canvas.width * 0.3 * stage.side, foot + height * 0.2, height * 0.34, 0.45, afloat=True)
    afloat = kind in (*_HANGING, *_AFLOAT, "rocket") and not (kind == "astronaut" and reading.biome == "moon")
    if not afloat and not halved and not cut:
        paint_contact(stage, x + (left + right) / 2 * height, foot, half)
    standing = kind not in (*_AFLOAT, *_ENDLESS, "kite", "balloon", "whale", "fish", "birds", "rocket", "fire")
    if standing and not halved and not cut and reading.biome not in ("space", "undersea", "street", "hall"):
        paint_cast(stage, drawing, x, foot, height, reading.biome == "moon")
    if kind in _FIGURES:
        # A breath of haze behind a figure keeps it apart from a dark ground.
        canvas.glow(
            x, foot - height * 0.62, height * 0.22, stage.light.haze, 0.55 * (0.6 - min(0.6, stage.light.ambient))
        )
        if reading.biome in ("city", "street") and not halved:
            # Lit windows crowd a street: air between keeps the figure from being one more house.
            paint_air_behind(stage, x, foot - height * 0.5, height)
    if kind == "fire":
        canvas.glow(x, foot - height * 0.3, canvas.unit * 0.10, rgb("ff9a44"), 0.55)
    count = subject.count if kind not in _ENDLESS else 1
    for i in range(count - 1, -1, -1):
        apart = (i + 1) // 2 * (1 if i % 2 else -1) * stage.side
        size = height * (1 - 0.06 * i)
        at = x + apart * height * max(0.34, (right - left) * 0.8)
        fine = subject if i == 0 else Subject(kind, 1, (*subject.words, str(i)))
        other = drawing if i == 0 else drawing_of(reading, fine, (), stage.rng)
        low_at = (
            foot
            if reading.shot == "close" or kind not in PEOPLE
            else _foot(stage, reading, kind, at, size, drawing, first)
        )
        draw(stage, other, at, low_at, size, haze + 0.04 * i, afloat=kind in _HANGING or halved or cut)
    if kind == "cup":
        paint_steam(stage, x, foot - height * 0.85, height * 0.95)
    if (kind in _AFLOAT or kind == "whale") and reading.biome in _WATER:
        paint_reflection(stage, x, foot - height * 0.035, height, (right - left) / 2 * height)


def _halved(reading: Reading, kind: str, drawing: Drawing) -> bool:
    """Tell whether a drawing is a person from the waist up."""
    return kind in PEOPLE and reading.shot == "medium" and extent(drawing)[1] < -1


def _foot(
    stage: Stage, reading: Reading, kind: str, x: float, height: float, drawing: Drawing, first: bool
) -> float:  # fmt: skip
    """The row a drawing stands on."""
    canvas, high = stage.canvas, extent(drawing)[3]
    if _halved(reading, kind, drawing):
        # The frame cuts the drawing, however tall it is.
        return max(canvas.height * 0.10 + height * min(high, 1.14), canvas.height + (waist.FOOT + 0.06) * height)
    if kind == "birds":
        return canvas.height * 0.3
    if kind in _TALL and reading.shot == "medium" and first:
        return max(canvas.height * 0.10 + height * high, canvas.height + 0.16 * height)
    if kind in ("balloon", "kite"):
        return canvas.height * 0.14 + height
    if kind == "astronaut" and reading.biome == "space" and first and reading.shot == "close":
        return canvas.height * 0.12 + height * high
    if kind in ("astronaut", "rocket") and reading.biome == "space":
        return canvas.height * 0.46 + height * 0.5
    if kind in ("whale", "fish") and reading.biome == "undersea":
        return canvas.height * 0.50
    if (kind in _AFLOAT or kind == "whale") and reading.biome in _WATER:
        return min(stage.horizon + canvas.unit * 0.05 + height * 0.10, canvas.height * 0.93)
    if kind in _FIGURES and first and reading.shot != "wide":
        # A narrow frame makes the figure small enough to be seen whole: then it must stand.
        return max(canvas.height * 0.12 + height * high, stage.ground_at(x) + canvas.unit * 0.01)
    # What is built must not hang over a slope's lower side.
    broad = {"lighthouse": 0.10, "house": 0.5, "windmill": 0.15, "tent": 0.7}.get(kind, 0.0) * height
    foot = stage.ground_at(x, broad) + canvas.unit * 0.010
    if kind == "rocket":
        foot -= canvas.unit * 0.12
    if kind == "train" and "bridge" in stage.placed:
        return stage.placed["bridge"][1] - stage.placed["bridge"][2] * 1.02
    if kind in _ON_TABLES and "table" in stage.placed:
        return stage.placed["table"][1] - stage.placed["table"][2] * 0.90
    if kind in HELD and reading.shot == "close" and reading.biome not in INSIDE:
        foot = canvas.height * 0.96
    # A thing set high on a slope must still fit under the upper edge.
    return max(foot, height * high + canvas.height * 0.05)


def _light_near(stage: Stage, reading: Reading) -> None:
    """Expose for a person close by; in a town's night the nearest lamp lights them."""
    light = stage.light
    if reading.biome in ("street", "city") and light.lamps > 0.5:
        canvas = stage.canvas
        x, y = canvas.width * (0.5 + 0.36 * stage.side), canvas.height * 0.20
        canvas.glow(x, y, canvas.unit * 0.09, rgb("ffc47a"), 0.8)
        canvas.glow(x, y, canvas.unit * 0.30, rgb("ff9f4a"), 0.35)
        stage.sun_x, stage.sun_y = x, y
        stage.light = replace(light, sun=rgb("ffc27a"), strength=0.95, ambient=min(0.8, light.ambient + 0.36))
    else:
        stage.light = replace(light, ambient=min(0.85, light.ambient + 0.10))


def _paint_birds(stage: Stage, count: int) -> None:
    canvas = stage.canvas
    flock = creatures.birds(stage.rng, count)
    x = canvas.width * (0.5 + stage.side * 0.10)
    draw(stage, flock, x, canvas.height * 0.27, min(canvas.unit * 0.85, canvas.width * 0.8), 0.15, afloat=True)


def paint_stray_birds(stage: Stage) -> None:
    """A few birds far off, where the sky would be empty: not across the sun, and without an outline."""
    canvas = stage.canvas
    flock = creatures.birds(stage.rng, 6)
    x = canvas.width * (0.5 - stage.side * 0.22)
    draw(stage, flock, x, canvas.height * 0.25, canvas.unit * 0.36, 0.35, afloat=True)
