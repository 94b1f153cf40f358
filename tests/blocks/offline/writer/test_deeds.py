"""What the offline writer shows of a deed, and where: laws on ideas that are not among the forty."""

from __future__ import annotations

import re

import pytest

from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.writer.deed_arcs import thing_of
from blocks.offline.writer.deeds import halves_of, pose_of, shape_of, thing_carried
from blocks.offline.writer.idea.parse import parse_idea
from blocks.offline.writer.idea_subject import shown_as
from blocks.offline.writer.looks import character_look
from blocks.offline.writer.places import fits_hour
from blocks.offline.writer.settings import KNOWN_WORDS, OPEN_COUNTRY, SETTINGS, Setting
from studio.model.film import Story
from studio.planning.close_ups import close_action
from tests.support.texts.ideas import film_of


def _story(idea: str, seed: int = 7) -> Story:
    return film_of(idea, seed)[0]


@pytest.mark.parametrize(
    "idea",
    ["an old woman leaves her village and never returns", "my brother left without a word", "a sailor who disappears"],
)
def test_whoever_leaves_is_not_seen_again(idea: str) -> None:
    """After the scene in which someone leaves, dies or vanishes, nobody is in the picture and nobody triumphs."""
    assert shape_of(parse_idea(idea, KNOWN_WORDS)) == "gone"
    scenes = _story(idea).scenes
    last = max(scene.id for scene in scenes if scene.characters)
    assert last == 3
    assert "brave" not in {scene.emotion for scene in scenes}


def test_what_is_denied_is_never_cut_off() -> None:
    """A clause with 'not' or 'never' is told whole or in two sentences, whatever the seed."""
    for seed in range(12):
        told = " ".join(
            scene.narration
            for scene in _story("a boy walks into the grey fog and the dog does not follow him home", seed).scenes
        )
        assert "walks into the grey fog" not in told or "does not follow" in told
    assert halves_of("walks home and sleeps") == ("walks home", "sleeps")
    assert halves_of("walks home and away") == ("", "")


@pytest.mark.parametrize("idea", ["two sisters knit for years", "a farmer and a horse grow old together"])
def test_years_pass_in_seasons(idea: str) -> None:
    """A tale of time shows at least three seasons, and someone older."""
    scenes = _story(idea).scenes
    places = " ".join(scene.location for scene in scenes)
    assert all(season in places for season in ("in spring", "in autumn rain", "in falling snow"))
    assert any("older now" in scene.action for scene in scenes)


@pytest.mark.parametrize(
    ("idea", "thing"),
    [
        ("a boy steals a lantern from the harbour", "a lantern in hand"),
        ("a girl finds an old map", "an old map in hand"),
        ("a king loses his crown", "a crown in hand"),
        ("three friends sail home", "a small boat close by"),
        ("a woman waits", ""),
    ],
)
def test_the_thing_of_a_deed_is_carried_on(idea: str, thing: str) -> None:
    """What a deed is about is seen in every scene after it but the last, which settles it."""
    assert thing_carried(parse_idea(idea, KNOWN_WORDS)) == thing
    seen = [scene for scene in _story(idea).scenes[3:-1] if scene.characters]
    assert all(thing_of(parse_idea(idea, KNOWN_WORDS)) in scene.action for scene in seen)


@pytest.mark.parametrize(
    ("idea", "hard", "end"),
    [
        ("a monk finds a bottle on the beach", "bent over a bottle", "throwing a bottle far out"),
        ("a boy must return a borrowed lantern", "both arms around a borrowed lantern", "empty hands"),
        ("two cousins race to the sea on horseback", "another rider ahead", "at the finish"),
        ("a nurse learns to paint", "spoiled painting", "finished painting"),
    ],
)
def test_the_last_scene_settles_the_deed(idea: str, hard: str, end: str) -> None:
    """A deed is seen hard, and is seen done in the last scene: read, given back, won, finished."""
    actions = [scene.action for scene in _story(idea).scenes]
    assert any(hard in action for action in actions[:-1])
    assert end in actions[-1]


@pytest.mark.parametrize("idea", ["a widow finds a letter on the beach", "a poet waits by the sea", "a nun at the sea"])
def test_nobody_stands_on_the_water(idea: str) -> None:
    """Without a boat, nobody of a tale is on the open sea."""
    assert not any("open sea" in scene.location for scene in _story(idea).scenes if scene.characters)


@pytest.mark.parametrize(
    "idea",
    [
        "A fisherman and a whale grow old together",
        "a girl befriends a dolphin",
        "an old sailor and a seal grow old together",
    ],
)
def test_a_boat_is_between_land_and_water(idea: str) -> None:
    """Whoever meets somebody of the water is in a boat, on the sea, and not side by side."""
    scenes = [scene for scene in _story(idea).scenes if scene.characters]
    assert all("boat" in scene.action and "sea" in scene.location for scene in scenes)
    assert "tail" in scenes[-1].action
    assert not any(re.search(r"side by side|leaning on|standing", scene.action) for scene in scenes)


