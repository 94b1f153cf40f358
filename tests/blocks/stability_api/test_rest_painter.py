"""The painter over REST, against a server that judges requests by the published reference."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr

from blocks.stability_api import rest_painter
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.painter_settings import StylePreset, nearest
from blocks.stability_api.rest_painter import SHAPES, Service, StabilityPainter
from studio.errors import EngineFailed
from studio.model.paid import Fault, VendorError
from tests.support.adapters.contract import PATIENT
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.stability_stand import HeldDesk
from tests.support.vendors.stability_server import KEY, StabilityServer, painted

SIZE = (320, 180)
SERVICES: tuple[Service, ...] = get_args(Service)


@pytest.fixture
def server() -> Iterator[StabilityServer]:
    with StabilityServer() as running:
        yield running


@pytest.fixture
def desk() -> PlainDesk:
    return PlainDesk()


@pytest.fixture
def painter(server: StabilityServer, desk: PlainDesk) -> StabilityPainter:
    account = StabilityAccount(api_key=SecretStr(KEY), rest_url=server.root)
    return StabilityPainter(account, limits=PATIENT).at(desk)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("size", [(1920, 1080), (82, 144), (336, 144), (192, 144), (144, 144)])
def test_a_picture_has_exactly_the_films_size(
    service: Service, size: tuple[int, int], painter: StabilityPainter, server: StabilityServer, tmp_path: Path
) -> None:
    """Whatever the service paints, the file is a PNG, RGB 8 bit, of the size asked for; one request each."""
    out = tmp_path / "shot.png"
    made = replace(painter, service=service).paint("a lighthouse", size, 7, out)
    with Image.open(out) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", size)
    assert (made.width, made.height) == size
    assert server.sent == server.billed == 1


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_arrives_as_published(
    service: Service, painter: StabilityPainter, server: StabilityServer, desk: PlainDesk, tmp_path: Path
) -> None:
    """Settings and words of any script arrive whole, in a form that the reference allows; the used seed comes back."""
    words = 'Fjörd 猫 "quoted"\r\n--boundary--\n😀'
    whole = replace(painter, service=service, negative_prompt="unscharf, 模糊", style_preset="analog-film")
    whole.paint(words, (1080, 1920), 12, tmp_path / "a.png")
    asked = server.asked[0]
    model = {"model": service, "mode": "text-to-image"} if service.startswith("sd3.5") else {}
    assert asked.fields == {
        "prompt": words,
        "negative_prompt": "unscharf, 模糊",
        "aspect_ratio": "9:16",
        "seed": "12",
        "style_preset": "analog-film",
        "output_format": "png",
        **model,
    }
    assert asked.headers["accept"] == "image/*"
    assert desk.replies[0].seed == 12
    assert desk.replies[0].request_id == "req_0123456789"
    assert desk.replies[0].usage == {"images": 1}


@pytest.mark.parametrize("preset", get_args(StylePreset))
def test_every_style_is_one_of_the_published(
    preset: StylePreset, painter: StabilityPainter, server: StabilityServer, tmp_path: Path
) -> None:
    """No style that can be chosen is refused by the reference."""
    replace(painter, style_preset=preset).paint("x", SIZE, 1, tmp_path / "a.png")
    assert server.billed == 1


def test_seed_zero_is_a_seed_like_others(painter: StabilityPainter, server: StabilityServer, tmp_path: Path) -> None:
    """Seed 0 would ask the vendor for any picture: it becomes one that no other shot has."""
    painter.paint("x", SIZE, 0, tmp_path / "a.png")
    painter.paint("x", SIZE, 2**31 - 1, tmp_path / "b.png")
    assert [asked.fields["seed"] for asked in server.asked] == [str(2**31), str(2**31 - 1)]


def test_half_a_letter_is_no_reason_to_fail(painter: StabilityPainter, server: StabilityServer, tmp_path: Path) -> None:
    """Half a surrogate pair, which a JSON file can hold, arrives as a question mark."""
    painter.paint("a \ud83d cat", SIZE, 1, tmp_path / "a.png")
    assert server.asked[0].fields["prompt"] == "a ? cat"


def test_a_long_prompt_is_cut(painter: StabilityPainter, server: StabilityServer, tmp_path: Path) -> None:
    """More than 10,000 characters are never sent: the vendor would refuse them."""
    replace(painter, negative_prompt="n" * 10_001).paint("猫" * 10_001, SIZE, 1, tmp_path / "a.png")
    assert len(server.asked[0].fields["prompt"]) == len(server.asked[0].fields["negative_prompt"]) == 10_000


@pytest.mark.parametrize("service", ["core", "ultra", "sd3.5-large"])
def test_a_reference_is_not_sent(
    service: Service, painter: StabilityPainter, server: StabilityServer, tmp_path: Path
) -> None:
    """No service is shown a picture: what starts from one would paint it over; it is told before anything is sent."""
    whole = tmp_path / "a.png"
    whole.write_bytes(painted((64, 64)))
    with pytest.raises(EngineFailed, match="no reference"):
        replace(painter, service=service).paint("x", SIZE, 1, tmp_path / "out.png", (whole,))
    assert server.sent == 0


def test_the_digest_is_of_what_is_sent(tmp_path: Path) -> None:
    """The same order has the same digest; every change of what is sent has another; key and place change nothing."""
    desk = HeldDesk()
    painter = StabilityPainter(StabilityAccount(api_key=SecretStr(KEY))).at(desk)
    elsewhere = StabilityAccount(api_key=SecretStr("sk-another-key"), rest_url="http://localhost:1")
    ultra = replace(painter, service="ultra")
    out = tmp_path / "out.png"
    for same in (painter, painter, replace(painter, account=elsewhere)):
        same.paint("x", SIZE, 1, out)
    changed = [
        lambda: painter.paint("y", SIZE, 1, out),
        lambda: painter.paint("x", SIZE, 2, out),
        lambda: painter.paint("x", (180, 320), 1, out),
        lambda: ultra.paint("x", SIZE, 1, out),
        lambda: replace(painter, negative_prompt="n").paint("x", SIZE, 1, out),
        lambda: replace(painter, style_preset="anime").paint("x", SIZE, 1, out),
        lambda: replace(painter, service="sd3.5-large").paint("x", SIZE, 1, out),
        lambda: replace(painter, service="sd3.5-medium").paint("x", SIZE, 1, out),
    ]
    for change in changed:
        change()
    assert len(set(desk.digests[:3])) == 1
    assert len(set(desk.digests[2:])) == len(changed) + 1


def test_the_model_tells_every_setting(painter: StabilityPainter) -> None:
    """Two painters that paint differently are called differently, and a long setting does not make a long name."""
    painters = [
        painter,
        replace(painter, service="ultra"),
        replace(painter, style_preset="cinematic"),
        replace(painter, negative_prompt="cinematic"),
        replace(painter, negative_prompt="n" * 5_000),
        replace(painter, negative_prompt="n" * 5_001),
    ]
    assert len({each.model for each in painters}) == len(painters)
    assert max(len(each.model) for each in painters) < 100
    assert painter.model == "core"


@pytest.mark.parametrize(
    ("told", "seed"), [("7", 7), ("", None), ("x", None), ("-1", None), ("9" * 11, None), ("٣", None)]
)
def test_a_seed_is_a_number_or_none(told: str, seed: int | None) -> None:
    """What a header tells of the seed is believed where it can be one."""
    assert rest_painter._seed(told) == seed


FAULTS: dict[str, Fault] = {
    "forbidden": "key",
    "too large": "wrong",
    "not understood": "wrong",
    "429": "slow down",
    "blurred": "refused",
    "empty": "bad answer",
    "failed": "bad answer",
    "quota as 429": "quota",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_kind(
    fault: str,
    painter: StabilityPainter,
    server: StabilityServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What only this vendor does wrong is told by its kind, in one line without the key, after one request; no file is
    left."""
    caplog.set_level(logging.DEBUG)
    server.play(fault)
    out = tmp_path / "out.png"
    with pytest.raises(VendorError) as caught:
        painter.paint("x", SIZE, 1, out)
    error = caught.value
    assert error.fault == FAULTS[fault]
    assert server.sent == 1
    assert not out.exists()
    told = "".join(traceback.format_exception(error))
    assert "\n" not in str(error)
    assert not any(KEY in text for text in (told, repr(error), repr(vars(error)), repr(painter), caplog.text))


