"""The offline writer, judged by the transcripts of forty ideas (`tests/support/texts/ideas.py`): laws of what is said
and seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import pytest

from blocks.offline.writer.beat_sheets import BEATS, choose_beats, pools_of
from blocks.offline.writer.idea.domains import DOMAINS, HEARTS
from blocks.offline.writer.idea.foreign_words import english_words, seen_in
from blocks.offline.writer.idea.parse import parse_idea
from blocks.offline.writer.idea_subject import companion_of, core_of, person_in, portrait_sort
from blocks.offline.writer.lines import ASKING, DOMAIN_LINES, LOOKING, PORTRAITS, TALE
from blocks.offline.writer.narration import say
from blocks.offline.writer.places import HOURS
from blocks.offline.writer.settings import EMPTY_OPENINGS, KNOWN_WORDS, OPEN_COUNTRY, SETTINGS
from studio.planning.image_prompts import EMOTIONS
from studio.planning.shot_plan import spoken_words
from studio.text.sentences import split_sentences
from tests.support.texts.ideas import FOREIGN, IDEAS, film_of, transcript

ALL = tuple(idea for ideas in IDEAS.values() for idea in ideas)
SHARED_SENTENCES = 2
"""More are seldom in two films of six to eleven sentences: one short variant alone may have three."""


def _pools() -> Iterator[tuple[tuple[str, ...], ...]]:
    for pools in (TALE, LOOKING, ASKING, *DOMAIN_LINES.values(), *PORTRAITS.values()):
        yield from pools.values()
    yield EMPTY_OPENINGS
    for setting in (*SETTINGS, OPEN_COUNTRY):
        yield setting.openings
        yield setting.trials


def _lines() -> Iterator[str]:
    return (line for pool in _pools() for variant in pool for line in variant)


def _said(idea: str, seed: int, seconds: float = 40) -> list[str]:
    story, _ = film_of(idea, seed, seconds)
    return [line for scene in story.scenes for line in split_sentences(scene.narration)]


def test_forty_ideas_ten_of_a_kind_in_five_languages() -> None:
    """There are ten ideas of each of four kinds; each is parsed as its kind, the five not in English as foreign."""
    assert [len(ideas) for ideas in IDEAS.values()] == [10] * 4
    assert len(FOREIGN) == 5
    for kind, ideas in IDEAS.items():
        for idea in ideas:
            assert parse_idea(idea, KNOWN_WORDS).kind == ("foreign" if idea in FOREIGN else kind), idea


@pytest.mark.parametrize("seconds", [40, 300])
def test_no_sentence_twice_in_a_film(seconds: float) -> None:
    """A film never says a sentence a second time, however long it is."""
    for idea in ALL:
        said = _said(idea, 7, seconds)
        assert len(said) == len(set(said)), idea


@pytest.mark.parametrize("kind", ["topic", "question"])
def test_topics_are_not_told_alike(kind: str) -> None:
    """Two topics share less than half a sentence on the average, and at most one pair in twenty more than two."""
    shared: list[int] = []
    for seed in range(6):
        told = [set(_said(idea, seed)) for idea in IDEAS[kind] if idea not in FOREIGN]
        shared += [len(one & other) for one, other in combinations(told, 2)]
    assert sum(shared) < 0.5 * len(shared)
    assert sum(count > SHARED_SENTENCES for count in shared) < 0.05 * len(shared)


def test_every_beat_has_four_variants() -> None:
    """Whatever the idea and its setting, a beat draws from at least four variants, and so does each group of them."""
    for pool in _pools():
        assert len(pool) >= 4
        assert len(set(pool)) == len(pool)
    for idea in (parse_idea(text, KNOWN_WORDS) for text in ALL if text not in FOREIGN):
        for beat in choose_beats(idea.kind, 24):
            for setting in (*SETTINGS, OPEN_COUNTRY):
                groups = pools_of(beat, idea, setting)
                assert sum(map(len, groups)) >= 4


def test_a_line_fits_a_shot_of_five_seconds() -> None:
    """No sentence without a slot has more than ten words."""
    for line in _lines():
        for sentence in split_sentences(line):
            assert "{" in sentence or spoken_words(sentence) <= 10, sentence


def test_verbs_agree_with_what_is_set_before_them() -> None:
    """No template has a bare verb after a slot that may be plural: '[goes|go]' stands there, never 'is' or 'goes'."""
    for line in _lines():
        assert not re.search(r"\{(?:[Hh]ero|[Ww]ho|[Ff]irst|[Tt]opic|[Cc]ore)\} (?:is|are|was|has|\w+s)\b", line), line


def test_no_template_tells_a_fact_of_a_topic() -> None:
    """A topic's name ends its sentence or is asked about: nothing is said of it. No template has a number."""
    for line in _lines():
        for sentence in split_sentences(line):
            if re.search(r"\{(?:[Tt]opic|[Cc]ore)\}", sentence) and not sentence.endswith("?"):
                assert re.search(r"\{(?:[Tt]opic|[Cc]ore)\}(?:[.,]|$)", sentence), sentence
        assert not re.search(r"\d", line), line


