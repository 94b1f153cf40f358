"""Read the boxes of an MP4 or MOV (ISO/IEC 14496-12, 4.2): what a file says of itself before anything opens it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_DEPTH = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_MOST_BOXES = 10_000
"""Boxes that are looked at: a film in fragments of a second has twice as many as seconds."""
_ENCRYPTED = {b"encv", b"enca", b"enct", b"encs", b"drms", b"drmi"}
"""Sample entries of protected streams (ISO/IEC 14496-12, 8.12; 'drms' and 'drmi' are Apple's)."""
_STILLS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"heim": "HEIC", b"heis": "HEIC"}


class Box(NamedTuple):
    """A box: its name, where its content begins and ends in the file."""

    name: bytes
    start: int
    end: int


def is_boxed(file: BinaryIO) -> bool:
    """Tell whether the file begins as an MP4 or MOV does."""
    file.seek(4)
    return file.read(4) in {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two places of the file, in order; a box that goes beyond `end` has its own end."""
    at = start
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if at + 8 > end or len(head) < 8:
            return
        size, name, skip = *struct.unpack(">I4s", head[:8]), 8
        if size == 1 and len(head) == 16:
            size, skip = struct.unpack(">Q", head[8:])[0], 16
        elif size == 0:
            size = end - at
        if size < skip:
            return
        yield Box(name, at + skip, at + size)
        at += size


def _deep(file: BinaryIO, start: int, end: int, depth: int = 0) -> Iterator[Box]:
    for box in boxes(file, start, end):
        yield box
        if box.name in _DEPTH and depth < len(_DEPTH):
            yield from _deep(file, box.start, min(box.end, end), depth + 1)


def length_of(file: BinaryIO) -> int:
    """Return the length of the file in bytes."""
    return file.seek(0, 2)


def is_encrypted(file: BinaryIO) -> bool:
    """Tell whether a stream of an MP4 or MOV is protected; False for other files."""
    if not is_boxed(file):
        return False
    for box in _deep(file, 0, length_of(file)):
        if box.name == b"stsd" and any(each.name in _ENCRYPTED for each in boxes(file, box.start + 8, box.end)):
            return True
    return False


def still_brand(file: BinaryIO) -> str:
    """Return the format of a still picture that is stored like an MP4: 'HEIC'; '' if it is none."""
    if not is_boxed(file):
        return ""
    file.seek(8)
    return _STILLS.get(file.read(4), "")
