"""The joined film: exact to the frame, readable, refused where parts do not fit."""

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from studio.errors import DamagedPiece, EngineFailed
from studio.model.film import Fps, Span, Timeline
from studio.video.cards import end_card, title_card
from studio.video.encoder import encode
from studio.video.joining import _follow_evenly, join_clips, top_boxes
from studio.video.planes import Planes
from tests.support.media import SMALL, luma

LENGTHS = (1, 7, 25, 2, 61)
HOSTILE = "a=b;#\\\n<b>'\"; rm -rf /"


def _shade(level: int, planes: Planes) -> None:
    for plane, value in zip(planes, (level, 120, 136), strict=True):
        plane[:] = value


def _sound(path: Path, seconds: float, rate: int = 48_000, channels: int = 2) -> Path:
    tone = 8000 * np.sin(np.arange(round(seconds * rate)) * 0.05)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(tone.astype("<i2"), channels).tobytes())
    return path


def _parts(folder: Path, fps: Fps, title_frames: int = 9) -> tuple[Path, list[Path], Path, Timeline]:
    """A card, five clips of odd lengths, each of its own brightness, their sound and timeline."""
    title = folder / "title's 1.mp4"
    title_card("Dust", SMALL, fps, title_frames, 1, title)
    clips, spans, start = [], [], title_frames
    for index, frames in enumerate(LENGTHS, start=1):
        clips.append(folder / f"shot_{index:03}.mp4")
        encode((partial(_shade, 40 + 25 * index) for _ in range(frames)), SMALL, fps, clips[-1])
        spans.append(Span(index=index, start=start, frames=frames, line_start=start))
        start += frames
    timeline = Timeline(fps=fps, title_frames=title_frames, spans=tuple(spans), frames=start)
    return title, clips, _sound(folder / "sound.wav", start / fps), timeline


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Path, list[Path], Path, Timeline]:
    """The parts of a small film at 24 fps."""
    return _parts(tmp_path, 24)


@pytest.mark.parametrize("fps", [24, 25, 30])
def test_the_film_is_exact_to_the_frame(tmp_path: Path, fps: Fps) -> None:
    """The film has the timeline's frames, evenly spaced, each clip at its place, and sound to within one AAC frame."""
    title, clips, sound, timeline = _parts(tmp_path, fps)
    out = tmp_path / "film.mp4.part"
    made = join_clips(title, clips, sound, None, [], timeline, "Dust", out)
    assert (made.width, made.height, made.frames) == (*SMALL, timeline.frames)
    assert made.seconds == pytest.approx(timeline.frames / fps, abs=1e-6)
    frames = luma(out)
    assert len(frames) == timeline.frames
    for span in timeline.spans:
        for frame in frames[span.start : span.start + span.frames]:
            assert float(frame.mean()) == pytest.approx(40 + 25 * span.index, abs=2)
    with av.open(str(out)) as film:
        voice = film.streams.audio[0]
        assert (voice.codec_context.name, voice.rate, voice.channels) == ("aac", 48_000, 2)
        heard = sum(frame.samples for frame in film.decode(voice))
    assert abs(heard - timeline.frames * 48_000 / fps) <= 1024
    with av.open(str(out)) as film:
        packets = [p for p in film.demux(video=0) if p.size]
        assert sorted(p.pts for p in packets if p.pts is not None) == [
            i * 90_000 // fps for i in range(timeline.frames)
        ]
        assert all(Fraction(1, 90_000) == p.time_base for p in packets)


