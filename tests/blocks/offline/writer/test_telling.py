"""Stories in a style are told in its tense, in sentences of its length, with its first and last words, in English."""

from __future__ import annotations

import random
import re

import pytest

from blocks.offline.crew import offline_crew
from blocks.offline.data_files import FOLDER
from blocks.offline.writer.telling import divided, in_the_past, joined
from studio.input.styles import all_styles, style_of, with_style_kept
from studio.model.brief import Brief, FilmOptions
from studio.model.film import Story
from studio.text.sentences import split_sentences
from tests.support.sampled import sampled

STYLES = [each.name for each in all_styles({"XDG_CONFIG_HOME": "/nonexistent"})]
HEROES = ("a young baker", "two brothers", "an old robot", "the last tailor", "a fox")
DEEDS = (
    "repairs a clock",
    "finds a map in a piano",
    "waits for the ferry",
    "steals the moon",
    "carries bread through snow",
)

PAST = {
    "Nobody says why.": "Nobody said why.",
    "The tide goes out.": "The tide went out.",
    "Nobody counts.": "Nobody counted.",
    "The hands are empty.": "The hands were empty.",
    "They do not mind.": "They did not mind.",
    "What is missing has a shape.": "What was missing had a shape.",
    "The old clockmaker repairs the station clock.": "The old clockmaker repaired the station clock.",
    "It stops, and carries on.": "It stopped, and carried on.",
    "Watch the small things.": "Watch the small things.",
    "How many flowers is that?": "How many flowers is that?",
    "The rails arrive before the train does.": "The rails arrive before the train does.",
    "It is hard to have a name.": "It was hard to have a name.",
    "It will not stay.": "It will not stay.",
    "Smoke leans back.": "Smoke leaned back.",
    "She walks home.": "She walked home.",
}


@pytest.mark.parametrize("sentence", PAST)
def test_a_sentence_is_put_into_the_past_or_stays(sentence: str) -> None:
    """Every verb of it is turned; where one is not known, or it asks or commands, none is."""
    assert in_the_past(sentence) == PAST[sentence]


_PRESENT = re.compile(r"\b(?:is|are|has|does|goes|comes|says|knows|begins|takes|finds)\b")
_PAST = re.compile(r"\b(?:was|were|had|did|went|came|said|knew|began|took|found)\b")


def _sentences() -> list[str]:
    rows = [
        row
        for name in ("tale", "looking", "portraits", "domains")
        for row in (FOLDER / "writer" / "lines" / f"{name}.txt").read_text("utf-8").splitlines()
        if row and row[0] not in "#="
    ]
    text = " ".join(rows).replace(" | ", " ")
    text = re.sub(r"\[([^|\]]+)\|[^\]]+\]", r"\1", text)
    text = re.sub(r"\{(?:[Hh]ero|[Ww]ho|[Ff]irst)\}", "The baker", text)
    text = re.sub(r"\{(?:clause|half|rest|deed)\}", "finds a map", re.sub(r"\{[A-Z]\w+\}", "The map", text))
    return [*split_sentences(re.sub(r"\{\w+\}", "the map", text))]


def test_no_sentence_of_the_writer_mixes_tenses() -> None:
    """Of all its lines, none has a common verb in the present beside one in the past that it had not before."""
    sentences = _sentences()
    assert len(sentences) > 400
    turned = 0
    for sentence in sentences:
        told = in_the_past(sentence)
        if told == sentence:
            continue
        turned += 1
        assert not (_PRESENT.search(told) and _PAST.search(told) and not _PAST.search(sentence)), (sentence, told)
        assert len(told.split()) == len(sentence.split())
    assert turned > len(sentences) / 4


def test_sentences_are_divided_and_joined_without_losing_a_word() -> None:
    """Only marks, capitals and 'and' change."""
    dice = random.Random(4)
    sentences = _sentences()

    def words(text: str) -> list[str]:
        return [word for word in re.findall(r"[a-z']+", text.lower()) if word != "and"]

    for _ in range(300):
        drawn = dice.sample(sentences, 3)
        for told in (joined(drawn), tuple(part for each in drawn for part in divided(each))):
            assert words(" ".join(told)) == words(" ".join(drawn))
            assert all(part[0] == part[0].upper() for part in told)


def story(idea: str, style: str, script: str | None = None) -> Story:
    options = with_style_kept(FilmOptions(seconds=40, height=144, style=style, script=script))
    brief = Brief(idea=idea, options=options, seed=7, started_at="", version="")
    return offline_crew().writer.write_story(brief)


@sampled("style", STYLES, quick=4)
def test_each_style_is_heard_in_the_words(style: str) -> None:
    """Most tales begin or end in the style's own words, say none of its lines twice, and keep what they are about."""
    settings = style_of(with_style_kept(FilmOptions(style=style))).settings  # type: ignore[union-attr]
    own = {part for line in (*settings.opening, *settings.closing, *settings.asides) for part in split_sentences(line)}
    dice = random.Random(style)
    heard = 0
    for _ in range(10):
        hero, deed = dice.choice(HEROES), dice.choice(DEEDS)
        told = story(f"{hero} {deed}", style)
        said = [each for scene in told.scenes for each in split_sentences(scene.narration)]
        first, last = said[0], said[-1]
        heard += any(each in own for each in (first, last))
        assert any(hero.split()[-1] in each for each in said), (hero, said)
        spoken = [each for each in said if each in own]
        assert len(spoken) == len({*spoken}) or "Okay" in " ".join(spoken), spoken
    assert heard >= 7


def test_a_person_s_words_stay_as_they_are() -> None:
    """A script is said word for word in any style, and an idea in another language gets no English around it."""
    script = "The keeper waits: nobody comes.\n\nHe goes home."
    for style in STYLES:
        told = story("x", style, script)
        assert " ".join(scene.narration for scene in told.scenes).split() == script.split()
        foreign = story("Ein alter Leuchtturmwärter findet eine Flaschenpost am Strand", style)
        assert all(not scene.narration for scene in foreign.scenes)
