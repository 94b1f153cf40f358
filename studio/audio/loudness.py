"""Measure and limit loudness: an EBU R128 meter, a limiter, and the level of speech.

The meter is libavfilter's ebur128; no weighting or gating is done here. The mix in `mix.py` calls meter and limiter.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from studio.audio.wav import Samples
from studio.errors import EngineFailed

RATE_HZ = 48_000
SILENT_LUFS = -70.0
"""R128's absolute gate (EBU Tech 3341): sound that is not louder is not measured at all."""
HOP = 64
"""Samples between two points of the limiter's gain: 1.3 ms."""
REACH = 30
"""How many hops the limiter looks ahead and back: 40 ms, longer than any voice's period, so that nothing buzzes."""

_LOUD_STEPS = 30
_POWERS = 1000


class Loudness(NamedTuple):
    """A reading of the meter: integrated loudness in LUFS (-70 is silence), true peak in dBTP."""

    lufs: float
    peak_db: float


class Meter:
    """Measures integrated loudness and true peak of 48 kHz stereo by EBU R128, block by block.

    Without `true_peak` it measures loudness only, in a third of the time.
    """

    def __init__(self, *, true_peak: bool = True) -> None:
        self._graph = av.filter.Graph()
        self._source = self._graph.add_abuffer(sample_rate=RATE_HZ, format="flt", layout="stereo")
        scanner = self._graph.add("ebur128", f"metadata=1:peak={'true' if true_peak else 'none'}:framelog=quiet")
        self._sink = self._graph.add("abuffersink")
        self._source.link_to(scanner)
        scanner.link_to(self._sink)
        self._graph.configure()
        self._heard = 0
        self._lufs = SILENT_LUFS
        self._peak = 0.0

    def hear(self, block: Samples) -> None:
        """Measure the next block: (n, 2) float32 samples."""
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.time_base = Fraction(1, RATE_HZ)
        frame.pts = self._heard
        self._heard += len(block)
        self._source.push(frame)
        self._drain()

    def reading(self) -> Loudness:
        """Return what was measured; after this the meter takes no more blocks. R128 measures nothing below 0.4 s."""
        self._source.push(None)
        self._drain()
        return Loudness(max(self._lufs, SILENT_LUFS), 20 * float(np.log10(max(self._peak, 1e-10))))

    def _drain(self) -> None:
        while True:
            try:
                frame = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            # A window without a block above the gate gives nan.
            lufs = float(frame.metadata.get("lavfi.r128.I", "nan"))
            if np.isfinite(lufs):
                self._lufs = lufs
            peak = float(frame.metadata.get("lavfi.r128.true_peak", "nan"))
            if np.isfinite(peak):
                self._peak = max(self._peak, peak)


def peaks_of(block: Samples) -> NDArray[np.float32]:
    """Return the highest absolute sample of both channels in every hop of an (n, 2) block; the last may be short."""
    heights = np.abs(block).max(axis=1)
    short = -len(heights) % HOP
    hops: NDArray[np.float32] = np.pad(heights, (0, short)).reshape(-1, HOP).max(axis=1)
    return hops


def limiting(peaks: NDArray[np.float32], ceiling: float) -> NDArray[np.float32]:
    """Return the gain at each hop's centre, <= 1, that keeps every sample at or below `ceiling`.

    The gain that each hop needs is spread by a running minimum and then smoothed by a window of the same reach. An
    average of gains that are all low enough is low enough too, so no sample between two centres exceeds the ceiling.

    Args:
        peaks: the film's hops as `peaks_of` returns them, after its gain.
        ceiling: largest sample allowed, > 0.

    Raises:
        EngineFailed: a peak is not a finite number.
    """
    if not np.isfinite(peaks).all():
        raise EngineFailed("the sound holds samples that are not numbers; make the narration and score again")
    need = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
    if need.size == 0 or need.min() == 1.0:
        return need
    spread = np.lib.stride_tricks.sliding_window_view(np.pad(need, REACH, constant_values=1.0), 2 * REACH + 1)
    lowest = np.pad(spread.min(axis=1), REACH - 1, mode="edge")
    window = np.hanning(2 * REACH + 1)[1:-1]
    return np.convolve(lowest, window / window.sum(), "valid").astype(np.float32)


def gain_between(hops: NDArray[np.float32], begin: int, end: int, hop: int) -> NDArray[np.float32]:
    """Return the gain of each sample in `[begin, end)`, interpolated between the centres of hops of `hop` samples."""
    lo, hi = max(0, begin // hop - 2), min(len(hops), end // hop + 3)
    centres = (np.arange(lo, hi) + 0.5) * hop
    return np.interp(np.arange(begin, end), centres, hops[lo:hi]).astype(np.float32)


def powers_of(sound: Samples, step: int) -> NDArray[np.float64]:
    """Return the mean power of every `step` samples of a sound, (n,); the last ones may be short, and count as long."""
    powers = np.zeros(-(-len(sound) // step))
    # Some at a time: numbers of 64 bit take much room.
    for at in range(0, len(powers), _POWERS):
        part = sound[at * step : (at + _POWERS) * step].astype(np.float64)
        powers[at : at + _POWERS] = (np.pad(part, (0, -len(part) % step)).reshape(-1, step) ** 2).mean(axis=1)
    return powers


def loud_power(power: NDArray[np.float64]) -> float:
    """Return the power that the loud parts of a recording reach: 5 % of it, or 0.3 s of a long one, are louder.

    In a long recording less than 5 % may be speech; the loudest step of all may be a click.

    Args:
        power: of each step of 10 ms; at least one.
    """
    return float(np.percentile(power, max(95.0, 100.0 - 100.0 * _LOUD_STEPS / len(power))))
