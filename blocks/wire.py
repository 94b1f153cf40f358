"""HTTP to a vendor: one connection a request, bounded in bytes and seconds, and errors that tell what became of it.

`open_client` gives an `httpx2.Client` whose transport raises `studio.paid.VendorError` itself, so that it is the same
whether a vendor's SDK or an adapter uses it. Connections are never reused: one that the server closes at the moment of
the next request looks like a paid call that was cut off. What an HTTP status means is `blocks/faults.py`.
"""

from __future__ import annotations

import ssl
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

import httpcore2
import httpx2

from blocks.faults import request_id_of, scrubbed
from studio.paid import VendorError

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """How long and how much one request may take.

    Attributes:
        connect_seconds: until the connection stands, TLS and all.
        read_seconds: without a single byte; a language model on a slow machine says nothing until it is done.
            600 is the default of OpenAI's SDK (https://github.com/openai/openai-python#timeouts).
        total_seconds: from the first packet to the last byte of the answer.
        body_bytes: of the answer's body, also when unpacked.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 600.0
    total_seconds: float = 900.0
    body_bytes: int = 96 * MEBIBYTE


Connect = Callable[[str, int, float], httpcore2.NetworkStream]
"""Opens a TCP connection to (host, port) within seconds."""


def connect(host: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Open a TCP connection to any host."""
    return httpcore2.SyncBackend().connect_tcp(host, port, seconds)


def open_client(
    vendor: str, limits: Limits = Limits(), secrets: tuple[str, ...] = (), connect: Connect = connect,
) -> httpx2.Client:  # fmt: skip
    """Return a client for some requests of one account; close it after use. It follows no redirects and keeps no
    cookies beyond its life.

    Every request through it raises `VendorError` where no whole answer comes:

        passing     nothing was sent, or not the whole request: no name, refused, no connection in time
        unknown     all was sent, and no answer began
        bad answer  a 2xx answer began, and broke off, was too large, or packed in a way that was not asked for
        wrong       the request or the address cannot be sent at all

    Answers of any other status come back as they are, their bodies cut to `limits.body_bytes`.
    """
    return httpx2.Client(transport=Wire(vendor, limits, secrets, connect), trust_env=False, timeout=None)


@dataclass
class _Journey:
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

    def __init__(self, stream: httpcore2.NetworkStream, journey: _Journey, limits: Limits) -> None:
        self._stream, self._journey, self._limits = stream, journey, limits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._journey.over:
            raise httpcore2.ReadTimeout("the time is up")
        return self._stream.read(max_bytes, self._journey.left(self._limits.read_seconds))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
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
class _Network(httpcore2.NetworkBackend):
    journey: _Journey
    limits: Limits
    connect: Connect

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:  # fmt: skip
        stream = self.connect(host, port, self.journey.left(self.limits.connect_seconds))
        return _Stream(stream, self.journey, self.limits)


@dataclass
class Wire(httpx2.BaseTransport):
    """The transport of `open_client`."""

    vendor: str
    limits: Limits
    secrets: tuple[str, ...] = field(default=(), repr=False)
    connect: Connect = connect

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request on a connection of its own, and return the answer with its whole body."""
        journey = _Journey(time.monotonic() + self.limits.total_seconds)
        request.headers["accept-encoding"] = "identity"
        request.headers["connection"] = "close"
        order = httpcore2.Request(
            request.method,
            httpcore2.URL(
                scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw, content=request.stream,
        )  # fmt: skip
        failure: VendorError | None = None
        # An error is made here and raised below: it carries no cause whose text may hold a header's value.
        try:
            pool = httpcore2.ConnectionPool(
                ssl_context=_tls(), network_backend=_Network(journey, self.limits, self.connect), max_connections=1,
                max_keepalive_connections=0, proxy=_proxy(request.url),
            )  # fmt: skip
            with pool:
                answer = pool.handle_request(order)
                headers = httpx2.Headers(answer.headers)
                content, broken = _body(answer, headers, self.limits.body_bytes)
        except (OSError, ValueError, *_ERRORS) as error:
            failure = self._no_answer(error, journey)
        if failure is not None:
            raise failure
        if broken and 200 <= answer.status < 300:
            raise VendorError(
                "bad answer", self._line(f"the answer {broken}; it may have been billed"),
                request_id=request_id_of(headers, self.secrets),
            )  # fmt: skip
        for name in ("content-encoding", "content-length", "transfer-encoding"):
            headers.pop(name, None)
        return httpx2.Response(answer.status, headers=headers, content=content)

    def _no_answer(self, error: Exception, journey: _Journey) -> VendorError:
        told = type(error).__name__
        for cause in (error, error.__cause__, error.__context__):
            if isinstance(cause, OSError) and (cause.strerror or cause.args):
                told = str(cause.strerror or cause.args[0])
        if isinstance(error, (httpcore2.LocalProtocolError, httpcore2.UnsupportedProtocol, ValueError)):
            reason = f" ({error})" if isinstance(error, NotPublic) else ""
            return VendorError("wrong", self._line(f"the request cannot be sent: check address and headers{reason}"))
        if isinstance(error, _UNSENT):
            return VendorError("passing", self._line(f"no connection ({told}); nothing was sent"))
        if journey.torn:
            return VendorError(
                "passing", self._line(f"the connection broke before the request was sent whole ({told})")
            )
        if isinstance(error, httpcore2.TimeoutException):
            return VendorError("unknown", self._line("no answer in time; the request may have been billed"))
        return VendorError(
            "unknown", self._line(f"the connection broke after the request was sent, before an answer ({told})")
        )

    def _line(self, text: str) -> str:
        return f"{self.vendor}: {scrubbed(text, self.secrets)}"


class NotPublic(ValueError):
    """A URL in an answer leads to an address that is none of the internet's."""


_UNSENT = (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout, httpcore2.ProxyError)
_ERRORS = (
    httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)  # fmt: skip


@cache
def _tls() -> ssl.SSLContext:
    """The system's trust, loaded once: it takes some hundredths of a second."""
    return httpx2.create_ssl_context()


def _proxy(url: httpx2.URL) -> httpcore2.Proxy | None:
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


def _body(answer: httpcore2.Response, headers: httpx2.Headers, most: int) -> tuple[bytes, str]:
    """Return the unpacked body, at most `most` bytes of it, and '' or what went wrong with it."""
    packing = headers.get("content-encoding", "identity").strip().lower()
    # 32 + 15: zlib finds out by itself whether it is gzip or zlib (https://zlib.net/manual.html, inflateInit2).
    unpack = zlib.decompressobj(32 + zlib.MAX_WBITS) if packing in ("gzip", "x-gzip", "deflate") else None
    if unpack is None and packing not in ("identity", ""):
        return b"", f"is packed as {scrubbed(packing)[:20]!r}, which was not asked for"
    content = bytearray()
    taken = 0
    try:
        for chunk in answer.iter_stream():
            taken += len(chunk)
            content += unpack.decompress(chunk, most + 1 - len(content)) if unpack else chunk
            if max(len(content), taken) > most:
                return bytes(content[:most]), f"has more than {most:,} bytes"
    except zlib.error:
        return bytes(content), "does not unpack"
    except _ERRORS:
        return bytes(content), "broke off"
    return bytes(content), "broke off" if unpack and not unpack.eof and taken else ""
