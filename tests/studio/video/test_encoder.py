"""The encoder's promises, and the measure of a file."""

from pathlib import Path

import av
import numpy as np
import pytest

from studio.errors import DamagedPiece, DiskFull, EngineFailed
from studio.video.encoder import Draw, encode, last_picture, probe
from studio.video.planes import Planes
from tests.support.media import SMALL, luma


def _grey(level: int) -> Draw:
    def draw(planes: Planes) -> None:
        for plane, value in zip(planes, (level, 128, 128), strict=True):
            plane[:] = value

    return draw


def _noise(seed: int) -> Draw:
    def draw(planes: Planes) -> None:
        rng = np.random.default_rng(seed)
        for plane in planes:
            plane[:] = rng.integers(60, 190, plane.shape)

    return draw


@pytest.mark.parametrize("fps", [24, 25, 30])
@pytest.mark.parametrize("frames", [1, 2, 3, 61])
def test_frames_are_counted_and_even(tmp_path: Path, fps: int, frames: int) -> None:
    """A clip has exactly the frames it was given, evenly spaced from 0, whatever the rate and length."""
    made = encode((_grey(50 + i) for i in range(frames)), SMALL, fps, tmp_path / "c.part")
    assert (made.width, made.height, made.frames) == (*SMALL, frames)
    assert made.seconds == pytest.approx(frames / fps, abs=1e-6)
    assert made == probe(tmp_path / "c.part")
    with av.open(str(tmp_path / "c.part")) as clip:
        pts = sorted(p.pts for p in clip.demux(video=0) if p.size and p.pts is not None)
    assert pts == [i * 90_000 // fps for i in range(frames)]


def test_frames_come_in_order(tmp_path: Path) -> None:
    """Each frame shows its own drawing, though all are drawn into one piece of memory."""
    encode((_grey(30 + 3 * i) for i in range(50)), SMALL, 24, tmp_path / "c.part")
    levels = [float(frame.mean()) for frame in luma(tmp_path / "c.part")]
    assert levels == pytest.approx([30 + 3 * i for i in range(50)], abs=1.5)


def test_the_stream_says_what_it_is(tmp_path: Path) -> None:
    """A clip is H.264 High, 4:2:0, tagged BT.709 in limited range."""
    encode((_noise(i) for i in range(5)), SMALL, 24, tmp_path / "c.part")
    with av.open(str(tmp_path / "c.part")) as clip:
        context = clip.streams.video[0].codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        tags = (context.color_primaries, context.color_trc, context.colorspace, context.color_range)
        assert tags == (1, 1, 1, 1)


def test_groups_are_closed(tmp_path: Path) -> None:
    """Every keyframe is an IDR picture and all that follow it are shown after it, so clips may be joined anywhere."""
    encode((_noise(i) for i in range(110)), SMALL, 24, tmp_path / "c.part")
    latest, keys = -1, []
    with av.open(str(tmp_path / "c.part")) as clip:
        for number, packet in enumerate(p for p in clip.demux(video=0) if p.size):
            data, kinds = bytes(packet), []
            while data:
                size = int.from_bytes(data[:4], "big")
                kinds.append(data[4] & 31)
                data = data[4 + size :]
            assert packet.pts is not None
            if packet.is_keyframe:
                keys.append(number)
                assert 5 in kinds
                assert packet.pts > latest
                border = packet.pts
            assert packet.pts >= border
            latest = max(latest, packet.pts)
    assert keys[0] == 0
    assert len(keys) == 3
    assert max(np.diff(keys)) <= 48


def test_tick_hears_and_stops(tmp_path: Path) -> None:
    """The caller hears of every twelfth frame, and what it raises ends the work at once, with one frame drawn ahead."""
    heard: list[int] = []
    encode((_grey(99) for _ in range(30)), SMALL, 24, tmp_path / "c.part", heard.append)
    assert heard == [12, 24]

    class Stop(Exception):
        """The caller's own."""

    def stop(done: int) -> None:
        raise Stop(done)

    drawn = iter([_grey(i + 20) for i in range(100)])
    with pytest.raises(Stop, match="12"):
        encode(drawn, SMALL, 24, tmp_path / "d.part", stop)
    assert len(list(drawn)) == 87


@pytest.mark.parametrize("frames", [1, 2, 100])
def test_the_last_picture_is_the_last_one(tmp_path: Path, frames: int) -> None:
    """Of a clip of any length the planes of its last frame are given, as they were drawn; of no video nothing is."""
    out = tmp_path / "clip.mp4"
    encode((_grey(40 + i) for i in range(frames)), SMALL, 24, out)
    y, u, v = last_picture(out)
    assert (y.shape, u.shape, v.shape) == ((144, 256), (72, 128), (72, 128))
    assert float(y.mean()) == pytest.approx(39 + frames, abs=0.6)
    (tmp_path / "text").write_text("no video")
    for damaged in (tmp_path / "text", tmp_path / "missing"):
        with pytest.raises(DamagedPiece):
            last_picture(damaged)


def test_no_frames_is_refused(tmp_path: Path) -> None:
    """A clip of no frames is an error, not an empty file."""
    with pytest.raises(EngineFailed, match="no frames"):
        encode([], SMALL, 24, tmp_path / "c.part")


def test_unwritable_place_is_named(tmp_path: Path) -> None:
    """Where no file can be written, the error says so and names the file."""
    with pytest.raises(EngineFailed, match=r"c\.part"):
        encode([_grey(1)], SMALL, 24, tmp_path / "no such folder" / "c.part")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_is_told_apart() -> None:
    """A full disk is `DiskFull`, which a retry does not cure."""
    with pytest.raises(DiskFull):
        encode((_noise(i) for i in range(60)), SMALL, 24, Path("/dev/full"))


@pytest.mark.parametrize("harm", ["cut", "half", "empty", "text", "missing"])
def test_damaged_video_is_named(tmp_path: Path, harm: str) -> None:
    """`probe` refuses what is not a whole video, by its name."""
    encode((_noise(i) for i in range(30)), SMALL, 24, tmp_path / "whole.mp4")
    whole = (tmp_path / "whole.mp4").read_bytes()
    harmed = {"cut": whole[:-9], "half": whole[: len(whole) // 2], "empty": b"", "text": b"no video" * 99}
    path = tmp_path / "shot_004.mp4"
    if harm in harmed:
        path.write_bytes(harmed[harm])
    with pytest.raises(DamagedPiece, match="shot_004"):
        probe(path)


def test_what_a_drawing_raises_passes_through(tmp_path: Path) -> None:
    """A frame that cannot be drawn stops the clip with its own error, though another thread drew it."""

    def fail(planes: Planes) -> None:
        raise EngineFailed("no ink")

    with pytest.raises(EngineFailed, match="no ink"):
        encode([_grey(90), _grey(90), fail, _grey(90)], SMALL, 24, tmp_path / "clip.mp4")
