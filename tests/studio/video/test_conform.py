"""Clips of any origin become clips of the film: frames, size, rate, orientation, colours and times are measured."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from studio.audio.mix import mix
from studio.errors import BadInput
from studio.model.film import Cue, Span, Timeline
from studio.video.camera import compile_move
from studio.video.conform import conform_clip, still_of
from studio.video.joining import join_clips
from studio.video.still_clip import render_still
from tests.support.foreign_media import (
    CLIPS,
    CORNERS,
    bar_seconds,
    clip,
    corner_faults,
    ffmpeg,
    named_clip,
    picture,
    turned,
    variable_rate,
)
from tests.support.sampled import sampled

SIZE, FPS = (256, 144), 30


def _rgb(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def _conformed(
    source: Path, frames: int = 30, *, first: float = 0.0, last: float | None = None, size: tuple[int, int] = SIZE
) -> list[NDArray[np.uint8]]:
    out = source.with_suffix(".part")
    made = conform_clip(source, first, last, frames, FPS, size, (), out)
    assert (made.frames, made.width, made.height, made.seconds) == (frames, *size, frames / FPS)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (len(container.streams), context.pix_fmt, stream.average_rate) == (1, "yuv420p", FPS)
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert stream.time_base == Fraction(1, 90_000)
    return _rgb(out)


@sampled("name", CLIPS, quick=1)
def test_a_clip_of_any_kind_is_conformed(tmp_path: Path, name: str) -> None:
    """Every container and codec gives as many frames as are asked for, upright, each at its own time."""
    frames = _conformed(named_clip(tmp_path, name), 60)
    assert [corner_faults(frame) for frame in frames[::15]] == [""] * 4
    late = [bar_seconds(frame) - (n + 0.5) / FPS for n, frame in enumerate(frames[:58])]
    # 25 frames a second, and a codec's delay before the first one; two fields of an interlaced frame are one.
    assert min(late) > (-0.1 if name in ("interlaced.mp4", "mpeg4.avi") else -0.07), late
    assert max(late) < 0.02, late


@sampled("quarter", (90, 180, 270), quick=1)
def test_a_flag_of_rotation_is_followed(tmp_path: Path, quarter: int) -> None:
    """A clip that is stored on its side is upright, as ffmpeg shows it."""
    path = turned(tmp_path / "clip.mp4", quarter)
    assert corner_faults(_conformed(path, 2)[1]) == ""
    ffmpeg("-i", path, "-frames:v", "1", tmp_path / "theirs.png")
    assert corner_faults(np.asarray(Image.open(tmp_path / "theirs.png").convert("RGB"))) == ""


def test_frames_of_a_variable_rate_come_at_their_times(tmp_path: Path) -> None:
    """Each frame of a variable rate is shown from its own time until the next one's."""
    times = [0, 0.04, 0.08, 0.4, 0.44, 1.0, 1.2, 1.96]
    frames = _conformed(variable_rate(tmp_path / "clip.mp4", times), 60)
    for n, frame in enumerate(frames):
        expected = max(t for t in times if t <= (n + 0.5) / FPS)
        assert bar_seconds(frame) == pytest.approx(expected, abs=0.021), n


def test_a_part_is_taken_and_its_last_frame_held(tmp_path: Path) -> None:
    """A part begins and ends where it shall; what is too short keeps its last frame, and no later one."""
    frames = _conformed(named_clip(tmp_path, "gop.mp4"), 45, first=0.8, last=1.2)
    seen = [bar_seconds(frame) for frame in frames]
    assert seen[0] == pytest.approx(0.8, abs=0.045)
    assert seen[11:] == pytest.approx([1.16] * 34, abs=0.03)


@pytest.mark.parametrize("name", ["bframes.ts", "camera.mts", "bframes.mpg"])
def test_any_part_of_a_stream_is_shown(tmp_path: Path, name: str) -> None:
    """Each part is shown from its own beginning, if the stream has one keyframe or several, or few times."""
    source = named_clip(tmp_path, name)
    for first in (0.0, 0.5, 1.1, 1.6):
        seen = [bar_seconds(frame) for frame in _conformed(source, 10, first=first)]
        assert seen == pytest.approx([first + (n + 0.5) / FPS for n in range(10)], abs=0.07), first


