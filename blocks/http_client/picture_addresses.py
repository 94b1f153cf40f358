"""Find out which address a URL in a vendor's answer means: servers write relative ones, or their host by another name.

Nothing is connected to here; the only thing asked is a name server. Called by `blocks/http_client/fetching.py`.
"""

from __future__ import annotations

import ipaddress
import re
import socket

import httpx2

from blocks.http_client.addresses import is_near

_PORTS = {"http": 80, "https": 443}


def meant(url: str, home: httpx2.URL) -> tuple[httpx2.URL, ...]:
    """Return the absolute addresses that `url` may mean, the likeliest first; empty if it is none.

    Args:
        url: absolute, relative, without a scheme (`//host/a.png`), or just `host:port/a.png`.
        home: the account's base URL, by which a relative one is resolved (RFC 3986, section 5). One without a '/' at
            its beginning is tried beside the request's path, beside the base URL, and at the root.
    """
    url = url.strip()
    if not url:
        return ()
    if re.match(r"[\w.-]+:\d{1,5}(/|$)", url):
        return (httpx2.URL(f"{home.scheme}://{url}"),)
    if url.startswith("/") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url):
        return (home.join(url),)
    base = home.raw_path.decode("ascii").rstrip("/")
    beside = (f"{base}/images/", f"{base}/", "/")
    return tuple(dict.fromkeys(home.join(folder).join(url) for folder in beside))


def own_address(url: httpx2.URL, home: httpx2.URL) -> httpx2.URL | None:
    """Return where at the account's own host `url` leads; None if it leads elsewhere.

    The own host is the one of `home` at the same scheme and port. On this machine or in a private network (`is_near`)
    it is also that host at any port, by http or https, and by http under any name that leads to the same address;
    'localhost' in the answer of such a host is that host itself. A server behind https that writes http means https.
    """
    if url.scheme not in _PORTS or not url.host:
        return None
    if _name(url.host) == _name(home.host):
        if is_near(home.host) or url.scheme == home.scheme == "http" or origin(url) == origin(home):
            return url.copy_with(host=home.host)
        return url.copy_with(scheme="https", port=home.port) if origin(url)[::2] == ("http", 80) else None
    if not is_near(home.host):
        return None
    here, there = _is_this_machine(url.host), _is_this_machine(home.host)
    if here and there and not _is_any(url.host):
        return url
    # The connection goes to the account's host, whatever the other name leads to by then.
    named = here or (url.scheme == home.scheme == "http" and _same_host(url.host, home.host))
    return url.copy_with(host=home.host) if named else None


def origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address."""
    return url.scheme, _name(url.host), url.port or _PORTS.get(url.scheme)


def _name(host: str) -> str:
    return host.lower().rstrip(".")


def _is_any(host: str) -> bool:
    """Tell whether `host` is the address at which a server listens everywhere, which is no address to go to."""
    return host in ("0.0.0.0", "::")


def _is_this_machine(host: str) -> bool:
    try:
        return _is_any(host) or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return _name(host) == "localhost"


def _same_host(name: str, home: str) -> bool:
    """Tell whether all addresses of a near name are the account's host's."""
    if not is_near(name):
        return False
    found = _addresses(name)
    return bool(found) and found <= _addresses(home)


def _addresses(host: str) -> set[str]:
    try:
        found = [str(ipaddress.ip_address(host))]
    except ValueError:
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            return set()
    return {"loopback" if ipaddress.ip_address(each.split("%")[0]).is_loopback else each for each in found}
