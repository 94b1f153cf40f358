"""Write WAV files of 16 bit PCM, block by block: used by the narrator, the composer and the mix.

Nothing here knows what the samples mean. No file is published here: callers give the path to write at.
"""

from __future__ import annotations

import errno
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.errors import DiskFull, EngineFailed

Samples = NDArray[np.float32]
"""Sound as float32, full scale at -1 and 1; (n,) for one channel, (n, 2) for left and right."""

FULL_SCALE = 32767
"""The largest 16 bit sample; -32768 stays unused, so that both signs have the same height."""


@contextmanager
def wav_file(out: Path, channels: int, rate_hz: int) -> Iterator[Callable[[Samples], None]]:
    """Open `out` for writing and give a function that appends a block of samples, clipped to full scale.

    The name of `out` may have any ending. Without any block the file is a valid WAV without samples.

    Raises:
        DiskFull: no room is left. EngineFailed: the file cannot be written for another reason.
            After either, ignore whatever is at `out`.
    """
    try:
        # Opened here: if wave.open fails to open a path itself, it leaves an object that prints an error when deleted.
        with out.open("wb") as file, wave.open(file, "wb") as sheet:
            sheet.setnchannels(channels)
            sheet.setsampwidth(2)
            sheet.setframerate(rate_hz)

            def append(block: Samples) -> None:
                pcm = np.rint(np.clip(block, -1.0, 1.0) * FULL_SCALE).astype("<i2")
                sheet.writeframes(pcm.tobytes())

            yield append
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"no room is left on the disk for {out.name!r}; free some and run again") from error
        raise EngineFailed(f"could not write {out.name!r}: {error.strerror or error}") from error
    except wave.Error as error:
        raise EngineFailed(f"could not write {out.name!r}: {error}") from error
