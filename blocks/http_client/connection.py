"""One TCP connection for one request: opened within its time, minding one deadline, telling what was sent.

Used by `blocks/http_client/client.py` alone; nothing here knows HTTP but the name of a proxy.
"""

from __future__ import annotations

import ssl
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import httpcore2
import httpx2


@dataclass(frozen=True)
class RequestLimits:
    """How long and how much one request may take.

    Attributes:
        connect_seconds: until the connection stands, TLS and all.
        read_seconds: without a single byte; a language model on a slow machine says nothing until it is done.
            600 is the default of OpenAI's SDK (https://github.com/openai/openai-python#timeouts).
        total_seconds: from the first packet to the last byte of the answer.
        body_bytes: of the answer's body, also when unpacked; the usual ones are for text
        (`blocks/answers/json_answers.py`).
    """

    connect_seconds: float = 10.0
    read_seconds: float = 600.0
    total_seconds: float = 900.0
    body_bytes: int = 8 * 2**20


USUAL = RequestLimits()

ERROR_BYTES = 100_000
"""Of the body of an answer that is not 2xx: a line of it is told, and the SDK reads it as JSON, however large."""

Connect = Callable[[str, int, float], httpcore2.NetworkStream]
"""Opens a TCP connection to (host, port) within seconds."""


def connect(host: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Open a TCP connection to any host."""
    return httpcore2.SyncBackend().connect_tcp(host, port, seconds)


@dataclass
class Journey:
    """What happened to one request so far."""

    ends: float
    torn: bool = False
    """A write failed: the server cannot have the whole request."""

    def left(self, seconds: float) -> float:
        return max(0.001, min(seconds, self.ends - time.monotonic()))

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.ends


class _Stream(httpcore2.NetworkStream):
    """A connection that minds the deadline of its only request."""

    def __init__(self, stream: httpcore2.NetworkStream, journey: Journey, limits: RequestLimits) -> None:
        self._stream, self._journey, self._limits = stream, journey, limits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._journey.over:
            raise httpcore2.ReadTimeout("the time is up")
        return self._stream.read(max_bytes, self._journey.left(self._limits.read_seconds))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Behind a whole body comes a write of nothing: no clock may make a request that was sent whole a torn one.
        if not buffer:
            return
        try:
            if self._journey.over:
                raise httpcore2.WriteTimeout("the time is up")
            self._stream.write(buffer, self._journey.left(self._limits.read_seconds))
        except (httpcore2.WriteError, httpcore2.WriteTimeout):
            self._journey.torn = True
            raise

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = self._journey.left(self._limits.connect_seconds)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._journey, self._limits)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


@dataclass
class Network(httpcore2.NetworkBackend):
    journey: Journey
    limits: RequestLimits
    connect: Connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self.connect(host, port, self.journey.left(self.limits.connect_seconds))
        return _Stream(stream, self.journey, self.limits)


@cache
def trusted() -> ssl.SSLContext:
    """The system's trust, loaded once: it takes some hundredths of a second."""
    return httpx2.create_ssl_context()


def proxy_of(url: httpx2.URL) -> httpcore2.Proxy | None:
    """Return the proxy that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY ask for; never one to this machine."""
    if url.host in ("localhost", "::1") or url.host.startswith("127.") or urllib.request.proxy_bypass(url.host):
        return None
    known = urllib.request.getproxies()
    named = known.get(url.scheme) or known.get("all")
    if not named:
        return None
    proxy = httpx2.Proxy(named if "://" in named else f"http://{named}")
    if proxy.url.scheme not in ("http", "https"):
        raise ValueError("the proxy is neither http nor https")
    at = httpcore2.URL(scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/")
    return httpcore2.Proxy(at, auth=proxy.raw_auth)
