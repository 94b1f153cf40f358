"""The account: its address, its key, and that neither is told."""

from __future__ import annotations

import pickle

import pytest
from pydantic import SecretStr, ValidationError

from blocks.http_client.client import USUAL, RequestLimits
from blocks.openai_api.account import OpenAIAccount
from studio.errors import BadInput
from studio.model.paid import VendorError
from tests.support.adapters.openai_stand import GATEWAY, KEY, account_at


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without OpenAI's variables."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "ftp://host/v1",
        "https://",
        "https://name:password@host/v1",
        "https://host/v1?key=1",
        "https://host/#x",
        "file:///etc/passwd",
        "http://[::1",
        "http://exa mple/v1",
        "http://exa%20mple/v1",
        "http://host/v 1",
        "http://a..b/v1",
        "http://a,b/v1",
        "http://127.0.0.1:99999/v1",
        "http://host:0/v1",
        "http://host:-1/v1",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """And one that holds a password, for it would stand in logs."""
    with pytest.raises(ValidationError) as failed:
        OpenAIAccount(base_url=url)
    assert "password@" not in str(failed.value)


@pytest.mark.parametrize(
    ("url", "vendor"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://api.openai.com/v1/", "openai"),
        ("http://localhost:11434/v1", "localhost:11434"),
        ("https://api.openai.com.test/v1", "api.openai.com.test"),
        ("https://eu.gateway.test/openai/v1", "eu.gateway.test"),
    ],
)
def test_who_is_paid_follows_from_the_host(url: str, vendor: str) -> None:
    """OpenAI is OpenAI's own host only."""
    assert OpenAIAccount(base_url=url).vendor == vendor


@pytest.mark.parametrize("url", ["http://[::1]:8/v1", "http://bücher.test/v1", "http://my_box.:80/v1", "http://h-1/v1"])
def test_an_address_of_ones_own_is_taken(url: str) -> None:
    """By number, in letters beyond ASCII, of a container."""
    assert OpenAIAccount(base_url=url).host


@pytest.mark.parametrize("port", ["99999", "0", "65536"])
def test_a_port_that_is_none_is_called_so(port: str, environment: pytest.MonkeyPatch) -> None:
    """What is wrong is said: not the host, and not how the address begins."""
    environment.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    with pytest.raises(
        BadInput, match=r"^OPENAI_BASE_URL: the address's port is not valid: .* 1 to 65535; set it again"
    ):
        OpenAIAccount.from_environment()


def refused(account: OpenAIAccount) -> VendorError:
    with account.client(USUAL) as client, pytest.raises(VendorError) as failed:
        client.models.list()
    return failed.value


def test_where_nobody_listens_the_setting_to_check_is_named(environment: pytest.MonkeyPatch) -> None:
    """The variable, or the block, that says the address; nothing where it is OpenAI's own, which nobody said."""
    environment.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    told = refused(OpenAIAccount.from_environment())
    assert str(told).endswith("nothing was sent: check OPENAI_BASE_URL")
    assert not told.sent
    assert str(refused(OpenAIAccount(base_url="http://127.0.0.1:9/v1"))).endswith(
        "nothing was sent: check the base URL of the block OpenAI Account"
    )
    assert OpenAIAccount(base_url="https://api.openai.com/v1").said_in == ""


def test_an_account_is_a_host_and_a_digest() -> None:
    """Accounts of other keys or hosts differ, and the key does not stand in the name."""
    one, two = (OpenAIAccount(api_key=SecretStr(key)).account for key in (KEY, KEY + "x"))
    assert one != two
    assert one != account_at("http://127.0.0.1:1/v1").account
    assert one.startswith("api.openai.com ")
    assert KEY[:8] not in one
    assert len(one.split()[1]) == 12


@pytest.mark.parametrize("url", ["http://llm.example.org/v1", "http://8.8.8.8/v1"])
@pytest.mark.parametrize("secret", [{"api_key": "sk-open-way"}, {"headers": {"X-Gateway": "open-way"}}])
def test_a_secret_does_not_go_an_open_way(url: str, secret: dict[str, object]) -> None:
    """Over http to a public host anybody could read it; without one, or near by, http will do."""
    with pytest.raises(ValidationError, match="use https") as failed:
        OpenAIAccount.model_validate({"base_url": url, **secret})
    assert "open-way" not in str(failed.value)
    assert OpenAIAccount(base_url=url).base_url == url
    near = ["http://localhost:1/v1", "http://10.0.0.7/v1", "http://vendor:80/v1", "http://gpu.lan/v1"]
    for each in [*near, "http://[::1]:1/v1"]:
        assert OpenAIAccount.model_validate({"base_url": each, **secret}).secrets


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://mine.openai.azure.com/openai/v1", True),
        ("https://notapi.openai.com/v1", False),
        ("https://api.openai.com.example.org/v1", False),
        ("http://localhost:11434/v1", False),
    ],
)
def test_openais_models_are_where_openai_serves_them(url: str, theirs: bool) -> None:
    """Also in its regions and at Azure, where prices are others: who is paid there is not 'openai'."""
    account = OpenAIAccount(base_url=url)
    assert account.is_openais == theirs
    assert (account.vendor == "openai") == (url == "https://api.openai.com/v1")


