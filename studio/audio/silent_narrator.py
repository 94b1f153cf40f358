"""A silent narrator, used instead of a voice that does not speak the film's language: free; captions show the words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.audio.wav import wav_file
from studio.model.engines import Abilities
from studio.model.receipt import PieceMeasures

RATE_HZ = 24_000
"""Sample rate, that of every line."""


@dataclass(frozen=True)
class SilentNarrator:
    """A narrator that says nothing. Implements `studio.model.engines.Narrator`.

    Its fingerprints differ from the voice's: if a line is to be spoken after all, because the story's language was
    corrected, it is another piece.

    Attributes:
        reason: why it is silent; kept in each line's receipt.
    """

    reason: str

    engine = "offline"
    model = "silence"
    version = 1
    abilities = Abilities(seed=True)

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        """Write a WAV, mono 16 bit at 24 kHz, without samples.

        Raises:
            EngineFailed: the file cannot be written.
        """
        with wav_file(out, channels=1, rate_hz=RATE_HZ):
            return PieceMeasures(seconds=0.0, not_spoken=self.reason if line.strip() else "")
