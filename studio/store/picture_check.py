"""Check whether a picture is whole: a PNG of ours, or a person's of any kind that is taken.

Knows nothing of sessions.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from studio.errors import LinkInside
from studio.fs import safe_open
from studio.video.pixels import FORMAT_NAMES, MOST_PIXELS, UNREADABLE, opened

PICTURE_PIXELS = MOST_PIXELS
"""Largest picture that is opened, in pixels."""
PICTURE_BYTES = 1 << 28
"""Longest file of a picture, in bytes: eight times the largest frame, uncompressed at three bytes a pixel."""

LEAST_SIDE_PX = 64
"""The shortest side of a picture that is used without a word."""

_AGAIN = "make it smaller and put it there again"
_SAVE = f"save it as {FORMAT_NAMES}"
_MENDABLE = (_AGAIN, _SAVE)
"""Ends of the reasons that a person can do something about."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ZEROS = 512
"""So many zeros at the end of a file are what a power cut leaves: a block of a disk that was never written."""


def whole_picture(path: Path) -> str:
    """Return what is wrong with the picture at `path`; '' if it decodes whole, and all checksums in it agree.

    What it is called does not matter: it may be PNG, JPEG, WebP, AVIF or GIF. Ours are all PNG, so that a bit that
    changed in one is found: every chunk has a CRC (PNG specification, third edition, section 5.3).
    """
    try:
        with safe_open.opened(path) as handle, open(handle, "rb", closefd=False) as file:
            if (length := os.fstat(handle).st_size) > PICTURE_BYTES:
                return f"it has {length:,} bytes, the most is {PICTURE_BYTES:,}: {_AGAIN}"
            if wrong := _broken_chunk(file) if file.read(8) == _SIGNATURE else _torn_end(file, length):
                return wrong
            file.seek(0)
            with opened(file, PICTURE_PIXELS) as picture:
                picture.load()
    except UnidentifiedImageError:
        return f"it is not a picture that can be used: {_SAVE}"
    except Image.DecompressionBombError as error:
        return f"{error}: {_AGAIN}"
    except (LinkInside, *UNREADABLE) as error:
        return f"it does not decode ({error})"
    return ""


def is_torn(reason: str) -> bool:
    """Tell whether `whole_picture`'s reason means damage, not a person's picture that is too large or of no kind."""
    return not reason.endswith(_MENDABLE)


def _broken_chunk(file: BinaryIO) -> str:
    """Return what is wrong with the chunks of a PNG behind its signature: length, type, data, CRC of type and data."""
    kind = b""
    while kind != b"IEND":
        length, kind = int.from_bytes(file.read(4)), file.read(4)
        if length > PICTURE_BYTES or len(kind) < 4:
            return "it ends too early"
        if zlib.crc32(file.read(length), zlib.crc32(kind)) != int.from_bytes(file.read(4)):
            return f"its chunk {kind.decode('latin-1')!r} is damaged"
    return ""


def _torn_end(file: BinaryIO, length: int) -> str:
    """Return whether a fault tore the end of a picture that has no checksums: decoders take zeros for pixels."""
    file.seek(max(0, length - _ZEROS))
    end = file.read()
    if length < _ZEROS or end.strip(b"\0"):
        return ""
    file.seek(0)
    return "" if file.read().rstrip(b"\0").endswith((b"\xff\xd9", b";")) else "its end is nothing but zeros"


def few_pixels(width: int | None, height: int | None) -> str:
    """Return what a person should know about the size of a picture by hand, '' if nothing: 'it has only 1 x 1 pixels'.

    It is used all the same.
    """
    if not width or not height or min(width, height) >= LEAST_SIDE_PX:
        return ""
    return f"it has only {width} x {height} pixels"
