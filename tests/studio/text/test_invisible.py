"""What nobody sees and no voice says is taken out of a text, and nothing else is."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.text.invisible import without_invisible
from tests.support.sampled import sampled

UNSEEN = [
    *"\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2064\ufeff\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2069",
    *"\u034f\u3164\uffa0\u180e\ufe00\ufe0f\U000e0001\U000e0020\U000e0041\U000e007f\U000e0100\U000e01ef\ufff9\U0001d173",
]
_BELONG = "\u200c\u200d\u180e\ufe00\ufe0f\U000e0020\U000e0041\U000e007f\U000e0100\U000e01ef"
STRAY = [letter for letter in UNSEEN if letter not in _BELONG]
"""Those that are of no use anywhere in the texts below."""

PLAIN = (
    "Mara hears the bell.",
    "Élodie wartet — „noch“ nicht",
    "Сара слышит колокол",  # noqa: RUF001
    "Η Μάρα ακούει",  # noqa: RUF001
    "Nguyễn Thị, ăn cơm",
)
"""Texts in which no invisible character is of use, not even a joiner; letters only, no digits and no symbols."""
WRITTEN = (
    "می\u200cخواهم به خانه\u200cها بروم",  # noqa: RUF001
    "क्\u200dष और क्\u200cष",
    "ශ්\u200dරී ලංකා",
    "ನಾನ್\u200cವೆಜ್ ರ್\u200dಯ",
    "അവന്\u200d പോയി",
    "নির্\u200cবাচন",
    "👩\u200d🚀 and 👨🏽\u200d⚕\ufe0f in 🏳\ufe0f\u200d🌈",
    "👨\u200d👩\u200d👧\u200d👦, ❤\ufe0f\u200d🔥, 🐈\u200d⬛, 🧔🏻\u200d♂\ufe0f",
    "☀\ufe0f ™\ufe0f 1\ufe0f\u20e3 #\ufe0f\u20e3 ↔\ufe0f ℹ\ufe0f ‼\ufe0f",  # noqa: RUF001
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f wins",
    "葛\U000e0100城 邉\ufe00",
    "\u06dd ١٢",
    "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯ\u180eᠡ",
    "שָׁלוֹם עולם",
    "서울의 밤",
    "ราตรีสวัสดิ์",
)
"""Texts in which joiners, selectors and tags are part of how they are written."""


@pytest.mark.parametrize("text", [*PLAIN, *WRITTEN])
def test_what_is_written_stays(text: str) -> None:
    """Joiners of scripts and emoji, selectors, and the tags of a flag."""
    assert without_invisible(text) == text


@sampled("seed", range(200), quick=8)
def test_what_nobody_sees_goes(seed: int) -> None:
    """At any place, any number of them, also a whole hidden text in tags or selectors."""
    draw = random.Random(f"invisible {seed}")
    written = draw.random() < 0.5
    text, letters = draw.choice(WRITTEN if written else PLAIN), STRAY if written else UNSEEN
    spoiled = text
    for _ in range(draw.randint(1, 6)):
        at = draw.randint(0, len(spoiled))
        spoiled = spoiled[:at] + "".join(draw.choices(letters, k=draw.choice((1, 1, 2, 30)))) + spoiled[at:]
    assert without_invisible(spoiled) == text


@given(st.text())
def test_nothing_that_is_seen_is_lost(text: str) -> None:
    """What is taken out are formats, selectors, tags and fillers; a second time takes nothing."""
    clean = without_invisible(text)
    assert without_invisible(clean) == clean
    rest = iter(clean)
    left = next(rest, None)
    for letter in text:
        if letter == left:
            left = next(rest, None)
        else:
            assert unicodedata.category(letter) in ("Cf", "Mn", "Cn") or letter in "\u3164\uffa0", hex(ord(letter))
    assert left is None
