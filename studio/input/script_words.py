"""Recognise how scripts in other languages than English label what is spoken, seen and heard (`script_words.toml`).

A label is a line's beginning with a colon, `Narrador:`, or stands in brackets, `[画面]`; full-width signs are read as
their ASCII forms. Words are looked up, never tried one after the other: a script may have 100,000 lines. Called by
`studio/input/production_notes.py` and `studio/input/script.py`; pure, except that the table is read once.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("script_words.toml")

_WIDE = (
    ("\uff1a\ufe55\ufe30", ":"),
    ("\u3010\uff3b\u3014", "["),
    ("\u3011\uff3d\u3015", "]"),
    ("\uff08", "("),
    ("\uff09", ")"),
    ("\u00a0\u202f\u3000", " "),
    ("\uff5e\u301c~", "-"),
    ("\uff03", "#"),
    ("\uff0e\u3001", "."),
)
"""Full-width colons, brackets, blanks, waves, hashes and stops -> the ASCII sign that they are read as."""
_FOLDED = {ord(sign): plain for signs, plain in _WIDE for sign in signs}

NUMERAL = "(?:\\d{1,3}|[IVX]{1,5}|[一二三四五六七八九十百两兩〇]{1,4})"
_ASIDE = r"(?:\([^()]{0,60}\)[ \t]{0,3}){0,2}"
_WORDS = r"(?P<words>[^\W\d_][^:()\[\]]{0,49})"
_LABEL = re.compile(rf"{_WORDS}{_ASIDE}:[ \t]*")
_BRACKETED = re.compile(rf"\[[ \t]{{0,3}}{_WORDS}{_ASIDE}\][ \t]{{0,3}}:?[ \t]*")
_NUMBERED = re.compile(rf"[ \t]{{0,2}}{NUMERAL}$")
_ROUND = re.compile(r"\((?P<words>[^\W\d_][^:()\[\]]{0,39})\)[ \t]{0,3}:?[ \t]*")
_BEGINNING = re.compile(r"[^\W\d_][\w'\u2019.-]{0,40}(?: [\w'\u2019.-]{1,40}){0,4}")
_LONGEST_UNSPACED = 8
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_KINDS = {
    "visual": "visual",
    "text": "on-screen text",
    "sound": "sound",
    "heard": "sound",
    "time": "time",
    "notes": "other",
    "title": "other",
}
"""The table's lists of what is not spoken -> as `left_out.NAMES` counts them."""
_STRONG = ("visual", "text", "sound", "time")
_CUE_WORDS = 4
_CUE_LETTERS = 14
_SHORT_CUE_LETTERS = 6


class Label(NamedTuple):
    """A label at a line's beginning.

    Attributes:
        kind: 'voice', 'host', 'guest', or as `left_out.NAMES` counts what is not spoken.
        end: where in the line what it labels begins.
        strong: whether it is a label in any script, not only in one that has others.
    """

    kind: str
    end: int
    strong: bool


def folded(text: str) -> str:
    """Return a text, as long as it was, in which full-width colons, brackets and blanks are ASCII ones."""
    return text if text.isascii() else text.translate(_FOLDED)


@cache
def _table() -> dict[str, dict[str, frozenset[str]]]:
    return {
        language: {kind: frozenset(map(_small, words)) for kind, words in lists.items()}
        for language, lists in tomllib.loads(TABLE.read_text("utf-8")).items()
    }


@cache
def _words(*kinds: str) -> frozenset[str]:
    return frozenset().union(*(lists[kind] for lists in _table().values() for kind in kinds))


@cache
def _kind_of() -> dict[str, tuple[str, bool]]:
    """Return each label's kind and whether it is strong; the more certain meaning wins where languages share a word."""
    kinds: dict[str, tuple[str, bool]] = {}
    for name in ("title", "notes", "heard", *reversed(_STRONG), "guest", "host", "voice"):
        for word in _words(name):
            kinds[word] = (_KINDS.get(name, name), name in _STRONG)
    return kinds


def _small(words: str) -> str:
    # Turkish has a dotless i, whose capital is that of i.
    small = words.lower().replace("\u0131", "i").replace("i\u0307", "i").replace("\u2019", "'")
    return unicodedata.normalize("NFC", " ".join(small.split()))


def label_of(line: str, played: bool = False, wide: bool = False) -> Label | None:
    """Return the label at the beginning of a stripped and folded line; None if it begins with none.

    In square brackets, what is not spoken is a label of the rest of the line if `wide`, or if it is seen: '[Música]
    Hola' is a caption, of which 'Hola' is spoken.

    Args:
        wide: whether the line, before it was folded, begins with a full-width bracket.
        played: whether it is a screenplay, in which '(旁白)' under a name is a direction.
    """
    if line.isascii() and ":" not in line and "[" not in line:
        return None
    found = _LABEL.match(line) or _BRACKETED.match(line)
    if found is not None:
        words = found["words"].rstrip()
        known = _kind_of().get(_small(words)) or _kind_of().get(_small(_NUMBERED.sub("", words)))
        if known is None:
            return None
        label = Label(known[0], found.end(), known[1])
        if not line.startswith("[") or label.kind in ("voice", "host", "guest"):
            return label
        seen = label.kind in ("visual", "on-screen text") and found.end() < len(line)
        return label if label.strong and (wide or seen) else None
    if (
        line.startswith("(")
        and not played
        and (found := _ROUND.match(line))
        and _small(found["words"]) in _words("voice")
    ):
        return Label("voice", found.end(), True)
    return None