@pytest.mark.parametrize(("fault", "seconds"), [("429", 60.0), ("429 seconds", 7.0)])
def test_how_long_to_wait_is_told(
    fault: str, seconds: float, painter: StabilityPainter, server: StabilityServer, tmp_path: Path
) -> None:
    """A 429 says how long to wait; where the vendor does not, it is the published minute."""
    server.play(fault)
    with pytest.raises(VendorError) as caught:
        painter.paint("x", SIZE, 1, tmp_path / "a.png")
    assert caught.value.retry_after == seconds


def test_what_was_made_and_cannot_be_used_is_counted(
    painter: StabilityPainter, server: StabilityServer, tmp_path: Path
) -> None:
    """A blurred or broken picture was made, and is billed; a prompt that was denied is not."""
    told = {}
    for fault in ("blurred", "half a picture", "refused"):
        server.play(fault)
        with pytest.raises(VendorError) as caught:
            painter.paint("x", SIZE, 1, tmp_path / "a.png")
        told[fault] = dict(caught.value.usage or {})
    assert told == {"blurred": {"images": 1}, "half a picture": {"images": 1}, "refused": {}}
    assert server.billed == 2


def test_a_dead_host_was_asked_nothing(painter: StabilityPainter, tmp_path: Path) -> None:
    """Where nobody listens, nothing was sent: it may pass."""
    dead = StabilityAccount(api_key=SecretStr(KEY), rest_url="http://127.0.0.1:1")
    with pytest.raises(VendorError) as caught:
        replace(painter, account=dead).paint("x", SIZE, 1, tmp_path / "a.png")
    assert caught.value.fault == "passing"


def test_without_a_desk_nothing_is_sent(painter: StabilityPainter, server: StabilityServer, tmp_path: Path) -> None:
    """A painter that costs money paints only where calls are booked."""
    with pytest.raises(EngineFailed, match="desk"):
        replace(painter, desk=None).paint("x", SIZE, 1, tmp_path / "a.png")
    assert server.sent == 0


@given(st.integers(82, 5_120), st.integers(82, 2_160))
def test_no_shape_is_nearer(width: int, height: int) -> None:
    """Of the published shapes the one is asked for that needs the least cropping."""

    def kept(shape: tuple[int, int]) -> float:
        return min(width * shape[1], height * shape[0]) / max(width * shape[1], height * shape[0])

    assert kept(nearest((width, height), SHAPES)) == pytest.approx(max(map(kept, SHAPES)))
