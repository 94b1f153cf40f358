"""A film from a script in a language that the writer does not know shows nothing that is not in it."""

from __future__ import annotations

import random
import re

import pytest

from blocks.offline.writer.writer import OfflineWriter
from studio.input.option_checks import film_options
from studio.model.brief import DEFAULT_STYLE
from tests.support.sampled import sampled
from tests.support.texts.foreign_scripts import TONGUES, foreign_script, foreign_table
from tests.support.texts.plans import brief_of

_SIZES = re.compile(r"(?:wide|medium|close) shot|close-up(?: of a detail)?|very near")


@pytest.mark.parametrize("language", TONGUES)
@sampled("seed", range(6), quick=1)
def test_pictures_and_words_are_the_scripts_own(language: str, seed: int) -> None:
    """Of 10 scripts in a language every letter of a prompt, a place and a line is the script's, but size and style."""
    draw, writer = random.Random(seed), OfflineWriter()
    for _ in range(10):
        text, spoken = draw.choice((foreign_script, foreign_table))(draw, TONGUES[language])
        brief = brief_of(film_options(script=text, seconds=draw.choice((12, 40)))).model_copy(update={"idea": "?"})
        story = writer.write_story(brief)
        if story.language == "en":
            continue
        shots = writer.plan_shots(story, writer.map_scenes(story, 3), brief)
        assert " ".join(shot.narration for shot in shots).split() == " ".join(spoken).split()
        written = text.lower()
        for scene in story.scenes:
            assert scene.location.lower() in written
        for shot in shots:
            shown = _SIZES.sub("", shot.image_prompt.removesuffix(DEFAULT_STYLE))
            assert all(word in written for word in re.findall(r"\w+", shown.lower())), shot.image_prompt


@pytest.mark.parametrize("language", TONGUES)
def test_no_script_of_several_sentences_is_taken_for_english(language: str) -> None:
    """So that its voice is not an English one, and its places are not made up."""
    said = TONGUES[language].said
    text = "\n\n".join(said[number % len(said)].format(number) for number in range(1, 5))
    assert OfflineWriter().write_story(brief_of(film_options(script=text))).language == "other"
