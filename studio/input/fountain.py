"""Remove from a Fountain screenplay what nobody speaks: title page, notes, transitions, synopses.

The syntax is https://fountain.io/syntax; what Fountain shares with Markdown is read by `studio/text/markdown.py`.
"""

from __future__ import annotations

import re

_KEY = re.compile(
    r"(?P<key>title|credit|authors?|source|(?:draft[ \t])?date|contact(?:[ \t]info)?|copyright|notes|revision)[ \t]*:"
    r"(?P<value>.*)$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\[\[|/\*")
_ASIDES = {"[[": ("]]", 2_000), "/*": ("*/", 20_000)}
"""Opening of a note and of a deleted passage ('boneyard') -> (its closing, most characters in it)."""
_TRANSITION = re.compile(
    r"(?:[A-Z][A-Z .'-]{0,40} TO:|(?:SLOW )?FADE (?:IN|OUT|TO BLACK|TO WHITE)[.:]?|(?:END )?CREDITS\.?|THE END\.?)$"
)
_SYNOPSIS = re.compile(r"=[ \t]+\S")


def title_page(text: str) -> tuple[str, str]:
    """Return (the title on a script's title page, '' if there is none; the text after the page).

    A title page is the first lines of the text up to a blank line, if each is `Key: value` with one of Fountain's keys,
    or is indented under one.
    """
    lines = text.lstrip("\n").split("\n")
    title: list[str] = []
    key = ""
    for place, line in enumerate(lines):
        if not line.strip():
            return (" ".join(title), "\n".join(lines[place:])) if key else ("", text)
        if found := _KEY.match(line):
            key, value = found["key"].lower(), found["value"].strip()
        elif key and line[:1] in " \t":
            value = line.strip()
        else:
            break
        if key == "title" and value:
            title.append(value)
    return "", text


def unspoken_left_out(text: str) -> str:
    """Return a screenplay without its notes, transitions and synopses; a blank line is left for a removed line."""
    lines = _without_asides(text).split("\n")
    kept = []
    for place, line in enumerate(lines):
        before, after = (lines[at].strip() if 0 <= at < len(lines) else "" for at in (place - 1, place + 1))
        alone = not before and not after
        kept.append("" if (alone and _TRANSITION.match(line.strip())) or _SYNOPSIS.match(line) else line)
    return "\n".join(kept)


def _without_asides(text: str) -> str:
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
            kept.append(text[begin : found.start()])
            begin = at = ends[opening] + len(closing)
    return "".join([*kept, text[begin:]])
