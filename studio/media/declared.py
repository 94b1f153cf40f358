"""Compare what a media file says of its own length with what is there: a file that was cut off has less.

Only the outermost structure is read, not the sound and picture in it; `torn.py` reads those.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from studio.media.boxes import boxes, is_boxed, length_of

_UNKNOWN = {0, 0xFFFFFFFF, 0x7FFFFFFF, 2_000_000_000}
"""Lengths in the header of a RIFF file that mean: not known when it was written."""
_STREAMED = 0x7FFF0000
"""A RIFF length from here on is not meant, either: programs that write to a pipe round it."""


def shortfall(file: BinaryIO) -> str:
    """Return how the file is less than it says of itself, as an end of 'it ...'; '' if it is not, or says nothing."""
    length = length_of(file)
    file.seek(0)
    head = file.read(64)
    if not head.strip(b"\0"):
        return "was overwritten: it begins with zeros"
    if head[:4] in (b"RIFF", b"FORM"):
        return _riff(file, head, length)
    if is_boxed(file):
        return _mp4(file, length)
    if head[:4] == b"\x1aE\xdf\xa3":
        return _matroska(file, length)
    if head[:4] == b"OggS":
        return _ogg(file, length)
    if head[:4] == b"GIF8":
        return _gif(file, length)
    return _mp3(file, length) if _is_mp3(head) else ""


def tags_after(file: BinaryIO) -> int | None:
    """Return at which byte of an MP3 its sound ends and tags follow (ID3, APE, Lyrics3); None if none do."""
    length = length_of(file)
    file.seek(0)
    start = _mp3_start(file, length) if _is_mp3(file.read(64)) else None
    if start is None:
        return None
    *_, end = (start, *_frame_ends(file, start, length))
    file.seek(end)
    return end if file.read(16).startswith(_TAGS) else None


def _cut(there: int, said: int) -> str:
    return f"was cut off: {there:,} of its {said:,} bytes are there"


def _riff(file: BinaryIO, head: bytes, length: int) -> str:
    """WAV, AVI (RIFF) and AIFF (FORM, EA IFF 85): chunks, of which those of sound and picture are long."""
    order = "<" if head[:4] == b"RIFF" else ">"
    at = 12
    while at + 8 <= length:
        file.seek(at)
        name, size = struct.unpack(f"{order}4sI", file.read(8))
        known = size not in _UNKNOWN and size < _STREAMED
        if name in (b"data", b"SSND", b"movi", b"LIST", b"idx1") and known and at + 8 + size > length:
            return _cut(length, at + 8 + size)
        if name == b"data" and not known:
            return ""  # written to a pipe: what the header says of the whole means nothing, either
        if not known or not name.strip(b"\0"):
            break
        at += 8 + size + size % 2
    said = struct.unpack(f"{order}I", head[4:8])[0]
    # A header that was forgotten says less than there is, and that is no harm.
    if said not in _UNKNOWN and said < _STREAMED and said + 8 > length + 1:
        return _cut(length, said + 8)
    return ""


def _mp4(file: BinaryIO, length: int) -> str:
    names = []
    for box in boxes(file, 0, length):
        names.append(box.name)
        if box.end > length:
            return _cut(length, box.end)
    if b"moov" not in names:
        return "has no index: it was cut off, or its recording was not ended"
    return ""


def _number(file: BinaryIO, *, marked: bool) -> int | None:
    """Read a number of EBML (RFC 8794, 4): an element's id if `marked`, else a length, of which None is unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    rest = file.read(width - 1)
    if len(rest) < width - 1:
        return None
    value = int.from_bytes(first + rest, "big")
    if marked:
        return value
    value &= (1 << 7 * width) - 1
    return None if value == (1 << 7 * width) - 1 else value


def _matroska(file: BinaryIO, length: int) -> str:
    file.seek(0)
    while file.tell() < length:
        name, size = _number(file, marked=True), _number(file, marked=False)
        if name is None or size is None:
            return ""
        end = file.tell() + size
        if name == 0x18538067:  # Segment
            return _cut(length, end) if end > length else ""
        file.seek(end)
    return ""


