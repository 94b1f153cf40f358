"""A small HTTP server in a thread that plays faults, the base of every vendor's test server.

Faults are played in the order in which they were given, one per request; after them every answer is good. No fault
needs a sleep: a server that does not answer waits until its client leaves.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

RETRY_SECONDS = 7
"""How long the faults '429 seconds' and '429 date' ask to wait."""

HTML = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in to this network.</body></html>"


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Exchange:
    """One request as it came, and its answer; None if a fault cut it off."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes
    answer: Answer | None = None


class LoopbackServer:
    """Listens on a free port of 127.0.0.1 while the context is open.

    `exchanges` holds every request that came whole; `connections` counts all connections that were opened.
    """

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self._faults: deque[str] = deque()
        self._lock = threading.Lock()
        self._server = _Listener(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def sent(self) -> int:
        """How many requests reached it that could have been billed, also those that it cut off; a GET never is."""
        return self.connections - sum(exchange.method == "GET" for exchange in self.exchanges)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening: connections are refused from now on."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def play(self, *faults: str) -> None:
        """Play these faults, one per request, from the next request on."""
        if "connection refused" in faults:
            self.stop()
        self._faults.extend(faults)

    def next_fault(self) -> str:
        with self._lock:
            return self._faults.popleft() if self._faults else ""

    def good(self, exchange: Exchange) -> Answer:
        """Return the answer if no fault is played."""
        raise NotImplementedError

    def faulty(self, exchange: Exchange, fault: str) -> Answer:
        """Return the answer for one of the vendor's own faults; a good one for other faults."""
        raise NotImplementedError

    def error(self, status: int, code: str, message: str) -> bytes:
        """Return an error's body in the vendor's own form."""
        raise NotImplementedError


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore errors: a client that leaves early is expected."""


def _handler(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            self.close_connection = True
            with server._lock:
                server.connections += 1
                early = bool(server._faults) and server._faults[0] == "reset before"
                if early:
                    server._faults.popleft()
            if early:
                self._reset()
            else:
                self.handle_one_request()

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing: tests are silent."""

        def do_GET(self) -> None:
            self._serve("")

        def do_POST(self) -> None:
            self._serve(server.next_fault())

        def _serve(self, fault: str) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            exchange = Exchange(self.command, self.path, dict(self.headers.items()), content)
            server.exchanges.append(exchange)
            if fault == "reset after":
                return self._reset()
            if fault == "no answer":
                self.connection.recv(1)
                return None
            exchange.answer = answer = _play(server, exchange, fault)
            body = answer.content
            self.send_response(answer.status)
            self.send_header("content-type", answer.kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("connection", "close")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut off" else body)
            return None

        def _reset(self) -> None:
            # Without lingering a close sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.connection.close()

    return Handler


def _play(server: LoopbackServer, exchange: Exchange, fault: str) -> Answer:
    """Return the answer for a fault that is the same in every HTTP protocol."""
    there = {"x-request-id": "req_0123456789"}
    match fault:
        case "" | "cut off":
            answer = server.good(exchange)
        case "html":
            answer = Answer(200, HTML, "text/html")
        case "500":
            answer = Answer(500, server.error(500, "server_error", "The server had an error."))
        case "503":
            answer = Answer(503, b"upstream connect error", "text/plain")
        case "429 seconds":
            body = server.error(429, "rate_limit_exceeded", "Too many requests.")
            answer = Answer(429, body, headers={"retry-after": str(RETRY_SECONDS)})
        case "429 date":
            at = format_datetime(datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS), usegmt=True)
            answer = Answer(429, server.error(429, "rate_limit_exceeded", "Slow."), headers={"retry-after": at})
        case "redirect":
            answer = Answer(307, b"", "text/plain", {"location": f"{server.root}/elsewhere"})
        case _:
            answer = server.faulty(exchange, fault)
    return Answer(answer.status, answer.content, answer.kind, {**there, **answer.headers})
