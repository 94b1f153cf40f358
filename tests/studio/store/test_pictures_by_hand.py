"""A person's picture in every form is taken, and seen as it is; a torn one is damage."""

from __future__ import annotations

import random
import re
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image

from studio.model.pieces import Order
from studio.store.picture_check import whole_picture
from studio.video.planes import open_picture
from tests.support.picture_variants import KINDS, picture_variant
from tests.support.sampled import sampled
from tests.support.sessions.store_bench import StoreBench


def painted(bench: StoreBench) -> tuple[Order, Path]:
    order = bench.order(1, "a")
    bench.paint(order, (1, 2, 3))
    return order, bench.path(order)


@sampled("seed", range(20), quick=1)
def test_every_form_is_a_persons_and_has_its_colours(bench: StoreBench, seed: int) -> None:
    """Formats, depths, transparency and orientation under the name .png: used, marked, and the renderer sees it."""
    order, path = painted(bench)
    draw = random.Random(seed)
    for each in (picture_variant(draw, (kind,)) for kind in KINDS for _ in range(8)):
        path.write_bytes(each.content)
        assert (each.name, bench.store.look(order).condition) == (each.name, "by hand")
        receipt = bench.store.by_hand(order)
        assert (each.name, receipt.width, receipt.height) == (each.name, *each.size)
        seen = open_picture(path)
        assert (each.name, seen.size, each.differs(seen)) == (each.name, each.size, "")


@sampled("seed", range(20), quick=1)
def test_a_torn_picture_is_damage(bench: StoreBench, seed: int) -> None:
    """Cut off or overwritten with zeros from anywhere on, in every form: damage, or every pixel is there."""
    order, path = painted(bench)
    draw = random.Random(seed)
    for each in (picture_variant(draw, (kind,)) for kind in KINDS for _ in range(2)):
        path.write_bytes(each.content)
        whole = open_picture(path).tobytes()
        at = draw.randrange(len(each.content))
        for torn in (each.content[:at], each.content[:at] + bytes(max(4_096, len(each.content) - at))):
            path.write_bytes(torn)
            if bench.store.look(order).condition != "damaged":
                assert open_picture(path).tobytes() == whole, (each.name, at)


@sampled("seed", range(20), quick=1)
def test_no_flipped_bit_makes_ours_a_persons(bench: StoreBench, seed: int) -> None:
    """In a PNG of ours, of every depth, each bit is under a checksum, the signature included."""
    path = bench.folder / "a.png"
    draw = random.Random(seed)
    for _ in range(60):
        kind = draw.choice([kind for kind in KINDS if kind.startswith("PNG")])
        content = bytearray(picture_variant(draw, (kind,)).content)
        content[draw.choice([draw.randrange(len(content)), draw.randrange(8)])] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        assert whole_picture(path) != "", kind


def test_a_picture_of_one_pixel_is_used_and_told(bench: StoreBench) -> None:
    """It is what the person put there; that nobody can see anything on it is said."""
    order, path = painted(bench)
    Image.new("RGB", (1, 1), "red").save(path)
    receipt = bench.store.adopt(order)
    assert receipt is not None
    assert receipt.by_hand
    assert bench.told[-1].endswith("the picture put there by hand is used, though it has only 1 x 1 pixels")


TOO_LARGE = r"it has 1\d\d,\d{3},\d{3} pixels, the most is 100,000,000: make it smaller and put it there again"


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_bomb_is_refused_without_a_word_of_python(bench: StoreBench, kind: str) -> None:
    """Its size is read from its header; nothing is decoded, no warning is printed, and what to do is said."""
    order, path = painted(bench)
    Image.new("1" if kind == "PNG" else "L", (10_500, 10_500)).save(path, kind)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = bench.store.look(order)
    assert (found.condition, warned) == ("damaged", [])
    assert re.fullmatch(TOO_LARGE, found.reason)


@sampled("seed", range(10), quick=1)
def test_a_picture_too_large_or_none_is_told_with_what_to_do(bench: StoreBench, seed: int) -> None:
    """Headers of any size above the limit, also those that Pillow refuses itself, and files of other kinds."""
    draw = random.Random(seed)
    for _ in range(20):
        order, path = painted(bench)
        bench.told.clear()
        wide, high = draw.randrange(10_001, 60_000), draw.randrange(10_001, 60_000)
        if draw.random() < 0.5:
            path.write_bytes(_png_header(wide, high))
            why = f"it has {wide * high:,} pixels, the most is 100,000,000: make it smaller and put it there again"
        else:
            path.write_bytes(draw.choice((b"%PDF-1.7\n", b"<html>", b"Dear crew, ", b"BM6")) * draw.randrange(9, 99))
            why = "it is not a picture that can be used: save it as PNG, JPEG, WebP, AVIF or GIF"
        bench.store.adopt(order)
        assert f"{order.path} cannot be used: {why}; it is kept as takes/damaged/" in bench.told[0]
        assert "was damaged" not in " ".join(bench.told)


def _png_header(wide: int, high: int) -> bytes:
    """Return a whole PNG without pixels that says how large it is."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b""))
    told = b"".join(len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + told
