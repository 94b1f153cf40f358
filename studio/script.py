"""A person's own script, read into scenes: their words become the narration, word for word.

Two forms are read, and nothing is ever added to the words:

- Screenplay: a line such as `INT. KITCHEN - NIGHT` or `EXT. HARBOUR` opens a scene and names its place. Every other
  line is spoken. A line in capitals followed by a line of speech is a cue: its name joins the scene's characters.
- Plain text, where no line is such a heading: one paragraph is one scene, and blank lines part the paragraphs.

Called by the writers and by `studio/plan.py`; it knows nothing of the length of the film.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from studio.errors import BadInput
from studio.model import Scene

SCENES = 9_999
"""Most scenes a script may have: a node of the scene graph is numbered with four digits."""

ACTION_CHARACTERS = 240
"""Longest action taken from a scene's first sentence; about three lines of a prompt."""

_HEADING = re.compile(r"^\s*(?P<side>INT\.?/EXT|EXT\.?/INT|I/E|INT|EXT)(?:\.\s*|\s+)(?P<place>\S.*)$", re.IGNORECASE)
_CUE = re.compile(r"^[A-Z][A-Z0-9 .'-]{0,38}[A-Z0-9.](?:\s*\([^)]*\))?$")
_END = re.compile(r"[.!?…]+[\"'”\u2019»)\]]*(?=\s|$)|[。\uff01\uff1f]+[”\u2019」』\uff09]*|\n[ \t]*\n")


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text that stand between spaces, as a set to look words up in."""
    return frozenset(words.split())


_TITLES = word_set("mr mrs ms dr st prof vs etc sgt lt col gen capt no")


def clean_text(text: str) -> str:
    """Return `text` without control characters and lone surrogates; line ends become newlines, tabs stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def one_line(text: str, characters: int | None = None) -> str:
    """Return `text` as one line with single spaces, cut at a word's end to at most `characters`."""
    line = " ".join(clean_text(text).split())
    if characters is None or len(line) <= characters:
        return line
    cut = line[: characters - 1]
    spaced = cut.rsplit(" ", 1)[0]
    return (spaced if len(spaced) > characters // 2 else cut).rstrip(" ,;:-") + "…"


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text` in order, each as one line; joined again they are the text, up to white space.

    A sentence ends at `. ! ? …` before white space, at their CJK sisters, and at a blank line; not after a title such
    as `Dr.` or a single initial. A paragraph of several lines that all begin with a capital is verse or a list: there
    each line ends a sentence.
    """
    sentences: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line for line in block.splitlines() if line.strip()]
        verse = len(lines) > 1 and all(_opens_with_capital(line) for line in lines)
        for part in lines if verse else [" ".join(lines)]:
            sentences.extend(_split_line(part))
    return tuple(sentences)


def _opens_with_capital(line: str) -> bool:
    letter = next((c for c in line if c.isalnum()), "")
    return letter.isupper()


def _split_line(line: str) -> Iterable[str]:
    start = 0
    for end in _END.finditer(line):
        before = re.split(r"[\s(\"'“\u2018]", line[start : end.start()])[-1]
        initial = len(before) == 1 and before.isupper() and before != "I"
        if end.group().startswith(".") and (before.lower() in _TITLES or initial) and end.end() < len(line.rstrip()):
            continue
        if sentence := " ".join(line[start : end.end()].split()):
            yield sentence
        start = end.end()
    if rest := " ".join(line[start:].split()):
        yield rest


def parse_script(text: str) -> tuple[Scene, ...]:
    """Return the scenes of a script, numbered from 1; `location` is '' where the script names none.

    Args:
        text: screenplay or plain paragraphs, any language.

    Raises:
        BadInput: the script holds no spoken text, or more scenes than `SCENES`.
    """
    lines = clean_text(text.removeprefix("\ufeff")).split("\n")
    headed = any(_HEADING.match(line) for line in lines)
    parts = _by_heading(lines) if headed else [("", block) for block in re.split(r"\n[ \t]*\n", "\n".join(lines))]
    spoken = [(place, body.strip()) for place, body in parts if re.search(r"\w", body)]
    if not spoken:
        raise BadInput("the script has no text to speak: write a paragraph for each scene, or leave the script out")
    if len(spoken) > SCENES:
        raise BadInput(f"the script has {len(spoken)} scenes, the most is {SCENES}: join some of its paragraphs")
    return tuple(
        Scene(
            id=number,
            location=place,
            characters=", ".join(_cues(body)) if headed else "",
            action=one_line(split_sentences(body)[0], ACTION_CHARACTERS),
            emotion="",
            narration=body,
        )
        for number, (place, body) in enumerate(spoken, start=1)
    )


def _by_heading(lines: list[str]) -> list[tuple[str, str]]:
    """Return (place, body) for each heading; text before the first heading is a scene without a place."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        if heading := _HEADING.match(line):
            parts.append((_place(heading["side"], heading["place"]), []))
        else:
            parts[-1][1].append(line)
    return [(place, "\n".join(body)) for place, body in parts]


def _place(side: str, place: str) -> str:
    """Return 'interior, kitchen, night' for `INT.` and `KITCHEN - NIGHT`."""
    words = [one_line(word, 120) for word in re.split(r"\s+[-\u2013—]+\s+|,", place)]
    named = [word.lower() if word.isupper() else word for word in words if word]
    return ", ".join(["interior", *named] if side.upper() == "INT" else named)


def _cues(body: str) -> tuple[str, ...]:
    """Return the names of the cues in the order they first speak, as `Mara` for `MARA (O.S.)`."""
    lines = [line.strip() for line in body.split("\n")]
    names = [
        re.sub(r"\s*\(.*\)$", "", line).title()
        for line, after in pairwise(lines)
        if _CUE.match(line) and after and not _CUE.match(after)
    ]
    return tuple(dict.fromkeys(names))
