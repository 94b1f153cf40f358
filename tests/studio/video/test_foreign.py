"""What a person's file holds is told truly, and what cannot be used is refused in one line."""

from __future__ import annotations

import os
import random
import struct
import zlib
from pathlib import Path

import av
import pytest
from PIL import Image

from studio.errors import BadInput
from studio.video.conform import conform_clip
from studio.video.foreign import media_of, torn
from tests.support.foreign_media import CLIPS, bar_seconds, clip, ffmpeg, named_clip, picture, sound
from tests.support.sampled import sampled

SOUNDS = {
    "a.mp3": (),
    "a.wav": (),
    "cbr.mp3": ("-b:a", "128k", "-write_xing", "0"),
    "a.flac": (),
    "a.ogg": ("-c:a", "libvorbis"),
    "a.opus": ("-c:a", "libopus"),
    "a.m4a": (),
    "a.aiff": (),
    "24.wav": ("-c:a", "pcm_s24le"),
    "float.wav": ("-c:a", "pcm_f32le"),
    "8.wav": ("-c:a", "pcm_u8"),
    "a.aac": (),
    "a.wma": (),
}
NO_SOUND = {"animated.gif", "animated.apng", "qtrle.mov", "silent.mp4"}


@sampled("name", CLIPS, quick=1)
def test_a_clip_is_told(tmp_path: Path, name: str) -> None:
    """Of a clip of any kind, kind, length and sound are told, and it is whole."""
    path = named_clip(tmp_path, name)
    media = media_of(path)
    assert (media.kind, media.has_sound) == ("clip", name not in NO_SOUND)
    assert media.seconds == pytest.approx(2.0, abs=0.05)
    assert torn(path) == ""


@sampled("name", SOUNDS, quick=1)
def test_a_sound_is_told(tmp_path: Path, name: str) -> None:
    """Of a sound of any kind its length is told, whatever its name ends in, and it is whole."""
    ffmpeg("-f", "lavfi", "-i", sound(1.5, 44_100), *SOUNDS[name], tmp_path / name)
    path = (tmp_path / name).rename(tmp_path / "sound.txt")
    media = media_of(path)
    assert (media.kind, media.has_sound) == ("sound", True)
    assert media.seconds == pytest.approx(1.5, abs=0.06)
    assert torn(path) == ""


def test_a_cover_is_no_picture(tmp_path: Path) -> None:
    """A song with a cover is a sound."""
    Image.new("RGB", (64, 64), "red").save(tmp_path / "cover.jpg")
    ffmpeg(
        *("-f", "lavfi", "-i", sound(1.0), "-i", tmp_path / "cover.jpg", "-map", "0", "-map", "1"),
        *("-disposition:v", "attached_pic", tmp_path / "song.mp3"),
    )
    assert media_of(tmp_path / "song.mp3").kind == "sound"


@pytest.mark.parametrize("shape", ["100", "1/9"])
def test_pixels_that_no_camera_has_are_refused(tmp_path: Path, shape: str) -> None:
    """A clip whose pixels are said to be very long ones is refused in one line."""
    path = clip(tmp_path / "a.mkv", "-vf", f"setsar={shape}", *CLIPS["silent.mp4"], source=picture(seconds=0.2))
    with pytest.raises(BadInput, match=r"'a.mkv' has pixels that are [0-9.]+ times as wide as high: save it"):
        media_of(path)


