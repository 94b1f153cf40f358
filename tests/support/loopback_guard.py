"""Keep the tests on loopback: any other connection of this process fails, and so does the test that tried.

An audit hook sees every connection and every look-up that Python's sockets make, in all threads, from every library,
and stays in children that are forked. It does not see children that execute another program, nor libraries with
sockets of their own (gRPC's core, libuv): their tests use loopback addresses only.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Sequence

tried: list[str] = []
"""All attempts to reach another machine, the newest last."""


class LeftLoopback(RuntimeError):
    """A test tried to reach another machine. Not an `OSError`, which code that expects a network error would catch."""


def stay_on_loopback() -> None:
    """Make connections to other machines fail from now on, for the life of the process."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: Sequence[object]) -> None:
    if not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1] if len(arguments) > 1 else None
        # Unix sockets have a path, unconnected messages none; netlink and the like have numbers.
        host = address[0] if isinstance(address, tuple) and address else None
        if isinstance(host, str) and not is_loopback(host):
            _refuse(f"{event} to {address!r}")
    elif event == "socket.getaddrinfo":
        host = arguments[0].decode("ascii", "replace") if isinstance(arguments[0], bytes) else arguments[0]
        if isinstance(host, str) and not is_loopback(host) and not _is_address(host):
            _refuse(f"look-up of {host!r}")


def _refuse(what: str) -> None:
    tried.append(what)
    raise LeftLoopback(f"a test tried to leave loopback: {what}")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by name or address; '' and 0.0.0.0 are."""
    if host in ("", "localhost", _HERE):
        return True
    try:
        ip = ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return False
    return True


_HERE = socket.gethostname()
