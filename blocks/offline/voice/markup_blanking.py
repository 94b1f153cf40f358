"""Blanks the markup of a line that is to be spoken, without moving any word from its position.

Markup is Markdown, tags, subtitle styles, entities and addresses; text that only looks like markup ('a*b',
'snake_case', 'a<b') keeps its meaning. A script's Markdown is read before (`studio/text/markdown.py`); a line that a
model wrote may contain some. Every pattern is bounded, so its time grows only in proportion to the line's length.
"""

from __future__ import annotations

import html
import re

from studio.text.markdown import ADDRESS, ENTITY, ESCAPE, LINK, STYLE, TAG

REMOVED = "\ufdd0"
"""Replaces a removed character that does not separate words: 'un**believ**able'. A noncharacter of Unicode, which no
text contains."""

_REFERENCE = re.compile(r"(?<=\])\[[^\[\]]{0,100}\]|\[\^[^\[\]\s]{1,40}\]")
_HOST = re.compile(r"(?:\w+://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#]*[^/:?#.,;!*_~'…])", re.IGNORECASE)
_LINE_MARK = re.compile(r"^[ \t]{0,12}(?:(?:#{1,6}|[-*+•])(?=[ \t])[ \t]{0,12}|>[ \t]{0,12}){1,9}", re.MULTILINE)
_MARKS = re.compile(r"[*_~`]+")


def unmarked(line: str) -> str:
    """Return a text of the same length in which markup is blank or `REMOVED`; all else keeps its position."""
    text = line.replace(REMOVED, " ")
    text = STYLE.sub(_removed, text)
    for _ in range(2):  # a link may contain a picture
        text = LINK.sub(lambda m: " " * (m.start(1) - m.start()) + m[1] + " " * (m.end() - m.end(1)), text)
    text = _REFERENCE.sub(_removed, text)
    text = ADDRESS.sub(_host, text)
    text = TAG.sub(_removed, text)
    text = _LINE_MARK.sub(lambda m: " " * len(m[0]), text)
    text = ENTITY.sub(_entity, text)
    text = ESCAPE.sub(lambda m: REMOVED + (m[1] if m[1] in "()#+.!-" else " "), text)
    return _MARKS.sub(_mark, text)


def _removed(found: re.Match[str]) -> str:
    return REMOVED * len(found[0])


def _host(found: re.Match[str]) -> str:
    """Keep only the host name of an address, and the punctuation after it."""
    host = _HOST.match(found[0])
    name = host[1] if host else ""
    stop = found[0][-1] if found[0][-1] in ".,;:!?" else ""
    return name + REMOVED * (len(found[0]) - len(name) - len(stop)) + stop


def _entity(found: re.Match[str]) -> str:
    meant = html.unescape(found[0])
    return meant + REMOVED * (len(found[0]) - len(meant))


def _mark(found: re.Match[str]) -> str:
    """Blank marks of emphasis; keep stars and tildes that belong to the text, as what is on both sides shows."""
    text, marks = found.string, found[0]
    before, after = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
    inside = before.isalnum() and after.isalnum()
    if marks == "~" and after.isdigit() and not before.isalnum():
        return marks
    if marks == "*" and inside:
        further = text[max(0, found.start() - 2) : found.start() - 1], text[found.end() + 1 : found.end() + 2]
        alone = not any(each.isalnum() for each in further)
        return "*" if alone or (before.isdigit() and after.isdigit()) else REMOVED
    if marks.startswith("_") and inside:
        return " " * len(marks)
    return REMOVED * len(marks)