def test_sound_and_picture_are_in_step(tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline]) -> None:
    """A click in the sound is heard in the film at the time where it was put, to within 2 ms."""
    title, clips, sound, timeline = parts
    samples = np.zeros((round(timeline.seconds * 48_000), 2), "<i2")
    samples[72_000:72_040] = 20_000
    with wave.open(str(sound), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    join_clips(title, clips, sound, None, [], timeline, "", tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as film:
        heard = [(f.time, f.to_ndarray()[0]) for f in film.decode(audio=0)]
    wave_, start = np.concatenate([samples for _, samples in heard]), heard[0][0]
    assert np.abs(wave_).argmax() / 48_000 + start == pytest.approx(72_020 / 48_000, abs=0.002)


def test_captions_and_chapters_read_back(tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline]) -> None:
    """Captions, their language, chapters and the title come back from the film as they were given, hostile or not."""
    title, clips, sound, timeline = parts
    srt = tmp_path / "hidden.srt.x1"
    srt.write_text(
        "1\n00:00:00,500 --> 00:00:01,250\nOne = 1; #\nzwei \u706f\n\n2\n00:00:02,000 --> 00:00:03,000\nthree\n"
    )
    chapters = [("1. The = coast; #1\\", 0), (HOSTILE, 17), ("\u706f\u53f0 \U0001f3ac", 40), ("behind the end", 9999)]
    out = tmp_path / "film.mp4"
    join_clips(title, clips, sound, srt, chapters, timeline, HOSTILE, out, language="deu")
    with av.open(str(out)) as film:
        assert film.metadata["title"] == HOSTILE
        found = [
            (c["metadata"]["title"], c["start"] * (c["time_base"] or 0), c["end"] * (c["time_base"] or 0))
            for c in film.chapters()
        ]
        words = film.streams.subtitles[0]
        assert words.metadata["language"] == "deu"
        assert words.codec_context.name == "mov_text"
        cues = [(p.pts, p.duration, bytes(p)[2:].decode()) for p in film.demux(words) if p.size > 2]
    assert cues == [(500, 750, "One = 1; #\nzwei \u706f"), (2000, 1000, "three")]
    ends = [0, 17 / 24, 40 / 24, timeline.seconds]
    assert [name for name, _, _ in found] == [name for name, _ in chapters[:3]]
    for (_, start, end), first, last in zip(found, ends, ends[1:], strict=False):
        assert float(start) == pytest.approx(first, abs=0.002)
        assert float(end) == pytest.approx(last, abs=0.002)


@pytest.mark.parametrize("title_text", [HOSTILE, "", "\x00\x07bell\ud800", "x" * 5000])
def test_any_title_cuts_and_same_bytes(
    tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline], title_text: str
) -> None:
    """Whatever the title, the film is cut, can be streamed from its first bytes, and is the same each time."""
    title, clips, sound, timeline = parts
    for name in ("one", "two"):
        join_clips(title, clips, sound, None, [(title_text, 0)], timeline, title_text, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    boxes = top_boxes(tmp_path / "one")
    assert boxes.index("moov") < boxes.index("mdat")


def test_a_film_without_title_or_words(tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline]) -> None:
    """A film may have no card, and a caption file without captions."""
    _, clips, _, timeline = parts
    frames = sum(LENGTHS)
    spans = tuple(s.model_copy(update={"start": s.start - 9, "line_start": s.start - 9}) for s in timeline.spans)
    timeline = Timeline(fps=24, title_frames=0, spans=spans, frames=frames)
    (tmp_path / "film.srt").write_text("\n")
    sound = _sound(tmp_path / "mono.wav", frames / 24, 22_050, 1)
    out = tmp_path / "film.mp4"
    assert join_clips(None, clips, sound, tmp_path / "film.srt", [], timeline, "x", out).frames == frames
    with av.open(str(out)) as film:
        assert not film.streams.subtitles


@pytest.mark.parametrize(
    ("times", "even"),
    [
        ([0, 4, 2, 6], True),
        ([2, 0, 6, 4], True),
        ([], False),
        ([0, 4, 2], False),
        ([0, 4, 2, 8], False),
        ([0, 4, 2, 6, 8], False),
        ([0, 4, 2, 2], False),
        ([0, 4, 4, 2, 6], False),
        ([0, 3, 2, 4, 6], False),
        ([-2, 0, 2, 4], False),
    ],
)
def test_frames_that_do_not_follow_evenly_are_found(times: list[int], even: bool) -> None:
    """Whatever the order of decoding: a frame that lacks, comes twice, is between two or too many is found."""
    assert _follow_evenly(times, 2, 4) is even


