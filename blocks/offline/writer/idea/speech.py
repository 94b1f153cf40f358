"""Finds quoted speech in an idea. 'A girl said: "Nobody is home!"' is a story already; its hero is no quoted word.

Called by `blocks/offline/writer/idea/parse.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPENS = re.compile(r"(?<=\w)[,:]\s*[\"\u201c\u201e\u00ab](?=\S)")
"""A colon or a comma, after a word, before an opening quotation mark. In a list of quotations the comma follows a
quotation mark instead."""
_MARKS = re.compile('["\u201c\u201d\u201e\u00ab\u00bb]')
_SAYING = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|ask(?:s|ed)|repl(?:y|ies|ied)|shout(?:s|ed)|answer(?:s|ed)|cr(?:ies|ied))\b"
)


def speech_lead(text: str) -> str:
    """Return the words of a text before its first quoted speech: 'A girl said'; '' where there is none."""
    found = _OPENS.search(text)
    return text[: found.start()] if found else ""


def whole_speech(sentences: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences, joining those that share one pair of quotation marks with the words around them."""
    whole: list[str] = []
    for sentence in sentences:
        if whole and _is_open(whole[-1]):
            whole[-1] = f"{whole[-1]} {sentence}"
        else:
            whole.append(sentence)
    return tuple(sentences if whole and _is_open(whole[-1]) else whole)


def named_by(subject: str) -> str:
    """Return a subject without the quotation marks of a nickname; '' where it is a clause, or part of quoted speech."""
    first = subject.split()[0].lower() if subject.split() else "and"
    if _is_open(subject) or ":" in subject or first in {"and", "but", "or", "so"} or _SAYING.search(subject.lower()):
        return ""
    return " ".join(_MARKS.sub("", subject).split())


def _is_open(text: str) -> bool:
    return bool(text.count('"') % 2) or text.count("\u201c") > text.count("\u201d")
