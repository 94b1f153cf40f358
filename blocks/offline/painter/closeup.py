"""Close shots: a face turned to the light, hands that hold something, an eye, a thing on a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blocks.offline.painter import casting
from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import clouds
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.canvas.shapes import Drawing, draw, extent, mirrored
from blocks.offline.painter.people import figures, hands
from blocks.offline.painter.people.bust import bust, shoulders
from blocks.offline.painter.people.eye import paint_eye
from blocks.offline.painter.people.face import as_child, turned_head
from blocks.offline.painter.prompt.places_in_prompt import INSIDE, PEOPLE
from blocks.offline.painter.prompt.reader import Reading, Subject
from blocks.offline.painter.prompt.subjects import kinds_with
from blocks.offline.painter.things import lights

_SHEETS = kinds_with("sheet")
_IN_HANDS = kinds_with("cupped")


def paint_closeup(painting: Painting, reading: Reading) -> bool:
    """Paint the close shot of an eye or of hands and return True; return False, with nothing painted, for any other."""
    kinds = [s.kind for s in reading.subjects]
    people = [s for s in reading.subjects if s.kind in PEOPLE]
    if reading.shot != "close":
        return False
    owner = people[0] if people else Subject("person", 1, next((s.words for s in reading.subjects), ()))
    look = figures.look_of_person(reading, owner)
    if "eye" in kinds:
        paint_eye(painting, look.skin, look.hair, next(s.words for s in reading.subjects if s.kind == "eye"))
        return True
    if "hands" in kinds:
        _paint_hands(painting, reading, look)
        return True
    return False


def face_of(owner: Subject, look: figures.Look) -> Drawing:
    """Return the drawing of a person's head and shoulders, facing right; about 1 high."""
    words = frozenset(owner.words)
    aged, bearded = bool(words & figures.AGED) or owner.kind == "elder", bool(words & {"beard", "bearded"})
    if look.child or (look.style != "short" and not aged):
        # Softer than a profile, and both eyes are seen.
        drawing = turned_head(look, aged, bearded, shoulders(look))
        return as_child(drawing) if look.child else drawing
    return bust(look, aged, bearded)


def paint_face(painting: Painting, owner: Subject, look: figures.Look, aside: float = 0.0) -> None:
    """Paint one large face, turned to the light; `aside` moves it sideways, in shares of the width."""
    canvas, drawing = painting.canvas, face_of(owner, look)
    height = min(canvas.height * 0.86, canvas.width * 0.98)
    x = canvas.width * (0.5 - 0.10 * painting.side + aside)
    foot = canvas.height * 0.12 + height * extent(drawing)[3]
    if painting.side < 0:
        drawing = mirrored(drawing)
    # Light behind the face makes its outline visible.
    canvas.glow(
        x + painting.side * height * 0.5,
        foot - height * 0.62,
        height * 0.34,
        painting.light.sun,
        0.42 * painting.light.strength,
    )
    painting.aim(x + painting.side * height * 0.16, foot - height * 0.65)
    below = canvas.height - foot
    if below > height * 0.34:
        # A tall frame shows more of the chest than is drawn: the face moves down until the frame cuts the drawing.
        foot += below - height * 0.32
        painting.aim(x + painting.side * height * 0.16, foot - height * 0.65)
    # The exposure is set for the face, so it is brighter than its surroundings.
    painting.light = replace(painting.light, ambient=min(0.85, painting.light.ambient + 0.14))
    draw(painting, drawing, x, foot, height, 0.02, afloat=True)


