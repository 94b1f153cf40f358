"""Read a person's own script into scenes: its words become the narration, word for word.

Two forms are read; Markdown is reduced to its words (`studio/text/markdown.py`):

- Screenplay: a line such as `INT. KITCHEN - NIGHT`, `EXT. HARBOUR` or `## The Kitchen` opens a scene and names its
  place. Every other line is spoken. A line in capitals followed by a line of speech is a cue (`studio/input/cues.py`):
  its name joins the scene's characters, and is put before the speech with a colon, `Mara: Who is there?`; how it is
  spoken, in brackets on a line of its own, is left out. So is what a Fountain script says to the film's makers
  (`studio/input/fountain.py`).
- Plain text, if no line is such a heading: each paragraph is a scene, and blank lines separate paragraphs. If it is a
  dialogue, or has other signs of Fountain, it is read like a screenplay.

A first-level heading that opens the script, if it is the only one of its level, is the film's title, not a scene; so
is the title on Fountain's title page, or in front matter. Captions (`studio/input/caption_files.py`) are plain text; in
every form, notes to the film's makers are left out (`studio/input/production_notes.py`).

Called by the writers and by `studio/planning/shot_plan.py`; it knows nothing of the length of the film.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from studio.errors import BadInput, NothingInside
from studio.fs.safe_open import SHOTS
from studio.input.caption_files import captions_as_script
from studio.input.cues import Cue, caseless_name, cue, known_names, speaks
from studio.input.fountain import ACTION, CUE, HEADING, is_fountain, title_page, unspoken_left_out
from studio.input.left_out import LeftOut, script_line
from studio.input.production_notes import front_matter, notes_left_out, spoken_columns
from studio.input.script_words import title_label, unnumbered
from studio.model.brief import SCRIPT_CHARACTERS
from studio.model.film import LINE_CHARACTERS, Scene
from studio.text.markdown import MarkdownLine, read_markdown
from studio.text.sentences import each_sentence, split_sentences
from studio.text.words import clean_text, one_line

ACTION_CHARACTERS = 240
"""Longest action taken from a scene's first sentence, in characters: about three lines of a prompt."""

_HEADING = re.compile(
    r"^\s*(?P<side>INT\.?/EXT|EXT\.?/INT|I\.?/E|E\.?/I|INT|EXT|(?-i:EST))(?:(?P<dot>\.)\s*|\s+)(?P<place>\S.*)$",
    re.IGNORECASE,
)
_SCENE_NUMBER = re.compile(r"#[\w.-]{1,12}#$")
"""A scene's number at the end of its heading, '#12A#'."""
_PRODUCTION_NUMBER = re.compile(r"(?P<number>\d{1,4}[A-Z]{0,2})[.)]?[ \t]{1,40}(?=(?:INT|EXT|EST|I/E)[./])")
_NUMBERING = re.compile(
    r"(?:(?:scene|chapter|part|act)\s+)?(?:\d{1,4}|[IVXLC]{1,7})\s*(?:[.:)\u2013\u2014-]+\s*|$)", re.I
)
"""Numbering before a heading's place: 'Scene 2: '."""
_TITLE_LABEL = re.compile(
    r"(?:(?:you ?tube|tik ?tok|short|explainer) )?"
    r"(?:(?:video|film|movie|reel) (?:title|script)|title|(?:you ?tube|tik ?tok) script)[ \t]{0,3}:[ \t]{0,9}",
    re.IGNORECASE,
)
_DIRECTION = re.compile(r"\([^()]{1,200}\)$")
"""How a line is spoken, for actors: '(without turning)'."""
_STOPPED = re.compile(r"[.!?…:;,][\"'”\u2019»)\]]*$")


def parse_script(text: str) -> tuple[Scene, ...]:
    """Return the scenes of a script, numbered from 1; `location` is '' if the script names none.

    Args:
        text: screenplay or plain paragraphs, in Markdown or not, in any language.

    Raises:
        BadInput: the script holds no spoken text, more scenes than a film may have shots (`safe_open.SHOTS`), a
            sentence longer than `LINE_CHARACTERS`, or is itself longer than `SCRIPT_CHARACTERS`.
    """
    return _parsed(text)[0]


def script_left_out(text: str) -> str:
    """Return in one line for a person what of a script nobody speaks, with counts; '' if all of it is spoken.

    Raises:
        BadInput: as `parse_script`.
    """
    return _parsed(text)[1]


