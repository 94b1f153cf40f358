"""Addresses of vendors' servers as people write them: checked before a key goes there."""

from __future__ import annotations

import ipaddress

import httpx2


def checked_address(url: str, example: str) -> str:
    """Return an http or https address without a '/' at its end.

    Raises:
        ValueError: it is none, or holds what does not belong there; the message does not quote it.
    """
    try:
        parts = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError):
        raise ValueError(f"it is no address: write it like {example}") from None
    if parts.scheme not in ("http", "https") or not parts.host or not 1 <= (parts.port or 1) <= 65_535:
        raise ValueError("the address begins with http:// or https:// and names a host")
    if parts.userinfo or parts.query or parts.fragment:
        raise ValueError("the address holds no name, password, '?' or '#': put secrets into the key")
    return str(parts).rstrip("/")


def refuse_open_way(url: str) -> None:
    """Make sure that a secret may go to an address: over https, or to a near host.

    Raises:
        ValueError: over http everybody between here and there could read it.
    """
    parts = httpx2.URL(url)
    if parts.scheme == "http" and not is_near(parts.host):
        raise ValueError("over http the key could be read on its way: use https")


def is_near(host: str) -> bool:
    """Tell whether `host` is this machine or in a private network: by its address, or a name that no one registers.

    Such names have no domain, or one of RFC 6761, 6762 and 8375, or one that home routers use.
    """
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        private = (".localhost", ".test", ".local", ".lan", ".home.arpa", ".internal")
        return "." not in host or host.lower().endswith(private)
