"""Where the foot of a subject is in the frame, in each shot size, and how a person close to the camera is lit."""

from __future__ import annotations

from dataclasses import replace

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.palettes import rgb
from blocks.offline.painter.canvas.shapes import Drawing, extent
from blocks.offline.painter.people import waist
from blocks.offline.painter.places.station import RAILS
from blocks.offline.painter.prompt.places_in_prompt import HANDHELD, INSIDE
from blocks.offline.painter.prompt.reader import Reading
from blocks.offline.painter.prompt.subjects import ROWS
from blocks.offline.painter.sizes import AFLOAT, FIGURES, ON_TABLES, TALL, WATER, halved_by


def foot_of(
    painting: Painting, reading: Reading, kind: str, x: float, height: float, drawing: Drawing, first: bool
) -> float:
    """Return the row that a drawing stands on, in pixels from the top.

    Args:
        kind: of the subject.
        x: column in pixels.
        height: of the drawing in pixels.
        first: whether it is the main subject of the shot.
    """
    canvas, high = painting.canvas, extent(drawing)[3]
    if halved_by(reading, kind, drawing):
        # The frame must cut the drawing, however tall it is.
        return max(canvas.height * 0.10 + height * min(high, 1.14), canvas.height + (waist.FOOT + 0.06) * height)
    if kind == "birds":
        return canvas.height * 0.3
    if kind in TALL and reading.shot == "medium" and first:
        return max(canvas.height * 0.10 + height * high, canvas.height + 0.16 * height)
    if kind in ("butterflies", "bees"):
        return canvas.height * (0.30 if reading.shot == "close" else 0.42) + height * 0.5
    if kind == "footprints":
        return canvas.height * 0.985
    if kind in ("balloon", "kite"):
        return canvas.height * 0.14 + height
    if kind == "astronaut" and reading.biome == "space" and first and reading.shot == "close":
        return canvas.height * 0.12 + height * high
    if kind in ("astronaut", "rocket") and reading.biome == "space":
        return canvas.height * 0.46 + height * 0.5
    if kind in ("whale", "fish") and reading.biome == "undersea":
        return canvas.height * 0.50
    if kind == "crow aloft":
        return canvas.height * 0.30 + height * 0.5
    if kind == "paper boat" and reading.biome in WATER:
        return canvas.height * 0.84
    if (kind in AFLOAT or kind == "whale") and reading.biome in WATER:
        return min(painting.horizon + canvas.unit * 0.05 + height * 0.10, canvas.height * 0.93)
    if kind in FIGURES and first and reading.shot != "wide":
        # In a narrow frame the figure may be small enough to be seen whole: then it must stand on the ground.
        return max(canvas.height * 0.12 + height * high, painting.ground_at(x) + canvas.unit * 0.01)
    if kind == "train" and reading.biome == "station":
        return canvas.height * RAILS
    # A building must not hang over the lower side of a slope.
    broad = ROWS[kind].broad * height
    foot = painting.ground_at(x, broad) + canvas.unit * 0.010
    if kind == "rocket":
        foot -= canvas.unit * 0.12
    if kind == "train" and "bridge" in painting.placed:
        return painting.placed["bridge"][1] - painting.placed["bridge"][2] * 1.02
    if kind in ON_TABLES and "table" in painting.placed:
        return painting.placed["table"][1] - painting.placed["table"][2] * 0.90
    if kind in HANDHELD and reading.shot == "close" and reading.biome not in INSIDE:
        foot = canvas.height * 0.96
    # A thing high on a slope must still fit under the upper edge.
    return max(foot, height * high + canvas.height * 0.05)


def light_near(painting: Painting, reading: Reading) -> None:
    """Brighten `painting.light` for a person close to the camera; in a town at night a lamp nearby lights them."""
    light = painting.light
    if reading.biome in ("street", "city") and light.lamps > 0.5:
        canvas = painting.canvas
        x, y = canvas.width * (0.5 + 0.36 * painting.side), canvas.height * 0.20
        canvas.glow(x, y, canvas.unit * 0.09, rgb("ffc47a"), 0.8)
        canvas.glow(x, y, canvas.unit * 0.30, rgb("ff9f4a"), 0.35)
        painting.sun_x, painting.sun_y = x, y
        painting.light = replace(light, sun=rgb("ffc27a"), strength=0.95, ambient=min(0.8, light.ambient + 0.36))
    else:
        painting.light = replace(light, ambient=min(0.85, light.ambient + 0.10))
