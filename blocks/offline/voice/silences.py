"""Finds silences in the sound of a voice, and corrects the times of the words beside them.

The model gives word times in steps of 25 ms, and lets the last sound of a word fade into the silence after it. Beside
an audible pause the sound itself shows more exactly when a word begins and ends. Pure: samples and times in, samples
and times out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.audio.wav import Samples

RATE_HZ = 24_000
"""Sample rate of all sound in this module: that of the offline voice."""
BLOCK = RATE_HZ // 200
"""Samples whose power is measured together: 5 ms, half of the 10 ms to which word times are promised."""
QUIET = 10 ** (-28 / 10)
"""Power below which a block is silent, as a share of that of the loud blocks (95th percentile): about 1 % of the peak,
where measured starts and ends agree best with an envelope's."""
SILENCE_SECONDS = 0.05
"""Shortest silence that is a pause; the silence in a 't' is shorter or within its word."""
NEAR_SECONDS = 0.04
"""How far a silence may be from the gap that the model gives between two words, and still be that gap."""
LEAD_SECONDS, TAIL_SECONDS = 0.06, 0.12
"""How much silence is kept before and after speech; the voice itself puts about 0.3 s there."""

Times = list[tuple[float, float]]


def snap_to_silences(sound: Samples, spans: Sequence[tuple[float, float]]) -> Times:
    """Return the word times with those beside a silence moved to its edges.

    Args:
        sound: one breath of speech, (n,) float32 at 24 kHz.
        spans: (start, end) of each word as the model gives them, in seconds, in order; words without length keep none.
    """
    quiet = silences(sound)
    if not quiet:
        return list(spans)
    heard = [(max(0.0, start), max(0.0, end)) for start, end in spans]
    said = [place for place, (start, end) in enumerate(spans) if end > start]
    for one, two in zip([None, *said], [*said, None], strict=True):
        begin = spans[one][0] if one is not None else -1.0
        end = spans[two][1] if two is not None else len(sound) / RATE_HZ + 1
        left = spans[one][1] - NEAR_SECONDS if one is not None else -1.0
        right = spans[two][0] + NEAR_SECONDS if two is not None else len(sound) / RATE_HZ + 1
        gaps = [(b - a, a, b) for a, b in quiet if a < right and b > left and a > begin and b < end]
        if gaps:
            _, from_, until = max(gaps)
            if one is not None:
                heard[one] = (heard[one][0], from_)
            if two is not None:
                heard[two] = (until, heard[two][1])
    return heard


def silences(sound: Samples) -> list[tuple[float, float]]:
    """Return the silent stretches, (start, end) in seconds, with those before the first and after the last word."""
    blocks = len(sound) // BLOCK
    power = (sound[: blocks * BLOCK].reshape(-1, BLOCK).astype(np.float64) ** 2).mean(axis=1)
    loud = power > (np.percentile(power, 95) if blocks else 0.0) * QUIET
    edges = np.flatnonzero(np.diff(np.concatenate([[True], loud, [True]]).astype(np.int8)))
    found = edges.reshape(-1, 2) * BLOCK / RATE_HZ
    return [(float(a), float(b)) for a, b in found if b - a >= SILENCE_SECONDS]


def trimmed(sound: Samples, spans: Sequence[tuple[float, float]]) -> tuple[Samples, Times]:
    """Return a breath with the silence around it cut to `LEAD_SECONDS` and `TAIL_SECONDS`, and its words shifted."""
    said = [(start, end) for start, end in spans if end > start]
    first = max(0, round((said[0][0] - LEAD_SECONDS) * RATE_HZ)) if said else 0
    last = min(len(sound), round((max(end for _, end in said) + TAIL_SECONDS) * RATE_HZ)) if said else len(sound)
    length = (last - first) / RATE_HZ
    moved = np.clip(np.asarray(spans, np.float64) - first / RATE_HZ, 0.0, length)
    return sound[first:last], [(float(start), float(end)) for start, end in moved]
