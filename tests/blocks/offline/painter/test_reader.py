"""Laws of how the offline painter reads: the last word on time and weather, who is a person, what it tells."""

from __future__ import annotations

import pytest

from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.scene import paint_scene
from tests.blocks.offline.painter.test_painter import SMALL


@pytest.mark.parametrize(
    ("prompt", "hour"),
    [
        ("wide shot, a lake at dusk, still, uneasy, at night", "night"),
        ("wide shot, a lake at night, still, in the morning", "morning"),
        ("wide shot, a lake at dusk, by day", "noon"),
        ("wide shot, a lake, golden light, night", "night"),
        ("wide shot, a lake at night, golden lamps", "night"),
        ("wide shot, a lake at night, golden hour", "golden"),
        ("wide shot, a road at dusk, autumn leaves", "dusk"),
        ("wide shot, a man at night waits for the dawn", "night"),
        ("wide shot, a lake, starlit", "night"),
    ],
)
def test_the_last_hour_named_wins(prompt: str, hour: str) -> None:
    """Of two times of day the later word counts, as a note at the end does; a mere hint gives way to a name."""
    assert read_prompt(prompt).hour == hour


@pytest.mark.parametrize(
    ("prompt", "weather"),
    [
        ("a field, rain, dusk, snow", ("snow",)),
        ("a field, snow, storm", ("storm",)),
        ("a field in fog, rain", ("fog", "rain")),
        ("a field, storm, fog, clear sky", ()),
        ("a field, a clear sky, then rain", ("rain",)),
        ("a field by a clear river, rain", ("rain",)),
        ("a field without fog", ()),
        ("a field, overcast, sunny", ()),
    ],
)
def test_weathers_that_exclude_each_other_give_way_to_the_last(prompt: str, weather: tuple[str, ...]) -> None:
    """It does not rain and snow at once, nor under a clear sky: the later word counts; others stay together."""
    assert read_prompt(prompt).weather == weather


@pytest.mark.parametrize(
    ("prompt", "outdoors"),
    [
        ("close-up, a lantern in fog, dusk", True),
        ("close-up, a cup of tea, snow", True),
        ("close-up, a candle at sunset", True),
        ("wide shot, a lantern in the mist", True),
        ("close-up, a lantern in a kitchen, fog", False),
        ("close-up, a lantern on a table, dusk", False),
        ("close-up, a candle, night", False),
        ("medium shot, an old man with a lantern in a library, snow", False),
    ],
)
def test_a_thing_in_weather_stands_outdoors(prompt: str, outdoors: bool) -> None:
    """Weather or a sky's light puts a thing outdoors, unless an indoor place or its furniture is named."""
    reading = read_prompt(prompt)
    assert (reading.biome == "field") is outdoors
    told = {"fog", "snow"} & set(reading.not_drawn)
    assert bool(told) is (not outdoors and bool(reading.weather))


def test_a_flame_lights_the_fog_about_it() -> None:
    """In fog a lantern's glow reaches further than in clear air."""
    warm = []
    for said in ("dusk", "fog, dusk"):
        painted = paint_scene(read_prompt(f"close-up, a lantern, {said}"), "x", (480, 270), 3)
        assert painted.focus
        x, y = int(painted.focus[0] * 480), int(painted.focus[1] * 270)
        side = painted.picture[y - 10 : y + 10, x + 60 : x + 80].astype(int)
        edge = painted.picture[y - 10 : y + 10, :20].astype(int)
        warm.append((side[..., 0] - side[..., 2]).mean() - (edge[..., 0] - edge[..., 2]).mean())
    assert warm[1] > warm[0] + 8


@pytest.mark.parametrize(
    "word",
    [
        "tailor",
        "weaver",
        "cobbler",
        "smith",
        "blacksmith",
        "nurse",
        "teacher",
        "clockmaker",
        "pianist",
        "violin maker",
        "biologist",
        "lighthouse keeper",
        "shipwright",
        "seamstresswoman",
        "beekeeper",
        "runner",
        "baker",
        "potter",
    ],
)
def test_an_agent_noun_is_a_person(word: str) -> None:
    """Who is named by what they do is drawn as one person, listed or not."""
    reading = read_prompt(f"medium shot, a {word} in a room")
    assert [(s.kind, s.count) for s in reading.subjects if s.kind == "person"] == [("person", 1)]
    assert not reading.card


@pytest.mark.parametrize(
    "word",
    [
        "tender",
        "wonder",
        "drawer",
        "burner",
        "computer",
        "printer",
        "mirror",
        "tower",
        "anchor",
        "blender",
        "wrist",
        "career",
    ],
)
def test_a_thing_that_ends_like_a_trade_is_no_person(word: str) -> None:
    """A tool or a part is never drawn as somebody."""
    assert not read_prompt(f"medium shot, a {word} in a room").subjects


def test_several_of_a_trade_are_several() -> None:
    """A plural of a trade is counted."""
    assert read_prompt("wide shot, tailors in a room").subjects[0].count == 2


@pytest.mark.parametrize(
    ("prompt", "missing"),
    [
        ("medium shot, a man kneeling by a lake", ("kneeling",)),
        ("close-up, a man kneeling by a lake", ()),
        ("wide shot, a woman sits on the shore", ("sits",)),
        ("medium shot, a woman sits on the shore", ()),
        ("wide shot, a sleeping dog, a meadow", ("sleeping",)),
        ("wide shot, a cat sits in a room", ()),
        ("wide shot, a book lies in the library", ()),
        ("medium shot, a bald man smiling, a field", ("bald", "smiling")),
        ("medium shot, a woman, eyes closed, a field", ("closed",)),
        ("wide shot, a burning house, a field", ("burning",)),
        ("close shot, a burning candle on a table", ()),
        ("wide shot, a frozen lake", ("frozen",)),
        ("medium shot, an old man, a white-bearded fisherman, a field", ()),
    ],
)
def test_poses_faces_and_states_that_are_not_drawn_are_told(prompt: str, missing: tuple[str, ...]) -> None:
    """What a picture lacks of a pose, a face or a thing's state is listed, where the frame would show it."""
    assert read_prompt(prompt).not_drawn == missing


def test_a_white_beard_is_white_however_it_is_written() -> None:
    """Hyphens hide neither a beard nor its colour."""
    for said in ("a white-bearded man", "a man (white beard)"):
        reading = read_prompt(f"medium shot, {said}, a field")
        assert dict(reading.garments)["hair"] == "d8d6cf"
        assert {"beard", "bearded"} & set(reading.subjects[0].words)


def test_closed_eyes_are_closed() -> None:
    """A shut eye has no white and no pupil: what is in the middle is skin, as above the eye."""
    pictures = [
        paint_scene(read_prompt(f"close-up, a woman, eyes {said}"), "x", SMALL, 7) for said in ("open", "closed")
    ]
    middle, lid = ((p.picture[60:90, 100:156].mean(2)) for p in pictures)
    assert middle.std() > 3 * lid.std()


@pytest.mark.parametrize("said", ["rolling hills", "a hillside", "the moors"])
def test_hills_are_green_and_round(said: str) -> None:
    """Hills are no Alps: no snow lies on them by day, and their slopes are greener than red or blue."""
    reading = read_prompt(f"wide shot, {said}, noon")
    assert reading.not_drawn == ()
    slopes = paint_scene(reading, "x", SMALL, 7).picture[95:125].astype(int)
    assert (slopes[..., 1] > slopes[..., 0]).mean() > 0.95
