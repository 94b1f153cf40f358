"""A file that was cut off or overwritten is told from a whole one."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.errors import BadInput
from studio.media.torn import torn_media
from tests.support.foreign_media import CLIPS, clip, ffmpeg
from tests.support.sampled import sampled

_PICTURE = "testsrc2=s=320x180:r=25:d=1,noise=alls=10:allf=t"
_VOICE = "aevalsrc='0.3*sin(2*PI*220*t)*(0.6+0.4*sin(2*PI*3*t))+0.02*(random(0)-0.5)':s=44100:d=2"
KINDS: dict[str, tuple[str, ...]] = {
    "a.mp4": CLIPS["h264.mp4"],
    "a.wav": (),
    "a.mp3": (),
    "cbr.mp3": ("-b:a", "128k", "-write_xing", "0"),
    "cabac.mp4": CLIPS["gop.mp4"],
    "fast.mp4": (*CLIPS["h264.mp4"], "-movflags", "+faststart"),
    "a.mov": (*CLIPS["prores.mov"], "-c:a", "aac"),
    "hevc.mp4": CLIPS["hevc.mp4"],
    "a.mkv": CLIPS["h264.mkv"],
    "a.m4a": (),
    "24.wav": ("-c:a", "pcm_s24le"),
    "a.flac": (),
}
PAGE = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """Return the bytes of a whole file of a kind, made once."""
    folder = tmp_path_factory.mktemp("whole")

    def make(name: str) -> bytes:
        path = folder / name
        if not path.exists():
            if name.endswith((".mp4", ".mov", ".mkv")):
                clip(path, *KINDS[name], source=_PICTURE, tone=_VOICE)
            else:
                ffmpeg("-f", "lavfi", "-i", _VOICE, *KINDS[name], path)
            assert torn_media(path) == ""
        return path.read_bytes()

    return make


def _cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content) // 10, len(content) - 100)]


def _zero_end(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) // 10, len(content) - PAGE - 1000)
    return content[:at] + bytes(len(content) - at)


def _zero_middle(content: bytes, draw: random.Random) -> bytes:
    length = PAGE * draw.choice([1, 1, 2])
    at = draw.randrange(len(content) // 10, len(content) - length - PAGE)
    return content[:at] + bytes(length) + content[at + length :]


DAMAGES = (_cut, _zero_end, _zero_middle)


@sampled(
    ("name", "seed"),
    [(name, seed) for seed in range(30) for name in KINDS],
    quick=3,
    ids=str,
)
def test_damage_is_found(whole: Callable[[str], bytes], tmp_path: Path, name: str, seed: int) -> None:
    """A clip or sound of any kind that was cut off anywhere, or overwritten with zeros, is torn.

    In uncompressed sound zeros are silence, which a person may have cut so.
    """
    content, draw = whole(name), random.Random(seed)
    path = tmp_path / name
    found = []
    for damage in DAMAGES[:1] if name.endswith("wav") else DAMAGES:
        path.write_bytes(damage(content, draw))
        try:
            found.append(bool(torn_media(path)))
        except BadInput:
            found.append(True)
    assert all(found), f"{name}, {seed}: {found}"


@sampled("name", ("hevc.mp4", "cabac.mp4"))
def test_a_few_zeros_in_a_picture_are_found(whole: Callable[[str], bytes], tmp_path: Path, name: str) -> None:
    """Of H.264 and H.265 even 32 bytes of zeros are found, which a decoder conceals."""
    content, draw = whole(name), random.Random(5)
    path = tmp_path / name
    found = 0
    for _ in range(12):
        at = draw.randrange(len(content) // 10, len(content) * 8 // 10)
        path.write_bytes(content[:at] + bytes(32) + content[at + 32 :])
        found += bool(torn_media(path))
    assert found == 12, found


def test_silence_is_no_damage(whole: Callable[[str], bytes], tmp_path: Path) -> None:
    """A WAV is whole with silence at its ends, between its words, and cut through them."""
    fades = ",afade=t=out:st=0.3:d=0.02,afade=t=in:st=0.6:d=0.02"
    ffmpeg("-f", "lavfi", "-i", f"{_VOICE}{fades},adelay=300,apad=pad_dur=0.5", tmp_path / "a.wav")
    assert torn_media(tmp_path / "a.wav") == ""
    (tmp_path / "cut.wav").write_bytes(_zero_middle(whole("a.wav"), random.Random(3)))
    assert torn_media(tmp_path / "cut.wav") == ""


@pytest.mark.parametrize("placeholder", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 2_000_000_000], ids=hex)
def test_a_wav_from_a_pipe_is_whole(whole: Callable[[str], bytes], tmp_path: Path, placeholder: int) -> None:
    """A WAV whose lengths were not known when its header was written is whole: it lasts until its end."""
    content, path = whole("a.wav"), tmp_path / "pipe.wav"
    at = content.index(b"data") + 4
    body = content[8:at] + placeholder.to_bytes(4, "little") + content[at + 4 :]
    for riff in (placeholder, min(placeholder + at - 4, 0xFFFFFFFF)):
        path.write_bytes(b"RIFF" + riff.to_bytes(4, "little") + body)
        assert torn_media(path) == ""


def _ape(value: bytes) -> bytes:
    """Return an APE tag of one item (wiki.hydrogenaud.io, APEv2 specification), with header and footer."""
    item = struct.pack("<II", len(value), 2) + b"Cover Art (Front)\0" + value
    head, foot = (
        b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, flags) + bytes(8)
        for flags in (0xA0000000, 0x80000000)
    )
    return head + item + foot


_LYRICS = b"LYRICSBEGIN" + b"IND0000210" + b"LYR00005hello"
TAGS = {
    "lyrics": _LYRICS + b"%06dLYRICS200" % len(_LYRICS) + b"TAG" + bytes(124) + b"\xff",
    "id3v2": b"ID3\4\0\x10\0\0\0\x20" + bytes(32) + b"3DI\4\0\x10\0\0\0\x20",
    "cover": _ape(random.Random(1).randbytes(300_000)),
}


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("name", ["a.mp3", "cbr.mp3"])
def test_tags_behind_an_mp3_are_no_damage(whole: Callable[[str], bytes], tmp_path: Path, name: str, tag: str) -> None:
    """An MP3 is whole with lyrics, a tag or a cover behind its sound, and torn if sound before them is missing."""
    content, path = whole(name), tmp_path / name
    path.write_bytes(content + TAGS[tag])
    assert torn_media(path) == ""
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(PAGE) + content[middle + PAGE :] + TAGS[tag])
    assert torn_media(path) != ""
    path.write_bytes(content[: -len(content) // 3] + TAGS[tag])
    assert torn_media(path) != ""
