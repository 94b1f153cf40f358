"""Check whether a PNG is whole. Knows nothing of sessions."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from PIL import Image

from studio.errors import LinkInside
from studio.fs import safe_open

PICTURE_PIXELS = 100_000_000
"""Largest picture that is opened, in pixels: nine times the largest frame. A larger one counts as a decompression
bomb."""
PICTURE_BYTES = 1 << 28
"""Longest file of a picture, in bytes: eight times the largest frame, uncompressed at three bytes a pixel."""


def whole_picture(path: Path) -> str:
    """Return what is wrong with the PNG at `path`; '' if every chunk's CRC agrees and the picture decodes whole.

    Chunks as in the PNG specification, third edition, section 5.3: length, type, data, CRC over type and data.
    """
    try:
        with safe_open.opened(path) as handle, open(handle, "rb", closefd=False) as file:
            if (length := os.fstat(handle).st_size) > PICTURE_BYTES:
                return f"it has {length:,} bytes, more than a picture"
            begins = file.read(8)
            if begins.startswith(b"\xff\xd8\xff"):
                return "it is a JPEG: save it as PNG"
            if begins != b"\x89PNG\r\n\x1a\n":
                return "it is not a PNG"
            kind = b""
            while kind != b"IEND":
                length, kind = int.from_bytes(file.read(4)), file.read(4)
                if length > PICTURE_BYTES or len(kind) < 4:
                    return "it ends too early"
                if zlib.crc32(file.read(length), zlib.crc32(kind)) != int.from_bytes(file.read(4)):
                    return f"its chunk {kind.decode('latin-1')!r} is damaged"
        with Image.open(path, formats=("PNG",)) as picture:
            if picture.width * picture.height > PICTURE_PIXELS:
                return f"it has more than {PICTURE_PIXELS:,} pixels"
            picture.load()
    except (OSError, LinkInside, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return f"it does not decode ({error})"
    return ""
