"""What an answer in OpenAI's protocol holds, before anyone asks what it is for."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from blocks.openai_api.call import json_of, number_at
from studio.model.paid import VendorError
from tests.support.adapters.openai_stand import KEY, account_at


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html>", "web page"),
        (b"[1]", "JSON"),
        (b"", "JSON"),
        (b"[" * 100_000, "JSON"),
        ({"error": {"message": f"out of luck with {KEY}"}}, "out of luck with"),
        ({"error": f"no {KEY}"}, "error: no"),
    ],
)
def test_an_answer_that_is_none_of_the_protocols_is_a_bad_one(body: Any, says: str) -> None:
    """Status 200 or not: a page, no object, or an error in its place is what may be billed, and tells no key."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(VendorError, match=says) as failed:
        json_of(
            account_at("http://127.0.0.1:1/v1"), httpx2.Response(200, content=content, headers={"x-request-id": "r"})
        )
    assert (failed.value.fault, failed.value.request_id) == ("bad answer", "r")
    assert KEY not in str(failed.value)


@pytest.mark.parametrize("value", [None, True, -1, 1e12, float("inf"), float("nan"), "7", [7], {"there": 7}])
def test_what_is_no_count_is_none(value: Any) -> None:
    """A bill is never lowered by a count below nothing, nor made endless."""
    assert number_at({"usage": {"tokens": value}}, "usage", "tokens") is None
    assert number_at({"usage": value}, "usage", "tokens") is None
    assert number_at({"usage": {"tokens": 7}}, "usage", "tokens") == 7.0
