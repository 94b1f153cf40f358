"""Find where a picture's subject is in the frame that is cropped from it.

The painter of a picture may know where its subject is (`PieceMeasures.focus`); otherwise it is estimated. The animator
calls this; `studio/video/camera.py` aims its moves there.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.model.camera import CENTRE, Aim
from studio.video.planes import crop_to

_GLANCE_PX = 64
"""The shorter side of the reduced picture that is analysed, in pixels: the scale of Hou and Zhang."""

_STANDS_OUT = 3.0
"""A place stands out if the map there is more than so many times its mean: Hou and Zhang's threshold."""

_BLUR_PX = 3.0
"""Smoothing of the map, in pixels of the reduced picture, by eye: with the paper's 8 two subjects become one."""

_MIDDLE_SHARE = 0.3
"""Spread of the weight on the middle, in shares of the frame: people look there first (Tatler, "The central fixation
bias in scene viewing", Journal of Vision 7(14), 2007), and the edges wrap around in the spectrum."""

Floats = NDArray[np.float64]


def find_aim(picture: Image.Image, size: tuple[int, int], focus: Aim | None = None) -> Aim:
    """Return where the subject is in the frame of `size` (width, height) that `planes.crop_to` crops from the picture.

    Args:
        focus: where the subject is, in shares of the whole picture; None to estimate it, which gives the centre if
            nothing stands out.

    Returns:
        Shares of the frame's width and height from the left and the top, 0 to 1.
    """
    if focus is None:
        return _salient(picture, size) or CENTRE
    share = min(picture.width / size[0], picture.height / size[1])
    across, down = (
        min(1.0, max(0.0, 0.5 + (at - 0.5) * whole / (share * cut)))
        for at, whole, cut in zip(focus, picture.size, size, strict=True)
    )
    return across, down


def _salient(picture: Image.Image, size: tuple[int, int]) -> Aim | None:
    """Return the centre of what stands out most, or None if nothing does.

    It uses the spectral residual of X. Hou and L. Zhang, "Saliency Detection: A Spectral Residual Approach", CVPR 2007:
    the part of the log spectrum that its local mean does not predict, turned back into a picture, and summed over the
    colour channels.
    """
    scale = _GLANCE_PX / min(size)
    wide, high = (round(side * scale) for side in size)
    channels = crop_to(picture, (wide, high)).astype(np.float64)
    if np.ptp(channels) < 1:
        return None
    residual = sum((_residual(channels[:, :, i]) for i in range(3)), np.zeros((high, wide)))
    found: Floats = np.asarray(cv2.GaussianBlur(residual, (0, 0), _BLUR_PX), dtype=np.float64)
    y, x = np.mgrid[0:high, 0:wide]
    x, y = (x + 0.5) / wide, (y + 0.5) / high
    found *= np.exp(-((x - 0.5) ** 2 + (y - 0.5) ** 2) / (2 * _MIDDLE_SHARE**2))
    out = (found > _STANDS_OUT * found.mean()).astype(np.uint8)
    count, parts = cv2.connectedComponents(out)
    if count < 2:
        return None
    part = parts == 1 + int(np.argmax([found[parts == i].sum() for i in range(1, count)]))
    weight = found * part / found[part].sum()
    return round(float((weight * x).sum()), 4), round(float((weight * y).sum()), 4)


def _residual(channel: Floats) -> Floats:
    spectrum = np.fft.fft2(channel)
    strength = np.log(np.abs(spectrum) + 1e-9)
    around = sum(np.roll(strength, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9
    return np.asarray(np.abs(np.fft.ifft2(np.exp(strength - around + 1j * np.angle(spectrum)))) ** 2)
