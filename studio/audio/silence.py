"""Silence in the place of a voice that does not speak the film's language: free, and captions carry the words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.audio.wav import wav_file
from studio.model.engines import Abilities
from studio.model.receipt import PieceMeasures

RATE_HZ = 24_000
"""As every line has it."""


@dataclass(frozen=True)
class Silence:
    """Says nothing. Implements `studio.model.engines.Narrator`.

    To a fingerprint it is another narrator than the voice: a line that is to be spoken after all, because the story's
    language was mended, is another piece.

    Attributes:
        reason: why; it is kept in each line's receipt.
    """

    reason: str

    engine = "offline"
    model = "silence"
    version = 1
    abilities = Abilities(seed=True)

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        """Write a WAV, mono 16 bit at 24 kHz, of no samples.

        Raises:
            EngineFailed: the file cannot be written.
        """
        with wav_file(out, channels=1, rate_hz=RATE_HZ):
            return PieceMeasures(seconds=0.0, not_spoken=self.reason if line.strip() else "")
