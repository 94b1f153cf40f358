# ruff: noqa: RUF001 - the signs of many scripts are this file's subject, look-alikes included
"""Where the text of a caption may break, and how wide it is: the rules of scripts, not of films.

No times and no cues here; `caption_cues.py` calls it. Thai, Lao and their neighbours break between signs, since to
find their words takes a dictionary.
"""

from __future__ import annotations

import unicodedata

LINE_COLUMNS = 42
"""Longest line, in Latin letters (Netflix, Timed Text Style Guide, General Requirements)."""
WIDE_COLUMNS = 2.5
"""A CJK sign's share of a line: 16 of them fill it (Netflix, Chinese and Korean), as 42 Latin letters do."""

ENDS, RESTS = "。．！？!?.…", "、，；：,;:—–"
CLOSERS = "\"'”’»)]}」』）】》〉"
OPENERS = "「『（【《〈“‘([{«"
_NEVER_FIRST = ENDS + RESTS + CLOSERS + "ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々ๆฯะาำๅ"
_THAI_LEADING = "เแโใไ"


def clean(text: str) -> str:
    """Drop what no caption can show: control characters and line ends become spaces; marks of direction stay."""
    kinds = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd"}
    return " ".join("".join(kinds.get(unicodedata.category(c), c) for c in text).split())


def clean_lines(text: str) -> str:
    """The same for a cue of several lines; an empty line would end the cue, so there is none."""
    return "\n".join(line for line in map(clean, text.split("\n")) if line) or "\ufffd"


def columns_of(text: str) -> float:
    """Return how much of a line a text takes."""
    return sum(_width(character) for character in text)


def parts_of(text: str) -> list[str]:
    """Cut one word where a caption may break it: not at all, unless its script has no spaces or it fills a line."""
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
    """Part a word that fills a line: behind a slash or a joint of an address, or at the line's end.

    What closes is never parted from what it closes: neither 'kettle?id=3' from ').' nor '12' from '%'.
    """
    least = len(line) // 2
    cut = next((at for joints in ("/", "?&=#", "-_.~") if (at := _behind(line, joints)) > least), len(line))
    while cut > least and (line + sign)[cut] in _NEVER_FIRST:
        cut -= 1
    if cut <= least or unicodedata.category((line + sign)[cut])[0] == "M":
        return [line, sign]
    return [line[:cut], line[cut:] + sign]


def _behind(line: str, joints: str) -> int:
    """The place behind the last of the joints that something follows which is no mark; 0 where there is none."""
    return max((at for at in range(1, len(line)) if line[at - 1] in joints and line[at].isalnum()), default=0)


def _width(character: str) -> float:
    if character.isascii():
        return 1.0
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    return WIDE_COLUMNS if unicodedata.east_asian_width(character) in "WF" else 1.0


def spaceless(character: str) -> bool:
    """Whether it belongs to a script written without spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese."""
    if "\u0e00" <= character <= "\u0eff" or "\u1000" <= character <= "\u109f" or "\u1780" <= character <= "\u17ff":
        return True
    name = unicodedata.name(character, "")
    return name.startswith(("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH"))


def _clusters(text: str) -> list[str]:
    """Cut into signs as readers see them: accents, joined emoji, flags and Thai vowels stay with their base.

    A short form of Unicode's grapheme clusters (https://unicode.org/reports/tr29/).
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
