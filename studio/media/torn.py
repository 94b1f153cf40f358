"""Tell a media file that is whole from one that was cut off or overwritten: every frame and sample is decoded once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from studio.errors import BadInput
from studio.media.declared import shortfall, tags_after
from studio.media.opening import open_file, opened_media, picture_in, sound_in

_STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}
"""Makes a decoder tell of what it otherwise hides."""
_NAL_CODECS = {"h264", "hevc"}
_DENSE_CODECS = {"vp8", "vp9", "libdav1d", "av1", "mpeg4", "aac", "opus", "libopus", "vorbis", "libvorbis", "alac"}
"""Codecs whose streams hold no long row of zeros, because they leave out what repeats itself."""
_ZERO_BYTES = 256
_GAP_SECONDS = 0.02
"""Sound that is missing from this length on is a gap; a packet holds 20 ms and more."""
_UNBROKEN = {"flac", "ogg", "asf", "wv", "aac", "ac3"}
"""Containers whose sound has no pauses that are not stored."""
_NEAR_SECONDS = 0.5
"""How much earlier than its header says the last frame or sample may end: cameras round."""


def torn_media(path: Path) -> str:
    """Return why a clip or sound is not whole, in words that follow 'it'; '' if it is.

    It is whole if it decodes from its first frame to its last, and has as much as its header says. A bit that was
    flipped is not found; a block of zeros is, but not in uncompressed sound: a person may have cut it so.

    Raises:
        BadInput: it is no media file that can be used at all, as `opened_media`.
    """
    with open_file(path) as (file, _):
        if short := shortfall(file):
            return short
        tags = tags_after(file)
    opened = False
    try:
        # The whole of it, also what an edit leaves out.
        with opened_media(path, ignore_editlist="1") as container:
            opened = True
            picture, sound = picture_in(container), sound_in(container)
            readers: list[_Reader] = [] if picture is None else [_Pictures(picture)]
            readers += [] if sound is None else [_Sound(sound)]
            by_stream = {reader.stream.index: reader for reader in readers}
            for packet in container.demux([reader.stream for reader in readers]):
                if tags is not None and (packet.pos or 0) >= tags:
                    break
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
        # The last packet of a WAV from a pipe is shorter than its header says; `shortfall` knows what was really cut.
        self.measured = self.codec.startswith("pcm") and stream.container.format.name == "wav"
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
            if packet.is_corrupt and not self.measured:
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

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._rate = stream.codec_context.sample_rate
        self._start: float | None = None
        self._samples = 0

    def heard(self, frame: Any) -> None:
        start = frame.time if frame.time is not None else self.end
        self._start = start if self._start is None else self._start
        self._samples += frame.samples
        self.end = max(self.end, start + frame.samples / frame.sample_rate)

    def ended(self) -> str:
        # The length of an MP3 is reckoned from that of its file, tags included; `shortfall` has counted its frames.
        if self.frames and self.stream.container.format.name == "mp3":
            return ""
        missing = self.end - (self._start or 0.0) - self._samples / self._rate
        if missing > _GAP_SECONDS and self.stream.container.format.name in _UNBROKEN:
            return f"lacks {missing:.2f} s of its sound"
        return super().ended()


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
