"""The mood of a film and the emotions of its scenes, read from words.

A film has one mood; each scene has one emotion of `studio.planning.image_prompts.EMOTIONS`.
Called by `blocks/offline/writer/writer.py` and `beat_sheets.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from blocks.offline.data_files import read_tables
from blocks.offline.writer.places import words_of

StoryMood = Literal["hopeful", "melancholy", "tense"]
"""The moods that this writer gives a story: three of the `Mood`s of `studio/model/film.py`."""

_TABLES = read_tables("writer/feelings.txt")

_MOODS = cast("Mapping[StoryMood, frozenset[str]]", _TABLES["moods"].word_sets)
_ORDER: tuple[StoryMood, ...] = ("tense", "hopeful", "melancholy")
"""The moods by precedence: of two that equally many words call for, the first is taken."""
_FAINT = _TABLES["faint"].words
"""Weak words for a mood: each counts half."""
_FEELINGS: Mapping[str, frozenset[str]] = _TABLES["feelings"].word_sets


def find_mood(text: str) -> StoryMood:
    """Return the mood that most words of an idea call for; 'hopeful' where none does."""
    words = words_of(text)
    counts = {
        mood: sum((1 if word in _FAINT else 2) for word in words if word in called) for mood, called in _MOODS.items()
    }
    best = max(_ORDER, key=lambda mood: counts[mood])
    return best if counts[best] else "hopeful"


def find_feeling(text: str) -> str:
    """Return the emotion that most words of a sentence call for; '' where none does.

    It is one of `studio.planning.image_prompts.EMOTIONS`.
    """
    words = words_of(text)
    counts = {feeling: sum(word in called for word in words) for feeling, called in _FEELINGS.items()}
    best = max(counts, key=lambda feeling: counts[feeling])
    return best if counts[best] else ""
