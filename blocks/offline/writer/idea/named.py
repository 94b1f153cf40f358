"""What an idea names besides its hero: 'a crow' and 'chess' in 'taught a crow to play chess', in its own words.

Called by `blocks/offline/writer/narration.py`, `blocks/offline/writer/deeds.py` and `blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import re

from blocks.offline.data_files import read_tables
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea.words import ACTING, AUXILIARY, DETERMINERS, PEOPLE, PLACES, PLURAL_ACTING, is_someone

_TABLES = read_tables("writer/idea/named.txt")

BOARD_GAMES = _TABLES["board games"].words
GAMES = BOARD_GAMES | _TABLES["other games"].words
INSTRUMENTS = _TABLES["instruments"].words
MUSIC = INSTRUMENTS | _TABLES["music"].words
_ENDS = _TABLES["ends"].words
_VAGUE = _TABLES["vague"].words
"""Nouns that are no thing of the deed: too vague, or named in passing."""
_ABSTRACT = _TABLES["abstract"].words
"""Nouns without a shape that could be carried."""


def things_named(idea: Idea) -> tuple[str, ...]:
    """Return the noun phrases of a tale's deed, each once and in its order, without places.

    A game counts even without an article: 'chess'.
    """
    words = idea.deed.split()
    found: list[str] = []
    at = 0
    while at < len(words):
        low = words[at].lower().strip(".,;:!?")
        if low in DETERMINERS - {"that", "this", "each", "every"} and words[at][-1] not in ",;:":
            phrase, at = _phrase(words, at)
            if phrase:
                found.append(phrase)
            continue
        if low in BOARD_GAMES | GAMES - {"catch", "match", "game", "ball"} and has_play_verb(words[:at]):
            found.append(low)
        at += 1
    return tuple(thing for thing in dict.fromkeys(found) if thing.split()[-1].lower() not in PLACES - PEOPLE)


def has_play_verb(words: list[str]) -> bool:
    """Tell whether a form of 'play' is among the words."""
    return any(re.match(r"play(?:s|ed|ing)?$", word.lower()) for word in words)


def _phrase(words: list[str], at: int) -> tuple[str, int]:
    """Return the noun phrase that begins with the determiner `words[at]` and has up to three words more, and its end.

    The end is the index after its last word; the phrase is '' where there is none.
    """
    end = at + 1
    while end < len(words) and end - at <= 3:
        low = words[end].lower().strip(".,;:!?")
        if words[at].lower() == "her" and end == at + 1 and low in PLURAL_ACTING:
            # 'It never let her win': 'her' is a pronoun here, not the start of 'her win'.
            break
        if low in _ENDS | DETERMINERS | AUXILIARY | ACTING or low.endswith("ly"):
            break
        end += 1
        if words[end - 1][-1] in ".,;:!?":
            break
    phrase = re.sub(r"['\u2019]s$", "", " ".join([words[at].lower(), *words[at + 1 : end]]).strip(".,;:!?"))
    while len(phrase.split()) > 2 and phrase.endswith("ed"):
        phrase = phrase.rsplit(" ", 1)[0]
    plain = phrase.split()[-1].lower()
    return ("" if end == at + 1 or plain in _VAGUE else phrase), max(end, at + 1)


def new_thing(idea: Idea) -> str:
    """Return the thing with 'a' or 'an' that the deed is done to: 'a coat' of 'sews a coat for the moon'; '' for none.

    People, places and things without a shape do not count.
    """
    words = idea.clause.split()
    for at, word in enumerate(words[:-1]):
        if word.lower() in {"a", "an"} and at and words[at - 1].lower() in ACTING | PLURAL_ACTING:
            phrase, _ = _phrase(words, at)
            head = phrase.split()[-1].lower() if phrase else ""
            unseen = re.search(r"(?:cy|isms?|ness|ity|tion|ment|ship|hood|ology|ics|ance|ence|ing|ure)$", head)
            return "" if not head or unseen or is_someone(head) or head in PLACES | _ABSTRACT else phrase
    return ""
