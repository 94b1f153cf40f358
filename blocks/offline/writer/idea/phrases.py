"""Noun phrases: their article, their main noun, singular or plural, and shorter names for them.

A phrase is a list of words as they were written. Called by `blocks/offline/writer/idea/parse.py`.
"""

from __future__ import annotations

import re

from blocks.offline.writer.idea.words import DETERMINERS, PLURALS, is_someone
from studio.text.words import word_set

_AFTER_HEAD = word_set(
    "of in from with at on for without named called by between during about through under over before after near beyond"
    " behind who whose that"
)
"""Words that only continue a noun phrase; its main noun is before them."""


def introduced(subject: list[str], plural: bool) -> str:
    """Return the subject as it is introduced: with 'a' or 'an', whichever its sound needs, before a common noun."""
    words = [lowercase_article(subject[0]), *subject[1:]]
    if words[0] not in DETERMINERS:
        proper = subject[-1][:1].isupper() or (len(subject) == 1 and subject[0][:1].isupper())
        if proper:
            return " ".join(subject)
        words = [subject[0].lower(), *subject[1:]] if plural else ["a", subject[0].lower(), *subject[1:]]
    if words[0] in {"a", "an"} and len(words) > 1:
        words[0] = article_for(words[1])
    return " ".join(words)


def article_for(word: str) -> str:
    """Return 'an' before a vowel sound, else 'a': 'an hour', 'a unicorn', 'an old', 'a one-legged'."""
    low = word.lower()
    if re.match(r"(?:hour|honest|honou?r|heir)", low):
        return "an"
    if re.match(r"(?:uni(?!n)|use|usual|utop|euro|eulog|ewe|one\b|once|ubiq)", low):
        return "a"
    return "an" if low[:1] in "aeiou8" else "a"


def definite_name(first: str) -> str:
    """Return the name of a subject after it was introduced: 'a keeper' becomes 'the keeper'."""
    words = first.split()
    if words[0] in {"a", "an", "one"} and len(words) > 1:
        return re.sub(r" and an? ", " and the ", " ".join(["the", *words[1:]]))
    if words[0] in {"two", "three", "four", "five", "six", "seven"}:
        return f"the {first}"
    known = re.sub(r" and an? ", " and the ", first)
    return f"the {known}" if known.islower() and words[0] not in DETERMINERS else known


def short_name(hero: str) -> str:
    """Return a short name for a subject: 'the lonely keeper of the north' becomes 'the keeper'."""
    words = hero.split()
    if words[0] not in DETERMINERS or " and " in hero:
        return hero
    return f"{words[0]} {head_word(words)}"


def head_word(words: list[str]) -> str:
    """Return the main noun of a phrase: 'keeper' of 'the old keeper of the north'."""
    for at, word in enumerate(words[1:], start=1):
        if word.lower() in _AFTER_HEAD:
            return words[at - 1].strip(",") if at > 1 else words[-1]
    return words[-1].strip(",")


def head_noun(words: list[str]) -> str:
    """Return the main noun of a phrase in lower case; of a single word, that word."""
    return head_word(words).lower() if len(words) > 1 else words[0].lower()


def is_plural(words: list[str]) -> bool:
    """Tell whether a verb after this phrase is plural."""
    low = [word.lower() for word in words]
    if low[0] in {"two", "three", "four", "five", "six", "seven", "many", "these", "those"} or "and" in low:
        return True
    head = head_noun(words)
    if low[0] in {"a", "an", "one", "this"} or head.endswith(("ss", "us", "is", "ics", "news", "series", "species")):
        return False
    return head in PLURALS or (head.endswith("s") and not head.endswith(("'s", "\u2019s")) and not words[-1].istitle())


def someone_in(text: str) -> str:
    """Return the first person or animal that a text names with an article: 'a clockmaker'; '' for none."""
    words = [word.strip(".,;:!?\"'") for word in text.split()]
    for at, word in enumerate(words):
        if word.lower() not in {"a", "an", "the", "my", "our", "his", "her", "two", "three"}:
            continue
        for end in range(at + 1, min(at + 4, len(words))):
            if words[end].lower() in DETERMINERS | _AFTER_HEAD:
                break
            if is_someone(words[end].lower()):
                return " ".join([word.lower().replace("the", "a"), *words[at + 1 : end + 1]])
    return ""


def lowercase_article(word: str) -> str:
    """Return a first word as it is written within a sentence: only articles get lower case, for others may be names."""
    return word.lower() if word.lower() in DETERMINERS else word
