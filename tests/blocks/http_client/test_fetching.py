"""Pictures behind URLs: from where they may come."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable

import httpcore2
import pytest

from blocks.http_client import fetching
from blocks.http_client.client import RequestLimits
from blocks.http_client.fetching import fetch, from_base64, is_public
from studio.model.paid import VendorError
from tests.support.vendors.openai_server import OpenAIServer


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "nonsense",
        "",
        "fec0::1",
        "::127.0.0.1",
        "64:ff9b:1::7f00:1",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)
def test_no_address_of_ours_is_public(address: str) -> None:
    """Loopback, private, link-local, carrier, multicast and reserved addresses, also wrapped into IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_the_internets_addresses_are_public(address: str) -> None:
    """Addresses of the internet pass."""
    assert is_public(address)


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name have these addresses, and every connection be refused; gives what was connected to."""
    reached: list[str] = []

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    def refuse(host: str, port: int, seconds: float) -> httpcore2.NetworkStream:
        reached.append(host)
        raise httpcore2.ConnectError(ConnectionRefusedError(111, "Connection refused"))

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(fetching, "connect", refuse)
    return reached


@pytest.mark.parametrize(
    "url",
    [
        "http://files.test/a.png",
        "ftp://files.test/a.png",
        "file:///etc/passwd",
        "//files.test/a",
        "",
        "http://[",
        "gopher://x/",
        "http://10.0.0.7:9/other-host",
        "http://[::ffff:10.0.0.7]:9/",
        "files.test:9/a.png",
        "http://127.0.0.1:9@files.test/",
    ],
)
def test_only_https_or_the_accounts_own_origin(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is connected to, and the answer is a bad one."""
    reached = resolving(monkeypatch, "8.8.8.8")
    with pytest.raises(VendorError) as failed:
        fetch("acme", url, "http://127.0.0.1:9/v1")
    assert failed.value.fault == "bad answer"
    assert reached == []


@pytest.mark.parametrize("addresses", [("10.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("169.254.169.254",)])
def test_a_name_that_leads_inside_is_not_followed(addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """One private address among those of a name is enough to refuse it."""
    reached = resolving(monkeypatch, *addresses)
    with pytest.raises(VendorError, match="not a public one"):
        fetch("acme", "https://files.test/a.png", "https://api.test/v1")
    assert reached == []


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is not asked for again between check and connection."""
    reached = resolving(monkeypatch, "8.8.8.8", "8.8.4.4")
    with pytest.raises(VendorError, match="could not be fetched"):
        fetch("acme", "https://files.test/a.png", "https://api.test/v1")
    assert reached == ["8.8.8.8", "8.8.4.4"]


def test_the_accounts_own_server_may_be_local() -> None:
    """A server on this machine may point to itself; no key goes along."""
    with OpenAIServer() as server:
        server.files["a.png"] = b"picture"
        assert fetch("acme", f"{server.root}/files/a.png", server.url) == b"picture"
        assert "authorization" not in {name.lower() for name in server.exchanges[0].headers}
        with pytest.raises(VendorError) as failed:
            fetch("acme", f"{server.root}/files/missing.png", server.url)
        assert failed.value.fault == "bad answer"


def test_a_proxy_in_a_private_network_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person names as their proxy may stand anywhere; where it leads is checked all the same."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            caller, _ = listener.accept()
            with caller:
                asked.append(caller.recv(65_536).split(b"\r\n")[0])
                caller.sendall(b"HTTP/1.1 502 no\r\ncontent-length: 0\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        resolve = socket.getaddrinfo
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, port, *rest, **options: resolve(
                {"files.test": "8.8.8.8", "inside.test": "10.0.0.1"}.get(host, host), port, *rest, **options
            ),
        )
        with pytest.raises(VendorError, match="not a public one"):
            fetch("acme", "https://inside.test/a.png", "https://api.test/v1")
        with pytest.raises(VendorError, match="could not be fetched"):
            fetch("acme", "https://files.test/a.png", "https://api.test/v1")
        thread.join(10)
    assert asked == [b"CONNECT files.test:443 HTTP/1.1"]


def test_a_proxy_that_is_none_is_a_bad_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture was made and is billed; what stands in the way is told."""
    resolving(monkeypatch, "8.8.8.8")
    monkeypatch.setenv("https_proxy", "http://[::1")
    with pytest.raises(VendorError, match="HTTPS_PROXY") as failed:
        fetch("acme", "https://files.test/a.png", "https://api.test/v1")
    assert failed.value.fault == "bad answer"


def test_plain_inline_data_are_bounded() -> None:
    """No more than the bound comes out of a `data:` URL, and a far longer one is not unpacked."""
    assert len(fetch("acme", "data:," + "x" * 2_000, "https://api.test", RequestLimits(body_bytes=1_000))) == 1_000
    with pytest.raises(VendorError, match="too much"):
        fetch("acme", "data:," + "x" * 5_000, "https://api.test", RequestLimits(body_bytes=1_000))


def test_what_is_fetched_is_bounded() -> None:
    """More bytes than the bound are a bad answer."""
    with OpenAIServer() as server:
        server.files["a.png"] = b"x" * 2_000
        with pytest.raises(VendorError, match="1,000 bytes"):
            fetch("acme", f"{server.root}/files/a.png", server.url, RequestLimits(body_bytes=1_000))


@pytest.mark.parametrize(
    ("url", "content"),
    [
        (f"data:image/png;base64,{base64.b64encode(b'picture').decode()}", b"picture"),
        ("data:,plain%20words", b"plain words"),
        ("DATA:image/png;BASE64,cGljdHVyZQ==", b"picture"),
    ],
)
def test_inline_data_is_decoded(url: str, content: bytes) -> None:
    """`data:` URLs need no network."""
    assert fetch("acme", url, "https://api.test/v1") == content


@pytest.mark.parametrize(
    "work",
    [
        lambda: fetch("acme", "data:nothing", "https://api.test"),
        lambda: fetch("acme", "data:image/png;base64,AAAAA", "https://api.test"),
        lambda: from_base64("acme", "A" * 2_000, 1_000),
        lambda: from_base64("acme", "A"),
    ],
)
def test_bad_inline_data_is_a_bad_answer(work: Callable[[], bytes]) -> None:
    """Neither nonsense nor more than the bound is decoded."""
    with pytest.raises(VendorError) as failed:
        work()
    assert failed.value.fault == "bad answer"
