"""Find faults in the picture and sound of a finished film that no checksum shows.

Called when a film was cut, and by `sessions verify`. Decodes every frame and every sample once, one at a time, so that
memory does not grow with the film.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from studio.audio.loudness import RATE_HZ, Meter
from studio.audio.mix import TARGET_LUFS, TONE_DB, TRUE_PEAK_DB
from studio.fs.safe_open import at_hand
from studio.model.engines import Tick
from studio.model.film import Shot, Timeline
from studio.video.camera import compile_move
from studio.video.encoder import PACKETS_ONLY
from studio.video.joining import AAC_SAMPLES, top_boxes

BLACK_LUMA, BLACK_SHARE, BLACK_SECONDS = 38, 0.98, 2.0
"""A frame is black if 98 % of its luma is below a tenth of its range, 16 + 0.1 * 219; a stretch counts from 2 s on
(https://ffmpeg.org/ffmpeg-filters.html#blackdetect, the defaults)."""
FROZEN_SECONDS, FROZEN_SHARE = 2.0, 0.015
"""A frozen stretch counts from 2 s on, as in libavfilter's freezedetect
(https://ffmpeg.org/ffmpeg-filters.html#freezedetect). A frame is still if it differs from the one a second before by
less than this share of its own contrast: in a still picture the encoder's noise is up to 1.1 %, and the calmest of our
moves changes 3.5 % (measured, 640x360)."""
STEP = 8
"""Every eighth row and column is compared: a move changes some of them in every frame."""
LOUDER_LU, PEAK_DB = 1.0, 0.5
"""How far the loudness may be from the target, as in the mix, and how far the true peak above its limit: AAC adds up to
about half a decibel."""

NOTHING_LUFS = TONE_DB + 6
"""Sound that is not louder is room tone alone: two channels of the mix's -66 dBFS are -63.4 LUFS (measured)."""


@dataclass(frozen=True)
class Stretch:
    """Frames `[start, end)` of the film."""

    start: int
    end: int


def film_faults(
    film: Path,
    timeline: Timeline,
    shots: Sequence[Shot],
    *,
    silent: bool,
    tick: Tick = lambda _: None,
    known: Container[int] = (),
    sound_known: bool = False,
) -> tuple[str, ...]:
    """Return what is wrong with the film, one line each; () if it is as planned.

    A black or frozen stretch is no fault in the title or end card, in a shot whose camera does not move, or, if frozen,
    in a picture without any detail that could move.

    Args:
        silent: whether the film has neither lines nor music.
        tick: called with the number of frames checked, once a second of film; what it raises passes through.
        known: the indices of shots that are not decoded: they were checked in another film, with the same neighbours.
        sound_known: whether its sound was checked in another film.
    """
    try:
        with av.open(str(at_hand(film).absolute()), options=PACKETS_ONLY) as container:
            streams = container.streams
            if not streams.video or not streams.audio:
                return (f"it holds no {'sound' if streams.video else 'picture'}",)
        pictures = _pictures(film, timeline, shots, tick, known)
        return (*_structure(film, timeline), *pictures, *(() if sound_known else _sound(film, silent)))
    except av.FFmpegError as error:
        return (f"it does not decode whole ({error.strerror})",)


def _structure(film: Path, timeline: Timeline) -> Iterator[str]:
    boxes = top_boxes(film)
    if "moov" not in boxes or "mdat" not in boxes or boxes.index("moov") > boxes.index("mdat"):
        yield "its index does not come first: it does not start at once where it is streamed"
    with av.open(str(at_hand(film).absolute())) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        context = video.codec_context
        if (context.colorspace, context.color_primaries, context.color_trc) != (1, 1, 1):
            yield "its colours are not told as BT.709"
        ends = [
            tuple(float(chapter[end] * (chapter["time_base"] or 0)) for end in ("start", "end"))
            for chapter in container.chapters()
        ]
        if any(start >= end for start, end in ends) or any(a[1] > b[0] + 1e-6 for a, b in pairwise(ends)):
            yield "its chapters are not in order"
        # A container has its own ticks for chapters: less than half a frame is rounding.
        if ends and ends[-1][1] > timeline.seconds + 0.5 / timeline.fps:
            yield f"its last chapter ends {ends[-1][1] - timeline.seconds:.2f} s after the film"
        for words in container.streams.subtitles[:1]:
            late = max(
                (
                    ((p.pts or 0) + (p.duration or 0)) * float(words.time_base or 0)
                    for p in container.demux(words)
                    if p.size
                ),
                default=0.0,
            )
            if late > timeline.seconds + 1e-3:
                yield f"a caption stays {late - timeline.seconds:.2f} s longer than the film"
        heard = float((sound.duration or 0) * (sound.time_base or 0))
        if abs(heard - timeline.seconds) > 2 * AAC_SAMPLES / RATE_HZ:
            yield f"its sound lasts {heard:.2f} s, its picture is planned for {timeline.seconds:.2f} s"


def _pictures(
    film: Path, timeline: Timeline, shots: Sequence[Shot], tick: Tick, known: Container[int]
) -> Iterator[str]:
    black, frozen = _Run(), _Run()
    past: deque[NDArray[np.float32]] = deque(maxlen=timeline.fps)
    frames = at = 0
    for number, frame in _decoded(film, timeline, known):
        if number != at:
            # What lies between was checked before.
            past.clear()
            black.see(at, False)
            frozen.see(at, False)
        luma = _luma(frame)
        contrast = float(luma.std())
        still = len(past) == timeline.fps and contrast > 0 and _apart(luma, past[0]) < FROZEN_SHARE * contrast
        black.see(number, bool((luma < BLACK_LUMA).mean() >= BLACK_SHARE))
        frozen.see(number - timeline.fps, still)
        past.append(luma)
        frames, at = frames + 1, number + 1
        if at % timeline.fps == 0:
            tick(at)
    if (frames := frames + _left_out(timeline, known)) != timeline.frames:
        yield f"it has {frames} frames, {timeline.frames} are planned"
    fps, planned = timeline.fps, _still(timeline, shots)
    # If a frame equals the one a second before, that second is frozen, too.
    for what, run, least, more in (("black", black, BLACK_SECONDS, 0), ("frozen", frozen, FROZEN_SECONDS, fps)):
        for stretch in run.ended():
            for start, end in _outside(Stretch(stretch.start, stretch.end + more), planned):
                if (end - start) / fps >= least:
                    why = _unfollowed(timeline, shots, start, end) if what == "frozen" else ""
                    why = why or ", which no shot plans"
                    yield f"it is {what} from {start / fps:.2f} s to {end / fps:.2f} s{why}"


def _decoded(film: Path, timeline: Timeline, known: Container[int]) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield the frames of the film with their numbers, but for those of the known shots.

    Every shot begins with a picture of its own, so that decoding can begin there.
    """
    with av.open(str(at_hand(film).absolute())) as container:
        video = container.streams.video[0]
        video.thread_type = "AUTO"
        tick = Fraction(1, timeline.fps)
        wanted = _wanted(timeline, known)
        if wanted == [Stretch(0, timeline.frames)]:
            yield from enumerate(container.decode(video))
            return
        for stretch in wanted:
            container.seek(round(stretch.start * tick / (video.time_base or tick)), stream=video)
            for frame in container.decode(video):
                number = round((frame.pts or 0) * (frame.time_base or tick) / tick)
                if number >= stretch.end:
                    break
                if number >= stretch.start:
                    yield number, frame


def _wanted(timeline: Timeline, known: Container[int]) -> list[Stretch]:
    """Return the stretches of the film that are decoded: title, end, and all shots that are not known."""
    found = [Stretch(0, timeline.title_frames)]
    found += [Stretch(span.start, span.start + span.frames) for span in timeline.spans if span.index not in known]
    found.append(Stretch(timeline.frames - timeline.end_frames, timeline.frames))
    joined: list[Stretch] = []
    for each in found:
        if joined and joined[-1].end == each.start:
            joined[-1] = Stretch(joined[-1].start, each.end)
        elif each.start < each.end:
            joined.append(each)
    return [each for each in joined if each.start < each.end]


def _left_out(timeline: Timeline, known: Container[int]) -> int:
    """Return how many frames are not decoded."""
    return timeline.frames - sum(each.end - each.start for each in _wanted(timeline, known))


def _unfollowed(timeline: Timeline, shots: Sequence[Shot], start: int, end: int) -> str:
    """Return that the camera of a shot in a stretch is one that no move follows, as an end of a sentence; else ''."""
    spans = {span.index: span for span in timeline.spans}
    for shot in shots:
        span = spans.get(shot.index)
        within = span is not None and span.start < end and start < span.start + span.frames
        move, unknown = compile_move(shot.camera, "", shot.seed)
        if within and unknown and move == compile_move("", "", shot.seed)[0]:
            return (
                f": the camera of shot {shot.index}, {shot.camera[:60]!r}, cannot be followed; "
                "name another one in shots.json"
            )
    return ""


class _Run:
    """Collects the stretches in which a condition holds, frame by frame."""

    def __init__(self) -> None:
        self._found: list[Stretch] = []
        self._since: int | None = None
        self._last = 0

    def see(self, frame: int, holds: bool) -> None:
        self._last = frame
        if holds and self._since is None:
            self._since = frame
        elif not holds and self._since is not None:
            self._found.append(Stretch(self._since, frame))
            self._since = None

    def ended(self) -> list[Stretch]:
        self.see(self._last + 1, False)
        return self._found


def _still(timeline: Timeline, shots: Sequence[Shot]) -> list[Stretch]:
    """Return the stretches in which nothing need move: the cards, still shots, and a person's own."""
    spans = {span.index: span for span in timeline.spans}
    found = [Stretch(0, timeline.title_frames), Stretch(timeline.frames - timeline.end_frames, timeline.frames)]
    for shot in shots:
        move, _ = compile_move(shot.camera, shot.motion_prompt, shot.seed)
        own = shot.clip is not None
        if (own or (move.start == move.end and not move.shake and not move.swing)) and shot.index in spans:
            span = spans[shot.index]
            found.append(Stretch(span.start, span.start + span.frames))
    return sorted(found, key=lambda each: each.start)


def _outside(stretch: Stretch, planned: Sequence[Stretch]) -> Iterator[tuple[int, int]]:
    start = stretch.start
    for each in planned:
        if each.end <= start or each.start >= stretch.end:
            continue
        if each.start > start:
            yield start, each.start
        start = max(start, each.end)
    if start < stretch.end:
        yield start, stretch.end


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).mean())


def _luma(frame: av.VideoFrame) -> NDArray[np.float32]:
    # A person's own film may have another pixel format than ours.
    plane = (frame if frame.format.name in ("yuv420p", "yuvj420p") else frame.reformat(format="gray")).planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[::STEP, : plane.width : STEP].astype(np.float32)


def _sound(film: Path, silent: bool) -> Iterator[str]:
    meter = Meter()
    resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE_HZ)
    with av.open(str(at_hand(film).absolute())) as container:
        for decoded in container.decode(audio=0):
            for piece in resampler.resample(decoded):
                meter.hear(np.asarray(piece.to_ndarray(), np.float32).reshape(-1, 2))
    read = meter.reading()
    if read.lufs <= NOTHING_LUFS:
        if not silent:
            yield "it is silent, though it has lines or music"
    elif abs(read.lufs - TARGET_LUFS) > LOUDER_LU:
        yield f"its loudness is {read.lufs:.1f} LUFS, {TARGET_LUFS:.0f} within {LOUDER_LU:.0f} is aimed at"
    if read.peak_db > TRUE_PEAK_DB + PEAK_DB:
        yield f"its true peak is {read.peak_db:.1f} dBTP, {TRUE_PEAK_DB:.0f} is the bound"
