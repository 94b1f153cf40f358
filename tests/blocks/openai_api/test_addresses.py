"""What is said about an address that a person pasted with too much or too little behind its host."""

from __future__ import annotations

import pytest

from blocks.openai_api.account import OpenAIAccount
from studio.model.paid import VendorError
from tests.support.adapters.openai_stand import account_at, brief_of
from tests.support.adapters.openai_writing import writer_at
from tests.support.vendors.openai_server import OpenAIServer

ENDINGS = (
    "chat/completions",
    "completions",
    "images/generations",
    "images/edits",
    "audio/speech",
    "models",
    "responses",
)
HOSTS = ("http://127.0.0.1:1", "https://api.example.org/openai", "https://x.test:8443/a/b")


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_address_that_ends_too_late_is_told_without_its_end(ending: str) -> None:
    """Whatever of the protocol's addresses was pasted, the part before it is the one to write."""
    for host in HOSTS:
        for version in ("v1", "v2", "api/v3"):
            advice = account_at(f"{host}/{version}/{ending}").address_advice
            assert advice.endswith(f"write {host}/{version}")
            assert account_at(f"{host}/{version}").address_advice == ""


def test_an_address_without_a_path_may_lack_its_version() -> None:
    """Nearly every server speaks the protocol below /v1; nothing is said of OpenAI's own address."""
    for host in ("http://127.0.0.1:11434", "https://api.example.org"):
        assert account_at(host).address_advice.endswith(f"write {host}/v1")
    assert OpenAIAccount().address_advice == ""


@pytest.mark.parametrize(("pasted", "right"), [("/v1/chat/completions", "/v1"), ("", "/v1")])
def test_a_run_says_what_to_change(pasted: str, right: str) -> None:
    """The one line of the failure names the address to write."""
    with OpenAIServer() as server:
        root = server.root
        server.__class__ = type("Pasted", (OpenAIServer,), {"url": property(lambda self: root + pasted)})
        with pytest.raises(VendorError, match="write ") as failed:
            writer_at(server).write_story(brief_of())
        assert str(failed.value).endswith(f"write {root}{right}")
