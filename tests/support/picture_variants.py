"""Draw pictures in every form that people and vendors have, each with the colours that must be seen.

A picture has four quarters of one colour each; formats, modes, depths, transparency, orientation, interlacing and
animation are drawn.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour = tuple[int, int, int]
Grid = NDArray[np.int64]

_UNTURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""By EXIF orientation, what makes of the upright picture the stored one (Exif 2.32, 4.6.4)."""


@dataclass(frozen=True)
class PictureVariant:
    """A picture as bytes, its size when upright, and the colours of its quarters, row by row, as they must be seen.

    `near` is how far a sample may be off, of 255.
    """

    name: str
    content: bytes
    size: tuple[int, int]
    quarters: tuple[Colour, ...]
    near: int

    def differs(self, seen: Image.Image) -> str:
        """Return how an upright RGB picture, perhaps scaled, differs from what must be seen; '' if it does not."""
        if seen.mode != "RGB":
            return f"{self.name}: mode {seen.mode}"
        wide, high = seen.size
        for number, wanted in enumerate(self.quarters):
            at = (wide * (1 + 2 * (number % 2)) // 4, high * (1 + 2 * (number // 2)) // 4)
            found = seen.getpixel(at)
            assert isinstance(found, tuple)
            if max(abs(a - b) for a, b in zip(found, wanted, strict=True)) > self.near:
                return f"{self.name}: {found} at {at}, not {wanted}"
        return ""


def picture_variant(draw: random.Random, kinds: tuple[str, ...] = (), least: int = 64) -> PictureVariant:
    """Return a picture that is drawn by `draw`, of one of `kinds` (all: `KINDS`), its sides `least` to 200 pixels."""
    kind = draw.choice(kinds or tuple(KINDS))
    size = (draw.randint(least // 2, 100) * 2, draw.randint(least // 2, 100) * 2)
    return KINDS[kind](draw, kind, size)


def _levels(draw: random.Random, count: int) -> list[list[int]]:
    """Return `count` RGB colours in 16 bits, whose samples are at least 20 of 255 apart from their neighbours'."""
    first = draw.sample(range(8_000, 60_000, 6_000), count)
    return [[level, (level * 7 + 3_000) % 65_536, (level * 3 + 9_000) % 65_536] for level in first]


def _grid(quarters: list[list[int]], size: tuple[int, int]) -> Grid:
    """Return (height, width, samples): the four quarters."""
    wide, high = size
    grid = np.zeros((high, wide, len(quarters[0])), np.int64)
    for number, samples in enumerate(quarters):
        down, across = (number // 2) * high // 2, (number % 2) * wide // 2
        grid[down : down + high // 2, across : across + wide // 2] = samples
    return grid


def _eight(samples: list[int]) -> Colour:
    return (samples[0] >> 8, samples[1] >> 8, samples[2] >> 8)


def _seen_through(samples: list[int], alpha: int) -> Colour:
    return (samples[0] * alpha >> 24, samples[1] * alpha >> 24, samples[2] * alpha >> 24)


def _turned(draw: random.Random, image: Image.Image) -> tuple[Image.Image, dict[str, object], str]:
    """Return a picture as a camera stores it, the option of `save` that says how to turn it back, and a name."""
    way = draw.choice([1, 1, *range(1, 9)])
    if way == 1:
        return image, {}, ""
    exif = Image.Exif()
    exif[0x0112] = way
    return image.transpose(_UNTURNED[way]), {"exif": exif.tobytes()}, f" turned {way}"


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


# --- PNG, which has depths and chunks that Pillow does not write -----------------------------------


def png(grid: Grid, colour: int, depth: int, chunks: bytes = b"") -> bytes:
    """Return a PNG (third edition, section 11.2.1) of samples as they are stored, with `chunks` before its pixels."""
    high, wide, _ = grid.shape
    flat = grid.reshape(high, -1)
    if depth == 16:
        rows = flat.astype(">u2").view(np.uint8).reshape(high, -1)
    elif depth == 8:
        rows = flat.astype(np.uint8)
    else:
        bits = (flat[:, :, None] >> np.arange(depth - 1, -1, -1)) & 1
        rows = np.packbits(bits.reshape(high, -1).astype(np.uint8), axis=1)
    pixels = np.concatenate([np.zeros((high, 1), np.uint8), rows], axis=1).tobytes()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunks + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG: length, name, content, CRC."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _png_grey(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    depth = draw.choice([1, 2, 4, 8, 16, 16])
    most = 2**depth - 1
    levels = draw.sample(range(0, most + 1, max(1, most // 8)), 4) if depth > 1 else [0, 1, 1, 0]
    clear = draw.choice([None, levels[draw.randrange(4)]])
    chunks = b"" if clear is None else chunk(b"tRNS", struct.pack(">H", clear))
    seen = [0 if level == clear else level * 255 // most for level in levels]
    content = png(_grid([[level] for level in levels], size), 0, depth, chunks)
    name = f"{kind} {depth} bit {size} {levels} clear {clear}"
    return PictureVariant(name, content, size, tuple((level, level, level) for level in seen), 1)


def _png_colour(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    depth = draw.choice([8, 16])
    levels = _levels(draw, 4)
    clear = draw.choice([None, draw.randrange(4)])
    stored = [[sample >> (16 - depth) for sample in samples] for samples in levels]
    chunks = b"" if clear is None else chunk(b"tRNS", struct.pack(">HHH", *stored[clear]))
    seen = tuple((0, 0, 0) if number == clear else _eight(samples) for number, samples in enumerate(levels))
    return PictureVariant(
        f"{kind} {depth} bit {size} clear {clear}", png(_grid(stored, size), 2, depth, chunks), size, seen, 1
    )


def _png_palette(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    depth = draw.choice([2, 4, 8])
    levels, alphas = _levels(draw, 4), [draw.choice([0, 128, 255]) for _ in range(4)]
    chunks = chunk(b"PLTE", bytes(sample >> 8 for samples in levels for sample in samples))
    chunks += chunk(b"tRNS", bytes(alphas))
    seen = tuple(_seen_through(samples, alpha * 257) for samples, alpha in zip(levels, alphas, strict=True))
    content = png(_grid([[0], [1], [2], [3]], size), 3, depth, chunks)
    return PictureVariant(f"{kind} {depth} bit {size} alpha {alphas}", content, size, seen, 2)


def _png_alpha(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    depth, grey = draw.choice([8, 16]), kind == "PNG grey and alpha"
    levels, alphas = _levels(draw, 4), [draw.choice([0, 0, 20_000, 65_535]) for _ in range(4)]
    if grey:
        levels = [[samples[0]] * 3 for samples in levels]
    stored = [
        [sample >> (16 - depth) for sample in [*(samples[:1] if grey else samples), alpha]]
        for samples, alpha in zip(levels, alphas, strict=True)
    ]
    seen = tuple(_seen_through(samples, alpha) for samples, alpha in zip(levels, alphas, strict=True))
    return PictureVariant(
        f"{kind} {depth} bit {size} alpha {alphas}", png(_grid(stored, size), 4 if grey else 6, depth), size, seen, 2
    )


# --- what Pillow writes ---------------------------------------------------------------------------


def _plain(draw: random.Random, size: tuple[int, int]) -> tuple[Image.Image, tuple[Colour, ...]]:
    levels = _levels(draw, 4)
    image = Image.fromarray((_grid(levels, size) >> 8).astype(np.uint8))
    return image, tuple(_eight(samples) for samples in levels)


def _coded(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    """JPEG, WebP, AVIF or PNG, also turned, progressive, without loss, or the first of two frames."""
    image, seen = _plain(draw, size)
    more: dict[str, object] = {}
    if kind == "JPEG":
        more = {"quality": 95, "subsampling": 0, "progressive": draw.random() < 0.5}
    elif kind == "WEBP":
        more = {"quality": 95, "lossless": draw.random() < 0.5}
    elif kind == "AVIF":
        more = {"quality": 90, "speed": 10, "subsampling": "4:4:4"}
    stored, turn, named = _turned(draw, image)
    moves = draw.random() < 0.3 and kind in ("PNG", "WEBP")
    if moves:
        more |= {"save_all": True, "append_images": [stored.transpose(Image.Transpose.ROTATE_180)], "duration": 100}
    return PictureVariant(f"{kind} {size}{named} {sorted(more)}", _saved(stored, kind, **more, **turn), size, seen, 12)


def _grey_coded(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    image, _ = _plain(draw, size)
    grey = image.getchannel(0)
    seen = tuple((grey.getpixel(at),) * 3 for at in _middles(size))
    stored, turn, named = _turned(draw, grey)
    return PictureVariant(f"{kind} {size}{named}", _saved(stored, "JPEG", quality=95, **turn), size, seen, 6)  # type: ignore[arg-type]


def _cmyk(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    image, seen = _plain(draw, size)
    stored, turn, named = _turned(draw, image.convert("CMYK"))
    content = _saved(stored, "JPEG", quality=95, subsampling=0, **turn)
    return PictureVariant(f"{kind} {size}{named}", content, size, seen, 12)


def _camera(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    """A camera's JPEG, with a second picture behind the first."""
    image, seen = _plain(draw, size)
    second = image.transpose(Image.Transpose.ROTATE_180)
    content = _saved(image, "MPO", save_all=True, append_images=[second], quality=95, subsampling=0)
    return PictureVariant(f"{kind} {size}", content, size, seen, 12)


def _clear_coded(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    levels, alphas = _levels(draw, 4), [draw.choice([0, 65_535, 65_535]) for _ in range(4)]
    quarters = [[*samples, alpha] for samples, alpha in zip(levels, alphas, strict=True)]
    image = Image.fromarray((_grid(quarters, size) >> 8).astype(np.uint8))
    more = {"lossless": True} if kind.startswith("WEBP") else {"quality": 90, "speed": 10, "subsampling": "4:4:4"}
    seen = tuple(_seen_through(samples, alpha) for samples, alpha in zip(levels, alphas, strict=True))
    return PictureVariant(f"{kind} {size} alpha {alphas}", _saved(image, kind.split()[0], **more), size, seen, 12)


def _gif(draw: random.Random, kind: str, size: tuple[int, int]) -> PictureVariant:
    levels, clear = _levels(draw, 4), draw.choice([None, 0, 1, 2, 3])
    image = Image.fromarray(_grid([[0], [1], [2], [3]], size)[:, :, 0].astype(np.uint8))
    image = image.convert("P") if image.mode != "P" else image
    image.putpalette([sample >> 8 for samples in levels for sample in samples])
    more: dict[str, object] = {"interlace": draw.randrange(2)}
    if clear is not None:
        more["transparency"] = clear
    if draw.random() < 0.5:
        more |= {"save_all": True, "append_images": [image.transpose(Image.Transpose.ROTATE_180)], "duration": 100}
    seen = tuple((0, 0, 0) if number == clear else _eight(samples) for number, samples in enumerate(levels))
    return PictureVariant(f"{kind} {size} clear {clear} {sorted(more)}", _saved(image, "GIF", **more), size, seen, 1)


def _middles(size: tuple[int, int]) -> list[tuple[int, int]]:
    return [(size[0] * (1 + 2 * (n % 2)) // 4, size[1] * (1 + 2 * (n // 2)) // 4) for n in range(4)]


KINDS: dict[str, Callable[[random.Random, str, tuple[int, int]], PictureVariant]] = {
    "PNG grey": _png_grey,
    "PNG colour": _png_colour,
    "PNG palette": _png_palette,
    "PNG grey and alpha": _png_alpha,
    "PNG colour and alpha": _png_alpha,
    "PNG": _coded,
    "JPEG": _coded,
    "JPEG grey": _grey_coded,
    "JPEG CMYK": _cmyk,
    "JPEG of a camera": _camera,
    "WEBP": _coded,
    "WEBP and alpha": _clear_coded,
    "AVIF": _coded,
    "AVIF and alpha": _clear_coded,
    "GIF": _gif,
}
"""How each kind of picture is drawn."""
