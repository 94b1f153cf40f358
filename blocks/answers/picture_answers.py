"""Check and decode a picture that a vendor sent.

It looks only at the reply's bytes. It sends nothing, and writes only where a caller says so.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageOps

from studio.model.paid import Reply, VendorError
from studio.planning.abilities import MOST_ENLARGED
from studio.video.pixels import FORMAT_NAMES, UNREADABLE, check_chunks, is_one_colour, opened, rgb, upright

PICTURE_BYTES = 32 * 2**20
"""The largest picture, in bytes: the largest that is sold, with transparency, uncompressed: 3840 x 2160 x 4 bytes are
31.6 MiB."""

PICTURE_PIXELS = 7_680 * 4_320
"""The most pixels of a picture: four times the largest that is sold (3840 x 2160), 100 MB as RGB. A larger one is taken
for a decompression bomb."""


def bad_answer(vendor: str, reply: Reply, what: str) -> VendorError:
    """Return the error for a reply that is not what was asked for; it carries the reply's usage, which was billed.

    Args:
        what: what is wrong, for a person.
    """
    return VendorError("bad answer", f"{vendor}: {what}", request_id=reply.request_id, usage=reply.usage)


def decoded_picture(vendor: str, reply: Reply, size: tuple[int, int]) -> Image.Image:
    """Decode the picture of a reply: RGB 8 bit, upright, of any size that can be fitted to `size`.

    Transparent parts become black; of 16 bits per channel the upper eight are kept, of an animation the first frame.

    Args:
        size: the wanted (width, height), in pixels.

    Raises:
        VendorError: 'bad answer': not a whole PNG, JPEG, WebP, AVIF or GIF, too large, or far too small.
    """
    content = reply.content
    if not content:
        raise bad_answer(vendor, reply, "the answer holds no picture")
    if len(content) > PICTURE_BYTES:
        raise bad_answer(vendor, reply, f"the picture has more than {PICTURE_BYTES:,} bytes")
    if content.lstrip()[:1] == b"<":
        raise bad_answer(vendor, reply, "it answered with a web page or a drawing in markup, not with a picture")
    try:
        file = io.BytesIO(content)
        check_chunks(file, PICTURE_PIXELS)
        with opened(file, PICTURE_PIXELS) as picture:
            picture.load()
            seen = rgb(upright(picture))
    except Image.DecompressionBombError:
        raise bad_answer(vendor, reply, f"the picture has more than {PICTURE_PIXELS:,} pixels") from None
    except UNREADABLE:
        raise bad_answer(vendor, reply, f"the answer is not a whole {FORMAT_NAMES} picture") from None
    if max(size[0] / seen.width, size[1] / seen.height) > MOST_ENLARGED:
        raise bad_answer(vendor, reply, f"the picture is only {seen.width} x {seen.height} pixels")
    return seen


def refuse_one_colour(vendor: str, reply: Reply, picture: Image.Image) -> None:
    """Make sure that there is something on a picture: the filters of some servers send a black one instead of an error.

    Raises:
        VendorError: 'bad answer': every pixel has the same colour.
    """
    if is_one_colour(picture):
        colour = "#{:02x}{:02x}{:02x}".format(*picture.getpixel((0, 0)))  # type: ignore[misc]  # RGB has three samples
        named = "black" if colour == "#000000" else colour
        raise bad_answer(
            vendor, reply, f"the picture is nothing but {named}, as safety filters send: say the prompt in other words"
        )


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture cropped about its centre to the aspect of `size`, and scaled to it (Lanczos)."""
    exact = picture if picture.size == size else ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    exact.info = {}
    return exact


def write_png(picture: Image.Image, out: Path) -> None:
    """Write the picture as a PNG at `out`, whatever that name ends in."""
    with out.open("wb") as file:
        picture.save(file, "PNG", compress_level=3)
