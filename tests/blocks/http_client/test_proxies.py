"""Which requests go by a proxy."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.support.adapters.socket_stand import Serve, failure, get, message, no_name, saying, serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    with serving() as begin:
        yield begin


def test_a_proxy_is_used_for_other_machines_only(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is honoured; what runs on this machine is asked directly."""
    asked: list[bytes] = []

    def act(caller: socket.socket) -> None:
        asked.append(caller.recv(65_536).split(b"\r\n")[0])
        caller.sendall(message(b"by proxy"))

    monkeypatch.setenv("http_proxy", serve(act).rstrip("/"))
    monkeypatch.delenv("no_proxy", raising=False)
    assert get("http://vendor.test/a") == b"by proxy"
    assert get(serve(saying(message(b"direct")))) == b"direct"
    assert asked == [b"GET http://vendor.test/a HTTP/1.1"]


PROXY_NAMES = (
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in PROXY_NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_any_proxy_is_honoured_and_no_proxy_too(serve: Serve, no_proxies: pytest.MonkeyPatch) -> None:
    """ALL_PROXY is used where no other is named, with its password; NO_PROXY keeps a host away from it."""
    heard: list[bytes] = []

    def act(caller: socket.socket) -> None:
        heard.append(caller.recv(65_536))
        caller.sendall(message(b"by proxy"))

    url = serve(act).rstrip("/").replace("http://", "http://name:word@")
    no_proxies.setenv("all_proxy", url)
    assert get("http://vendor.test/a") == b"by proxy"
    assert b"proxy-authorization: basic bmftztp3b3jk" in heard[0].lower()
    no_proxies.setenv("no_proxy", "vendor.test")
    resolve = socket.getaddrinfo
    no_proxies.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **options: (no_name if host == "vendor.test" else resolve)(host, *rest, **options),
    )
    assert failure("http://vendor.test/a").fault == "passing"
    assert len(heard) == 1


@pytest.mark.parametrize("proxy", ["http://[::1", "socks5://127.0.0.1:9", "ftp://127.0.0.1"])
def test_a_proxy_that_is_none_is_told_before_anything_is_sent(proxy: str, no_proxies: pytest.MonkeyPatch) -> None:
    """It is a wrong setting: neither a lost answer, which would be booked as billed, nor a reason to try again."""
    no_proxies.setenv("http_proxy", proxy)
    told = failure("http://vendor.test/")
    assert told.fault == "wrong"
    assert "HTTP_PROXY" in str(told)


def test_a_proxy_that_refuses_sends_nothing(serve: Serve, no_proxies: pytest.MonkeyPatch) -> None:
    """Where the proxy opens no way to the vendor, the vendor was asked nothing."""
    no_proxies.setenv("https_proxy", serve(saying(b"HTTP/1.1 503 no\r\ncontent-length: 0\r\n\r\n")))
    assert failure("https://vendor.test/").fault == "passing"
