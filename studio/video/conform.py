"""Conform a clip of any origin to the film: exactly so many frames, of its size and rate, as our own clips are.

Decoded with PyAV, frame by frame, and encoded by `encode`: MoviePy, which conforms clips elsewhere, runs another ffmpeg
on a path that it opens itself (so that no list of allowed formats holds), takes every frame for one of a constant rate,
knows no matrix, range or transfer function of colours, and pipes RGB; here a frame is chosen by its own time, and
scaled from its own planes to ours in one step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path

import av
import numpy as np
from PIL import Image

from studio.errors import BadInput
from studio.fs import files
from studio.media.opening import open_file, opened_media, picture_in, unusable
from studio.media.torn import torn_media
from studio.model.engines import Tick
from studio.model.film import Cue
from studio.model.receipt import PieceMeasures
from studio.model.style import StyleSettings
from studio.video.burned_captions import BurnedCaption, set_cues
from studio.video.encoder import PACKETS_ONLY, TIMESCALE, Draw, encode, planes_of, probe
from studio.video.foreign_frames import STRAIGHT, Filler, ForeignClip, Shown, turn_of, upright_size
from studio.video.planes import Pixels, Planes
from studio.video.style_frame import StyleFrame, frame_for

_COPY_BLOCK = 1 << 20


def conform_clip(
    source: Path,
    first_seconds: float,
    last_seconds: float | None,
    frames: int,
    fps: int,
    size: tuple[int, int],
    cues: Sequence[Cue],
    out: Path,
    tick: Tick = lambda _: None,
    settings: StyleSettings | None = None,
) -> PieceMeasures:
    """Write a clip of exactly `frames` frames from a part of `source`; the same bytes each time.

    A frame shows what the source shows in the middle of its time. What is longer is trimmed, and where the source ends,
    or the part of it, its last frame stays. A picture covers the frame about its centre; where more than a third of it
    would be cropped away it is shown whole, over itself, enlarged and blurred. A source that is already as the clip
    would be encoded is copied, unless something is drawn over it.

    Args:
        first_seconds, last_seconds: the part of the source, in seconds from its beginning; None is its end.
        frames: length of the clip, >= 1.
        size: (width, height) in pixels, even.
        cues: captions to burn in, in frames of this clip.
        out: may have any ending; the container is MP4, without sound.
        settings: of a style, whose frame is drawn over the picture, and whose captions are burned in.

    Returns:
        Size, frames and seconds as measured; `not_drawn` are words of the cues that no installed font can show.

    Raises:
        BadInput: the source cannot be used, or the part lies outside it.
        EngineFailed: the encoder failed.
        DiskFull: there is no room left. After any error, ignore whatever is at `out`.
    """
    if not 0 <= first_seconds < (float("inf") if last_seconds is None else last_seconds):
        raise unusable(source, f"has no part from {first_seconds} s to {last_seconds} s", "give the later one last")
    burned, lost = set_cues(cues, size, settings)
    around = frame_for(settings, size) if settings is not None else None
    drawn = bool(cues) or around is not None
    if not drawn and not first_seconds and last_seconds is None and _is_ours(source, frames, fps, size, out):
        _copy(source, out)
        return probe(out)
    with _opened(source) as clip:
        shown = at_times(clip, [first_seconds + (n + 0.5) / fps for n in range(frames)], last_seconds)
        made = encode(_drawings(shown, size, burned, around), size, fps, out, tick)
    return made.model_copy(update={"not_drawn": lost})


def still_of(source: Path, seconds: float, out: Path) -> tuple[int, int]:
    """Write the picture that a clip shows at a time as PNG, upright, in square pixels; return (width, height).

    Args:
        seconds: from the clip's beginning; a later time than its end gives its last frame.
        out: may have any ending.

    Raises:
        BadInput: the source cannot be used.
        DiskFull: there is no room left. After any error, ignore whatever is at `out`.
    """
    with _opened(source) as clip:
        shown = next(at_times(clip, [max(0.0, seconds)], None, beyond=True))
        wide, high = (max(2, 2 * round(side / 2)) for side in upright_size(shown.frame, shown.stretch, shown.turn))
        planes = Filler((wide, high), whole=False).fill(shown)
    with files.plain_errors(out):
        Image.fromarray(_rgb(planes)).save(out, "PNG", compress_level=3)
    return wide, high


@contextmanager
def _opened(source: Path) -> Iterator[ForeignClip]:
    with opened_media(source) as container:
        stream = picture_in(container)
        if stream is None:
            raise unusable(source, "holds sound only", "give a clip")
        yield ForeignClip(source, container, stream)


def at_times(
    clip: ForeignClip, times: Sequence[float], last_seconds: float | None, *, beyond: bool = False
) -> Iterator[Shown]:
    """Yield what the clip shows at each of the times, which ascend; of what is shown from `last_seconds` on, nothing.

    Args:
        beyond: whether the first time may lie after the clip's end.

    Raises:
        BadInput: nothing decodes, or the first time lies after the clip's end.
    """
    frames = clip.frames(times[0])
    shown, coming = next(frames, None), next(frames, None)
    if shown is None:
        raise unusable(clip.path, "shows no picture that decodes", "save it as MP4 (H.264)")
    for number, seconds in enumerate(times):
        while coming and coming.seconds <= seconds and (last_seconds is None or coming.seconds < last_seconds):
            shown, coming = coming, next(frames, None)
        if not number and not coming and not beyond and seconds > clip.end_after(shown):
            raise unusable(clip.path, f"ends at {clip.end_after(shown):.2f} s", f"take a part before {seconds:.2f} s")
        yield shown


def _drawings(
    pictures: Iterator[Shown], size: tuple[int, int], burned: Sequence[BurnedCaption], around: StyleFrame | None
) -> Iterator[Draw]:
    filler = Filler(size)
    scaled: _Scaled | None = None
    for number, shown in enumerate(pictures):
        if scaled is None or scaled.shown is not shown:
            scaled = _Scaled(shown, filler)
        yield partial(_draw, scaled, [b for b in burned if b.start <= number < b.end], around)


class _Scaled:
    """A frame and its planes, which are made when they are first drawn: in the thread that draws."""

    def __init__(self, shown: Shown, filler: Filler) -> None:
        self.shown = shown
        self._filler = filler
        self._planes: Planes | None = None

    def planes(self) -> Planes:
        if self._planes is None:
            self._planes = self._filler.fill(self.shown)
        return self._planes


def _draw(scaled: _Scaled, burned: Sequence[BurnedCaption], around: StyleFrame | None, into: Planes) -> None:
    for source, target in zip(scaled.planes(), into, strict=True):
        np.copyto(target, source)
    if around is not None:
        around.draw(into)
    for caption in burned:
        caption.draw(into)


def _rgb(planes: Planes) -> Pixels:
    """Return planes as (height, width, 3) uint8 RGB."""
    frame = av.VideoFrame(planes[0].shape[1], planes[0].shape[0], "yuv420p")
    for source, target in zip(planes, planes_of(frame), strict=True):
        np.copyto(target, source)
    rgb = frame.reformat(format="rgb24", src_colorspace=1, src_color_range=1, interpolation="BICUBIC")
    return np.asarray(rgb.to_ndarray(), np.uint8)


def _is_ours(source: Path, frames: int, fps: int, size: tuple[int, int], out: Path) -> bool:
    """Tell whether the source is, frame for frame, what the encoder would be asked for; may write at `out`."""
    try:
        with opened_media(source) as container:
            stream = container.streams.video[0] if len(container.streams) == 1 and container.streams.video else None
            if stream is None or (stream.codec_context.name, stream.frames) != ("h264", frames):
                return False
            context = stream.codec_context
            looks = (context.width, context.height, context.pix_fmt, stream.time_base)
            if looks != (*size, "yuv420p", Fraction(1, TIMESCALE)) or not container.format.name.startswith("mov"):
                return False
            packets = [p for p in container.demux(stream) if p.size]
            shown = sorted(p.pts for p in packets if p.pts is not None)
            step = TIMESCALE // fps
            if shown != list(range(0, frames * step, step)) or not packets[0].is_keyframe or packets[0].pts:
                return False
            container.seek(0)
            turned = any((turn_of(frame) != STRAIGHT).any() for frame in islice(container.decode(stream), 1))
            if turned or stream.sample_aspect_ratio not in (None, 0, 1):
                return False
            parameters = context.extradata
    except BadInput:
        return False
    return parameters == _own_parameters(fps, size, out) and not torn_media(source)


def _own_parameters(fps: int, size: tuple[int, int], out: Path) -> bytes:
    """Return the parameters of a clip that the encoder makes, from one of a single frame."""
    encode([_black], size, fps, out)
    with av.open(str(out.absolute()), options=PACKETS_ONLY) as clip:
        return bytes(clip.streams.video[0].codec_context.extradata or b"")


def _black(planes: Planes) -> None:
    for plane, level in zip(planes, (16, 128, 128), strict=True):
        plane[:] = level


def _copy(source: Path, out: Path) -> None:
    with open_file(source) as (file, _), files.plain_errors(out), out.open("wb") as copy:
        while block := file.read(_COPY_BLOCK):
            copy.write(block)
