"""An account at Stability AI: key and addresses, as a Prefect block. Nothing here spends money.

Prefect stores the block; its secret is a `SecretStr` and appears nowhere else.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from typing import Self

import httpx2
from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, HttpUrl, JsonValue, PrivateAttr, SecretStr, ValidationError, field_validator

from blocks.answers.json_answers import json_in
from blocks.http_client.addresses import checked_address, require_https
from blocks.http_client.client import RequestLimits, open_client
from blocks.http_client.errors import REQUEST_ID_CHARACTERS, scrubbed, vendor_error
from studio.errors import BadInput
from studio.model.paid import VendorError
from studio.text.wrong_values import wrong_values

REST_URL = "https://api.stability.ai"
"""The address of the REST service (https://platform.stability.ai/docs/api-reference)."""

GRPC_HOST = "grpc.stability.ai:443"
"""The host and port of the gRPC service (https://github.com/Stability-AI/stability-sdk#client-usage)."""

TIMED_OUT_SECONDS = 60.0
"""How long an account is locked out after more than 150 requests in 10 s, if the answer itself does not say
(https://platform.stability.ai/docs/api-reference, "Rate limiting")."""

_VARIABLES = {"api_key": "STABILITY_API_KEY", "rest_url": "STABILITY_API_URL", "grpc_host": "STABILITY_GRPC_HOST"}
_BALANCE = RequestLimits(read_seconds=20, total_seconds=30, body_bytes=64 * 1024)


class StabilityAccount(Block):
    """A key for Stability AI, and where its servers are."""

    _block_type_name = "Stability Account"
    _block_type_slug = "stability-account"
    _description = "Who pays for pictures at Stability AI, or at a server that speaks its protocols."
    _documentation_url = HttpUrl("https://platform.stability.ai/docs/api-reference")

    # A value that does not validate may be a key: pydantic's message must not quote it.
    model_config = ConfigDict(hide_input_in_errors=True)

    api_key: SecretStr = Field(title="API key", description="From https://platform.stability.ai/account/keys")
    rest_url: str = Field(
        default=REST_URL,
        max_length=500,
        title="REST address",
        description="Another one only for a server that speaks the same protocol (v2beta).",
    )
    grpc_host: str = Field(
        default=GRPC_HOST,
        max_length=300,
        title="gRPC host and port",
        description="Where the port ends in 443 the connection is TLS and carries the key; else it is open and carries "
        "none, as in Stability's own SDK.",
    )

    _said_in: str = PrivateAttr(default="the REST address of the block Stability Account")

    @field_validator("api_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]{4,500}", key.get_secret_value()):
            raise ValueError("it is no key: a key is one word of at least 4 letters, without spaces: copy it again")
        return key

    @field_validator("rest_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        address = checked_address(url, REST_URL)
        require_https(address)
        return address

    @field_validator("grpc_host")
    @classmethod
    def _is_host_and_port(cls, host: str) -> str:
        told = re.fullmatch(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\]):([1-9]\d{0,4})", host.strip())
        if told is None or int(told[1]) > 65_535:
            raise ValueError("it is a host and a port, like grpc.stability.ai:443")
        return host.strip()

    @classmethod
    def from_environment(cls) -> Self:
        """Return the account by STABILITY_API_KEY and, if they are set, STABILITY_API_URL and STABILITY_GRPC_HOST.

        Raises:
            BadInput: the key is not set, or one of them cannot be used; the message names the variable.
        """
        given = {field: os.environ.get(name, "").strip() for field, name in _VARIABLES.items()}
        if not given["api_key"]:
            raise BadInput("STABILITY_API_KEY is not set: get a key at https://platform.stability.ai/account/keys")
        try:
            account = cls.model_validate({field: value for field, value in given.items() if value})
            account._said_in = _VARIABLES["rest_url"]
            return account
        except ValidationError as error:
            fault = wrong_values(error, secret=True)[0]
            told = f"{_VARIABLES[str(fault.place[0])]}: {fault.reason}"
        # Raised here, without a cause: the cause would hold the value that did not validate, which may be a key.
        raise BadInput(told)

    @property
    def vendor(self) -> str:
        """Who is paid for REST requests: 'stability', or the host of a compatible server."""
        return _vendor(self._host)

    @property
    def account(self) -> str:
        """The name under which REST requests share a limit: the host and a digest of the key, 12 hex digits."""
        return f"{self._host} {self._digest}"

    @property
    def grpc_vendor(self) -> str:
        """Who is paid for gRPC calls: 'stability', or the host of a compatible server."""
        return _vendor(self.grpc_host)

    @property
    def grpc_account(self) -> str:
        """The name under which gRPC calls share a limit: the host and the same digest of the key."""
        return f"{self.grpc_host} {self._digest}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """All texts that must not appear in a message: the key."""
        return (self.api_key.get_secret_value(),)

    @property
    def said_in(self) -> str:
        """Where a person set the REST address: a variable's name, or the block; '' if it is Stability's own."""
        return "" if self.rest_url == REST_URL else self._said_in

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every REST request: the key, and the program's name."""
        return {"authorization": f"Bearer {self.api_key.get_secret_value()}", "user-agent": "film-studio"}

    @property
    def _host(self) -> str:
        return httpx2.URL(self.rest_url).netloc.decode("ascii")

    @property
    def _digest(self) -> str:
        return hashlib.sha256(self.api_key.get_secret_value().encode()).hexdigest()[:12]

    def balance(self) -> float:
        """Ask for the credits left, and return them; one is $0.01 (https://platform.stability.ai/pricing). It is free.

        `GET /v1/user/balance` answers `{"credits": number}` (https://platform.stability.ai/docs/api-reference).

        Raises:
            VendorError: no connection, a wrong key, or an answer that cannot be read.
        """
        with open_client(self.vendor, _BALANCE, self.secrets, said_in=self.said_in) as client:
            answer = client.get(f"{self.rest_url}/v1/user/balance", headers=self.headers)
        if answer.status_code != 200:
            raise self.fault(answer)
        credits = _field(answer, "credits")
        if isinstance(credits, bool) or not isinstance(credits, int | float) or not math.isfinite(credits):
            raise VendorError("bad answer", f"{self.vendor}: the balance cannot be read: check the account's address")
        return float(credits)

    def fault(self, answer: httpx2.Response) -> VendorError:
        """Return the error for an answer whose status is not 200; for 'slow down' it always has a wait in seconds."""
        error = vendor_error(self.vendor, answer, self.secrets)
        if error.fault == "slow down" and error.retry_after is None:
            error.retry_after = TIMED_OUT_SECONDS
        # Stability's support asks for the `id` of an error `{"id", "name", "errors"}`.
        named = _field(answer, "id")
        if not error.request_id and isinstance(named, str):
            error.request_id = scrubbed(named, self.secrets, REQUEST_ID_CHARACTERS)
        return error


def _vendor(netloc: str) -> str:
    host = httpx2.URL(f"//{netloc}").host.rstrip(".")
    return "stability" if host == "stability.ai" or host.endswith(".stability.ai") else netloc


def _field(answer: httpx2.Response, name: str) -> JsonValue:
    try:
        value = json_in(answer.content)
    except ValueError:
        return None
    return value.get(name) if isinstance(value, dict) else None
