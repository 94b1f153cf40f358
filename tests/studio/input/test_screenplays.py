"""Whatever elements of Fountain a script holds, just its spoken words are spoken."""

from __future__ import annotations

import random

import pytest

from studio.errors import BadInput
from studio.input.cues import cue
from studio.input.script import parse_script, script_title
from tests.support.sampled import sampled
from tests.support.texts.screenplays import EXTENSIONS, SPEAKERS, screenplay


def _said(text: str) -> list[tuple[str, list[str]]]:
    return [
        (scene.location, [" ".join(line.split()) for line in scene.narration.split("\n") if line.strip()])
        for scene in parse_script(text)
    ]


@sampled("seed", range(8), quick=2)
def test_just_what_is_spoken_is_spoken(seed: int) -> None:
    """Of 200 scripts in Fountain each gives its places, and each scene its spoken lines, in order, and no others."""
    draw = random.Random(seed)
    for _ in range(200):
        script = screenplay(draw)
        assert _said(script.text) == script.spoken, script.text


@sampled("seed", range(8), quick=2)
def test_a_dialogue_needs_no_heading(seed: int) -> None:
    """Without any scene heading cues are cues, and what is only for the makers is left out, too."""
    draw = random.Random(seed)
    for _ in range(200):
        script = screenplay(draw, headed=False)
        assert _said(script.text) == script.spoken, script.text


def test_cues_name_the_speaker() -> None:
    """Every name with every extension is a cue: the name as it is shown, and where the voice comes from."""
    for written, name in SPEAKERS.items():
        for extension, how in EXTENSIONS.items():
            who = cue(written.removeprefix("@") + extension, forced=written.startswith("@"))
            assert who is not None
            assert (who.name, who.how) == (name, how)


@pytest.mark.parametrize(
    "line", ["", "The boats", "3 A.M.", "23 (O.S.)", "BERLIN, 1944", "HELLO!", "WHO?", "- NINA", "A" * 41, "1944", "X"]
)
def test_what_is_no_cue(line: str) -> None:
    """Small letters, times, years, cries, and a single letter name nobody."""
    assert cue(line) is None


@pytest.mark.parametrize(
    "text",
    [
        "CHAPTER ONE\nThe sea was calm.\n\nCHAPTER TWO\nIt rose.",
        "THE SEA\nIt was calm that day.",
        "He said:\nNO\n\nThen he left.",
        "@flow\ndef above():\n    return",
        "Look:\n\n[[price]]\nvendor = 1",
        "Est arrivé un bateau.\n\nEst. in 1984",
        '> "Henry agreed," she said.\n\nThen > than 3.',
        ".5 litres of water\n\n.net is a domain.",
    ],
)
def test_prose_is_not_taken_for_a_screenplay(text: str) -> None:
    """A plain text whose lines only resemble Fountain keeps every word, and names no characters."""
    letters = "".join(filter(str.isalnum, text))
    assert "".join(filter(str.isalnum, "".join(scene.narration for scene in parse_script(text)))) == letters
    assert not any(scene.characters for scene in parse_script(text))


def test_a_page_of_labels_is_spoken() -> None:
    """A title above lines of a narrator is no title page: what he says is spoken."""
    text = "Title: The Sea\nNarrator: The sea is wide.\n\nIt waits."
    assert "The sea is wide." in parse_script(text)[0].narration


def test_a_quotation_in_a_screenplay_is_spoken() -> None:
    """In a script with Markdown's marks, '>' before more than a transition begins a quotation."""
    text = 'INT. SEA\n\n> "Henry agreed," she said.\n\n> The long and winding story of a ship at sea.\n\n> CUT TO:'
    assert _said(text)[0][1] == ['"Henry agreed," she said.', "The long and winding story of a ship at sea."]


def test_a_speaker_may_shout() -> None:
    """Speech in capitals is speech where its cue is known elsewhere."""
    text = "INT. SEA\n\nEVE\nNO\n\nEVE\nI said no.\n\nBOOM\nBOOM"
    assert _said(text)[0][1] == ["Eve: NO", "Eve: I said no.", "BOOM", "BOOM"]


def test_a_name_without_capitals_is_a_cue_beside_others() -> None:
    """A short name in letters that have no capitals is a cue above speech, where the script has other cues."""
    text = "EXT. 海\n\nNINA\nSee.\n\n灯台\n光が見える。\n\n雨が降る\n道は暗い"
    assert _said(text)[0][1] == ["Nina: See.", "灯台: 光が見える。", "雨が降る", "道は暗い"]


@pytest.mark.parametrize("text", ["INT. SEA #1#\n\nCUT TO:", "#Act Two\n\n# Act One", "[[only a note]]", "/* gone */"])
def test_nothing_spoken_is_refused(text: str) -> None:
    """A script in which nobody speaks is refused in one line."""
    with pytest.raises(BadInput, match="no text to speak"):
        parse_script(text)


def test_other_keys_do_not_hide_the_title() -> None:
    """Keys of other programs belong to the title page of a script that has a title."""
    text = "Title: The Long Pier\nEpisode: 3 - Low Tide\nFont: Courier\n\nEXT. PIER\n\nThe fog lifts."
    assert script_title(text) == "The Long Pier"
    assert _said(text) == [("pier", ["The fog lifts."])]
