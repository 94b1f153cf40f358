"""Read a person's own script into scenes: its words become the narration, word for word.

Two forms are read; Markdown is reduced to its words (`studio/text/markdown.py`):

- Screenplay: a line such as `INT. KITCHEN - NIGHT`, `EXT. HARBOUR` or `## The Kitchen` opens a scene and names its
  place. Every other line is spoken. A line in capitals followed by a line of speech is a cue: its name joins the
  scene's characters, and is put before the speech with a colon, `Mara: Who is there?`; how it is spoken, in brackets
  on a line of its own, is left out. So is what a Fountain script says to the film's makers
  (`studio/input/fountain.py`).
- Plain text, if no line is such a heading: each paragraph is a scene, and blank lines separate paragraphs.

A first-level heading that opens the script, if it is the only one of its level, is the film's title, not a scene; so
is the title on Fountain's title page.

Called by the writers and by `studio/planning/shot_plan.py`; it knows nothing of the length of the film.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from studio.errors import BadInput
from studio.fs.safe_open import SHOTS
from studio.input.fountain import title_page, unspoken_left_out
from studio.model.brief import SCRIPT_CHARACTERS
from studio.model.film import LINE_CHARACTERS, Scene
from studio.text.markdown import MarkdownLine, read_markdown
from studio.text.sentences import each_sentence, split_sentences
from studio.text.words import clean_text, one_line

ACTION_CHARACTERS = 240
"""Longest action taken from a scene's first sentence, in characters: about three lines of a prompt."""

_HEADING = re.compile(r"^\s*(?P<side>INT\.?/EXT|EXT\.?/INT|I/E|INT|EXT)(?:\.\s*|\s+)(?P<place>\S.*)$", re.IGNORECASE)
_NUMBERING = re.compile(
    r"(?:(?:scene|chapter|part|act)\s+)?(?:\d{1,4}|[IVXLC]{1,7})\s*(?:[.:)\u2013\u2014-]+\s*|$)", re.I
)
"""Numbering before a heading's place: 'Scene 2: '."""
_CUE = re.compile(r"^(?P<name>[A-Z][A-Z0-9 .'\u2019-]{0,38}[A-Z0-9.])(?P<how>\s*\([^)]*\))?$")
_DIRECTION = re.compile(r"\([^()]{1,200}\)$")
"""How a line is spoken, for actors: '(without turning)'."""
_STOPPED = re.compile(r"[.!?…:;,][\"'”\u2019»)\]]*$")


@lru_cache(maxsize=4)
def parse_script(text: str) -> tuple[Scene, ...]:
    """Return the scenes of a script, numbered from 1; `location` is '' if the script names none.

    Args:
        text: screenplay or plain paragraphs, in Markdown or not, in any language.

    Raises:
        BadInput: the script holds no spoken text, more scenes than a film may have shots (`safe_open.SHOTS`), a
            sentence longer than `LINE_CHARACTERS`, or is itself longer than `SCRIPT_CHARACTERS`.
    """
    if len(text) > SCRIPT_CHARACTERS:
        raise BadInput(
            f"the script has {len(text):,} characters, at most {SCRIPT_CHARACTERS:,} are read: "
            "shorten it, or make several films of it"
        )
    _, lines = _titled(text)
    headed = any(_heading(line) is not None for line in lines)
    parts = _by_heading(lines) if headed else [("", block) for block in _paragraphs([line.text for line in lines])]
    spoken = [(place, body.strip()) for place, body in parts if re.search(r"\w", body)]
    if not spoken:
        raise BadInput("the script has no text to speak: write a paragraph for each scene, or leave the script out")
    if len(spoken) > SHOTS:
        raise BadInput(f"the script has {len(spoken):,} scenes, the most is {SHOTS:,}: join some of its paragraphs")
    scenes = []
    for number, (place, body) in enumerate(spoken, start=1):
        names, told = _spoken(body) if headed else ((), body)
        sentences = split_sentences(told)
        if (longest := max(map(len, sentences), default=0)) > LINE_CHARACTERS:
            raise BadInput(
                f"scene {number} of the script has a sentence of {longest:,} characters, the most is "
                f"{LINE_CHARACTERS:,}, which one shot can say: divide it with full stops or blank lines"
            )
        action = _first_spoken(sentences)
        scene = Scene(id=number, location=place, characters=", ".join(names), action=action, emotion="", narration=told)
        scenes.append(scene)
    return tuple(scenes)


