"""Is an idea English? Asked before any of its words is inflected or set into a sentence.

The rule: a draft invents grammar only in English. Letters other than Latin decide at once; otherwise function words
are counted against those of other languages. Called by `blocks/offline/writer/idea/parse.py`.
"""

from __future__ import annotations

import re
import unicodedata

from studio.text.words import word_set

LATIN_SHARE = 0.95
"""Least share of Latin letters in an English idea; a single foreign name may stand in it."""

ENGLISH_SHARE = 0.12
"""Least share of English function words in an idea of more than three words; running English has about 0.4."""

_ENGLISH = word_set(
    "a an the of in on at to for with and or but who whom whose which that this these those his her its their my our"
    " your is are was were be been has have had does did do not from by as into onto over under about after before"
    " between through during while when where how why what just only he she it they we you i me us him them must can"
    " will would could should if than then there here every all no one two three some any alone last first again back"
    " up down out off without until against across behind beyond never always"
)
_FOREIGN = word_set(
    "der die das ein eine einen einem einer und ist nicht von zu mit auf für im den dem des ich wir sie über wie warum"
    " le la les un une des et est dans du au aux que qui pour sur avec ne pas ce cette je il elle nous mon ma son sa"
    " el los las una y en con por para del se su mi como es yo lo al porque donde cuando"
    " gli che di della dello nel nella perché sono mio mia o os uma não com da dos das em seu sua ao"
    " het een van op voor niet en och att det som på är og til av ikke jeg ei ja on se hän että"
    " i w na z się nie jest że do a jak ve bir bu için yang dan dari untuk dengan și la nu az egy és hogy"
    " ang ng sa mga na kwa ya wa và là của một những în cu"
)
_SHARED = _ENGLISH & _FOREIGN


def is_english(text: str, known: frozenset[str] = frozenset()) -> bool:
    """Return whether `text` may be set into English sentences.

    Args:
        text: an idea of any length and script.
        known: further words that count as English, lower case: the lexicon of settings and verbs.
    """
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return False
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    if latin < LATIN_SHARE * len(letters):
        return False
    words = re.findall(r"[^\W\d_]+", re.sub(r"['\u2019](?:s|t|re|ve|ll|d|m)\b", "", text.lower()))
    english = sum(word in _ENGLISH and word not in _SHARED for word in words)
    foreign = sum(word in _FOREIGN and word not in _SHARED for word in words)
    if foreign and foreign >= english:
        return False
    if english >= max(1, ENGLISH_SHARE * len(words)):
        return True
    plain = all(c.isascii() for c in letters)
    lexical = sum(word in known or word.removesuffix("s") in known for word in words)
    shared = any(word in _SHARED for word in words)
    return (plain and len(words) <= 3) or lexical + shared >= max(1, len(words) / 3)
