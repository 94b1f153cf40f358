"""Reels of the offline writer: pictures and their lines as pairs; laws held on ideas that are not among the forty."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest

from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.writer.deed_arcs import _ARCS
from blocks.offline.writer.idea.parse import parse_idea
from blocks.offline.writer.idea_subject import person_in
from blocks.offline.writer.looks import character_look
from blocks.offline.writer.places import is_empty
from blocks.offline.writer.reels import REELS, View, choose_reel, read_reels
from blocks.offline.writer.settings import KNOWN_WORDS
from studio.planning.shot_plan import spoken_words
from studio.text.sentences import split_sentences
from tests.support.texts.ideas import FOREIGN, IDEAS, film_of

ALL = tuple(idea for ideas in IDEAS.values() for idea in ideas)
OTHERS = (
    "the history of tea",
    "How is porcelain made?",
    "blues",
    "How deep is the sea?",
    "the migration of storks",
    "Isaac Newton",
    "Frida Kahlo",
    "my aunt",
    "artificial intelligence",
    "Why do dogs bark?",
    "jellyfish",
    "Lake Baikal",
    "the history of bicycles",
    "How is paper made?",
    "loneliness",
    "chess",
)


def _views() -> list[View]:
    return [view for reel in REELS for view in reel.views]


def _shown(idea: str) -> list[str]:
    story, _ = film_of(idea)
    return [f"{scene.location} {scene.action}" for scene in story.scenes]


def test_every_view_is_drawn() -> None:
    """No picture of a reel becomes a words card, be it seen from near or from far."""
    for view in _views():
        who = "a person in a coat, " if view.peopled else ""
        picture = view.picture.format(core="flowers")
        for prompt in (
            f"medium shot, {who}{picture}, {view.location}, still",
            f"wide shot, {view.location}, {who}{picture}, still",
        ):
            assert not read_prompt(prompt).card, prompt


def test_lines_of_a_picture_are_short_and_said_once() -> None:
    """A sentence has at most ten words, no number and no slot, and stands under one picture of all reels and arcs."""
    lines = [line for view in _views() for variant in view.lines for line in variant]
    lines += [line for arc in _ARCS for _, pool in arc.stages.values() for variant in pool for line in variant]
    for line in lines:
        assert not re.search(r"\d|\{(?!who\})", line), line
        assert all(spoken_words(sentence) <= 10 for sentence in split_sentences(line)), line
    assert len(lines) == len(set(lines))


def test_a_reel_has_six_pictures() -> None:
    """Six different pictures, and at least one line for each where it is spoken at all."""
    for reel in REELS:
        assert len({view.picture for view in reel.views}) == len(reel.views) == 6
        spoken = [bool(view.lines) for view in reel.views]
        assert any(spoken) is (sum(spoken) >= 5), reel.views[0]


def test_no_two_films_share_half_their_pictures() -> None:
    """Two drafts, of the same field too, share at most half of what is seen in them."""
    films = {idea: _shown(idea) for idea in (*ALL, *OTHERS)}
    for one, other in combinations(films, 2):
        if {one, other} <= {"How deep is the sea?", "How deep is the ocean?"}:
            continue
        if choose_reel(parse_idea(one, KNOWN_WORDS)) is choose_reel(parse_idea(other, KNOWN_WORDS)) is not None:
            # The same thing asked of twice may look alike; only among the forty it must not.
            assert not {one, other} <= set(ALL), (one, other)
            continue
        assert 2 * len(set(films[one]) & set(films[other])) <= 6, (one, other)


def test_no_picture_is_filler() -> None:
    """No prompt says only from how far a thing is seen, and a film's empty places are its first and last scene."""
    for idea in (*ALL, *OTHERS):
        story, shots = film_of(idea)
        for shot in shots:
            assert not re.search(r"seen from near|small part of it|changing light|middle of it all", shot.image_prompt)
        if idea not in FOREIGN and parse_idea(idea, KNOWN_WORDS).kind != "tale":
            assert all(scene.action for scene in story.scenes[1:-1]), idea


def test_the_question_word_moves_the_film() -> None:
    """'How deep' goes down, scene by scene, and comes up; the deep as such stays below."""
    asked = [scene.location for scene in film_of("How deep is the sea?")[0].scenes]
    assert "open sea" in asked[0]
    assert "sunlit" in asked[1]
    assert "seabed" in asked[4]
    assert "open sea" in asked[5]
    below = [scene.location for scene in film_of("the deep sea")[0].scenes]
    assert sum("underwater" in place or "seabed" in place for place in below) == 5


@pytest.mark.parametrize("idea", ["How is porcelain made?", "the history of tea", "the migration of storks"])
def test_a_process_has_stages(idea: str) -> None:
    """What is made, or moves, is at another place in each of six pictures, or at another hour."""
    story, _ = film_of(idea)
    assert len({scene.location for scene in story.scenes}) >= 5
    assert len({scene.action for scene in story.scenes}) == 6


