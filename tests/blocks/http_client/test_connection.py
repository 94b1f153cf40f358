"""One request on one connection, bounded, and honest about what became of it."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from blocks.http_client import client as wire
from blocks.http_client import connection
from blocks.http_client.client import RequestLimits, open_client
from blocks.http_client.connection import RequestProgress
from studio.model.paid import VendorError
from tests.support.adapters.socket_stand import CHUNKED, Serve, failure, get, message, no_name, saying, serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    with serving() as begin:
        yield begin


def test_a_whole_answer_comes_as_it_is(serve: Serve) -> None:
    """Body and status are the server's."""
    assert get(serve(saying(message(b"hello")))) == b"hello"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_answer_is_unpacked(serve: Serve, pack: Callable[[bytes], bytes]) -> None:
    """A server that packs without being asked is understood."""
    kind = "gzip" if pack is gzip.compress else "deflate"
    assert get(serve(saying(message(pack(b"hello" * 999), f"content-encoding: {kind}")))) == b"hello" * 999


def test_a_large_body_is_not_read_to_its_end(serve: Serve) -> None:
    """A body beyond the bound is a bad answer, with the request's id, and so is one that only unpacks beyond it."""
    plain = failure(serve(saying(message(b"x" * 5_000))), body_bytes=1_000)
    packed = failure(serve(saying(message(gzip.compress(b"x" * 10**7), "content-encoding: gzip"))), body_bytes=10**6)
    assert [plain.fault, packed.fault] == ["bad answer", "bad answer"]
    assert plain.request_id == "req_9"


@pytest.mark.parametrize(
    "answer",
    [
        message(b"hel", length=100),
        message(gzip.compress(b"hello" * 99)[:-9], "content-encoding: gzip"),
        message(b"not packed", "content-encoding: gzip"),
        message(b"??", "content-encoding: br"),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ],
)
def test_a_broken_body_is_a_bad_answer(serve: Serve, answer: bytes) -> None:
    """Headers of success came, so it may have been billed: that is not the same as no answer."""
    assert failure(serve(saying(answer))).fault == "bad answer"


def test_an_errors_broken_body_leaves_its_status(serve: Serve) -> None:
    """A 503 is a 503, whatever happens to its body."""
    answer = b"HTTP/1.1 503 no\r\ncontent-length: 100\r\n\r\nupstream"
    with open_client("acme") as client:
        response = client.get(serve(saying(answer)))
    assert (response.status_code, response.content) == (503, b"upstream")


@pytest.mark.parametrize(("begin", "drop", "fault"), [(b"", b"H", "unknown"), (CHUNKED, b"1\r\nx\r\n", "bad answer")])
def test_a_dripping_answer_ends_at_the_deadline(serve: Serve, begin: bytes, drop: bytes, fault: str) -> None:
    """A server that sends byte after byte does not hold a call beyond its total time, however fast they come."""
    left = threading.Event()

    def drip(caller: socket.socket) -> None:
        caller.recv(65_536)
        caller.sendall(begin)
        try:
            for _ in range(2_000_000):
                caller.sendall(drop)
                if not begin:
                    left.wait(0.02)
        finally:
            left.set()

    began = time.monotonic()
    assert failure(serve(drip), total_seconds=0.3).fault == fault
    assert time.monotonic() - began < 4


def test_a_request_that_was_not_sent_whole_was_not_sent(serve: Serve) -> None:
    """Whoever lets the connection break while the request is being sent cannot have done the work."""

    def reset(caller: socket.socket) -> None:
        caller.recv(10)

    body = b"x" * 50_000_000
    with open_client("acme", RequestLimits(read_seconds=20)) as client, pytest.raises(VendorError) as failed:
        client.post(serve(reset), content=body)
    assert failed.value.fault == "passing"


