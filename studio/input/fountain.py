"""Read what a Fountain screenplay says to the film's makers: leave out what nobody speaks, mark what is forced.

The syntax is https://fountain.io/syntax; what Fountain shares with Markdown is read by `studio/text/markdown.py`. A
line that a sign forces to be a heading (`.`), a cue (`@`) or action (`!`, `~`) begins with `HEADING`, `CUE` or `ACTION`
afterwards, so that Markdown does not read the sign; `studio/input/script.py` takes these away. Which lines name a
speaker is told by `studio/input/cues.py`.
"""

from __future__ import annotations

import re

from studio.input.cues import cue, is_dialogue
from studio.input.left_out import LeftOut

HEADING, CUE, ACTION = "\U0001fffe", "\U0001ffff", "\U0002fffe"
"""Unicode's noncharacters, which no text holds, before a line that a sign forces to be what it is."""

_ASIDE = "\U0002ffff"
_NEVER = dict.fromkeys(map(ord, (HEADING, CUE, ACTION, _ASIDE)))
_KNOWN_KEY = re.compile(
    r"(?:title|credit|authors?|source|(?:draft[ \t])?date|contact(?:[ \t]info)?|copyright|notes|revision)$",
    re.IGNORECASE,
)
_KEY = re.compile(r"(?P<key>[^\W\d_][\w'/-]{0,29}(?:[ \t][\w'/-]{1,30}){0,3})[ \t]{0,9}:(?P<value>.*)$")
_SPEAKER = re.compile(
    r"(?:narrator|narration|host|speaker|voice[ -]?over|vo|voice|presenter|announcer|guest|interviewer|moderator"
    r"|anchor)\b",
    re.IGNORECASE,
)
"""A key that names who speaks, not what the script is."""
_VALUE = 80
"""Most characters of a title page's value under a key that Fountain does not name."""
_OPENING = re.compile(r"\[\[|/\*")
_ASIDES = {"[[": ("]]", 2_000), "/*": ("*/", 20_000)}
"""Opening of a note and of a deleted passage ('boneyard') -> (its closing, most characters in it)."""
_TRANSITION = re.compile(
    r"(?:(?:SLOW |QUICK )?FADE (?:IN|OUT|UP|TO BLACK|TO WHITE)[.:]?|(?:CROSS)?FADE:|DISSOLVE:"
    r"|(?:SMASH |MATCH |JUMP |HARD |QUICK )?CUT TO (?:BLACK|WHITE|TITLES?|CREDITS)[.:]?"
    r"|(?:SMASH|MATCH|JUMP|HARD) CUT[.:]"
    r"|(?:END |ROLL |OPENING |CLOSING )?CREDITS\.?|THE END\.?|CONTINUED:|\(CONTINUED\)|\(MORE\))$"
)
_FORCED_TRANSITION = re.compile(
    r"(?:back|burn|crossfade|cut|dissolve|end|fade|flash|freeze|hard|intercut|iris|jump|match|morph|quick|slow|smash|time"
    r"|wipe)\b",
    re.IGNORECASE,
)
"""How a forced transition in small letters begins."""
_QUOTED = re.compile('["\u201c\u201d\u00ab\u201e]')
_SYNOPSIS = re.compile(r"=[ \t]*(?=[^\W_])")
_LYRIC = re.compile(r"~[ \t]*(?=[^\W\d]|[\"'(*\u2018\u201c])")
_SECTION = re.compile(r"#{1,6}(?=[^\W\d_a-z][^#]*$)")
_PAGE_BREAK = re.compile(r"={3,}$")
_CLOSING = "\"'\u201d\u2019\u00bb)]"
_SCENE_NUMBER = re.compile(r"[ \t]#[\w.-]{1,12}#$")


def title_page(text: str, left: LeftOut | None = None) -> tuple[str, str]:
    """Return (the title on a script's title page, '' if there is none; the text after the page).

    A title page is the first lines of the text up to a blank line, if each is `Key: value`, or is indented under one.
    Each key is one of Fountain's, or another one on a page that has a title, if it does not name who speaks and its
    value is not a sentence.
    """
    lines = text.lstrip("\n").split("\n")
    title: list[str] = []
    keys: list[str] = []
    foreign = False
    for place, line in enumerate(lines):
        if not line.strip():
            paged = bool(keys) and (not foreign or "title" in keys)
            if paged and left is not None:
                left.add("title page", place - len(title))
            return (" ".join(title), "\n".join(lines[place:])) if paged else ("", text)
        if found := _KEY.match(line):
            key, value = found["key"].lower(), found["value"].strip()
            if not _KNOWN_KEY.match(key):
                if _SPEAKER.match(key) or len(value) > _VALUE or value.endswith((".", "!", "?", "…", '"', "”")):
                    break
                foreign = True
            keys.append(key)
        elif keys and line[:1] in " \t":
            value = line.strip()
        else:
            break
        if keys[-1] == "title" and value:
            title.append(value)
    return "", text


def is_fountain(text: str) -> bool:
    """Tell whether a text without title page and scene headings has what only a screenplay has.

    That is a dialogue (`cues.is_dialogue`), a forced cue or scene heading, a centred line, a paragraph that is a note
    or a deleted passage, a synopsis under a section, sections with and without a blank after '#', or two transitions.
    """
    lines = text.split("\n")
    sections = any(map(_SECTION.match, lines)) and any(re.match(r"#{1,6} \S", line) for line in lines)
    return _is_marked(text) or sections or is_dialogue(text) or _transitions(lines) > 1


def _transitions(lines: list[str]) -> int:
    return sum(_is_transition(line) and _alone(lines, place) for place, line in enumerate(lines))


