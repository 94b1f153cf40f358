"""What a hostile vendor can make an answer cost: never more than one honest answer does."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from blocks.answers.json_answers import PAINTED_BYTES, TEXT_BYTES, json_in
from blocks.answers.picture_answers import PICTURE_BYTES
from blocks.http_client.errors import READ_CHARACTERS, scrubbed
from tests.support.adapters.bombs import SIZES, WIDE, answer_with, bombs
from tests.support.adapters.socket_stand import serving
from tests.support.processor_time import within

PROJECT = Path(__file__).parents[3]
SECONDS, MEGABYTES = 2.0, 300
EACH = 8
"""Bombs for each engine."""


@pytest.mark.thorough
def test_no_answer_costs_more_than_an_honest_one(tmp_path: Path) -> None:
    """Whatever comes from a server ends in one short line, within two seconds of processor time and 300 MB; of status
    200 it is booked as a bad answer, for it may be billed."""
    seed = int(os.environ.get("FILM_TEST_SEED") or 0)
    sent = [("painter", WIDE), *((engine, bomb) for engine in SIZES for bomb in bombs(seed, engine, EACH))]
    with serving() as serve:
        url = serve(partial(answer_with, [bomb for _, bomb in sent]))
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.support.adapters.bombs_child",
                url,
                str(tmp_path),
                *(engine for engine, _ in sent),
            ],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr[-2_000:]
    for (engine, bomb), line in zip(sent, done.stdout.splitlines(), strict=True):
        fault, booked, length, seconds, megabytes = json.loads(line)
        assert within(seconds, SECONDS), (engine, bomb, line)
        assert megabytes < MEGABYTES, (engine, bomb, line)
        assert length < 1_500, (engine, bomb, line)
        if engine in ("models", "fetching"):
            continue
        assert bool(fault) == (bomb.status != 200) or fault == "bad answer", (engine, bomb, line)
        if engine != "balance":
            assert booked == (["bad answer"] if bomb.status == 200 else ["failed"]), (engine, bomb, line)


def test_the_largest_picture_that_is_sold_is_read() -> None:
    """A limit never costs a picture that was paid for: one of 3840 x 2160 with transparency, not packed, is read, and
    what is said beside it, in any script, does not stand in its way."""
    assert PICTURE_BYTES > 3840 * 2160 * 4 + 2160 + 100_000
    told = base64.b64encode(random.Random(1).randbytes(1000) * (PICTURE_BYTES // 1000)).decode()
    body = json.dumps({"data": [{"b64_json": told, "revised_prompt": "灯台守" * 10_000}]}, ensure_ascii=False).encode()
    assert TEXT_BYTES < len(body) < PAINTED_BYTES
    value = json_in(body)
    assert isinstance(value, dict)
    assert value["data"][0]["b64_json"] == told  # type: ignore[index,call-overload]  # as it was written above


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_text_is_read_whatever_it_holds(seed: int) -> None:
    """A text of nearly a million characters comes through, in any script, escaped, half of it commas and brackets."""
    draw = random.Random(seed)
    letters = draw.choice(["a,b[", "ä:", "ก,", "\U0001f600,", '"\\', "\ud83c,"])
    # An emoji is escaped as two, and a text of nothing else is half as long.
    text = (letters * 500_000)[: 990_000 if max(letters) < "\U00010000" else 600_000]
    value = {"choices": [{"message": {"content": text}}]}
    assert json_in(json.dumps(value).encode()) == value


@pytest.mark.parametrize("seed", range(50))
def test_no_part_of_a_secret_stays_where_words_are_cut(seed: int) -> None:
    """However a vendor pads its words, a key that it quotes is told neither whole nor in part."""
    draw = random.Random(seed)
    key = "gateway-password-5521"
    padding = draw.choice([" ", "\u200b", "\n", "\u200b ", "a "])
    text = (padding * READ_CHARACTERS)[: READ_CHARACTERS - draw.randrange(len(key) + 2)] + key + draw.choice(["", " z"])
    assert "gateway"[:4] not in scrubbed(text, (key,))
