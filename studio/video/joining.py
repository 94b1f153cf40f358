"""Join cards, clips, sound, captions and chapters to one `film.mp4`; pictures are copied, not encoded again.

Works in this process: no shell, no list file, no metadata file, so nothing in a title can be taken for a command. One
clip is open at a time, and all streams are merged by time as they are read, so memory does not grow with the film.
"""

from __future__ import annotations

import heapq
import itertools
import math
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from studio.errors import DamagedPiece, EngineFailed
from studio.fs import safe_open
from studio.fs.safe_open import at_hand
from studio.model.film import Timeline
from studio.model.receipt import PieceMeasures
from studio.video.encoder import PACKETS_ONLY, TIMESCALE, film_error, opened_mp4, probe

if TYPE_CHECKING:  # named in PyAV's stubs only
    from av.container.core import Chapter

SAMPLE_RATE = 48_000
AAC_BITS_PER_SECOND = 192_000
AAC_SAMPLES = 1_024
"""Samples per AAC-LC frame (ISO/IEC 14496-3, 4.5.2): a film's sound ends within one frame of its picture."""

_MS = Fraction(1, 1000)
_ASS_HEADER = (
    b"[Script Info]\nScriptType: v4.00+\nPlayResX: 384\nPlayResY: 288\n\n[V4+ Styles]\nFormat: Name, Fontname, "
    b"Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, "
    b"ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    b"Style: Default,Noto Sans,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\n\n[Events]\n"
    b"Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)
"""The caption style that libavcodec's mov_text encoder writes into the sample description; without one some players
show no captions at all."""


def join_clips(
    title: Path | None,
    clips: Sequence[Path],
    sound: Path,
    captions_srt: Path | None,
    chapters: Sequence[tuple[str, int]],
    timeline: Timeline,
    metadata_title: str,
    out: Path,
    *,
    end: Path | None = None,
    language: str = "eng",
    sound_is_film: bool = False,
) -> PieceMeasures:
    """Join the clips, with cards, sound, captions and chapters, to a film at `out`; return what was measured of it.

    Args:
        title: the title card; None if the timeline has none (`title_frames` 0).
        clips: one per span of the timeline, in its order.
        sound: of any format and rate; as long as the film to within 1024 samples at 48 kHz.
        captions_srt: soft captions in seconds of the film; None for none.
        chapters: (name, start frame), each up to the next one's start.
        metadata_title: any text; control characters become blanks.
        out: may have any ending; the container is MP4.
        end: the end card; None if the timeline has none (`end_frames` 0).
        sound_is_film: whether `sound` is an earlier film of ours with just this sound: it is copied, and comes out the
            same as if it were mixed and encoded again.
        language: of the captions, three letters of ISO 639-2; "und" if it is not known.

    Raises:
        DamagedPiece: a clip is not a whole video.
        EngineFailed: a clip does not fit (it is named, and nothing was written), or the film came out wrong.
        DiskFull: there is no room left. After any error, ignore whatever is at `out`.
    """
    parts = _parts(title, clips, end, timeline)
    _check_parts(parts, timeline)
    if not sound_is_film:
        _check_sound(sound, timeline)
    if captions_srt is not None and not safe_open.read(captions_srt, safe_open.PLAN_BYTES).strip():
        captions_srt = None  # a film in which nobody speaks
    try:
        with opened_mp4(out) as film:
            film.metadata["title"] = _clean(metadata_title)
            film.set_chapters(_chapters(chapters, timeline))
            picture, voice, words = _add_streams(
                film, parts[0][0], sound if sound_is_film else None, captions_srt, language
            )
            heard = (_copied_sound if sound_is_film else _sound_packets)(sound, voice)
            lanes = [_picture_packets(parts, picture, timeline.fps), heard]
            if captions_srt is not None and words is not None:
                lanes.append(_caption_packets(captions_srt, words))
            film.start_encoding()
            for _, packet in heapq.merge(*lanes, key=lambda timed: timed[0]):
                film.mux_one(packet)
    except av.FFmpegError as error:
        raise film_error(error, f"{out.name!r} could not be cut") from error
    return _verify(out, timeline)


def _parts(title: Path | None, clips: Sequence[Path], end: Path | None, timeline: Timeline) -> list[tuple[Path, int]]:
    """Return every video of the film with the number of frames it must have, in order."""
    if len(clips) != len(timeline.spans):
        raise EngineFailed(f"the timeline has {len(timeline.spans)} shots and {len(clips)} clips: render the rest")
    parts = [(clip, span.frames) for clip, span in zip(clips, timeline.spans, strict=True)]
    if timeline.title_frames:
        if title is None:
            raise EngineFailed(f"the timeline has {timeline.title_frames} frames of title and no card: make the card")
        parts.insert(0, (title, timeline.title_frames))
    if timeline.end_frames:
        if end is None:
            raise EngineFailed(f"the timeline has {timeline.end_frames} frames of end and no card: make the card")
        parts.append((end, timeline.end_frames))
    if not parts or sum(frames for _, frames in parts) != timeline.frames:
        raise EngineFailed(f"the timeline is {timeline.frames} frames long and its shots are not: plan it again")
    return parts


def _check_parts(parts: Sequence[tuple[Path, int]], timeline: Timeline) -> None:
    """Raise `EngineFailed` for a part that cannot be joined with the first one by stream copy; the message names it."""
    first = ""
    for path, frames in parts:
        made = probe(path)
        if made.frames != frames:
            raise EngineFailed(f"{str(path)!r} has {made.frames} frames and not {frames}: render it again")
        with av.open(str(path.absolute()), options=PACKETS_ONLY) as clip:
            stream = clip.streams.video[0]
            rate, context = stream.average_rate, stream.codec_context
            looks = (
                f"{context.name} {context.width}x{context.height}, 1/{(stream.time_base or _MS).denominator} s ticks, "
                f"parameters {(context.extradata or b'').hex()}"
            )
        if frames > 1 and rate != timeline.fps:
            raise EngineFailed(f"{str(path)!r} runs at {rate} and not {timeline.fps} frames a second: render it again")
        first = first or looks
        if looks != first:
            raise EngineFailed(f"{str(path)!r} is {looks}, but {str(parts[0][0])!r} is {first}: render it again")
    if f"1/{TIMESCALE} s" not in first:
        raise EngineFailed(f"{str(parts[0][0])!r} is {first}: render it with ticks of 1/{TIMESCALE} s")


def _check_sound(sound: Path, timeline: Timeline) -> None:
    """Raise an error for sound that cannot be read or is not as long as the film."""
    try:
        with av.open(str(at_hand(sound).absolute())) as source:
            if not source.streams.audio:
                raise DamagedPiece(f"{str(sound)!r} holds no sound: mix it again")
            seconds = sum((Fraction(f.samples, f.sample_rate) for f in source.decode(audio=0)), Fraction())
    except av.FFmpegError as error:
        raise DamagedPiece(f"{str(sound)!r} cannot be read ({error.strerror}): mix it again") from error
    if abs(seconds - Fraction(timeline.frames, timeline.fps)) > Fraction(AAC_SAMPLES, SAMPLE_RATE):
        raise EngineFailed(f"{str(sound)!r} lasts {float(seconds):.3f} s and the film {timeline.seconds:.3f} s: mix it")


def _add_streams(
    film: OutputContainer, first: Path, earlier: Path | None, captions: Path | None, language: str
) -> tuple[VideoStream, AudioStream, SubtitleStream | None]:
    with av.open(str(first.absolute())) as clip:
        picture = film.add_stream_from_template(clip.streams.video[0])
    if earlier is None:
        voice = film.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", bit_rate=AAC_BITS_PER_SECOND)
    else:
        with av.open(str(at_hand(earlier).absolute())) as source:
            voice = film.add_stream_from_template(source.streams.audio[0])
    assert isinstance(voice, AudioStream)
    if captions is None:
        return picture, voice, None
    words = film.add_stream("mov_text")
    assert isinstance(words, SubtitleStream)
    words.codec_context.subtitle_header = _ASS_HEADER
    words.codec_context.time_base = words.time_base = _MS
    words.metadata["language"] = language
    return picture, voice, words


_Timed = tuple[Fraction, "av.Packet[Any]"]


def _timed(packet: av.Packet[Any], stream: Stream, base: Fraction, dts: int) -> _Timed:
    packet.stream, packet.time_base, packet.dts = stream, base, dts
    return dts * base, packet


def _picture_packets(parts: Sequence[tuple[Path, int]], stream: VideoStream, fps: int) -> Iterator[_Timed]:
    """Yield the packets of all parts, moved to their place in the film.

    Decoding times are counted anew through the whole film: the encoder gives a clip of one or two frames another delay
    than a long one, and their times would not fit together.
    """
    tick = TIMESCALE // fps
    # Opened with a decoder: only that reads the reordering depth from the parameters.
    with av.open(str(parts[0][0].absolute())) as clip:
        delay = clip.streams.video[0].codec_context.reorder_depth
    start = sent = 0
    for path, frames in parts:
        with av.open(str(path.absolute()), options=PACKETS_ONLY) as clip:
            for packet in clip.demux(clip.streams.video[0]):
                if not packet.size or packet.pts is None:
                    continue
                packet.pts += start * tick
                packet.duration = tick
                dts = (sent - delay) * tick
                if packet.pts % tick or packet.pts < dts:
                    raise EngineFailed(f"{str(path)!r} has a frame between the film's frames: render it again")
                yield _timed(packet, stream, Fraction(1, TIMESCALE), dts)
                sent += 1
        start += frames


def _sound_packets(sound: Path, stream: AudioStream) -> Iterator[_Timed]:
    """Yield the packets of the sound as AAC, 48 kHz stereo."""
    base = Fraction(1, SAMPLE_RATE)
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE, frame_size=AAC_SAMPLES)
    heard = 0
    with av.open(str(at_hand(sound).absolute())) as source:
        for decoded in itertools.chain(source.decode(audio=0), (None,)):
            for piece in resampler.resample(decoded):
                piece.pts, piece.time_base = heard, base
                heard += piece.samples
                for packet in stream.encode(piece):
                    yield _timed(packet, stream, base, packet.dts or 0)
    for packet in stream.encode(None):
        yield _timed(packet, stream, base, packet.dts or 0)