def _is_marked(text: str) -> bool:
    """Tell whether a text has signs that only Fountain has."""
    lines = [line.strip() for line in text.split("\n")]
    section = False
    for place, line in enumerate(lines):
        before, after = (lines[at] if 0 <= at < len(lines) else "" for at in (place - 1, place + 1))
        if line[:1] == "@" and not before and after and _forced_cue(line) and not line.partition("(")[0].islower():
            return True
        named = _SCENE_NUMBER.sub("", line)
        if line[:1] == "." and not before and not after and _forced_heading(line) and named.isupper():
            return True
        if line[:1] == ">" and line[-1:] == "<" and len(line) > 2:
            return True
        if not before and line.startswith(("[[", "/*")):
            closing = _ASIDES[line[:2]][0]
            ends = (at for at in range(place, min(place + 40, len(lines))) if lines[at].endswith(closing))
            end = next(ends, len(lines))
            if end < len(lines) and (end + 1 == len(lines) or not lines[end + 1]):
                return True
        if section and _SYNOPSIS.match(line):
            return True
        section = line.startswith("#") or (section and not line)
    return False


def unspoken_left_out(text: str, left: LeftOut | None = None) -> str:
    """Return a screenplay without its notes, transitions, synopses and page breaks, its forced lines marked.

    A blank line is left for a removed line.
    """
    left = LeftOut() if left is None else left
    plain = text.translate(_NEVER)
    strict = _is_marked(plain) or any(_SCENE_NUMBER.search(line) for line in plain.split("\n"))
    lines = _without_asides(plain, left)
    return "\n".join(_told(lines, place, strict, left) for place in range(len(lines)))


def _told(lines: list[str], place: int, strict: bool, left: LeftOut) -> str:
    """Return one line without its sign, with a mark for what it is; '' if nobody speaks it."""
    line = lines[place]
    words = line.strip()
    before = lines[place - 1].strip() if place else ""
    after = lines[place + 1].strip() if place + 1 < len(lines) else ""
    sign = words[:1]
    if not words or not (sign in "!@.~>=#*_(" or words.isupper()):
        return line
    if words == "~":
        return ""
    if _SYNOPSIS.match(words):
        left.add("synopsis")
        return ""
    if _alone(lines, place) and _is_transition(words):
        left.add("transition")
        return ""
    if sign == "!" and words[1:2].isalnum():
        return ACTION + words[1:]
    if sign == "@" and after and _forced_cue(words):
        return CUE + words[1:].strip()
    if sign == "." and _forced_heading(words) and not before:
        return HEADING + words[1:].strip()
    if lyric := _LYRIC.match(words):
        return ACTION + words[lyric.end() :]
    if sign == ">":
        if not _is_forced_transition(words, _alone(lines, place), strict):
            return line
        left.add("transition")
        return ""
    if _PAGE_BREAK.match(words) and _is_ended(before):
        return ""
    if (section := _SECTION.match(words)) and not before:
        return f"{section[0]} {words[section.end() :]}"
    return line


def _is_ended(line: str) -> bool:
    """Tell whether a line ends with a stop, or with a bracket, also behind closing marks."""
    bare = line.rstrip(_CLOSING)
    return bare.endswith((".", "!", "?", "\u2026", ":", ";", ",")) or ")" in line[len(bare) :]


def _alone(lines: list[str], place: int) -> bool:
    return not any(lines[at].strip() for at in (place - 1, place + 1) if 0 <= at < len(lines))


def _forced_cue(line: str) -> bool:
    return cue(line[1:].strip(), forced=True) is not None


def _forced_heading(line: str) -> bool:
    return line[1:2].isalpha() and len(line) < 160


def _is_transition(line: str) -> bool:
    words = line.strip().strip("*_ \t")
    if len(words) > 60 or not words.isupper():
        return False
    return words.endswith(" TO:") or bool(_TRANSITION.match(words))


def _is_forced_transition(line: str, alone: bool, strict: bool) -> bool:
    """Tell whether a line that begins with '>' is a transition, and not a centred line or a quotation of Markdown."""
    if line.endswith("<"):
        return _is_transition(line.strip("<> \t"))
    words = line.lstrip("> \t")
    if not alone or not words or len(words.split()) > 8 or _QUOTED.search(words):
        return False
    return strict or words.isupper() or bool(_FORCED_TRANSITION.match(words))


def _without_asides(text: str, left: LeftOut) -> list[str]:
    """Return the lines without notes and deleted passages; one between a cue and its speech leaves no blank line."""
    kept: list[str] = []
    ends = dict.fromkeys(_ASIDES, 0)
    begin = at = 0
    while found := _OPENING.search(text, at):
        opening, after = found[0], found.end()
        closing, longest = _ASIDES[opening]
        if ends[opening] < after:
            # Search for each closing once, not once for each opening before it; if none is left, use a place beyond
            # the text.
            place = text.find(closing, after)
            ends[opening] = place if place >= 0 else len(text) + longest + 1
        at = found.start() + 1
        if ends[opening] - after <= longest and ends[opening] < len(text):
            left.add("note" if opening == "[[" else "deleted")
            kept += [text[begin : found.start()], _ASIDE]
            begin = at = ends[opening] + len(closing)
    lines: list[str] = []
    for line in "".join([*kept, text[begin:]]).split("\n"):
        words = line.replace(_ASIDE, "")
        within = _ASIDE in line and not words.strip() and bool(lines) and _is_cue(lines[-1].strip())
        lines += [] if within else [words]
    return lines


def _is_cue(line: str) -> bool:
    return _forced_cue(line) if line.startswith("@") else cue(line) is not None
