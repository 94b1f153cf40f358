"""Decides whether an idea is English, before any of its words is inflected or put into a sentence.

The rule: the writer builds sentences of its own only in English. Letters other than Latin decide at once; otherwise
English function words are counted against those of other languages. Called by `blocks/offline/writer/idea/parse.py`.
"""

from __future__ import annotations

import re
import unicodedata

from blocks.offline.data_files import read_tables

_TABLES = read_tables("writer/idea/language.txt")

LATIN_SHARE = 0.95
"""Least share of Latin letters in an English idea, 0 to 1; it may hold a single foreign name."""

ENGLISH_SHARE = 0.12
"""Least share of English function words in an idea of more than three words, 0 to 1; English text has about 0.4."""

_ENGLISH = _TABLES["English"].words
_FOREIGN = _TABLES["others"].words
_SHARED = _ENGLISH & _FOREIGN


def is_english(text: str, known: frozenset[str] = frozenset()) -> bool:
    """Tell whether `text` may be put into English sentences.

    Args:
        text: an idea of any length and script.
        known: further words that count as English, lower case: those of the settings and the verb lists.
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
