"""Of scripts that a language model, a caption editor or a note program wrote, what is spoken is spoken, and no more."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from studio.input.script import parse_script, script_title
from tests.support.sampled import sampled
from tests.support.texts.script_forms import Script, captions, chat_script, noted, noted_in_toml, table_script


def _said(text: str) -> list[str]:
    lines = [line for scene in parse_script(text) for line in scene.narration.split("\n")]
    return [" ".join(line.split()) for line in lines if line.strip()]


@pytest.mark.parametrize("form", [chat_script, table_script, captions])
@sampled("seed", range(8), quick=2)
def test_just_what_is_spoken_is_spoken(form: Callable[[random.Random], Script], seed: int) -> None:
    """Of 150 scripts of a form each gives its spoken lines, in order, and no others."""
    draw = random.Random(seed)
    for _ in range(150):
        text, spoken = form(draw)
        assert _said(text) == spoken, text


@pytest.mark.parametrize("form", [noted, noted_in_toml])
@sampled("seed", range(8), quick=2)
def test_front_matter_gives_the_title(form: Callable[[random.Random], tuple[str, str, list[str]]], seed: int) -> None:
    """Front matter is not spoken, and its title is the film's."""
    draw = random.Random(seed)
    for _ in range(150):
        text, title, spoken = form(draw)
        assert script_title(text) == title, text
        assert _said(text) == spoken, text


@pytest.mark.parametrize(
    "text",
    [
        "Music: it was all he had.\n\nTime: the last of riddles.",
        "He wrote [sic] and (laughing) left. [He never came back.]",
        "C# is a note, #5 a number, and #metoo a word.",
        "It began at 10:30. (It was late.)",
        "Scene 1: the sea is calm.",
        "Ann: Hello.\nBen: Hello.",
        "Host: Welcome.\n\nGuest: Thank you.",
        "Red | green | blue",
        "---\n\nA rule, and\n\n---\n\nanother.",
        "+++\n\nPlus signs, and\n\n+++\n\nmore of them.",
        "Script: it was all he had.\n\nIt was late.\n\nThe end.",
        "Title: it was a word.\nSo it was.",
        "He ran.\n\nTHE END",
        "1\n\nThe arrow --> points there.",
    ],
)
def test_prose_keeps_its_words(text: str) -> None:
    """What a note to the makers only resembles is spoken."""
    letters = "".join(filter(str.isalnum, text))
    assert "".join(filter(str.isalnum, "".join(_said(text)))) == letters


def test_a_table_of_speakers_names_them() -> None:
    """In a table with a column of speakers each line is spoken with its speaker's name."""
    text = "| Speaker | Line |\n|---|---|\n| **Ann** | Hello. |\n| Ben | Good night. |\n"
    assert _said(text) == ["Ann: Hello.", "Ben: Good night."]


def test_captions_that_roll_up_are_said_once() -> None:
    """A line that a caption repeats from the one before is spoken once; a silence begins a scene."""
    text = (
        "1\n00:00:00,000 --> 00:00:02,000\nthe sea\n\n2\n00:00:02,000 --> 00:00:04,000\nthe sea\nis wide.\n\n"
        "3\n00:00:09,000 --> 00:00:10,000\nis wide.\n"
    )
    assert [scene.narration.split("\n") for scene in parse_script(text)] == [["the sea", "is wide."], ["is wide."]]


def test_a_script_of_a_model_has_its_scenes() -> None:
    """Headings that are only bold or in brackets part the scenes and name their places."""
    text = "**[Scene 1: The Pier]**\n\nVisual: dusk\n\nNarrator: It is late.\n\nScene 2\n\nNarrator: It is day."
    assert [(scene.location, scene.narration) for scene in parse_script(text)] == [
        ("the Pier", "It is late."),
        ("", "It is day."),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            r"| Visual | Narration |" + "\n|---|---|\n" + r"| a lamp | This \| that, in `a\|b`. |",
            ["This | that, in a|b."],
        ),
        (
            r"| Place | Light |" + "\n|---|---|\n" + r"| Pier \| mole | `on\|off` |",
            ["Place, Light.", "Pier | mole, on|off."],
        ),
    ],
)
def test_an_escaped_bar_is_a_sign_of_its_cell(table: str, said: list[str]) -> None:
    """In a table of which one column is spoken, and in any other."""
    assert _said(table) == said


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("[THUNDER] Out.", "Out."),
        ("- [DOOR SLAMS] Were you?\n- [gasps] No.", "Were you? No."),
        ("ANNA: (laughing) Out, I said.", "Out, I said."),
        ("(man on radio): All clear.", "All clear."),
        ("<v Roger Bingham>We are", "We are"),
        ("I know (sighs) what it is. (door slams)", "I know what it is."),
        ("The sea (or a part of it) is 5 (five) m deep.", "The sea (or a part of it) is 5 (five) m deep."),
        ("The sea\n(which is grey) rises.", "The sea (which is grey) rises."),
        ("It was late. (He knew that.)", "It was late. (He knew that.)"),
        ("I SAID TO HIM: COME HERE.", "I SAID TO HIM: COME HERE."),
        ("He said: come at 10:30.", "He said: come at 10:30."),
        ("-4 degrees", "-4 degrees"),
        ("- Listen: it is late.\n- ANNA: I know: it is.", "Listen: it is late. I know: it is."),
    ],
)
def test_of_a_caption_its_words_are_spoken(shown: str, said: str) -> None:
    """Sounds, speakers' names and dashes are not; brackets within a sentence are."""
    assert " ".join(_said(f"1\n00:00:01,000 --> 00:00:02,000\n{shown}\n")) == said


TIMED = {
    "SCENE 1{}": "",
    "HOOK{}": "",
    "**INTRO{}**": "",
    "**[Scene 2: The Moon]{}**": "the Moon",
    "**SCENE 1 \u2013 Dawn{}**": "Dawn",
    "### Scene 2: Noon{}": "Noon",
    "## The Pier{}": "the Pier",
    "The Problem{}": "the Problem",
}
TIMES = ("(0:05 - 0:20)", "(0:00\u20130:10)", "[0:10-0:20]", "(00:05 \u2013 01:20)", "(5-10 seconds)")


@sampled("seed", range(6), quick=2)
def test_headings_with_a_time_part_the_scenes(seed: int) -> None:
    """Of 60 scripts each has its title and its scenes; times, and a last line END, are not spoken."""
    draw = random.Random(seed)
    for _ in range(60):
        label = draw.choice(
            ("**Title: {}**", "Title: {}", "VIDEO SCRIPT: {}", "**Video Title:** {}", "# Video script: {}")
        )
        parts, scenes = [label.format("The Last Lamp")], []
        for number in range(draw.randrange(1, 7)):
            heading = draw.choice(list(TIMED))
            parts += [heading.format(f" {draw.choice(TIMES)}"), f"Word {number} is here."]
            scenes.append((TIMED[heading], f"Word {number} is here."))
            if draw.random() < 0.5:
                parts[-1] = f"Narrator: {parts[-1]}"
                parts.append("Visual: a lamp")
        parts += draw.choice(([], ["**END**"], ["[END OF VIDEO]"], ["END"]))
        text = "\n\n".join(parts)
        assert script_title(text) == "The Last Lamp", text
        assert [(scene.location, scene.narration.strip()) for scene in parse_script(text)] == scenes, text
