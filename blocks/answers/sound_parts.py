"""Find the sounds in a vendor's answer: what format they have, where each begins, and whether it is there whole. Pure.

Servers write headers before they know how long a sound gets, send several sounds in one body, or put tags and zeros
around them. `sound_parts` returns sounds that a decoder reads to their ends, or says why it cannot.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

PCM_RATE_HZ = 24_000
"""The rate of samples without a header, 16 bit, little-endian, mono
(https://platform.openai.com/docs/guides/text-to-speech#supported-output-formats)."""

JUNK_BYTES = 1 << 16
"""The most bytes before, between or behind the frames of an MP3 or AAC sound that are no sound."""

MP4_BYTES = 1 << 24
"""The largest MP4: nobody can tell how long a decoder is busy with the boxes of a larger one."""

STEPS = 250_000
"""The most frames, pages, tags and chunks that are looked at: an hour of 16 ms frames. A hostile body has millions."""

PARTS = 500
"""The most sounds of different kinds in one body: opening one takes a decoder some tenths of a millisecond."""

SMOOTH = 0.5
"""The least correlation of neighbouring samples by which bytes without a header count as sound: a voice at 24 kHz has
0.9 and more, compressed or encrypted bytes have 0."""

_WAVE = re.compile(rb"(?:RIFF|RF64)....WAVE", re.DOTALL)
_FLAC = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")
_ZEROS = re.compile(rb"\0+")
_TOO_MANY = "the answer has more parts than a sound can need"
_BITRATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by (version, layer) and index - 1 (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3)."""


@dataclass(frozen=True)
class SoundPart:
    """One sound: its demuxer's name in ffmpeg, its bytes, and how many seconds it says it has; 0.0: it does not say."""

    kind: str
    content: bytes
    seconds: float = 0.0


class NotWhole(ValueError):
    """Raised for an answer in which no sound is, or not a whole one; the message is for a person."""


def sound_parts(content: bytes) -> tuple[SoundPart, ...]:
    """Return the sounds of a body, in order.

    Taken are WAV with any lengths in its headers, FLAC, Ogg, MP3 and AAC frames, MP4, and samples without a header.

    Raises:
        NotWhole: it is none of these, or a part of it is missing.
    """
    body = content[_before(content) :]
    if _WAVE.match(body):
        return _waves(body)
    if body.startswith(b"fLaC"):
        return _flacs(body)
    if body.startswith(b"OggS"):
        return _oggs(body)
    if body[4:8] == b"ftyp" and len(body) <= MP4_BYTES:
        return (SoundPart("mov", body),)
    if body and not _is_text(body) and (parts := _framed(body)):
        return parts
    if content.startswith(b"ID3"):
        raise NotWhole("the answer is not a whole sound: there is none behind its tag")
    if body and not _is_text(body):
        return _samples(content)
    raise NotWhole("the answer is neither WAV, MP3, AAC, Ogg, FLAC nor samples of a sound")


def with_header(content: bytes, kind: str) -> bytes:
    """Return samples without a header, as a Content-Type describes them, as a WAV; any other content as it is.

    Args:
        kind: for example 'audio/pcm' or 'audio/L16; rate=16000; channels=1'; 24 kHz and mono if it does not say.
    """
    name, *told = (each.strip().lower() for each in kind.split(";"))
    if name not in ("audio/pcm", "audio/x-pcm", "audio/l16", "audio/raw", "audio/x-raw"):
        return content
    if not content or _WAVE.match(content) or _FLAC.match(content) or content[:4] == b"OggS" or _is_text(content):
        return content
    values = {key.strip(): value.strip(' "') for key, _, value in (each.partition("=") for each in told)}
    rate = _number(values, ("rate", "sample_rate", "samplerate"), PCM_RATE_HZ)
    return _wave(rate, _number(values, ("channels",), 1), _little_endian(content))


def claims_more(content: bytes) -> bool:
    """Tell whether a WAV's header promises more samples than came, by a length that a server may have meant."""
    at = 12
    while _WAVE.match(content) and at + 8 <= len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        if content[at : at + 4] == b"data":
            return length < 0x7700_0000 and at + 8 + length > len(content)
        at += 8 + length + length % 2
    return False


def _before(content: bytes) -> int:
    """Return where what is no sound ends at the beginning: white space, zeros, tags."""
    at = len(content) - len(content.lstrip(b"\0\t\r\n \xef\xbb\xbf"))
    # Zeros may be samples.
    at = at if content[at : at + 4] in (b"RIFF", b"RF64", b"fLaC", b"OggS") or content[at : at + 3] == b"ID3" else 0
    for _ in range(100):
        at += _tag(content, at)
    return at


def _is_text(content: bytes) -> bool:
    """Tell whether it is a page, JSON or a list of addresses, by its first 4,000 bytes."""
    try:
        text = content[:4_000].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < min(len(content), 4_000) - 4:
            return False
        text = content[: error.start].decode("utf-8")
    return bool(text.strip()) and all(letter.isprintable() or letter.isspace() for letter in text)


# --- WAV ------------------------------------------------------------------------------------------


def _waves(body: bytes) -> tuple[SoundPart, ...]:
    """Return the WAVs of a body; those that follow each other in one format become one."""
    parts: list[tuple[bytes, list[bytes]]] = []
    for content in _split(body, _WAVE):
        form, samples = _one_wave(content)
        if not parts or parts[-1][0] != form:
            parts.append((form, []))
        parts[-1][1].append(samples)
    return _few(SoundPart("wav", _riff(form, b"".join(samples))) for form, samples in parts)


def _split(body: bytes, begin: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield the parts of a body, each of which begins like `begin`, as the body does."""
    at = 0
    for _ in range(STEPS):
        found = begin.search(body, at + 1)
        yield body[at : found.start() if found else None]
        if found is None:
            return
        at = found.start()
    raise NotWhole(_TOO_MANY)


def _few(parts: Iterable[SoundPart]) -> tuple[SoundPart, ...]:
    few = tuple(islice(parts, PARTS + 1))
    if len(few) > PARTS:
        raise NotWhole(_TOO_MANY)
    return few


def _one_wave(content: bytes) -> tuple[bytes, bytes]:
    """Return the format of a WAV, as in its header, and all its samples."""
    at, form, long = 12, b"", 0
    for _ in range(1_000):
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if name == b"data":
            if not form:
                break
            samples = _wave_samples(content[at + 8 :], long if long and length == 0xFFFF_FFFF else length)
            frame = int.from_bytes(form[12:14], "little") or 1
            return form, samples[: len(samples) // frame * frame]
        if name == b"fmt ":
            form = content[at + 8 : at + 8 + length]
        elif name == b"ds64":
            long = int.from_bytes(content[at + 16 : at + 24], "little")
        at += 8 + length + length % 2
    raise NotWhole("the answer is not a whole sound: its header breaks off")


def _wave_samples(rest: bytes, length: int) -> bytes:
    """Return the samples that begin `rest`. A length is believed if nothing, or further chunks, come behind it."""
    if length > len(rest):
        return rest
    behind = rest[length:]
    if _are_chunks(behind) or (length % 2 and _are_chunks(behind[1:])):
        return rest[:length]
    if len(behind) > 8 and _is_text(behind):
        raise NotWhole("the sound breaks off, and a text follows it")
    return rest


def _are_chunks(content: bytes) -> bool:
    """Tell whether this is nothing but chunks of a RIFF file, or zeros."""
    if not content.strip(b"\0"):
        return True
    at = 0
    for _ in range(1_000):
        if at + 8 > len(content):
            break
        if not all(0x20 <= letter < 0x7F for letter in content[at : at + 4]):
            return False
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return len(content) >= 8 and at in range(len(content), len(content) + 2)


def _riff(form: bytes, samples: bytes) -> bytes:
    form += b"\0" * (len(form) % 2)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _wave(rate: int, channels: int, samples: bytes) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, 2 * channels * rate, 2 * channels, 16)
    return _riff(form, samples[: len(samples) // (2 * channels) * 2 * channels])


# --- samples without a header ---------------------------------------------------------------------


def _samples(content: bytes) -> tuple[SoundPart, ...]:
    swapped = _little_endian(content)
    if not any(content) or _smoothness(swapped) >= SMOOTH:
        return (SoundPart("wav", _wave(PCM_RATE_HZ, 1, swapped)),)
    raise NotWhole("the answer is neither WAV, MP3, AAC, Ogg, FLAC nor samples of a sound")


def _little_endian(content: bytes) -> bytes:
    """Return 16 bit samples in little-endian order, whichever of both they came in: in the wrong one they leap."""
    whole = content[: len(content) // 2 * 2]
    other = np.frombuffer(whole, "<i2").byteswap().tobytes()
    return other if _leap(other) < _leap(whole) else whole


def _leap(samples: bytes) -> float:
    """Return how far neighbouring samples lie apart, on average over the first 40 s."""
    wave = np.frombuffer(samples[:2_000_000], "<i2").astype(np.int32)
    return float(np.abs(np.diff(wave)).mean()) if len(wave) > 1 else 0.0


def _smoothness(samples: bytes) -> float:
    """Return the correlation of neighbouring samples, 16 bit little-endian, in their first 40 s; 0 if they are few."""
    wave = np.frombuffer(samples[:2_000_000], "<i2").astype(np.float64)
    power = float((wave * wave).sum())
    return float((wave[1:] * wave[:-1]).sum()) / power if len(wave) > 100 and power else 0.0


def _number(values: dict[str, str], names: tuple[str, ...], usual: int) -> int:
    told = next((values[name] for name in names if name in values), "")
    return int(told) if told.isascii() and told.isdigit() and 0 < int(told) < 1_000_000 else usual


# --- FLAC and Ogg ---------------------------------------------------------------------------------


def _flacs(body: bytes) -> tuple[SoundPart, ...]:
    return _few(map(_one_flac, _split(body, _FLAC)))


def _one_flac(content: bytes) -> SoundPart:
    # STREAMINFO: 20 bits of rate, 3 of channels, 5 of depth, 36 of how many samples (RFC 9639, section 8.2).
    told = int.from_bytes(content[18:26].ljust(8, b"\0"))
    rate, count = told >> 44, told & (1 << 36) - 1
    return SoundPart("flac", content, count / rate if rate and count != (1 << 36) - 1 else 0.0)


def _oggs(body: bytes) -> tuple[SoundPart, ...]:
    """Split an Ogg body where a new stream begins (RFC 3533, section 6)."""
    begins: list[int] = []
    at, first, pages = 0, False, 0
    while at < len(body):
        if (pages := pages + 1) > STEPS:
            raise NotWhole(_TOO_MANY)
        if body[at : at + 4] != b"OggS":
            if not body[at:].strip(b"\0\r\n "):
                break
            raise NotWhole("the answer is not a whole sound: bytes are missing in it")
        table = body[at + 27 : at + 27 + (body[at + 26] if at + 26 < len(body) else 255)]
        end = at + 27 + len(table) + sum(table)
        if at + 27 > len(body) or len(table) < body[at + 26] or end > len(body):
            raise NotWhole("the sound is cut off")
        if (body[at + 5] & 2) and not first:
            begins.append(at)
        first = bool(body[at + 5] & 2)
        at = end
    if not begins or begins[0]:
        raise NotWhole("the answer is not a whole sound: its beginning is missing")
    return _few(_one_ogg(body[a:b]) for a, b in zip(begins, [*begins[1:], at], strict=True))


def _one_ogg(content: bytes) -> SoundPart:
    head = content[27 + content[26] :]
    last = content.rfind(b"OggS")
    count = int.from_bytes(content[last + 6 : last + 14], "little", signed=True)
    if head.startswith(b"OpusHead"):
        # RFC 7845, section 4: at 48 kHz, with what is skipped at the beginning.
        return SoundPart("ogg", content, max(0.0, (count - int.from_bytes(head[10:12], "little")) / 48_000))
    rate = int.from_bytes(head[12:16], "little") if head.startswith(b"\x01vorbis") else 0
    return SoundPart("ogg", content, max(0, count) / rate if rate else 0.0)


# --- MP3 and AAC ----------------------------------------------------------------------------------


def _framed(body: bytes) -> tuple[SoundPart, ...]:
    """Return the runs of frames of an MP3 or AAC body, without tags and junk; () if it has no frames."""
    at = _next_frames(body, 0, 3)
    if at < 0:
        return ()
    parts: list[tuple[str, list[bytes]]] = []
    before, junk, steps = "", at, 0
    while at < len(body):
        if (steps := steps + 1) > STEPS:
            raise NotWhole(_TOO_MANY)
        length, key = _frame(body, at)
        if length and key == before and at + length > len(body):
            raise NotWhole("the sound is cut off")
        if length and (key == before or _next_frames(body, at, 2) == at):
            frame = body[at : at + length]
            if key != before or _told_frames(frame):
                parts.append(("aac" if key.startswith("aac") else "mp3", []))
            parts[-1][1].append(frame)
            before, at = key, at + length
        elif zeros := _ZEROS.match(body, at):
            at = zeros.end()
        elif size := _tag(body, at):
            at += size
        else:
            found = _next_frames(body, at, 2)
            behind = (found if found >= 0 else len(body)) - at
            junk += behind
            if behind > JUNK_BYTES or (found >= 0 and junk > max(4_096, min(JUNK_BYTES, len(body) // 20))):
                raise NotWhole(f"the answer is not a whole sound: {junk:,} bytes of it are none")
            at += behind
    return _few(_run(kind, frames) for kind, frames in parts)


def _run(kind: str, frames: list[bytes]) -> SoundPart:
    told = _told_frames(frames[0])
    if told > len(frames):
        raise NotWhole("the sound is cut off")
    return SoundPart(kind, b"".join(frames))


def _told_frames(frame: bytes) -> int:
    """Return how many frames follow one of a tag of an MP3's length, 0 if it is none or does not say."""
    for name in (b"Xing", b"Info"):
        at = frame.find(name, 4, 60)
        if at > 0:
            return int.from_bytes(frame[at + 8 : at + 12]) if frame[at + 7 : at + 8] and frame[at + 7] & 1 else 0
    return 0


def _next_frames(body: bytes, at: int, count: int) -> int:
    """Return where, at `at` or up to `JUNK_BYTES` behind it, so many frames of one kind begin, or as many as there
    are until the end; -1 if nowhere."""
    last = at + JUNK_BYTES
    while (at := body.find(b"\xff", at, last)) >= 0:
        if _row(body, at, count):
            return at
        at += 1
    return -1


def _row(body: bytes, at: int, count: int) -> bool:
    kinds: set[str] = set()
    for _ in range(count):
        length, key = _frame(body, at)
        if not length:
            return False
        kinds.add(key)
        at += length
        if at >= len(body):
            # The last frame may be cut off, but not the first.
            return len(kinds) == 1 and (at == len(body) or _ > 0)
    return len(kinds) == 1


def _frame(body: bytes, at: int) -> tuple[int, str]:
    """Return (bytes, kind) of the frame at `at`; (0, '') if none begins there."""
    head = body[at : at + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0, ""
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    if head[1] & 0xF6 == 0xF0:
        # ADTS (ISO/IEC 13818-7, 6.2).
        length, rate = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5, head[2] >> 2 & 15
        return (length, f"aac {rate} {(head[2] & 1) << 2 | head[3] >> 6}") if length > 7 and rate < 13 else (0, "")
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or bits in (0, 15) or rate == 3:
        return 0, ""
    hz = (44_100, 48_000, 32_000)[rate] >> {3: 0, 2: 1, 0: 2}[version]
    kbits, padded = _BITRATES[1 if version == 3 else 2, layer][bits - 1], head[2] >> 1 & 1
    if layer == 1:
        return (12_000 * kbits // hz + padded) * 4, f"mp1 {hz} {head[3] >> 6 == 3}"
    slots = 72_000 if layer == 3 and version != 3 else 144_000
    return slots * kbits // hz + padded, f"mp{layer} {hz} {head[3] >> 6 == 3}"


def _tag(content: bytes, at: int) -> int:
    """Return how many bytes a tag at `at` has, 0 if there is none: ID3v2 (section 3.1), ID3v1, APEv2."""
    head = content[at : at + 32]
    if head[:3] == b"ID3" and len(head) >= 10 and not any(each & 0x80 for each in head[6:10]):
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        return 10 + size + (10 if head[5] & 0x10 else 0)
    if head[:3] == b"TAG" and len(content) - at >= 128:
        return 128
    if head[:8] == b"APETAGEX" and len(head) == 32:
        return 32 + int.from_bytes(head[12:16], "little") * (head[23] >> 5 & 1)
    return 0
