"""Answers that a person can read are read, however they are spoiled."""

from __future__ import annotations

import random

import pytest

from blocks.openai_api.answers import read_answer
from blocks.openai_api.prompts import Form, GraphForm, ShotsForm, StagingForm, StoryForm
from tests.support.sampled import sampled
from tests.support.vendors.spoiling import SPOILERS, a_value

FORMS: dict[str, type[Form]] = {
    "story": StoryForm,
    "staging": StagingForm,
    "scene_graph": GraphForm,
    "shots": ShotsForm,
}
VARIANTS = 12
"""Of each form, in each way, with each seed."""


@sampled("seed", range(10), quick=1)
@pytest.mark.parametrize("way", SPOILERS)
def test_a_spoiled_answer_says_what_was_meant(way: str, seed: int) -> None:
    """Every word and every number is read as it was meant, in every variant of every way to spoil an answer."""
    draw = random.Random(f"{way} {seed}")
    for name, form in FORMS.items():
        for _ in range(VARIANTS):
            value = a_value(name, draw)
            text = SPOILERS[way](value, draw)
            assert read_answer(text, form) == form.model_validate(value), text
