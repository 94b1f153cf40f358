"""Send one request in OpenAI's protocol, once, through the SDK, and turn every failure into a `VendorError`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from pydantic import JsonValue

from blocks.answers.json_answers import json_in
from blocks.http_client.client import RequestLimits
from blocks.http_client.errors import request_id_of, scrubbed, vendor_error
from blocks.openai_api.account import OpenAIAccount
from studio.model.paid import VendorError

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI


LETTERS_A_TOKEN = 4.0
"""How many letters of English a token has, as a rule
(https://help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them). It is for estimates: upper bounds
count every byte as a token."""


class RawAnswer(Protocol):
    """The type that the SDK's `with_raw_response` methods return."""

    @property
    def http_response(self) -> httpx2.Response: ...


def ask(account: OpenAIAccount, limits: RequestLimits, call: Callable[[OpenAI], RawAnswer]) -> httpx2.Response:
    """Send one request and return its answer, which has status 2xx and was read whole.

    Args:
        call: makes the request by one of the SDK's `with_raw_response` methods.

    Raises:
        VendorError: it failed. The error has no cause, since the SDK's errors quote the vendor's words unscrubbed.
    """
    from openai import APIConnectionError, APIStatusError, OpenAIError

    failure: VendorError
    try:
        with account.client(limits) as client:
            return call(client).http_response
    except APIStatusError as error:
        failure = vendor_error(account.vendor, error.response, account.secrets)
        if failure.status in (404, 405) and account.address_advice:
            failure.args = (f"{failure}: {account.address_advice}",)
    except APIConnectionError as error:
        failure = _unwrapped(account.vendor, error)
    except (OpenAIError, TypeError, ValueError) as error:
        failure = VendorError("wrong", f"{account.vendor}: the request cannot be put together ({type(error).__name__})")
    raise failure


def _unwrapped(vendor: str, error: Exception) -> VendorError:
    """Return our transport's own error, which some versions of the SDK wrap into one of theirs."""
    if isinstance(error.__cause__, VendorError):
        return error.__cause__
    return VendorError("unknown", f"{vendor}: the connection broke ({type(error).__name__})")


def json_of(account: OpenAIAccount, response: httpx2.Response, wrapped: bool = False) -> dict[str, JsonValue]:
    """Parse an answer and return its JSON object.

    Args:
        wrapped: whether a list or a text alone is returned as an object that has it under 'data'.

    Raises:
        VendorError: 'bad answer': it is a web page, not JSON, not an object, or an error that came with status 200.
    """
    request_id = request_id_of(response.headers, account.secrets)
    try:
        value = json_in(response.content)
    except ValueError:
        value = None
    if wrapped and isinstance(value, list | str):
        value = {"data": value}
    if not isinstance(value, dict):
        page = response.content[:1_000].lstrip()[:1] == b"<"
        check = account.address_advice or "check the base URL"
        what = f"a web page: {check}" if page else "something that is not the protocol's JSON"
        raise VendorError("bad answer", f"{account.vendor}: it answered with {what}", request_id=request_id)
    reason = error_in(value)
    if reason is not None and not value.get("choices"):
        told = scrubbed(reason, account.secrets)
        raise VendorError("bad answer", f"{account.vendor}: it answered with an error: {told}", request_id=request_id)
    return value


def error_in(value: dict[str, JsonValue]) -> str | None:
    """Return the words of the error in an answer of status 200, 'no words' if it has none; None without an error."""
    fault = value.get("error")
    if not fault:
        return None
    if isinstance(fault, dict):
        inner = fault.get("metadata")
        words = (fault.get("message"), fault.get("detail"), inner.get("raw") if isinstance(inner, dict) else None)
        said = list(dict.fromkeys(word.strip() for word in words if isinstance(word, str) and word.strip()))
        return ": ".join(said) or "no words"
    return fault if isinstance(fault, str) else "no words"


def number_at(value: JsonValue, *path: str) -> float | None:
    """Return the number at `path` in a JSON object, at least 0 and below 1e12; None if there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        return None
    return float(value)
