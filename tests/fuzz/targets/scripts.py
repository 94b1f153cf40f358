"""Scripts: Markdown, plain paragraphs and Fountain, as one text."""

from __future__ import annotations

import re

from studio.fs.safe_open import SHOTS
from studio.input.prompts_file import prompts_text  # noqa: F401
from studio.input.script import parse_script, script_title
from studio.text.sentences import split_sentences
from tests.fuzz.judge import stretched

_PLAIN = re.compile(r"(?:[^\W\d_]|[ \n,.])*")
_HEADING = re.compile(r"^\s*(?:INT|EXT|EST|I\.?/?E|SCENE)\b|^\s*\.[^\W\d_]", re.IGNORECASE | re.MULTILINE)


def check(data: bytes) -> None:
    """Scenes are numbered and have words; sentences are the narration; of what is no markup every word is kept."""
    text = stretched(data)
    title = script_title(text)
    assert title == " ".join(title.split())
    scenes = parse_script(text)
    assert [scene.id for scene in scenes] == list(range(1, len(scenes) + 1))
    assert len(scenes) <= SHOTS
    for scene in scenes:
        assert re.search(r"\w", scene.narration)
        assert "\n" not in scene.action + scene.location + scene.characters
        assert _bare("".join(split_sentences(scene.narration))) == _bare(scene.narration)
    capitals = any(line.strip(" .,").isupper() for line in text.split("\n"))
    if _PLAIN.fullmatch(text) and not _HEADING.search(text) and not capitals:
        # A paragraph without a word is no scene; a line's end may be given its full stop.
        kept = _words("".join(scene.narration for scene in scenes))
        assert kept == _words(text), "words were lost"


def _bare(text: str) -> str:
    return "".join(text.split())


def _words(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())
