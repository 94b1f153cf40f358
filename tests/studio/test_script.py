"""A person's script keeps its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput
from studio.script import clean_text, one_line, parse_script, split_sentences

SCREENPLAY = """INT. KITCHEN - NIGHT

Mara waits. The kettle sings.

MARA
Who is there?

EXT. HARBOUR, DAWN
A boat comes in.
"""


def _bare(text: str) -> str:
    return "".join(clean_text(text).split())


def test_headings_part_scenes_and_name_their_places() -> None:
    """A screenplay has one scene for each heading, set in the heading's place, with its speakers as characters."""
    kitchen, harbour = parse_script(SCREENPLAY)
    assert kitchen.location == "interior, kitchen, night"
    assert harbour.location == "HARBOUR, DAWN".lower()
    assert kitchen.characters == "Mara"
    assert harbour.narration == "A boat comes in."
    assert "Who is there?" in kitchen.narration


def test_a_paragraph_is_a_scene() -> None:
    """Plain text has one scene for each paragraph, numbered from 1."""
    scenes = parse_script("First one.\nStill the first.\n\n\n  \nSecond one.")
    assert [scene.id for scene in scenes] == [1, 2]
    assert [scene.narration for scene in scenes] == ["First one.\nStill the first.", "Second one."]


@given(st.text(max_size=300))
def test_plain_scripts_lose_no_word(text: str) -> None:
    """Every paragraph with a letter or digit is narrated word for word, and a script without one is refused."""
    try:
        scenes = parse_script(f"start\n\n{text}")
    except BadInput as error:
        raise AssertionError("a script with words was refused") from error
    spoken = "".join(_bare(scene.narration) for scene in scenes)
    wanted = "".join(c for c in _bare(f"start{text}") if c.isalnum())
    if all(not line.strip().upper().startswith(("INT", "EXT", "I/E")) for line in clean_text(text).split("\n")):
        assert "".join(c for c in spoken if c.isalnum()) == wanted


@pytest.mark.parametrize(
    "text", ["", "  \n\n ", "INT. KITCHEN - NIGHT\n\n", "...\n\n!!!", "\x00\x07", "EXT. SEA\nINT. SKY"]
)
def test_a_script_without_text_is_refused_in_one_line(text: str) -> None:
    """A script that has nothing to speak is bad input, told in one line."""
    with pytest.raises(BadInput) as caught:
        parse_script(text)
    assert "\n" not in str(caught.value)


def test_too_many_scenes_are_refused() -> None:
    """More paragraphs than a graph can number are bad input and no crash."""
    with pytest.raises(BadInput):
        parse_script("a\n\n" * 10_000)


@given(st.text(max_size=400))
def test_sentences_joined_are_the_text(text: str) -> None:
    """Splitting into sentences loses, adds and moves nothing but white space."""
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Grey met J. Smith. They left.", 2),
        ('"Go!" he said. Nobody did.', 3),
        ("It cost 3.50 dollars... or so. Yes?", 3),
        ("灯台守。瓶を見つける。", 2),
        ("A keeper walks\nThe sea rises\nNobody comes", 3),
        ("a long line that was\nwrapped by hand.", 1),
        ("\n\n", 0),
    ],
)
def test_sentences_end_where_a_reader_pauses(text: str, count: int) -> None:
    """Titles, initials, decimals and wrapped lines end no sentence; marks, CJK marks and lines of verse do."""
    assert len(split_sentences(text)) == count


@given(st.text(max_size=300), st.integers(min_value=2, max_value=50))
def test_one_line_is_one_line_and_no_longer(text: str, most: int) -> None:
    """A line has no line end or control character and at most the asked characters."""
    line = one_line(text, most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1
