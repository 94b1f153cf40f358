"""The Stability account: which keys and addresses are taken, what it is called, and that nothing tells the key."""

from __future__ import annotations

import traceback

import httpx2
import pytest
from pydantic import SecretStr, ValidationError

from blocks.stability_api.account import StabilityAccount
from studio.errors import BadInput
from studio.model.paid import VendorError
from tests.support.vendors.stability_server import KEY, StabilityServer


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STABILITY_API_KEY", "STABILITY_API_URL", "STABILITY_GRPC_HOST"):
        monkeypatch.delenv(name, raising=False)


def account(**settings: str) -> StabilityAccount:
    return StabilityAccount(api_key=SecretStr(KEY), **settings)


def test_the_environment_names_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key, address and host are read from the environment; without the last two they are Stability's own."""
    monkeypatch.setenv("STABILITY_API_KEY", f" {KEY}\n")
    usual = StabilityAccount.from_environment()
    assert (usual.rest_url, usual.grpc_host) == ("https://api.stability.ai", "grpc.stability.ai:443")
    assert usual.api_key.get_secret_value() == KEY
    monkeypatch.setenv("STABILITY_API_URL", "http://localhost:9/")
    monkeypatch.setenv("STABILITY_GRPC_HOST", "localhost:50443")
    other = StabilityAccount.from_environment()
    assert (other.rest_url, other.grpc_host) == ("http://localhost:9", "localhost:50443")


def test_a_missing_key_is_named() -> None:
    """Without a key nothing begins, and the message names the variable."""
    with pytest.raises(BadInput, match="STABILITY_API_KEY is not set"):
        StabilityAccount.from_environment()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STABILITY_API_KEY", "sk-two words"),
        ("STABILITY_API_KEY", "sk-with\r\nx-header: 1"),
        ("STABILITY_API_KEY", "sk-ключ"),
        ("STABILITY_API_URL", "ftp://api.stability.ai"),
        ("STABILITY_API_URL", "https://"),
        ("STABILITY_API_URL", "https://name:pass-w0rd@api.stability.ai"),
        ("STABILITY_API_URL", "https://api.stability.ai?key=1"),
        ("STABILITY_API_URL", "https://api.stability.ai:99999"),
        ("STABILITY_API_URL", "http://api.stability.ai"),
        ("STABILITY_API_URL", "http://8.8.8.8"),
        ("STABILITY_GRPC_HOST", "grpc.stability.ai"),
        ("STABILITY_GRPC_HOST", "grpc.stability.ai:0"),
        ("STABILITY_GRPC_HOST", "https://grpc.stability.ai:443"),
    ],
)
def test_what_cannot_be_used_is_refused(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is none, or an address a key must not go to, is refused by the variable's name, never quoted."""
    monkeypatch.setenv("STABILITY_API_KEY", KEY)
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadInput, match=f"^{variable}: ") as caught:
        StabilityAccount.from_environment()
    told = "".join(traceback.format_exception(caught.value))
    assert KEY not in told
    assert variable != "STABILITY_API_KEY" or value not in told
    assert "pass-w0rd" not in told


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:1", "http://10.0.0.7", "http://vendor:80"])
def test_a_private_server_may_speak_http(url: str) -> None:
    """On this machine and in a private network a server needs no certificate."""
    assert account(rest_url=url).rest_url == url.removesuffix(":80")


def test_a_form_does_not_quote_a_refused_key() -> None:
    """What the block refuses stands in no error text: it may be a key with a slip."""
    with pytest.raises(ValidationError) as caught:
        StabilityAccount.model_validate({"api_key": f"{KEY} x"})
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value)


@pytest.mark.parametrize(
    ("url", "vendor"),
    [
        ("https://api.stability.ai", "stability"),
        ("https://stability.ai/proxy", "stability"),
        ("https://stability.ai.example.org", "stability.ai.example.org"),
        ("https://notstability.ai", "notstability.ai"),
        ("http://localhost:8000", "localhost:8000"),
    ],
)
def test_the_vendor_is_who_is_paid(url: str, vendor: str) -> None:
    """Only Stability's own hosts are 'stability'; any other server goes by its host."""
    assert account(rest_url=url).vendor == vendor


def test_an_account_is_a_host_and_a_digest() -> None:
    """Two keys at one host are two accounts, so are two doors; the key stands in none of their names, nor in a repr."""
    one, two = account(), StabilityAccount(api_key=SecretStr(f"{KEY}1"))
    names = [one.account, two.account, one.grpc_account, two.grpc_account]
    assert len(set(names)) == 4
    assert one.account.startswith("api.stability.ai ")
    assert len(one.account.split()[1]) == 12
    assert not any(KEY in text for text in [*names, repr(one), str(one), one.model_dump_json()])


def test_the_balance_is_told() -> None:
    """The balance is the credits that the server tells."""
    with StabilityServer() as server:
        server.credits = 12.75
        assert account(rest_url=server.root).balance() == 12.75


def test_a_balance_that_cannot_be_read_is_an_error() -> None:
    """A wrong key is 'key', an answer without a number is 'bad answer', a dead host is 'passing'."""
    with StabilityServer() as server:
        wrong = StabilityAccount(api_key=SecretStr("sk-wrong-key-000"), rest_url=server.root)
        with pytest.raises(VendorError) as caught:
            wrong.balance()
        assert caught.value.fault == "key"
        assert caught.value.request_id
        server.credits = float("nan")
        with pytest.raises(VendorError) as caught:
            account(rest_url=server.root).balance()
        assert caught.value.fault == "bad answer"
    with pytest.raises(VendorError) as caught:
        account(rest_url=server.root).balance()
    assert caught.value.fault == "passing"


def test_an_errors_id_is_kept() -> None:
    """The id of an error goes with it: the vendor's support asks for it. A header's goes before it."""
    body = {"id": "a1b2c3", "name": "bad_request", "errors": ["seed: must be a number"]}
    assert account().fault(httpx2.Response(400, json=body)).request_id == "a1b2c3"
    assert account().fault(httpx2.Response(400, json=body, headers={"x-request-id": "r"})).request_id == "r"
    assert account().fault(httpx2.Response(400, json={"id": f"{KEY}"})).request_id == "[secret]"


def test_a_key_that_looks_like_none_is_not_quoted() -> None:
    """Whatever a key looks like: where the vendor's answer quotes it, ours does not."""
    plain = StabilityAccount(api_key=SecretStr("open-sesame-42"))
    error = plain.fault(httpx2.Response(400, json={"name": "bad_request", "errors": ["open-sesame-42 is no key"]}))
    assert "open-sesame-42" not in str(error)
