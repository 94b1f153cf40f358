"""What counts as a picture and as a voice."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from blocks.answers import picture_answers, sound_answers
from blocks.answers.picture_answers import decoded_picture, fitted, write_png
from blocks.answers.sound_answers import RATE_HZ, decoded_sound, estimated_words, most_seconds, usual_seconds
from blocks.offline.voice.narrator import OfflineNarrator
from studio.model.paid import Reply, VendorError
from studio.store.picture_check import whole_picture
from tests.support.vendors.loopback import HTML
from tests.support.vendors.media import bomb, picture, sound, streamed

SIZE = (320, 180)


def refused(content: bytes) -> VendorError:
    reply = Reply(content, {"images": 1}, "req_1")
    with pytest.raises(VendorError) as failed:
        decoded_picture("acme", reply, SIZE)
    assert failed.value.fault == "bad answer"
    assert (failed.value.request_id, failed.value.usage) == ("req_1", {"images": 1})
    return failed.value


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_whole_pictures_are_taken(kind: str, mode: str) -> None:
    """Every format, in colour or grey, becomes RGB."""
    taken = decoded_picture("acme", Reply(picture(SIZE, kind, mode)), SIZE)
    assert (taken.mode, taken.size) == ("RGB", SIZE)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_cut_off_picture_is_refused(kind: str, share: float) -> None:
    """However much of it came."""
    whole = picture(SIZE, kind)
    refused(whole[: int(len(whole) * share)])


def test_a_damaged_png_is_refused() -> None:
    """Every chunk's CRC has to hold."""
    whole = bytearray(picture(SIZE))
    whole[len(whole) // 2] ^= 1
    refused(bytes(whole))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no picture"),
        (HTML, "web page"),
        (b"<svg xmlns='x'/>", "markup"),
        (b'{"error": 1}', "not a whole"),
        (b"GIF89a" + b"\0" * 50, "not a whole"),
        (bomb(), "pixels"),
        (picture((20, 20)), "only 20 x 20"),
    ],
    ids=["nothing", "html", "svg", "json", "gif", "bomb", "tiny"],
)
def test_what_is_no_picture_is_refused(content: bytes, why: str) -> None:
    """The reason stands in the message."""
    assert why in str(refused(content))


def test_what_is_seen_through_becomes_black() -> None:
    """Colours under full transparency are not shown."""
    seen = decoded_picture("acme", Reply(encoded(Image.new("RGBA", SIZE, (255, 255, 255, 0)))), SIZE)
    assert seen.getpixel((5, 5)) == (0, 0, 0)


def test_deep_grey_keeps_its_brightness() -> None:
    """16 bits a pixel are scaled to 8, not cut off."""
    grey = Image.fromarray(np.full((180, 320), 32_768, np.uint16))
    assert decoded_picture("acme", Reply(encoded(grey)), SIZE).getpixel((5, 5)) == (128, 128, 128)


