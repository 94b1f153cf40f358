"""Picture words of other languages, translated into the painter's English, so that a foreign idea can be shown.

They are not used in the narration: they choose the place, the hour and who is seen, so that a film in a language whose
grammar the writer does not know still looks like its idea. Scripts without spaces are searched as they are. Called by
`blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import re
import unicodedata

from blocks.offline.data_files import read_tables

_TABLES = read_tables("writer/idea/foreign_words.txt")

_WORDS: dict[str, tuple[str, ...]] = {}
"""The English picture words for each word of another language."""
for _row in _TABLES["words"].rows:
    _english, _words = _row.split(": ")
    for _word in _words.split():
        _WORDS[_word] = (*_WORDS.get(_word, ()), _english)

_SEEN = _TABLES["seen"].pairs
"""The picture words that may be shown as a character, each with its description."""

_THINGS = _TABLES["things"].pairs
"""The picture words that may be shown without a character, each with its description."""

_SPACED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SPACELESS = frozenset({"CJK", "HIRAGANA", "KATAKANA"})


def english_words(idea: str) -> tuple[str, ...]:
    """Return the picture words of an idea in English, each once, in the order of the idea where it has spaces.

    A word of one letter is found only in a script without spaces.
    """
    text = unicodedata.normalize("NFC", idea.lower())
    found = [english for word in _SPACED.findall(text) for english in _WORDS.get(word, ())]
    spans: list[tuple[int, str]] = []
    for word in sorted(_WORDS, key=lambda word: (-len(word), word)):
        if _spaceless(word) and (at := text.find(word)) >= 0:
            # The longest word is taken first: the character for 'woman' is half of the word for 'girl'.
            text = text.replace(word, " " * len(word))
            spans += [(at, english) for english in _WORDS[word]]
    return tuple(dict.fromkeys([*found, *(english for _, english in sorted(spans))]))


def seen_in(words: tuple[str, ...]) -> str:
    """Return the characters among an idea's English picture words, as in `Scene.characters`; '' for nobody."""
    return ", ".join(_SEEN[word] for word in words if word in _SEEN)


def things_in(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the things among an idea's English picture words, described as they are shown; each once."""
    return tuple(dict.fromkeys(_THINGS[word] for word in words if word in _THINGS))


def _spaceless(word: str) -> bool:
    first = unicodedata.name(word[0], "").split(" ")[0]
    return first in _SPACELESS or not word[0].isalpha()
