"""Broken JSON is mended within its limits."""

from __future__ import annotations

import contextlib
import random
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from blocks.answers.loose_json import LOOSE_BRACKETS, LOOSE_CHARACTERS, LOOSE_DEPTH, loose_json
from tests.support.processor_time import at_most
from tests.support.sampled import sampled

UNITS = (
    *("[]", "{}", '{"a":1}', "1,", '"a",', '"', '\\"', ", ", '" ', "9", '{"a":"b"c"', "\u201c", "//", "/*", "#", "()"),
    *("\\", "`", "```", "\n", '": "', "',", "a", '{"shots":[{"index":1}]}', "a, b: ", "]", "}", '"x" y, ', "{a:}", ":"),
    *("'", "null", " ", "*/", "\u201d", '{"a":[1,2,', "{a:", "(", "{", "[", "'\" null", "9'", 'null9" '),
)
BEGINNINGS = ("", '{"shots":[', '{"shots": "', '{"shots":[{"index":1,"image_prompt":"')


@sampled("seed", range(40), quick=1)
def test_no_broken_answer_takes_long(seed: int) -> None:
    """Whatever is repeated, mending ends within a second of processor time, with a value or a refusal."""
    draw = random.Random(seed)
    for _ in range(5):
        unit = "".join(draw.sample(UNITS, draw.randint(1, 3)))
        text = draw.choice(BEGINNINGS) + unit * (draw.choice((2_000, 20_000, LOOSE_CHARACTERS)) // len(unit))
        with at_most(1.0, unit), contextlib.suppress(ValueError):
            loose_json(text[:LOOSE_CHARACTERS])


@pytest.mark.parametrize(
    "text",
    ["x" * (LOOSE_CHARACTERS + 1), "{}" * (LOOSE_BRACKETS + 1), "[" * (LOOSE_DEPTH + 1), "(" * (LOOSE_DEPTH + 1)],
)
def test_limits_are_checked_before_anything_is_mended(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What is too long or too deep never reaches the library."""

    def fail(*args: Any, **options: Any) -> None:
        raise AssertionError("it was read")

    monkeypatch.setitem(sys.modules, "json_repair", SimpleNamespace(loads=fail))
    with pytest.raises(ValueError, match="too long or nests too deep"):
        loose_json(text)


def test_work_is_counted() -> None:
    """What the library would mend for half a minute is given up."""
    with pytest.raises(ValueError, match="too broken"):
        loose_json('{"shots": [' + "9'" * 10_000)
