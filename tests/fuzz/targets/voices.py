"""Voices: an even first byte and a line, up to its phonemes; an odd one and what a paid voice answered to it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from blocks.answers.sound_answers import RATE_HZ, decoded_sound, estimated_words, most_seconds
from blocks.offline.voice.narrator import _breaths, _voice
from blocks.offline.voice.reading import sentences, why_silent
from blocks.openai_api.narrator import INPUT_CHARACTERS, parts_of
from studio.model.paid import Reply, VendorError
from tests.fuzz.judge import stretched

CHARACTERS = 4_000
"""Longest line of a shot."""
LINE = "Twelve o'clock, and nobody is there."

_sound = np.full(RATE_HZ, 0.5, np.float32)


def check(data: bytes) -> None:
    """Every word of a line is told, in order; what a voice answers is a sound with a time for each word, or refused."""
    if (data[:1] or b"\0")[0] & 1:
        _answered(data[1:])
    else:
        _read(stretched(data[1:])[:CHARACTERS])


def _read(line: str) -> None:
    voice = _voice()
    silent = why_silent(line, voice.knows)
    assert "\n" not in silent
    told = sentences(line)
    tokens = [token for sentence in told for token in sentence.tokens]
    assert [token.written for token in tokens] == line.split()
    for sentence in told if not silent else ():
        spoken = [token.spoken for token in sentence.tokens]
        assert not any(letter.isdigit() for letter in "".join(spoken)), spoken
        groups = voice._pronounce(spoken)
        assert len(groups) == len(spoken)
        assert [group for breath in _breaths(groups) for group in breath] == [group[:380] for group in groups]
    words = estimated_words(line, _sound)
    assert [word.text for word in words] in ([], line.split())
    for one, other in pairwise(words):
        assert one.start <= one.end <= other.start + 1e-6
    parts = parts_of(line)
    assert all(0 < len(part) <= INPUT_CHARACTERS for part in parts)


def _answered(content: bytes) -> None:
    most = most_seconds(LINE)
    try:
        sound = decoded_sound("a voice", Reply(content, {}), most)
    except VendorError:
        return
    assert 0 < sound.size <= most * RATE_HZ
    words = estimated_words(LINE, sound)
    assert len(words) == len(LINE.split())
    assert all(0 <= word.start <= word.end <= sound.size / RATE_HZ + 1e-3 for word in words)
