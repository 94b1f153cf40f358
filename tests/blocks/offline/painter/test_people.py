"""Laws of several people in one picture: each is drawn, apart from the others, and dressed in their own."""

from __future__ import annotations

import numpy as np
import pytest

from blocks.offline.painter import several_people
from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.shapes import Drawing, extent
from blocks.offline.painter.people.figures import look_of_person
from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.scene import paint_scene

PAIR = "a boy in an ochre coat, a grandmother in a blue shawl, side by side, a village in the morning"


@pytest.mark.parametrize("shot", ["medium", "close"])
@pytest.mark.parametrize(
    "said", [PAIR, "an old fisherman in a yellow oilskin, a girl in a green coat, a shore", "two women, a field"]
)
def test_people_near_by_do_not_overlap(said: str, shot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In 16:9 there is air between two people, and both are inside the frame, a child lower than a grown-up."""
    drawn: list[tuple[float, float, float]] = []

    def spy(
        painting: Painting, drawing: Drawing, x: float, foot: float, height: float, *rest: float, afloat: bool
    ) -> None:
        left, _, right, high = extent(drawing)
        drawn.append((x + left * height, x + right * height, foot - high * height))

    monkeypatch.setattr(several_people, "draw", spy)
    for seed in range(4):
        drawn.clear()
        reading = read_prompt(f"{shot} shot, {said}")
        paint_scene(reading, said, (480, 270), seed)
        (left, gap, first_top), (beyond, right, top) = sorted(drawn)
        assert 0 <= left < gap < beyond < right <= 480
        if any(s.kind == "child" for s in reading.subjects):
            assert abs(first_top - top) > 12


@pytest.mark.parametrize(
    ("prompt", "worn"),
    [
        (PAIR, [{"coat": "b07d35"}, {"scarf": "2f5590"}]),
        ("a man in a red coat and a woman in a green coat", [{"coat": "a8322d"}, {"coat": "3f6b48"}]),
        ("Ada (a woman in a red coat), Tom (a boy with a black cap)", [{"coat": "a8322d"}, {"cap": "23242a"}]),
        ("a man and a woman in blue coats", [{"coat": "2f5590"}, {"coat": "2f5590"}]),
        ("a white-bearded man, a girl in a pink dress", [{"hair": "d8d6cf"}, {"dress": "c77f92"}]),
    ],
)
def test_garments_belong_to_whom_they_are_named_with(prompt: str, worn: list[dict[str, str]]) -> None:
    """Nobody wears the coat of the one beside them."""
    reading = read_prompt(f"medium shot, {prompt}")
    assert [dict(s.garments or ()) for s in reading.subjects] == worn
    coats = [look_of_person(reading, s).coat for s in reading.subjects]
    assert all(look["coat"] == coat for look, coat in zip(worn, coats, strict=True) if "coat" in look)


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("a man and a woman on a beach", 2),
        ("a baker, a smith and a weaver", 3),
        ("a woman and her friend", 2),
        ("an old man, a white-bearded fisherman, a field", 1),
        ("a woman (old woman in a coat) in a field, the woman waves", 1),
        ("a mother, the widow of a fisherman, a field", 1),
        ("a man in a red coat and a man in a blue coat", 2),
        ("two children (people in blue coats)", 1),
        ("Emma (an old woman), a field, Emma (an old woman)", 1),
    ],
)
def test_a_second_person_is_drawn_and_one_told_twice_is_not(prompt: str, count: int) -> None:
    """Whoever is named besides the first is a subject of their own; the same one in other words is not."""
    reading = read_prompt(f"medium shot, {prompt}")
    assert len(reading.subjects) == count
    assert reading.not_drawn == ()


@pytest.mark.parametrize("name", ["Marta", "Rose", "Marta Brook", "Dawn"])
def test_a_name_with_a_look_is_drawn_by_its_look(name: str) -> None:
    """A proper name with somebody in brackets is that figure: no flower, no brook, and nothing missed."""
    reading = read_prompt(f"wide shot, {name} (a figure in a dark coat, seen from behind), a street at night, {name}")
    assert [(s.kind, s.count) for s in reading.subjects] == [("person", 1)]
    assert (reading.not_drawn, reading.biome, reading.hour) == ((), "street", "night")


@pytest.mark.parametrize(
    ("prompt", "away", "missing"),
    [
        ("medium shot, a woman, seen from behind, a field", True, ()),
        ("close shot, a woman seen from behind, a field", False, ("behind",)),
        ("medium shot, a dog, seen from behind, a field", False, ("behind",)),
        ("medium shot, a woman, light from behind, a field", False, ()),
    ],
)
def test_who_is_seen_from_behind_shows_no_face(prompt: str, away: bool, missing: tuple[str, ...]) -> None:
    """A medium shot shows the back that is asked for; where it cannot be drawn it is told."""
    reading = read_prompt(prompt)
    assert (reading.subjects[0].away, reading.not_drawn) == (away, missing)
    if away:
        plain = read_prompt(prompt.replace(", seen from behind", ""))
        behind, before = (paint_scene(r, "x", (480, 270), 7).picture.astype(int) for r in (reading, plain))
        assert np.abs(behind - before).mean() > 2


@pytest.mark.parametrize(
    ("prompt", "biome", "missing"),
    [
        ("an old station in the rain at sunset", "station", ()),
        ("a train at a railway station", "station", ()),
        ("a train station at night", "station", ()),
        ("the platform of a station in the snow", "station", ()),
        ("a space station", "space", ("space-station",)),
        ("a police station, a street", "city", ("police-station", "street")),
    ],
)
def test_only_a_space_station_is_in_space(prompt: str, biome: str, missing: tuple[str, ...]) -> None:
    """A station is a railway's unless its prompt says whose it is."""
    reading = read_prompt(prompt)
    assert (reading.biome, reading.card) == (biome, False)
    assert set(reading.not_drawn) <= set(missing)
    assert ("station" in biome) or reading.not_drawn


def test_a_station_shows_its_weather() -> None:
    """Rain and snow change a station's platform and roofs, and an hour its light."""
    said = ("noon", "rain, noon", "snow, noon", "night")
    seen = [paint_scene(read_prompt(f"a station, {s}"), "x", (480, 270), 7).picture.astype(int) for s in said]
    platform = [picture[245:].mean() for picture in seen]
    assert platform[2] > platform[0] + 10 > platform[3] + 30
    assert np.abs(seen[1][245:] - seen[0][245:]).mean() > 6


@pytest.mark.parametrize(
    ("prompt", "biome", "drawn"),
    [
        ("a woman, the dog asleep by the fire", "room", False),
        ("a dog by the fire, a cottage", "room", False),
        ("skyscrapers, a dog by a fire", "city", False),
        ("a dog by the fire, a forest", "forest", True),
        ("a man by a campfire", "field", True),
        ("a fire on a beach", "shore", True),
    ],
)
def test_a_fire_in_a_house_is_no_bonfire(prompt: str, biome: str, drawn: bool) -> None:
    """Who is by the fire is in a room unless the wilds are named, and no bonfire burns in a town: it is told."""
    reading = read_prompt(f"wide shot, {prompt}, night")
    assert reading.biome == biome
    assert any(s.kind == "fire" for s in reading.subjects) is drawn
    assert ("fire" in reading.not_drawn) is not drawn
