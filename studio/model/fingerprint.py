"""Fingerprints: the SHA-256 of exactly what changes a piece's bytes. Pure.

No clock, no secret, no path, no unrelated option, and not the shot's index: the same work has the same
fingerprint in every process, under every PYTHONHASHSEED, on every machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

Ingredient = str | int | float | bool | None | tuple["Ingredient", ...] | Mapping[str, "Ingredient"]


def fingerprint(**ingredients: Ingredient) -> str:
    """Return 64 hex digits over the named ingredients, in the order of their names.

    The canonical form is JSON with sorted keys, no white space, non-ASCII escaped (RFC 8259): equal
    ingredients give equal bytes.
    """
    text = json.dumps(ingredients, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
