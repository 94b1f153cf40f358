"""What both doors to Stability share: styles, seeds, the nearest shape, and words for a model's settings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from studio.errors import BadInput
from studio.model.fingerprint import fingerprint

StylePreset = Literal[
    "3d-model",
    "analog-film",
    "anime",
    "cinematic",
    "comic-book",
    "digital-art",
    "enhance",
    "fantasy-art",
    "isometric",
    "line-art",
    "low-poly",
    "modeling-compound",
    "neon-punk",
    "origami",
    "photographic",
    "pixel-art",
    "tile-texture",
]
"""Every `style_preset` there is (https://platform.stability.ai/docs/api-reference#tag/Generate)."""

SEED_FOR_ZERO = 2**31
"""What is sent for a shot's seed 0, which here asks for any seed. A shot's own seed is below it."""


def check_choice(what: str, chosen: str | None, choices: Iterable[str]) -> None:
    """Make sure that a setting is one of the published ones: a wrong one fails at the first picture, behind paid plans.

    Raises:
        BadInput: it is not; the message lists them.
    """
    known = tuple(choices)
    if chosen is not None and chosen not in known:
        raise BadInput(f"Stability has no {what} {chosen[:60]!r}: choose one of {', '.join(known)}")


def settings_text(name: str, style: str | None, negative: str) -> str:
    """Return a model with its settings in words; a long negative prompt by its digest."""
    without = repr(negative) if len(negative) <= 24 else f"#{fingerprint(text=negative)[:12]}"
    return " ".join(filter(None, (name, style, f"without {without}" if negative else "")))


def sendable(text: str, characters: int) -> str:
    """Return `text` cut to so many characters; half a surrogate pair, which JSON may hold, becomes '?'."""
    return text[:characters].encode("utf-8", "replace").decode("utf-8")


def nearest(size: tuple[int, int], shapes: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Return the shape whose ratio of width to height is nearest to that of `size`; the first of equals."""
    return min(shapes, key=lambda shape: abs(math.log(size[0] * shape[1] / (size[1] * shape[0]))))
