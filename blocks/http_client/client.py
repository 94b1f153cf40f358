"""The HTTP client for vendors: a connection per request, limits of bytes and seconds, errors that say what was sent.

`open_client` returns an `httpx2.Client` whose transport raises `studio.model.paid.VendorError` itself, so that errors
are the same whether a vendor's SDK or an adapter uses it. Connections are never reused: if the server closed one at the
moment of the next request, that would look like a paid call that was cut off. What an HTTP status means is in
`blocks/http_client/errors.py`.
"""

from __future__ import annotations

import ssl
import time
import zlib
from dataclasses import dataclass, field

import httpcore2
import httpx2

from blocks.http_client.connection import (
    ERROR_BYTES,
    USUAL,
    Connect,
    Network,
    RequestLimits,
    RequestProgress,
    connect,
    proxy_of,
    trusted,
)
from blocks.http_client.errors import request_id_of, scrubbed
from studio.model.paid import VendorError

__all__ = ["USUAL", "Connect", "NotPublic", "RequestLimits", "VendorTransport", "connect", "open_client"]


def open_client(
    vendor: str,
    limits: RequestLimits = USUAL,
    secrets: tuple[str, ...] = (),
    connect: Connect = connect,
    withheld: tuple[str, ...] = (),
    said_in: str = "",
) -> httpx2.Client:
    """Return a client for a few requests of one account; close it after use.

    It follows no redirects, and keeps no cookies after it is closed. A request through it raises `VendorError` if no
    whole answer comes, with one of these faults:

        passing     nothing was sent, or not the whole request: unknown host, refused, no connection in time
        unknown     the whole request was sent, and no answer began
        bad answer  a 2xx answer began, but broke off, was too large, or was packed in a way that was not asked for
        wrong       the request cannot be sent at all, or the server's certificate is not trusted

    Answers of any other status are returned as they are, their bodies cut to `ERROR_BYTES`.

    Args:
        vendor: the name at the beginning of every error's message.
        secrets: texts that must not appear in an error.
        connect: opens the TCP connections.
        withheld: beginnings of the names of headers that are not sent, in lower case.
        said_in: where a person set the address, to be checked if nothing answers there; '' if nobody set it.
    """
    return httpx2.Client(
        transport=VendorTransport(vendor, limits, secrets, connect, withheld, said_in), trust_env=False, timeout=None
    )


MEASURED = "film_measured"
"""The name of a response's extension: whether the server said how long the body is, so that it surely came whole."""


@dataclass
class VendorTransport(httpx2.BaseTransport):
    """The transport behind `open_client`, with the same arguments."""

    vendor: str
    limits: RequestLimits
    secrets: tuple[str, ...] = field(default=(), repr=False)
    connect: Connect = connect
    withheld: tuple[str, ...] = ()
    said_in: str = ""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request on a connection of its own, and return the answer with its whole body.

        Raises:
            VendorError: no whole answer came; see `open_client`.
        """
        progress = RequestProgress(time.monotonic() + self.limits.total_seconds)
        request.headers["accept-encoding"] = "identity"
        request.headers["connection"] = "close"
        order = httpcore2.Request(
            request.method,
            httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=self._sent(request.headers),
            content=request.stream,
        )
        failure: VendorError | None = None
        # Errors are made here but raised below, so that they carry no cause whose text may hold a header's value.
        try:
            pool = httpcore2.ConnectionPool(
                ssl_context=trusted(),
                network_backend=Network(progress, self.limits, self.connect),
                max_connections=1,
                max_keepalive_connections=0,
                proxy=proxy_of(request.url),
            )
        except (OSError, ValueError, httpx2.InvalidURL):
            said = self._line("nothing was sent: check HTTPS_PROXY, HTTP_PROXY, SSL_CERT_FILE")
            failure = VendorError("wrong", said, sent=False)
        if failure is not None:
            raise failure
        try:
            with pool:
                answer = pool.handle_request(order)
                headers = httpx2.Headers(answer.headers)
                good = 200 <= answer.status < 300
                content, broken = _body(answer, headers, self.limits.body_bytes if good else ERROR_BYTES)
        except (OSError, ValueError, *_ERRORS) as error:
            failure = self._no_answer(error, progress)
        if failure is not None:
            raise failure
        if broken and good:
            raise VendorError(
                "bad answer",
                self._line(f"the answer {broken}; it may have been billed"),
                request_id=request_id_of(headers, self.secrets),
            )
        # Of a body without a length, which ends with the connection, nobody knows whether it came whole.
        measured = "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()
        for name in ("content-encoding", "content-length", "transfer-encoding"):
            headers.pop(name, None)
        return httpx2.Response(answer.status, headers=headers, content=content, extensions={MEASURED: measured})

    def _sent(self, headers: httpx2.Headers) -> list[tuple[bytes, bytes]]:
        held = tuple(name.encode() for name in self.withheld)
        return [(name, value) for name, value in headers.raw if not (held and name.lower().startswith(held))]

    def _no_answer(self, error: Exception, progress: RequestProgress) -> VendorError:
        # The pool raises its errors without a cause; the system's own error is among their arguments.
        causes = [cause for cause in (error, *error.args) if isinstance(cause, OSError)]
        told = next((str(cause.strerror or cause.args[0]) for cause in causes if cause.args), type(error).__name__)
        if isinstance(error, (httpcore2.LocalProtocolError, httpcore2.UnsupportedProtocol, ValueError)):
            reason = f" ({error})" if isinstance(error, NotPublic) else ""
            return VendorError("wrong", self._line(f"the request cannot be sent: check address and headers{reason}"))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            check = self.said_in or "the address"
            return VendorError(
                "wrong", self._line(f"no connection ({told}); nothing was sent: check {check}"), sent=False
            )
        if isinstance(error, _UNSENT):
            check = f": check {self.said_in}" if self.said_in else ""
            return VendorError("passing", self._line(f"no connection ({told}); nothing was sent{check}"), sent=False)
        if progress.torn:
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
    """Raised for a URL in an answer that leads to an address outside the public internet."""


_UNSENT = (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout, httpcore2.ProxyError)
_ERRORS = (
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)


def _body(answer: httpcore2.Response, headers: httpx2.Headers, most: int) -> tuple[bytes, str]:
    """Return the unpacked body, at most `most` bytes of it, and '' or what went wrong with it."""
    packing = headers.get("content-encoding", "identity").strip().lower()
    # 32 + 15: zlib detects by itself whether it is gzip or zlib (https://zlib.net/manual.html, inflateInit2).
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
