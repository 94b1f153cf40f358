"""Staging: where each subject stands, how large it is in each shot size, and what it does to the light.

Sizes are in units (see `canvas.py`) for a wide shot. A close shot of a figure is cut by the frame at the chest; a close
shot of a thing shows all of it.
"""

from __future__ import annotations

import cv2
import numpy as np

from studio.offline.paint import creatures, landmarks
from studio.offline.paint.canvas import Stage
from studio.offline.paint.casting import drawing_of
from studio.offline.paint.closeup import paint_closeup, paint_face, paint_steam, paint_tabletop
from studio.offline.paint.figures import look_of_person
from studio.offline.paint.habitat import HELD, INSIDE, PEOPLE
from studio.offline.paint.lexicon import Reading, Subject
from studio.offline.paint.noise import clouds
from studio.offline.paint.palettes import rgb
from studio.offline.paint.shapes import Drawing, bar, draw, extent, mirrored

_SIZES = {
    "person": 0.27, "elder": 0.255, "child": 0.19, "lighthouse": 0.62, "ship": 0.40, "boat": 0.27, "house": 0.25,
         "tree": 0.56,
    "train": 0.12, "robot": 0.36, "astronaut": 0.36, "rocket": 0.60, "deer": 0.27, "whale": 0.24, "fish": 0.34,
         "dog": 0.14,
    "cat": 0.11, "bottle": 0.10, "lantern": 0.15, "book": 0.11, "bicycle": 0.17, "balloon": 0.34, "tent": 0.15,
         "fire": 0.11,
    "windmill": 0.50, "birds": 0.5, "violinist": 0.30, "fox": 0.15, "wolf": 0.19, "bear": 0.26, "horse": 0.30,
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
    places = _places(stage, chosen)
    for subject, x in zip(chosen, places, strict=True):
        first = subject is lead or (subject.kind in _FIGURES and people)
        _paint_one(stage, reading, subject, x, first, carried, subject is lead)
    _paint_string(stage)
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


def _places(stage: Stage, chosen: list[Subject]) -> list[float]:
    """A column for each subject: the first away from the light, the next towards it."""
    shares = (-0.19, 0.07, -0.04, 0.28, -0.34, 0.18) if len(chosen) > 1 else (-0.15,)
    jitter = float(stage.rng.uniform(-0.02, 0.02))
    return [stage.canvas.width * (0.5 + stage.side * (shares[i] + jitter)) for i in range(len(chosen))]


def _height(stage: Stage, reading: Reading, kind: str, drawing: Drawing, first: bool) -> float:
    """Height in pixels, kept inside the frame but for figures in a close shot and for trains."""
    canvas = stage.canvas
    if kind in _FIGURES and reading.shot != "wide" and first:
        left, _, right, _ = extent(drawing)
        tall = canvas.height * (1.5 if reading.shot == "close" else 0.86)
        return float(min(tall, canvas.width * (0.92 if reading.shot == "close" else 0.5) / (right - left)))
    grow = {"wide": 1.0, "medium": 1.6, "close": 2.6}[reading.shot] if first or kind in HELD else 1.0
    if kind in HELD and first and not any(s.kind in PEOPLE for s in reading.subjects):
        grow *= 1.5
    left, low, right, high = extent(drawing)
    wide = 1e9 if kind in _ENDLESS else canvas.width * 0.82 / (right - left)
    if reading.biome in INSIDE and (kind not in HELD or reading.shot == "wide"):
        # A room is seen from nearer than a landscape.
        grow *= 1.8
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
    foot = _foot(stage, reading, kind, x, height, high, first)
    stage.placed[kind] = (x, foot, height)
    if lead:
        # A figure is looked at in the face, a thing in its middle.
        stage.aim(x + (left + right) / 2 * height, foot - high * height * (0.86 if kind in _FIGURES else 0.5))
    haze = 0.05 if first or kind in PEOPLE else 0.12
    if kind == "lighthouse" and stage.light.lamps >= 0.35:
        _paint_beam(stage, x, foot - height * landmarks.LIGHTHOUSE_LAMP)
    if kind == "rocket" and reading.biome != "space":
        _paint_exhaust(stage, x, foot - height * 0.06, height)
    if kind == "balloon":
        draw(stage, drawing, x + canvas.width * 0.3 * stage.side, foot + height * 0.2, height * 0.34, 0.45, afloat=True)
    if kind not in _HANGING and kind not in _AFLOAT and kind != "rocket":
        _paint_shadow(stage, x + (left + right) / 2 * height, foot, half)
    if kind in _FIGURES:
        # A breath of haze behind a figure keeps it apart from a dark ground.
        canvas.glow(
            x, foot - height * 0.62, height * 0.22, stage.light.haze, 0.55 * (0.6 - min(0.6, stage.light.ambient))
        )
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
            else _foot(stage, reading, kind, at, size, high, first)
        )
        draw(stage, other, at, low_at, size, haze + 0.04 * i, afloat=kind in _HANGING)
    if kind == "cup":
        paint_steam(stage, x, foot - height * 0.85, height * 0.95)
    if (kind in _AFLOAT or kind == "whale") and reading.biome in _WATER:
        _paint_reflection(stage, x, foot - height * 0.035, height, (right - left) / 2 * height)


def _foot(stage: Stage, reading: Reading, kind: str, x: float, height: float, high: float, first: bool) -> float:
    """The row a drawing stands on."""
    canvas = stage.canvas
    if kind == "birds":
        return canvas.height * 0.3
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


