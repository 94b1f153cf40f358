"""Read the sound of a file of any origin by time, at a rate and with the channels that are asked for.

Seconds count as those of the clip's picture do, so that a part of both stays together. More than two channels are mixed
down as ITU-R BS.775 has it, by libswresample; a cover in a song is left alone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from studio.audio.wav import Samples
from studio.media.opening import opened_media, sound_in, unusable, zero_of

Layout = Literal["mono", "stereo"]

_GAP_SECONDS = 0.02
"""Sound that comes later than it should by this much has a gap before it; less is rounding of time stamps."""
_EARLIER_SECONDS = 1.0
"""How much before the wanted time a reader jumps: codecs need some packets to swing in."""
_SEEKABLE = ("mov", "matroska", "avi", "wav", "mpegts", "flv", "mxf")
"""Beginnings of names of containers that know where each packet belongs; others are read from their beginning."""
_LARGEST = 8.0
"""The largest sample that is believed; float formats can hold any number."""

_HEADROOM = 1 / (1 + 2 * math.sqrt(0.5))
"""A side of stereo has its own channel, and centre and back lowered by 3 dB (ITU-R BS.775)."""


def sound_blocks(
    source: Path,
    rate_hz: int,
    layout: Layout,
    first_seconds: float = 0.0,
    last_seconds: float | None = None,
    *,
    headroom: bool = False,
) -> Iterator[Samples]:
    """Yield the sound from `first_seconds` to `last_seconds` in blocks, (n, channels) float32, without a gap.

    Where the sound begins later there is silence, in blocks of at most a second, and after its end there is nothing.
    What does not decode is silent.

    Args:
        headroom: whether more than two channels are mixed down so quietly that what is full scale in all five of 5.1
            is full scale; otherwise their sum goes beyond it, up to 2.4.

    Raises:
        BadInput: the file cannot be used, or has no sound.
    """
    most = math.inf if last_seconds is None else round((last_seconds - first_seconds) * rate_hz)
    sent = 0
    with opened_media(source) as container:
        stream = sound_in(container)
        if stream is None:
            raise unusable(source, "has no sound", "give a file with sound, or leave its sound out")
        for seconds, block in _timed(container, stream, rate_hz, layout, first_seconds, headroom):
            due = round((seconds - first_seconds) * rate_hz)
            if not sent and due < 0:
                block, due = block[-due:], 0
            if not len(block):
                continue
            # Time stamps that are a little off are no gap.
            gap = due - sent if not sent or due - sent > _GAP_SECONDS * rate_hz else 0
            for part in itertools.chain(_silence(int(min(gap, most)), rate_hz, block.shape[1]), (block,)):
                part = part[: int(min(len(part), most - sent))]
                if len(part):
                    yield part
                    sent += len(part)
            if sent >= most:
                return


def _silence(samples: int, rate_hz: int, channels: int) -> Iterator[Samples]:
    """Yield so many samples of silence a second at a time: a time stamp may claim a gap of any length."""
    for at in range(0, samples, rate_hz):
        yield np.zeros((min(rate_hz, samples - at), channels), np.float32)


def _timed(
    container: InputContainer, stream: AudioStream, rate_hz: int, layout: Layout, first_seconds: float, headroom: bool
) -> Iterator[tuple[float, Samples]]:
    """Yield blocks of sound, each with the second at which it begins."""
    zero, base = zero_of(container), stream.time_base or Fraction(1, rate_hz)
    if first_seconds > _EARLIER_SECONDS and container.format.name.startswith(_SEEKABLE):
        with suppress(av.FFmpegError):
            container.seek(math.floor((Fraction(first_seconds - _EARLIER_SECONDS) + zero) / base), stream=stream)
    resampler: av.AudioResampler | None = None
    looks: tuple[str, str, int] | None = None
    heard, gain = 0.0, np.float32(1)
    for frame in _decoded(container, stream):
        if frame is not None and looks != (looks := (frame.format.name, frame.layout.name, frame.sample_rate)):
            resampler = av.AudioResampler(format="flt", layout=layout, rate=rate_hz)
            gain = np.float32(_HEADROOM if headroom and frame.layout.nb_channels > 2 else 1)
        if frame is not None and frame.pts is not None and frame.time_base is not None:
            heard = float(frame.pts * frame.time_base - zero)
        # The end: what the resampler still holds.
        for made in resampler.resample(frame) if resampler else ():
            block = made.to_ndarray().reshape(-1, 1 if layout == "mono" else 2)
            yield heard, gain * np.clip(np.nan_to_num(block, posinf=0.0, neginf=0.0), -_LARGEST, _LARGEST)
            heard += len(block) / rate_hz


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame | None]:
    for packet in container.demux(stream):
        try:
            for frame in packet.decode():
                assert isinstance(frame, AudioFrame)
                yield frame
        except av.error.InvalidDataError:
            continue
    yield None