@lru_cache(maxsize=4)
def _parsed(text: str) -> tuple[tuple[Scene, ...], str]:
    left = LeftOut()
    if len(text) > SCRIPT_CHARACTERS:
        raise BadInput(
            f"the script has {len(text):,} characters, at most {SCRIPT_CHARACTERS:,} are read: "
            "shorten it, or make several films of it"
        )
    _, lines, staged = _titled(text, left)
    headed = any(_heading(line) is not None for line in lines)
    played = headed or staged
    known = known_names([line.text.strip() for line in lines]) if played else frozenset()
    parts = _by_heading(lines) if headed else [("", block) for block in _paragraphs([line.text for line in lines])]
    spoken = [(place, body.strip()) for place, body in parts if re.search(r"\w", body)]
    if not spoken:
        raise NothingInside(
            "the script has no text to speak: write a paragraph for each scene, or leave the script out"
        )
    if len(spoken) > SHOTS:
        raise BadInput(f"the script has {len(spoken):,} scenes, the most is {SHOTS:,}: join some of its paragraphs")
    scenes = []
    for number, (place, body) in enumerate(spoken, start=1):
        names, told = _spoken(body, known, left) if played else ((), body)
        sentences = split_sentences(told)
        if (longest := max(map(len, sentences), default=0)) > LINE_CHARACTERS:
            raise BadInput(
                f"scene {number} of the script has a sentence of {longest:,} characters, the most is "
                f"{LINE_CHARACTERS:,}, which one shot can say: divide it with full stops or blank lines"
            )
        action = _first_spoken(sentences)
        scene = Scene(id=number, location=place, characters=", ".join(names), action=action, emotion="", narration=told)
        scenes.append(scene)
    return tuple(scenes), script_line(left)


def first_sentence(text: str) -> str:
    """Return a text's first sentence with a word in it, as one line of at most `ACTION_CHARACTERS`; else ''."""
    return _first_spoken(each_sentence(text))


def _first_spoken(sentences: Iterable[str]) -> str:
    spoken = (sentence for sentence in sentences if re.search(r"\w", sentence))
    return one_line(next(spoken, ""), ACTION_CHARACTERS)


def script_title(text: str) -> str:
    """Return the title of a script, from its first heading or its title page, as one line; '' if it has none."""
    return one_line(_titled(text, LeftOut())[0])


def _titled(text: str, left: LeftOut) -> tuple[str, Sequence[MarkdownLine], bool]:
    """Return the script's title, or '', its other lines, and whether it is a screenplay by signs other than headings.

    The lines of a screenplay are without what is not spoken.
    """
    plain = clean_text(text.removeprefix("\ufeff"))
    if (captions := captions_as_script(plain, left)) is not None:
        return "", notes_left_out(read_markdown(captions), played=False, left=left), False
    title, behind = front_matter(plain, left)
    page_title, unpaged = title_page(behind, left)
    staged = unpaged is not behind or is_fountain(unpaged)
    behind = tabled = spoken_columns(unpaged, left)
    if staged or any(_place_of(line.lstrip(" \t*_#>").rstrip(" \t*_")) is not None for line in behind.split("\n")):
        behind = unspoken_left_out(behind, left)
    lines = read_markdown(behind)
    if not (title or page_title):
        page_title, lines = _labelled_title(lines)
    played = staged or any(_heading(line) is not None for line in lines)
    lines = notes_left_out(lines, played, tabled=tabled != unpaged, left=left)
    if title := title or page_title:
        title = "".join(line.text for line in read_markdown(title))
    first = next((place for place, line in enumerate(lines) if re.search(r"\w", line.text)), None)
    if first is None or lines[first].level != 1 or _place_of(lines[first].text.strip()) is not None:
        return title, lines, staged
    if any(line.level == 1 for line in lines[first + 1 :]) or title.strip() not in ("", lines[first].text.strip()):
        return title, lines, staged
    return lines[first].text, lines[first + 1 :], staged


