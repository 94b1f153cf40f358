"""A server for Stability's REST services, which checks every request against the published reference.

A request that breaks a rule is answered with the published error `{"id", "name", "errors"}`
(https://platform.stability.ai/docs/api-reference). Besides the faults of `tests/support/vendors/loopback.py` it plays
those of `_ERRORS` and `_CHANGES`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache

from PIL import Image

from tests.support.vendors import media
from tests.support.vendors.loopback import Answer, Exchange, LoopbackServer
from tests.support.vendors.stability_form import FIELDS, MOST_BYTES, SHAPES, Asked, broken, read_form

KEY = "sk-stability-loopback-0123456789"
"""The only key that is accepted."""

ERROR_ID = "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4"

_DENIED = (
    "Your request was flagged by our content moderation system, as a result your request was denied and you were not "
    "charged."
)
_ERRORS: dict[str, tuple[int, str, str]] = {
    "quota": (402, "payment_required", "You lack sufficient credits to make this request"),
    # As others saw it (https://github.com/terry3041/pyChatGPT/issues/146 has the words).
    "quota as 429": (
        429,
        "insufficient_balance",
        "Your organization does not have enough balance to request this action",
    ),
    "key": (401, "unauthorized", f"authorization: {KEY} is no key, nor is Bearer {KEY}"),
    "forbidden": (403, "forbidden", "this key may not do this"),
    "refused": (403, "content_moderation", _DENIED),
    "wrong": (400, "bad_request", "seed: must be a number"),
    "too large": (413, "payload_too_large", "the request is larger than 10 MiB"),
    "not understood": (422, "unprocessable", "prompt: only English is supported"),
    "429": (429, "rate_limit_exceeded", "You have exceeded the rate limit of 150 requests in 10 seconds"),
}


def painted(size: tuple[int, int], seed: int = 0, mode: str = "RGB") -> bytes:
    """Return a PNG whose colour follows from the seed, with a corner of another colour; it is made quickly."""
    picture = Image.new("RGB", size, (seed % 251, seed // 251 % 241, 90))
    picture.paste((250, 240, 20), (0, 0, max(1, size[0] // 4), max(1, size[1] // 4)))
    data = io.BytesIO()
    picture.convert(mode).save(data, "PNG", compress_level=1)
    return data.getvalue()


bomb = cache(media.bomb)

_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "half a picture": lambda whole: whole[: len(whole) // 2],
    "bomb": lambda whole: bomb(),
    "tiny": lambda whole: painted((4, 4)),
    "one colour": lambda whole: media.one_colour((256, 144)),
    "other size": lambda whole: painted((640, 900)),
    "empty": lambda whole: b"",
    "blurred": lambda whole: whole,
    "failed": lambda whole: whole,
}


class StabilityServer(LoopbackServer):
    """A server that keeps the forms it checked in `asked`, and counts the pictures it made in `billed`."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.billed = 0
        self.credits = 25.0

    def good(self, exchange: Exchange) -> Answer:
        return self._answer(exchange)

    def faulty(self, exchange: Exchange, fault: str) -> Answer:
        if fault in _ERRORS:
            return self._error(*_ERRORS[fault])
        made = self._answer(exchange)
        reason = {"blurred": "CONTENT_FILTERED", "failed": "ERROR"}.get(fault, "SUCCESS")
        return Answer(made.status, _CHANGES[fault](made.content), made.kind, {**made.headers, "finish-reason": reason})

    def error(self, status: int, code: str, message: str) -> bytes:
        return json.dumps({"id": ERROR_ID, "name": code, "errors": [message]}).encode()

    def _error(self, status: int, code: str, message: str) -> Answer:
        return Answer(status, self.error(status, code, message))

    def _answer(self, exchange: Exchange) -> Answer:
        headers = {name.lower(): value for name, value in exchange.headers.items()}
        service = exchange.path.removeprefix("/v2beta/stable-image/generate/")
        if headers.get("authorization") != f"Bearer {KEY}":
            return self._error(401, "unauthorized", "authorization: missing or invalid API key")
        if (exchange.method, exchange.path) == ("GET", "/v1/user/balance"):
            return Answer(200, json.dumps({"credits": self.credits}).encode())
        if exchange.method != "POST" or service not in FIELDS:
            return self._error(404, "not_found", "there is no such address")
        if len(exchange.content) > MOST_BYTES:
            return self._error(*_ERRORS["too large"])
        try:
            asked = Asked(service, headers, *read_form(headers["content-type"], exchange.content))
        except ValueError as error:
            return self._error(400, "bad_request", str(error))
        self.asked.append(asked)
        wrong = broken(asked)
        return self._error(400, "bad_request", wrong) if wrong else self._picture(asked)

    def _picture(self, asked: Asked) -> Answer:
        self.billed += 1
        seed = int(asked.fields.get("seed", "0")) or 77
        width, height = SHAPES[asked.fields.get("aspect_ratio", "1:1")]
        if asked.service == "sd3" and "image" in asked.files:
            with Image.open(io.BytesIO(asked.files["image"])) as start:
                width, height = start.size
        if asked.service == "core":
            # 1.5 megapixels instead of 1.
            width, height = round(width * 1.225), round(height * 1.225)
        headers = {"finish-reason": "SUCCESS", "seed": str(seed)}
        return Answer(200, painted((width, height), seed), "image/png", headers)