@pytest.mark.parametrize("idea", ALL)
def test_scenes_change_over_the_film(idea: str) -> None:
    """A film feels at least three ways, of the listed emotions, and is at no fewer than three places or hours."""
    story, _ = film_of(idea)
    feelings = [scene.emotion for scene in story.scenes]
    assert set(feelings) <= set(EMOTIONS)
    assert len(EMOTIONS) >= 8
    assert len(set(feelings)) >= 3
    assert len({scene.location for scene in story.scenes}) >= 2 if "space" in story.scenes[0].location else 3
    assert story.written_by == "a draft by template"


@pytest.mark.parametrize("hour", HOURS)
def test_nobody_speaks_of_the_morning_at_night(hour: str) -> None:
    """A line that names an hour is said at that hour only: it waits, and another is said."""
    early, late, any_hour = ("Morning comes slowly.",), ("The lights go out.",), ("The tide goes out.",)
    said = say([early, late, any_hour], 1, {}, False, (240,), 24, set(), hour)
    dark = {"sunset": late, "dusk": late, "night": late}
    assert said == (early if hour in {"dawn", "morning"} else dark.get(hour, any_hour))[0]


def test_nobody_lives_in_an_empty_place() -> None:
    """Where the idea says abandoned, no one is on the way and no lit window or train is seen."""
    for seed in range(6):
        story, _ = film_of("an abandoned railway station", seed)
        told = " ".join(f"{scene.action} {scene.narration}" for scene in story.scenes)
        assert not re.search(r"everyone here|behind each|light in a window|a train|people", told, re.IGNORECASE)


def test_domains_are_whole() -> None:
    """Every domain has words, lines for the beats that want them, and a heart that feels as the score knows."""
    assert set(DOMAINS) == set(DOMAIN_LINES) == set(HEARTS)
    for name, pools in DOMAIN_LINES.items():
        assert set(pools) == {"question", "detail", "heart", "close"} <= set(BEATS), name
        assert HEARTS[name] in EMOTIONS


@pytest.mark.parametrize(
    ("idea", "core"),
    [
        ("the history of coffee", "coffee"),
        ("the art of silence", "silence"),
        ("Jazz", "jazz"),
        ("Why do cats purr?", "cats"),
        ("Why is the sky blue?", "the sky"),
        ("How is glass made?", "glass"),
        ("How deep is the ocean?", "the ocean"),
        ("Who invented the alphabet?", "the alphabet"),
        ("What happens when we sleep?", ""),
        ("honeybees and the flowers they visit", "honeybees"),
    ],
)
def test_a_topic_has_a_core(idea: str, core: str) -> None:
    """The thing itself is found in the idea's own words, and left unsaid where they do not name it."""
    assert core_of(parse_idea(idea, KNOWN_WORDS)) == core


@pytest.mark.parametrize(
    ("idea", "sort", "person"),
    [
        ("Marie Curie", "someone", "Marie Curie"),
        ("Venice", "somewhere", ""),
        ("Mount Fuji", "outdoors", ""),
        ("my father", "someone", "my father"),
        ("my grandmother's bakery", "somewhere", "my grandmother"),
        ("an abandoned railway station", "somewhere", ""),
    ],
)
def test_portraits_know_persons_from_places(idea: str, sort: str, person: str) -> None:
    """A portrait is of someone, somewhere built or somewhere outdoors, and shows the person that it names."""
    parsed = parse_idea(idea, KNOWN_WORDS)
    assert (portrait_sort(parsed), person_in(parsed)) == (sort, person)


def test_whoever_is_met_is_seen_after_the_meeting() -> None:
    """The one whom the hero meets is in the picture from the turn of the tale on, and not before."""
    idea = "a young astronaut alone on the moon befriends a stray robot"
    assert companion_of(parse_idea(idea, KNOWN_WORDS)) == "a stray robot"
    story, _ = film_of(idea)
    seen = [scene.characters for scene in story.scenes if scene.characters]
    assert "robot" not in seen[0]
    assert seen[-1].endswith("astronaut, a stray robot")


def test_a_film_in_another_language_looks_like_its_idea() -> None:
    """Picture words of other languages choose place, hour, weather and who is seen; nothing is spoken."""
    assert seen_in(english_words("Ein Leuchtturmwärter findet eine Flaschenpost")) == "a lighthouse keeper"
    story, _ = film_of("雪の夜、少女が迷子の狐を家に連れて帰る")
    assert {scene.characters for scene in story.scenes} == {"", "a girl", "a girl, a fox"}
    assert story.scenes[-1].action == "before a house with a light on"
    assert "falling snow at night" in " ".join(scene.location for scene in story.scenes)
    assert not any(scene.narration for scene in story.scenes)


def test_a_transcript_tells_all_that_a_judge_needs() -> None:
    """A transcript has title, kind of draft, and for each scene place, emotion, characters and words."""
    text = transcript(IDEAS["tale"][0])
    assert "a draft by template" in text
    assert text.count(" | ") == 3 * 6
