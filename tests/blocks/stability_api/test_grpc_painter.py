"""The painter over gRPC, against a server built on the SDK's own stubs, open and over TLS."""

from __future__ import annotations

import datetime
import logging
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image
from pydantic import SecretStr

pytest.importorskip("stability_sdk", reason="stability-sdk exists for Python 3.11 and 3.12 only")

import grpc

from blocks.stability_api import grpc_call
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.grpc_painter import SIZES, StabilityGrpcPainter
from studio.errors import BadInput, EngineFailed
from studio.model.paid import Fault, VendorError
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.stability_stand import HeldDesk
from tests.support.vendors.stability_grpc_server import StabilityGrpcServer, stability_grpc_server, stability_tls_server
from tests.support.vendors.stability_server import KEY

SIZE = (320, 180)
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def server() -> Iterator[StabilityGrpcServer]:
    with stability_grpc_server() as running:
        yield running


@pytest.fixture
def desk() -> PlainDesk:
    return PlainDesk()


@pytest.fixture
def painter(server: StabilityGrpcServer, desk: PlainDesk) -> StabilityGrpcPainter:
    account = StabilityAccount(api_key=SecretStr(KEY), grpc_host=server.host)
    return StabilityGrpcPainter(account, seconds=60).at(desk)


@pytest.mark.parametrize("size", [(1920, 1080), (82, 144), (336, 144), (192, 144), (144, 144)])
def test_a_picture_has_exactly_the_films_size(
    size: tuple[int, int], painter: StabilityGrpcPainter, server: StabilityGrpcServer, tmp_path: Path
) -> None:
    """The file is a PNG, RGB 8 bit, of the size asked for, after one call at a size that the engine paints."""
    out = tmp_path / "shot.png"
    made = painter.paint("a lighthouse", size, 7, out)
    with Image.open(out) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", size)
    assert (made.width, made.height) == size
    assert len(server.asked) == server.billed == 1
    assert (server.asked[0].image.width, server.asked[0].image.height) in SIZES


def test_every_size_is_of_whole_blocks() -> None:
    """Both sides of every size are multiples of 64, and none has more than a megapixel."""
    assert all(width % 64 == height % 64 == 0 and width * height <= 2**20 for width, height in SIZES)


def test_every_setting_arrives(
    painter: StabilityGrpcPainter, server: StabilityGrpcServer, desk: PlainDesk, tmp_path: Path
) -> None:
    """Prompt, negative prompt, style, steps and seed arrive as the SDK's own client would send them."""
    whole = replace(painter, negative_prompt="模糊", style_preset="analog-film", steps=20)
    whole.paint("Fjörd 猫\n😀", (1080, 1920), 12, tmp_path / "a.png")
    asked = server.asked[0]
    assert [(each.text, each.parameters.weight) for each in asked.prompt] == [("Fjörd 猫\n😀", 1.0), ("模糊", -1.0)]
    assert (list(asked.image.seed), asked.image.samples, asked.image.steps) == ([12], 1, 20)
    assert asked.extras["$IPC"]["preset"] == "analog-film"
    assert asked.engine_id == "stable-diffusion-xl-1024-v1-0"
    assert desk.replies[0].seed == 12
    assert desk.replies[0].request_id == asked.request_id
    assert desk.replies[0].usage == {"images": 1}


def test_seed_zero_is_a_seed_like_others(
    painter: StabilityGrpcPainter, server: StabilityGrpcServer, tmp_path: Path
) -> None:
    """Seed 0 would ask for any picture: it becomes one that no other shot has."""
    painter.paint("x", SIZE, 0, tmp_path / "a.png")
    assert list(server.asked[0].image.seed) == [2**31]


def test_a_long_prompt_is_cut(painter: StabilityGrpcPainter, server: StabilityGrpcServer, tmp_path: Path) -> None:
    """More than 2,000 characters are never sent."""
    replace(painter, negative_prompt="n" * 2_001).paint("猫" * 2_001, SIZE, 1, tmp_path / "a.png")
    assert [len(each.text) for each in server.asked[0].prompt] == [2_000, 2_000]