def _copied_sound(earlier: Path, stream: AudioStream) -> Iterator[_Timed]:
    """Yield the packets of an earlier film's sound, as they are."""
    base = Fraction(1, SAMPLE_RATE)
    with av.open(str(earlier.absolute()), options=PACKETS_ONLY) as source:
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                yield _timed(packet, stream, base, packet.dts or 0)


def _caption_packets(captions: Path, stream: SubtitleStream) -> Iterator[_Timed]:
    """Yield the captions as mov_text samples: a 16 bit length and UTF-8 (3GPP TS 26.245, 5.17)."""
    with av.open(str(captions.absolute()), format="srt") as source:
        for cue in source.demux(subtitles=0):
            text = bytes(cue)[:0xFFFF].decode("utf-8", "ignore").encode()
            if not text or cue.pts is None or cue.time_base is None:
                continue
            packet = av.Packet(struct.pack(">H", len(text)) + text)
            packet.pts = math.floor(cue.pts * cue.time_base / _MS)
            packet.duration = max(1, math.floor((cue.duration or 0) * cue.time_base / _MS))
            yield _timed(packet, stream, _MS, packet.pts)


def _chapters(chapters: Sequence[tuple[str, int]], timeline: Timeline) -> list[Chapter]:
    """Return the chapters for the container, each up to the next one's start, without those after the film's end."""
    inside = sorted((c for c in chapters if 0 <= c[1] < timeline.frames), key=lambda chapter: chapter[1])
    ends = [*(start for _, start in inside[1:]), timeline.frames]
    return [
        {
            "id": i,
            "start": start,
            "end": end,
            "time_base": Fraction(1, timeline.fps),
            "metadata": {"title": _clean(name)},
        }
        for i, ((name, start), end) in enumerate(zip(inside, ends, strict=False), start=1)
    ]