@sampled(
    ("size", "whole"),
    [((180, 320), True), ((320, 240), False), ((240, 240), True), ((478, 200), False), ((321, 181), False)],
    quick=1,
)
def test_a_picture_covers_the_frame_or_is_whole(tmp_path: Path, size: tuple[int, int], whole: bool) -> None:
    """Of a picture at most a third is cropped away, else it is shown whole over a darker self."""
    lossless = ("-c:v", "ffv1", "-pix_fmt", "yuv444p", "-an")
    frame = _conformed(clip(tmp_path / "clip.mkv", *lossless, source=picture(size)), 2, size=(256, 144))[1]
    if not whole:
        assert corner_faults(frame) == ""
        assert np.abs(frame[10, 5].astype(int) - CORNERS["top left"]).max() < 40
        return
    shown = round(256 * size[0] / size[1] * 144 / 256)
    left = (256 - shown) // 2
    assert corner_faults(frame[:, left : left + shown]) == ""
    assert frame[:, : left - 4].mean() < 0.7 * frame.mean()


@pytest.mark.thorough
def test_wide_pixels_deep_colours_and_two_matrices(tmp_path: Path) -> None:
    """High dynamic range, BT.601 and full range end in the same colours."""
    for name, options in {
        "pq.mp4": (
            *("-vf", "zscale=tin=bt709:min=709:pin=709:rin=full:t=smpte2084:p=2020:m=2020_ncl:npl=203:r=limited"),
            *("-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-x265-params"),
            *("log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", "-an"),
        ),
        "bt601.mkv": ("-vf", "scale=out_color_matrix=bt601,format=yuv420p", "-c:v", "ffv1", "-an"),
        "wide.mp4": ("-vf", "scale=240:180,setsar=4/3", *CLIPS["silent.mp4"]),
    }.items():
        assert corner_faults(_conformed(clip(tmp_path / name, *options), 2)[1], near=25) == "", name


@sampled(
    "options",
    [
        ("clip.mov", "-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"),
        ("clip.webm", "-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0"),
    ],
    quick=1,
)
def test_transparency_is_black_behind(tmp_path: Path, options: tuple[str, ...]) -> None:
    """What is half transparent is half as bright."""
    half = ("-vf", "format=rgba,colorchannelmixer=aa=0.5", *options[1:], "-an")
    frame = _conformed(clip(tmp_path / options[0], *half), 2)[1]
    assert frame[20, 20].tolist() == pytest.approx([110, 20, 20], abs=12)


def test_clips_of_both_kinds_are_joined(tmp_path: Path) -> None:
    """A conformed clip joins with one of ours by stream copy, captions are burned in, and its bytes are stable."""
    source = named_clip(tmp_path, "h264.mkv")
    one, two, ours = (tmp_path / name for name in ("one.mp4", "two.mp4", "ours.mp4"))
    cues = (Cue(start=5, end=20, text="Hello"),)
    for out in (one, two):
        conform_clip(source, 0.3, None, 24, 24, SIZE, cues, out)
    assert one.read_bytes() == two.read_bytes()
    bare = _conformed(source, 24, first=0.3)
    assert np.abs(_rgb(one)[10].astype(int) - bare[10]).max() > 100
    still = Image.new("RGB", SIZE, "navy")
    render_still(still, compile_move("static", "", 1)[0], 24, 24, SIZE, 1, (), ours)
    spans = tuple(Span(index=n + 1, start=24 * n, frames=24, line_start=24 * n) for n in range(2))
    timeline = Timeline(fps=24, title_frames=0, end_frames=0, frames=48, spans=spans)
    mix([], None, 48, 24, tmp_path / "sound.wav")
    made = join_clips(None, [one, ours], tmp_path / "sound.wav", None, [], timeline, "Both", tmp_path / "film.mp4")
    assert made.frames == 48


def test_a_clip_of_ours_is_copied(tmp_path: Path) -> None:
    """A clip that is already as it would be encoded is not encoded again, and one of another length is."""
    ours, out = tmp_path / "ours.mp4", tmp_path / "out.part"
    conform_clip(named_clip(tmp_path, "silent.mp4"), 0, None, 24, 24, SIZE, (), ours)
    conform_clip(ours, 0, None, 24, 24, SIZE, (), out)
    assert out.read_bytes() == ours.read_bytes()
    assert conform_clip(ours, 0, None, 20, 24, SIZE, (), out).frames == 20


