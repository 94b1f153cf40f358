"""Draw sounds in every form that servers send, each with what must be heard in it.

A sound is a row of tones of different height: if a part of it went missing, its length or a tone would be wrong.
Codecs, rates, channels, lengths in headers, tags, junk and the number of sounds in a body are drawn.
"""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

Tone = tuple[int, float]
"""A tone's frequency in Hz, and its length in seconds."""

_HEIGHTS = (300, 500, 800, 1_200, 1_800, 2_600)


@dataclass(frozen=True)
class SoundVariant:
    """A sound as bytes, its Content-Type, and the tones that must be heard in it, in order.

    `near` is by how many seconds its length may be off.
    """

    name: str
    content: bytes
    tones: tuple[Tone, ...]
    kind: str = "application/octet-stream"
    near: float = 0.01

    def differs(self, heard: NDArray[np.float32], rate: int) -> str:
        """Return how mono samples differ from what must be heard; '' if they do not."""
        seconds = sum(length for _, length in self.tones)
        if abs(heard.size / rate - seconds) > self.near:
            return f"{self.name}: {heard.size / rate:.3f} s, not {seconds:.3f}"
        step = rate // 50
        blocks = heard[: heard.size // step * step].reshape(-1, step)
        loud = np.abs(blocks).max(axis=1)
        found = np.abs(np.fft.rfft(blocks * np.hanning(step), 8 * step)).argmax(axis=1) * rate / (8 * step)
        at = 0
        for hz, length in self.tones:
            there = np.flatnonzero((np.abs(found[at:] - hz) < 60) & (loud[at:] > 0.2))
            if len(there) < length * 50 * 0.8 - 2:
                return f"{self.name}: {len(there) / 50:.2f} s of {hz} Hz behind {at / 50:.2f} s, not {length:.2f}"
            if not 0.2 < float(np.median(loud[at + there])) < 0.4:
                return f"{self.name}: {hz} Hz with a peak of {np.median(loud[at + there]):.2f}, not 0.3"
            at += int(there[round(length * 50 * 0.8) - 3])
        return ""


def sound_variant(draw: random.Random, kinds: tuple[str, ...] = ()) -> SoundVariant:
    """Return a sound that is drawn by `draw`, of one of `kinds` (all: `KINDS`), of 0.4 to 2 seconds."""
    kind = draw.choice(kinds or tuple(KINDS))
    return KINDS[kind](draw, kind)


def _tones(draw: random.Random, count: int, rate: int) -> tuple[Tone, ...]:
    heights = draw.sample([hz for hz in _HEIGHTS if hz < rate / 3], count)
    return tuple((hz, round(draw.uniform(0.2, 0.4), 3)) for hz in heights)


def wave_of(tones: tuple[Tone, ...], rate: int) -> NDArray[np.float32]:
    """Return the samples, peak 0.3."""
    rows = [0.3 * np.sin(2 * np.pi * hz * np.arange(round(length * rate)) / rate) for hz, length in tones]
    return np.concatenate(rows).astype(np.float32)


def coded(tones: tuple[Tone, ...], box: str, codec: str, rate: int, layout: str = "mono", **options: str) -> bytes:
    """Return the tones in a container and codec of ffmpeg's."""
    file = io.BytesIO()
    wave = wave_of(tones, rate)
    with av.open(file, "w", format=box, options=options) as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 96_000
        channels = stream.codec_context.layout.nb_channels
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for at in range(0, wave.size, 1_024):
            block = np.ascontiguousarray(np.repeat(wave[None, at : at + 1_024], channels, 0))
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, at
            for each in resampler.resample(frame):
                out.mux(stream.encode(each))
        out.mux(stream.encode(None))
    return file.getvalue()


# --- WAV ------------------------------------------------------------------------------------------

_SAMPLES: dict[str, tuple[int, int, Callable[[NDArray[np.float32]], bytes]]] = {
    "8 bit": (1, 1, lambda wave: (wave * 127 + 128).astype("<u1").tobytes()),
    "16 bit": (1, 2, lambda wave: (wave * 32_767).astype("<i2").tobytes()),
    "24 bit": (1, 3, lambda wave: (wave * 2**31).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()),
    "32 bit": (1, 4, lambda wave: (wave.astype(np.float64) * (2**31 - 1)).astype("<i4").tobytes()),
    "float": (3, 4, lambda wave: wave.astype("<f4").tobytes()),
}
LENGTHS = ("true", "zero", "minus one", "2,000,000,000", "too large", "too small", "RF64")
"""What a header says of its length."""


def _wav(draw: random.Random, kind: str) -> SoundVariant:
    count = draw.choice([1, 1, 2, 3])
    parts, tones, names = b"", [], []
    for _ in range(count):
        rate = draw.choice([8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
        depth, channels = draw.choice(tuple(_SAMPLES)), draw.choice([1, 1, 2, 6])
        lengths = draw.choice(LENGTHS)
        mine = _tones(draw, 2 if count == 1 else 1, rate)
        parts += one_wav(draw, wave_of(mine, rate), rate, depth, channels, lengths)
        tones += mine
        names.append(f"{depth} {rate} Hz x{channels} {lengths}")
    before = draw.choice([b"", b"", b"", b"\r\n", b"\xef\xbb\xbf"])
    return SoundVariant(f"{kind}: {', '.join(names)}", before + parts, tuple(tones), near=0.01 * count)


def one_wav(
    draw: random.Random, wave: NDArray[np.float32], rate: int, depth: str, channels: int, lengths: str
) -> bytes:
    """Return a WAV whose header says of its length what `lengths` names (see `LENGTHS`)."""
    code, width, write = _SAMPLES[depth]
    samples = write(np.repeat(wave, channels))
    form = struct.pack("<HHIIHH", code, channels, rate, rate * channels * width, channels * width, 8 * width)
    said = {
        "zero": 0,
        "minus one": 0xFFFF_FFFF,
        "RF64": 0xFFFF_FFFF,
        "2,000,000,000": 2_000_000_000,
        "too large": len(samples) + draw.choice([1, 2, 100, 100_000, 0x7FFF_0000]),
        "too small": draw.randrange(1, len(samples) // channels // width) * channels * width,
    }.get(lengths, len(samples))
    before = draw.choice([b"", b"LIST" + struct.pack("<I", 5) + b"INFOx\0", b"fact" + struct.pack("<II", 4, 0)])
    behind = b""
    if lengths in ("true", "RF64"):
        note = b"LIST" + struct.pack("<I", 12) + b"INFOISFTLav1"
        behind = b"\0" * (len(samples) % 2) + draw.choice([b"", b"", note, bytes(6), note + note])
    long = b"ds64" + struct.pack("<IQQQI", 28, 0, len(samples), 0, 0) if lengths == "RF64" else b""
    head = b"fmt " + struct.pack("<I", len(form)) + form + before + b"data" + struct.pack("<I", said)
    whole = {"true": 4 + len(head) + len(samples) + len(behind)}.get(lengths, draw.choice([0, 0xFFFF_FFFF, said]))
    name = b"RF64" if lengths == "RF64" else b"RIFF"
    return name + struct.pack("<I", whole & 0xFFFF_FFFF) + b"WAVE" + long + head + samples + behind


def _bare(draw: random.Random, kind: str) -> SoundVariant:
    tones = _tones(draw, 2, 24_000)
    content = _SAMPLES["16 bit"][2](wave_of(tones, 24_000))
    return SoundVariant(f"{kind} {tones}", content, tones, draw.choice(["audio/pcm", "application/octet-stream", ""]))


def _bare_by_type(draw: random.Random, kind: str) -> SoundVariant:
    rate, channels = draw.choice([8_000, 16_000, 22_050, 44_100, 48_000]), draw.choice([1, 2])
    tones = _tones(draw, 2, rate)
    content = _SAMPLES["16 bit"][2](np.repeat(wave_of(tones, rate), channels))
    swapped = draw.random() < 0.5
    if swapped:
        content = np.frombuffer(content, "<i2").byteswap().tobytes()
    told = draw.choice(["audio/L16;codec=pcm;rate={};channels={}", 'audio/pcm; channels="{1}"; rate={0}'])
    name = f"{kind} {rate} Hz x{channels} {'big' if swapped else 'little'} endian"
    return SoundVariant(name, content, tones, told.format(rate, channels))


# --- codecs ---------------------------------------------------------------------------------------

TAGS = {
    "": b"",
    "ID3": b"ID3\x04\0\0\0\0\0\x0aTSSE\0\0\0\0\0\0",
    "zeros": bytes(200),
    "zeros and ID3": bytes(3) + b"ID3\x03\0\0\0\0\0\x0a" + bytes(10),
}
ENDS = {
    "": b"",
    "ID3v1": b"TAG" + b"a tune".ljust(125, b" "),
    "APE": b"APETAGEX" + struct.pack("<IIII", 2_000, 32, 0, 0) + bytes(8),
    "zeros": bytes(300),
}


def _frames(draw: random.Random, kind: str) -> SoundVariant:
    """MP3 or AAC, with tags and junk before, between and behind."""
    count = draw.choice([1, 1, 2, 3])
    parts, tones, names = b"", [], []
    for _ in range(count):
        rate = draw.choice([16_000, 24_000, 44_100, 48_000])
        mine = _tones(draw, 2 if count == 1 else 1, rate)
        if kind == "MP3":
            more = draw.choice([{}, {"write_xing": "0"}, {"id3v2_version": "0"}])
            one = coded(mine, "mp3", "libmp3lame", rate, draw.choice(["mono", "stereo"]), **more)
        else:
            one = coded(mine, "adts", "aac", rate, draw.choice(["mono", "stereo"]))
        before, behind = draw.choice(tuple(TAGS)), draw.choice(tuple(ENDS))
        parts += TAGS[before] + one + ENDS[behind]
        tones += mine
        names.append(f"{before} {rate} Hz {behind}")
    if draw.random() < 0.3:
        parts = draw.randbytes(draw.randrange(1, 2_000)).replace(b"\xff", b"\xfe").replace(b"ID3", b"id3") + parts
        names.append("junk before")
    return SoundVariant(f"{kind}: {', '.join(names)}", parts, tuple(tones), "audio/mpeg", 0.15 * count)


def _coded(draw: random.Random, kind: str) -> SoundVariant:
    """One sound or several in another container."""
    box, codec, rates = _CODECS[kind]
    count = 1 if box == "mp4" else draw.choice([1, 1, 2])
    parts, tones = b"", []
    for _ in range(count):
        rate = draw.choice(rates)
        mine = _tones(draw, 2 if count == 1 else 1, rate)
        parts += coded(mine, box, codec, rate, draw.choice(["mono", "stereo"]))
        tones += mine
    return SoundVariant(f"{kind} {tones}", parts, tuple(tones), near=0.1 * count)


_CODECS = {
    "Ogg Opus": ("ogg", "libopus", [48_000, 24_000]),
    "Ogg FLAC": ("ogg", "flac", [24_000, 44_100]),
    "FLAC": ("flac", "flac", [16_000, 24_000, 44_100]),
    "MP4": ("mp4", "aac", [24_000, 44_100]),
}

KINDS: dict[str, Callable[[random.Random, str], SoundVariant]] = {
    "WAV": _wav,
    "samples": _bare,
    "samples of a type": _bare_by_type,
    "MP3": _frames,
    "AAC": _frames,
    **dict.fromkeys(_CODECS, _coded),
}
"""How each kind of sound is drawn."""
