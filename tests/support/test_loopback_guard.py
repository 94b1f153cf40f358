"""No test leaves loopback."""

from __future__ import annotations

import os
import socket

import pytest

from tests.support import loopback_guard


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("8.8.8.8", 53), ("::ffff:192.0.2.1", 80)])
def test_another_machine_cannot_be_reached(address: tuple[str, int]) -> None:
    """A connection, or a datagram, to any other machine fails before a packet leaves."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as stream, pytest.raises(loopback_guard.LeftLoopback):
        stream.connect(address)
    with socket.socket(family) as stream, pytest.raises(loopback_guard.LeftLoopback):
        stream.connect_ex(address)
    with socket.socket(family, socket.SOCK_DGRAM) as datagrams, pytest.raises(loopback_guard.LeftLoopback):
        datagrams.sendto(b"x", address)
    # This test's own attempts are no fault of it.
    assert len(loopback_guard.tried) >= 3
    loopback_guard.tried.clear()


def test_no_name_is_looked_up() -> None:
    """Asking a name server is leaving, too."""
    with pytest.raises(loopback_guard.LeftLoopback):
        socket.getaddrinfo("api.openai.com", 443)
    loopback_guard.tried.clear()


def test_loopback_can_be_reached() -> None:
    """This machine itself is free, by name, by address and by a path."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, server.getsockname()[1])):
                pass
    left, right = socket.socketpair()
    left.close()
    right.close()
    assert loopback_guard.tried == []


def test_a_forked_child_cannot_leave_either() -> None:
    """The guard stays in a child that is forked."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            socket.create_connection(("192.0.2.1", 80), timeout=1)
        except loopback_guard.LeftLoopback:
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
