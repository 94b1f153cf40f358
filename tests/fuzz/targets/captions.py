"""Captions: the first eight bytes tell how the line is spoken, in which film; what follows is what is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from studio.lettering.caption_cues import line_cues, silent_cues, srt_text, vtt_text
from studio.lettering.linebreaks import LINE_COLUMNS, clean, clean_lines, parts_of
from studio.model.film import Cue, Word
from tests.fuzz.judge import stretched

RATES = (12, 24, 25, 30, 60)
CHARACTERS = 4_000
"""Longest line of a shot."""


def check(data: bytes) -> None:
    """Captions follow each other inside the line's frames, every sign of it is in one, and players read them."""
    head, text = data[:8].ljust(8, b"\0"), stretched(data[8:])[:CHARACTERS]
    fps, spoken, columns = RATES[head[0] % len(RATES)], head[1] & 1, 1 + head[2] % LINE_COLUMNS
    frames, offset = 1 + int.from_bytes(head[3:5]), int.from_bytes(head[5:7])
    for word in text.split():
        assert "".join(parts_of(clean(word))) == clean(word)
    if spoken:
        words = _spoken(text, frames / fps, head[7])
        cues = line_cues(words, fps, offset, offset + frames, columns)
        assert _bare("".join(cue.text for cue in cues)) == _bare(clean(text)) or _mute(text, cues)
        free = line_cues(words, fps, offset, None, columns)
        _in_order(free, offset, None)
    else:
        cues = silent_cues(text, frames, fps, offset, columns)
        assert _bare("".join(cue.text for cue in cues)) == _bare(clean(text)) or _mute(text, cues)
    _in_order(cues, offset, offset + frames)
    _reads(srt_text(cues, fps), vtt_text(cues, fps), cues)


def _spoken(text: str, seconds: float, pace: int) -> list[Word]:
    """Every word in its turn; the pace tells how much silence is between two."""
    written = text.split()
    each = seconds / max(1, len(written))
    share = 0.1 + 0.9 * (pace % 16) / 15
    return [Word(text=word, start=n * each, end=n * each + each * share) for n, word in enumerate(written)]


def _in_order(cues: Sequence[Cue], begin: int, until: int | None) -> None:
    for cue in cues:
        assert begin <= cue.start < cue.end, cue
        assert until is None or cue.end <= until, cue
    for one, other in pairwise(cues):
        assert one.end <= other.start, (one, other)


def _mute(text: str, cues: Sequence[Cue]) -> bool:
    """A line of nothing but marks has no captions."""
    return not cues and not any(unicodedata.category(sign)[0] not in "PZC" for sign in clean(text))


def _reads(srt: str, vtt: str, cues: Sequence[Cue]) -> None:
    stamp = r"(\d\d+:\d\d:\d\d[.,]\d{3}) --> (\d\d+:\d\d:\d\d[.,]\d{3})"
    for written in (srt, vtt.removeprefix("WEBVTT\n\n") if cues else ""):
        blocks = [block.split("\n") for block in written.removesuffix("\n").split("\n\n")] if cues else []
        assert len(blocks) == len(cues)
        for cue, lines in zip(cues, blocks, strict=True):
            lines = [line for line in lines if line]
            at = next(place for place, line in enumerate(lines) if re.fullmatch(stamp, line))
            assert at <= 1
            assert len(lines) - at - 1 == len(clean_lines(cue.text).split("\n"))


def _bare(text: str) -> str:
    return "".join(text.split())
