"""A vendor on loopback whose answers cost their reader: which one is said by the address."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.adapters.bombs import bombs
from tests.support.adapters.socket_stand import message, serving


@contextmanager
def hostile_vendor() -> Iterator[str]:
    """Lend the vendor's address; below it `/<engine>/<number>/` is answered with that bomb, number 0 with `{}`."""
    with serving() as serve:
        yield serve(_answer)


def _answer(caller: socket.socket) -> None:
    request = caller.recv(1 << 20)
    head, _, body = request.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length and (more := caller.recv(1 << 20)):
        body += more
    _, engine, number = request.decode("latin-1").split("/")[:3]
    if int(number):
        (bomb,) = bombs(int(number), engine.replace("+", " "), 1)
        bomb.send(caller)
    else:
        caller.sendall(message(b"{}", "connection: close"))
