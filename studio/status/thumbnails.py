"""Small pictures to write into a text: JPEG as `data:` URIs, remembered while a picture stays the same."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

PICTURES_BYTES = 400_000
"""What all thumbnails of one film may take together, written out."""

_WIDTHS = ((24, 288), (80, 192), (240, 112))
"""(shots at most, width in pixels); a film of more shots has no thumbnails."""
_POSTER_WIDTH = 480
_QUALITIES = (60, 45, 30)
"""Tried in turn until a picture fits its share."""


class Thumbnails:
    """Makes thumbnails and remembers them. Not for more than one thread at a time."""

    def __init__(self) -> None:
        self._made: dict[tuple[Path, int, int], tuple[tuple[int, int], str]] = {}

    def of(self, path: Path, shots: int) -> str:
        """Return a picture as a `data:` URI of at most its share; '' where it does not read or does not fit.

        Args:
            shots: how many shots the film has, which share `PICTURES_BYTES`.
        """
        width = next((width for most, width in _WIDTHS if shots <= most), 0)
        return self._fitted(path, width, PICTURES_BYTES // max(1, shots)) if width else ""

    def poster(self, path: Path, most: int) -> str:
        """Return a larger picture as a `data:` URI of at most so many bytes; '' where that cannot be."""
        return self._fitted(path, _POSTER_WIDTH, most)

    def _fitted(self, path: Path, width: int, most: int) -> str:
        try:
            now = path.stat()
        except OSError:
            return ""
        key, version = (path, width, most), (now.st_mtime_ns, now.st_size)
        known = self._made.get(key)
        if known is None or known[0] != version:
            known = self._made[key] = (version, _thumbnail(path, width, most))
        return known[1]


def _thumbnail(path: Path, width: int, most: int) -> str:
    try:
        with Image.open(path) as picture:
            picture.thumbnail((width, width * 9 // 16))
            small = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # Torn, replaced this moment, or no picture at all: a storyboard shows what it can.
        return ""
    for quality in _QUALITIES:
        with io.BytesIO() as file:
            small.save(file, "JPEG", quality=quality, optimize=True)
            written = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
        if len(written) <= most:
            return written
    return ""
