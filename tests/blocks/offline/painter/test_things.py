"""Laws of the things the offline painter draws: where they stand or float, who holds them, and what a room has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blocks.offline.painter import subjects_in_frame
from blocks.offline.painter.canvas.canvas import Canvas, Painting
from blocks.offline.painter.canvas.palettes import light_for
from blocks.offline.painter.canvas.shapes import Drawing, extent
from blocks.offline.painter.casting import drawing_of
from blocks.offline.painter.people.figures import look_of_person
from blocks.offline.painter.places import dressing, roads
from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.scene import paint_scene
from blocks.offline.painter.things import lights
from tests.blocks.offline.painter.test_painter import paint
from tests.support.sampled import sampled


@pytest.mark.parametrize("place", ["a river", "a jungle river", "a river in the mountains"])
def test_a_boat_on_a_river_is_afloat(place: str) -> None:
    """A boat lies in the water with all its length, in wide and tall frames."""
    for size in ((480, 270), (270, 480)):
        for seed in range(6):
            reading = read_prompt(f"wide shot, a boat on {place}")
            painting = Painting(Canvas(*size), light_for(reading), np.random.default_rng(seed), 0.64)
            roads.paint_river_along(painting, painting.canvas.height * 0.70, roads.winding(painting, 0.40))
            tall = painting.canvas.unit * 0.27
            spot = roads.on_water(painting, roads.Spot(size[0] * 0.4, size[1] * 0.9, tall), 0.48)
            assert painting.water is not None
            row = painting.water[int(spot.foot), int(spot.x - 0.4 * spot.height) : int(spot.x + 0.4 * spot.height)]
            assert (row > 0.5).mean() > 0.85
            assert spot.height >= 0.39 * tall
    assert reading.not_drawn == ()


def test_beasts_side_by_side_do_not_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of a kind of beast keep their whole length clear of each other, and look the same way."""
    drawn: list[tuple[float, float]] = []
    plain = subjects_in_frame.draw

    def spy(
        painting: Painting, drawing: Drawing, x: float, foot: float, height: float, *rest: float, afloat: bool
    ) -> None:
        left, _, right, _ = extent(drawing)
        drawn.append((x + left * height, x + right * height))
        plain(painting, drawing, x, foot, height, *rest, afloat=afloat)

    monkeypatch.setattr(subjects_in_frame, "draw", spy)
    for prompt in ("wide shot, two wolves by a river", "wide shot, two horses, a field", "wide shot, two foxes, snow"):
        for seed in range(4):
            drawn.clear()
            paint_scene(read_prompt(prompt), prompt, (480, 270), seed)
            first, second = sorted(drawn[:2])
            assert first[1] <= second[0]
            assert first[0] >= 0
            assert second[1] <= 480


@pytest.mark.parametrize("shot", ["wide", "medium"])
def test_a_named_umbrella_is_held_in_its_colour(shot: str, tmp_path: Path) -> None:
    """An umbrella is drawn over whoever has one, rain or not, in the colour that is said."""
    prompt = f"{shot} shot, a man (black coat) with a red umbrella, a street, noon"
    assert read_prompt(prompt).not_drawn == ()
    assert read_prompt(prompt.replace("medium", "close").replace("wide", "close")).not_drawn == ("umbrella",)
    red = [
        (p[..., 0] > 1.5 * p[..., 2]) & (p[..., 0] > 1.5 * p[..., 1])
        for p in (
            paint(prompt, tmp_path / "u.png", (512, 288)),
            paint(prompt.replace(" with a red umbrella", ""), tmp_path / "n.png", (512, 288)),
        )
    ]
    assert red[0].sum() > red[1].sum() + 150


