"""Draw text: which characters the installed fonts can show, how a text breaks into lines, and its mask.

Nothing here knows of films. Burned captions and cards draw their words with it. A character that no installed font can
show is left out and reported, never drawn as an empty box.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path

import fontpkg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, features

from studio.errors import EngineFailed

FAMILY = "noto-sans"
"""The font's name in fontpkg; the fonts for other scripts, noto-sans-arabic and so on, begin with it."""

CJK_PACKAGE = "noto_cjk_sans_otc"
"""The package of the extra for Chinese, Japanese and Korean, for which fontpkg has none."""

LINE_HEIGHT = 1.28
"""Distance of baselines as a multiple of the size: Noto Sans's own is 1.36, for stacked diacritics; 1.28 is still
enough for them."""

_Width = Callable[[str], float]
"""Width of a text in pixels, between the points where the pen starts and ends."""

_SHAPED = (
    (0x0590, 0x109F),
    (0x1780, 0x18AF),
    (0x1A20, 0x1AAF),
    (0xA8E0, 0xA8FF),
    (0xFB1D, 0xFDFF),
    (0xFE70, 0xFEFF),
)
"""Blocks whose letters join, stack or run right to left (Unicode, Blocks.txt): without a shaper they are garbled."""


def can_shape() -> bool:
    """Tell whether Pillow was built with, and finds, the shaper (raqm) for right-to-left and Indic scripts."""
    return bool(features.check("raqm"))


