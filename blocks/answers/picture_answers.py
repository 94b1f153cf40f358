"""Check and decode a picture that a vendor sent.

It looks only at the reply's bytes. It sends nothing, and writes only where a caller says so.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from studio.model.paid import Reply, VendorError
from studio.planning.abilities import MOST_ENLARGED

PICTURE_BYTES = 32 * 2**20
"""The largest picture, in bytes: the largest that is sold, with transparency, uncompressed: 3840 x 2160 x 4 bytes are
31.6 MiB."""

PICTURE_PIXELS = 7_680 * 4_320
"""The most pixels of a picture: four times the largest that is sold (3840 x 2160), 100 MB as RGB. A larger one is taken
for a decompression bomb."""

FORMATS = ("PNG", "JPEG", "WEBP")
"""The formats that are taken, as Pillow names them."""

_UNREADABLE = (
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
)
"""What Pillow raises for bytes that are not a picture, or have broken metadata. IndexError, TypeError and struct.error
were seen for pictures with a few bytes changed. An exception missing here would fail every later run on the same stored
answer."""


def bad_answer(vendor: str, reply: Reply, what: str) -> VendorError:
    """Return the error for a reply that is not what was asked for; it carries the reply's usage, which was billed.

    Args:
        what: what is wrong, for a person.
    """
    return VendorError("bad answer", f"{vendor}: {what}", request_id=reply.request_id, usage=reply.usage)


def decoded_picture(vendor: str, reply: Reply, size: tuple[int, int]) -> Image.Image:
    """Decode the picture of a reply: RGB 8 bit, upright, of any size that can be fitted to `size`.

    Transparent parts become black; of 16 bits per channel the upper eight are kept.

    Args:
        size: the wanted (width, height), in pixels.

    Raises:
        VendorError: 'bad answer': not a whole PNG, JPEG or WebP, animated, too large, or far too small.
    """
    content = reply.content
    if not content:
        raise bad_answer(vendor, reply, "the answer holds no picture")
    if len(content) > PICTURE_BYTES:
        raise bad_answer(vendor, reply, f"the picture has more than {PICTURE_BYTES:,} bytes")
    if content.lstrip()[:1] == b"<":
        raise bad_answer(vendor, reply, "it answered with a web page or a drawing in markup, not with a picture")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > PICTURE_PIXELS:
                raise bad_answer(vendor, reply, f"the picture has more than {PICTURE_PIXELS:,} pixels")
            if getattr(picture, "is_animated", False):
                raise bad_answer(vendor, reply, "the picture is animated")
            if picture.format == "PNG":
                # For a PNG that lost the end of a chunk, `load` alone may raise nothing.
                picture.verify()
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            picture.load()
            upright = _rgb(_upright(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise bad_answer(vendor, reply, f"the picture has more than {PICTURE_PIXELS:,} pixels") from None
    except _UNREADABLE:
        raise bad_answer(vendor, reply, "the answer is not a whole PNG, JPEG or WebP picture") from None
    if max(size[0] / upright.width, size[1] / upright.height) > MOST_ENLARGED:
        raise bad_answer(vendor, reply, f"the picture is only {upright.width} x {upright.height} pixels")
    return upright


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture rotated as its EXIF says, or unchanged if that cannot be read: its pixels are whole."""
    try:
        return ImageOps.exif_transpose(picture)
    except _UNREADABLE:
        return picture


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # Grey of 16 bits: `convert` would cut it off at 255 instead of scaling it.
        grey = np.asarray(picture).astype(np.int64).clip(0, 65_535) >> 8
        picture = Image.fromarray(grey.astype(np.uint8))
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        picture = Image.new("RGB", seen.size)
        picture.paste(seen, mask=seen.getchannel("A"))
    return picture.convert("RGB")


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture cropped about its centre to the aspect of `size`, and scaled to it (Lanczos)."""
    exact = picture if picture.size == size else ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    exact.info = {}
    return exact


def write_png(picture: Image.Image, out: Path) -> None:
    """Write the picture as a PNG at `out`, whatever that name ends in."""
    with out.open("wb") as file:
        picture.save(file, "PNG", compress_level=3)
