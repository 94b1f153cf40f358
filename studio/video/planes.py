"""Convert pictures for the encoder: planar YUV 4:2:0, BT.709, limited range, chroma sited at the left.

Reads picture files and converts RGB once; nothing here knows of time. Called by the renderer and the cards.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.errors import EngineFailed
from studio.video.pixels import MOST_PIXELS, UNREADABLE, opened, rgb, upright

Pixels = NDArray[np.uint8]
Planes = tuple[Pixels, Pixels, Pixels]
"""Y (height, width), U and V (height / 2, width / 2): uint8, Y 16 to 235, U and V 16 to 240, 128 is grey."""

cv2.setNumThreads(1)
"""One thread per call, for the whole program: two clips are rendered at once, and the encoder has its own threads."""

# RGB 0..255 to Y'CbCr in limited range: ITU-R BT.709-6, items 3.2 to 3.4 (Kr 0.2126, Kb 0.0722) at 8 bits.
_LUMA = np.array([0.2126, 0.7152, 0.0722])
_RGB_TO_YUV = np.array(
    [
        [*(219 / 255 * _LUMA), 16],
        [*(224 / 255 * (np.array([0, 0, 1]) - _LUMA) / 1.8556), 128],
        [*(224 / 255 * (np.array([1, 0, 0]) - _LUMA) / 1.5748), 128],
    ]
)

# Halving must not soften much, because a warp samples the planes once more: the half-band filter of Deslauriers and
# Dubuc (Symmetric Iterative Interpolation Processes, Constructive Approximation 5, 1989), and its weights between two
# pixels.
_ACROSS = np.array([-1, 0, 9, 16, 9, 0, -1]) / 32
_DOWN = np.array([-1, 9, 9, -1]) / 16


def open_picture(path: Path) -> Image.Image:
    """Read a picture whole, upright and as 8 bit RGB, as `studio.video.pixels` does.

    Raises:
        EngineFailed: the file is missing, damaged (every chunk's checksum is checked), or not a picture.
    """
    try:
        with opened(path, MOST_PIXELS) as image:
            if image.format == "PNG":
                image.verify()
        with opened(path, MOST_PIXELS) as image:
            image.load()
            return rgb(upright(image))
    except UNREADABLE as error:
        raise EngineFailed(
            f"the picture {str(path)!r} cannot be read ({error}): paint it again or replace the file"
        ) from error


def crop_to(image: Image.Image, size: tuple[int, int]) -> Pixels:
    """Crop the picture around its centre to the aspect ratio of `size` (width, height) and scale it to that size.

    Returns:
        (height, width, 3) uint8 RGB.
    """
    wide, high = image.size
    share = min(wide / size[0], high / size[1])
    cut_wide, cut_high = size[0] * share, size[1] * share
    left, top = (wide - cut_wide) / 2, (high - cut_high) / 2
    box = (max(0.0, left), max(0.0, top), min(float(wide), left + cut_wide), min(float(high), top + cut_high))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box))


def to_planes(rgb: Pixels) -> Planes:
    """Convert (height, width, 3) uint8 RGB with even sides to planes.

    Chroma is filtered as its siting requires: across around the left pixel of each pair, down between two.
    """
    yuv = cv2.transform(rgb, _RGB_TO_YUV)
    u, v = (
        cv2.sepFilter2D(yuv[:, :, i], -1, _ACROSS, _DOWN, anchor=(3, 1), borderType=cv2.BORDER_REPLICATE)[::2, ::2]
        for i in (1, 2)
    )
    y, u, v = (np.ascontiguousarray(plane, dtype=np.uint8) for plane in (yuv[:, :, 0], u, v))
    return y, u, v


def blend_planes(one: Planes, other: Planes, share: float, into: Planes) -> None:
    """Fill `into` with a mixture: 0 is `one`, 1 is `other`."""
    for here, there, target in zip(one, other, into, strict=True):
        cv2.addWeighted(there, share, here, 1 - share, 0, dst=target)


def fade_planes(source: Planes, share: float, into: Planes) -> None:
    """Fill `into` with `source` at a share of its brightness: 0 is black, 1 the picture itself."""
    levels = np.arange(256, dtype=np.float64)
    for here, there, black in zip(source, into, (16, 128, 128), strict=True):
        cv2.LUT(here, np.rint(black + (levels - black) * share).clip(0, 255).astype(np.uint8), dst=there)
