"""Casting: chooses the drawing for each subject and colours it as the prompt's words say.

The same words give the same drawing in every shot: a red bicycle stays red, a black cat black.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, cast

from blocks.offline.painter.canvas.noise import Rng
from blocks.offline.painter.canvas.shapes import Drawing, moved
from blocks.offline.painter.people import eye, figures, hands, poses, suits, waist
from blocks.offline.painter.places import dressing
from blocks.offline.painter.prompt import vocabulary
from blocks.offline.painter.prompt.places_in_prompt import INSIDE, PEOPLE
from blocks.offline.painter.prompt.reader import Reading, Subject
from blocks.offline.painter.prompt.subjects import ROWS
from blocks.offline.painter.things import (
    birds,
    buildings,
    furniture,
    grazers,
    insects,
    lights,
    plants,
    predators,
    sea_animals,
    small_things,
    vehicles,
)

_PEOPLE = (eye, figures, hands, poses, suits)
_ANIMALS = (birds, grazers, insects, predators, sea_animals)
_THINGS = (buildings, furniture, lights, plants, small_things, vehicles)
_BRUSHES = {module.__name__.rpartition(".")[2]: module for module in (*_PEOPLE, *_ANIMALS, *_THINGS)}


def brush_of(kind: str) -> Callable[..., Drawing]:
    """Return the function that draws a kind of subject.

    It takes no argument, or a generator of random numbers where the kind is 'varied'; those for people, a house and
    close shots take others.
    """
    module, _, name = ROWS[kind].brush.partition(".")
    return cast("Callable[..., Drawing]", getattr(_BRUSHES[module], name))


_HELD = tuple(kind for kind, row in ROWS.items() if row.hand)
_PAVED = ("street", "city", "village", "road")
"""Places where people in rain or storm carry an umbrella."""


def drawing_of(reading: Reading, subject: Subject, carried: tuple[str, ...], rng: Rng) -> Drawing:
    """Return the drawing of a subject, about 1 high; `carried` are the kinds of things that a person carries."""
    kind = subject.kind
    if kind in PEOPLE:
        look = figures.look_of_person(reading, subject)
        if kind == "violinist" or "violin" in carried:
            words_said = frozenset(subject.words)
            aged = bool(words_said & figures.AGED) or kind == "elder"
            if kind == "violinist" and not figures.worn_by(reading, subject):
                cut: Literal["dress", "jacket"] = "dress" if look.style != "short" else "jacket"
                look = replace(look, coat="24262e", trousers="1b1c22", cut=cut, scarf="", head="")
            return poses.violinist(look, aged, bool(words_said & {"beard", "bearded"}))
        if "bicycle" in carried:
            return poses.rider(look)
        if reading.shot == "medium" and subject.away:
            # The whole figure, enlarged until its head is as large as a face would be.
            return moved(figures.person(look, 0.0, umbrella=_cloth(reading, subject, look)), 0, -3.33, 4.4)
        if reading.shot == "medium":
            return _half(reading, subject, look, carried)
        held: Drawing = ()
        if "lantern" in carried:
            held = lights.carried_lantern()
        elif "book" in carried:
            held = small_things.carried_book()
        flies = any(s.kind == "kite" for s in reading.subjects)
        stride = float(rng.uniform(0, 1))
        cloth = "" if flies else _cloth(reading, subject, look)
        return figures.person(look, stride, held, raised=flies and not held, umbrella=cloth)
    if kind == "robot":
        return suits.robot(subject)
    if kind == "house":
        return coloured(buildings.house(reading.has("snow") or reading.biome == "ice"), subject)
    if kind == "whale" and reading.biome != "undersea":
        return sea_animals.fluke()
    if kind == "lantern" and {"lamp", "lamps"} & set(subject.words) and reading.biome in INSIDE:
        return dressing.lamp()
    brush = brush_of(kind)
    return brush(rng) if "varied" in ROWS[kind].traits else coloured(brush(), subject)


def _half(reading: Reading, subject: Subject, look: figures.Look, carried: tuple[str, ...]) -> Drawing:
    """Return a person from the waist up, with what they carry, or else what fits the place and the weather."""
    said = frozenset(subject.words)
    doing = ""
    held: Drawing = ()
    thing = next((k for k in _HELD if k in carried), "")
    if "umbrella" in dict(figures.worn_by(reading, subject)):
        doing = "umbrella"
    elif thing:
        doing, held = thing, _in_hand(reading, thing)
    elif reading.biome == "kitchen" and not reading.not_drawn and not carried:
        doing, held = "cup", small_things.mug()
    elif reading.biome in _PAVED and (reading.has("rain") or reading.has("storm")):
        doing = "umbrella"
    aged = bool(said & figures.AGED) or subject.kind == "elder"
    # Not always in profile: people who look at nothing near show both eyes, which also makes a woman's face softer.
    turned = doing in ("", "umbrella") and (
        look.style != "short" or zlib.crc32(" ".join(subject.words).encode()) % 2 == 0
    )
    bearded, cloth = bool(said & {"beard", "bearded"}), _cloth(reading, subject, look)
    return waist.half_figure(look, aged, bearded, doing, held, turned, cloth)


def _in_hand(reading: Reading, thing: str) -> Drawing:
    """Return the drawing of a thing as a hand holds it, in its own colour."""
    if thing == "bottle":
        drawing = small_things.held_bottle()
    elif thing == "cup":
        drawing = small_things.mug()
    else:
        drawing = brush_of(thing)()
    return coloured(drawing, next(s for s in reading.subjects if s.kind == thing))


def _cloth(reading: Reading, subject: Subject, look: figures.Look) -> str:
    """Return the tone of the umbrella that a prompt names, by default a darker tone of the coat; '' for no umbrella."""
    named = dict(figures.worn_by(reading, subject)).get("umbrella")
    return "" if named is None else named or figures.darker(look.coat, 0.42)


def coloured(drawing: Drawing, subject: Subject) -> Drawing:
    """Return a drawing in the colour that the subject's words name; unchanged for none, or for its usual colour."""
    own = ROWS[subject.kind].tones
    named = [w for w in subject.words if w in vocabulary.COLOURS and w not in ROWS[subject.kind].usual]
    if subject.kind == "bear" and "polar" in subject.words:
        named = ["cream"]
    if not own or not named:
        return drawing
    tone = vocabulary.COLOURS[named[0]]
    new = dict(zip(own, (tone, figures.darker(tone, 0.68)), strict=False))
    return tuple(shape._replace(tone=new.get(shape.tone, shape.tone)) for shape in drawing)
