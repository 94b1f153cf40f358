"""What counts as a picture and as a voice."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from blocks.answers import decoded_picture, fitted, write_png
from blocks.voices import RATE_HZ, decoded_sound, estimated_words, most_seconds
from studio.offline.narrator import OfflineNarrator
from studio.paid import Reply, VendorError
from studio.pictures import whole_picture
from tests.vendors.loopback import HTML
from tests.vendors.media import animation, bomb, picture, sound, streamed

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


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_whole_pictures_are_taken(kind: str, mode: str) -> None:
    """PNG, JPEG and WebP, in colour or grey, become RGB."""
    taken = decoded_picture("acme", Reply(picture(SIZE, kind, mode)), SIZE)
    assert (taken.mode, taken.size) == ("RGB", SIZE)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
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
        (b"", "no picture"), (HTML, "web page"), (b"<svg xmlns='x'/>", "markup"), (b'{"error": 1}', "not a whole"),
        (b"GIF89a" + b"\0" * 50, "not a whole"), (bomb(), "pixels"), (animation(SIZE), "animated"),
        (picture((20, 20)), "only 20 x 20"),
    ],
    ids=["nothing", "html", "svg", "json", "gif", "bomb", "animation", "tiny"],
)  # fmt: skip
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
        sound(2), sound(2, 8_000), sound(2, 48_000, 2), sound(2, 96_000), streamed(sound(2)),
        coded(sound(2), "mp3", "libmp3lame"), coded(sound(2), "flac", "flac"),
    ],
    ids=["24k", "8k", "48k stereo", "96k", "streamed", "mp3", "flac"],
)  # fmt: skip
def test_voices_of_every_kind_are_taken(content: bytes) -> None:
    """All become mono floats at one rate, as long and about as loud as they came."""
    heard = decoded_sound("acme", Reply(content), 10)
    assert heard.ndim == 1
    assert heard.size / RATE_HZ == pytest.approx(2, abs=0.12)
    assert np.abs(heard).max() == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither"), (HTML, "neither"), (b"#EXTM3U\nhttp://127.0.0.1/x", "neither"), (sound(0), "empty"),
        (sound(2, peak=0.0005), "silent"), (sound(20), "longer"), (sound(2)[:-9_000], "cut off"),
        (sound(2)[:40], "whole sound|empty|cut off"), (sound(2, 192_000), "whole sound"),
        (b"RIFF\xff\xff\xff\xffWAVE" + b"\0" * 200, "whole sound|empty"), (b"fLaC" + b"\0" * 99, "whole sound|empty"),
        (b"ID3" + b"\xff" * 99, "whole sound|empty"),
    ],
    ids=["", "html", "playlist", "empty", "silence", "endless", "cut off", "header", "192k", "riff", "fLaC", "ID3"],
)  # fmt: skip
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
