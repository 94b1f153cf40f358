"""Encode frames to an H.264 file, and measure such a file: the only place that knows the encoder's settings.

Every clip and card of a film goes through `encode`, so that clips can be joined by stream copy: the same codec
parameters, the same timebase, a keyframe first, no reference across a clip's border. `probe` counts what a file really
holds.
"""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from studio.errors import DamagedPiece, DiskFull, EngineFailed, FilmError
from studio.fs.safe_open import at_hand
from studio.model.engines import Tick
from studio.model.receipt import PieceMeasures
from studio.video.planes import Planes

Draw = Callable[[Planes], None]
"""Draws one frame straight into the encoder's planes. Their old content is undefined: every pixel must be set."""

TIMESCALE = 90_000
"""Ticks per second of every video track: a whole number of ticks per frame at 24, 25 and 30 fps (3750, 3600, 3000)."""

THREADS = 2
"""Threads of x264. Its bytes depend on this number, so it is a constant; 2 is fastest for two clips at once on two
cores (measured)."""

TICK_FRAMES = 12
"""Progress is reported every so many frames: about twice a second of film, often enough to stop at once."""

PACKETS_ONLY = {"codec_whitelist": "none"}
"""Options to open a video without decoding: otherwise ffmpeg decodes a first picture to learn what the header says
anyway, which takes 38 ms a clip at 1080p instead of 0.9 (measured)."""

# Superfast with three B-frames and rate control by macroblock tree: measured at 1080p, 13 ms of processor time a frame
# against 21 for veryfast, at the same SSIM (0.978) and size. Closed GOPs, so that no frame refers to another clip.
_TUNED = "bframes=3:b-adapt=0:weightp=0:mbtree=1:rc-lookahead=10:me=dia:open-gop=0"
_OPTIONS = {"preset": "superfast", "crf": "20", "profile": "high", "x264-params": _TUNED}
_BT709 = 1  # ITU-T H.273, tables 2 to 4: colour primaries, transfer and matrix of BT.709 are all number 1
_LIMITED = 1  # libavutil's AVCOL_RANGE_MPEG
_KEYFRAME_SECONDS = 2


def opened_mp4(out: Path) -> av.container.OutputContainer:
    """Return an MP4 container that is opened for writing at `out`, whatever its ending; its index comes first."""
    options = {"movflags": "+faststart", "video_track_timescale": str(TIMESCALE)}
    return av.open(str(out.absolute()), "w", format="mp4", options=options)


def encode(
    frames: Iterable[Draw], size: tuple[int, int], fps: int, out: Path, tick: Tick = lambda _: None
) -> PieceMeasures:
    """Write an MP4 of all frames and return what was measured of it.

    Args:
        frames: one drawing per frame, drawn in order by one other thread, at most one frame ahead.
        size: (width, height) in pixels, even.
        fps: frames per second, > 0; a divisor of 90000.
        out: may have any ending; the container is MP4.
        tick: called with the number of frames done, every 12 frames; what it raises passes through.

    Raises:
        EngineFailed: there was no frame, or the encoder failed.
        DiskFull: there is no room left. After any error, ignore whatever is at `out`.
    """
    done = 0
    try:
        with opened_mp4(out) as container:
            stream = container.add_stream("libx264", rate=fps, options=dict(_OPTIONS))
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = _BT709
            context.color_range = _LIMITED
            context.gop_size = _KEYFRAME_SECONDS * fps
            # Without this PyAV uses slices: three times slower, with seams in the picture.
            context.thread_type = "FRAME"
            context.thread_count = THREADS
            with closing(_drawn(frames, size)) as ahead:
                for frame in ahead:
                    frame.pts, frame.time_base = done, Fraction(1, fps)
                    container.mux(stream.encode(frame))
                    done += 1
                    if done % TICK_FRAMES == 0:
                        tick(done)
            if not done:
                raise EngineFailed(f"{out.name!r} was given no frames: plan at least one")
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise film_error(error, f"{out.name!r} could not be encoded") from error
    try:
        made = probe(out)
    except DamagedPiece as error:
        raise EngineFailed(f"{out.name!r} came out of the encoder damaged: {error}") from error
    if (made.width, made.height, made.frames) != (*size, done):
        raise EngineFailed(f"{out.name!r} holds {made.frames} frames of {made.width}x{made.height}, not {done}")
    return made


