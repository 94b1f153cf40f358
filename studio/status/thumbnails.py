"""Make small pictures for a text: JPEG as `data:` URIs, cached as long as the picture stays the same."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

from studio.fs import absent
from studio.video.pixels import MOST_PIXELS, UNREADABLE, quietly, rgb, upright

PICTURES_BYTES = 400_000
"""Most bytes of all thumbnails of one film together, as `data:` URIs."""

_WIDTHS = ((24, 288), (80, 192), (240, 112))
"""(most shots, width in pixels); a film of more shots has no thumbnails."""
_POSTER_WIDTH = 480
_QUALITIES = (60, 45, 30)
"""JPEG qualities, tried in turn until a picture fits its share of the bytes."""


class Thumbnails:
    """Makes thumbnails and caches them. Not for more than one thread at a time."""

    def __init__(self) -> None:
        self._made: dict[tuple[Path, int, int], tuple[tuple[int, int], str]] = {}

    def of(self, path: Path, shots: int) -> str:
        """Return a picture as a `data:` URI of at most its share of bytes; '' if it cannot be read or does not fit.

        Args:
            shots: how many shots the film has, which share `PICTURES_BYTES`.
        """
        width = next((width for most, width in _WIDTHS if shots <= most), 0)
        return self._fitted(path, width, PICTURES_BYTES // max(1, shots)) if width else ""

    def poster(self, path: Path, most: int) -> str:
        """Return a larger picture as a `data:` URI of at most `most` bytes; '' if that is not possible."""
        return self._fitted(path, _POSTER_WIDTH, most)

    def _fitted(self, path: Path, width: int, most: int) -> str:
        try:
            now = path.stat()
        except OSError:
            return ""
        if absent.is_absent(now):
            # A page is no reason to fetch a film's pictures.
            return ""
        key, version = (path, width, most), (now.st_mtime_ns, now.st_size)
        known = self._made.get(key)
        if known is None or known[0] != version:
            known = self._made[key] = (version, _thumbnail(path, width, most))
        return known[1]


def _thumbnail(path: Path, width: int, most: int) -> str:
    try:
        with quietly():
            opened = Image.open(path)
        with opened as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return ""
            if picture.format == "JPEG" and picture.mode == "RGB":
                picture.draft("RGB", (2 * width, 2 * width))
            small = rgb(upright(picture))
            small.thumbnail((width, width * 9 // 16))
    except UNREADABLE:
        # Damaged, being replaced, or not a picture: a storyboard shows what it can.
        return ""
    for quality in _QUALITIES:
        with io.BytesIO() as file:
            small.save(file, "JPEG", quality=quality, optimize=True)
            written = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
        if len(written) <= most:
            return written
    return ""
