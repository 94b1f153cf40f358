"""Read from a refusal which picture sizes a server makes, and choose one. Pure.

Servers name sizes as `1024x1024`, `1024*1024` or `16:9`, or say of what number both sides are multiples.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection

from blocks.openai_api.sizes import Size

ABOUT_SIZE = re.compile(r"\b(?:size|sizes|width|height|resolution|resolutions|dimensions?|aspect[ _]ratio)\b", re.I)
"""The words by which a refusal is one of a picture's size."""
SMALLEST_PX, LARGEST_PX = 64, 16_384
"""The shortest and the longest side of a size that is believed, in pixels."""
ALIKE = 0.02
"""How far two aspects may be apart and count as the same, as a natural logarithm: 2 %."""

_PIXELS = re.compile(r"(?<![\w.])(\d{2,5})\s?[x\u00d7*X]\s?(\d{2,5})(?![\w.]*\d)")
_RATIO = re.compile(r"(?<![\d:.])(\d{1,2}):(\d{1,2})(?![\d:.])")
_STEP = re.compile(r"(?:divisible by|multiples? of)\s{0,3}(\d{1,4})\b", re.I)


def offered_sizes(reason: str, asked: Collection[str]) -> tuple[str, ...]:
    """Return the sizes that a refusal names besides those that were asked for, spelled as the server spells them."""
    sizes: list[str] = []
    for found in _PIXELS.finditer(reason):
        sides = (int(found[1]), int(found[2]))
        if all(SMALLEST_PX <= side <= LARGEST_PX for side in sides) and f"{sides[0]}x{sides[1]}" not in asked:
            sizes.append(re.sub(r"\s", "", found[0]))
    if not sizes:
        sizes = [found[0] for found in _RATIO.finditer(reason) if int(found[1]) and int(found[2])]
    return tuple(dict.fromkeys(sizes))


def offered_step(reason: str) -> int:
    """Return the number of pixels that both sides must be a multiple of, as a refusal says; 0 if it does not."""
    steps = [int(found) for found in _STEP.findall(reason)]
    return max((step for step in steps if 2 <= step <= 1_024), default=0)


def best_offered(offered: tuple[str, ...], size: Size) -> str:
    """Return the size to ask for: of the nearest aspect the smallest that covers `size`, or else the largest.

    Args:
        offered: not empty, as `offered_sizes` returns them.
        size: (width, height) in pixels, or any other measure of the aspect for ratios.
    """
    named = [(name, *_sides(name)) for name in offered]
    nearest = min(_apart(size, each[1:]) for each in named)
    alike = [each for each in named if _apart(size, each[1:]) <= nearest + ALIKE]
    covering = [each for each in alike if each[1] >= size[0] and each[2] >= size[1]]
    chosen = min(covering, key=_area) if covering else max(alike, key=_area)
    return chosen[0]


def stepped(size: Size, step: int) -> Size:
    """Return a size whose sides are multiples of `step`, the smallest that covers `size`."""
    return math.ceil(size[0] / step) * step, math.ceil(size[1] / step) * step


def _sides(name: str) -> Size:
    across, down = re.findall(r"\d+", name)
    return int(across), int(down)


def _apart(one: Size, other: Size) -> float:
    return abs(math.log(one[0] * other[1] / one[1] / other[0]))


def _area(named: tuple[str, int, int]) -> int:
    return named[1] * named[2]
