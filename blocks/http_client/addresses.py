"""Check the addresses of vendors' servers, as people write them, before a key is sent there."""

from __future__ import annotations

import ipaddress
import re

import httpx2


def checked_address(url: str, example: str) -> str:
    """Check an http or https address and return it without a '/' at its end.

    Args:
        example: a good address, for the error's message.

    Raises:
        ValueError: it is not one, or holds what does not belong there; the message does not quote it.
    """
    try:
        parts = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError):
        raise ValueError(f"it is not an address: write it like {example}") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ValueError("the address begins with http:// or https:// and names a host")
    if parts.port is not None and not 1 <= parts.port <= 65_535:
        raise ValueError("the address's port is not valid: a port is a number from 1 to 65535")
    # A parser writes '%20' for a space, which no name server knows.
    if any(letter.isspace() for letter in url.strip()) or not _is_host(parts.raw_host.decode("ascii")):
        raise ValueError(f"the address holds a space, or a letter that no host has: write it like {example}")
    if parts.userinfo or parts.query or parts.fragment:
        raise ValueError("the address holds no name, password, '?' or '#': put secrets into the key")
    return str(parts).rstrip("/")


def _is_host(host: str) -> bool:
    """Tell whether `host` is an IP address or a name by RFC 1123, 2.1; '_' is allowed, as in names of containers."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and re.fullmatch(r"([A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?", host) is not None
    return True


def require_https(url: str) -> None:
    """Make sure that a secret may be sent to an address: over https, or to this machine or a private network.

    Raises:
        ValueError: it goes over http to the internet, where others could read it on its way.
    """
    parts = httpx2.URL(url)
    if parts.scheme == "http" and not is_near(parts.host):
        raise ValueError("over http the key could be read on its way: use https")


def is_near(host: str) -> bool:
    """Tell whether `host` is this machine or in a private network: by its IP address, or by a name nobody can register.

    Such names have no domain, or one of RFC 6761, 6762 and 8375, or one that home routers use.
    """
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        private = (".localhost", ".test", ".local", ".lan", ".home.arpa", ".internal")
        return "." not in host or host.lower().endswith(private)