def bracket_kind(inside: str) -> str:
    """Return of which kind a note is that stands in brackets, by its first words; '' if they are no label's."""
    words = inside.lstrip()
    kinds = _kind_of()
    if _UNSPACED.match(words):
        for length in range(min(_LONGEST_UNSPACED, len(words)), 0, -1):
            known = kinds.get(words[:length].lower())
            if known is not None and known[0] not in ("voice", "host", "guest"):
                return known[0]
        return ""
    found = _BEGINNING.match(words)
    parts = _small(found[0]).split() if found else []
    for count in range(len(parts), 0, -1):
        first = " ".join(parts[:count]).rstrip(".")
        known = kinds.get(first)
        # 'se' is a sound effect in Japan, and begins many a Spanish sentence.
        if known is not None and first != "se" and known[0] not in ("voice", "host", "guest"):
            return known[0]
    return ""


def is_sound(inside: str, made: bool, alone: bool) -> bool:
    """Tell whether what stands in round brackets is a cue for music, sound or a pause: '(音乐渐强)', '(música suave)'.

    Args:
        made: whether the script has labels; else only a short one is, or one alone on its line.
        alone: whether it is alone on its line.
    """
    words = _small(inside)
    if _UNSPACED.search(words):
        most = _CUE_LETTERS if made or alone else _SHORT_CUE_LETTERS
        return len(words) <= most and any(
            words[at : at + length] in _words("sound", "heard")
            for at in range(len(words))
            for length in range(2, _LONGEST_UNSPACED + 1)
        )
    parts = words.split()
    if not (made or alone) or len(parts) > _CUE_WORDS:
        return False
    return any(
        " ".join(parts[at : at + length]) in _words("sound", "heard") for at in range(2) for length in range(1, 4)
    )


def is_spoken_column(name: str) -> bool:
    """Tell whether a table's column of this name is spoken."""
    return _bare(name) in _words("voice", "column")


def is_voice_column(name: str) -> bool:
    """Tell whether a table's column of this name is the narrator's."""
    return _bare(name) in _words("voice")


def is_other_column(name: str) -> bool:
    """Tell whether a table's column of this name is not spoken."""
    return _bare(name) in _words(*_KINDS, "scene", "host")


def _bare(name: str) -> str:
    return _small(re.sub(r"\([^()]{0,60}\)", "", folded(name)).strip())


@cache
def _scene_number() -> re.Pattern[str]:
    words = sorted(_words("scene"), key=len, reverse=True)
    around = [re.escape(word).replace(r"\*", rf"[ \t]{{0,2}}{NUMERAL}[ \t]{{0,2}}") for word in words if "*" in word]
    before = "|".join(re.escape(word) for word in words if "*" not in word)
    return re.compile(rf"(?:{'|'.join(around)}|(?:{before})[ \t]{{0,3}}{NUMERAL})", re.IGNORECASE)


_AFTER_NUMBER = re.compile(r"[ \t]{0,3}(?:[:.\u2013\u2014-][ \t]{0,3}|[ \t]|$)")
_SCENE_ENDS = re.compile("[\\[\\].!?\u3002\uff01\uff1f]")
_SCENE_CHARACTERS = 80


def scene_heading(line: str) -> tuple[int, int] | None:
    """Return where in a folded line a scene's heading such as '[Escena 2: El mar]' begins and ends; else None."""
    start = int(line.startswith("["))
    found = _scene_number().match(line, start)
    if found is None:
        return None
    end = len(line.rstrip(":]"))
    after = _AFTER_NUMBER.match(line[:end], found.end())
    if after is None or end - after.end() > _SCENE_CHARACTERS or _SCENE_ENDS.search(line, after.end(), end):
        return None
    return start, end


def unnumbered(heading: str) -> str:
    """Return a heading without the scene's number that it begins with: 'El mar' for 'Escena 2: El mar'."""
    words = folded(heading)
    found = None if words.isascii() and not words[:1].isalpha() else _scene_number().match(words)
    after = _AFTER_NUMBER.match(words, found.end()) if found else None
    return heading[after.end() :] if after else heading


def title_label(line: str) -> int:
    """Return where in a script's first line its title begins, after a label such as '标题:'; 0 if it has none."""
    found = _LABEL.match(folded(line))
    return found.end() if found and _small(found["words"]) in _words("title") else 0


@cache
def units() -> str:
    """Return the words for seconds as an alternation of a pattern."""
    return "|".join(map(re.escape, sorted(_words("unit"), key=len, reverse=True)))