def _drawn(frames: Iterable[Draw], size: tuple[int, int]) -> Generator[av.VideoFrame]:
    """Yield each drawn frame while another thread draws the next one.

    That saves an eighth of the time of a single clip (measured at 1080p).
    """
    # Two frames are used in turn, because libx264 copies its input: 26 MB less at 1080p than a new one each time.
    two = itertools.cycle([av.VideoFrame(*size, "yuv420p") for _ in range(2)])
    with ThreadPoolExecutor(1) as pencil:
        coming = None
        for draw, frame in zip(frames, two, strict=False):
            before, coming = coming, pencil.submit(_draw_into, draw, frame)
            if before:
                yield before.result()
        if coming:
            yield coming.result()


def _draw_into(draw: Draw, frame: av.VideoFrame) -> av.VideoFrame:
    frame.make_writable()
    draw(planes_of(frame))
    return frame


def probe(path: Path) -> PieceMeasures:
    """Measure a video by reading all its packets: width, height, frames, seconds.

    Raises:
        DamagedPiece: there is no such file, it is not a video, or it is not whole.
    """
    try:
        with av.open(str(at_hand(path).absolute()), options=PACKETS_ONLY) as container:
            if not container.streams.video:
                raise DamagedPiece(f"{str(path)!r} holds no video: render it again")
            stream = container.streams.video[0]
            packets = [(p.pts, p.duration or 0, p.is_corrupt) for p in container.demux(stream) if p.size]
            promised, ticks = stream.frames, stream.time_base
            width, height = stream.codec_context.width, stream.codec_context.height
    except av.FFmpegError as error:
        raise DamagedPiece(f"{str(path)!r} is not a whole video ({error.strerror}): render it again") from error
    times = [pts for pts, _, _ in packets if pts is not None]
    if not packets or len(times) < len(packets) or ticks is None or any(torn for _, _, torn in packets):
        raise DamagedPiece(f"{str(path)!r} is not a whole video: render it again")
    if promised and promised != len(packets):
        raise DamagedPiece(f"{str(path)!r} holds {len(packets)} of {promised} frames: render it again")
    end = max(pts + duration for pts, duration, _ in packets if pts is not None)
    return PieceMeasures(width=width, height=height, frames=len(packets), seconds=float((end - min(times)) * ticks))


def last_picture(path: Path) -> Planes:
    """Return the last frame of a video, as planes of its own size; only the frames from the last keyframe are decoded.

    Raises:
        DamagedPiece: there is no such file, it is not a video, or it does not decode.
    """
    try:
        with av.open(str(at_hand(path).absolute())) as container:
            stream = container.streams.video[0]
            container.seek(stream.duration or 0, stream=stream)
            shown = None
            for shown in container.decode(stream):  # noqa: B007  # the last one is wanted
                pass
            if shown is None:
                raise DamagedPiece(f"{str(path)!r} shows nothing: render it again")
            y, u, v = (plane.copy() for plane in planes_of(shown.reformat(format="yuv420p")))
    except (av.FFmpegError, IndexError) as error:
        raise DamagedPiece(f"{str(path)!r} is not a whole video ({error}): render it again") from error
    return y, u, v


def film_error(error: av.FFmpegError, what: str) -> FilmError:
    """Return our error for one of ffmpeg's, beginning with `what`: `DiskFull` or `EngineFailed`."""
    if error.errno == errno.ENOSPC:
        return DiskFull(f"{what}: the disk is full; free some space and run again")
    return EngineFailed(f"{what}: {error.strerror}")


def planes_of(frame: av.VideoFrame) -> Planes:
    """Return views on the frame's own memory, without its padding: what is written there is encoded."""
    y, u, v = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    )
    return y, u, v
