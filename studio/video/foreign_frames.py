"""Read the frames of a clip of any origin by time, and turn each into planes of our own kind.

`conform.py` makes clips and stills of them. A frame may lie on its side, have pixels that are not square, ten bits,
high dynamic range, an alpha channel, full range, two fields, or another size than the one before it.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import av.filter
import cv2
import numpy as np
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from studio.media.opening import MOST_PIXELS, opened_media, picture_in, unreadable, zero_of
from studio.video.encoder import planes_of
from studio.video.planes import Pixels, Planes

BLUR_FROM = 1 / 3
"""Where more than this share of a picture would be cropped away, it is shown whole instead: 4:3 (1/4) and 2.39:1 (1/4)
fill a frame of 16:9, a square (0.44) and an upright picture (0.68) do not."""
_BACKDROP_LIGHT = 0.45
"""Brightness of the enlarged, blurred picture behind a picture that is shown whole: it must not draw the eye."""
_BACKDROP_PX = 96
"""Shorter side of the backdrop before it is enlarged."""

_EARLIER_SECONDS = 1.0
"""How much before the wanted time a reader jumps: some indexes are off by a few frames."""
_BEFORE_SECONDS = 10.0
"""How much before its first frame a transport stream's beginning is sought: libavformat seeks it by the times at which
frames are decoded, earlier than those at which they are shown, and skips a keyframe that is decoded before the wanted
time. Other containers have indexes, and some of them fail if they are asked for a time that they do not have."""
_HDR = {16, 18}
"""Transfer functions of high dynamic range: SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG); ITU-T H.273, table 3."""
_BT709 = 1
_HD_LINES = 720
"""Pictures of as many lines are BT.709 if they do not say what they are, smaller ones BT.601, as players have it."""
_LIMITED = 1
_SWS_709, _SWS_601, _SWS_2020 = 1, 5, 9
"""Matrices, as libswscale numbers them."""
MOST_STRETCH = 8.0
"""Clips whose pixels are said to be longer or wider than this many times their other side are refused by `media_of`; in
a film that has one already, its pixels are taken as square."""

_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}

Turn = NDArray[np.int64]
"""How a stored frame is to be shown: ((a, b), (c, d)), each 0, 1 or -1; (x, y) goes to (ax + cy, bx + dy)."""

STRAIGHT: Turn = np.array([[1, 0], [0, 1]])


class Shown(NamedTuple):
    """A frame of the source: the time from which it is shown, in seconds of the source, and itself."""

    seconds: float
    frame: av.VideoFrame
    stretch: float
    """Width of a pixel by its height."""
    turn: Turn


class ForeignClip:
    """An opened clip, read forward by time. Seconds count from its first frame or sample, whichever is earlier."""

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream) -> None:
        self.path = path
        self._container = container
        self._stream = stream
        self._zero = zero_of(container)
        self._turn: Turn | None = None
        shape = stream.sample_aspect_ratio
        stretch = float(shape) if shape else 1.0
        self.stretch = stretch if 1 / MOST_STRETCH <= stretch <= MOST_STRETCH else 1.0

    def end_after(self, last: Shown) -> float:
        """Return when the clip ends, in seconds, if `last` is its last frame."""
        length, base = self._stream.duration, self._stream.time_base
        if length and base:
            end = float((length + (self._stream.start_time or 0)) * base - self._zero)
        else:
            end = (self._container.duration or 0) / av.time_base
        return max(end, last.seconds + float(1 / (self._stream.average_rate or 25)))

    def frames(self, first_seconds: float) -> Iterator[Shown]:
        """Yield the frames in order of time, from one that is shown at `first_seconds` or before, else from the first.

        Nothing is decoded that lies more than a group of pictures earlier. What does not decode is left out.

        Raises:
            BadInput: the rest cannot be read.
        """
        if first_seconds > _EARLIER_SECONDS:
            if self._jump(first_seconds - _EARLIER_SECONDS):
                frames = self._from_key(self._decoded())
                start = next(frames, None)
                if start is not None and start.seconds <= first_seconds:
                    yield start
                    yield from frames
                    return
            if not self._jump(-_BEFORE_SECONDS if self._container.format.name == "mpegts" else 0.0):
                yield from self._opened_again()
                return
        yield from self._decoded()

    def _opened_again(self) -> Iterator[Shown]:
        # A Matroska file with times before its 0 refuses to be sought, and can be read no more.
        with opened_media(self.path) as container:
            stream = picture_in(container)
            if stream is not None:
                yield from ForeignClip(self.path, container, stream).frames(0.0)

    def _jump(self, seconds: float) -> bool:
        """Go to the last keyframe that is not after these seconds; tell whether the container can."""
        base = self._stream.time_base
        if base is None:
            return False
        try:
            self._container.seek(math.floor((Fraction(seconds) + self._zero) / base), stream=self._stream)
        except av.FFmpegError:
            return False
        return True

    def _from_key(self, frames: Iterator[Shown]) -> Iterator[Shown]:
        # What is shown before the keyframe that the reader jumped to may refer to frames that were not read.
        key = None
        for shown in frames:
            if key is None and shown.frame.key_frame:
                key = shown.seconds
            if key is not None and shown.seconds >= key:
                yield shown

    def _decoded(self) -> Iterator[Shown]:
        try:
            yield from self._whole()
        except av.FFmpegError as error:
            # Whoever encodes these frames would take it for an error of the encoder.
            raise unreadable(self.path, error) from error

    def _whole(self) -> Iterator[Shown]:
        fields: _Fields | None = None
        for frame in self._raw():
            if frame.interlaced_frame and fields is None:
                fields = _Fields(self._stream.time_base or Fraction(1, 90_000), frame)
            if fields is None or not fields.fits(frame):
                yield from self._shown(frame)
                continue
            for whole in fields.push(frame):
                yield from self._shown(whole)
        for whole in fields.push(None) if fields else ():
            yield from self._shown(whole)

    def _shown(self, frame: av.VideoFrame) -> Iterator[Shown]:
        if frame.pts is not None and frame.time_base is not None and frame.width * frame.height <= MOST_PIXELS:
            # Asked of the first frame only: what holds the answer holds its frame, until Python looks for cycles.
            self._turn = turn_of(frame) if self._turn is None else self._turn
            yield Shown(float(frame.pts * frame.time_base - self._zero), frame, self.stretch, self._turn)

    def _raw(self) -> Iterator[av.VideoFrame]:
        # Only libvpx decodes the second picture that holds a WebM's transparency.
        clear = self._stream.metadata.get("alpha_mode") == "1"
        vpx = _WITH_ALPHA.get(self._stream.codec_context.codec.name) if clear else None
        decoder = av.CodecContext.create(vpx, "r") if vpx else self._stream.codec_context
        assert isinstance(decoder, VideoCodecContext)
        rate, base = self._stream.average_rate, self._stream.time_base
        # A pack of a program stream may hold many frames, and has the time of its first one only.
        step = round(1 / (rate * base)) if self._container.format.name == "mpeg" and rate and base else 0
        last: int | None = None
        for packet in self._container.demux(self._stream):
            try:
                for frame in decoder.decode(packet):
                    frame.time_base = frame.time_base or base
                    if step and last is not None and (frame.pts is None or frame.pts <= last):
                        frame.pts = last + step
                    last = frame.pts
                    yield frame
            except av.error.InvalidDataError:
                continue


class _Fields:
    """Makes whole frames of two fields each, by libavfilter's bwdif: one frame per frame."""

    def __init__(self, time_base: Fraction, first: av.VideoFrame) -> None:
        self._graph = av.filter.Graph()
        self._looks = (first.width, first.height, first.format.name)
        self._source = self._graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=time_base
        )
        bwdif = self._graph.add("bwdif", "mode=send_frame:deint=interlaced")
        self._sink = self._graph.add("buffersink")
        self._source.link_to(bwdif)
        bwdif.link_to(self._sink)
        self._graph.configure()

    def fits(self, frame: av.VideoFrame) -> bool:
        return (frame.width, frame.height, frame.format.name) == self._looks

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        self._source.push(frame)
        while True:
            try:
                pulled = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(pulled, av.VideoFrame)
            yield pulled