def first_sentence(text: str) -> str:
    """Return a text's first sentence with a word in it, as one line of at most `ACTION_CHARACTERS`; else ''."""
    return _first_spoken(each_sentence(text))


def _first_spoken(sentences: Iterable[str]) -> str:
    spoken = (sentence for sentence in sentences if re.search(r"\w", sentence))
    return one_line(next(spoken, ""), ACTION_CHARACTERS)


def script_title(text: str) -> str:
    """Return the title of a script, from its first heading or its title page, as one line; '' if it has none."""
    return one_line(_titled(text)[0])


def _titled(text: str) -> tuple[str, Sequence[MarkdownLine]]:
    """Return the script's title, or '', and its other lines, without what is not spoken in a screenplay."""
    plain = clean_text(text.removeprefix("\ufeff"))
    title, behind = title_page(plain)
    if title or any(_HEADING.match(line) for line in behind.split("\n")):
        behind = unspoken_left_out(behind)
    lines = read_markdown(behind)
    if title:
        return "".join(line.text for line in read_markdown(title)), lines
    first = next((place for place, line in enumerate(lines) if re.search(r"\w", line.text)), None)
    if first is None or lines[first].level != 1 or _HEADING.match(lines[first].text):
        return "", lines
    if any(line.level == 1 for line in lines[first + 1 :]):
        return "", lines
    return lines[first].text, lines[first + 1 :]


def _paragraphs(lines: Sequence[str]) -> list[str]:
    return re.split(r"\n[ \t]*\n", "\n".join(lines))


def _by_heading(lines: Sequence[MarkdownLine]) -> list[tuple[str, str]]:
    """Return (place, body) for each heading; text before the first heading is a scene without a place."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        if (place := _heading(line)) is not None:
            parts.append((place, []))
        else:
            parts[-1][1].append(line.text)
    return [(place, "\n".join(body)) for place, body in parts]


def _heading(line: MarkdownLine) -> str | None:
    """Return the place that a heading names, '' if it names none; None if the line is not a heading."""
    words = line.text.strip()
    words = _NUMBERING.sub("", words, count=1) if line.level and _NUMBERING.match(words) else words
    if heading := _HEADING.match(words):
        return _place(heading["side"], heading["place"])
    return (_place("", words.rstrip(":")) if re.search(r"\w", words) else "") if line.level else None


def _place(side: str, place: str) -> str:
    """Return 'interior, kitchen, night' for `INT.` and `KITCHEN - NIGHT`, 'the Kitchen' for 'The Kitchen'."""
    words = [one_line(word, 120) for word in re.split(r"(?<!\s)\s+[-\u2013—]+\s+|,", place)]
    named = [word.lower() if word.isupper() else word for word in words if word]
    if named:
        named[0] = re.sub(r"^(?:The|An?|In|On|At|Inside|Outside)\b", lambda found: found[0].lower(), named[0])
    return ", ".join(["interior", *named] if side.upper() == "INT" else named)


def _spoken(body: str) -> tuple[tuple[str, ...], str]:
    """Return the names of the speakers in the order they first speak, as `Mara` for `MARA (O.S.)`, and what is said.

    A speech begins with its speaker's name and a colon, because one voice reads all parts and a viewer sees no lips:
    captions name speakers who cannot be recognised by their position (DCMP, Captioning Key, Speaker Identification,
    https://dcmp.org/learn/captioningkey/603).
    """
    lines = [line.strip() for line in body.split("\n")]
    names: list[str] = []
    told: list[str] = []
    spoken_by = ""
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        before = lines[place - 1] if place else ""
        cue = _CUE.match(line)
        if cue and after and not _CUE.match(after) and (not before or _STOPPED.search(before)):
            name = re.sub(r"[^\W\d_]+(?:['\u2019]S\b)?", lambda found: found[0].capitalize(), cue["name"])
            names.append(name)
            spoken_by = f"{name}{cue['how'] or ''}: "
            continue
        if before and _DIRECTION.match(line):
            continue
        told.append(spoken_by + line)
        spoken_by = ""
    return tuple(dict.fromkeys(names)), "\n".join(told)