def _ogg(file: BinaryIO, length: int) -> str:
    """Ogg (RFC 3533): the last page of every stream is marked as its end."""
    file.seek(max(0, length - (1 << 17)))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or at + 27 > len(tail):
        return "was cut off: its last page is not whole"
    segments = tail[at + 27 : at + 27 + tail[at + 26]]
    if at + 27 + tail[at + 26] + sum(segments) > len(tail):
        return "was cut off: its last page is not whole"
    if not tail[at + 5] & 4:
        return "was cut off: none of its pages is marked as the last"
    return ""


def _gif(file: BinaryIO, length: int) -> str:
    file.seek(max(0, length - 1024))
    return "" if file.read().rstrip(b"\0").endswith(b";") else "was cut off: it has no end"


# --- MP3 (ISO/IEC 11172-3 and 13818-3, 2.4.1.3) ---------------------------------------------------------

_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_TAGS = (b"TAG", b"APETAGEX", b"LYRICS", b"ID3", b"3DI", b"TXT")
"""How what may follow the last frame begins."""
_SEARCHED = 1 << 16


def _frame_bytes(head: bytes) -> int:
    """Return the length of the layer III frame that begins with these four bytes; 0 if none does, or it is not told."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, kbits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or kbits in (0, 15) or rate == 3:
        return 0
    one = version == 3
    return (144 if one else 72) * 1000 * _KBITS[1 if one else 2][kbits] // _RATES[version][rate] + (head[2] >> 1 & 1)


def _is_mp3(head: bytes) -> bool:
    return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)


def _mp3_start(file: BinaryIO, length: int) -> int | None:
    """Return where the first frame begins that another one follows; None if there is none."""
    at = 0
    while True:
        file.seek(at)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3":
            break
        # The length of a tag has seven bits in each byte (ID3v2.4, 6.2).
        size = sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(head[6:10]))
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    return _next_frame(file, at, length)


def _next_frame(file: BinaryIO, at: int, length: int) -> int | None:
    file.seek(at)
    block = file.read(_SEARCHED)
    for place in range(len(block) - 3):
        size = _frame_bytes(block[place : place + 4]) if block[place] == 0xFF else 0
        if size:
            file.seek(at + place + size)
            if at + place + size == length or _frame_bytes(file.read(4)):
                return at + place
    return None


def _promised(frame: bytes) -> int | None:
    """Return how many frames the first frame says that follow (the headers of Xing, LAME and Fraunhofer)."""
    for mark in (b"Xing", b"Info"):
        at = frame.find(mark, 4, 64)
        if at > 0 and len(frame) >= at + 12 and frame[at + 7] & 1:
            return int(struct.unpack(">I", frame[at + 8 : at + 12])[0])
    if frame[36:40] == b"VBRI" and len(frame) >= 54:
        return int(struct.unpack(">I", frame[50:54])[0])
    return None


def _frame_ends(file: BinaryIO, at: int, length: int) -> Iterator[int]:
    """Yield where each frame ends and the next one begins, as long as one does."""
    while at + 4 <= length:
        file.seek(at)
        size = _frame_bytes(file.read(4))
        if not size:
            return
        at += size
        yield at


def _mp3(file: BinaryIO, length: int) -> str:
    start = _mp3_start(file, length)
    if start is None:
        return ""
    file.seek(start)
    said = _promised(file.read(64))
    count, end = 0, start
    for count, end in enumerate(_frame_ends(file, start, length), start=1):  # noqa: B007  # the last ones are wanted
        pass
    found = count - 1 if said is not None else count
    if end > length:
        found -= 1
    if said is not None and found < said - 1:
        return f"was cut off or overwritten: {found:,} of its {said:,} frames follow each other"
    if end > length:
        # An encoder's last frame may be short by a byte of padding.
        return "" if end - length <= 1 else _cut(length, end)
    file.seek(end)
    rest = file.read(_SEARCHED)
    if said is None and len(rest) >= 32 and not rest.startswith(_TAGS):
        return f"was overwritten or cut: {length - end:,} bytes behind its frame {count:,} are none of its sound"
    return ""
