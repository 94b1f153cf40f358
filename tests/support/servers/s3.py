"""A real S3 server on loopback (moto), and a proxy before it that counts, and plays what goes wrong with stores."""

from __future__ import annotations

import http.client
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
}
"""Environment of a program that uses the server, without its address."""
SIGNED = "AWS4-HMAC-SHA256 Credential=a/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
_buckets = itertools.count(1)

Fault = Literal["", "503", "no answer", "half an answer", "hang", "cut", "no conditions", "bare tags", "403", "quota"]
"""What happens to a request: it is refused; carried out, and its answer lost, or cut off; never answered; its
connection is cut before anything is done; its conditions are left out; it compares tags without their quotes, as Ceph
does; the account may not do it; there is no more room."""


class S3Server:
    """The server as a process; `new_bucket` gives each test its own."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    @property
    def address(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.port}"

    def new_bucket(self) -> str:
        """Make a bucket and return its name."""
        name = f"films-{os.getpid()}-{next(_buckets)}"
        made = urllib.request.Request(f"{self.address}/{name}", method="PUT", headers={"Authorization": SIGNED})
        urllib.request.urlopen(made, timeout=30).close()
        return name

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


@dataclass(frozen=True)
class Seen:
    """A request that came: its method, the key in the bucket, and how many bytes went in and out as bodies."""

    method: str
    key: str
    received: int
    sent: int


class FaultyS3:
    """Passes requests on to a server; `fault` says what goes wrong with one, by its method and key."""

    def __init__(self, behind: S3Server, at: str = "127.0.0.1") -> None:
        self.behind, self._at = behind, at
        self.fault: Callable[[str, str], Fault] = lambda method, key: ""
        self.seen: list[Seen] = []
        self.ended = threading.Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def _any(self) -> None:
                proxy.pass_on(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _any  # the library's names

        self._server = ThreadingHTTPServer((at, 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """The proxy's URL."""
        return f"http://{self._at}:{self._server.server_address[1]}"

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        key = handler.path.split("?")[0].split("/", 2)[-1]
        fault = self.fault(handler.command, key)
        if fault == "hang":
            self.ended.wait(120)
            handler.close_connection = True
            return
        if fault == "cut":
            handler.close_connection = True
            return
        refusals = {"503": (503, "SlowDown"), "403": (403, "AccessDenied"), "quota": (403, "QuotaExceeded")}
        if fault in refusals:
            status, code = refusals[fault]
            self._answer(handler, status, {}, f"<Error><Code>{code}</Code></Error>".encode(), key, len(body))
            return
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "host"}
        if fault == "bare tags" and (tag := headers.get("If-Match") or headers.get("if-match") or ""):
            if tag.startswith('"'):
                self._answer(handler, 412, {}, b"<Error><Code>PreconditionFailed</Code></Error>", key, len(body))
                return
            headers = {name: value for name, value in headers.items() if name.lower() != "if-match"}
            headers["If-Match"] = f'"{tag}"'
        if fault == "no conditions":
            headers = {name: value for name, value in headers.items() if not name.lower().startswith("if-")}
        answer, content = self.carried_out(handler.command, handler.path, body, headers)
        if fault == "no answer":
            handler.close_connection = True
            return
        kept = {
            n: v
            for n, v in answer.getheaders()
            if n.lower() not in ("transfer-encoding", "connection", "content-length")
        }
        size = answer.getheader("Content-Length")
        self._answer(handler, answer.status, kept, content, key, len(body), size, half=fault == "half an answer")

    def carried_out(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Let the server do what is asked; return its answer, and the answer's body."""
        link = http.client.HTTPConnection("127.0.0.1", self.behind.port, timeout=60)
        link.request(method, path, body, headers)
        answer = link.getresponse()
        content = answer.read()
        link.close()
        return answer, content

    def _answer(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        headers: dict[str, str],
        content: bytes,
        key: str,
        received: int,
        size: str | None = None,
        half: bool = False,
    ) -> None:
        self.seen.append(Seen(handler.command, key, received, len(content)))
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        length = size if handler.command == "HEAD" and size else str(len(content))
        handler.send_header("Content-Length", length)
        handler.end_headers()
        if half:
            handler.wfile.write(content[: len(content) // 2])
            handler.close_connection = True
        elif handler.command != "HEAD":
            handler.wfile.write(content)

    def stop(self) -> None:
        """End the proxy."""
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
