"""What an idea names beside its hero: 'a crow' and 'chess' of 'taught a crow to play chess', in its own words.

Called by `blocks/offline/writer/telling.py`, `blocks/offline/writer/deeds.py` and `blocks/offline/writer/writer.py`.
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
"""What is named only by the way."""
_ABSTRACT = _TABLES["abstract"].words
"""What has no shape of its own to be carried about."""


def things_named(idea: Idea) -> tuple[str, ...]:
    """Return the noun phrases of a tale's deed, each once and in its order, no places among them.

    A game counts without an article.
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
        if low in BOARD_GAMES | GAMES - {"catch", "match", "game", "ball"} and found_verb(words[:at]):
            found.append(low)
        at += 1
    return tuple(thing for thing in dict.fromkeys(found) if thing.split()[-1].lower() not in PLACES - PEOPLE)


def found_verb(words: list[str]) -> bool:
    """Tell whether somebody plays before this."""
    return any(re.match(r"play(?:s|ed|ing)?$", word.lower()) for word in words)


def _phrase(words: list[str], at: int) -> tuple[str, int]:
    """Return the noun phrase that begins at a determiner, of up to three words behind it, and where it ends."""
    end = at + 1
    while end < len(words) and end - at <= 3:
        low = words[end].lower().strip(".,;:!?")
        if words[at].lower() == "her" and end == at + 1 and low in PLURAL_ACTING:
            # 'It never let her win': she is named, and nothing of hers.
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


def thing_made(idea: Idea) -> str:
    """Return what the deed is done to, where it is a new thing and nobody: 'a coat' of 'sews a coat for the moon'."""
    words = idea.clause.split()
    for at, word in enumerate(words[:-1]):
        if word.lower() in {"a", "an"} and at and words[at - 1].lower() in ACTING | PLURAL_ACTING:
            phrase, _ = _phrase(words, at)
            head = phrase.split()[-1].lower() if phrase else ""
            unseen = re.search(r"(?:cy|isms?|ness|ity|tion|ment|ship|hood|ology|ics|ance|ence|ing|ure)$", head)
            return "" if not head or unseen or is_someone(head) or head in PLACES | _ABSTRACT else phrase
    return ""
