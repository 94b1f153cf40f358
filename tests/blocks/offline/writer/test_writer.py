"""The offline writer: laws of its stories, and of taking an idea apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.offline.writer.idea.language import is_english
from blocks.offline.writer.idea.parse import parse_idea, plain_idea
from blocks.offline.writer.idea.phrases import article_for
from blocks.offline.writer.lines import LOOKING, TALE
from blocks.offline.writer.settings import KNOWN_WORDS, OPEN_COUNTRY, SETTINGS
from blocks.offline.writer.writer import OfflineWriter
from studio.errors import BadInput
from studio.model.brief import Brief, FilmOptions, Prompt
from studio.model.film import Shot, Story
from studio.planning.scene_graph import check_graph
from studio.planning.shot_plan import plan_text, shot_count, spoken_words, words_that_fit
from studio.text.sentences import split_sentences

WRITER = OfflineWriter()
IDEAS = (
    "A lonely lighthouse keeper who finds a message in a bottle",
    "Make a short film about the history of coffee",
    "a girl must cross the desert to return a stolen star",
    "Why do cats purr?",
    "my grandmother's bakery during the war",
    "Two brothers race across Mongolia on horseback",
    "Venice",
    "An old clockmaker loses his hearing. He keeps building clocks. One day the town stops. Make it feel warm.",
    "A woman whose shadow leaves her",
    "How coffee is made",
    "A fisherman and a whale",
    "A lonely old king",
)
FOREIGN = (
    "Ein Leuchtturmwärter findet eine Flaschenpost",
    "灯台守が瓶の中の手紙を見つける",
    "el viejo y el mar",
    "un chat noir dans la nuit",
    "Старик и море",
    "الشيخ والبحر",
    "het meisje en de zee",
    "🦊🦊🦊",
    "?",
)


def _brief(idea: str, options: FilmOptions | None = None, seed: int = 7) -> Brief:
    return Brief(
        idea=idea, options=options or FilmOptions(), seed=seed, started_at="2026-01-01T00:00:00.000000", version="0"
    )


def _film(brief: Brief) -> tuple[Story, tuple[Shot, ...]]:
    story = WRITER.write_story(brief)
    graph = WRITER.map_scenes(story, brief.seed)
    check_graph(graph, story)
    return story, WRITER.plan_shots(story, graph, brief)


@pytest.mark.parametrize("idea", IDEAS)
@pytest.mark.parametrize(
    "options",
    [FilmOptions(), FilmOptions(seconds=4), FilmOptions(seconds=600), FilmOptions(seconds=90, shot_seconds=12, fps=25)],
)
def test_invented_narration_fits_its_shots(idea: str, options: FilmOptions) -> None:
    """A shot with more words than its time holds says the idea's alone; no sentence but the subject's name is twice."""
    story, shots = _film(_brief(idea, options))
    own = {"the", *re.findall(r"\w+", idea.lower())}
    for shot in shots:
        fits = spoken_words(shot.narration) <= words_that_fit(shot.frames, options.fps)
        assert fits or set(re.findall(r"\w+", shot.narration.lower())) <= own
    said = Counter(line for shot in shots for line in split_sentences(shot.narration))
    name = parse_idea(idea, KNOWN_WORDS).hero.rstrip("?.").lower()
    assert not [line for line, times in said.items() if times > 1 and line.rstrip("?.").lower() != name]
    assert len(story.scenes) <= len(shots)
    assert story.written_by == "a draft by template"


@pytest.mark.parametrize("idea", IDEAS)
def test_a_film_of_forty_seconds_speaks(idea: str) -> None:
    """The usual film has four to seven scenes, and most of them have a line."""
    story = WRITER.write_story(_brief(idea))
    assert 4 <= len(story.scenes) <= 7
    assert sum(bool(scene.narration) for scene in story.scenes) >= 4
    assert story.language == "en"


@pytest.mark.parametrize("idea", IDEAS)
@pytest.mark.parametrize("seed", range(6))
def test_no_slot_or_mark_is_left_in_a_line(idea: str, seed: int) -> None:
    """Told lines have no braces, brackets, doubled marks or articles, and each begins with a capital."""
    for scene in WRITER.write_story(_brief(idea, FilmOptions(seconds=60), seed)).scenes:
        assert not re.search(r"[{}\[\]|]|\?\.|\.\.|\b(?:the|a|an) (?:the|a|an)\b|  ", scene.narration)
        assert all(line[0].isupper() for line in split_sentences(scene.narration))


@pytest.mark.parametrize("idea", FOREIGN)
def test_no_grammar_is_invented_in_another_language(idea: str) -> None:
    """An idea that is not English is the title, and the film is silent."""
    story, shots = _film(_brief(idea))
    assert story.language == "other"
    assert story.title == idea
    assert not any(shot.narration for shot in shots)


@pytest.mark.parametrize(
    ("idea", "kind"),
    [
        (IDEAS[0], "tale"),
        (IDEAS[1], "topic"),
        (IDEAS[3], "question"),
        (IDEAS[4], "portrait"),
        (IDEAS[7], "told"),
        (IDEAS[9], "question"),
        ("A small dragon afraid of fire", "tale"),
        ("Quantum Computing", "topic"),
        ("the dreams of a robot", "topic"),
        ("a nurse and a clown share a night bus", "tale"),
        ("the fish trap", "topic"),
        ("The year my father sold his violin", "tale"),
        ("The summer we built a raft", "topic"),
        ("the house my grandmother built", "topic"),
        ("the time of the wolf", "topic"),
        ("THE LAST WHALE SINGS TO THE MOON", "tale"),
        ("climate change", "topic"),
    ],
)
def test_kinds_are_told_apart(idea: str, kind: str) -> None:
    """A tale, a topic, a question, a portrait and a told story are known by their words."""
    assert parse_idea(idea, KNOWN_WORDS).kind == kind


def test_a_tale_is_parsed_without_inflecting_it() -> None:
    """Who and what are the idea's own words, with 'the' for a hero met before and the verb as it stood."""
    idea = parse_idea("an old man waiting for a train", KNOWN_WORDS)
    assert (idea.hero, idea.short, idea.clause) == ("the old man", "the man", "is waiting for a train")
    idea = parse_idea("a violinist who has lost her hearing plays one last concert", KNOWN_WORDS)
    assert (idea.first, idea.clause) == ("a violinist who has lost her hearing", "plays one last concert")
    assert parse_idea("a girl and a fox walk home", KNOWN_WORDS).hero == "the girl and the fox"
    assert parse_idea("children who plant a forest", KNOWN_WORDS).title == "The Children Who Plant a Forest"
    idea = parse_idea("Two brothers race across Mongolia", KNOWN_WORDS)
    assert (idea.hero, idea.clause, idea.plural) == ("the two brothers", "race across Mongolia", True)
    assert parse_idea("A old robot learns to paint", KNOWN_WORDS).name == "an old robot"


