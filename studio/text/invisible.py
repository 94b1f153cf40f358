"""Take characters out of a text that nobody sees and no voice says, and that language models leave in it. Pure."""

from __future__ import annotations

import re
import unicodedata

_ZWNJ, _ZWJ, _FLAG = "\u200c", "\u200d", "\U0001f3f4"
_UNSEEN = "\u034f\u17b4\u17b5\u3164\uffa0"
"""Invisible characters that Unicode does not call formats: the grapheme joiner, vowels of Khmer, fillers of Hangul."""
_NEVER = re.compile(
    f"[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb{_UNSEEN}"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
)
_SUSPECT = re.compile("[\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef]")
"""What belongs to a text in some places."""
_JOINED = (
    ("\u0590", "\u08ff"),
    ("\u0900", "\u0dff"),
    ("\u0f00", "\u109f"),
    ("\u1700", "\u18af"),
    ("\u1900", "\u1cff"),
    ("\ua800", "\uabff"),
    ("\U00010a00", "\U00011fff"),
    ("\U0001e800", "\U0001e95f"),
)
"""Scripts whose letters change beside a joiner: Hebrew to Arabic, those of India, Tibet, Burma, Khmer, Mongolia."""


def without_invisible(text: str) -> str:
    """Return `text` without zero-width, soft, directional and tag characters, and without stray variation selectors.

    What changes how something is written stays: joiners between letters of scripts that join and between the parts of
    an emoji, one variation selector behind what is no plain letter, and the tags of a region's flag.
    """
    bare = _NEVER.sub("", text)
    # What comes next that is seen, for each place.
    following, seen = [""] * len(bare), ""
    for at in range(len(bare) - 1, -1, -1):
        following[at] = seen
        seen = seen if _SUSPECT.match(bare[at]) else bare[at]
    kept: list[str] = []
    for letter, after in zip(bare, following, strict=True):
        if not _SUSPECT.match(letter) or _belongs(letter, kept[-1] if kept else "", after):
            kept.append(letter)
    return "".join(kept)


def _belongs(letter: str, before: str, after: str) -> bool:
    """Tell whether an invisible character does something between what is kept before it and what comes after it."""
    if not before:
        return False
    if letter == _ZWNJ:
        return _joins(before) and _joins(after)
    if letter == _ZWJ:
        return (_joins(before) and (_joins(after) or not after or after.isspace())) or (
            _is_emoji(before) and _is_emoji(after)
        )
    if "\u180b" <= letter <= "\u180f":
        return "\u1820" <= before <= "\u18aa"
    if _selects(letter):
        ideograph = unicodedata.category(before) == "Lo"
        keycap = before in "0123456789#*" and after == "\u20e3"
        return ideograph if letter >= "\U000e0100" else ideograph or keycap or _is_emoji(before)
    if "\U000e0020" <= letter <= "\U000e007f":
        # A flag of a region: a black flag, letters as tags, and the tag that ends them.
        return before == _FLAG or "\U000e0020" <= before <= "\U000e007e"
    return False


def _joins(letter: str) -> bool:
    return any(first <= letter[:1] <= last for first, last in _JOINED)


def _selects(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


def _is_emoji(letter: str) -> bool:
    """Tell whether a character is a part of an emoji: a symbol, a skin tone, the selector behind it or a tag's end."""
    return letter != "" and (
        unicodedata.category(letter) in ("So", "Sk", "Sm") or letter in "\ufe0f\u20e3\u203c\u2049\u2139\u3030"
    )
