"""Titles as a typesetter would set them: signs, and lines."""
# ruff: noqa: RUF001  # the signs that are mistaken for others are what is tested

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.lettering.typography import title_lines, typographic


def wide(text: str) -> float:
    """As if every letter were ten pixels wide, and a Chinese one twenty."""
    return sum(20.0 if letter > "\u2e80" else 10.0 for letter in text)


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("\"I won't go,\" said the fox -- and didn't", "“I won’t go,” said the fox – and didn’t"),
        ("The sea - and back", "The sea – and back"),
        ('He said "no" (and "yes")', "He said “no” (and “yes”)"),
        ("\"'Quoted' inside\"", "“‘Quoted’ inside”"),
        ("The '90s, 'tis said", "The ’90s, ’tis said"),
        ("A man of 5'10\"", "A man of 5'10\""),
        ("Well-known... Rock--paper", "Well-known… Rock—paper"),
    ],
)
def test_a_typewriters_signs_become_a_typesetters(typed: str, set_: str) -> None:
    """Quotation marks, apostrophes, dashes and dots; feet, inches and hyphens stay, and so does what is set already."""
    assert typographic(typed) == set_
    assert typographic(set_) == set_


def test_quotation_marks_of_other_languages_stay() -> None:
    """They differ from language to language; apostrophes do not."""
    assert typographic('L\'été "bleu" - fin', english=False) == 'L’été "bleu" – fin'


@given(st.lists(st.text("abcd", min_size=1, max_size=12), min_size=1, max_size=14), st.integers(100, 900))
def test_no_word_is_lost_and_the_lines_fit(words: list[str], room: int) -> None:
    """The lines joined are the title, and at the share that is told none is wider than the room."""
    lines, share = title_lines(" ".join(words), wide, room, 4)
    assert " ".join(lines) == " ".join(words)
    assert 0 < share <= 1
    assert max(wide(line) for line in lines) * share <= room + 1e-6
    assert len(lines) * share <= 4 + 1e-6


@pytest.mark.parametrize(
    ("title", "room", "lines"),
    [
        ("The Lighthouse", 200, ["The Lighthouse"]),
        ("The Lighthouse", 90, ["The Lighthouse"]),
        ("The Keeper of the Last Light", 240, ["The Keeper of the Last Light"]),
        ("The Keeper of the Last Light", 190, ["The Keeper", "of the Last Light"]),
        ("How the river learned to carry the lights", 260, ["How the river learned", "to carry the lights"]),
        ("Said the fox – and did not", 150, ["Said the fox –", "and did not"]),
    ],
)
def test_lines_break_as_a_designer_would(title: str, room: int, lines: list[str]) -> None:
    """Few lines of like lengths; none ends with an article or preposition, none begins with a dash, and a short title
    is set a little smaller rather than broken."""
    assert title_lines(title, wide, room, 5)[0] == lines


def test_chinese_breaks_between_letters_but_not_before_a_stop() -> None:
    """A script without blanks may break anywhere, but no line begins with a comma."""
    lines, _ = title_lines("灯台守の最後の光、そして海へ", wide, 120, 6)
    assert len(lines) > 1
    assert "".join(lines) == "灯台守の最後の光、そして海へ"
    assert title_lines("ああああ、いいいい", wide, 100, 6)[0] == ["ああああ、", "いいいい"]