def test_age_is_painted() -> None:
    """Who grows old by the water is seen with a white beard or white hair."""
    for idea, seen in (
        ("a fisherman and a whale grow old together", "white beard"),
        ("a woman and a dolphin grow old together", "white hair"),
    ):
        assert any(seen in scene.action for scene in _story(idea).scenes)


def test_a_deed_is_a_pose() -> None:
    """Auxiliaries and verbs of thought never stand in the picture."""
    for idea in ("a girl must climb a mountain", "a man wants to build a boat", "a nurse learns to sing"):
        assert not re.search(r"must|wants|learns", pose_of(parse_idea(idea, KNOWN_WORDS)))


@pytest.mark.parametrize("idea", ["a whale searches for the moon", "a fox crosses a frozen river"])
def test_animals_do_not_stand_tall(idea: str) -> None:
    """No animal stands, bows its head, or has a sandy shore under it if it lives in the water."""
    for scene in _story(idea).scenes:
        assert not re.search(r"standing|head down", scene.action)
        assert "whale" not in scene.characters or "sandy" not in scene.location


@pytest.mark.parametrize("setting", [*SETTINGS, OPEN_COUNTRY], ids=lambda setting: setting.name)
def test_every_place_and_sight_is_drawn(setting: Setting) -> None:
    """No place of a setting, and none of its sights there, becomes a words card."""
    places, sights = setting.places, setting.sights
    for place in places:
        assert not read_prompt(f"wide shot, {place} at dusk, still").card, place
        for sight in sights:
            assert not read_prompt(f"medium shot, {sight}, {place} at dusk, still").card, (sight, place)


@pytest.mark.parametrize(
    ("idea", "seen"),
    [
        ("The secret life of wolves", "wolves"),
        ("democracy", ""),
        ("loneliness", ""),
        ("Is there life on Venus?", ""),
        ("Why are flamingos pink?", "pink flamingos"),
        ("the life of bees", "flowers in the grass, bees"),
    ],
)
def test_only_what_can_be_seen_is_shown(idea: str, seen: str) -> None:
    """A thing is shown as itself, with what it lives on; a thought, or what may not exist, is not."""
    assert shown_as(parse_idea(idea, KNOWN_WORDS)) == seen


@pytest.mark.parametrize("idea", ["wolves", "the history of bicycles", "lighthouses"])
def test_the_subject_is_seen_in_most_scenes(idea: str) -> None:
    """A thing that can be seen is in the picture or the place of at least half of the scenes."""
    word = idea.split()[-1]
    shown = [scene for scene in _story(idea).scenes if word in scene.action or word[:-1] in scene.location]
    assert len(shown) >= 3


def test_clothes_follow_trade_and_climate() -> None:
    """Someone is dressed for the work or the weather, several people are several, and the article agrees."""
    assert character_look("an old fisherman") == "an old fisherman in a yellow oilskin"
    assert "robe and a scarf" in character_look("a girl", "desert")
    assert "parka" in character_look("an old fisherman", "snow")
    assert "(two people in " in character_look("two sisters")
    for name in ("a girl", "a man", "Ada Lovelace", "a poet", "my aunt", "a widow", "a boy", "a child", "a woman"):
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", character_look(name))


@pytest.mark.parametrize(
    ("action", "characters", "detail"),
    [
        ("kneeling down, a bottle in hand", "a keeper", "hands holding a bottle"),
        ("walking", "a girl", "the face, turned to the light"),
        ("walking away, seen from behind", "a man", "the back and the collar, very near"),
        ("walking", "two brothers", "two faces close together, in the light"),
        ("walking away, seen from behind", "a man and a boy", "two backs, very near"),
        ("a violinist in the light", "", "hands on the strings"),
        ("a train far off", "", "a locomotive, steam about the wheels"),
        ("a musician with both hands on the keys of a piano", "", "hands on the keys of a piano"),
        ("at rest", "a fox", "very near, turned a little to the light"),
        ("", "", ""),
        ("wolves, all in a row", "", "wolves, very near"),
        ("building a wall", "a man", "hands at work"),
    ],
)
def test_a_close_up_is_a_detail(action: str, characters: str, detail: str) -> None:
    """Hands, a face, a back, a head, or a part of the thing: never the words of the wider shot again."""
    assert close_action(action, characters) == detail


def test_a_line_waits_for_its_hour_and_its_roof() -> None:
    """Nobody speaks of heat in the dark, nor of street corners in a room."""
    assert not fits_hour(("The heat erases the road ahead.",), "night")
    assert not fits_hour(("Walk without a plan. The corners decide.",), "noon", indoors=True)
    assert fits_hour(("Walk without a plan. The corners decide.",), "noon")
