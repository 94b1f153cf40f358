"""How large each subject is drawn in each shot size, and which subjects the frame cuts."""

from __future__ import annotations

import math

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.shapes import Drawing, extent
from blocks.offline.painter.prompt.places_in_prompt import HANDHELD, INSIDE, LIVING, PEOPLE, SILL_THINGS
from blocks.offline.painter.prompt.reader import Reading
from blocks.offline.painter.prompt.subjects import ROWS, kinds_with

SIZES = {kind: row.height for kind, row in ROWS.items() if row.height}
FIGURES = (*PEOPLE, *kinds_with("figure"))
ON_TABLES = kinds_with("on tables")
AFLOAT = kinds_with("afloat")
ENDLESS = kinds_with("endless")
"""Subjects wider than any frame: both its sides cut them."""
HANGING = kinds_with("hanging")
WATER = ("sea", "shore", "ice", "lake", "river")


TALL = kinds_with("tall")
"""Animals that a medium shot cuts at the legs, as it cuts people at the waist."""


def height_of(painting: Painting, reading: Reading, kind: str, drawing: Drawing, first: bool) -> float:
    """Return the height of a drawing in pixels: that of its whole unit, from the foot up.

    It fits the frame, except figures that the frame cuts in a close or medium shot, and trains.

    Args:
        first: whether it is the main subject of the shot, which is drawn larger.
    """
    canvas = painting.canvas
    if halved_by(reading, kind, drawing):
        left, low, right, high = extent(drawing)
        # The head takes a quarter of the frame.
        if any(s.kind == "child" for s in reading.subjects) and kind == "child":
            high *= 1.22
        return float(min(canvas.height * 0.92 / (high + 0.98), canvas.width * 0.80 / (right - left)))
    if kind in FIGURES and reading.shot != "wide" and first:
        left, _, right, _ = extent(drawing)
        tall = canvas.height * (1.5 if reading.shot == "close" else 0.86)
        return float(min(tall, canvas.width * (0.92 if reading.shot == "close" else 0.5) / (right - left)))
    if kind in ON_TABLES and "table" in painting.placed:
        return painting.placed["table"][2] * 0.30 * math.sqrt(SIZES[kind] / SIZES["cup"])
    if kind in TALL and reading.shot == "medium" and first:
        left, low, right, high = extent(drawing)
        return float(min(canvas.height * 1.02 / high, canvas.width * 0.70 / (right - left)))
    nearer = {"wide": 1.0, "medium": 2.1 if kind in LIVING else 1.6, "close": 2.6}[reading.shot]
    grow = nearer if first or kind in HANDHELD else 1.0
    if kind in HANDHELD and first and not any(s.kind in PEOPLE for s in reading.subjects):
        grow *= 1.5
    if kind == "footprints":
        # Footprints go from the lower edge to where the ground ends.
        return max(
            canvas.unit * 0.10, canvas.height * 0.985 - painting.ground_at(canvas.width / 2) + canvas.unit * 0.02
        )
    left, low, right, high = extent(drawing)
    wide = 1e9 if kind in ENDLESS else canvas.width * 0.82 / (right - left)
    if "sill" in reading.features and reading.shot != "close":
        grow *= 1.75 if kind in SILL_THINGS else 1.0
    if reading.biome in INSIDE and (kind not in HANDHELD or reading.shot == "wide"):
        # A room is seen from nearer than a landscape.
        grow *= 1.8
    if kind in PEOPLE and any(s.kind == "bicycle" for s in reading.subjects):
        grow *= 1.35
    if "table" not in painting.placed and kind in ON_TABLES and reading.biome in INSIDE and reading.shot == "close":
        grow *= 1.3
    if kind == "train" and reading.biome == "station":
        # The train passes right in front of the platform.
        grow *= 2.2
    return float(min(canvas.unit * SIZES[kind] * grow, canvas.height * 0.78 / (high - low), wide))


def halved_by(reading: Reading, kind: str, drawing: Drawing) -> bool:
    """Tell whether a drawing shows a person from the waist up, whom the lower edge of the frame cuts."""
    return kind in PEOPLE and reading.shot == "medium" and extent(drawing)[1] < -1