def test_the_digest_is_of_what_is_sent(tmp_path: Path) -> None:
    """The same order has the same digest; every change of what is sent has another; key and deadline change nothing."""
    desk = HeldDesk()
    painter = StabilityGrpcPainter(StabilityAccount(api_key=SecretStr(KEY))).at(desk)
    out = tmp_path / "out.png"
    elsewhere = StabilityAccount(api_key=SecretStr("sk-another-key"), grpc_host="localhost:1")
    for same in (painter, replace(painter, account=elsewhere), replace(painter, seconds=9.0)):
        same.paint("x", SIZE, 1, out)
    changed = [
        replace(painter, engine_id="other"),
        replace(painter, negative_prompt="n"),
        replace(painter, steps=31),
        replace(painter, style_preset="anime"),
    ]
    for each in changed:
        each.paint("x", SIZE, 1, out)
    painter.paint("y", SIZE, 1, out)
    painter.paint("x", SIZE, 2, out)
    painter.paint("x", (180, 320), 1, out)
    assert len(set(desk.digests[:3])) == 1
    assert len(set(desk.digests)) == len(changed) + 4
    assert len({each.model for each in [painter, *changed]}) == len(changed) + 1


FAULTS: dict[str, Fault] = {
    "reset before": "passing",
    "reset after": "unknown",
    "reset while painting": "unknown",
    "no answer": "unknown",
    "503": "passing",
    "unavailable later": "unknown",
    "500": "passing",
    "crash": "passing",
    "key": "key",
    "quota": "quota",
    "quota of old": "quota",
    "too many": "slow down",
    "refused": "refused",
    "wrong": "wrong",
    "blurred": "refused",
    "filtered": "refused",
    "nothing": "bad answer",
    "failed": "bad answer",
    "half a picture": "bad answer",
    "bomb": "bad answer",
    "tiny": "bad answer",
    "too large": "bad answer",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_kind(
    fault: str,
    painter: StabilityGrpcPainter,
    server: StabilityGrpcServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the server or the connection does wrong is told by its kind, in one line without the key, after one call
    that ended by its deadline; no file is left. A picture that was made is counted."""
    caplog.set_level(logging.DEBUG)
    server.play(fault)
    out, began = tmp_path / "out.png", time.monotonic()
    with pytest.raises(VendorError) as caught:
        replace(painter, seconds=0.5 if fault == "no answer" else 60.0).paint("x", SIZE, 1, out)
    error = caught.value
    assert error.fault == FAULTS[fault]
    assert error.retry_after == (60.0 if fault == "too many" else None)
    assert len(server.asked) == (0 if fault == "reset before" else 1)
    assert time.monotonic() - began < 30
    assert not out.exists()
    made = server.billed if FAULTS[fault] in ("bad answer", "refused") else 0
    assert dict(error.usage or {}) == ({"images": 1} if made else {})
    told = "".join(traceback.format_exception(error))
    assert "\n" not in str(error)
    assert not any(KEY in text for text in (told, repr(error), repr(vars(error)), repr(painter), caplog.text))


@pytest.mark.parametrize("fault", ["late break", "endless"])
def test_a_whole_picture_is_used(
    fault: str, painter: StabilityGrpcPainter, server: StabilityGrpcServer, tmp_path: Path
) -> None:
    """A picture that came whole is paid for: it counts though the connection breaks, or the answer never ends."""
    server.play(fault)
    began = time.monotonic()
    replace(painter, seconds=120).paint("x", SIZE, 1, tmp_path / "a.png")
    assert time.monotonic() - began < 60
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == SIZE


class _Broken:
    """An error of gRPC's own, in words of a later version."""

    def __init__(self, peer: str, said: str = "the transport went away") -> None:
        self.peer, self.said = peer, said

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        return self.said

    def debug_error_string(self) -> str:
        return f"UNKNOWN:Error received from peer {self.peer} {{grpc_status:14}}"


@pytest.mark.parametrize(
    ("error", "heard", "fault"),
    [
        (_Broken(""), False, "unknown"),
        (_Broken("ipv4:127.0.0.1:443"), True, "unknown"),
        (_Broken("ipv4:127.0.0.1:443"), False, "passing"),
        (_Broken("", "failed to connect to all addresses"), False, "passing"),
        (_Broken("ipv4:127.0.0.1:443", "recvmsg:Connection reset by peer"), False, "unknown"),
    ],
)
def test_what_cannot_be_told_is_unknown(error: _Broken, heard: bool, fault: Fault) -> None:
    """A call is said not to have happened only where the server said so, or where it was never reached."""
    account = StabilityAccount(api_key=SecretStr(KEY))
    assert grpc_call.rpc_fault(account, "id", error, heard).fault == fault


def test_a_dead_host_fails_at_once(painter: StabilityGrpcPainter, tmp_path: Path) -> None:
    """Where nobody listens, nothing was sent, and it is told long before the deadline."""
    account = StabilityAccount(api_key=SecretStr(KEY), grpc_host="127.0.0.1:1")
    began = time.monotonic()
    with pytest.raises(VendorError) as caught:
        replace(painter, account=account, seconds=120).paint("x", SIZE, 1, tmp_path / "a.png")
    assert caught.value.fault == "passing"
    assert time.monotonic() - began < 60


def test_the_open_door_carries_no_key(
    painter: StabilityGrpcPainter, server: StabilityGrpcServer, tmp_path: Path
) -> None:
    """Without TLS the key is not sent."""
    painter.paint("x", SIZE, 1, tmp_path / "a.png")
    assert server.keys == [""]


def test_no_proxy_leads_to_this_machine(
    painter: StabilityGrpcPainter, server: StabilityGrpcServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server here is asked directly, whatever proxy the environment names."""
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    painter.paint("x", SIZE, 1, tmp_path / "a.png")
    assert server.billed == 1


def test_what_costs_money_needs_a_desk_and_no_reference(
    painter: StabilityGrpcPainter, server: StabilityGrpcServer, tmp_path: Path
) -> None:
    """Without a desk, or with a reference picture, nothing is sent."""
    with pytest.raises(EngineFailed, match="desk"):
        replace(painter, desk=None).paint("x", SIZE, 1, tmp_path / "a.png")
    with pytest.raises(EngineFailed, match="reference"):
        painter.paint("x", SIZE, 1, tmp_path / "a.png", (tmp_path / "b.png",))
    assert server.asked == []


def test_a_missing_sdk_is_told(
    painter: StabilityGrpcPainter, desk: PlainDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the SDK is not installed, as on Python 3.13, one line says what to do, and nothing is booked."""
    monkeypatch.setitem(sys.modules, "stability_sdk.interfaces.gooseai.generation.generation_pb2", None)
    grpc_call.sdk.cache_clear()
    with pytest.raises(BadInput, match=r"Python 3\.11 and 3\.12"):
        painter.paint("x", SIZE, 1, tmp_path / "a.png")
    grpc_call.sdk.cache_clear()
    assert desk.requests == []


def test_a_crew_can_be_named_without_the_sdk() -> None:
    """Importing the painter does not load the SDK: other crews start without it."""
    code = "import blocks.stability_api.grpc_painter, sys; print({'grpc', 'stability_sdk'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "set()\n", done.stderr


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """A key and a self-signed certificate of `localhost`, PEM; the second as a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    began = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + datetime.timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return pem, path


@pytest.mark.parametrize(
    ("key", "trusted", "told"),
    [(KEY, True, "painted"), ("sk-wrong-key-000", True, "key"), (KEY, False, "wrong")],
)
def test_over_tls_the_key_goes_to_whom_it_trusts(
    key: str, trusted: bool, told: str, certificate: tuple[bytes, Path], tmp_path: Path
) -> None:
    """On a port that ends in 443 the connection is TLS and carries the key, but not to one that nobody vouches for."""
    pem, path = certificate
    trust = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(path)} if trusted else {}
    with stability_tls_server(pem, path.read_bytes()) as server:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.support.adapters.stability_tls_child",
                server.host,
                key,
                str(tmp_path / "a.png"),
            ],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT), **trust},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == told, done.stdout
    assert server.keys == ([f"Bearer {key}"] if trusted else [])
    assert key not in done.stdout + done.stderr
