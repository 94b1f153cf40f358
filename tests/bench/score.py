"""Measure the offline composer: a minute in every mood, and what it costs.

python -m tests.bench.score [--seed N]

loudness   LUFS of the middle of the minute, after the beginning and before the end
peak       highest sample in dBFS
mono       what folding down to one channel loses, dB
half, most frequency below which 50 % and 95 % of the power lie, Hz
processor  seconds of processor time for the minute
"""

from __future__ import annotations

import argparse
import tempfile
import time
import wave
from pathlib import Path

import numpy as np

from blocks.offline.music.composer import OfflineComposer
from studio.audio.loudness import Meter
from studio.model.film import MusicCue
from studio.planning.moods import MOODS

RATE_HZ = 48_000
SECONDS = 60.0
MIDDLE = slice(8 * RATE_HZ, 53 * RATE_HZ)


def main() -> None:
    """Print a line for each mood."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=4)
    seed = parser.parse_args().seed
    print(f"{'mood':12}{'loudness':>9}{'peak':>7}{'mono':>7}{'half':>6}{'most':>6}{'processor':>11}")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "score.wav"
        for mood in MOODS:
            began = time.process_time()
            OfflineComposer().compose((MusicCue(start=0, mood=mood),), SECONDS, seed, out)
            processor = time.process_time() - began
            with wave.open(str(out)) as sheet:
                sound = np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2").reshape(-1, 2) / 32768
            meter = Meter(true_peak=False)
            meter.hear(sound[MIDDLE].astype(np.float32))
            mono = sound.mean(axis=1)
            lost = 10 * np.log10((mono**2).mean() / (sound**2).mean())
            power = np.cumsum(np.abs(np.fft.rfft(mono)) ** 2)
            half, most = (np.searchsorted(power, share * power[-1]) / SECONDS for share in (0.5, 0.95))
            peak = 20 * np.log10(np.abs(sound).max())
            print(f"{mood:12}{meter.reading().lufs:9.1f}{peak:7.1f}{lost:7.2f}{half:6.0f}{most:6.0f}{processor:11.2f}")


if __name__ == "__main__":
    main()
