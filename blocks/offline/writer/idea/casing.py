"""Corrects the capitals and articles of an idea, for use within a sentence: 'Red paper boat' is 'a red paper boat'.

Called by `blocks/offline/writer/idea/parse.py`.
"""

from __future__ import annotations

import re
from itertools import pairwise

from blocks.offline.writer.idea.nouns import COMMON, COUNTED, NAMES
from blocks.offline.writer.idea.phrases import article_for, head_noun, is_plural
from blocks.offline.writer.idea.words import ACTING, AUXILIARY, DETERMINERS, PEOPLE, PLURAL_ACTING, STATIVE, is_someone
from studio.text.words import word_set

_SMALL = word_set(
    "of in on at to with for from by and or but nor as into onto over under than so that who which whose if when while"
)
_PRONOUNS = word_set("he she it they we you him her them us his its their my your our me")
_UNCAPPED = _SMALL | DETERMINERS | _PRONOUNS
_DEEDS = ACTING | PLURAL_ACTING | AUXILIARY | {"who", "that", "whose"}
_OPENING = re.compile(
    r"^(?:(?:once upon a time|long ago|one day|once),? )?(?:there (?:once )?(?:was|were|lived|is|are) (?:once )?"
    r"(?=an?\b|two\b|three\b))?",
    re.IGNORECASE,
)
"""Opening words of a tale before it names anyone."""
OPENS_WITH_PLACE = re.compile(
    r"^(?:in|on|at|under|over|when|while|after|before|during|beneath|inside|deep|far|every)\b", re.IGNORECASE
)
"""First words of an idea that begins with a place or a time."""
TITLE_CASED = 4
"""Fewest words of an idea whose capitals are taken for those of a title; fewer may well be a name."""


def sentence_case(text: str, known: frozenset[str]) -> str:
    """Return an idea in title case as it is written within a sentence; any other idea is returned unchanged.

    Only an idea with a verb is changed. A word keeps its capital where it may be a name: where it is on no list and
    follows no article.

    Args:
        known: common words, lower case.
    """
    words = text.split()
    low = [word.lower().strip(".,;:!?") for word in words]
    inner = [word for word, plain in zip(words, low, strict=True) if plain not in _UNCAPPED]
    deed = not _DEEDS.isdisjoint(low[1:])
    if len(words) < TITLE_CASED or not deed or not all(word[:1].isupper() for word in inner):
        return text
    told = [words[0]]
    things = COMMON | COUNTED
    common = known | things | ACTING | PLURAL_ACTING | STATIVE | AUXILIARY | _UNCAPPED
    bare = common - things
    behind = low[0] in DETERMINERS
    for word, plain in zip(words[1:], low[1:], strict=True):
        lowered = plain not in NAMES and (behind or plain in common or is_someone(plain))
        told.append(word.lower() if lowered and not re.search(r"[A-Z].*[A-Z]", word) else word)
        behind = plain in DETERMINERS or (behind and lowered and plain not in bare)
    return " ".join(told)


OPENS_WITH_DATE = re.compile(
    r"(?:the|that|one|a|an)\s+(?:(?:first|last|only|same)\s+)?"
    r"(?:day|night|morning|evening|afternoon|year|month|week|summer|winter|spring|autumn|fall|time|moment|hour)"
    r"\s+(?:when\s+)?(?=(?:the|a|an|my|our|her|his|their|two|three)\s)",
    re.IGNORECASE,
)
"""The opening 'the year' of 'the year my father sold his violin': such an idea is a title, and a tale of the father."""


_INNER = word_set("i we he she they you my our his her their")
_BEFORE_A_NOUN = word_set("and or but of with without from for in on at to by near under over behind beside than")


def has_second_subject(subject: list[str]) -> bool:
    """Tell whether a phrase holds a second subject, as 'the house my grandmother' of 'the house my grandmother built'.

    Such an idea is about the house.
    """
    low = [word.lower() for word in subject]
    return any(word in _INNER and before not in _BEFORE_A_NOUN for before, word in pairwise(low))


def without_opening(text: str) -> str:
    """Return an idea without the words before its subject: 'a fox' of 'Once there was a fox' or 'One day, a fox'."""
    text = OPENS_WITH_DATE.sub("", _OPENING.sub("", text, count=1), count=1)
    _, _, after = text.partition(", ") if OPENS_WITH_PLACE.match(text) else ("", "", "")
    return after or text


def with_article(words: list[str]) -> list[str]:
    """Return a noun phrase as it stands in a sentence: an article before one thing, no capital on its adjective."""
    first = words[0].lower()
    if len(words) > 1 and first in COMMON and not any(word[:1].isupper() for word in words[1:]):
        words = [first, *words[1:]]
    head = head_noun(words)
    alone = len(words) == 1 and head in COUNTED
    if (
        first in DETERMINERS
        or head not in COUNTED | PEOPLE
        or is_plural(words)
        or (words[-1][:1].isupper() and not alone)
    ):
        return words
    words = [head] if alone else words
    return [article_for(words[0]), *words]