def test_a_turned_photograph_stands_upright() -> None:
    """A JPEG's EXIF orientation is applied."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(Image.new("RGB", (180, 320)), "JPEG", exif=exif)
    assert decoded_picture("acme", Reply(turned), SIZE).size == (320, 180)


@pytest.mark.parametrize("came", [(320, 180), (640, 360), (400, 400), (180, 320), (160, 90)])
def test_a_picture_is_cropped_about_its_centre(came: tuple[int, int], tmp_path: Path) -> None:
    """Of any size it becomes exactly the film's; the middle stays in the middle, and the file is a whole PNG."""
    image = Image.new("RGB", came, "blue")
    image.paste("red", (came[0] // 2 - 20, came[1] // 2 - 20, came[0] // 2 + 20, came[1] // 2 + 20))
    out = tmp_path / ".hidden.next"
    write_png(fitted(image, SIZE), out)
    assert whole_picture(out) == ""
    with Image.open(out) as seen:
        assert (seen.size, seen.mode, seen.format) == (SIZE, "RGB", "PNG")
        assert seen.getpixel((160, 90)) == (255, 0, 0)
        assert seen.getpixel((2, 2)) == (0, 0, 255)


def coded(wav: bytes, kind: str, codec: str) -> bytes:
    """Return the sound in another format."""
    file = io.BytesIO()
    with av.open(io.BytesIO(wav)) as source, av.open(file, "w", format=kind) as target:
        stream = target.add_stream(codec, rate=24_000, layout="mono")
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        sound(2),
        sound(2, 8_000),
        sound(2, 48_000, 2),
        sound(2, 96_000),
        streamed(sound(2)),
        coded(sound(2), "mp3", "libmp3lame"),
        coded(sound(2), "flac", "flac"),
    ],
    ids=["24k", "8k", "48k stereo", "96k", "streamed", "mp3", "flac"],
)
def test_voices_of_every_kind_are_taken(content: bytes) -> None:
    """All become mono floats at one rate, as long and about as loud as they came."""
    heard = decoded_sound("acme", Reply(content), 10)
    assert heard.ndim == 1
    assert heard.size / RATE_HZ == pytest.approx(2, abs=0.12)
    assert np.abs(heard).max() == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither"),
        (HTML, "neither"),
        (b"#EXTM3U\nhttp://127.0.0.1/x", "neither"),
        (sound(0), "empty"),
        (sound(2, peak=0.0005), "silent"),
        (sound(20), "longer"),
        (sound(2)[:40], "whole sound|empty|cut off"),
        (sound(2, 192_000), "whole sound"),
        (b"RIFF\xff\xff\xff\xffWAVE" + b"\0" * 200, "whole sound|empty"),
        (b"fLaC" + b"\0" * 99, "whole sound|empty"),
        (b"ID3" + b"\xff" * 99, "whole sound|empty"),
    ],
    ids=["", "html", "playlist", "empty", "silence", "endless", "header", "192k", "riff", "fLaC", "ID3"],
)
def test_what_is_no_voice_is_refused(content: bytes, why: str) -> None:
    """The reason stands in the message."""
    with pytest.raises(VendorError, match=why) as failed:
        decoded_sound("acme", Reply(content), 10)
    assert failed.value.fault == "bad answer"


def test_estimated_words_stay_in_the_sound() -> None:
    """Every word between spaces has a time, in order, within the sound, and silence at its ends is left out."""
    text = "Il y a 1998 bateaux, dit-elle. Puis — rien!"
    heard = np.concatenate([np.zeros(12_000), np.full(48_000, 0.3), np.zeros(12_000)]).astype(np.float32)
    words = estimated_words(text, heard)
    assert [word.text for word in words] == text.split()
    edges = [edge for word in words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] == pytest.approx(0.5, abs=0.01)
    assert edges[-1] == pytest.approx(2.5, abs=0.01)


