"""Turn a vendor's HTTP status and error text into a `VendorError` with one harmless line for a person.

The meanings are those of https://platform.openai.com/docs/guides/error-codes and of
https://platform.stability.ai/docs/api-reference; a status that neither names means what RFC 9110, section 15 says.
"""

from __future__ import annotations

import json
import math
import re
import time
import unicodedata
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime

import httpx2
from pydantic import JsonValue

from blocks.http_client.connection import ERROR_BYTES
from studio.model.paid import Fault, VendorError
from studio.text.words import one_line

REASON_CHARACTERS = 300
"""The longest quotation of a vendor's own words."""

READ_CHARACTERS = 10_000
"""How many characters of the vendor's text are looked at for the quotation."""

LONGEST_WAIT_SECONDS = 86_400.0
"""The longest wait that a vendor may ask for, a day: daily limits exist
(https://platform.openai.com/docs/guides/rate-limits)."""

REQUEST_ID_CHARACTERS = 200
"""The longest id of a request that is kept."""

QUOTA = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_balance",
        "payment_required",
    }
)
"""Codes for an empty account: OpenAI's (https://help.openai.com/en/articles/5955604), and those of others."""

REFUSED = frozenset(
    {
        "moderation_blocked",
        "content_policy_violation",
        "content_moderation",
        "content_filter",
        "safety_violation",
    }
)
"""Codes for a prompt that the vendor's rules forbid: OpenAI's for images, Azure's, and Stability's error name."""

_WHAT: dict[Fault, tuple[str, str]] = {
    "passing": ("it has a fault of its own", "try again later"),
    "slow down": ("too many requests", "wait, or lower the crew's limits"),
    "quota": ("the account is out of credit or over its limit", "top it up, then resume"),
    "key": ("the key is not accepted", "check the key and what it may do"),
    "bad answer": ("the answer is of another kind than was asked for", "it may have been billed"),
    "refused": ("the prompt was refused", ""),
    "unknown": ("a gateway got no answer, and the work may be done and billed", "ask the vendor"),
    "wrong": ("the request was not accepted", "check model, settings and address"),
}
"""What happened and what to do, by fault; what to do about a refusal depends on the piece, so the caller says it."""
_KEY = re.compile(r"\b(?:sk|pk|rk)-[\w*.\u2026-]{4,}|\b(?:Bearer|Basic)\s+[^\s\"',;]+", re.IGNORECASE)


def scrubbed(text: str, secrets: tuple[str, ...] = (), characters: int = REASON_CHARACTERS) -> str:
    """Return `text` as one harmless line, cut to `characters`: no control characters, no secret, nothing like a key."""
    # Before the cut, which could leave a part of a secret.
    text = _hidden(text, secrets)[:READ_CHARACTERS]
    line = one_line("".join(" " if c.isspace() else c for c in text if c.isspace() or _printable(c)))
    # The line has single spaces by now, so secrets are looked for again with single spaces.
    line = _hidden(line, map(one_line, secrets))
    return one_line(_KEY.sub("[key]", line), characters)