def drawable(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the part of a text that the best installed font can show.

    Control characters are removed; runs of blanks become one; newlines stay.

    Returns:
        The text that is left, and the words that lost a letter, in order, each once.
    """
    covered = _coverage(font_file(text))
    shapes = can_shape()
    lines, lost = [], []
    for line in text.splitlines():
        words = []
        for word in line.split():
            visible = [c for c in unicodedata.normalize("NFC", word) if unicodedata.category(c)[0] != "C"]
            kept = "".join(c for c in visible if ord(c) in covered and (shapes or not _needs_shaping(c)))
            # Selectors and joiners draw nothing by themselves: a word without them is not incomplete.
            if sum(unicodedata.category(c)[0] != "M" for c in visible) > sum(
                unicodedata.category(c)[0] != "M" for c in kept
            ):
                lost.append(word)
            if any(unicodedata.category(c)[0] != "M" for c in kept):
                words.append(kept)
        if words:
            lines.append(" ".join(words))
    return "\n".join(lines), tuple(dict.fromkeys(lost))


def font_file(text: str) -> Path:
    """Return the path of the installed Noto Sans font that covers most of `text`; of equals, Noto Sans itself.

    Raises:
        EngineFailed: Noto Sans is not installed.
    """
    names = sorted(name for name in fontpkg.families() if name.startswith(FAMILY))
    if FAMILY not in names:
        raise EngineFailed(f"the font {FAMILY!r} is not installed: install the package fontpkg-{FAMILY}")
    names.sort(key=lambda name: name != FAMILY)
    wanted = [ord(c) for c in text if not c.isspace()]
    paths = [Path(fontpkg.path(name, nearest=True)) for name in names] + _collections()
    best: Path = max(paths, key=lambda path: sum(c in _coverage(path) for c in wanted))
    return best


def _collections() -> list[Path]:
    """Return the file of Noto Sans CJK, one for Chinese, Japanese and Korean, if the extra `cjk` is installed."""
    found = find_spec(CJK_PACKAGE)
    return sorted(Path(found.origin).parent.glob("*.ttc")) if found and found.origin else []


def set_block(
    text: str,
    box: tuple[int, int],
    size_px: int,
    weight: int = 400,
    tracking: float = 0.0,
) -> NDArray[np.float32]:
    """Draw a text, centred, in lines that fit the box: at `size_px` or, if necessary, smaller.

    Lines that fit stay as they are written; if one must be broken, all are broken anew, to similar lengths.

    Args:
        box: (width, height) in pixels that the block must not exceed.
        weight: 100 to 900, of a variable font.
        tracking: space between letters, as a share of their size; not used for scripts whose letters join.

    Returns:
        (h, w) coverage 0 to 1, h and w within the box, cut to the block with a small margin.
    """
    width, height = box
    font_path = str(font_file(text))
    size = max(size_px, 1)
    while True:
        font = _load(font_path, size, weight)
        track = tracking * size if _trackable(text) else 0.0
        margin = size // 4 + 1
        room = width - 2 * margin
        length = lru_cache(maxsize=None)(partial(_length, font, track))
        lines = _wrap(text, length, room, may_break=size <= _smallest(size_px))
        line_px = size * LINE_HEIGHT
        if lines is not None and len(lines) * line_px + 2 * margin <= height:
            break
        if size == 1:
            return _squeezed(text, font, box)
        size = max(1, min(size - 1, int(size * 0.93)))
    if len(lines) > text.count("\n") + 1:
        text = text.replace("\n", " ")
        lines = _balance(text, length, room, _wrap(text, length, room, may_break=True) or lines)
    widest = max(length(line) for line in lines)
    mask = Image.new("L", (min(width, int(widest) + 1 + 2 * margin), int(len(lines) * line_px + 2 * margin)))
    pen = ImageDraw.Draw(mask)
    for i, line in enumerate(lines):
        # With 0.98, not the font's ascent, capitals and descenders are centred in the line.
        base = margin + i * line_px + size * 0.98
        if not track:
            pen.text((mask.width / 2, base), line, fill=255, font=font, anchor="ms")
            continue
        _draw_apart(pen, line, ((mask.width - length(line)) / 2, base), font, track)
    return np.asarray(mask, dtype=np.float32) / np.float32(255)


def set_line(text: str, size_px: int, weight: int = 400, tracking: float = 0.0) -> NDArray[np.float32]:
    """Draw a text in one line of any length, without a margin except a pixel at each side.

    Returns:
        (h, w) coverage 0 to 1; the baseline is row `baseline(size_px)` for any text.
    """
    font = _load(str(font_file(text)), size_px, weight)
    track = tracking * size_px if _trackable(text) else 0.0
    mask = Image.new("L", (int(_length(font, track, text)) + 3, round(size_px * 1.4) + 1))
    _draw_apart(ImageDraw.Draw(mask), text, (1, baseline(size_px)), font, track)
    return np.asarray(mask, dtype=np.float32) / np.float32(255)


def baseline(size_px: int) -> int:
    """Return the row of the baseline in a mask of `set_line`."""
    return round(size_px * 1.07)


def _draw_apart(
    pen: ImageDraw.ImageDraw, line: str, at: tuple[float, float], font: ImageFont.FreeTypeFont, track: float
) -> None:
    """Draw a line from the left end of a baseline, with `track` pixels of extra space between letters."""
    if not track:
        pen.text(at, line, fill=255, font=font, anchor="ls")
        return
    for place, letter in enumerate(line):
        # Measure the whole text before it, not each letter alone, so that pairs stay kerned.
        before = font.getlength(line[: place + 1]) - font.getlength(letter)
        pen.text((at[0] + before + track * place, at[1]), letter, fill=255, font=font, anchor="ls")


def text_width(text: str, size_px: int, weight: int = 400, tracking: float = 0.0) -> float:
    """Return the width in pixels of a text in one line at `size_px`, as `set_block` draws it."""
    font = _load(str(font_file(text)), size_px, weight)
    return _length(font, tracking * size_px if _trackable(text) else 0.0, text)


def _length(font: ImageFont.FreeTypeFont, track: float, text: str) -> float:
    return float(font.getlength(text)) + track * max(0, len(text) - 1)


def _trackable(text: str) -> bool:
    """Tell whether space may be put between letters: none joins another, and no sign belongs to the one before it."""
    return not any(_needs_shaping(letter) or unicodedata.category(letter)[0] == "M" for letter in text)


def _smallest(size_px: int) -> int:
    """Return the size below which long words are broken, not everything shrunk: three fifths of the wanted size."""
    return max(1, size_px * 3 // 5)


def _wrap(text: str, length: _Width, room: float, may_break: bool) -> list[str] | None:
    """Return the text in lines of at most `room` pixels; None if a word is too wide and may not be broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, reached = "", 0.0
        for word in paragraph.split():
            pieces = _pieces(word, length, room, may_break)
            if not pieces:
                return None
            for piece in pieces:
                longer = reached + length(" ") + length(piece)
                if not line or longer > room:
                    lines += [line] * bool(line)
                    line, reached = piece, length(piece)
                else:
                    line, reached = f"{line} {piece}", longer
        lines += [line] * bool(line)
    return lines


def _pieces(word: str, length: _Width, room: float, may_break: bool) -> list[str]:
    """Return [word], or the pieces of a word that is wider than a line; [] if it cannot be made to fit."""
    if length(word) <= room:
        return [word]
    if not may_break:
        return []
    pieces = [""]
    for letter in word:
        if pieces[-1] and length(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces if all(length(piece) <= room for piece in pieces) else []


def _balance(text: str, length: _Width, room: float, lines: list[str]) -> list[str]:
    """Return the text in as many lines, of similar lengths: "a b c / d" becomes "a b / c d"."""
    low, high = 0.0, float(room)
    while high - low > 2:
        middle = (low + high) / 2
        tried = _wrap(text, length, middle, may_break=False)
        if tried is not None and len(tried) <= len(lines):
            lines, high = tried, middle
        else:
            low = middle
    return lines


def _squeezed(text: str, font: ImageFont.FreeTypeFont, box: tuple[int, int]) -> NDArray[np.float32]:
    """Return a mask of a text that does not fit at any size: one line scaled into the box, complete but unreadable."""
    line = text.replace("\n", " ")[:4000]
    mask = Image.new("L", (max(1, int(font.getlength(line))), 2))
    ImageDraw.Draw(mask).text((0, 2), line, fill=255, font=font, anchor="ls")
    size = (min(box[0], mask.width), min(box[1], 2))
    return np.asarray(mask.resize(size, Image.Resampling.BOX), dtype=np.float32) / np.float32(255)


def _load(path: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """Load a new font for every caller, because threads must not share FreeType faces."""
    layout = ImageFont.Layout.RAQM if can_shape() else ImageFont.Layout.BASIC
    font = ImageFont.truetype(path, size, layout_engine=layout)
    try:
        axes = font.get_variation_axes()
    except OSError:
        return font  # a font of one weight
    values = [float(weight if axis["name"] == b"Weight" else axis["default"] or 0) for axis in axes]
    font.set_variation_by_axes(values)
    return font


def _needs_shaping(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _SHAPED)


@lru_cache(maxsize=64)
def _coverage(path: Path) -> frozenset[int]:
    """Return the code points for which a TrueType font has a glyph, from its `cmap` table.

    Formats 4 and 12 are read, of which every Unicode font has one (OpenType 1.9.1, chapter cmap).
    """
    font = path.read_bytes()
    # A collection begins with its fonts' offsets; the first has every glyph, the others only prefer other shapes.
    base = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    records = range(base + 12, base + 12 + 16 * struct.unpack_from(">H", font, base + 4)[0], 16)
    tables = {font[at : at + 4]: at for at in records}
    cmap = struct.unpack_from(">I", font, tables[b"cmap"] + 8)[0]
    found: set[int] = set()
    for i in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        table = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * i)[0]
        kind = struct.unpack_from(">H", font, table)[0]
        if kind == 12:
            groups = struct.unpack_from(">I", font, table + 12)[0]
            for first, last, _ in struct.iter_unpack(">III", font[table + 16 : table + 16 + 12 * groups]):
                found.update(range(first, last + 1))
        elif kind == 4:
            n = struct.unpack_from(">H", font, table + 6)[0]
            ends = struct.unpack_from(f">{n // 2}H", font, table + 14)
            starts = struct.unpack_from(f">{n // 2}H", font, table + 16 + n)
            for first, last in zip(starts, ends, strict=True):
                found.update(range(first, min(last, 0xFFFE) + 1))
    return frozenset(found)