def _paint_hands(painting: Painting, reading: Reading, look: figures.Look) -> None:
    canvas = painting.canvas
    if reading.biome in INSIDE and reading.hour == "night":
        # At night indoors a flame is the light: it is nearer than the moon.
        light = painting.light
        painting.light = replace(light, sun=rgb("ffb45e"), ambient=light.ambient + 0.22, strength=0.9)
        canvas.glow(
            canvas.width * (0.5 + 0.3 * painting.side), canvas.height * 0.5, canvas.unit * 0.30, rgb("ff9a44"), 0.6
        )
        flame_x, flame_y = canvas.width * (0.5 + 0.37 * painting.side), canvas.height * 0.46
        painting.sun_x, painting.sun_y = flame_x, flame_y
        if not any(s.kind in ("candle", "lantern") for s in reading.subjects):
            paint_tabletop(painting, 0.86)
            draw(painting, lights.candle(), flame_x, flame_y + canvas.unit * 0.46, canvas.unit * 0.52, 0.05)
    held = next((s for s in reading.subjects if s.kind in (*_SHEETS, *_IN_HANDS)), None)
    height = min(canvas.height * 0.52, canvas.width * 0.42)
    # In a tall frame the hands are lower, so that its edge cuts the sleeves.
    x, foot = canvas.width * 0.5, max(canvas.height * 0.66, canvas.height - height * 0.95)
    if held and held.kind in _SHEETS:
        flame = reading.biome in INSIDE and reading.hour == "night"
        drawing = hands.reading_hands(look, hands.sheet(painting.side if flame else 0))
    else:
        thing = casting.drawing_of(reading, held, (), painting.rng) if held else ()
        drawing = hands.cupped_hands(look, thing)
        foot = max(foot, canvas.height * 0.70)
    canvas.glow(
        x + painting.side * height * 0.3,
        foot - height * 0.8,
        height * 0.5,
        painting.light.sun,
        0.35 * painting.light.strength,
    )
    draw(painting, drawing, x, foot, height, 0.02, afloat=True)
    if held and held.kind == "cup":
        paint_steam(painting, x, foot - height * 0.75, height * 0.8)
    painting.aim(x, foot - height * 0.35)


def paint_tabletop(painting: Painting, row: float) -> None:
    """Paint a wooden table across the frame, from `row` (share of the height) down, for things to stand on."""
    canvas, light = painting.canvas, painting.light
    top = int(canvas.height * row)
    rows = canvas.height - top
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    grain = clouds(painting.rng, (canvas.width, rows), 34, 4, 0.06) - np.float32(0.5)
    wood = mix(light.near, rgb("80552f"), 0.35 + 0.6 * light.ambient)
    lit = np.exp(-(((canvas.x - painting.sun_x) / np.float32(canvas.width * 0.34)) ** 2)) * (1 - 0.55 * depth)
    surface = (0.62 + 0.30 * depth) * (1 + 0.55 * grain)
    for c, plane in enumerate(canvas.planes):
        # The polished wood mirrors what is behind the table.
        mirror = plane[np.clip(top - 2 - np.arange(rows) * 2, 0, top - 1)]
        plane[top:] = wood[c] * surface * 0.86 + mirror * (0.20 - 0.12 * depth)
        plane[top:] += lit * light.sun[c] * np.float32(0.26 * light.strength)
    edge = max(1, int(canvas.unit * 0.004))
    canvas.planes[:, top : top + edge] *= 1.35
    painting.ground = np.full(canvas.width, canvas.height * (row + 0.62 * (1 - row)), np.float32)


def paint_steam(painting: Painting, x: float, foot: float, height: float) -> None:
    """Paint steam that curls up from pixel (x, foot), `height` pixels high."""
    canvas, rng = painting.canvas, painting.rng
    half = height * 0.34
    left, right = int(max(0, x - half)), int(min(canvas.width, x + half))
    top, bottom = int(max(0, foot - height)), int(min(canvas.height, foot))
    if right - left < 8 or bottom - top < 8:
        return
    rise = (foot - canvas.y[top:bottom]) / np.float32(height)
    veil = np.zeros((bottom - top, right - left), np.float32)
    for k in range(3):
        phase, lean = rng.uniform(0, 6), rng.uniform(-0.2, 0.2)
        centre = x + half * (0.30 * (k - 1) + np.sin(rise * (5 + k) + phase) * rise * 0.34 + lean * rise)
        wide = half * (0.05 + 0.22 * rise)
        veil += np.exp(-(((canvas.x[:, left:right] - centre) / wide) ** 2)) * (1 - rise) * np.clip(rise * 6, 0, 1)
    veil *= np.clip(clouds(rng, (right - left, bottom - top), 4, 3) * 1.6 - 0.2, 0, 1)
    canvas.add_light(
        (veil * np.float32(0.42)).astype(np.float32), mix(painting.light.sun, np.ones(3, np.float32), 0.5), left, top
    )
