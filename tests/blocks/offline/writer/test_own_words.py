"""The offline writer keeps the idea: what happens and what is named is told, in the idea's own words where need be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.offline.writer.deeds import pose_of, thing_carried
from blocks.offline.writer.feelings import find_mood
from blocks.offline.writer.idea.named import things_named
from blocks.offline.writer.idea.parse import parse_idea
from blocks.offline.writer.idea.sentence_splitting import breaths
from blocks.offline.writer.idea.words import is_someone
from blocks.offline.writer.settings import KNOWN_WORDS
from blocks.offline.writer.writer import OfflineWriter
from studio.model.brief import Brief, FilmOptions
from studio.planning.close_ups import close_action
from studio.planning.shot_plan import frames_for_shots, share_frames, shot_count, spoken_words, words_that_fit
from studio.text.sentences import split_sentences
from tests.support.texts.ideas import film_of

TALES = (
    "My grandmother taught a crow to play chess, and it never let her win again",
    "A glassblower makes a jar that holds the sound of her late husband's laughter, and one day it cracks",
    "An old seamstress plays cards with the ghost of her sister every Sunday, and she always loses on purpose",
    "a blind piano tuner repairs a music box for a general who cannot stop crying",
    "a retired postman befriends a heron that follows him from door to door all winter",
)
LONG = (
    "There was a clockmaker in our town. Every night he climbed the tower and wound the great clock by hand. One winter"
    " the clock stopped, and nobody noticed but a child. She carried a lantern up the stairs and found him asleep among"
    " the wheels. Together they oiled the gears. In the morning the bells rang for the first time in years.",
    "When the ferry stopped running, a girl on the far side of the river began to send her school notebooks across in a"
    " toy boat, and every evening the old ferryman, who had nothing else to do, corrected them by candlelight and sent"
    " them back",
)

STORM = "An old fisherman teaches a lonely girl to sail, and she brings him home through the storm."
TOLD = (
    "Mira lost her umbrella on the last tram of the night.",
    "A wet stray dog found it under a bench and carried it through the rain.",
    "The dog followed the smell of her coat to a yellow door.",
    "She opened the door, and there he was, dripping.",
    "From that day on, they walked in the rain together.",
    "Nobody came.",
    'The old man said: "Who is there?"',
    "A girl crosses the river, the bridge and the long field behind it, because her brother is waiting with a lantern.",
    "It was late!",
    "Dr. Brown paid $3.50 for 2 tickets.",
    '"Wait for me," she said to the sea.',
    "He takes the cat home, and it sleeps by the fire until the morning comes.",
)
STARTED = "2026-01-01T00:00:00.000000"


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


@pytest.mark.parametrize("idea", [". $ 1. the sea", "! ~ The ferry stopped", "_. Mr."])
def test_an_idea_whose_first_sentence_has_no_word_is_a_film(idea: str) -> None:
    """Marks in front of an idea leave it a title and a story."""
    assert parse_idea(idea, KNOWN_WORDS).title
    assert film_of(idea)


@pytest.mark.parametrize("idea", TALES)
@pytest.mark.parametrize("seed", range(4))
def test_what_happens_is_told(idea: str, seed: int) -> None:
    """The turn of a tale says what happens, and two sentences name what it happens to, whatever the seed."""
    story, _ = film_of(idea, seed)
    turn = next(scene for scene in story.scenes if scene.id == 3)
    assert set(_words(turn.narration)) & set(_words(parse_idea(idea, KNOWN_WORDS).deed)) - {"a", "the", "and"}
    assert "something happens" not in turn.narration.lower()
    heads = {thing.split()[-1].lower() for thing in things_named(parse_idea(idea, KNOWN_WORDS))}
    lines = [line for scene in story.scenes for line in split_sentences(scene.narration)]
    assert sum(bool(heads & set(_words(line))) for line in lines) >= 2


@pytest.mark.parametrize("idea", LONG)
def test_a_long_idea_is_its_own_story(idea: str) -> None:
    """Every scene of a long idea says words of it, in their order, and nothing else."""
    story, _ = film_of(idea)
    said = _words(" ".join(scene.narration for scene in story.scenes))
    assert all(scene.narration for scene in story.scenes)
    rest = iter(_words(idea))
    assert all(word in rest for word in said)


@pytest.mark.parametrize("idea", [*TALES, *LONG[1:], STORM])
@pytest.mark.parametrize(
    "options",
    [FilmOptions(seconds=12, shot_seconds=3), FilmOptions(seconds=16), FilmOptions(seconds=24), FilmOptions()],
)
def test_no_word_of_an_idea_is_cut_off(idea: str, options: FilmOptions) -> None:
    """However short the film, what is told of an idea of one sentence is told to its last word, once it is begun."""
    brief = Brief(idea=idea, options=options, seed=7, started_at=STARTED, version="0")
    said = _words(" ".join(scene.narration for scene in OfflineWriter().write_story(brief).scenes))
    end = _words(idea)[-3:]
    assert any(said[at : at + 3] == end for at in range(len(said)))


def test_a_short_film_tells_in_longer_breaths() -> None:
    """Where shots are few a clause is not parted to fit them: there are fewer and longer breaths."""
    brief = Brief(idea=STORM, options=FilmOptions(seconds=12, shot_seconds=3), seed=7, started_at=STARTED, version="0")
    told = [scene.narration for scene in OfflineWriter().write_story(brief).scenes]
    at = told.index("The old fisherman teaches a lonely girl to sail.")
    assert told[at + 1] == "And she brings him home through the storm."


_SENTENCES = st.lists(st.sampled_from(TOLD), min_size=2, max_size=12, unique=True)


@given(_SENTENCES, st.sampled_from([6, 12, 24, 40, 90]), st.sampled_from([2, 3, 5, 9]))
def test_a_told_sentence_is_told_whole(sentences: list[str], seconds: float, shot_seconds: float) -> None:
    """No narration is a part of a sentence: whole ones in their order, all that fit, the first and the last always."""
    options = FilmOptions(seconds=seconds, shot_seconds=shot_seconds)
    brief = Brief(idea=" ".join(sentences), options=options, seed=7, started_at=STARTED, version="0")
    story = OfflineWriter().write_story(brief)
    lines = [scene.narration for scene in story.scenes]
    own = [line for line in lines if any(sentence in line for sentence in sentences)]
    told = [sentence for sentence in sentences if any(sentence in line for line in own)]
    assert " ".join(told) == " ".join(own)
    assert (told[0], told[-1]) == (sentences[0], sentences[-1])
    assert lines[-len(own) :] == own
    assert len(lines) <= len(own) + 1
    shots = shot_count(options)
    room = sum(words_that_fit(frames, options.fps) for frames in share_frames(frames_for_shots(options), shots))
    if sum(map(spoken_words, sentences)) <= 1.5 * room:
        assert told == sentences
    else:
        assert len(told) < len(sentences) or len(sentences) == 2


def test_a_breath_is_taken_where_one_is() -> None:
    """A sentence is parted at a mark, else before a linking word, else before a preposition; no word is lost."""
    assert breaths("He came home, and nobody was there to see it.", 8) == (
        "He came home.",
        "And nobody was there to see it.",
    )
    assert breaths("The bells rang for the first time in years.", 6) == (
        "The bells rang.",
        "For the first time in years.",
    )
    assert breaths("Nothing can part these seven words.", 3) == ()
    for idea in (*TALES, *LONG):
        assert breaths(f"{idea}.", 12)
        for most in (7, 9, 12):
            parts = breaths(f"{idea[:1].upper()}{idea[1:]}.", most)
            assert not parts or _words(" ".join(parts)) == _words(idea)
            assert all(spoken_words(part) <= most and part[0].isupper() for part in parts)


@pytest.mark.parametrize(
    ("idea", "music", "carried"),
    [
        ("a boy plays the trumpet on a roof", True, "a trumpet close by"),
        ("a violinist plays for the trees", True, "a violin close by"),
        ("a widow plays chess by letter", False, "a chess board close by"),
        ("two friends play football in the rain", False, "a ball close by"),
        ("a girl plays with a dog", False, ""),
    ],
)
def test_playing_is_music_only_where_music_is_named(idea: str, music: bool, carried: str) -> None:
    """Eyes closed and an instrument belong to music; a game has its own things."""
    parsed = parse_idea(idea, KNOWN_WORDS)
    assert ("eyes closed" in pose_of(parsed)) == music
    assert music or not re.search("violin|clap", " ".join(scene.action for scene in film_of(idea)[0].scenes))
    assert thing_carried(parsed) == carried


@pytest.mark.parametrize(
    ("idea", "hero"),
    [
        ("Red paper boat", "a red paper boat"),
        ("Volcano", "a volcano"),
        ("Old umbrella", "an old umbrella"),
        ("steam trains", "steam trains"),
        ("Green tea", "green tea"),
        ("Jazz", "jazz"),
    ],
)
def test_one_thing_has_its_article(idea: str, hero: str) -> None:
    """A single thing that can be counted stands with an article and without a capital, in lines and pictures."""
    assert parse_idea(idea, KNOWN_WORDS).hero == hero
    _, shots = film_of(idea)
    assert "boat" not in idea or any("a red paper boat" in shot.image_prompt for shot in shots)


@pytest.mark.parametrize("word", ["tailor", "baker", "glassblower", "pianist", "digger", "locksmith", "seamstress"])
def test_trades_are_people(word: str) -> None:
    """A noun that ends as trades do is somebody, and is told with 'who'."""
    assert is_someone(word)
    assert " Who " in parse_idea(f"A {word} who leaves the city", KNOWN_WORDS).title


@pytest.mark.parametrize("word", ["river", "tower", "computer", "flower", "letter", "mirror", "mattress", "wrist"])
def test_things_are_no_people(word: str) -> None:
    """A thing that ends so is a thing."""
    assert not is_someone(word)


def test_a_title_cased_idea_is_told_as_a_sentence() -> None:
    """The capitals of a title go where words are common, and stay on names."""
    assert parse_idea("The Tailor That Sews a Coat for the Moon", KNOWN_WORDS).clause == "sews a coat for the moon"
    assert parse_idea("The Girl Who Met Tom Gordon", KNOWN_WORDS).clause == "met Tom Gordon"


def test_whoever_a_tale_begins_with_is_its_hero() -> None:
    """'Once there was' and 'In a dry valley' are nobody."""
    for idea in ("Once upon a time there was a fox who could not sleep", "In a dry valley, a fox crosses a river"):
        assert parse_idea(idea, KNOWN_WORDS).name == "a fox"


@pytest.mark.parametrize("seed", range(8))
def test_an_idea_that_is_no_sentence_is_spoken_once(seed: int) -> None:
    """What cannot be told is quoted, with the sign of its number."""
    story, _ = film_of('It cost $5 & "quotes" date 100% #1', seed)
    assert story.title.endswith("#1")
    assert sum("100%" in scene.narration for scene in story.scenes) == 1


@pytest.mark.parametrize(
    ("action", "detail"),
    [
        ("flowers in the grass with honeybees", "honeybees, very near"),
        ("monarch butterflies on a tree", "monarch butterflies, very near"),
        ("a table with a red paper boat", "a red paper boat, very near"),
        ("a child looking at wolves", "a child, the face in the light"),
    ],
)
def test_a_close_shot_is_of_the_subject(action: str, detail: str) -> None:
    """What lives, or lies there, is seen near, and not what it is on."""
    assert close_action(action, "") == detail


def test_a_rescue_is_hopeful() -> None:
    """A word that says how it ends outweighs one that only colours a film."""
    assert find_mood("an old man rescues a whale") == "hopeful"
    assert find_mood("my grandmother") == "melancholy"
    assert find_mood("war and a rescue") == "tense"


@pytest.mark.parametrize(
    ("idea", "title", "name"),
    [
        (
            'In 1969 "Buzz" paid $3.50 for 2 tickets to the moon, and 1/2 the town said: "He\'ll never return!"',
            'In 1969 "Buzz" paid $3.50 for 2 tickets to the moon',
            "",
        ),
        (
            'A girl said: "Nobody is home!" and 3 dogs barked.',
            'A girl said: "Nobody is home!" and 3 dogs barked',
            "a girl",
        ),
        ('The teacher asked, "Who can name the moon?"', 'The teacher asked, "Who can name the moon?"', "the teacher"),
        ('A boy said: "Stop! Go home!" and ran.', 'A boy said: "Stop! Go home!" and ran', "a boy"),
    ],
)
def test_reported_speech_is_told_as_it_stands(idea: str, title: str, name: str) -> None:
    """An idea in which somebody speaks tells itself, all of it; the title is a part of it, and a name no clause."""
    parsed = parse_idea(idea, KNOWN_WORDS)
    assert (parsed.kind, parsed.title, parsed.name) == ("told", title, name)
    for seconds in (12, 24, 40):
        story, _ = film_of(idea, seconds=seconds)
        said = " ".join(scene.narration for scene in story.scenes)
        assert _words(said)[-len(_words(idea)) :] == _words(idea)
        assert {scene.characters for scene in story.scenes} <= {"", name}


_PIECES = [
    "a girl",
    "said",
    ":",
    ",",
    '"',
    '"Nobody',
    'home!"',
    "and",
    "3 dogs",
    "1/2",
    "the town",
    "\u201cWait",
    "me\u201d",
    "finds",
    "a stray cat",
    "in the rain",
    "Buzz",
    "wonderfully",
    "answered",
    "the old keeper of the north",
]


@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=20))
def test_a_title_and_a_name_are_whole(pieces: list[str]) -> None:
    """Marks of a title stand in pairs, it ends with a whole word, and a character has no marks in its name."""
    idea = parse_idea(" ".join(pieces), KNOWN_WORDS)
    assert idea.title.count('"') % 2 == 0
    assert idea.title.count("\u201c") == idea.title.count("\u201d")
    assert len(idea.title) <= 60
    assert set(_words(idea.title)) <= {*_words(idea.text), "who", "that", "the", "untitled", "a", "an"}
    assert not re.search('[":\u201c\u201d]', idea.name)


@pytest.mark.parametrize(
    "idea",
    [
        "a stray cat finds a key",
        "A lonely girl finds a stray cat in the snow",
        "A fox plants a garden",
        "a dog must carry a lantern through the snow to a child",
        "a boy befriends a fox",
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_an_animal_does_nothing_by_hand(idea: str, seed: int) -> None:
    """Where an animal is seen nobody kneels and no hands are told of: a painter would give them to the animal."""
    story, shots = film_of(idea, seed)
    beasts = {scene.id for scene in story.scenes if re.search("cat|fox|dog", scene.characters)}
    assert beasts
    told = [shot.image_prompt for shot in shots if shot.scene in beasts]
    assert not [prompt for prompt in told if re.search(r"\b(?:hands?|kneel|knee|arms|lap)", prompt)]
