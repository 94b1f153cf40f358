"""Fetch a picture or sound from a URL in a vendor's answer, so that the answer cannot make us connect elsewhere.

They are fetched only over https from a public address, or from the account's own host; a redirect is followed only to
such a place. No key is sent, except that the origin of the account's base URL is asked once more with the account's
login if it refuses without, and not after a redirect from another origin. A name is resolved once: the address that was
checked is the one that is connected to.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import socket
import string
import time
from collections.abc import Mapping
from typing import Literal
from urllib.parse import unquote_to_bytes

import httpcore2
import httpx2

from blocks.answers.picture_answers import PICTURE_BYTES
from blocks.http_client.client import NotPublic, RequestLimits, connect, open_client
from blocks.http_client.connection import proxy_of
from blocks.http_client.errors import vendor_error
from blocks.http_client.picture_addresses import meant, origin, own_address
from studio.model.paid import VendorError

FETCH = RequestLimits(connect_seconds=10.0, read_seconds=30.0, total_seconds=120.0, body_bytes=PICTURE_BYTES)
"""The limits for fetching a picture that is made already."""

ESCAPES = 1_000_000
"""The most bytes of a `data:` URL that are written like %41: decoding makes an object for each."""

REDIRECTS = 5
"""The most redirects that are followed."""

_MOVED = (301, 302, 303, 307, 308)
"""The statuses that redirect (RFC 9110, section 15.4)."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones (RFC 6052, section 2.1)."""


_USUAL_LETTERS = bytes.maketrans(b"-_", b"+/")
_WHITE = b" \t\r\n"
_OTHER_LETTERS = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/="))
"""RFC 4648, sections 4 and 5."""


def fetch(
    vendor: str,
    url: str,
    own: str,
    limits: RequestLimits = FETCH,
    secrets: tuple[str, ...] = (),
    login: str = "",
    what: Literal["picture", "sound"] = "picture",
) -> bytes:
    """Return the bytes at `url`, at most `limits.body_bytes`.

    Args:
        url: from an answer: `https:`, at the account's own host (also relative, see
            `blocks.http_client.picture_addresses`), or `data:` (RFC 2397).
        own: the account's base URL.
        secrets: texts that must not appear in an error.
        login: the account's header Authorization, for the origin of `own` alone; '' for none.

    Raises:
        VendorError: 'bad answer': the URL must not be followed, or its content did not come whole. The picture was
            made, so it may have been billed.
    """
    if url[:5].lower() == "data:":
        return _inline(vendor, url, limits.body_bytes)
    failure = VendorError("bad answer", f"{vendor}: the answer holds no {what} and no address of one")
    try:
        home = httpx2.URL(own)
        places = meant(url, home) if home.host else (httpx2.URL(url),)
    except (httpx2.InvalidURL, TypeError, ValueError):
        places = ()
    for there in places:
        try:
            return _followed(vendor, there, home, limits, secrets, login, what)
        except VendorError as error:
            failure = error
    raise failure


def _followed(
    vendor: str,
    there: httpx2.URL,
    home: httpx2.URL,
    limits: RequestLimits,
    secrets: tuple[str, ...],
    login: str,
    what: str,
) -> bytes:
    """Return the bytes at an address, or at the one it redirects to.

    The account's host may redirect to wherever its answer may lead, another host only to https.
    """
    may_be_own, strayed = True, False
    failure = VendorError("bad answer", f"{vendor}: it redirects more than {REDIRECTS} times")
    for _ in range(REDIRECTS + 1):
        place = own_address(there, home) if may_be_own else None
        if place is None and there.scheme != "https":
            raise VendorError(
                "bad answer", f"{vendor}: the answer's address is not https and not the account's own host"
            )
        strayed = strayed or origin(place or there) != origin(home)
        headers = {"accept": "image/*" if what == "picture" else "audio/*", "user-agent": "film-studio"}
        try:
            response = _answer(vendor, place or there, place is not None, limits, secrets, headers)
            if response.status_code in (401, 403) and login and not strayed:
                headers["authorization"] = login
                response = _answer(vendor, place or there, place is not None, limits, secrets, headers)
        except NotPublic as error:
            failure = VendorError("wrong", f"{vendor}: {error}")
            break
        except VendorError as error:
            failure = error
            break
        except (ValueError, httpx2.InvalidURL):
            failure = VendorError("wrong", f"{vendor}: HTTPS_PROXY or ALL_PROXY is no address of a proxy")
            break
        except OSError:
            failure = VendorError("passing", f"{vendor}: its host is not known")
            break
        if response.status_code == 200:
            return response.content
        failure = vendor_error(vendor, response, secrets)
        target = response.headers.get("location", "") if response.status_code in _MOVED else ""
        if not target:
            break
        may_be_own = place is not None
        try:
            there = (place or there).join(target)
        except (httpx2.InvalidURL, TypeError, ValueError):
            break
    raise VendorError(
        "bad answer", f"the {what} was made, but could not be fetched: {failure}", request_id=failure.request_id
    )


