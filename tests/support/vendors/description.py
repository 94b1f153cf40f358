"""OpenAI's published description of its API, read from where OPENAI_OPENAPI_SPEC points."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.vendors.loopback import Exchange

VARIABLE = "OPENAI_OPENAPI_SPEC"


@cache
def description() -> Any:
    """Return the description; skip the test, with the reason, if there is none."""
    named = os.environ.get(VARIABLE, "")
    if not named:
        pytest.skip(f"{VARIABLE} names no file: set it to OpenAI's OpenAPI description, as JSON")
    from openapi_core import Config, OpenAPI

    # The description is not ours to judge: only what goes over the wire is checked against it.
    return OpenAPI.from_dict(json.loads(Path(named).read_text("utf-8")), config=Config(spec_validator_cls=None))


def faults_of(exchange: Exchange) -> list[str]:
    """Return how a JSON request, and its JSON answer, differ from the description; [] if they do not."""
    from openapi_core.exceptions import OpenAPIError

    request = _Request(exchange)
    found: list[str] = []
    try:
        description().validate_request(request)
    except OpenAPIError as error:
        found += [f"request: {line}" for line in _lines(error)]
    if exchange.answer is None or exchange.answer.kind != "application/json":
        return found
    try:
        description().validate_response(request, _Response(exchange))
    except OpenAPIError as error:
        found += [f"answer: {line}" for line in _lines(error)]
    return found


def _lines(error: BaseException) -> Iterator[str]:
    yield str(error)[:200]
    cause = error.__cause__
    for fault in getattr(cause, "schema_errors", []):
        yield str(fault.message)[:200]


class _Request:
    """The request of an exchange, with the attributes that openapi-core expects."""

    def __init__(self, exchange: Exchange) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        headers = Headers(list(exchange.headers.items()))
        self.parameters = RequestParameters(query=ImmutableMultiDict(), header=headers, cookie=ImmutableMultiDict())
        self.host_url, self.path = "https://api.openai.com", exchange.path
        self.method, self.body = exchange.method.lower(), exchange.content
        self.content_type = headers.get("content-type", "application/json")


class _Response:
    """The answer of an exchange, with the attributes that openapi-core expects."""

    def __init__(self, exchange: Exchange) -> None:
        from werkzeug.datastructures import Headers

        assert exchange.answer is not None
        self.data, self.status_code = exchange.answer.content, exchange.answer.status
        self.content_type, self.headers = exchange.answer.kind, Headers(list(exchange.answer.headers.items()))
