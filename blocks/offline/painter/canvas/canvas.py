"""The canvas: the red, green and blue planes of a picture, and the few ways to put colour on them.

A picture is painted back to front straight onto its planes: no layers are kept, and everything that paints touches
only the box that it changes. The unit is 0.75 * sqrt(width * height) pixels: the height of a 16:9 frame, and the same
share of the area in any other aspect ratio, so that a figure keeps its size when the frame is turned upright.
"""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.noise import F32, Rng
from blocks.offline.painter.canvas.palettes import Light

Colour = F32
"""(3,) one colour, or (3, height, width) a colour for each pixel of the box."""
U8 = np.typing.NDArray[np.uint8]


class Canvas:
    """A picture of (3, height, width) float32 planes, display-referred, 0 to about 1.4 before `finish.grade`."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.unit: float = 0.75 * float(np.sqrt(width * height))
        self.planes = np.zeros((3, height, width), np.float32)
        self.x = np.arange(width, dtype=np.float32)[None, :]
        self.y = np.arange(height, dtype=np.float32)[:, None]

    def cover(self, mask: F32, colour: Colour, left: int = 0, top: int = 0) -> None:
        """Cover the box at (left, top) with `colour`; `mask` is its opacity, (height, width) float32."""
        down, across = mask.shape
        for plane, tone in zip(self.planes, colour, strict=True):
            box = plane[top : top + down, left : left + across]
            change = tone - box
            change *= mask
            box += change

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Add a soft round light around pixel (x, y), by `add_light`; it ends at five times `radius`, in pixels."""
        reach = 5 * radius
        left, right = max(0, int(x - reach)), min(self.width, int(x + reach) + 1)
        top, bottom = max(0, int(y - reach)), min(self.height, int(y + reach) + 1)
        if left >= right or top >= bottom:
            return
        square = ((self.x[:, left:right] - x) ** 2 + (self.y[top:bottom] - y) ** 2) / np.float32(radius**2)
        fall = np.float32(strength) / (1 + square) ** 1.6
        # Without this fade to zero the box would show as a faint square.
        square /= np.float32(-25)
        square += 1
        np.maximum(square, 0, out=square)
        fall *= square
        self.add_light(fall.astype(np.float32), colour, left, top)

    def add_light(self, mask: F32, colour: Colour, left: int = 0, top: int = 0) -> None:
        """Add light as a projector would: 1 - (1 - picture) * (1 - light), which never exceeds 1.

        `mask` is its strength, (height, width) float32, in the box at (left, top).
        """
        down, across = mask.shape
        for plane, tone in zip(self.planes, colour, strict=True):
            box = plane[top : top + down, left : left + across]
            box += mask * tone * np.clip(1 - box, 0, 1)


class Painting:
    """A picture that is being painted: its canvas, light, sun and horizon, and its random numbers.

    `side` is the half of the picture that the light is in: -1 for left, 1 for right. `ground` is the row of the nearest
    ground for each column, (width,) float32 pixels from the top; None where there is none to stand on. `focus` is where
    the subject is, in shares of width and height; None while nothing is drawn. `rays` is light that falls in front of
    the subjects too, (height, width) float32. `placed` holds the column, foot and height in pixels of each kind that is
    drawn, for what stands on it or hangs from it. `water` is how much of each pixel a river covers, (height, width)
    float32 0 to 1; None without a river.
    """

    def __init__(self, canvas: Canvas, light: Light, rng: Rng, horizon: float) -> None:
        self.canvas, self.light, self.rng = canvas, light, rng
        self.horizon = canvas.height * horizon
        self.side = int(rng.choice([-1, 1]))
        self.sun_x = float(canvas.width * (0.5 + self.side * rng.uniform(0.12, 0.24)))
        self.sun_y = max(canvas.height * 0.15, min(self.horizon, canvas.height) - canvas.unit * light.elevation)
        self.ground: F32 | None = None
        self.focus: tuple[float, float] | None = None
        self.rays: F32 | None = None
        self.water: F32 | None = None
        self.placed: dict[str, tuple[float, float, float]] = {}

    def aim(self, x: float, y: float) -> None:
        """Set `focus` to the subject's pixel (x, y); one outside the frame is moved to its edge."""
        across, down = x / self.canvas.width, y / self.canvas.height
        self.focus = round(min(1.0, max(0.0, across)), 4), round(min(1.0, max(0.0, down)), 4)

    def ground_at(self, x: float, half: float = 0.0) -> float:
        """Return the lowest row of the ground from `x - half` to `x + half`; 0.9 of the height without ground."""
        if self.ground is None:
            return self.canvas.height * 0.9
        left, right = (int(np.clip(column, 0, self.canvas.width - 1)) for column in (x - half, x + half))
        return float(self.ground[left : right + 1].max())


def soften(picture: F32, sigma: float) -> F32:
    """Blur a (height, width) float32 plane by `sigma` pixels; large blurs are made on a small copy."""
    step = max(1, int(sigma / 4))
    height, width = picture.shape
    small = cv2.resize(picture, (max(2, width // step), max(2, height // step)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