def _clean(text: str) -> str:
    """Return the text without control characters, except newline, and lone surrogates: any container can hold it."""
    kept = "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else " " for c in text)
    return kept.strip()


def _verify(out: Path, timeline: Timeline) -> PieceMeasures:
    """Measure the film; raise `EngineFailed` that names what is wrong with it."""
    wrong = f"{out.name!r} came out wrong, cut it again: "
    try:
        made = probe(out)
        tick = TIMESCALE // timeline.fps
        with av.open(str(out.absolute()), options=PACKETS_ONLY) as film:
            shown = (p.pts for p in film.demux(film.streams.video[0]) if p.size and p.pts is not None)
            even = _follow_evenly(shown, tick, timeline.frames)
        with av.open(str(out.absolute()), options=PACKETS_ONLY) as film:
            heard = ((p.pts or 0) + (p.duration or 0) for p in film.demux(film.streams.audio[0]) if p.size)
            end = max(heard, default=0)
    except (DamagedPiece, av.FFmpegError) as error:
        raise EngineFailed(f"{wrong}{error}") from error
    if made.frames != timeline.frames:
        raise EngineFailed(f"{wrong}{made.frames} frames and not {timeline.frames}")
    if not even:
        raise EngineFailed(f"{wrong}its frames do not follow each other evenly")
    if abs(end - Fraction(timeline.frames * SAMPLE_RATE, timeline.fps)) > AAC_SAMPLES:
        raise EngineFailed(f"{wrong}{end / SAMPLE_RATE:.3f} s of sound for {timeline.seconds:.3f} s of picture")
    boxes = top_boxes(out)
    if boxes.index("moov") > boxes.index("mdat"):
        raise EngineFailed(f"{wrong}its index is after its pictures, so that it cannot be streamed")
    return made


def _follow_evenly(times: Iterable[int], tick: int, frames: int) -> bool:
    """Tell whether so many frames are shown, one at every tick from 0; `times` are in the order of decoding.

    Only the frames that are decoded before their turn are held, not those of the whole film.
    """
    early: set[int] = set()
    wanted = 0
    for time in times:
        if time < wanted or time in early:
            return False
        early.add(time)
        while wanted in early:
            early.remove(wanted)
            wanted += tick
    return not early and wanted == frames * tick


def top_boxes(path: Path) -> list[str]:
    """Return the names of an MP4's outermost boxes, in order (ISO/IEC 14496-12, 4.2)."""
    names, at, length = [], 0, path.stat().st_size
    with safe_open.opened(path) as handle, open(handle, "rb", closefd=False) as file:
        while at + 8 <= length:
            file.seek(at)
            size, name = struct.unpack(">I4s", file.read(8))
            if size == 1:
                size = struct.unpack(">Q", file.read(8))[0]
            names.append(name.decode("latin-1"))
            at += size or length
    return names