def test_a_clip_of_ours_that_a_flag_turns_or_stretches_is_not_copied(tmp_path: Path) -> None:
    """It is shown as the flag says; such a clip without a flag is copied."""
    ours, flagged, out = (tmp_path / name for name in ("ours.mp4", "flagged.mp4", "out.part"))
    conform_clip(named_clip(tmp_path, "silent.mp4"), 0, None, 24, 24, SIZE, (), ours)
    for before, after, copied in (
        ((), (), True),
        (("-display_rotation", "180"), (), False),
        ((), ("-aspect", "4"), False),
    ):
        ffmpeg(*before, "-i", ours, *after, "-c", "copy", "-video_track_timescale", "90000", flagged)
        conform_clip(flagged, 0, None, 24, 24, SIZE, (), out)
        assert (out.read_bytes() == flagged.read_bytes()) is copied
        if before:
            assert np.abs(_rgb(ours)[12][::-1, ::-1].astype(int) - _rgb(out)[12]).mean() < 6


@pytest.mark.thorough
def test_a_late_part_of_a_long_clip_is_reached_at_once(tmp_path: Path) -> None:
    """Of ten minutes only what is near the part is decoded."""
    sparse = picture((160, 90), "5", 600, 600)
    source = clip(tmp_path / "long.mp4", "-g", "50", *CLIPS["silent.mp4"], source=sparse)
    begun = time.process_time()
    frames = _conformed(source, 30, first=550.0)
    assert time.process_time() - begun < 1.5
    assert bar_seconds(frames[15], 600) == pytest.approx(550.5, abs=4)


def test_what_cannot_be_conformed_is_refused(tmp_path: Path) -> None:
    """A part outside the clip, a sound and a playlist are refused."""
    source = named_clip(tmp_path, "silent.mp4")
    for first, last in ((3.0, None), (1.0, 1.0), (1.5, 0.5), (-1.0, None)):
        with pytest.raises(BadInput):
            _conformed(source, 2, first=first, last=last)
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / "a.wav")
    with pytest.raises(BadInput, match="sound"):
        _conformed(tmp_path / "a.wav", 2)


def test_a_frame_that_fails_to_decode_is_the_source_s_fault(tmp_path: Path) -> None:
    """Told as a file that cannot be read, with the source's name, and not as a fault of the encoder."""
    source = clip(tmp_path / "mine.mov", "-c:v", "png", "-an", source=picture(seconds=0.2))
    source.write_bytes(source.read_bytes().replace(b"IDATx", b"IDAT\xff"))  # the first byte of what zlib packed
    with pytest.raises(BadInput, match=r"'mine.mov' cannot be read as media"):
        _conformed(source, 4)


def test_a_still_of_a_clip(tmp_path: Path) -> None:
    """A still is upright, in square pixels, of its time, or the last one."""
    out = tmp_path / "still.part"
    assert still_of(turned(tmp_path / "clip.mp4", 90), 1.0, out) == (320, 180)
    for seconds, seen in ((1.0, 1.0), (9.0, 1.96)):
        still_of(tmp_path / "clip.mp4", seconds, out)
        rgb = np.asarray(Image.open(out))
        assert corner_faults(rgb) == ""
        assert bar_seconds(rgb) == pytest.approx(seen, abs=0.021)
    wide = clip(
        tmp_path / "wide.mp4", "-vf", "setsar=16/11", *CLIPS["silent.mp4"], source=picture((352, 288), seconds=0.2)
    )
    assert still_of(wide, 0.0, out) == (512, 288)


@pytest.mark.thorough
def test_a_very_short_clip(tmp_path: Path) -> None:
    """A clip of a fifth of a second fills any length."""
    frames = _conformed(clip(tmp_path / "a.mp4", *CLIPS["silent.mp4"], source=picture(seconds=0.2)), 30)
    assert bar_seconds(frames[29]) == pytest.approx(0.16, abs=0.021)
