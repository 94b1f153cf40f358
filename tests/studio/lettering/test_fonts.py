"""Letters: what can be shown, and blocks that stay in their box."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.lettering import fonts
from studio.lettering.fonts import drawable, set_block

texts = st.text(min_size=1, max_size=120) | st.text("ab W", min_size=1, max_size=300)


def test_what_the_font_lacks_is_left_out_and_told() -> None:
    """Latin, Greek and Cyrillic stay; emoji, CJK and control characters go, and words that lost a letter are named."""
    assert drawable("Caf\u00e9 Cafe\u0301 \u039b \u041c") == ("Caf\u00e9 Caf\u00e9 \u039b \u041c", ())
    assert drawable("a\x00b\x1b \u2060c") == ("ab c", ())
    assert drawable("The \U0001f3ac light\u706f house \u706f\u53f0") == (
        "The light house",
        ("\U0001f3ac", "light\u706f", "\u706f\u53f0"),
    )
    assert drawable("  one \t two\r\n\n three ") == ("one two\nthree", ())
    assert drawable("\U0001f3ac") == ("", ("\U0001f3ac",))


def test_scripts_that_need_shaping_go_without_a_shaper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pillow cannot shape, Devanagari is left out and told rather than garbled."""
    word = "\u092a\u094d\u0930\u0915\u093e\u0936"
    if fonts.can_shape():
        assert drawable(word) == (word, ())
    monkeypatch.setattr(fonts, "can_shape", lambda: False)
    assert drawable(f"{word} light") == ("light", (word,))


@given(text=texts, width=st.integers(16, 400), height=st.integers(12, 200), size=st.integers(1, 60))
@example(text="W" * 3000, width=200, height=40, size=30)
@example(text="W" * 3000, width=16, height=12, size=30)
@example(text="word " * 900, width=100, height=60, size=30)
def test_a_block_stays_in_its_box(text: str, width: int, height: int, size: int) -> None:
    """Whatever the text, its block is no larger than its box, and shows something."""
    kept, _ = drawable(text)
    if not kept:
        return
    block = set_block(kept, (width, height), size)
    assert block.shape[0] <= height
    assert block.shape[1] <= width
    assert block.dtype == np.float32
    assert 0 <= block.min() <= block.max() <= 1


def test_nothing_is_cut_off() -> None:
    """A block keeps a clear margin around its letters, accents and descenders, at any length."""
    for text in ("\u00c2\u0178gjpq\u1e69", "Wide WORDS, and many of them " * 12, "Unbreakable" * 20):
        block = set_block(text.strip(), (300, 160), 48)
        assert max(block[0].max(), block[-1].max(), block[:, 0].max(), block[:, -1].max()) == 0
        assert block.max() > 0.5


def test_lines_stay_unless_they_must_be_broken() -> None:
    """Lines that fit are kept as written; else the text is set anew in lines of like length."""

    def lines(block: np.ndarray) -> list[int]:
        rows = block.max(axis=1) > 0.3
        starts = np.nonzero(np.diff(rows.astype(int)) == 1)[0]
        ends = np.nonzero(np.diff(rows.astype(int)) == -1)[0]
        return [int(np.ptp(np.nonzero(block[a:b].max(axis=0) > 0.3)[0])) for a, b in zip(starts, ends, strict=True)]

    kept = lines(set_block("xx\nxxxxxxxx xxxxx", (400, 100), 20))
    assert len(kept) == 2
    assert kept[0] < kept[1] / 3
    broken = lines(set_block("xxxx xxxx xxxx xxxx xxxx\nxxxx", (190, 100), 20))
    assert len(broken) == 2
    assert broken[0] == pytest.approx(broken[1], rel=0.1)


def test_a_collection_of_cjk_is_taken_where_it_is_installed() -> None:
    """Japanese is named as lost without the extra; with it nothing is, and Latin keeps Noto Sans."""
    kept, lost = drawable("\u706f\u53f0")
    installed = find_spec(fonts.CJK_PACKAGE) is not None
    assert (kept, lost) == (("\u706f\u53f0", ()) if installed else ("", ("\u706f\u53f0",)))
    assert "CJK" not in fonts.font_file("light").name


def test_the_first_font_of_a_collection_is_read(tmp_path: Path) -> None:
    """A font wrapped as a collection (OpenType, chapter otff, TTC header) covers what it covers alone."""
    alone = fonts.font_file("light")
    font = bytearray(alone.read_bytes())
    shift = 16
    for at in range(12, 12 + 16 * int.from_bytes(font[4:6], "big"), 16):
        font[at + 8 : at + 12] = (int.from_bytes(font[at + 8 : at + 12], "big") + shift).to_bytes(4, "big")
    wrapped = tmp_path / "wrapped.ttc"
    wrapped.write_bytes(b"ttcf" + bytes([0, 1, 0, 0, 0, 0, 0, 1]) + shift.to_bytes(4, "big") + font)
    assert fonts._coverage(wrapped) == fonts._coverage(alone)