def test_a_picture_is_told(tmp_path: Path) -> None:
    """A still picture is one, and half of it is torn."""
    Image.effect_noise((64, 32), 50).convert("RGB").save(tmp_path / "a.jpg")
    assert media_of(tmp_path / "a.jpg").kind == "picture"
    assert torn(tmp_path / "a.jpg") == ""
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(content[: len(content) * 2 // 3])
    assert torn(tmp_path / "half.jpg")


def _bomb(path: Path) -> Path:
    """Write a PNG of 60,000 x 60,000 pixels, as its header says."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100_000))))
    return path


def _wide_clip(path: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "color=black:s=16000x8000:r=1:d=1", "-c:v", "mjpeg", path.with_suffix(".avi"))
    return path.with_suffix(".avi")


def _text(content: bytes) -> object:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


HOSTILE = {
    "hls": _text(b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
    "hls in utf-8": _text(b"\xef\xbb\xbf\n#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"),
    "concat": _text(b"ffconcat version 1.0\nfile '/etc/passwd'\n"),
    "concat without its name": _text(b"file '/etc/passwd'\nduration 2\n"),
    "dash": _text(b'<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>'),
    "sdp": _text(b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"),
    "script": _text(b"#!/bin/sh\necho hello\n" * 50),
    "svg": _text(b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"),
    "subtitles": _text(b"1\n00:00:00,000 --> 00:00:01,000\nHello\n"),
    "ffmetadata": _text(b";FFMETADATA1\ntitle=x\n"),
    "nothing": _text(b""),
    "zeros": _text(bytes(50_000)),
    "heic": _text(struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(500)),
    "a head alone": _text(b"RIFF\xff\xff\xff\xffWAVEfmt "),
    "bomb": _bomb,
    "link": lambda path: (path.symlink_to("/etc/passwd"), path)[1],
    "pipe": lambda path: (os.mkfifo(path), path)[1],
    "folder": lambda path: (path.mkdir(), path)[1],
    "missing": lambda path: path,
    "a clip of 128 million pixels": _wide_clip,
}


@sampled("name", HOSTILE, quick=len(HOSTILE) - 1)
def test_what_is_no_media_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    """Whatever is no usable media is refused in one line that names the file and what to do."""
    path = HOSTILE[name](tmp_path / "mine.mp4")  # type: ignore[operator]
    with pytest.raises(BadInput) as told:
        media_of(path)
    message = str(told.value)
    assert path.name in message
    assert "\n" not in message
    assert ": " in message
    assert "root:" not in message
    assert _torn_or_refused(path)


@sampled("seed", range(300), quick=10)
def test_random_bytes_are_no_media(tmp_path: Path, seed: int) -> None:
    """Random bytes, alone or behind the head of a format, are refused or torn."""
    draw = random.Random(seed)
    head = draw.choice(
        [b"", b"", b"ID3\4\0\0\0\0\0\0", b"\xff\xfb\x90\x00", b"\x1aE\xdf\xa3", b"OggS", b"fLaC", b"GIF89a"]
    )
    path = tmp_path / "mine.mp3"
    path.write_bytes(head + draw.randbytes(draw.randrange(1, 60_000)))
    assert _torn_or_refused(path)


@pytest.mark.parametrize("name", ["script", "nothing", "hls", "missing", "zeros", "bomb"])
def test_what_is_no_media_is_not_whole(tmp_path: Path, name: str) -> None:
    """Of what cannot be used at all, too, it is told why it is not whole, and nothing is raised."""
    why = torn(HOSTILE[name](tmp_path / "mine.mp4"))  # type: ignore[operator]
    assert why
    assert "\n" not in why
    assert "mine.mp4" not in why


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{}'\n",
        "file '{}'\n",
    ],
)
def test_a_list_of_real_files_opens_none_of_them(tmp_path: Path, content: str) -> None:
    """A list of files that are there and could be played is refused as a list."""
    (tmp_path / "list.mp4").write_text(content.format(named_clip(tmp_path, "h264.ts")))
    with pytest.raises(BadInput, match="only names other files"):
        media_of(tmp_path / "list.mp4")


@pytest.mark.parametrize("name", ["a.nut", "a.h264"])
def test_a_format_that_nobody_chose_is_not_opened(tmp_path: Path, name: str) -> None:
    """A format that ffmpeg reads and the list of containers lacks is refused, with those to save it as."""
    ffmpeg("-f", "lavfi", "-i", picture((64, 36), seconds=0.2), "-pix_fmt", "yuv420p", tmp_path / name)
    with pytest.raises(BadInput, match="format that is not taken: save it as MP4"):
        media_of(tmp_path / name)


def test_a_clip_that_begins_before_its_zero_is_told(tmp_path: Path) -> None:
    """A Matroska file whose first times are negative cannot be sought; the rest of it is a clip all the same."""
    early = ("-output_ts_offset", "-0.1", "-avoid_negative_ts", "disabled")
    path = clip(tmp_path / "a.mkv", *CLIPS["silent.mp4"], *early)
    media = media_of(path)
    assert (media.kind, torn(path)) == ("clip", "")
    assert media.seconds == pytest.approx(1.9, abs=0.05)
    conform_clip(path, 1.5, None, 4, 25, (256, 144), (), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        shown = [bar_seconds(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert shown == pytest.approx([1.62, 1.66, 1.7, 1.74], abs=0.05)


def _torn_or_refused(path: Path) -> bool:
    try:
        return bool(torn(path)) if media_of(path) else False
    except BadInput as refused:
        return "\n" not in str(refused)


def test_a_length_that_leads_before_the_file_is_passed_over(tmp_path: Path) -> None:
    """An ASF whose description has so great a length that ffmpeg seeks a negative place is the clip that it is."""
    content = bytearray(clip(tmp_path / "a.wmv", "-c:v", "wmv2", "-an", source=picture(seconds=0.2)).read_bytes())
    described = content.index(bytes.fromhex("40a4d0d207e3d21197f000a0c95ea850"))  # the extended content description
    content[described + 21] = 0xC5
    (tmp_path / "a.wmv").write_bytes(content)
    media = media_of(tmp_path / "a.wmv")
    assert (media.kind, media.has_sound) == ("clip", False)


def test_an_encrypted_clip_is_told(tmp_path: Path) -> None:
    """A clip with copy protection is refused with that reason."""
    bare = named_clip(tmp_path, "silent.mp4")
    key = "0123456789abcdef0123456789abcdef"
    coded = tmp_path / "coded.mp4"
    scheme = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key)
    ffmpeg("-i", bare, "-c", "copy", *scheme, coded)
    with pytest.raises(BadInput, match="encrypted"):
        media_of(coded)