def test_people_are_shown_as_what_they_were() -> None:
    """A listed person has a figure and a trade of their own; anyone else is seen from behind."""
    assert character_look("Frida Kahlo").startswith("Frida Kahlo (a woman in ")
    assert character_look("Isaac Newton").startswith("Isaac Newton (a man in ") or "thin man" in character_look(
        "Isaac Newton"
    )
    assert character_look("Rosa Almeida") == "Rosa Almeida (a figure in a dark coat, seen from behind)"
    one, other = (choose_reel(parse_idea(name, KNOWN_WORDS)) for name in ("Isaac Newton", "Frida Kahlo"))
    assert one is not other
    assert all(person_in(parse_idea(name, KNOWN_WORDS)) == name for name in ("Rosa Parks", "Clara Schumann"))


@pytest.mark.parametrize("idea", ["ballet", "the theatre", "the bazaar of Fez", "dance"])
def test_lamps_are_seen_in_the_dark(idea: str) -> None:
    """What is seen by lamps and spotlights is never seen at noon."""
    for scene in film_of(idea)[0].scenes:
        assert not (re.search("spotlight|lantern|stage", scene.location) and scene.location.endswith("at noon"))


def test_a_long_film_does_not_stand_still() -> None:
    """Six minutes of a reel begin and end as forty seconds do, and no picture follows itself."""
    reel = choose_reel(parse_idea("volcanoes", KNOWN_WORDS))
    assert reel is not None
    assert (reel.view_of(0, 24), reel.view_of(23, 24)) == (reel.views[0], reel.views[-1])
    assert [reel.view_of(place, 6) for place in range(6)] == list(reel.views)
    story, _ = film_of("volcanoes", seconds=360)
    assert all(one.action != other.action for one, other in pairwise(story.scenes))


def test_no_picture_of_a_place_repeats_its_place() -> None:
    """In a reel of places what is seen is no word of where it is seen, and every line fits a shot of five seconds."""
    for view in (view for reel in read_reels("writer/reels/places.txt") for view in reel.views):
        where, seen = (
            {word.removesuffix("s") for word in re.findall(r"[a-z]{4,}", text)} - {"with"}
            for text in (view.location, view.picture)
        )
        assert not where & seen, view
        assert all(sum(spoken_words(line) for line in lines) <= 9 for lines in view.lines), view


@pytest.mark.parametrize("idea", ["Venice", "Amsterdam", "Paris"])
def test_a_famous_place_has_pictures_of_its_own(idea: str) -> None:
    """A town with a reel is seen at six places, and no thing is seen twice."""
    scenes = film_of(idea)[0].scenes
    assert len({scene.location.rsplit(" at ")[0] for scene in scenes}) == 6
    assert len({scene.action for scene in scenes}) == 6


@pytest.mark.parametrize(
    ("idea", "fitting"),
    [
        ("an abandoned railway station", "timetable"),
        ("a deserted school", "blackboard"),
        ("a derelict factory", "machines"),
        ("the empty house on the hill", "plates"),
    ],
)
def test_a_place_left_behind_shows_its_own_fittings(idea: str, fitting: str) -> None:
    """A building without people is seen by what it was for, and nobody is in it."""
    scenes = film_of(idea)[0].scenes
    assert any(fitting in scene.action for scene in scenes)
    assert not any(re.search(r"person|people|child|man\b", f"{scene.characters} {scene.action}") for scene in scenes)


@pytest.mark.parametrize(
    "idea", ["the library of my childhood", "the house of my childhood", "the river of my childhood"]
)
def test_a_childhood_has_its_child(idea: str) -> None:
    """A child is in three scenes at least, somebody grown is in the last, and no letter is found."""
    actions = [scene.action for scene in film_of(idea)[0].scenes]
    assert sum("child" in action for action in actions) >= 3
    assert re.search(r"grown|old woman", actions[-1])
    assert not any("letter" in action for action in actions)


@pytest.mark.parametrize(
    ("idea", "work"),
    [
        ("my grandmother's bakery during the war", "flour"),
        ("my uncle's workshop", "hammer"),
        ("my father's garden", "kneeling"),
        ("my aunt's restaurant", "onions"),
    ],
)
def test_whoever_owns_a_place_works_in_it(idea: str, work: str) -> None:
    """Where somebody's work is done they are seen at it in three scenes, and never sit, stand or look out."""
    scenes = [scene for scene in film_of(idea)[0].scenes if scene.characters]
    assert len(scenes) >= 3
    assert any(work in scene.action for scene in scenes)
    assert not any(re.search(r"sitting|standing|looking out", scene.action) for scene in scenes)


def test_an_empty_place_has_no_reel_of_the_living() -> None:
    """What is abandoned is told by a reel that asks for it, or by none."""
    for idea in ("an abandoned garden", "the forgotten library", "the empty streets of Paris", "deserted canals"):
        reel = choose_reel(parse_idea(idea, KNOWN_WORDS))
        assert reel is None or is_empty(" ".join(reel.needs)), idea