def _hidden(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


def _printable(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def request_id_of(headers: Mapping[str, str], secrets: tuple[str, ...] = ()) -> str:
    """Return the vendor's id of a request, '' if no header has it."""
    named = headers.get("x-request-id") or headers.get("request-id") or headers.get("stability-request-id") or ""
    return scrubbed(named, secrets, REQUEST_ID_CHARACTERS)


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return how many seconds the vendor asks to wait, 0 to `LONGEST_WAIT_SECONDS`; None if it does not say.

    `retry-after-ms` is OpenAI's own header; `Retry-After` is seconds or a date (RFC 9110, section 10.2.3). A date is
    compared with the vendor's own clock if the answer has a `Date`, else with `now`, in seconds since 1970.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        told = headers.get(name, "").strip()
        try:
            seconds = float(told) * unit
        except ValueError:
            seconds = _until(told, headers.get("date", ""), now) if unit == 1.0 and told else math.nan
        if not math.isnan(seconds):
            return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
    return None


def _until(date: str, there: str, now: float | None) -> float:
    try:
        then = parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return math.nan
    try:
        return then - parsedate_to_datetime(there).timestamp()
    except (ValueError, OverflowError):
        return then - (time.time() if now is None else now)


def vendor_error(vendor: str, response: httpx2.Response, secrets: tuple[str, ...] = ()) -> VendorError:
    """Return the error for an answer that is not the one asked for.

    Args:
        vendor: the name at the beginning of the message.
        response: already read; its body may be OpenAI's `{"error": {...}}`, Stability's `{"id", "name", "errors"}`,
            FastAPI's `{"detail"}`, HTML or anything.
        secrets: texts that must not appear in the message, whatever the vendor quotes.
    """
    status = response.status_code
    words, reason = _told(response)
    fault = _fault(status, words)
    what, then = _WHAT[fault]
    if 300 <= status < 400:
        what, then = "the address has moved, and a key is not sent elsewhere", "mend the account's address"
    reason = scrubbed(reason, secrets)
    quoted = f": {reason.rstrip('.')}" if reason else ""
    return VendorError(
        fault,
        f"{vendor}: {what} (HTTP {status}{_code(words, secrets)}){quoted}{f'; {then}' if then else ''}",
        retry_after=retry_after(response.headers),
        request_id=request_id_of(response.headers, secrets),
        status=status,
        reason=reason,
    )


def _fault(status: int, words: tuple[str, ...]) -> Fault:
    if QUOTA.intersection(words) or status == 402:
        return "quota"
    if REFUSED.intersection(words):
        return "refused"
    if status == 429:
        return "slow down"
    if status in (401, 403, 407):
        return "key"
    # A success that is not the answer asked for: the vendor counts it as done.
    if 200 <= status < 300:
        return "bad answer"
    # A gateway gave up waiting for the vendor or lost it; the work may be done and billed (RFC 9110, 15.6.5;
    # https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/).
    if status in (504, 520, 524):
        return "unknown"
    # 408 and 409 may pass, as OpenAI's SDK has it (https://github.com/openai/openai-python#retries); 425 is RFC 8470's.
    return "passing" if status >= 500 or status in (408, 409, 425) else "wrong"


def _code(words: tuple[str, ...], secrets: tuple[str, ...]) -> str:
    known = [word for word in words if re.fullmatch(r"[a-z][a-z0-9_]{2,60}", word) and scrubbed(word, secrets) == word]
    return f", {known[0]}" if known else ""


def _told(response: httpx2.Response) -> tuple[tuple[str, ...], str]:
    """Return the codes in an error's body, and the reason in words."""
    text = response.content[:ERROR_BYTES].decode("utf-8", "replace")
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        markup = re.search(r"<(?:!doctype|html|head|body|title)\b", text[:2_000], re.IGNORECASE)
        return (), "it answered with a web page" if markup else text
    if isinstance(value, dict) and isinstance(value.get("error"), dict | str):
        value = value["error"]
    if not isinstance(value, dict):
        return (), value if isinstance(value, str) else ""
    words = (value.get(key) for key in ("code", "type", "name"))
    reasons = (_words(value.get(key)) for key in ("errors", "message", "detail"))
    reason, named = next((said for said in reasons if said), ""), value.get("param")
    if isinstance(named, str) and re.fullmatch(r"[A-Za-z][\w.]{1,60}", named) and named not in reason:
        reason = f"{named}: {reason}" if reason else named
    return tuple(word for word in words if isinstance(word, str)), reason


def _words(value: JsonValue) -> str:
    """Return the text in a field of an error: a string, a list of strings, or FastAPI's list of objects with 'msg'."""
    if isinstance(value, list):
        return "; ".join(said for said in map(_words, value[:5]) if said)
    if isinstance(value, dict):
        return _named(value.get("loc")) + _words(value.get("msg") or value.get("message"))
    return value if isinstance(value, str) else ""


def _named(place: JsonValue) -> str:
    """Return the field that a fault of FastAPI names, 'max_tokens: '; '' if it names none."""
    last = place[-1] if isinstance(place, list) and place else None
    return f"{last[:60]}: " if isinstance(last, str) and last != "body" else ""
