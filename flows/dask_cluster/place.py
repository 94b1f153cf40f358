"""Where a run asks for its shots to be made: `--on`, and the parameter `on`. Imports neither Prefect nor Dask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from studio.errors import BadInput
from studio.text.display import printable

THREADS = "threads"
"""What `on` is unless something else is asked for: threads of the flow's own process."""
PATTERN = r"^(threads|dask|dask=.{1,200})$"

_BLOCK_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FORMS = (
    "threads, dask (all cores of this machine), dask=tls://host:8786, or dask=NAME for a saved block Dask Scheduler"
)


@dataclass(frozen=True)
class Place:
    """A Dask cluster: at an address, in a saved block of this name or, without both, one of this run's own."""

    address: str = ""
    block: str = ""


def asked_place(on: str) -> Place | None:
    """Return the cluster that `on` asks for; None for threads.

    Raises:
        BadInput: it is none of the forms, the extra is not installed, or the address would take code unencrypted.
    """
    if on == THREADS:
        return None
    kind, given, where = on.partition("=")
    if kind != "dask" or (given and not where):
        raise BadInput(f"--on {printable(on[:80])!r}: give {_FORMS}")
    if "://" not in where and where and not _BLOCK_NAME.fullmatch(where):
        raise BadInput(f"--on {printable(on[:80])!r} names neither an address nor a saved block: give {_FORMS}")
    if find_spec("distributed") is None:
        raise BadInput(
            "--on dask needs the extra 'cluster': pip install 'film-studio[cluster]', or in a checkout: "
            "pip install '.[cluster]'"
        )
    if "://" in where:
        check_address(where)
        return Place(address=where)
    return Place(block=where)


def check_address(address: str, trusted_network: bool = False) -> None:
    """Make sure that a scheduler can have this address, and that what is sent there is encrypted.

    A scheduler's port takes Python code from whoever reaches it (https://distributed.dask.org/en/stable/tls.html).

    Raises:
        BadInput: it cannot, or it is plain TCP to another machine.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if host is None or port is None or parts.scheme not in ("tls", "tcp") or printable(address) != address:
        raise BadInput(
            f"--on dask: {printable(address[:80])!r} is not a scheduler's address: give one like tls://host:8786"
        )
    if parts.scheme == "tcp" and not trusted_network and not _is_here(host):
        raise BadInput(
            f"--on dask={address} would send code unencrypted to another machine: use tls://, or save a block Dask "
            "Scheduler that trusts this network"
        )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
