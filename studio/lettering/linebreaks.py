# ruff: noqa: RUF001 - the signs of many scripts are this file's subject, look-alikes included
"""The width of a caption's line, how wide a text is, and where it may break: rules of writing systems, not of films.

No times and no cues here; `caption_cues.py` calls it. Thai, Lao and similar scripts break between signs, because
finding their words takes a dictionary.
"""

from __future__ import annotations

import unicodedata

LINE_COLUMNS = 42
"""The width of a caption's line, in Latin letters (Netflix, Timed Text Style Guide, General Requirements)."""
WIDE_COLUMNS = 2.5
"""Columns of a CJK sign: 16 of them fill a line (Netflix, Chinese and Korean), as 42 Latin letters do."""

ENDS, RESTS = "。．！？!?.…", "、，；：,;:—–"
CLOSERS = "\"'”’»)]}」』）】》〉"
OPENERS = "「『（【《〈“‘([{«"
_NEVER_FIRST = ENDS + RESTS + CLOSERS + "ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々ๆฯะาำๅ"
_THAI_LEADING = "เแโใไ"


def clean(text: str) -> str:
    """Return the text in one line without what no caption can show: control characters and line ends become spaces.

    Marks of direction stay.
    """
    kinds = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd"}
    return " ".join("".join(kinds.get(unicodedata.category(c), c) for c in text).split())


def clean_lines(text: str) -> str:
    """Return the text of a cue of several lines, each as by `clean`, without empty lines: one would end the cue."""
    return "\n".join(line for line in map(clean, text.split("\n")) if line) or "\ufffd"


def columns_of(text: str) -> float:
    """Return the width of a text in columns, of which a line has `LINE_COLUMNS`."""
    return sum(_width(character) for character in text)


def parts_of(text: str) -> list[str]:
    """Divide one word where a caption may break it: only if its script has no spaces, or it is longer than a line."""
    parts: list[str] = []
    columns = 0.0  # of the last part
    for cluster in _clusters(text):
        wide = columns_of(cluster)
        unspaced = bool(parts) and (spaceless(cluster[0]) or spaceless(parts[-1][-1]))
        held = cluster[0] in _NEVER_FIRST or (parts and parts[-1][-1] in OPENERS)
        too_long = parts and columns + wide > LINE_COLUMNS
        if parts and too_long and not unspaced:
            parts[-1:] = _parted(parts[-1], cluster)
            columns = columns_of(parts[-1])
        elif parts and not too_long and (held or not unspaced):
            parts[-1] += cluster
            columns += wide
        else:
            parts.append(cluster)
            columns = wide
    return parts


def _parted(line: str, sign: str) -> list[str]:
    """Divide a word that fills a line: after a slash or another separator of a web address, or at the line's end.

    A closing mark is never separated from what it closes: neither ').' from 'kettle?id=3' nor '%' from '12'.
    """
    least = len(line) // 2
    cut = next((at for joints in ("/", "?&=#", "-_.~") if (at := _behind(line, joints)) > least), len(line))
    while cut > least and (line + sign)[cut] in _NEVER_FIRST:
        cut -= 1
    if cut <= least or unicodedata.category((line + sign)[cut])[0] == "M":
        return [line, sign]
    return [line[:cut], line[cut:] + sign]


def _behind(line: str, joints: str) -> int:
    """Return the place after the last of these signs that a letter or digit follows; 0 if there is none."""
    return max((at for at in range(1, len(line)) if line[at - 1] in joints and line[at].isalnum()), default=0)


def _width(character: str) -> float:
    if character.isascii():
        return 1.0
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    return WIDE_COLUMNS if unicodedata.east_asian_width(character) in "WF" else 1.0


def spaceless(character: str) -> bool:
    """Tell whether a character's script has no spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese."""
    if "\u0e00" <= character <= "\u0eff" or "\u1000" <= character <= "\u109f" or "\u1780" <= character <= "\u17ff":
        return True
    name = unicodedata.name(character, "")
    return name.startswith(("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH"))


def _clusters(text: str) -> list[str]:
    """Divide a text into signs as readers see them: accents, joined emoji, flags and Thai vowels stay with their base.

    This is a short form of Unicode's grapheme clusters (https://unicode.org/reports/tr29/).
    """
    signs: list[str] = []
    for character in text:
        joins = unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf") or "\U0001f3fb" <= character <= "\U0001f3ff"
        before = signs[-1] if signs else ""
        flag = "\U0001f1e6" <= character <= "\U0001f1ff" and len(before) == 1 and "\U0001f1e6" <= before <= "\U0001f1ff"
        if before and len(before) < 32 and (joins or flag or before[-1] == "\u200d" or before[-1] in _THAI_LEADING):
            signs[-1] += character
        else:
            signs.append(character)
    return signs
