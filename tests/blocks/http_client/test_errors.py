"""What a vendor's status and words mean."""

from __future__ import annotations

import json

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.http_client.errors import LONGEST_WAIT_SECONDS, retry_after, scrubbed, vendor_error

SECRET = "gateway-abcdef0123456789"


def answer(status: int, body: object = b"", **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.Response(status, content=content, headers={name.replace("_", "-"): v for name, v in headers.items()})


def openai_error(code: str, kind: str = "invalid_request_error", message: str = "Because.") -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, openai_error("unknown_parameter"), "wrong"),
        (400, openai_error("moderation_blocked", "image_generation_user_error"), "refused"),
        (400, openai_error("content_policy_violation"), "refused"),
        (400, openai_error("billing_hard_limit_reached"), "quota"),
        (401, openai_error("invalid_api_key"), "key"),
        (402, {"id": "1", "name": "payment_required", "errors": ["no credits"]}, "quota"),
        (403, openai_error("unsupported_country_region_territory"), "key"),
        (403, {"id": "1", "name": "content_moderation", "errors": ["flagged"]}, "refused"),
        (404, openai_error("model_not_found"), "wrong"),
        (404, b"404 page not found", "wrong"),
        (408, b"", "passing"),
        (409, b"", "passing"),
        (413, {"id": "1", "name": "payload_too_large", "errors": ["too large"]}, "wrong"),
        (422, {"detail": [{"loc": ["body", "n"], "msg": "too many", "type": "int"}]}, "wrong"),
        (429, openai_error("rate_limit_exceeded", "requests"), "slow down"),
        (429, openai_error("insufficient_quota", "insufficient_quota"), "quota"),
        (429, openai_error("project_spend_limit_exceeded"), "quota"),
        (429, b"<html>busy</html>", "slow down"),
        (500, b"", "passing"),
        (503, b"<html><body>Bad gateway</body></html>", "passing"),
        (529, {"error": "overloaded"}, "passing"),
        (504, b"<html>Gateway Time-out</html>", "unknown"),
        (524, b"a timeout occurred", "unknown"),
        (520, b"<html>Web server is returning an unknown error</html>", "unknown"),
        (202, {"id": "1"}, "bad answer"),
        (204, b"", "bad answer"),
        (407, b"", "key"),
        (302, b"", "wrong"),
    ],
)
def test_a_status_and_its_words_are_one_kind_of_fault(status: int, body: object, fault: str) -> None:
    """The codes in a body decide before the status does."""
    assert vendor_error("acme", answer(status, body)).fault == fault


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (openai_error("x", message="No such\nvoice."), "No such voice"),
        ({"id": "1", "name": "bad_request", "errors": ["seed: too large", "prompt: empty"]}, "seed: too large; prompt"),
        ({"error": "model 'x' not found"}, "model 'x' not found"),
        ({"detail": [{"msg": "field required"}]}, "field required"),
        (b"plain words", "plain words"),
        (b"<!DOCTYPE html><p>no", "it answered with a web page"),
        (b"\xff\xfe\x00broken", "broken"),
        (b"[" * 50_000, "["),
        ([1, 2], "not accepted"),
    ],
)
def test_the_vendors_own_reason_is_told(body: object, reason: str) -> None:
    """Whatever form an error has, its reason stands in one line that begins with the vendor's name."""
    told = str(vendor_error("acme", answer(400, body)))
    assert told.startswith("acme: ")
    assert reason in told
    assert "\n" not in told
    assert len(told) < 600


def test_no_key_is_told() -> None:
    """Neither the account's secrets nor anything that looks like a key comes back in a message."""
    message = f"Bad key {SECRET}, or sk-proj-****wxyz; header 'Authorization: Bearer abc.def/ghi'"
    told = str(vendor_error("acme", answer(401, openai_error("k", message=message)), (SECRET, "other")))
    assert not [part for part in (SECRET, "abcdef", "wxyz", "abc.def") if part in told]


def test_no_code_is_told_that_holds_a_secret() -> None:
    """A code is quoted only where it is not the key, and holds none."""
    for code in ("hunter2secret", "no_hunter2secret_here"):
        assert "hunter2" not in str(vendor_error("acme", answer(401, openai_error(code)), ("hunter2secret",)))
    assert "invalid_api_key" in str(vendor_error("acme", answer(401, openai_error("invalid_api_key")), (SECRET,)))


def test_a_secret_of_several_words_is_not_told() -> None:
    """However many spaces stand between them, in the secret or where it is quoted."""
    for secret, quoted in (("pass  word", "pass word"), ("pass word", "pass \n word"), ("pass  word ", "pass  word")):
        assert "word" not in scrubbed(f"got {quoted} there", (secret,))


def test_of_many_reasons_the_first_five_are_told() -> None:
    """A list without end does not make a line without sense."""
    body = {"id": "1", "name": "bad_request", "errors": [f"reason {n}" for n in range(9)]}
    told = str(vendor_error("acme", answer(400, body)))
    assert "reason 4" in told
    assert "reason 5" not in told


@given(st.text(max_size=60), st.text(max_size=600))
def test_a_secret_is_never_half_told(before: str, after: str) -> None:
    """Scrubbing comes before cutting: no length of text around it lets a secret through."""
    assert SECRET[:12] not in scrubbed(f"{before} {SECRET} {after}", (SECRET,), 80)


@given(st.text(max_size=400))
def test_a_told_line_is_harmless(text: str) -> None:
    """Of any text one bounded line remains, of characters that print."""
    line = scrubbed(text, (), 80)
    assert len(line) <= 80
    assert all(c.isprintable() for c in line)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "20"}, 20.0),
        ({"retry_after": "0.5"}, 0.5),
        ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5),
        ({"retry_after": "-5"}, 0.0),
        ({"retry_after": "1e30"}, LONGEST_WAIT_SECONDS),
        ({"retry_after": "inf"}, LONGEST_WAIT_SECONDS),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "soon"}, None),
        ({}, None),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30.0),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:30 GMT"}, 10.0),
        ({"retry_after": "Wed, 21 Oct 1915 07:28:30 GMT"}, 0.0),
        ({"retry_after": "Wed, 99 Oct 99999 07:28:30 GMT"}, None),
    ],
)
def test_a_wait_is_read_in_every_form_and_bounded(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and dates; a date is measured by the vendor's clock where it is told, else by ours."""
    now = 1_445_412_500.0  # Wed, 21 Oct 2015 07:28:20 GMT
    assert retry_after(answer(429, b"", **headers).headers, now) == seconds


def test_a_request_id_is_kept() -> None:
    """The vendor's own name of a failed request is in the error."""
    for header in ("x_request_id", "request_id", "stability_request_id"):
        assert vendor_error("acme", answer(500, b"", **{header: "req_1"})).request_id == "req_1"
