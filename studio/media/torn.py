"""Tell a media file that is whole from one that was cut off or overwritten: every frame and sample is decoded once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from studio.errors import BadInput
from studio.media.declared import shortfall
from studio.media.opening import open_file, opened_media, picture_in, sound_in

_STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}
"""Makes a decoder tell of what it otherwise hides."""
_NAL_CODECS = {"h264", "hevc"}
_DENSE_CODECS = {"vp8", "vp9", "libdav1d", "av1", "mpeg4", "aac", "opus", "libopus", "vorbis", "libvorbis", "alac"}
"""Codecs whose streams hold no long row of zeros, because they leave out what repeats itself."""
_ZERO_BYTES = 256
_ZERO_SECONDS = 0.01
"""A stretch of exact zeros in uncompressed sound is looked at from this length on: less than a page of a disk."""
_ABRUPT = 0.125
"""A stretch of zeros begins abruptly if the sound beside it is higher than this share of the loudness around."""
_LOUD = 0.01
"""Sound beside a stretch of zeros that is quieter than this share of the highest sample is a pause: 40 dB below it."""
_GAP_SECONDS = 0.02
"""Sound that is missing from this length on is a gap; a packet holds 20 ms and more."""
_UNBROKEN = {"flac", "ogg", "asf", "wv", "aac", "ac3"}
"""Containers whose sound has no pauses that are not stored."""
_NEAR_SECONDS = 0.5
"""How much earlier than its header says the last frame or sample may end: cameras round."""


def torn_media(path: Path, *, zeros: bool = True) -> str:
    """Return why a clip or sound is not whole, in words that follow 'it'; '' if it is.

    It is whole if it decodes from its first frame to its last, and has as much as its header says. A bit that was
    flipped is not found; a block of zeros is, in uncompressed sound only if its edges cut through sound.

    Args:
        zeros: whether zeros that cut through uncompressed sound count as damage: a person may have cut it so.

    Raises:
        BadInput: it is no media file that can be used at all, as `opened_media`.
    """
    with open_file(path) as (file, _):
        if short := shortfall(file):
            return short
    opened = False
    try:
        # The whole of it, also what an edit leaves out.
        with opened_media(path, ignore_editlist="1") as container:
            opened = True
            picture, sound = picture_in(container), sound_in(container)
            readers: list[_Reader] = [] if picture is None else [_Pictures(picture)]
            readers += [] if sound is None else [_Sound(sound, zeros)]
            by_stream = {reader.stream.index: reader for reader in readers}
            for packet in container.demux([reader.stream for reader in readers]):
                if why := by_stream[packet.stream.index].read(packet):
                    return why
            return next((why for reader in readers if (why := reader.ended())), "")
    except BadInput as error:
        if opened and isinstance(error.__cause__, av.FFmpegError):
            return f"does not decode whole ({error.__cause__.strerror})"
        raise


class _Reader:
    """Reads one stream to its end."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.codec = stream.codec_context.codec.name
        self.stream.codec_context.options = {**stream.codec_context.options, **_STRICT}
        self.packets = self.frames = 0
        self.end = 0.0
        head = stream.codec_context.extradata or b""
        # Where the parameters say how many bytes a unit's length has (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).
        place = 4 if self.codec == "h264" else 21
        self.length_bytes = (head[place] & 3) + 1 if head[:1] == b"\1" and len(head) > place else 0

    def at(self) -> str:
        return f"at {self.end:.2f} s"

    def read(self, packet: av.Packet[Any]) -> str:
        if packet.size:
            self.packets += 1
            if packet.is_corrupt:
                return f"is cut off or damaged {self.at()}"
            if why := self.seen(packet):
                return why
        try:
            for frame in packet.decode():
                self.frames += 1
                if frame.is_corrupt and self.frames > 1:
                    return f"is damaged {self.at()}"
                self.heard(frame)
        except av.error.InvalidDataError:
            # Recordings of broadcasts begin anywhere.
            if self.frames or not packet.size:
                return f"does not decode {self.at()}"
        return ""

    def seen(self, packet: av.Packet[Any]) -> str:
        content = bytes(packet)
        if self.codec in _NAL_CODECS:
            zeros = _broken_units(content, self.length_bytes)
        elif self.codec in _DENSE_CODECS:
            zeros = bytes(_ZERO_BYTES) in content or (len(content) >= 16 and not content.strip(b"\0"))
        else:
            zeros = len(content) >= 4096 and not content.strip(b"\0") and not self.codec.startswith(("pcm", "raw"))
        return f"was overwritten {self.at()}" if zeros else ""

    def heard(self, frame: Any) -> None:
        if frame.time is not None:
            self.end = max(self.end, frame.time)

    def ended(self) -> str:
        if not self.frames:
            return "does not decode"
        stream = self.stream
        if not stream.duration or not stream.time_base:
            return ""
        said = float((stream.duration + (stream.start_time or 0)) * stream.time_base)
        # The last frame is shown for a while, which may be long if frames have different lengths.
        if self.end < said - max(_NEAR_SECONDS, self.last_seconds(said)):
            return f"ends at {self.end:.2f} s of its {said:.2f} s"
        return ""

    def last_seconds(self, said: float) -> float:
        return 0.0