def _paint_shadow(stage: Stage, x: float, foot: float, half: float) -> None:
    """The soft shadow that holds a thing to the ground."""
    canvas = stage.canvas
    deep = max(2.0, half * 0.16)
    left, right = int(max(0, x - half * 2.2)), int(min(canvas.width, x + half * 2.2 + 1))
    top, bottom = int(max(0, foot - deep * 2.5)), int(min(canvas.height, foot + deep * 2.5 + 1))
    if left < right and top < bottom:
        away = ((canvas.x[:, left:right] - x) / np.float32(half)) ** 2 + (
            (canvas.y[top:bottom] - foot) / np.float32(deep)
        ) ** 2
        canvas.over(np.exp(-away) * np.float32(0.5), stage.light.near * np.float32(0.5), left, top)


def _paint_beam(stage: Stage, x: float, y: float) -> None:
    """A lighthouse's light: one beam towards the open side, and the lamp's glow."""
    canvas = stage.canvas
    dx, dy = (canvas.x - x) * np.float32(stage.side), canvas.y - y
    away = np.hypot(dx, dy)
    slope = dy / np.maximum(dx, 1) + np.float32(0.075)
    beam = np.exp(-((slope / np.float32(0.055)) ** 2)) * np.clip(1 - away / np.float32(canvas.unit * 1.35), 0, 1) ** 1.2
    beam *= np.clip(dx / np.float32(canvas.unit * 0.02), 0, 1)
    canvas.screen(beam * np.float32(0.35 + 0.30 * stage.light.lamps), rgb("ffe9b0"))
    canvas.glow(x, y, canvas.unit * 0.045, rgb("fff0c8"), 0.9)


def _paint_exhaust(stage: Stage, x: float, y: float, height: float) -> None:
    """A rising rocket's flame, the smoke under it, and its light on all about."""
    canvas = stage.canvas
    top = int(np.clip(y, 0, canvas.height - 2))
    aside = np.abs(canvas.x - x)
    down = np.clip((canvas.y[top:] - y) / np.float32(canvas.unit * 0.30), 0, 1)
    canvas.glow(x, y + height * 0.1, canvas.unit * 0.22, rgb("ffb45e"), 0.75)
    smoke = clouds(stage.rng, (canvas.width, canvas.height - top), 5, 6)
    smoke *= np.exp(-((aside / np.float32(canvas.unit * 0.30) / (0.14 + down**1.5)) ** 2))
    smoke *= np.clip((canvas.y[top:] - y - canvas.unit * 0.10) / np.float32(canvas.unit * 0.11), 0, 1)
    tone = stage.light.haze * np.float32(0.55) + rgb("ffc98a") * np.float32(0.42)
    canvas.over(np.clip(smoke * 2.1 - 0.25, 0, 0.96), tone, 0, top)
    wide = height * 0.042 * (1 - 0.55 * down)
    flame = np.exp(-((aside / wide) ** 2)) * np.clip(1 - (canvas.y[top:] - y) / np.float32(height * 0.42), 0, 1)
    canvas.over(np.clip(flame * 1.2, 0, 1), rgb("ffd28a"), 0, top)
    canvas.over(np.clip(flame**3 * 1.2, 0, 1), rgb("fffbe8"), 0, top)


def _paint_reflection(stage: Stage, x: float, water: float, height: float, half: float) -> None:
    """Mirror what floats at row `water`, shortened and broken by ripples."""
    canvas = stage.canvas
    top = int(np.clip(water, 1, canvas.height - 2))
    rows = min(int(height * 0.5), canvas.height - top)
    left, right = max(0, int(x - half * 1.15)), min(canvas.width, int(x + half * 1.15))
    if rows < 2 or right - left < 4:
        return
    down, across = np.mgrid[0:rows, 0 : right - left].astype(np.float32)
    wobble = clouds(stage.rng, (right - left, rows), 14, 3, 0.16) - np.float32(0.5)
    source_x = across + wobble * np.float32(canvas.unit * 0.03) * (0.3 + down / rows)
    box_top = max(0, int(top - height))
    source_y = np.clip((top - box_top - 2) - down * 2.0, 0, None)
    edge = np.clip(1 - np.abs(across / (right - left) * 2 - 1), 0, 1)
    mask = np.clip(edge * 4, 0, 1) * np.clip(1 - down / rows, 0, 1) ** 0.8 * np.float32(0.62)
    mirror = np.stack([
        cv2.remap(np.ascontiguousarray(p[box_top:top, left:right]), source_x, source_y, cv2.INTER_LINEAR,
             borderMode=cv2.BORDER_REPLICATE)
        for p in canvas.planes
    ])  # fmt: skip
    canvas.over(mask.astype(np.float32), mirror * np.float32(0.72), left, top)


def _paint_string(stage: Stage) -> None:
    """The line from a kite to the hand of whoever flies it."""
    flyer = next((stage.placed[k] for k in PEOPLE if k in stage.placed), None)
    if flyer and "kite" in stage.placed:
        (x, foot, tall), (kite_x, kite_foot, kite_tall) = flyer, stage.placed["kite"]
        start, end = (x + tall * 0.15, foot - tall * 0.45), (kite_x, kite_foot - kite_tall * 0.7)
        thick = max(1.2, stage.canvas.unit * 0.0014)
        line = bar("", (0, 0), (end[0] - start[0], start[1] - end[1]), thick)
        draw(stage, (line,), start[0], start[1], 1.0, 0.3, afloat=True)


def _paint_birds(stage: Stage, count: int) -> None:
    canvas = stage.canvas
    flock = creatures.birds(stage.rng, count)
    x = canvas.width * (0.5 + stage.side * 0.10)
    draw(stage, flock, x, canvas.height * 0.27, min(canvas.unit * 0.85, canvas.width * 0.8), 0.15, afloat=True)


def paint_stray_birds(stage: Stage) -> None:
    """A few birds far off, where the sky would be empty."""
    _paint_birds(stage, 5)
