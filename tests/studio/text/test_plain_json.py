"""Laws of JSON from anywhere: bounded in depth and parts, and else the values that Python's own reader gives."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.text.plain_json import DEEPEST, MOST_PARTS, NotJson, read_plainly
from tests.support.processor_time import at_most

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet='[]{},:"\\a\n\u0e01', max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='[]{}",:\\', max_size=4), inner),
    max_leaves=120,
)


@given(_values, st.booleans())
def test_what_is_written_reads_as_it_was(value: object, indented: bool) -> None:
    """Brackets, commas and quotes in a text count for nothing."""
    text = json.dumps(value, indent=2 if indented else None)
    assert read_plainly(text) == value
    assert read_plainly(text.encode("utf-8")) == value


@given(st.lists(st.sampled_from("[{"), min_size=1, max_size=2 * DEEPEST), st.sampled_from(['"]]]]"', '"["', "1"]))
def test_depth_is_bounded_whatever_the_texts_hold(opened: list[str], inner: str) -> None:
    """Lists and objects nest so deep as is said, and no deeper; brackets in a text neither hide nor make depth."""
    text = inner
    for bracket in opened:
        text = f'["]}}", {text}]' if bracket == "[" else f'{{"[": {text}}}'
    if len(opened) <= DEEPEST:
        assert read_plainly(text) == json.loads(text)
    else:
        with pytest.raises(NotJson, match="deeper"):
            read_plainly(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "deeper"),
        ('{"a":' * 100_000, "deeper"),
        ("[" * 100_000 + "]" * 100_000, "deeper"),
        ("]" * 100_000, "line 1"),
        ("9" * 5_000, "too long"),
        ("-" + "9" * 5_000, "too long"),
        ("NaN", "NaN"),
        ("[-Infinity]", "Infinity"),
        ("", "line 1"),
        ("\0" * 100, "line 1"),
        ("[" + "0," * MOST_PARTS + "0]", "parts"),
        ("[" + "[]," * MOST_PARTS + "0]", "parts"),
        ('"' + '\\"[' * 100_000, "line 1"),
    ],
)
def test_what_is_none_is_told_in_one_line(text: str, why: str) -> None:
    """Each is refused with its reason, soon, and no traceback."""
    with at_most(2):
        with pytest.raises(NotJson, match=why) as caught:
            read_plainly(text)
        assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    """Bytes are UTF-8, with or without a byte order mark."""
    assert read_plainly(b"\xef\xbb\xbf[1e0]") == [1.0]
    assert math.isinf(float(str(read_plainly("1e999"))))
    with pytest.raises(NotJson, match="byte 1"):
        read_plainly(b"1\xff")
