"""What a screenplay says to those who make it, and nobody speaks."""

from __future__ import annotations

import random

import pytest

from studio.input.fountain import title_page, unspoken_left_out
from studio.input.script import parse_script, script_title
from tests.support.sampled import sampled

PLAY = """Title: _**The Late Bus**_
Author: A Teacher
Contact:
    School Road 1
    Springfield

INT. BUS - NIGHT

= Tom learns that he is late.

The bus is empty. [[shoot this first]]

TOM
(without turning)
You're late.

CUT TO:

/* EXT. BRIDGE - DAY

A scene that was cut. */

EXT. STATION - DAWN

MARA (V.O.)
It was the last one.
(beat)
It always is.

FADE OUT.
"""


def test_only_what_is_spoken_is_said() -> None:
    """Title page, notes, struck out scenes, synopses, directions and transitions are left out; nothing else is."""
    scenes = parse_script(PLAY)
    assert script_title(PLAY) == "The Late Bus"
    assert [scene.location for scene in scenes] == ["interior, bus, night", "station, dawn"]
    said = " ".join(scene.narration for scene in scenes).split()
    assert " ".join(said) == ("The bus is empty. Tom: You're late. Mara (V.O.): It was the last one. It always is.")
    assert [scene.characters for scene in scenes] == ["Tom", "Mara"]


@pytest.mark.parametrize(
    "text",
    [
        "Title: no page, for no blank line ends it",
        "Dear all,\nTitle: Mine\n\nText.",
        "Recipe: eggs\n\nText.",
        "Title: Mine\nand a line of prose\n\nText.",
        "",
        "\n\n",
    ],
)
def test_what_is_no_title_page_is_text(text: str) -> None:
    """A page is made of Fountain's keys alone, and ends with a blank line."""
    assert title_page(text) == ("", text)


def test_a_plain_text_keeps_what_a_screenplay_would_lose() -> None:
    """Brackets and capitals in prose are the person's words."""
    text = "He cried.\n\nCUT TO:\n\nNothing [[at all]]."
    assert "".join(scene.narration for scene in parse_script(text)) == "He cried.CUT TO:Nothing [[at all]]."


def test_the_lines_stay_apart() -> None:
    """What is left out leaves its line, so that no two paragraphs become one."""
    assert unspoken_left_out("a\n\nCUT TO:\n\nb") == "a\n\n\n\nb"


CUES = {"23 SKIDOO": "23 Skidoo", "1ST GUARD": "1st Guard", "7 OF NINE": "7 Of Nine", "MARA": "Mara"}
NOTHING = ("MARA\n(MORE)", "~", "TOM (V.O.)\n(MORE)", "1ST GUARD\n(more)", "MARA\n(MORE)\n\n~")
SAID = ("3 A.M.\nIt is late.", "10 YEARS LATER\nIt is late.", "1 MAY 1945\nIt is late.", "23\nIt is late.")


@sampled("seed", range(6), quick=2)
def test_numbered_names_speak_and_cues_without_speech_do_not(seed: int) -> None:
    """Of 60 screenplays each speaks its cues' lines with their names, also those that begin with a number."""
    draw = random.Random(seed)
    for _ in range(60):
        parts, wanted = ["INT. PIER - DAY", "It begins."], ["It begins."]
        for number in range(draw.randrange(1, 9)):
            kind = draw.random()
            if kind < 0.5:
                name = draw.choice(list(CUES))
                parts.append(f"{name}\n{draw.choice(('', '(beat)' + chr(10)))}Word {number} is here.")
                wanted.append(f"{CUES[name]}: Word {number} is here.")
            elif kind < 0.8:
                parts.append(draw.choice(NOTHING))
            else:
                parts.append(draw.choice(SAID))
                wanted += parts[-1].split("\n")
        scenes = parse_script("\n\n".join(parts))
        assert [line for scene in scenes for line in scene.narration.split("\n") if line] == wanted, parts


def test_numbers_in_plain_text_are_no_speakers() -> None:
    """A recipe's lines are no dialogue."""
    text = "2 EGGS\nBeat them.\n\n3 CUPS OF FLOUR\nStir it."
    assert [scene.narration for scene in parse_script(text)] == ["2 EGGS\nBeat them.", "3 CUPS OF FLOUR\nStir it."]
