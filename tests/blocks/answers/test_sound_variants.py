"""A vendor's sound in every form is heard whole, or is a bad answer with a reason."""

from __future__ import annotations

import random
import struct
import zlib

import numpy as np
import pytest

from blocks.answers.sound_answers import RATE_HZ, decoded_sound
from blocks.answers.sound_parts import NotWhole, claims_more, sound_parts, with_header
from studio.model.paid import Reply, VendorError
from tests.support.sampled import sampled
from tests.support.sound_variants import KINDS, LENGTHS, SoundVariant, coded, one_wav, sound_variant, wave_of
from tests.support.vendors.media import picture, sound

EACH = 12
"""Sounds of each kind that a seed draws."""


def heard(each: SoundVariant) -> str:
    content = with_header(each.content, each.kind)
    return each.differs(decoded_sound("acme", Reply(content), 10), RATE_HZ)


@sampled("seed", range(20), quick=1)
@pytest.mark.parametrize("kind", KINDS)
def test_every_form_is_heard_whole(kind: str, seed: int) -> None:
    """Codecs, rates, depths, channels, lengths in headers, tags, junk, several in a body: length and every tone."""
    draw = random.Random(f"{kind} {seed}")
    assert [wrong for _ in range(EACH) if (wrong := heard(sound_variant(draw, (kind,))))] == []


@sampled("seed", range(20), quick=1)
@pytest.mark.parametrize("kind", ["MP3", "AAC", "Ogg Opus", "Ogg FLAC", "FLAC", "MP4"])
def test_nothing_vanishes_in_silence(kind: str, seed: int) -> None:
    """Cut off anywhere, a sound with a container is a bad answer, or all that was missing were its last frames."""
    draw = random.Random(f"{kind} {seed}")
    for _ in range(4):
        each = sound_variant(draw, (kind,))
        whole = decoded_sound("acme", Reply(each.content), 10).size
        at = round(len(each.content) * draw.choice([draw.random(), draw.random() ** 0.05]))
        try:
            came = decoded_sound("acme", Reply(each.content[:at]), 10).size
        except VendorError as error:
            told = error
        else:
            # Between two sounds of a body nobody can tell that another one was to follow.
            assert came > whole - 0.15 * RATE_HZ or len(sound_parts(each.content)) > 1, (each.name, at)
            continue
        assert (told.fault, str(told).startswith("acme: ")) == ("bad answer", True)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_a_wav_has_the_samples_that_came(lengths: str) -> None:
    """Whatever the header says of them: not one sample more or less than was sent."""
    draw = random.Random(lengths)
    for _ in range(20):
        wave = wave_of(((440, draw.uniform(0.05, 0.3)),), RATE_HZ)
        taken = decoded_sound("acme", Reply(one_wav(draw, wave, RATE_HZ, "16 bit", 1, lengths)), 10)
        assert taken.size == wave.size
        assert np.abs(taken - wave).max() < 2 / 32_768


def test_only_a_length_that_may_be_meant_promises_more() -> None:
    """Of a body whose end nobody knows, a WAV that lacks samples is cut off; a placeholder says nothing."""
    draw = random.Random(0)
    wave = wave_of(((440, 0.5),), RATE_HZ)
    for lengths in LENGTHS:
        assert not claims_more(one_wav(draw, wave, RATE_HZ, "16 bit", 1, lengths)) or lengths == "too large"
    assert claims_more(sound(2)[:-9_000])
    assert not claims_more(b"")
    assert not claims_more(b"OggS" * 100)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither WAV"),
        (b'{"detail": "no such voice"}', "neither WAV"),
        ("<p>\u58f0\u97f3</p>".encode() * 400, "neither WAV"),
        (b"OggS" + bytes(3), "cut off"),
        (picture((64, 64)), "neither WAV"),
        (zlib.compress(sound(1)), "neither WAV"),
        (random.Random(1).randbytes(40_000), "neither WAV"),
        (bytes(40_000), "silent"),
        (sound(1) + b'{"error": {"message": "out of memory"}}', "a text follows"),
        (b"RIFF" + struct.pack("<I", 36) + b"WAVEjunk" + bytes(80), "header breaks off"),
    ],
    ids=["", "json", "page", "page of ogg", "picture", "packed", "noise", "zeros", "error behind", "no format"],
)
def test_what_is_no_sound_is_not_played(content: bytes, why: str) -> None:
    """Bytes without a header count as samples only if they are as smooth as a voice."""
    with pytest.raises(VendorError, match=why) as failed:
        decoded_sound("acme", Reply(content), 10)
    assert failed.value.fault == "bad answer"


def test_half_an_mp3_by_its_own_count_is_cut_off() -> None:
    """Cut between two frames it looks whole, but its first frame says how many there are."""
    (part,) = sound_parts(coded(((440, 0.5), (800, 0.5)), "mp3", "libmp3lame", RATE_HZ))
    content = part.content
    second = content.index(content[:2], 200)
    with pytest.raises(NotWhole, match="cut off"):
        sound_parts(content[: second + len(content[second:]) // 2])


def test_a_type_does_not_change_what_has_a_header() -> None:
    """A WAV, JSON or nothing stays as it came, whatever its Content-Type says."""
    for content in (sound(1), b'{"a": 1}', b""):
        assert with_header(content, "audio/pcm;rate=8000") == content
    assert with_header(b"\1\0" * 500, "audio/mpeg") == b"\1\0" * 500
