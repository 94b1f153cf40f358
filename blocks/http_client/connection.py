"""A TCP connection for one request: opened in limited time, with one deadline, recording whether sending failed.

Used mainly by `blocks/http_client/client.py`; nothing here knows HTTP, apart from how to find a proxy.
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
    """How long one request may take, and how large its answer may be.

    Attributes:
        connect_seconds: the most until the connection is open, TLS included.
        read_seconds: the most without a single byte; a language model on a slow machine sends nothing until it is done.
            600 is the default of OpenAI's SDK (https://github.com/openai/openai-python#timeouts).
        total_seconds: the most from the first packet to the last byte of the answer.
        body_bytes: the most of the answer's body, also when unpacked; the default is for text
            (`blocks/answers/json_answers.py`).
    """

    connect_seconds: float = 10.0
    read_seconds: float = 600.0
    total_seconds: float = 900.0
    body_bytes: int = 8 * 2**20


USUAL = RequestLimits()
"""The default limits, for answers of text."""

ERROR_BYTES = 100_000
"""The most that is read of the body of an answer that is not 2xx: a line of it is reported, and the SDK would parse any
size."""

Connect = Callable[[str, int, float], httpcore2.NetworkStream]
"""Opens a TCP connection to (host, port) within the given seconds."""


def connect(host: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Open a TCP connection to any host within the given seconds."""
    return httpcore2.SyncBackend().connect_tcp(host, port, seconds)


@dataclass
class RequestProgress:
    """The state of one request: `ends` is its deadline, by `time.monotonic`."""

    ends: float
    torn: bool = False
    """A write failed: the server cannot have the whole request."""

    def left(self, seconds: float) -> float:
        """Return `seconds`, or what is left until the deadline if that is less; at least 0.001."""
        return max(0.001, min(seconds, self.ends - time.monotonic()))

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self.ends


class _Stream(httpcore2.NetworkStream):
    """A connection that keeps the deadline of its only request."""

    def __init__(self, stream: httpcore2.NetworkStream, progress: RequestProgress, limits: RequestLimits) -> None:
        self._stream, self._progress, self._limits = stream, progress, limits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._progress.over:
            raise httpcore2.ReadTimeout("the time is up")
        return self._stream.read(max_bytes, self._progress.left(self._limits.read_seconds))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # After a whole body comes an empty write: a deadline that passes then must not make the request count as torn.
        if not buffer:
            return
        try:
            if self._progress.over:
                raise httpcore2.WriteTimeout("the time is up")
            self._stream.write(buffer, self._progress.left(self._limits.read_seconds))
        except (httpcore2.WriteError, httpcore2.WriteTimeout):
            self._progress.torn = True
            raise

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = self._progress.left(self._limits.connect_seconds)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._progress, self._limits)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


@dataclass
class Network(httpcore2.NetworkBackend):
    """A network backend for one request: it opens the connection by `connect`, within the request's limits."""

    progress: RequestProgress
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
        stream = self.connect(host, port, self.progress.left(self.limits.connect_seconds))
        return _Stream(stream, self.progress, self.limits)


@cache
def trusted() -> ssl.SSLContext:
    """Return a TLS context with the system's certificates, loaded once: that takes some hundredths of a second."""
    return httpx2.create_ssl_context()


def proxy_of(url: httpx2.URL) -> httpcore2.Proxy | None:
    """Return the proxy for a URL by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; None if it needs none.

    A URL on this machine never gets one.

    Raises:
        ValueError: the proxy is neither http nor https.
    """
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