def _labelled_title(lines: tuple[MarkdownLine, ...]) -> tuple[str, tuple[MarkdownLine, ...]]:
    """Return the title that a script's first line names after a label, '' if none, and the lines after it."""
    first = next((place for place, line in enumerate(lines) if line.text.strip()), None)
    if first is None:
        return "", lines
    words = lines[first].text.strip()
    begins = title_label(words)
    english = _TITLE_LABEL.match(words) if first + 1 == len(lines) or not lines[first + 1].text.strip() else None
    begins = english.end() if english else begins
    if not begins or begins == len(words):
        return "", lines
    return words[begins:].strip('\u300a\u300b"\u201c\u201d\u300c\u300d\u300e\u300f\u00ab\u00bb '), lines[first + 1 :]


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
    if words.startswith(HEADING):
        return _place("", _unnumbered(words[1:]))
    if line.level:
        words = _NUMBERING.sub("", words, count=1) if _NUMBERING.match(words) else unnumbered(words)
    if (place := _place_of(words)) is not None:
        return place
    return (_place("", words.rstrip(":")) if re.search(r"\w", words) else "") if line.level else None


def _place_of(words: str) -> str | None:
    """Return the place of a stripped line such as 'INT. KITCHEN - NIGHT #12#'; None if the line is none."""
    if number := _PRODUCTION_NUMBER.match(words):
        words = words[number.end() :].removesuffix(number["number"])
    heading = _HEADING.match(_unnumbered(words))
    if heading is None:
        return None
    # In French 'est' is a word, and 'EST. 1984' tells when a house was founded.
    if heading["side"] == "EST" and not (heading["place"].isupper() and heading["place"][0].isalpha()):
        return None
    return _place(heading["side"], heading["place"].lstrip("-\u2013\u2014 \t"))


def _unnumbered(place: str) -> str:
    return _SCENE_NUMBER.sub("", place.rstrip()).rstrip()


def _place(side: str, place: str) -> str:
    """Return 'interior, kitchen, night' for `INT.` and `KITCHEN - NIGHT`, 'the Kitchen' for 'The Kitchen'."""
    words = [one_line(word, 120) for word in re.split(r"(?<!\s)\s+[-\u2013—]+\s+|,", place)]
    named = [word.lower() if word.isupper() else word for word in words if word]
    if named:
        named[0] = re.sub(r"^(?:The|An?|In|On|At|Inside|Outside)\b", lambda found: found[0].lower(), named[0])
    return ", ".join(["interior", *named] if side.upper() == "INT" else named)


def _spoken(body: str, known: frozenset[str], left: LeftOut) -> tuple[tuple[str, ...], str]:
    """Return the names of the speakers in the order they first speak, as `Mara` for `MARA (O.S.)`, and what is said.

    A speech begins with its speaker's name and a colon, because one voice reads all parts and a viewer sees no lips:
    captions name speakers who cannot be recognised by their position (DCMP, Captioning Key, Speaker Identification,
    https://dcmp.org/learn/captioningkey/603).

    Args:
        known: the names that are cues beyond doubt elsewhere in the script.
    """
    lines = [line.strip() for line in body.split("\n")]
    names: list[str] = []
    told: list[str] = []
    speaker = spoken_by = ""
    until = -1
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        before = lines[place - 1] if place else ""
        if place <= until:
            continue
        if who := _speaker(line, before, after, known):
            speaker, spoken_by = who.name, f"{who.name}{who.how}: "
            continue
        if before and line.startswith("(") and (end := _direction_end(lines, place)) >= 0:
            until = end
            left.add("direction")
            continue
        if spoken_by and line:
            names.append(speaker)
        # A cue with nothing but a direction, '(MORE)', says nothing.
        told.append((spoken_by if line else "") + line.removeprefix(ACTION).removeprefix(CUE))
        spoken_by = ""
    return tuple(dict.fromkeys(names)), "\n".join(told)


def _speaker(line: str, before: str, after: str, known: frozenset[str]) -> Cue | None:
    """Return who speaks if a line is a cue where it stands: above speech, and not within a sentence."""
    if line.startswith(CUE):
        return cue(line[1:].strip(), forced=True)
    if not after or (before and not _STOPPED.search(before)):
        return None
    if (who := cue(line)) is not None:
        return who if cue(after) is None or who.name in known else None
    if known and not before and caseless_name(line) and speaks(after):
        return Cue(line)
    return None


def _direction_end(lines: list[str], place: int) -> int:
    """Return the place where a direction that begins at `place` ends, at most three lines on; -1 if it is none."""
    for end in range(place, min(place + 4, len(lines))):
        if not lines[end] or (end > place and _speaker(lines[end], "", "", frozenset())):
            return -1
        if lines[end].endswith(")"):
            return end if _DIRECTION.match(" ".join(lines[place : end + 1])) else -1
        if ")" in lines[end]:
            return -1
    return -1