def _answer(
    vendor: str,
    there: httpx2.URL,
    ours: bool,
    limits: RequestLimits,
    secrets: tuple[str, ...],
    headers: Mapping[str, str],
) -> httpx2.Response:
    # A proxy may be in a private network, and resolves the name itself; here the name is checked as well.
    trusted = ours or proxy_of(there) is not None
    with open_client(vendor, limits, secrets, connect if trusted else public_connect) as client:
        if not ours:
            _public_addresses(there.host, there.port or 443)
        return client.get(there, headers=dict(headers))


def public_connect(host: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Open a TCP connection to a host, all of whose addresses must be public, within the given seconds.

    Raises:
        NotPublic: one of its addresses is not public.
        httpcore2.ConnectError, httpcore2.ConnectTimeout: no connection.
    """
    ends = time.monotonic() + seconds
    try:
        addresses = _public_addresses(host, port)
    except OSError as error:
        raise httpcore2.ConnectError(error) from error
    for address in addresses[:-1]:
        try:
            return connect(address, port, max(0.1, (ends - time.monotonic()) / 2))
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
            continue
    return connect(addresses[-1], port, max(0.1, ends - time.monotonic()))


def is_public(address: str) -> bool:
    """Tell whether an IP address is a public one: not loopback, private, link-local, multicast or reserved."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    # Python takes site-local addresses (fec0::/10, RFC 3879) for global.
    inside = ip.is_multicast or ip.is_reserved or ip.is_unspecified or getattr(ip, "is_site_local", False)
    return ip.is_global and not inside


def _public_addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise NotPublic("the address in the answer is no host's name") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic("the address in the answer is not a public one")
    return addresses


def _inline(vendor: str, url: str, most: int) -> bytes:
    """Return the content of a `data:` URL."""
    head, comma, body = url.partition(",")
    if not comma or len(head) > 1_000 or len(body) > 4 * most or body.count("%") > ESCAPES:
        raise VendorError("bad answer", f"{vendor}: the answer's data: URL holds nothing, or too much")
    if not re.search(r";\s*base64\s*$", head, re.IGNORECASE):
        return unquote_to_bytes(body)[:most]
    return from_base64(vendor, unquote_to_bytes(body), most)


def from_base64(vendor: str, text: bytes | str, most: int = FETCH.body_bytes) -> bytes:
    """Decode base64 to at most `most` bytes, with the usual letters or those for URLs, padded or not, in lines or not.

    Raises:
        VendorError: 'bad answer': it is not base64, or too long.
    """
    if len(text) > most * 4 // 3 + 4:
        raise VendorError("bad answer", f"{vendor}: the answer has more than {most:,} bytes; it may have been billed")
    letters = text.encode("ascii", "ignore") if isinstance(text, str) else text
    letters = letters.translate(_USUAL_LETTERS, _WHITE).rstrip(b"=")
    try:
        # Other letters are left out, and must not count.
        missing = 0 if b"=" in letters else -len(letters.translate(None, _OTHER_LETTERS)) % 4
        return base64.b64decode(letters + b"=" * missing, validate=False)
    except (binascii.Error, ValueError):
        raise VendorError(
            "bad answer", f"{vendor}: the answer's picture is no base64; it may have been billed"
        ) from None
