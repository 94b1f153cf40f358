"""A person's script keeps its words."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput
from studio.input import script
from studio.input.script import parse_script, script_title
from studio.text.markdown import MarkdownLine, read_markdown
from studio.text.sentences import split_sentences
from studio.text.words import clean_text, one_line
from tests.support.processor_time import at_most

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
        ('"Go!" he said. Nobody did.', 2),
        ("It weighs 3.5 kg, i.e. 7 lb 11 oz, v2.0, A.D. 79, 10-12 km/h. It is old; see p. 12, fig. 3a.", 2),
        ("1. Boil the water. 2. Wait for Mrs. Fox, etc. Nobody came at 7 p.m. on Jan. 5.", 3),
        ("He said no. The U.S. Army left. It was in 1974. 12 men stayed.", 4),
        ("Plan B. They left. J. R. Smith of St. Paul, i.e. Jonas.", 3),
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


MARKDOWN = """# The Cold Kettle

## The Kitchen

*The kettle* has been **cold** since [Tuesday](https://example.org/a_b "when"), un**believ**ably &amp; <b>truly</b>.

> "Henry VIII agreed," she said.

## Scene 2: INT. WORKSHOP - NIGHT

- Tea
- [x] Milk, `a_b`

| one | two |
|-----|:---:|
| 3   | 4   |

```python
# x = 2 * y
```

***

**EXT. HARBOUR - DAWN**

MARA O'NEIL (O.S.)
The boats come home.[^1]
"""


def test_markdown_is_read_in_plain_words() -> None:
    """Of Markdown the words are narrated; '#' headings are scenes, the only first one is the title, fences are gone."""
    kitchen, workshop, harbour = parse_script(MARKDOWN)
    assert script_title(MARKDOWN) == "The Cold Kettle"
    assert kitchen.location == "the Kitchen"
    assert kitchen.action == "The kettle has been cold since Tuesday, unbelievably & truly."
    assert split_sentences(kitchen.narration) == (kitchen.action, '"Henry VIII agreed," she said.')
    assert workshop.location == "interior, workshop, night"
    assert split_sentences(workshop.narration) == ("Tea.", "Milk, a_b.", "one, two.", "3, 4.", "# x = 2 * y")
    assert (harbour.location, harbour.characters) == ("harbour, dawn", "Mara O'Neil")
    assert harbour.narration == "Mara O'Neil (O.S.): The boats come home."


@pytest.mark.parametrize(
    ("text", "title", "places"),
    [
        ("# One\ntext\n# Two\ntext", "", ["One", "Two"]),
        ("# One\n\ntext\n\nmore", "One", ["", ""]),
        ("One\n===\ntext\n## Two\ntext", "One", ["", "Two"]),
        ("text\n# One\ntext", "", ["", "One"]),
        ("# INT. KITCHEN\ntext", "", ["interior, kitchen"]),
        ("## 3\ntext\n## The Sea - Night\ntext", "", ["", "the Sea, Night"]),
    ],
)
def test_the_title_is_the_only_first_heading(text: str, title: str, places: list[str]) -> None:
    """A heading of the first level is the title where it opens the script and no other is of that level."""
    assert script_title(text) == title
    assert [scene.location for scene in parse_script(text)] == places


SAID = "kettle sea Mara cold über C# #5 a_b 3 * 4*5 7% it's v2.0 x^2 ~3 & a&b < 2<3 [sic] (x) $5 -4"
WORDS = st.lists(st.sampled_from(SAID.split()), min_size=1, max_size=8)
MARKS = ["{}", "*{}*", "**{}**", "***{}***", "_{}_", "__{}__", "~~{}~~", "`{}`", "[{}](http://a.b/c_d)", "<b>{}</b>"]
LINES = ["{}", "> {}", "- {}", "* {}", "+ [ ] {}", "> - {}", "{}  ", "| {} | b |\n|---|---|", "<p>{}</p>", "{}\n\n---"]
FENCES = ["```\n{}\n```", "~~~ text\n{}\n~~~"]


def letters(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(c for c in text if c.isalnum()).casefold()


LINED = st.tuples(st.sampled_from([*MARKS, "*a **{}** b*"]), st.sampled_from(LINES)) | st.tuples(
    st.just("{}"), st.sampled_from(FENCES)
)


@given(st.lists(st.tuples(WORDS, LINED, st.sampled_from(["\n", "\n\n"])), max_size=6))
def test_markdown_loses_no_word(drawn: list[tuple[list[str], tuple[str, str], str]]) -> None:
    """However words are marked up, all of them are narrated, in order, and no mark of the markup is."""
    text, wanted = "Start\n\n", "start"
    for words, (mark, line), end in drawn:
        told = mark.format(f"w{' '.join(words)}w")
        text += line.format(told) + end
        wanted += letters(mark.format(" ".join(["w", *words, "w"])).replace("http://a.b/c_d", "").replace("b>", ""))
        wanted += "b" * line.startswith("|")
    narrated = "\n".join(scene.narration for scene in parse_script(text))
    assert letters(narrated) == wanted
    assert not re.search(r"\*\*|__|~~|```|^>|\|\s*-|\]\(|</?[bp]>", narrated, re.MULTILINE)


@given(st.lists(WORDS.map(lambda words: "Then " + " ".join(words) + "."), min_size=1, max_size=5))
def test_plain_scripts_come_through_unchanged(paragraphs: list[str]) -> None:
    """A text whose signs only look like markup is narrated as it stands."""
    text = "\n\n".join(paragraphs)
    assert [scene.narration for scene in parse_script(text)] == paragraphs


HOSTILE = [
    "*",
    "*a",
    "*a ",
    "_a ",
    "`",
    "`a ",
    "[",
    "[a",
    "[](",
    "[a](b",
    "<",
    "<b ",
    "> ",
    "- ",
    "# ",
    "```\n",
    "~~~\n",
    "|",
    "|-",
    "---",
    "\\",
    "&",
    "a. ",
    "a|b\n",
]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("`*a* b` and `[c](d)`", "*a* b and [c](d)"),
        (
            "2*3 is 6, 4* hotels and a*b*c, but *it* and un**believ**able",
            "2*3 is 6, 4* hotels and a*b*c, but it and unbelievable",
        ),
        (r"\*starred\* and \# and &lt;b&gt;", "*starred* and # and <b>"),
        ("**bold *and* _more_**, ***both***", "bold and more, both"),
        ("https://a.b/c_d_e*f*g and *https://a.b/x_*", "https://a.b/c_d_e*f*g and https://a.b/x_"),
        ("[one][x], [two][] and [three][4]\n\n[x]: http://a.b\n[two]: http://c.d", "one, two and [three][4]"),
        ("| 3 | is a bar, |x| too", "| 3 | is a bar, |x| too"),
        ("snake_case, don`t and can`t, *Note one. *Note two.", "snake_case, don`t and can`t, *Note one. *Note two."),
    ],
)
def test_only_markup_is_taken_for_markup(text: str, told: str) -> None:
    """Emphasis, code, links and escapes give their words; stars that multiply and code stay as they are."""
    assert "\n".join(scene.narration for scene in parse_script(text)) == told


@pytest.mark.parametrize("sign", HOSTILE)
def test_reading_grows_no_faster_than_the_script(sign: str) -> None:
    """100 kB of any sign take the processor under two seconds, where a quadratic reading would take minutes."""
    with at_most(2), suppress(BadInput):
        parse_script("## word\nword " + sign * (100_000 // len(sign)))


def test_a_sentence_no_shot_can_say_is_refused_at_once() -> None:
    """A sentence longer than a line may be is refused when the script is read, with its scene and its length."""
    with pytest.raises(BadInput, match=r"scene 2 of the script has a sentence of 4,001 characters, the most is 4,000"):
        parse_script(f"A pier.\n\nA {'x' * 3_998}.")
    assert len(parse_script(f"A pier.\n\nA {'x' * 3_997}.")) == 2


def test_a_script_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same script is read once, however many parts of the program ask for its scenes."""
    reads: list[str] = []

    def read(text: str) -> tuple[MarkdownLine, ...]:
        reads.append(text)
        return read_markdown(text)

    monkeypatch.setattr(script, "read_markdown", read)
    assert parse_script("Read once only.") == parse_script("Read " + "once only.")
    assert len(reads) == 1


def test_who_speaks_is_named_before_the_speech() -> None:
    """A cue stands before its speech with a colon; capitals within a sentence are no cue."""
    text = "INT. SEA\nMARA\nWho is there?\nJONAS'S MOTHER\nNobody.\n\nThe sign said\nDANGER\nin red."
    (sea,) = parse_script(text)
    assert sea.narration == "Mara: Who is there?\nJonas's Mother: Nobody.\n\nThe sign said\nDANGER\nin red."
    assert sea.characters == "Mara, Jonas's Mother"


def test_the_numbers_of_a_list_are_no_words() -> None:
    """Items of a numbered list lose their numbers and are sentences; a lone number stays."""
    assert parse_script("Look:\n1. Rivers run\n2. The sea waits")[0].narration == "Look:\nRivers run.\nThe sea waits."
    assert parse_script("7. The last one.")[0].narration == "7. The last one."
    assert parse_script("3. Reich\n9. May")[0].narration == "3. Reich\n9. May"


def test_front_matter_that_costs_its_reader() -> None:
    """A key of 9,000 parts, which takes a reader of TOML a second and hundreds of megabytes, is not read as one."""
    with at_most(0.2), pytest.raises(BadInput, match="a sentence of"):
        parse_script("+++\na" + ".a" * 9_000 + " = 1\n+++\n\nThe first line.")