@pytest.mark.parametrize(
    ("idea", "title"),
    [
        ("A <b>bold</b> fox", "The Bold Fox"),
        ("A fo<b>x</b> runs", "The Fox"),
        ("<h1>Fox</h1><p>Hound", "Fox Hound"),
        ('An <i>old</i> <a href="http://x.y/z">keeper</a>', "The Old Keeper"),
        ("A &lt;b&gt;bold&lt;/b&gt; fox", "The Bold Fox"),
        ("A <lonely> fox", "The Lonely Fox"),
        ("Where a<b and c>d meet", "Where a<b and c>d meet"),
        ("The C# programmer", "The C# Programmer"),
        ("# A **bold** fox", "The Bold Fox"),
        ("I <3 you", "I <3 You"),
        ("The lighthouse keeper who collected storms", "The Lighthouse Keeper Who Collected Storms"),
        ("A lonely lighthouse keeper who finds a message in a bottle", "The Lonely Lighthouse Keeper"),
        ("The year my father sold his violin", "The Year My Father Sold His Violin"),
    ],
)
def test_a_title_loses_markup_and_no_word(idea: str, title: str) -> None:
    """Tags and marks go from a title; what is none of them stays, though it stands between angle brackets."""
    assert parse_idea(idea, KNOWN_WORDS).title == title


@given(
    st.lists(st.sampled_from(["a<x", "c>d", "<", ">", "</", "lamp", "<moon", "sun>", "=", "/", "&", "<3"]), min_size=1)
)
def test_no_letter_outside_of_markup_vanishes(words: list[str]) -> None:
    """However many angle brackets an idea has, each of its letters is in what is told of it."""
    idea = " ".join(words)
    assert re.findall(r"\w", plain_idea(idea)) == re.findall(r"\w", idea)


@pytest.mark.parametrize(("word", "article"), [("hour", "an"), ("unicorn", "a"), ("uninvited", "an"), ("old", "an")])
def test_articles_follow_the_sound(word: str, article: str) -> None:
    """'an' stands before a vowel sound, whatever the letter."""
    assert article_for(word) == article