def test_a_headers_last_word_is_a_secret_too() -> None:
    """A gateway that quotes the token alone does not get it into a message."""
    account = OpenAIAccount.model_validate({"headers": {"X-Auth": "Token abcdef-123"}, "base_url": "https://a.test"})
    assert set(account.secrets) == {"Token abcdef-123", "abcdef-123"}


def test_nothing_shows_the_secrets() -> None:
    """Neither repr, str, dump nor a form's schema."""
    account = account_at("http://127.0.0.1:1/v1")
    shown = f"{account!r} {account} {account.model_dump()} {account.model_dump_json()} {account.model_json_schema()}"
    assert KEY not in shown
    assert GATEWAY not in shown
    assert set(account.secrets) == {KEY, GATEWAY}
    assert pickle.loads(pickle.dumps(account)).secrets == account.secrets
    assert OpenAIAccount.model_json_schema()["secret_fields"] == ["api_key", "headers.*"]


@pytest.mark.parametrize("key", ["sk-a\nb-rest", "sk-ä-rest", "sk a-rest"])
def test_a_key_that_is_none_is_refused_and_not_told(key: str, environment: pytest.MonkeyPatch) -> None:
    """A line end in a key would end the header."""
    with pytest.raises(ValidationError) as failed:
        OpenAIAccount(api_key=SecretStr(key))
    assert "rest" not in str(failed.value)
    environment.setenv("OPENAI_API_KEY", key)
    with pytest.raises(BadInput, match="OPENAI_API_KEY") as refused:
        OpenAIAccount.from_environment()
    assert "rest" not in str(refused.value)
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("wrong", "next_step"),
    [
        ({"OPENAI_API_KEY": "sk a-rest"}, "OPENAI_API_KEY: it holds a space, .*; set it again, from https://"),
        ({"OPENAI_BASE_URL": "localhost:1/v1"}, "OPENAI_BASE_URL: the address begins .*; set it again, or unset"),
        ({"OPENAI_ORG_ID": "org 1"}, "OPENAI_ORG_ID: it holds a space, .*; set it again, or unset it"),
        ({"OPENAI_API_KEY": "sk a-rest", "OPENAI_BASE_URL": "x"}, "OPENAI_API_KEY: .* · OPENAI_BASE_URL: "),
    ],
)
def test_the_variable_that_is_wrong_is_named(
    wrong: dict[str, str], next_step: str, environment: pytest.MonkeyPatch
) -> None:
    """And no other one; with what to do next, and nothing of what it held."""
    environment.setenv("OPENAI_API_KEY", KEY)
    for name, value in wrong.items():
        environment.setenv(name, value)
    with pytest.raises(BadInput, match=f"^{next_step}") as refused:
        OpenAIAccount.from_environment()
    said = str(refused.value)
    assert {name for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID") if name in said} == set(wrong)
    assert not any(value in said for value in wrong.values() if len(value) > 1)
    assert "\n" not in said


@pytest.mark.parametrize("headers", [{"X Y": "v"}, {"X": "a\r\nHost: b"}, {"": "v"}, {"Ä": "v"}])
def test_headers_are_headers(headers: dict[str, str]) -> None:
    """No header can smuggle in another one."""
    with pytest.raises(ValidationError):
        OpenAIAccount.model_validate({"headers": headers})


def test_the_environment_names_the_account(environment: pytest.MonkeyPatch) -> None:
    """Key, address and organization; white space around them is no part of them."""
    environment.setenv("OPENAI_API_KEY", f" {KEY}\n")
    environment.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    environment.setenv("OPENAI_ORG_ID", "org-1")
    account = OpenAIAccount.from_environment()
    assert account.api_key is not None
    assert account.api_key.get_secret_value() == KEY
    assert (account.base_url, account.organization) == ("http://127.0.0.1:9/v1", "org-1")


def test_a_missing_key_is_named(environment: pytest.MonkeyPatch) -> None:
    """OpenAI needs one; the message names the variable. A server of one's own needs none."""
    with pytest.raises(BadInput, match="OPENAI_API_KEY"):
        OpenAIAccount.from_environment()
    environment.setenv("OPENAI_BASE_URL", "http://localhost:11434/v1")
    account = OpenAIAccount.from_environment()
    assert account.secrets == ()
    with account.client(RequestLimits()) as client:
        assert client.api_key == "none"
        assert client.max_retries == 0


def test_a_saved_account_is_the_same(server: str) -> None:
    """Prefect gives back what was saved, and shows its secrets to nobody who does not ask for them."""
    from prefect.client.orchestration import get_client

    saved = account_at("http://127.0.0.1:9/v1").model_copy(update={"organization": "org-1"})
    saved.save("mine")
    loaded = OpenAIAccount.load("mine")
    assert isinstance(loaded, OpenAIAccount)
    assert (loaded.secrets, loaded.base_url, loaded.organization) == (saved.secrets, saved.base_url, "org-1")
    with get_client(sync_client=True) as client:
        shown = client.read_block_document_by_name("mine", "openai-account", include_secrets=False)
    assert KEY not in str(shown.data)
    assert GATEWAY not in str(shown.data)
