"""What both painters of Stability share: styles, seeds, the nearest shape, and a model's settings in words."""

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
"""All values of `style_preset` (https://platform.stability.ai/docs/api-reference#tag/Generate)."""

SEED_FOR_ZERO = 2**31
"""The seed that is sent for a shot's seed 0, which Stability takes for a random one. Shots' seeds are below it."""


def check_choice(what: str, chosen: str | None, choices: Iterable[str]) -> None:
    """Make sure that a setting is one of the published ones.

    A wrong one would fail only at the first picture, after the plans were paid for.

    Args:
        what: the setting's name, for the message.
        chosen: None for the vendor's default.

    Raises:
        BadInput: it is not; the message lists the choices.
    """
    known = tuple(choices)
    if chosen is not None and chosen not in known:
        raise BadInput(f"Stability has no {what} {chosen[:60]!r}: choose one of {', '.join(known)}")


def settings_text(name: str, style: str | None, negative: str) -> str:
    """Return a model's name with its settings in words; a negative prompt over 24 characters is shown as a digest."""
    without = repr(negative) if len(negative) <= 24 else f"#{fingerprint(text=negative)[:12]}"
    return " ".join(filter(None, (name, style, f"without {without}" if negative else "")))


def sendable(text: str, characters: int) -> str:
    """Return `text` cut to `characters`; half a surrogate pair, which JSON may hold, becomes '?'."""
    return text[:characters].encode("utf-8", "replace").decode("utf-8")


def nearest(size: tuple[int, int], shapes: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Return the shape whose ratio of width to height is nearest to that of `size`; of several the first."""
    return min(shapes, key=lambda shape: abs(math.log(size[0] * shape[1] / (size[1] * shape[0]))))
