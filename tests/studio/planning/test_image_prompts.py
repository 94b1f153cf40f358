"""Image prompts, and the prompts file there and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput
from studio.model.brief import Prompt
from studio.model.film import Node, Scene
from studio.planning.image_prompts import SIZES, ShotSize, image_prompt, parse_prompts, prompts_json, prompts_text
from studio.planning.scene_graph import SceneParts

SHORE = Node(id="place_1", kind="place", name="a shore", description="a rocky shore with grey water")
KEEPER = Node(id="character_1", kind="character", name="a keeper", description="a lonely keeper in a grey coat")
BOTTLE = Node(id="prop_1", kind="prop", name="bottle", description="bottle")
PARTS = SceneParts(place=SHORE, characters=(KEEPER,), props=(BOTTLE,))
WORDS = st.text(st.characters(codec="utf-8"), max_size=60)
PROMPTS = st.lists(
    st.builds(Prompt, image_prompt=WORDS.filter(bool), motion_prompt=WORDS, camera=WORDS), min_size=1, max_size=5
)


def _scene(**changes: str) -> Scene:
    told = {"location": "", "characters": "", "action": "walks", "emotion": "still", "narration": ""}
    return Scene(id=1, **{**told, **changes})


@pytest.mark.parametrize("size", SIZES)
def test_a_prompt_quotes_the_canonical_looks(size: ShotSize) -> None:
    """Every size names character, place, prop and style word for word, so that they look the same everywhere."""
    prompt = image_prompt(size, _scene(), PARTS, "ultra cinematic documentary")
    for phrase in (KEEPER.description, SHORE.description, "bottle", "walks", "still", "ultra cinematic documentary"):
        assert phrase in prompt


def test_light_never_contradicts_the_place() -> None:
    """An emotion brings its light, but not where place or action tell a time of day or the weather."""
    assert "dawn light" in image_prompt("wide", _scene(), PARTS, "")
    assert "dawn" not in image_prompt("wide", _scene(action="walks at night"), PARTS, "")


@pytest.mark.parametrize("size", SIZES)
def test_a_scripts_sentence_is_one_thing(size: ShotSize) -> None:
    """A sentence with commas stands between semicolons, whole; a phrase of the writer's stands between commas."""
    told = image_prompt(size, _scene(), PARTS, "ultra cinematic", "It is old; see p. 12, fig. 3a.").split("; ")
    assert told[1] == "It is old, see p. 12, fig. 3a"
    assert len(told) == 3
    assert ";" not in image_prompt(size, _scene(), PARTS, "ultra cinematic", "a hand, very near")


@given(st.sampled_from(SIZES), st.text(max_size=200), st.integers(1, 60), st.text(max_size=30))
def test_a_prompt_is_one_line_within_the_bound(size: ShotSize, words: str, times: int, style: str) -> None:
    """Whatever a person wrote, a prompt is one line of 1 to 8000 characters that ends with the style."""
    place = SHORE.model_copy(update={"description": words * times})
    prompt = image_prompt(size, _scene(action=words * times), SceneParts(place, (KEEPER,), ()), style)
    assert 1 <= len(prompt) <= 8_000
    assert len(prompt.splitlines()) == 1


@given(PROMPTS)
def test_both_forms_come_back_unchanged(prompts: list[Prompt]) -> None:
    """Prompts written as text or as JSON are read as they were, newlines, backslashes and edges included."""
    assert parse_prompts(prompts_text(prompts)) == tuple(prompts)
    assert parse_prompts(prompts_json(prompts)) == tuple(prompts)
    assert parse_prompts(prompts_text(prompts).replace("\n", "\r\n")) == tuple(prompts)


def test_white_space_at_the_edges_is_written_out() -> None:
    """An editor that strips trailing blanks does not change a prompt: blanks at its edges stand as escapes."""
    text = prompts_text([Prompt(image_prompt=" a b ")])
    assert "image: \\u0020a b\\u0020\n" in text
    stripped = "\n".join(line.rstrip() for line in text.split("\n"))
    assert parse_prompts(stripped)[0].image_prompt == " a b "


def test_the_text_form_reads_like_a_list() -> None:
    """The text form has a line each for number, image, motion and camera."""
    text = prompts_text([Prompt(image_prompt="a\nb \\ c", motion_prompt="slow", camera="orbit")])
    assert "Shot 1\nimage: a\\nb \\\\ c\nmotion: slow\ncamera: orbit\n" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no shot"),
        ("# only a remark\n", "no shot"),
        ("[]", "no shot"),
        ("{}", "list"),
        ("[\n{,\n]", "line 2"),
        ('[{"image_prompt": "a"},\n {"image_prompt": 5}]', "line 2"),
        ('[{"image_prompt": "a"},\n {"image_prompt": "b", "index": 1}]', "shot 2"),
        ('[{"image_prompt": "a", "sound": "b"}]', "sound"),
        ('[{"image_prompt": "a", "image_prompt": "b"}]', "twice"),
        ("[" * 100_000, "deep"),
        ('["\\ud800"]', "line 1"),
        ('[{"image_prompt": "\\ud800"}]', "line 1"),
        ("image: a", "line 1"),
        ("Shot 1\nimage: a\n\nShot 3\nimage: b", "line 4"),
        ("Shot 1\nimage: a\nimage: b", "line 3"),
        ("Shot 1\nmotion: a", "image_prompt"),
        ("Shot 1\nimage: a\nwhatever", "line 3"),
        ("Shot 1\nimage: a \\q", "line 2"),
        ("Shot 1\nimage: \\ud800", "line 1"),
    ],
)
def test_a_bad_file_is_told_in_one_line(text: str, words: str) -> None:
    """A prompts file that does not read is bad input with line and reason, in one line."""
    with pytest.raises(BadInput) as caught:
        parse_prompts(text)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text, whatever it holds, ends in anything but prompts or bad input."""
    for tried in (text, f"[{text}]", f"Shot 1\n{text}", json.dumps([{"image_prompt": text}])):
        try:
            told = [repr(parse_prompts(tried)[0])]
        except BadInput as error:
            told = str(error).splitlines()
        assert len(told) == 1