def test_estimated_words_are_near_the_measured_ones(tmp_path: Path) -> None:
    """Against a voice that knows its own times, words begin a quarter of a second off at the median."""
    text = (
        "In the cold harbour, Mara lights the lamp again. Nobody has asked her to. The ship will never come, she knows."
    )
    told = OfflineNarrator().speak(text, 1, tmp_path / "line.wav")
    heard = decoded_sound("acme", Reply((tmp_path / "line.wav").read_bytes()), most_seconds(text))
    off = [abs(a.start - b.start) for a, b in zip(told.words, estimated_words(text, heard), strict=True)]
    assert sorted(off)[len(off) // 2] < 0.25, off
    assert told.seconds is not None
    assert told.seconds < most_seconds(text)


def test_a_picture_of_too_many_bytes_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than any picture is refused by its length."""
    monkeypatch.setattr(picture_answers, "PICTURE_BYTES", 100)
    assert "more than 100 bytes" in str(refused(picture(SIZE)))


@pytest.mark.parametrize("came", [(320, 20), (30, 180)])
def test_a_strip_is_no_picture(came: tuple[int, int]) -> None:
    """One side that is far too short is enough."""
    assert "only" in str(refused(picture(came)))


def png_without_pixels() -> bytes:
    """Return a PNG that ends behind its header, every CRC right."""
    whole = picture(SIZE)
    return whole[:33] + whole[-12:]


def with_exif(entries: bytes, count: int) -> bytes:
    """Return a PNG with these entries (TIFF 6.0, section 2) as its EXIF."""
    exif = b"Exif\0\0II*\0\x08\0\0\0" + count.to_bytes(2, "little") + entries + bytes(4)
    return encoded(Image.new("RGB", SIZE, "red"), exif=exif)


def test_a_picture_without_pixels_is_refused() -> None:
    """A PNG without image data is a bad answer, not a crash: the same answer would crash every run that holds it."""
    assert "not a whole" in str(refused(png_without_pixels()))


def test_broken_metadata_do_not_spoil_a_picture() -> None:
    """An EXIF that cannot be read turns nothing, and the picture that was paid for is used."""
    turned = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    words_for_a_ratio = struct.pack("<HHI4s", 0x011A, 2, 2, b"x\0\0\0")
    taken = decoded_picture("acme", Reply(with_exif(turned + words_for_a_ratio, 2)), SIZE)
    assert (taken.size, taken.getpixel((5, 5))) == (SIZE, (255, 0, 0))


def test_no_metadata_are_kept(tmp_path: Path) -> None:
    """A vendor's colour profile, words and resolution do not reach the film's file."""
    content = encoded(Image.new("RGB", SIZE), dpi=(72, 72), icc_profile=b"not a profile")
    write_png(fitted(decoded_picture("acme", Reply(content), SIZE), SIZE), tmp_path / "out")
    with Image.open(tmp_path / "out") as seen:
        seen.load()
        assert seen.info == {}


def riff(kind: int, channels: int, samples: bytes, before: bytes = b"") -> bytes:
    """Return a WAV of this format, 24 kHz, with other chunks before its samples."""
    width = 4 if kind == 3 else 2
    form = struct.pack("<HHIIHH", kind, channels, 24_000, 24_000 * width * channels, width * channels, 8 * width)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + before + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (riff(1, 19, bytes(range(200)) * 190), "whole sound"),
        (riff(0x1234, 1, bytes(range(200)) * 90), "whole sound"),
        (riff(3, 1, np.full(24_000, np.nan, "<f4").tobytes()), "silent"),
    ],
    ids=["19 channels", "no such codec", "not a number"],
)
def test_a_strange_sound_is_refused(content: bytes, why: str) -> None:
    """A WAV with more channels than a decoder can count would end the process; it and its like are bad answers."""
    with pytest.raises(VendorError, match=why) as failed:
        decoded_sound("acme", Reply(content), 10)
    assert failed.value.fault == "bad answer"


def test_a_sound_is_not_unpacked_beyond_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an hour packed into some kilobytes no more is decoded than can be an answer; too many bytes not at all."""
    packed = coded(sound(60), "flac", "flac")
    assert sound_answers._samples(packed, "flac", 1.0).size < 2 * RATE_HZ
    monkeypatch.setattr(sound_answers, "SOUND_BYTES", 1_000)
    with pytest.raises(VendorError, match="more than 1,000 bytes"):
        decoded_sound("acme", Reply(packed), 100)


def test_usual_speech_is_well_within_its_bound() -> None:
    """What a line takes as a rule, in Latin letters, digits or Chinese, is below half of the longest let through."""
    for text in ("She climbs the stair, and waits.", "In 1998.", "灯塔守护者点亮了灯。", "..."):
        assert 0 <= usual_seconds(text) < most_seconds(text) / 2
    assert usual_seconds("a" * 15) == 1.0
    assert usual_seconds("灯" * 5) == usual_seconds("한" * 5) == usual_seconds("ก" * 5) == 1.0
