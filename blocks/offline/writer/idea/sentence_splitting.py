"""Splits a person's own sentences where a speaker takes a breath, so that each part fits the time of a shot.

Only punctuation and capitals change: 'rang for the first time' becomes 'Rang. For the first time.' Called by
`blocks/offline/writer/writer.py`, `blocks/offline/writer/own_words.py` and `parse.py`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from blocks.offline.writer.idea.words import ACTING, AUXILIARY, DETERMINERS
from studio.planning.shot_plan import spoken_words
from studio.text.words import word_set

_LINKS = word_set("and but or while when whenever until because then so before after where although though")
"""Words that begin a clause."""
_PLACING = word_set(
    "who which for in on at with from over under by into through across during without among between beside behind"
    " beyond like as"
)
"""Words that begin an addition: a part may begin with one where no clause begins."""
_ADDING = frozenset({"that", "of", "to"})
"""Words before which a breath is taken only where nothing else helps."""
_DOING = frozenset(word for word in ACTING if not word.endswith("ing"))
"""Verbs: a long subject stands alone before them."""
_LEAST = 3
"""Fewest words of a part: 'In years.' is too short for one."""


CLAUSES = 3
"""Least rank (see `_rank`) of a breath that separates neither a subject from its verb nor a verb from its object."""


def fewer_breaths(sentence: str, most: int, count: int) -> tuple[str, ...]:
    """Return the whole sentence in at most `count` parts, of at most `most` spoken words each where that is possible.

    Where it is not, the parts are as short as `count` allows. A clause is split only before a preposition; at worst the
    sentence stays one part.
    """
    whole = spoken_words(sentence)
    while most < whole:
        parts = breaths(sentence, most, CLAUSES)
        if parts and len(parts) <= count:
            return parts
        most = most + 1 + most // 16
    return (sentence,)


@lru_cache(maxsize=4096)
def breaths(sentence: str, most: int, least: int = 1) -> tuple[str, ...]:
    """Return a sentence in parts of at most `most` spoken words, each with a capital and an end mark; () if impossible.

    It is split at its punctuation marks, else before a linking word, else before a preposition, as evenly as possible.

    Args:
        least: 5 to split at marks only, 4 before linking words too, 3 before prepositions too, 1 wherever it helps.
    """
    if spoken_words(sentence) <= most:
        return (sentence,)
    words = sentence.split()
    parts = math.ceil(spoken_words(sentence) / max(1, most))
    cuts = [
        (_rank(words, at), -abs(at - len(words) / parts), at)
        for at in range(_LEAST, min(len(words) - _LEAST, 2 * most) + 1)
    ]
    for rank, _, at in sorted(cuts, reverse=True):
        first = _ended(" ".join(words[:at]))
        if rank >= least and spoken_words(first) <= most:
            rest = breaths(_begun(" ".join(words[at:])), most, least)
            if rest:
                return (first, *rest)
    return ()


def _rank(said: list[str], at: int) -> int:
    """Return how good a breath before `said[at]` is: from 5, after a punctuation mark, to 0, not possible."""
    before, word = said[at - 1].lower(), said[at].lower().strip("\"'\u201c\u201d")
    if re.search(r"[,;:\u2013\u2014]$|^-+$", before):
        # The name of a speaker and the words they say belong together.
        return 1 if re.search("[,:]$", before) and said[at][0] in '"\u201c' else 5
    if before in DETERMINERS | AUXILIARY | _LINKS | _PLACING or before in {"of", "to", "not", "very", "that"}:
        return 0
    return next((rank for rank, words in ((4, _LINKS), (3, _PLACING), (2, _DOING), (1, _ADDING)) if word in words), 0)


def with_end(text: str) -> str:
    """Return a sentence with a full stop, unless it has an end mark already, also one inside a quotation."""
    return text if re.search("[.!?\u2026][\"\u201d\u2019']*$", text) else f"{text}."


def _ended(part: str) -> str:
    return balanced(with_end(part.rstrip(" ,;:\u2013\u2014-")))


def _begun(part: str) -> str:
    return balanced(part[:1].upper() + part[1:])


def balanced(part: str) -> str:
    """Return a text without its double quotation marks where one of a pair is missing, else unchanged."""
    odd = part.count('"') % 2 or part.count("\u201c") != part.count("\u201d")
    return re.sub('["\u201c\u201d]', "", part) if odd else part