@pytest.mark.parametrize("text", ["Beyoncé in Paris at night", "quantum computing", "die hard and the end of it"])
def test_english_is_not_refused(text: str) -> None:
    """A foreign name or a short noun phrase does not make an idea foreign."""
    assert is_english(text, KNOWN_WORDS)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=120), st.integers(0, 2**31 - 1))
def test_every_idea_makes_a_film(idea: str, seed: int) -> None:
    """Any idea in any script gives a story with a clean short title, a sound graph and shots."""
    story, shots = _film(_brief(idea, FilmOptions(seconds=12), seed))
    assert 1 <= len(story.title) <= 60
    assert len(story.title.splitlines()) == 1
    assert story.title.isprintable() or "\u200d" in story.title or "\u200c" in story.title
    assert len(shots) == shot_count(FilmOptions(seconds=12))


@pytest.mark.parametrize(
    "idea",
    ["\x00", "\u202e", "a" * 4_000, "word " * 800, "A man. " * 500, "the", "A", "{hero} [a|b] %s {0}", "who who who"],
)
def test_hostile_ideas_make_a_film(idea: str) -> None:
    """Control characters, one endless word and template marks are an idea like any other."""
    story, _ = _film(_brief(idea))
    assert 1 <= len(story.title) <= 60


def test_lines_keep_their_bounds() -> None:
    """Every beat has at least four variants, and no sentence without a slot is longer than a shot of five seconds."""
    pools = [*TALE.values(), *LOOKING.values(), *(setting.openings for setting in (*SETTINGS, OPEN_COUNTRY))]
    for pool in pools:
        assert len(pool) >= 4
        assert len(set(pool)) == len(pool)
        for line in (line for lines in pool for part in lines for line in split_sentences(part) if "{" not in part):
            assert spoken_words(line) <= 10, line


def test_other_seeds_tell_otherwise() -> None:
    """The choice of lines follows the seed and the idea."""
    told = {plan_text(WRITER.write_story(_brief(IDEAS[0], seed=seed))) for seed in range(8)}
    assert len(told) > 4


def test_the_same_in_every_process() -> None:
    """The same brief gives the same bytes under another hash seed."""
    code = (
        "from tests.blocks.offline.writer.test_writer import _brief, _film, IDEAS;"
        "from studio.planning.shot_plan import plan_text;"
        "import sys; sys.stdout.buffer.write("
        "''.join(plan_text(part) for idea in IDEAS for part in _film(_brief(idea))).encode())"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "4711")
    }
    here = "".join(plan_text(part) for idea in IDEAS for part in _film(_brief(idea))).encode()
    assert texts == {here}


def test_a_script_is_spoken_word_for_word() -> None:
    """With a script nothing is invented: the shots' lines together are its words, and it says whose they are."""
    script = "Anna walks in. She waits.\n\nLe vent se lève. Nobody comes.\n\n" + "A long one. " * 30
    story, shots = _film(_brief("my film", FilmOptions(script=script)))
    assert "".join(shot.narration for shot in shots).replace(" ", "") == "".join(script.split())
    assert story.written_by == "your script"
    assert len(story.scenes) == 3


def test_a_script_with_more_scenes_than_prompts_is_joined() -> None:
    """Where prompts fix the number of shots, a script's scenes are joined and no word is lost."""
    script = "\n\n".join(f"Line {n}." for n in range(9))
    prompts = tuple(Prompt(image_prompt=f"p{n}") for n in range(4))
    _, shots = _film(_brief("my film", FilmOptions(script=script, prompts=prompts)))
    assert len(shots) == 4
    assert "".join(shot.narration for shot in shots).replace(" ", "") == "".join(script.split())


def test_a_script_has_a_shot_for_each_scene() -> None:
    """More paragraphs than the length suggests still get a picture each; more than frames are refused."""
    _, shots = _film(_brief("my film", FilmOptions(script="\n\n".join(f"Line {n}." for n in range(30)))))
    assert len(shots) == 30
    with pytest.raises(BadInput):
        WRITER.write_story(_brief("my film", FilmOptions(seconds=4, script="a\n\n" * 500)))


def test_one_look_for_a_character_in_every_shot() -> None:
    """The hero's canonical description stands word for word in every prompt that shows the hero."""
    brief = _brief(IDEAS[0])
    story = WRITER.write_story(brief)
    graph = WRITER.map_scenes(story, 7)
    look = next(node.description for node in graph.nodes if node.kind == "character")
    shown = [scene.id for scene in story.scenes if scene.characters]
    shots = WRITER.plan_shots(story, graph, brief)
    assert all((look in shot.image_prompt) == (shot.scene in shown) for shot in shots)