@pytest.mark.parametrize("thing", ["bottle", "candle", "flower", "letter", "clock", "cup", "book", "lantern"])
def test_who_holds_a_thing_holds_it_in_a_hand(thing: str) -> None:
    """In a medium shot what somebody has is in front of the coat, with the hand that holds it drawn over it."""
    reading = read_prompt(f"medium shot, a man (black coat) with a {thing}, the shore")
    person, skin = reading.subjects[0], look_of_person(reading, reading.subjects[0]).skin
    bare = drawing_of(reading, person, (), np.random.default_rng(1))
    holding = drawing_of(reading, person, (thing,), np.random.default_rng(1))
    assert len(holding) > len(bare) + 8
    assert holding[-1].tone == skin
    hand = holding[-1].points[0]
    own = [s for s in holding if s not in bare and s.tone != skin]
    across = [p[0] for s in own for p in s.points]
    assert min(across) < hand[0] < max(across)


@sampled("place", ["room", "library", "kitchen", "cafe", "workshop"], quick=2)
def test_rooms_are_dressed_by_place_and_seed(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over ten seeds a room shows at least four different things; what is named leaves room for no other."""
    said: list[Drawing] = []
    monkeypatch.setattr(dressing, "draw", lambda painting, drawing, *rest, afloat=False: said.append(drawing))
    for seed in range(10):
        paint_scene(read_prompt(f"wide shot, a man in a {place}"), "x", (256, 144), seed)
    assert len({tuple(len(s.points) for s in drawing) for drawing in said}) >= 4
    for thing in ("a candle", "a book", "a chair"):
        said.clear()
        for seed in range(4):
            paint_scene(read_prompt(f"wide shot, {thing} in a {place}"), "x", (256, 144), seed)
        assert not said


def test_a_lamp_in_a_room_is_no_storm_lantern() -> None:
    """A lamp indoors stands under a shade; a lantern stays a lantern, and so does a lamp that is carried outdoors."""
    drawn = []
    for prompt in ("a lamp in a room", "a lantern in a room", "a lamp on the shore"):
        reading = read_prompt(f"wide shot, {prompt}")
        drawn.append(drawing_of(reading, reading.subjects[0], (), np.random.default_rng(1)))
    assert drawn[0] == dressing.lamp()
    assert drawn[1] == drawn[2] == lights.lantern()


@pytest.mark.parametrize(
    ("prompt", "kind", "biome"),
    [
        ("wide shot, a crow in a field", "crow", "field"),
        ("wide shot, a raven flies over the mountains", "crow aloft", "mountain"),
        ("wide shot, a flying crow, the sea", "crow aloft", "sea"),
        ("wide shot, a paper boat", "paper boat", "lake"),
        ("close-up, a paper boat on a river, rain", "paper boat", "river"),
        ("wide shot, a boat on the sea", "boat", "sea"),
        ("wide shot, a gull over the sea", "birds", "sea"),
    ],
)
def test_crows_and_paper_boats_have_pictures_of_their_own(prompt: str, kind: str, biome: str) -> None:
    """A crow is a black bird on its feet or on the wing, and a boat of paper a small one: with nothing missing."""
    reading = read_prompt(prompt)
    assert ([s.kind for s in reading.subjects], reading.biome, reading.not_drawn) == ([kind], biome, ())
    assert paint_scene(reading, prompt, (256, 144), 7).focus


def test_a_workshop_is_a_room_with_a_bench() -> None:
    """Who works in a workshop stands in one: nothing is told as missing."""
    reading = read_prompt("wide shot, a clockmaker in a workshop")
    assert (reading.biome, reading.not_drawn) == ("workshop", ())
    assert len(dressing.workbench()) > 30


def test_a_lamp_that_nobody_holds_stands_at_the_wall() -> None:
    """A lamp beside somebody in a room stands on a side table, lit; one that is held is in the hand."""
    for said, aside in (("beside a lamp", True), ("with a lamp", False), ("with a lantern", False)):
        reading = read_prompt(f"medium shot, a man {said}, a room, night")
        assert (dressing.standing_lamp(reading) is not None) is aside
        assert reading.not_drawn == ()
