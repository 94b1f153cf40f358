"""Which picture sizes OpenAI's image models make, and how many tokens a picture takes. Pure.

https://platform.openai.com/docs/guides/image-generation and the SDK's own notes (`openai.types.ImageGenerateParams`).
"""

from __future__ import annotations

import math
from typing import Literal

Quality = Literal["low", "medium", "high", "auto"]
Size = tuple[int, int]
"""(width, height) in pixels."""

STEP_PX, LONGEST_PX, WIDEST = 16, 3_840, 3.0
"""The sizes of gpt-image-2 and later: both sides divisible by 16, none over 3840, 1:3 to 3:1."""

LEAST_PIXELS, MOST_PIXELS = 655_360, 8_294_400
"""The fewest and the most pixels of a picture of these models
(https://docs.evolink.ai/en/api-manual/image-series/gpt-image-2, 2026)."""

_OLD_GPT: tuple[Size, ...] = ((1024, 1024), (1536, 1024), (1024, 1536))
_FIXED: tuple[tuple[str, tuple[Size, ...]], ...] = (
    ("gpt-image-1", _OLD_GPT),
    ("chatgpt-image", _OLD_GPT),
    ("dall-e-3", ((1024, 1024), (1792, 1024), (1024, 1792))),
    ("dall-e-2", ((1024, 1024),)),
)
"""Models that make only certain sizes, by the beginning of their names."""

_TOKENS: dict[Quality, float] = {"low": 408, "medium": 1_767, "high": 7_034, "auto": 7_034}
"""Image tokens of the dearest standard size: 408 for gpt-image-1 at low, else gpt-image-2 at 1024 x 1024, $0.053 and
$0.211 at $30 a million (OpenAI's table, quoted at https://yingtu.ai/en/blog/gpt-image-2-cost-per-image, 2026-05-06)."""

_FEWEST: dict[Quality, float] = {"low": 167, "medium": 1_367, "high": 5_500, "auto": 167}
"""Image tokens of the cheapest standard size: gpt-image-2 at 1536 x 1024, $0.005, $0.041 and $0.165 (same table);
'auto' may be any."""

_STANDARD_PIXELS = 1536 * 1024
_MARGIN = 1.25
REFERENCE_TOKENS = 7_500.0
"""The most tokens of one reference picture at high fidelity: 6,240 for its detail, 129 for each tile of 512 pixels at
1536 x 1024, and a quarter more (https://platform.openai.com/docs/guides/images-vision#calculating-costs)."""


def bills_tokens(name: str) -> bool:
    """Tell whether a model is one that OpenAI bills by image tokens."""
    return name.startswith(("gpt-image", "chatgpt-image"))


def fixed_sizes(name: str) -> tuple[Size, ...]:
    """Return the only sizes that a model makes, (width, height) in pixels; () if it makes any size."""
    return next((sizes for beginning, sizes in _FIXED if name.startswith(beginning)), ())


def longest_side(quality: Quality, long_side: int) -> int:
    """Return the longest side that may be asked for, in pixels."""
    return LONGEST_PX if quality == "high" else min(long_side, LONGEST_PX)


def legal_size(name: str, size: Size, quality: Quality, long_side: int) -> Size:
    """Return the size to ask for: the smallest that covers `size`, or is as large as allowed, in nearly its aspect.

    Args:
        size: the film's frame, (width, height) in pixels.
        long_side: about the longest side wanted, in pixels, except at quality 'high'.
    """
    if sizes := fixed_sizes(name):
        return min(sizes, key=lambda each: (abs(math.log(each[0] * size[1] / each[1] / size[0])), each))
    width, height = size
    scale = min(1.0, longest_side(quality, long_side) / max(size))
    if bills_tokens(name):
        scale = max(scale, math.sqrt(LEAST_PIXELS / (width * height)))
    across, down = _stepped(width * scale), _stepped(height * scale)
    while across * down > MOST_PIXELS:
        across, down = across - STEP_PX * (across >= down), down - STEP_PX * (down > across)
    least = _stepped(max(across, down) / WIDEST)
    return max(across, least), max(down, least)


def _stepped(length: float) -> int:
    return min(LONGEST_PX, max(STEP_PX, math.ceil(length / STEP_PX - 1e-9) * STEP_PX))


def most_tokens(size: Size, quality: Quality) -> float:
    """Return an upper bound of a picture's image tokens: the table's, more for a larger area, and a quarter on top."""
    return math.ceil(_TOKENS[quality] * _larger(size) * _MARGIN)


def likely_tokens(size: Size, quality: Quality) -> float:
    """Return the image tokens of a picture at its cheapest, for the lower end of an estimate."""
    return math.ceil(_FEWEST[quality] * _larger(size))


def _larger(size: Size) -> float:
    """Return how many times larger than the largest standard size `size` is, by area, at least 1."""
    return max(1.0, size[0] * size[1] / _STANDARD_PIXELS)