def test_a_host_without_a_name_is_passing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the name is not known nothing was sent."""
    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    told = failure("http://nowhere.test/")
    assert told.fault == "passing"
    assert "Name or service not known" in str(told)


def test_an_impossible_header_is_wrong_and_not_told() -> None:
    """A key with a line end is not sent, and does not stand in the error."""
    with open_client("acme") as client, pytest.raises(VendorError) as failed:
        client.get("http://127.0.0.1:9/", headers={"authorization": b"Bearer se\ncret".decode()})
    assert "cret" not in str(failed.value)


def test_a_stranger_gets_no_key(serve: Serve, tmp_path: Path) -> None:
    """Behind a certificate that nobody vouches for nothing is sent; trying again would not help."""
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    def act(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as inside:
            heard.append(inside.recv(9))

    told = failure(serve(act).replace("http:", "https:"))
    assert told.fault == "wrong"
    assert "certificate" in str(told)
    assert heard == []


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that nobody vouches for, and its key; gives their files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def test_redirects_are_not_followed(serve: Serve) -> None:
    """A key does not travel to where an answer points."""
    asked: list[bytes] = []
    elsewhere = serve(lambda caller: asked.append(caller.recv(9)))
    answer = f"HTTP/1.1 307 there\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n".encode()
    with open_client("acme") as client:
        assert client.get(serve(saying(answer))).status_code == 307
    assert asked == []


def test_each_request_has_a_connection_of_its_own(serve: Serve) -> None:
    """An idle connection that the server closes just then would look like a call cut off."""
    callers: list[tuple[str, int]] = []

    def act(caller: socket.socket) -> None:
        callers.append(caller.getpeername())
        saying(message(b"hello"))(caller)

    url = serve(act)
    with open_client("acme") as client:
        client.get(url)
        client.get(url)
    assert len(set(callers)) == 2


def test_certificates_that_cannot_be_read_are_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken trust store is a wrong setting; nothing was sent."""

    def broken() -> ssl.SSLContext:
        raise ssl.SSLError("[X509] PEM lib")

    monkeypatch.setattr(wire, "trusted", broken)
    told = failure("http://127.0.0.1:9/")
    assert told.fault == "wrong"
    assert "SSL_CERT_FILE" in str(told)


def test_a_request_asks_for_no_packing_and_no_second_use(serve: Serve) -> None:
    """What is packed would be billed in vain where it does not unpack; the connection ends with its answer."""
    heard: list[bytes] = []

    def act(caller: socket.socket) -> None:
        heard.append(caller.recv(65_536).lower())
        caller.sendall(message(b"hello"))

    get(serve(act))
    assert b"\r\naccept-encoding: identity\r\n" in heard[0]
    assert b"\r\nconnection: close\r\n" in heard[0]


def test_an_error_tells_no_secret() -> None:
    """Whatever the system's words quote."""
    with open_client("acme", secrets=("refused",)) as client, pytest.raises(VendorError) as failed:
        client.get("http://127.0.0.1:1/")
    assert "refused" not in str(failed.value)
    assert "[secret]" in str(failed.value)


def test_a_header_that_cannot_be_sent_is_not_quoted(serve: Serve) -> None:
    """The value of any header may be a secret."""
    with open_client("acme") as client, pytest.raises(VendorError) as failed:
        client.get(serve(saying(message(b""))), headers={"x-gateway": "pass\nword"})
    assert failed.value.fault == "wrong"
    assert "pass" not in str(failed.value)


class _Sink(httpcore2.NetworkStream):
    """A connection that takes everything."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take it."""


def test_a_late_write_of_nothing_tears_no_request() -> None:
    """The body was sent whole when the time ran out: that the vendor cannot have it must not be said."""
    progress = RequestProgress(time.monotonic() - 1)
    connection._Stream(_Sink(), progress, RequestLimits()).write(b"")
    assert not progress.torn
    with pytest.raises(httpcore2.WriteTimeout):
        connection._Stream(_Sink(), progress, RequestLimits()).write(b"x")
    assert progress.torn
