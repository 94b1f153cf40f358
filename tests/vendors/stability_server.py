"""Stability's REST services on loopback: a server in a thread that judges requests as the published reference does.

What a request breaks is answered with the published error `{"id", "name", "errors"}`
(https://platform.stability.ai/docs/api-reference). Faults are scripted: each POST takes the next one.
"""

from __future__ import annotations

import io
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, get_args

from PIL import Image

from tests.vendors.stability_form import FIELDS, MOST_BYTES, SHAPES, Asked, broken, read_form

Fault = Literal[
    "reset before", "reset after", "silence", "500", "503", "402", "401", "403 refused", "403 key", "413", "422", "429",
    "429 seconds", "429 date", "cut off", "html", "half", "bomb", "wrong size", "tiny", "blurred", "empty", "echo key",
]  # fmt: skip
FAULTS: tuple[Fault, ...] = get_args(Fault)

KEY = "sk-stability-loopback-0123456789"


@dataclass
class StabilityServer:
    """What was asked, what will go wrong, and what was billed."""

    url: str = ""
    credits: float = 25.0
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    posts: int = 0
    billed: int = 0
    """Pictures that were made: only successful generations are billed."""
    silence: threading.Event = field(default_factory=threading.Event)
    """Set at the end: whoever keeps silent may leave."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> Fault | None:
        with self.lock:
            self.posts += 1
            return self.faults.pop(0) if self.faults else None


@contextmanager
def stability_server() -> Iterator[StabilityServer]:
    """Run the server on a free port for as long as the block lasts."""
    state = StabilityServer()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.state = state
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.silence.set()
        server.shutdown()
        server.server_close()
        thread.join()


def png(size: tuple[int, int], seed: int = 0, mode: str = "RGB") -> bytes:
    """Return a PNG whose colour follows from the seed, with a corner of another colour."""
    shade = (seed % 251, seed // 251 % 241, 90)
    picture = Image.new("RGB", size, shade)
    picture.paste((250, 240, 20), (0, 0, max(1, size[0] // 4), max(1, size[1] // 4)))
    data = io.BytesIO()
    picture.convert(mode).save(data, "PNG", compress_level=1)
    return data.getvalue()


@cache
def bomb() -> bytes:
    """Return a PNG of 144 megapixels in 20 kB."""
    data = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(data, "PNG")
    return data.getvalue()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    state: StabilityServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """The tests' output stays clean."""

    def do_GET(self) -> None:
        if self.path != "/v1/user/balance":
            self._error(404, "not_found", "there is no such address")
        elif self._allowed():
            self._json(200, {"credits": self.server.state.credits})

    def do_POST(self) -> None:
        fault = self.server.state.next_fault()
        if fault == "reset before":
            return self._reset()
        body = self.rfile.read(int(self.headers["content-length"]))
        if fault == "reset after":
            self.server.state.billed += 1
            return self._reset()
        if fault == "silence":
            self.server.state.billed += 1
            self.server.state.silence.wait(60)
            return self._reset()
        if not self._allowed():
            return None
        if fault and self._failed(fault):
            return None
        service = self.path.removeprefix("/v2beta/stable-image/generate/")
        if service not in FIELDS:
            return self._error(404, "not_found", "there is no such address")
        if len(body) > MOST_BYTES:
            return self._error(413, "payload_too_large", "the request is larger than 10 MiB")
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            asked = Asked(service, headers, *read_form(headers["content-type"], body))
        except ValueError as error:
            return self._error(400, "bad_request", str(error))
        with self.server.state.lock:
            self.server.state.asked.append(asked)
        if wrong := broken(asked):
            return self._error(400, "bad_request", wrong)
        return self._picture(asked, fault)

    def _allowed(self) -> bool:
        if self.headers.get("authorization") == f"Bearer {KEY}":
            return True
        self._error(401, "unauthorized", "authorization: missing or invalid API key")
        return False

    def _failed(self, fault: Fault) -> bool:
        moderation = "Your request was flagged by our content moderation system, as a result your request was denied "
        plain: dict[str, tuple[int, str, str, dict[str, str]]] = {
            "500": (500, "internal_error", "An unexpected server error has occurred", {}),
            "503": (503, "service_unavailable", "try later", {}),
            "402": (402, "payment_required", "You lack sufficient credits to make this request", {}),
            "401": (401, "unauthorized", "authorization: invalid key", {}),
            "403 refused": (403, "content_moderation", f"{moderation} and you were not charged.", {}),
            "403 key": (403, "forbidden", "this key may not do this", {}),
            "413": (413, "payload_too_large", "the request is larger than 10 MiB", {}),
            "422": (422, "unprocessable", "prompt: only English is supported", {}),
            "429": (429, "rate_limit_exceeded", "150 requests per 10 seconds", {}),
            "429 seconds": (429, "rate_limit_exceeded", "wait", {"retry-after": "7"}),
            "429 date": (
                429, "rate_limit_exceeded", "wait",
                {"date": "Mon, 23 Nov 2026 04:00:00 GMT", "retry-after": "Mon, 23 Nov 2026 04:00:09 GMT"},
            ),
            "echo key": (400, "bad_request", f"the key {KEY} and Bearer {KEY} were seen", {}),
        }  # fmt: skip
        if fault in plain:
            status, name, told, headers = plain[fault]
            self._error(status, name, told, headers)
        return fault in plain

    def _picture(self, asked: Asked, fault: Fault | None) -> None:
        self.server.state.billed += 1
        seed = int(asked.fields.get("seed", "0")) or 77
        width, height = SHAPES[asked.fields.get("aspect_ratio", "1:1")]
        if asked.service == "sd3" and "image" in asked.files:
            with Image.open(io.BytesIO(asked.files["image"])) as start:
                width, height = start.size
        if asked.service == "core":
            width, height = round(width * 1.225), round(height * 1.225)
        content, kind = png((width, height), seed), "image/png"
        if fault == "html":
            content, kind = b"<!doctype html><html><body>Sign in to this network</body></html>", "text/html"
        elif fault == "half":
            content = content[: len(content) // 2]
        elif fault == "bomb":
            content = bomb()
        elif fault == "wrong size":
            content = png((640, 900), seed)
        elif fault == "tiny":
            content = png((8, 8), seed)
        elif fault == "empty":
            content = b""
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.send_header("x-request-id", f"req-{self.server.state.posts}")
        self.send_header("finish-reason", "CONTENT_FILTERED" if fault == "blurred" else "SUCCESS")
        self.send_header("seed", str(seed))
        self.end_headers()
        if fault == "cut off":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.close_connection = True
            return
        self.wfile.write(content)

    def _error(self, status: int, name: str, told: str, headers: dict[str, str] | None = None) -> None:
        self._json(status, {"id": "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4", "name": name, "errors": [told]}, headers)

    def _json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(value).encode()
        self.send_response_only(status)
        for header, text in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(header, text)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        """Close so that the other side gets RST (socket(7), SO_LINGER of 0 seconds)."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RD)
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        self.close_connection = True