def test_a_film_of_many_shots_keeps_few_files_open(
    tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many clips are joined, one of them is open at a time, with the film, its sound and its captions."""
    _, clips, _, _ = parts
    shots, frames = 300, LENGTHS[3]
    spans = tuple(Span(index=n + 1, start=n * frames, frames=frames, line_start=n * frames) for n in range(shots))
    timeline = Timeline(fps=24, title_frames=0, spans=spans, frames=shots * frames)
    sound = _sound(tmp_path / "long.wav", timeline.seconds)
    open_now, most, really_open = 0, 0, av.open

    @contextmanager
    def counted(*words: Any, **options: Any) -> Iterator[Any]:
        nonlocal open_now, most
        with really_open(*words, **options) as container:
            open_now += 1
            most = max(most, open_now)
            try:
                yield container
            finally:
                open_now -= 1

    monkeypatch.setattr(av, "open", counted)
    made = join_clips(None, [clips[3]] * shots, sound, None, [], timeline, "Dust", tmp_path / "film.mp4")
    assert made.frames == timeline.frames
    assert 2 <= most <= 4


def test_an_end_card_comes_last(tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline]) -> None:
    """The film ends with its end card, to the frame; a timeline that has one is not cut without."""
    title, clips, _, timeline = parts
    end, out = tmp_path / "end.mp4", tmp_path / "film.mp4"
    end_card("Dust", (), None, SMALL, 24, 30, 1, end)
    longer = timeline.model_copy(update={"end_frames": 30, "frames": timeline.frames + 30})
    sound = _sound(tmp_path / "long.wav", longer.seconds)
    assert join_clips(title, clips, sound, None, [], longer, "Dust", out, end=end).frames == longer.frames
    shown = [float(frame.mean()) for frame in luma(out)]
    assert shown[timeline.frames - 1] == pytest.approx(40 + 25 * 5, abs=2)
    assert max(shown[timeline.frames :]) < 60
    with pytest.raises(EngineFailed, match="30 frames of end and no card"):
        join_clips(title, clips, sound, None, [], longer, "Dust", out)


def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline]) -> None:
    """A clip of another size, rate or length is named, and nothing is written."""
    title, clips, sound, timeline = parts
    out = tmp_path / "film.mp4"
    for name, size, fps, frames in (("size", (144, 144), 24, 25), ("rate", SMALL, 30, 25), ("long", SMALL, 24, 26)):
        bad = tmp_path / f"bad_{name}.mp4"
        encode((partial(_shade, 90) for _ in range(frames)), size, fps, bad)
        with pytest.raises(EngineFailed, match=f"bad_{name}"):
            join_clips(title, [*clips[:2], bad, *clips[3:]], sound, None, [], timeline, "", out)
    with pytest.raises(EngineFailed, match="short"):
        join_clips(title, clips, _sound(tmp_path / "short.wav", 1), None, [], timeline, "", out)
    with pytest.raises(EngineFailed, match="4 clips"):
        join_clips(title, clips[:4], sound, None, [], timeline, "", out)
    clips[2].write_bytes(clips[2].read_bytes()[:-40])
    with pytest.raises(DamagedPiece, match="shot_003"):
        join_clips(title, clips, sound, None, [], timeline, "", out)
    assert not out.exists()


def test_a_foreign_timebase_is_refused_by_name(tmp_path: Path, parts: tuple[Path, list[Path], Path, Timeline]) -> None:
    """A clip with other ticks than the film's is named before anything is cut."""
    title, clips, sound, timeline = parts
    bad = tmp_path / "foreign.mp4"
    with av.open(str(clips[2])) as source, av.open(str(bad), "w", options={"video_track_timescale": "15360"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    with pytest.raises(EngineFailed, match="foreign"):
        join_clips(title, [*clips[:2], bad, *clips[3:]], sound, None, [], timeline, "", tmp_path / "film.mp4")