def turn_of(frame: av.VideoFrame) -> Turn:
    """Return how the frame must be turned or mirrored to be upright (the matrix of ISO/IEC 14496-12, 8.3.2)."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return STRAIGHT
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix)[:36])  # type: ignore[call-overload]  # side data is a buffer
    # A turn by any other angle than a quarter is taken as the nearest one.
    straight = abs(a) + abs(d) >= abs(b) + abs(c)
    turn = np.array([[np.sign(a), 0], [0, np.sign(d)]] if straight else [[0, np.sign(b)], [np.sign(c), 0]])
    return turn if round(abs(float(np.linalg.det(turn)))) == 1 else STRAIGHT


def upright_size(frame: av.VideoFrame, stretch: float, turn: Turn) -> tuple[float, float]:
    """Return (width, height) of the frame as it is shown, in square pixels; the longer side of a pixel counts."""
    wide, high = frame.width * max(stretch, 1.0), frame.height / min(stretch, 1.0)
    return (high, wide) if turn[0, 0] == 0 else (wide, high)


class Filler:
    """Fits frames into planes of one size: covering it, or whole over their own blurred selves.

    Args:
        size: (width, height) in pixels, even.
        whole: whether nothing may be cropped away; None decides by `BLUR_FROM`.
    """

    def __init__(self, size: tuple[int, int], *, whole: bool | None = None) -> None:
        self._size = size
        self._whole = whole
        # One for each purpose: making libswscale's tables anew takes longer than scaling.
        self._front, self._behind = VideoReformatter(), VideoReformatter()

    def fill(self, shown: Shown) -> Planes:
        """Return the frame as planes of the size."""
        size, frame, turn = self._size, over_black(shown.frame), shown.turn
        wide, high = upright_size(frame, shown.stretch, turn)
        across, along = size[0] / wide, size[1] / high
        cover, fit = max(across, along), min(across, along)
        whole = 1 - fit / cover > BLUR_FROM if self._whole is None else self._whole
        if not whole:
            return _cropped(_scaled(self._front, frame, turn, (wide * cover, high * cover), size), size)
        picture = _scaled(self._front, frame, turn, (wide * fit, high * fit), (2, 2))
        small = _BACKDROP_PX / min(size)
        least = (max(2, 2 * round(size[0] * small / 2)), max(2, 2 * round(size[1] * small / 2)))
        # Of a very long picture nobody sees in a blur that it is compressed.
        grown = (
            min(wide * cover * small, MOST_STRETCH * least[0]),
            min(high * cover * small, MOST_STRETCH * least[1]),
        )
        return _centred(picture, _backdrop(_cropped(_scaled(self._behind, frame, turn, grown, least), least), size))


def over_black(frame: av.VideoFrame) -> av.VideoFrame:
    """Return the frame without its alpha channel: over black where it is transparent."""
    # libavutil's flag of a palette says nothing of alpha: GIF has it.
    if not (frame.format.name.startswith(("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya", "pal8"))):
        return frame
    rgba = frame.reformat(format="rgba", src_colorspace=_matrix_of(frame)).to_ndarray()
    share = rgba[:, :, 3:].astype(np.uint16)
    plain = av.VideoFrame.from_ndarray(((rgba[:, :, :3] * share + 127) // 255).astype(np.uint8), format="rgb24")
    plain.pts, plain.time_base = frame.pts, frame.time_base
    return plain


def _matrix_of(frame: av.VideoFrame) -> int:
    if frame.colorspace in (9, 10):  # BT.2020, its two kinds of luma
        return _SWS_2020
    if frame.colorspace in (1, 4, 5, 6, 7):  # libswscale's numbers are those of H.273, table 4
        return int(frame.colorspace)
    return _SWS_709 if frame.height >= _HD_LINES else _SWS_601


def _scaled(
    scaler: VideoReformatter, frame: av.VideoFrame, turn: Turn, size: tuple[float, float], least: tuple[int, int]
) -> Planes:
    """Return upright planes of about `size`, even, at least `least`."""
    wide, high = (max(2 * round(side / 2), low) for side, low in zip(size, least, strict=True))
    if turn[0, 0] == 0:
        wide, high = high, wide
    shrinks = wide < frame.width / 2 or high < frame.height / 2
    tone = _BT709 if frame.color_trc in _HDR else None
    rgb = frame.format.is_rgb
    made = scaler.reformat(
        frame,
        width=wide,
        height=high,
        format="yuv420p",
        src_colorspace=None if rgb else _matrix_of(frame),
        dst_colorspace=_SWS_709,
        src_color_range=None if rgb else (frame.color_range or _LIMITED),
        dst_color_range=_LIMITED,
        interpolation="AREA" if shrinks else "BICUBIC",
        dst_color_trc=tone,
        dst_color_primaries=tone,
        threads=1,
    )
    y, u, v = (_turned(plane, turn) for plane in planes_of(made))
    return y, u, v


def _turned(plane: Pixels, turn: Turn) -> Pixels:
    if turn[0, 0] == 0:
        plane = plane.T
        across, along = turn[1, 0], turn[0, 1]
    else:
        across, along = turn[0, 0], turn[1, 1]
    return np.ascontiguousarray(plane[:: int(along), :: int(across)])


def _cropped(planes: Planes, size: tuple[int, int]) -> Planes:
    """Cut planes around their centre."""
    high, wide = planes[0].shape
    left, top = (wide - size[0]) // 4 * 2, (high - size[1]) // 4 * 2
    y, u, v = (
        np.ascontiguousarray(plane[top // n : (top + size[1]) // n, left // n : (left + size[0]) // n])
        for plane, n in zip(planes, (1, 2, 2), strict=True)
    )
    return y, u, v


def _backdrop(small: Planes, size: tuple[int, int]) -> Planes:
    """Return small planes enlarged to `size`, blurred and darkened."""
    large = []
    for plane, black, n in zip(small, (16, 128, 128), (1, 2, 2), strict=True):
        soft = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), _BACKDROP_PX / 24 / n)
        grown = cv2.resize(soft, (size[0] // n, size[1] // n), interpolation=cv2.INTER_CUBIC)
        light = _BACKDROP_LIGHT if n == 1 else 0.6
        large.append(np.rint(black + (grown - black) * light).clip(16, 240).astype(np.uint8))
    return large[0], large[1], large[2]


def _centred(picture: Planes, behind: Planes) -> Planes:
    """Draw planes in the middle of larger ones."""
    high, wide = picture[0].shape
    top, left = (behind[0].shape[0] - high) // 4 * 2, (behind[0].shape[1] - wide) // 4 * 2
    for plane, ground, n in zip(picture, behind, (1, 2, 2), strict=True):
        ground[top // n : (top + high) // n, left // n : (left + wide) // n] = plane
    return behind
