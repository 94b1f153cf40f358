# ruff: noqa: RUF001 - look-alike signs are meant, not mistaken
"""What the offline voice is given to read: markup out, numbers and abbreviations in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.offline.voice.markup_blanking import unmarked
from blocks.offline.voice.reading import sentences
from blocks.offline.voice.spelling import spelled
from tests.support.processor_time import at_most
from tests.support.sampled import sampled

HOSTILE = [
    "*",
    "a*",
    "_a",
    "`",
    "[",
    "[](",
    "[a](b",
    "![",
    "<",
    "<b ",
    '<b a="',
    "<!--",
    "{\\",
    "&",
    "&amp",
    "http://",
    "a.",
    "www.",
    "9",
    "9,",
    "9-",
    "1/",
    ".",
    '"',
    "a@",
    "- ",
    "# ",
    ">",
    "\n",
    "a\n",
    "\\",
    "e\u0301",
    "\u202eab ",
    "$1 ",
    "XI ",
]


def voiced(line: str) -> str:
    """Return what is said for a line, sentences parted by ' | ' and paragraphs by ' || '."""
    told = ""
    for sentence in sentences(line):
        told += " ".join(token.spoken for token in sentence.tokens if token.spoken)
        told += " || " if sentence.ends_paragraph else " | "
    return told.rstrip("| ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("It was **bold** and _soft_, un**believ**able.", "It was bold and soft, unbelievable."),
        ("a*b, 3*4 and snake_case.", "a times b, three times four and snake case."),
        ("[The **old** _keeper_](http://a.b/c_(d)) and ![a pic](x.png).", "The old keeper and a pic."),
        ("`Code`, ~~gone~~, \\*starred\\* and note[^1].", "Code, gone, starred and note."),
        ("<b>Bold</b> <speak>tea</speak>, a<b and c>d.", "Bold tea, a b and c d."),
        ("Bread &amp; wine.{\\an8}", "Bread and wine."),
        ("# The Story\nIt began\n- with tea\n- with rain", "The Story. || It began. || with tea. || with rain."),
        ("One.\n\nTwo", "One. || Two."),
        ("See https://www.nasa.gov/a_b/c?x=1, or bbc.co.uk.", "See nasa dot gov, or bbc dot co dot uk."),
        ("Write to john.doe@example.com.", "Write to john dot doe at example dot com."),
    ],
)
def test_markup_is_not_read(line: str, said: str) -> None:
    """Markdown, tags, entities and addresses are taken out or said sensibly; what only looks like them stays."""
    assert voiced(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("In 1998 and 1066, 2005", "In nineteen ninety eight and ten sixty six, two thousand five."),
        ("3,000 and 1200067.5", "three thousand and one million two hundred thousand sixty seven point five."),
        (
            "$9.99, $0.50 and $1.5 million",
            "nine dollars and ninety nine cents, fifty cents and one point five million dollars.",
        ),
        ("€20, £1 and 5€", "twenty euros, one pound and five euros."),
        ("at 7:30, 5:00, 7:05 pm and 5am", "at seven thirty, five o'clock, seven oh five P.M. and five A.M."),
        ("50% of the 2nd and 21st", "fifty percent of the second and twenty first."),
        ("1/2, 3/4, 2 1/2 and 3½", "one half, three quarters, two and a half and three and a half."),
        ("at -4 °C, 30° or -5°F", "at minus four degrees Celsius, thirty degrees or minus five degrees Fahrenheit."),
        ("King Henry VIII, Part IV, World War II", "King Henry the eighth, Part four, World War two."),
        ("IV? I see", "four? | I see."),
        (
            "1990-95, 1990–1995 and 10–20%",
            "nineteen ninety to ninety five, nineteen ninety to nineteen ninety five and ten to twenty percent.",
        ),
        ("id 5551234567", "id five five five, one two three, four five six, seven."),
        ("the 1990s, the '90s and 747s", "the nineteen nineties, the nineties and seven hundred forty sevens."),
        ("on 3/4/2020 or 2020-05-17", "on March fourth, twenty twenty or May seventeenth, twenty twenty."),
        (
            "v2.5.1, 192.168.0.1",
            "v two point five one, one hundred ninety two point one hundred sixty eight point zero point one.",
        ),
        ("CO2, MP3, a 10-year-old", "C O two, M P three, a ten year old."),
        ("No. 5, #1, Jan. 5, pp. 3-5", "number five, number one, January fifth, pages three to five."),
    ],
)
def test_numbers_are_words(line: str, said: str) -> None:
    """Every kind of number is spelled as an American reads it; no digit reaches the voice."""
    assert voiced(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Dr. Smith of Elm St. met Mrs. Fox", "Doctor Smith of Elm Street met Missus Fox."),
        ("St. Paul lived in St. Louis", "Saint Paul lived in Saint Louis."),
        ("Cats, e.g. lions, i.e. big ones, etc.", "Cats, for example lions, that is big ones, et cetera."),
        ("5 km, 1 kg, 20 mph and 10km", "five kilometers, one kilogram, twenty miles per hour and ten kilometers."),
        ("NASA and the U.S. Army. No. He said no.", "NASA and the U.S. Army. | No. | He said no."),
        ("R&D and/or C++ at 3 p.m. on foot", "R and D and or C plus plus at three p.m. on foot."),
        ("She sat. Mon., Sat. and approx. 3 left", "She sat. | Monday, Sat. and approximately three left."),
    ],
)
def test_abbreviations_are_words(line: str, said: str) -> None:
    """Abbreviations are spelled out by what stands beside them; words that are spelled alike stay words."""
    assert voiced(line) == said


@given(st.text(max_size=200) | st.text("0123456789.,:/-–$€%°½²×*_ aIVX'", max_size=60))
def test_nothing_but_words_reaches_the_voice(line: str) -> None:
    """Whatever the text: as many words out as in, of the same length before, and no digit, mark or bracket after."""
    assert len(unmarked(line)) == len(line)
    said = spelled(line.split())
    assert len(said) == len(line.split())
    assert not any(sign.isdigit() or sign in "<>[]{}*_\\|#@=$€%°" for sign in "".join(said))


@sampled("sign", HOSTILE, quick=3)
def test_no_pattern_grows_faster_than_the_line(sign: str) -> None:
    """50 kB of any sign take the processor under ten seconds, where a quadratic pattern would take minutes."""
    with at_most(10):
        sentences(sign * (50_000 // len(sign)))
