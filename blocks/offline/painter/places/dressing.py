"""Set dressing: furniture and wall decoration for a room that a prompt does not describe; each drawing about 1 high.

What a room gets depends on its kind and on random numbers, so that no two look alike; where a prompt names things of
its own, nothing is added.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import fork
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.canvas.shapes import LAMP, Drawing, Shape, bar, blob, draw, moved, oval, poly
from blocks.offline.painter.places.sky import gradient
from blocks.offline.painter.prompt.places_in_prompt import PEOPLE, ROOMS
from blocks.offline.painter.prompt.reader import Reading, Subject
from blocks.offline.painter.things.furniture import chair
from blocks.offline.painter.things.lights import candle
from blocks.offline.painter.things.plants import flower, plant
from blocks.offline.painter.things.small_things import bread, clock, cup

_PICTURES = (
    ("a07a3c", "8a9aa6 cbbb9a 5f6b4e 3d4a38"),
    ("3a2c24", "d8b98a d08a5c 7a4a4a 2f3a52"),
    ("8d8069", "a9bfc4 c9d3cf 5f8490 2f5566"),
    ("5a3a22", "3f4a5e 7a6a5c b08a5a 4a3a30"),
)
"""Pictures for a wall: the tone of the frame, and those of the landscape from the sky down."""


def lamp() -> Drawing:
    """Draw a lit table lamp: a turned foot under a cloth shade."""
    brass, dark, shade = "a57f3a", "6d5220", "d9b98a"
    return (
        oval(dark, 0, 0.03, 0.20, 0.035),
        oval(brass, 0, 0.05, 0.19, 0.035),
        blob(
            brass,
            (-0.04, 0.05),
            (-0.11, 0.20),
            (-0.05, 0.36),
            (-0.025, 0.52),
            (0.025, 0.52),
            (0.05, 0.36),
            (0.11, 0.20),
            (0.04, 0.05),
        ),
        oval(LAMP, 0, 0.60, 0.15, 0.06),
        poly(shade, (-0.32, 0.56), (-0.17, 1.0), (0.17, 1.0), (0.32, 0.56)),
        poly("f0d9a8", (-0.16, 0.57), (-0.08, 0.99), (0.06, 0.99), (0.12, 0.57)),
        bar("b08a5a", (-0.325, 0.57), (0.325, 0.57), 0.025),
        bar("b08a5a", (-0.175, 0.99), (0.175, 0.99), 0.020),
    )


def books() -> Drawing:
    """Draw an untidy pile of four closed books."""
    shapes: list[Shape] = []
    for k, (tone, left, right) in enumerate(
        (("44523f", -0.52, 0.50), ("7a3324", -0.44, 0.52), ("303b56", -0.50, 0.38), ("8a6632", -0.36, 0.40))
    ):
        low = 0.20 * k
        shapes += [
            poly(tone, (left, low), (right, low), (right, low + 0.18), (left, low + 0.18)),
            poly(
                "e2d8bd",
                (left + 0.05, low + 0.035),
                (right + 0.01, low + 0.035),
                (right + 0.01, low + 0.145),
                (left + 0.05, low + 0.145),
            ),
        ]
    return tuple(shapes)


def vase() -> Drawing:
    """Draw a flower in a glazed vase."""
    return (
        *moved(flower(), 0, 0.16, 0.84),
        blob(
            "5f7f86",
            (-0.09, 0.0),
            (-0.15, 0.14),
            (-0.11, 0.30),
            (-0.06, 0.42),
            (0.06, 0.42),
            (0.11, 0.30),
            (0.15, 0.14),
            (0.09, 0.0),
        ),
        blob("8fa9ac", (-0.10, 0.12), (-0.07, 0.30), (-0.05, 0.30), (-0.07, 0.12)),
    )


def side_table() -> Drawing:
    """Draw a small round table on three legs, 1 high; its top is at 0.94."""
    wood, dark = "7a5434", "4a3320"
    return (
        *(bar(dark, (x * 0.3, 0.90), (x, 0.0), 0.06) for x in (-0.36, 0.04, 0.36)),
        oval(dark, 0, 0.89, 0.52, 0.075),
        oval(wood, 0, 0.93, 0.52, 0.075),
    )


def workbench() -> Drawing:
    """Draw a bench with its vise and plane, shavings, and the wall of tools above: hammer, saw, chisels, a wheel."""
    wood, dark, steel, iron, board = "8a6340", "5f4229", "a9adb0", "3f4246", "6a5038"
    wheel = [
        oval(dark, 0.50, 0.82, 0.17, 0.17),
        oval(board, 0.50, 0.82, 0.135, 0.135),
        oval(dark, 0.50, 0.82, 0.03, 0.03),
    ]
    wheel += [
        bar(dark, (0.50, 0.82), (0.50 + 0.14 * float(np.cos(t)), 0.82 + 0.14 * float(np.sin(t))), 0.018)
        for t in np.arange(8) * np.pi / 4
    ]
    chisels: list[Shape] = []
    for k in range(5):
        x = -0.10 + 0.075 * k
        chisels += [bar(steel, (x, 0.70), (x, 0.82), 0.018), bar("b07d35", (x, 0.82), (x, 0.90), 0.026)]
    return (
        poly(board, (-0.68, 0.62), (0.72, 0.62), (0.72, 1.04), (-0.68, 1.04)),
        *wheel,
        bar(iron, (-0.14, 0.86), (0.26, 0.86), 0.014),
        *chisels,
        bar("9a7447", (-0.26, 0.68), (-0.26, 0.92), 0.024),
        poly(iron, (-0.335, 0.90), (-0.205, 0.90), (-0.195, 0.965), (-0.335, 0.955)),
        poly(steel, (-0.62, 0.74), (-0.60, 0.70), (-0.36, 0.84), (-0.40, 0.90)),
        blob("7a4a2a", (-0.43, 0.86), (-0.40, 0.96), (-0.33, 0.95), (-0.35, 0.84)),
        *(bar(dark, (x, 0.40), (x, 0.0), 0.09) for x in (-0.60, 0.60)),
        bar(dark, (-0.60, 0.10), (0.60, 0.10), 0.06),
        poly(dark, (-0.16, 0.26), (0.30, 0.26), (0.30, 0.38), (-0.16, 0.38)),
        oval("c9a24a", 0.07, 0.32, 0.018, 0.018),
        poly(wood, (-0.72, 0.38), (0.72, 0.38), (0.72, 0.46), (-0.72, 0.46)),
        bar("a98a63", (-0.72, 0.455), (0.72, 0.455), 0.02),
        # The vise at one end, the plane and its shavings in the middle.
        poly(iron, (-0.70, 0.46), (-0.52, 0.46), (-0.52, 0.53), (-0.56, 0.57), (-0.70, 0.57)),
        poly(steel, (-0.78, 0.47), (-0.71, 0.47), (-0.71, 0.58), (-0.78, 0.58)),
        bar(steel, (-0.86, 0.51), (-0.70, 0.51), 0.02),
        bar(steel, (-0.85, 0.46), (-0.85, 0.56), 0.014),
        poly("9a6a3a", (0.06, 0.465), (0.36, 0.465), (0.34, 0.52), (0.08, 0.52)),
        blob("6b4427", (0.28, 0.51), (0.31, 0.58), (0.36, 0.57), (0.33, 0.51)),
        *(oval("dcc294", x, 0.475, 0.03, 0.014) for x in (-0.06, -0.13, 0.0, -0.20)),
    )


_TABLED: dict[str, tuple[Callable[[], Drawing], float]] = {
    "lamp": (lamp, 0.150),
    "candle": (candle, 0.115),
    "cup": (cup, 0.058),
    "books": (books, 0.085),
    "flower": (vase, 0.150),
    "clock": (clock, 0.100),
    "bread": (bread, 0.060),
}
"""Things for a side table: how each is drawn, and its height in units."""
_FLOOR = {
    "room": ("lamp", "candle", "cup", "books", "plant", "clock", "flower", "chair"),
    "library": ("lamp", "candle", "books", "plant", "chair", "clock"),
    "kitchen": ("bread", "cup", "flower", "plant", "chair", "candle"),
    "laboratory": ("lamp", "books", "plant", "clock", "chair"),
    "cafe": ("cup", "flower", "candle", "plant", "chair"),
    "workshop": ("lamp", "books", "chair", "candle", "cup"),
}
_WALL = ("picture", "two pictures", "clock", "mirror", "shelf")


def standing_lamp(reading: Reading) -> Subject | None:
    """Return the lamp that nobody holds in a room with people, for a side table at the wall; None if there is none."""
    if reading.biome not in ROOMS or reading.shot == "close" or not any(s.kind in PEOPLE for s in reading.subjects):
        return None
    if any(s.kind == "table" for s in reading.subjects):
        return None
    lamps = (s for s in reading.subjects if s.kind == "lantern" and "lamp" in s.words)
    return next((s for s in lamps if "held" not in s.words), None)


def dress_floor(painting: Painting, kind: str, x: float, foot: float, named: str = "") -> None:
    """Paint a plant, a chair, or a side table with something on it at pixel (x, foot).

    Args:
        kind: of the room.
        named: a key of `_TABLED` for the side table; '' leaves the choice to the random numbers.
    """
    own, unit = fork(painting.rng), painting.canvas.unit
    thing = named or str(own.choice(_FLOOR.get(kind, _FLOOR["room"])))
    if thing == "plant":
        draw(painting, plant(), x, foot, unit * float(own.uniform(0.28, 0.36)), 0.10)
        return
    if thing == "chair":
        draw(painting, chair(), x, foot, unit * 0.30, 0.10)
        return
    drawing, size = _TABLED[thing]
    tall = unit * 0.20
    draw(painting, side_table(), x, foot, tall, 0.10)
    if thing in ("lamp", "candle") and painting.light.lamps > 0.4:
        # At night a lamp or candle lights the wall behind it.
        shine = 0.36 * painting.light.lamps * (1.0 if thing == "lamp" else 0.6)
        painting.canvas.glow(x, foot - tall * 1.5, unit * 0.20, rgb("ffae5c"), shine)
    draw(painting, drawing(), x, foot - tall * 0.92, unit * size * 1.15, 0.08, afloat=True)


def dress_wall(painting: Painting, x: float, y: float, own_things: bool) -> None:
    """Paint something on the wall about pixel (x, y): a single picture where the prompt has `own_things`."""
    own, unit = fork(painting.rng), painting.canvas.unit
    thing = str(own.choice(_WALL))
    first, second = (int(v) for v in own.permutation(len(_PICTURES))[:2])
    if own_things or thing == "picture":
        _hang_picture(painting, x, y, 0.11, 0.085, first)
    elif thing == "two pictures":
        _hang_picture(painting, x - unit * 0.085, y, 0.060, 0.085, first)
        _hang_picture(painting, x + unit * 0.085, y + unit * 0.01, 0.060, 0.075, second)
    elif thing == "clock":
        draw(painting, _wall_clock(), x, y + unit * 0.10, unit * 0.20, 0.15, afloat=True)
    elif thing == "mirror":
        draw(painting, _mirror(), x, y + unit * 0.12, unit * 0.24, 0.15, afloat=True)
    else:
        draw(painting, _shelf(), x, y + unit * 0.05, unit * 0.17, 0.15, afloat=True)


def _hang_picture(painting: Painting, x: float, y: float, half_across: float, half_down: float, which: int) -> None:
    """Paint a small landscape in its frame."""
    canvas, light = painting.canvas, painting.light
    half_w, half_h = int(canvas.unit * half_across), int(canvas.unit * half_down)
    border = max(2, int(canvas.unit * 0.010))
    left, top = max(0, int(x) - half_w), int(y) - half_h
    right, bottom = min(canvas.width, int(x) + half_w), int(y) + half_h
    tone, land = _PICTURES[which]
    frame = mix(light.near, rgb(tone), 0.5)[:, None, None]
    canvas.planes[:, top - border : bottom + border, max(0, left - border) : right + border] = frame
    inner = gradient(np.stack([rgb(stop) for stop in land.split()]), bottom - top)
    day = mix(light.near, np.ones(3, np.float32), light.ambient)
    canvas.planes[:, top:bottom, left:right] = day[:, None, None] * inner[:, :, None]


def _wall_clock() -> Drawing:
    """Draw a round wall clock, at ten past ten like the mantel clock."""
    rim, face, dark = "5a3a22", "e2d8bd", "2a211b"
    ticks = (
        bar(
            dark,
            (0.38 * float(np.cos(t)), 0.5 + 0.38 * float(np.sin(t))),
            (0.43 * float(np.cos(t)), 0.5 + 0.43 * float(np.sin(t))),
            0.02,
        )
        for t in np.arange(12) * np.pi / 6
    )
    return (
        oval(rim, 0, 0.5, 0.5, 0.5),
        oval(face, 0, 0.5, 0.44, 0.44),
        *ticks,
        bar(dark, (0, 0.5), (-0.20, 0.615), 0.035),
        bar(dark, (0, 0.5), (0.31, 0.68), 0.022),
        oval(dark, 0, 0.5, 0.03, 0.03),
    )


def _mirror() -> Drawing:
    """Draw an oval mirror with a slanting gleam in it."""
    return (
        oval("8a6a34", 0, 0.5, 0.36, 0.5),
        oval("8d99a0", 0, 0.5, 0.31, 0.45),
        blob("b9c4c8", (-0.20, 0.62), (0.06, 0.90), (0.16, 0.86), (-0.22, 0.48)),
        blob("a6b2b7", (-0.18, 0.38), (0.22, 0.76), (0.25, 0.70), (-0.14, 0.32)),
    )


def _shelf() -> Drawing:
    """Draw a board on the wall with books and a jar."""
    shapes: list[Shape] = [bar("5a3a22", (-0.85, 0.04), (0.85, 0.04), 0.08)]
    for k, (tone, tall) in enumerate(
        (("7a3324", 0.62), ("44523f", 0.74), ("8a6632", 0.58), ("303b56", 0.80), ("66404f", 0.66), ("8d8069", 0.70))
    ):
        shapes.append(bar(tone, (-0.70 + 0.13 * k, 0.08), (-0.70 + 0.13 * k, 0.08 + tall), 0.11))
    return (
        *shapes,
        blob("9a5a3a", (0.34, 0.08), (0.28, 0.30), (0.38, 0.50), (0.58, 0.50), (0.68, 0.30), (0.62, 0.08)),
        bar("7a4329", (0.38, 0.50), (0.58, 0.50), 0.05),
    )
