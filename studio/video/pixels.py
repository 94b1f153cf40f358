"""Decode a picture of any kind that people and vendors have: upright, RGB 8 bit. Writes nothing.

Called for vendors' answers, for pictures put in place by hand, and by the renderer, so that all see the same pixels.
"""

from __future__ import annotations

import io
import re
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from studio.fs.safe_open import at_hand

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF")
"""The formats that are taken, as Pillow names them."""

FORMAT_NAMES = "PNG, JPEG, WebP, AVIF or GIF"
"""The same for messages."""

MOST_PIXELS = 100_000_000
"""The largest picture of a session that is opened, in pixels: nine times the largest frame. A larger one counts as a
decompression bomb."""

UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for bytes that are not a picture, or have broken metadata. IndexError, TypeError and struct.error
were seen for pictures with a few bytes changed. An exception missing here would fail every later run on the same stored
answer."""

ONE_COLOUR = 4
"""How far the samples of a picture that counts as one colour may lie apart, of 255: an encoder that loses detail
changes a plain surface by less."""

_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
"""The tag of a camera's orientation, and its values by which width and height change places (Exif 2.32, 4.6.4)."""

_COUNT = re.compile(r"\d{7,20}")

_QUIET = threading.Lock()
"""Held while warnings are switched off: Python has one list of filters for all threads."""


@contextmanager
def quietly() -> Iterator[None]:
    """Let Pillow warn of nothing: what is wrong with a picture is told by whoever asked for it."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def opened(file: BinaryIO | Path, most_pixels: int) -> Iterator[Image.Image]:
    """Open a picture whose header says that it has at most `most_pixels`; of an animation the first frame.

    Raises:
        Image.DecompressionBombError: it has more; nothing was decoded.
        One of `UNREADABLE`: it is not a picture of one of `FORMATS`.
    """
    try:
        with quietly():
            picture = Image.open(at_hand(file) if isinstance(file, Path) else file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        # Pillow refuses twice its own limit by itself; its words hold the number.
        found = _COUNT.search(str(error))
        raise _too_large(int(found[0]) if found else None, most_pixels) from error
    with picture:
        if (pixels := picture.width * picture.height) > most_pixels:
            raise _too_large(pixels, most_pixels)
        _scale_clear_colour(picture)
        yield picture


def _too_large(pixels: int | None, most: int) -> Image.DecompressionBombError:
    has = "too many pixels" if pixels is None else f"{pixels:,} pixels"
    return Image.DecompressionBombError(f"it has {has}, the most is {most:,}")


def _scale_clear_colour(picture: Image.Image) -> None:
    """Scale the colour of a PNG that is transparent to eight bits: Pillow does so for the pixels only."""
    clear, stored = picture.info.get("transparency"), str(getattr(picture, "tile", ""))
    if picture.format != "PNG" or picture.mode == "P":
        return
    if isinstance(clear, tuple) and "RGB;16B" in stored:
        picture.info["transparency"] = tuple(sample >> 8 for sample in clear)
    elif isinstance(clear, int):
        step = 255 if picture.mode == "1" else 85 if "L;2" in stored else 17 if "L;4" in stored else 1
        picture.info["transparency"] = clear * step


def check_chunks(file: BinaryIO, most_pixels: int) -> None:
    """Check every chunk's CRC of a PNG; a picture of another format has none. The position of `file` is 0 afterwards.

    Raises:
        One of `UNREADABLE`: a checksum does not hold. For a PNG that lost the end of a chunk, decoding may raise
            nothing.
    """
    with opened(file, most_pixels) as picture:
        if picture.format == "PNG":
            picture.verify()
    file.seek(0)


def upright_size(path: Path) -> tuple[int, int]:
    """Return (width, height) of the picture at `path` when it is upright, without decoding it.

    Raises:
        One of `UNREADABLE`: it is not a picture.
    """
    with opened(path, MOST_PIXELS) as picture:
        wide, high = picture.size
        try:
            with quietly():
                lies = picture.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
        except UNREADABLE:
            lies = False
        return (high, wide) if lies else (wide, high)


def upright(picture: Image.Image) -> Image.Image:
    """Return the picture rotated as its EXIF says, or unchanged if that cannot be read: its pixels are whole."""
    try:
        with quietly():
            return ImageOps.exif_transpose(picture)
    except UNREADABLE:
        return picture


def rgb(picture: Image.Image) -> Image.Image:
    """Return the picture as RGB 8 bit: over black where it is transparent, 16 bits scaled to their upper eight."""
    if picture.mode.startswith("I"):
        return _deep_grey(picture)
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        black = Image.new("RGB", seen.size)
        black.paste(seen, mask=seen.getchannel("A"))
        return black
    return picture.convert("RGB")


def _deep_grey(picture: Image.Image) -> Image.Image:
    # `convert` would cut 16 bits off at 255 instead of scaling them.
    grey = np.asarray(picture).astype(np.int64).clip(0, 65_535)
    shades = (grey >> 8).astype(np.uint8)
    clear = picture.info.get("transparency")
    if isinstance(clear, int):
        shades[grey == clear] = 0
    return Image.fromarray(shades).convert("RGB")


def as_png(content: bytes) -> bytes:
    """Return a picture as a PNG: as it is if it is one, else made anew, upright and RGB 8 bit.

    Raises:
        One of `UNREADABLE`: it is not a picture.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    with opened(io.BytesIO(content), MOST_PIXELS) as picture, io.BytesIO() as file:
        picture.load()
        seen = rgb(upright(picture))
        seen.info = {}
        seen.save(file, "PNG", compress_level=3)
        return file.getvalue()


def is_one_colour(picture: Image.Image) -> bool:
    """Tell whether every pixel of an RGB picture has the same colour, within `ONE_COLOUR`."""
    ends = (band.getextrema() for band in picture.split())
    return all(float(high) - float(low) <= ONE_COLOUR for low, high in ends)  # type: ignore[arg-type]  # never pairs
