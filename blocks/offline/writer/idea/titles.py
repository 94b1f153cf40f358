"""Titles: capitals on all words but the small ones, and no longer than a title card can show.

Called by `blocks/offline/writer/idea/parse.py`.
"""

from __future__ import annotations

import re

from blocks.offline.writer.idea.phrases import head_noun
from blocks.offline.writer.idea.sentence_splitting import balanced
from blocks.offline.writer.idea.words import DETERMINERS, is_someone
from studio.text.words import one_line, word_set

TITLE_CHARACTERS = 60
"""Most characters of a title: one or two lines of a title card."""

TITLE_WORDS = 8
"""Most words of an idea with a relative clause that is used as a title whole: as many as a title card leaves time to
read."""

SMALL = word_set("a an the of in on at to for with and or but by from as into")
"""Words without a capital within a title."""


def title_case(text: str) -> str:
    """Return a text in title case, as `shown` shortens it."""
    words = text.split()
    cased = [w if at and w.lower() in SMALL else w[:1].upper() + w[1:] for at, w in enumerate(words)]
    return shown(" ".join(cased))


def tale_title(hero: str, clause: str) -> str:
    """Return the title of a tale: 'The Lonely Keeper', or for a one-word hero 'The Girl Who Must Cross the Desert'."""
    words = hero.split()
    deed = re.split(r" to (?!the\b|an?\b)", clause)[0] if len(clause.split()) > 5 else clause
    deed = re.sub(r" (?:and|but|then) \w+$", "", deed)
    if len(words) > 2 or not deed or re.match(r"(?:is|are) ", deed) or words[0] in {"my", "our", "his", "her", "their"}:
        return title_case(hero)
    link = "" if words[0] not in DETERMINERS else " Who" if is_someone(head_noun(words)) else " That"
    long = f"{hero}{link} {deed}"
    return title_case(long if len(long) <= TITLE_CHARACTERS and len(deed.split()) > 1 else hero)


def shown(text: str) -> str:
    """Return a text shortened to the length of a title, its quotation marks in pairs.

    A text that is too long is cut before its first comma or colon, else after its first words.
    """
    line = one_line(text)
    if len(line) > TITLE_CHARACTERS:
        first = re.split(r"[,:;]\s", line, maxsplit=1)[0]
        whole = len(first.split()) > 1 and len(first) <= TITLE_CHARACTERS
        line = first if whole else one_line(line, TITLE_CHARACTERS)
        words = line.rstrip("\u2026").split()
        while len(words) > 1 and words[-1].lower() in SMALL:
            words.pop()
        line = " ".join(words) if len(words) > 1 else line
    return balanced(line).strip()