class _Pictures(_Reader):
    stream: VideoStream

    def ended(self) -> str:
        promised = self.stream.frames
        if promised and self.stream.container.format.name.startswith("mov") and self.packets < promised:
            return f"has {self.packets:,} of its {promised:,} frames"
        return super().ended()

    def last_seconds(self, said: float) -> float:
        # Every frame that the header counts is there: then the last one is a long one.
        return said if self.stream.frames and self.packets >= self.stream.frames else 0.0


class _Sound(_Reader):
    stream: AudioStream

    def __init__(self, stream: Any, zeros: bool) -> None:
        super().__init__(stream)
        self._rate = stream.codec_context.sample_rate
        self._zeros = _ZeroStretch(self._rate) if zeros and self.codec.startswith("pcm") else None
        self._start: float | None = None
        self._samples = 0

    def heard(self, frame: Any) -> None:
        start = frame.time if frame.time is not None else self.end
        self._start = start if self._start is None else self._start
        self._samples += frame.samples
        self.end = max(self.end, start + frame.samples / frame.sample_rate)
        if self._zeros:
            stored = frame.to_ndarray()
            flat = stored.T if frame.format.is_planar else stored.reshape(frame.samples, -1)
            self._zeros.hear(flat, frame.format.name.startswith("u8"))

    def ended(self) -> str:
        if self._zeros and (at := self._zeros.end()) is not None:
            return f"was overwritten: exact zeros begin within the sound at {at:.2f} s"
        missing = self.end - (self._start or 0.0) - self._samples / self._rate
        if missing > _GAP_SECONDS and self.stream.container.format.name in _UNBROKEN:
            return f"lacks {missing:.2f} s of its sound"
        return super().ended()


class _ZeroStretch:
    """Looks for a stretch of bytes of zero in uncompressed sound that cuts through sound.

    A disk or a copy that failed leaves one. People's silence begins where the sound has died away, and a synthetic
    pulse has silence around it.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate = rate_hz
        self._least = round(_ZERO_SECONDS * rate_hz)
        self._beside: NDArray[np.float32] = np.zeros(0, np.float32)
        self._run = self._heard = 0
        self._peak = 0.0
        self._cut_before = False
        self._waiting: int | None = None
        self.found: float | None = None

    def hear(self, samples: NDArray[Any], unsigned: bool) -> None:
        """Look at the next samples, (n, channels) as they are stored."""
        zero = np.all(samples == 0, axis=1)
        level = np.abs(samples.astype(np.float32) - (128 if unsigned else 0)).max(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate(([self._run > 0], zero)).astype(np.int8)))
        place, inside = 0, self._run > 0
        for bound in (*edges.tolist(), len(zero)):
            if inside:
                self._run += bound - place
            else:
                self._sound(level[place:bound])
            if bound < len(zero):
                if inside:
                    self._end(self._heard + bound)
                else:
                    self._cut_before = self._cuts(self._beside[::-1])
                inside = not inside
            place = bound
        self._heard += len(zero)

    def _sound(self, level: NDArray[np.float32]) -> None:
        self._peak = max(self._peak, float(level.max(initial=0.0)))
        self._beside = np.concatenate([self._beside, level])
        if self._waiting is not None and len(self._beside) >= self._least:
            if self._cuts(self._beside[: self._least]) and self.found is None:
                self.found = self._waiting / self._rate
            self._waiting = None
        if self._waiting is None:
            self._beside = self._beside[-self._least :]

    def _end(self, place: int) -> None:
        if self._run >= self._least:
            self._waiting = place - self._run if self._cut_before else None
            self._beside = self._beside[:0]
        self._run = 0

    def _cuts(self, outward: NDArray[np.float32]) -> bool:
        """Tell whether the sound beside a stretch, from its edge outward, is cut through."""
        if len(outward) < self._least:
            return False
        around = float(np.sqrt((outward**2).mean()))
        # Of two samples, because half of one may be overwritten.
        return around > _LOUD * self._peak and float(outward[:2].max()) > _ABRUPT * around

    def end(self) -> float | None:
        """Return where a stretch begins that is damage, in seconds; None if there is none."""
        if self.found is None and self._run >= self._least and self._cut_before:
            return (self._heard - self._run) / self._rate
        return self.found


def _broken_units(content: bytes, length_bytes: int) -> bool:
    """Tell whether a packet of H.264 or H.265 holds what no encoder writes.

    Three bytes of zero are never in a unit: the standard puts a 3 between (ITU-T H.264, 7.4.1; H.265, 7.4.2), and zeros
    are added at its end only. In an MP4 each unit comes after its length, and they must add up.

    Args:
        length_bytes: how many bytes a unit's length has; 0 if units begin with a start code.
    """
    if not length_bytes:
        return bytes(_ZERO_BYTES) in content
    at = 0
    while at + length_bytes <= len(content):
        start = at + length_bytes
        at = start + int.from_bytes(content[at:start], "big")
        unit = content[start:at].rstrip(b"\0")
        if at > len(content) or not unit or at - start - len(unit) >= _ZERO_BYTES or b"\0\0\0" in unit:
            return True
    return at != len(content)
