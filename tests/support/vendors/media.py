"""Make pictures and sounds that a vendor could send, good ones and bad ones."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from functools import cache

import numpy as np
from PIL import Image


@cache
def picture(size: tuple[int, int], kind: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a picture with edges in it, so that half of its bytes are not the whole picture."""
    across = np.linspace(0, 255, size[0], dtype=np.uint8)
    down = np.linspace(0, 255, size[1], dtype=np.uint8)
    pixels = np.stack([np.tile(across, (size[1], 1)), np.tile(down[:, None], (1, size[0])), np.full(size[::-1], 90)], 2)
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).convert(mode).save(file, kind)
    return file.getvalue()


@cache
def bomb(side: int = 8_000) -> bytes:
    """Return a valid PNG of few bytes whose pixels, one bit each, are more than any film needs."""
    row = b"\0" + bytes(side // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def one_colour(size: tuple[int, int], colour: str | tuple[int, int, int] = "black") -> bytes:
    """Return a JPEG on which there is nothing, as a server's safety filter sends it."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def animation(size: tuple[int, int]) -> bytes:
    """Return a PNG of two frames."""
    file = io.BytesIO()
    first, second = Image.new("RGB", size, "red"), Image.new("RGB", size, "blue")
    first.save(file, "PNG", save_all=True, append_images=[second])
    return file.getvalue()


@cache
def sound(seconds: float, rate: int = 24_000, channels: int = 1, peak: float = 0.3) -> bytes:
    """Return a WAV, 16 bit: a tone of 220 Hz that swells and falls."""
    count = round(seconds * rate)
    time = np.arange(count) / rate
    tone = peak * np.sin(2 * np.pi * 220 * time) * np.sin(np.pi * (time / max(seconds, 1e-9)))
    pcm = np.repeat(np.rint(tone * 32_767).astype("<i2"), channels)
    file = io.BytesIO()
    with wave.open(file, "wb") as sheet:
        sheet.setnchannels(channels)
        sheet.setsampwidth(2)
        sheet.setframerate(rate)
        sheet.writeframes(pcm.tobytes())
    return file.getvalue()


def streamed(wav: bytes) -> bytes:
    """Return the WAV as a streaming server sends it: its lengths were not known when its header was written."""
    at = wav.index(b"data")
    return wav[:4] + b"\xff" * 4 + wav[8 : at + 4] + b"\xff" * 4 + wav[at + 8 :]
