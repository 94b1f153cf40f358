"""A server made of a function that handles a socket, and requests to it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from blocks.http_client.client import RequestLimits, open_client
from studio.model.paid import VendorError

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

Serve = Callable[[Callable[[socket.socket], None]], str]


@contextmanager
def serving() -> Iterator[Serve]:
    """Yield a function that serves each connection with a function of its socket, and returns the server's address."""
    listeners: list[socket.socket] = []

    def begin(act: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    try:
                        act(caller)
                    except OSError:
                        continue

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    try:
        yield begin
    finally:
        for listener in listeners:
            # On Linux a thread in accept() wakes by a shutdown, not by a close.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def saying(answer: bytes) -> Callable[[socket.socket], None]:
    def act(caller: socket.socket) -> None:
        # What is left unread when a socket is closed resets the connection, and the answer may be lost.
        heard = caller.recv(65_536)
        while (more := _missing(heard)) and (part := caller.recv(more)):
            heard += part
        caller.sendall(answer)

    return act


def _missing(heard: bytes) -> int:
    """Return how many bytes of a request are still to come, at least 1 if its headers are not whole."""
    head, end, body = heard.partition(b"\r\n\r\n")
    told = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return max(0, (int(told[1]) if told else 0) - len(body)) if end else 1


def message(body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"content-length: {len(body) if length is None else length}", "x-request-id: req_9"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def get(url: str, **limits: float) -> bytes:
    with open_client("acme", RequestLimits(**{"read_seconds": 20, **limits})) as client:  # type: ignore[arg-type]
        return client.get(url).content


def failure(url: str, **limits: float) -> VendorError:
    with pytest.raises(VendorError) as failed:
        get(url, **limits)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    return failed.value


def no_name(*arguments: object, **options: object) -> object:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
