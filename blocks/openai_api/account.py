"""An account at OpenAI, or at a server that speaks its protocol: key, address, and a client that sends without retries.

Prefect stores the block; its secrets are `SecretStr` and appear nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Self

from prefect.blocks.core import Block
from prefect.types import SecretDict
from pydantic import (
    ConfigDict,
    Field,
    HttpUrl,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from blocks.http_client.addresses import checked_address, require_https
from blocks.http_client.client import RequestLimits, open_client
from studio.errors import BadInput
from studio.text.wrong_values import wrong_values

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI

OPENAI_URL = "https://api.openai.com/v1"
"""The base URL of OpenAI itself (https://platform.openai.com/docs/api-reference/introduction)."""

_ENDPOINT = re.compile(r"/(?:(?:chat/)?completions|images/\w{1,40}|audio/\w{1,40}|models|responses|embeddings)$")
"""What of the protocol's own addresses people paste with the base URL."""

NO_KEY = "none"
"""The key that is sent to a server which needs none; the SDK does not start without one."""

_VARIABLES = {"api_key": "OPENAI_API_KEY", "base_url": "OPENAI_BASE_URL", "organization": "OPENAI_ORG_ID"}
_NEXT = {
    "api_key": "set it again, from https://platform.openai.com/api-keys",
    "base_url": "set it again, or unset it for OpenAI's own",
    "organization": "set it again, or unset it",
}


class OpenAIAccount(Block):
    """A key for OpenAI, or the address of any server that speaks its protocol: Ollama, vLLM, LM Studio, LocalAI."""

    _block_type_name = "OpenAI Account"
    _block_type_slug = "openai-account"
    _description = "Who pays for stories, pictures and voices at OpenAI, or at a server that speaks its protocol."
    _documentation_url = HttpUrl("https://platform.openai.com/docs/api-reference/authentication")

    # A value that does not validate may be a key: pydantic's message must not quote it.
    model_config = ConfigDict(hide_input_in_errors=True)

    api_key: SecretStr | None = Field(
        default=None,
        title="API key",
        description="Begins with 'sk-'. Not needed by a server of your own.",
    )
    base_url: str = Field(
        default=OPENAI_URL,
        max_length=500,
        title="Base URL",
        description="Where the protocol is spoken, for example http://localhost:11434/v1 for Ollama.",
    )
    organization: str = Field(
        default="",
        max_length=200,
        title="Organization",
        description="'org-...', where the key belongs to several.",
    )
    headers: SecretDict = Field(
        default=SecretDict({}),
        title="Further headers",
        description="Sent with every request, for example for a gateway; their values are kept secret.",
    )

    _said_in: str = PrivateAttr(default="the base URL of the block OpenAI Account")

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return checked_address(url, "https://host/v1")

    @field_validator("organization", "api_key")
    @classmethod
    def _fits_in_a_header(cls, value: str | SecretStr | None) -> str | SecretStr | None:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value or ""
        if not all("!" <= c <= "~" for c in text):
            raise ValueError("it holds a space, a line end or a character that is not allowed")
        return value

    @model_validator(mode="after")
    def _secrets_can_be_sent(self) -> Self:
        for name, value in self._headers.items():
            if not name.replace("-", "").isalnum() or not name.isascii():
                raise ValueError("a header's name has letters, digits and '-' only")
            if not all(" " <= c <= "~" for c in value):
                raise ValueError(f"the value of header {name[:40]!r} holds a line end or a letter beyond ASCII")
        if self._key or self._headers:
            require_https(self.base_url)
        return self

    @classmethod
    def from_environment(cls) -> Self:
        """Return the account by OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_ORG_ID.

        Raises:
            BadInput: one of them cannot be used, or the address is OpenAI's own and there is no key. The message names
                the variable that is wrong.
        """
        given = {field: os.environ.get(name, "").strip() for field, name in _VARIABLES.items()}
        told: list[str] = []
        try:
            account = cls.model_validate({field: value for field, value in given.items() if value})
        except ValidationError as error:
            for fault in wrong_values(error, secret=True):
                field = str(fault.place[0])
                told.append(f"{_VARIABLES[field]}: {fault.reason}; {_NEXT[field]}")
        # Raised here, without a cause: the cause would hold the value that did not validate, which may be a key.
        if told:
            raise BadInput(" · ".join(told))
        account._said_in = _VARIABLES["base_url"]
        account.check_key()
        return account

    def check_key(self) -> None:
        """Make sure that a key is there if one is needed.

        Raises:
            BadInput: the address is OpenAI's own and there is no key; the message names the variable.
        """
        if self.vendor == "openai" and not self._key:
            raise BadInput("OPENAI_API_KEY is not set: put your key there, or OPENAI_BASE_URL of a server without one")

    @property
    def host(self) -> str:
        """The host of the base URL, with the port if it is not the usual one."""
        return _url(self.base_url).netloc.decode("ascii")

    @property
    def vendor(self) -> str:
        """Who is paid: 'openai', or the host of a compatible server."""
        return "openai" if _url(self.base_url).host == "api.openai.com" else self.host

    @property
    def is_openais(self) -> bool:
        """Whether OpenAI's own models answer there: at its host, one of its regions, or Azure; prices may differ."""
        host = f".{_url(self.base_url).host}"
        return host.endswith((".api.openai.com", ".openai.azure.com"))

    @property
    def account(self) -> str:
        """The name under which requests share a limit: the host and a digest of the key, 12 hex digits."""
        return f"{self.host} {hashlib.sha256(self._key.encode()).hexdigest()[:12]}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """All texts that must not appear in a message; of a header such as 'Token abc' also the last word alone."""
        values = [self._key, *self._headers.values()]
        values += [value.split()[-1] for value in values if " " in value.strip()]
        return tuple(dict.fromkeys(value for value in values if len(value) >= 4))

    @property
    def login(self) -> str:
        """The header Authorization that every request has, '' without a key."""
        own = (value for name, value in self._headers.items() if name.lower() == "authorization")
        return next(own, f"Bearer {self._key}" if self._key else "")

    @property
    def said_in(self) -> str:
        """Where a person set the address: a variable's name, or the block; '' if it is OpenAI's own."""
        return "" if self.base_url == OPENAI_URL else self._said_in

    @property
    def address_advice(self) -> str:
        """What to change in an address where the protocol is not spoken, '' if nothing about it looks wrong."""
        where = self._said_in if self.said_in else ""
        address = re.sub(
            r"/(?:(?:chat/)?completions|images/\w+|audio/\w+|models|responses|embeddings)$", "", self.base_url
        )
        if not where:
            return ""
        if address != self.base_url:
            return f"{where} ends too late: write {address}"
        if _url(self.base_url).path.strip("/") == "":
            return f"{where} may end too early: write {self.base_url}/v1"
        return ""

    @property
    def _key(self) -> str:
        return self.api_key.get_secret_value() if self.api_key else ""

    @property
    def _headers(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.headers.get_secret_value().items()}

    def client(self, limits: RequestLimits) -> OpenAI:
        """Return the SDK's client, which sends each request once, over `blocks.http_client.client`; close it after use.

        What the SDK reads from the environment on its own, and its headers about this machine, are not sent.
        """
        from openai import OpenAI

        # Withheld only when sending, because the SDK looks for one of these headers again on its own request.
        client = open_client(self.vendor, limits, self.secrets, withheld=("x-stainless-",), said_in=self.said_in)
        client.event_hooks = {"request": [self._finish]}
        return OpenAI(
            api_key=self._key or NO_KEY,
            base_url=self.base_url,
            max_retries=0,
            http_client=client,
            timeout=None,
        )

    def _finish(self, request: httpx2.Request) -> None:
        for name in ("openai-organization", "openai-project"):
            request.headers.pop(name, None)
        request.headers.update({"user-agent": "film-studio", **self._headers})
        if self.organization:
            request.headers["openai-organization"] = self.organization


def _url(url: str) -> httpx2.URL:
    import httpx2

    return httpx2.URL(url)
