"""`studio.testing` passes the engines that come with the program, and finds every fault that an engine may have."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from blocks.engine_registry import engine_plugin
from blocks.offline.animator import OfflineAnimator
from blocks.offline.music.composer import OfflineComposer
from blocks.offline.painter.painter import OfflinePainter
from blocks.offline.writer.writer import OfflineWriter
from blocks.stability_api.account import StabilityAccount
from studio.errors import EngineFailed
from studio.model.engine_plugin import ROLES, EnginePlugin, EngineSettings, Role
from studio.model.engines import Abilities
from studio.model.fingerprint import fingerprint
from studio.model.paid import CallDesk, Fault, Reply, Request, VendorError
from studio.model.price import Price
from studio.model.receipt import PieceMeasures
from studio.testing import check_engine
from tests.support.adapters.openai_stand import GATEWAY, KEY, account_at
from tests.support.films.fake_crew import FakeNarrator, Log
from tests.support.sampled import sampled
from tests.support.vendors.openai_server import OpenAIServer
from tests.support.vendors.stability_server import KEY as STABILITY_KEY
from tests.support.vendors.stability_server import StabilityServer


@sampled("role", [role for role in ROLES if role != "narrator"] + ["narrator"], quick=4)
def test_the_offline_engines_pass(role: Role, tmp_path: Path) -> None:
    """All five."""
    check_engine(role, engine_plugin(role, "offline"), tmp_path)


Work = Callable[..., Any]


@dataclass
class Faulty:
    """An engine that works like `real`, but for one method or attribute."""

    real: Any
    wrong: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        wrong = object.__getattribute__(self, "wrong")
        return wrong[name] if name in wrong else getattr(object.__getattribute__(self, "real"), name)


_numbers = itertools.count()


def painting(change: Callable[[Path], object], measured: dict[str, Any] | None = None) -> Work:
    """Return a painter's method that changes the picture after it was painted, and perhaps what was measured."""

    def paint(prompt: str, size: tuple[int, int], seed: int, out: Path, references: Any = ()) -> Any:
        Image.new("RGB", size, (7, 7, 7)).save(out, "PNG")
        change(out)
        return PieceMeasures(**({"width": size[0], "height": size[1]} | (measured or {})))

    return paint


def resaved(mode: str, form: str) -> Callable[[Path], None]:
    return lambda out: Image.open(out).convert(mode).save(out, form)


def failing(message: str) -> Work:
    def fail(*_: Any, **__: Any) -> Any:
        raise EngineFailed(message)

    return fail


def speaking(**measured: Any) -> Work:
    def speak(line: str, seed: int, out: Path) -> PieceMeasures:
        return FakeNarrator(Log()).speak(line, seed, out).model_copy(update=measured)

    return speak


def animating(more: int) -> Work:
    def animate(image: Path, camera: str, motion: str, frames: int, *rest: Any) -> PieceMeasures:
        return OfflineAnimator().animate(image, camera, motion, frames + more, *rest)

    return animate


def composing(more: float) -> Work:
    return lambda cues, seconds, seed, out: OfflineComposer().compose(cues, seconds + more, seed, out)


FAULTS: dict[str, tuple[Role, dict[str, Any], str]] = {
    "no name": ("painter", {"engine": ""}, "'engine' is empty"),
    "a number for a model": ("painter", {"model": 3}, "'model' is 3"),
    "a version of text": ("composer", {"version": "1"}, "'version' is '1'"),
    "no abilities": ("narrator", {"abilities": {}}, "'abilities' are no"),
    "a JPEG": ("painter", {"paint": painting(resaved("RGB", "JPEG"))}, "it makes ('JPEG'"),
    "transparency": ("painter", {"paint": painting(resaved("RGBA", "PNG"))}, "'RGBA'"),
    "a wrong measure": ("painter", {"paint": painting(str, {"width": 3})}, "it measures 3x144"),
    "a focus in pixels": ("painter", {"paint": painting(str, {"focus": (20.0, 30.0)})}, "shares are 0 to 1"),
    "a file beside": ("painter", {"paint": painting(lambda out: out.with_name("x").touch())}, "it leaves"),
    "another place": ("painter", {"paint": painting(lambda out: out.rename(out.with_name("x")))}, "it leaves"),
    "a dictionary": ("painter", {"paint": lambda *_, **__: {}}, "it returns dict"),
    "no picture": ("painter", {"paint": failing("no")}, "it refuses a plain prompt: no"),
    "a silent voice": ("narrator", {"speak": speaking(seconds=0.0)}, "it measures 0.0 s of a line"),
    "no empty line": (
        "narrator",
        {"speak": lambda line, seed, out: speaking()(line or "word", seed, out)},
        "an empty line lasts",
    ),
    "a frame too many": ("animator", {"animate": animating(1)}, "it makes (256, 144, 2)"),
    "a score too long": ("composer", {"compose": composing(0.5)}, "not (2, 2, 48000, 336000)"),
    "shots too short": (
        "writer",
        {"plan_shots": lambda *given: OfflineWriter().plan_shots(*given)[:-1]},
        "frames together, the film",
    ),
    "no story": ("writer", {"write_story": failing("no")}, "it refuses a plain idea: no"),
}
REAL: dict[Role, Any] = {
    "writer": OfflineWriter(),
    "painter": OfflinePainter(),
    "narrator": FakeNarrator(Log()),
    "animator": OfflineAnimator(),
    "composer": OfflineComposer(),
}


def check(role: Role, wrong: dict[str, Any], folder: Path) -> None:
    plugin = EnginePlugin(EngineSettings, lambda _: Faulty(REAL[role], wrong))
    check_engine(role, plugin, folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    """Each is named."""
    role, wrong, told = FAULTS[fault]
    with pytest.raises(AssertionError) as failed:
        check(role, wrong, tmp_path)
    assert told in str(failed.value)


def test_chance_is_no_seed(tmp_path: Path) -> None:
    """A painter that says it takes a seed and paints something else each time."""

    def paint(prompt: str, size: tuple[int, int], seed: int, out: Path, references: Any = ()) -> PieceMeasures:
        Image.new("RGB", size, (next(_numbers) % 256, 0, 0)).save(out, "PNG")
        return PieceMeasures(width=size[0], height=size[1])

    check("painter", {"paint": paint, "abilities": Abilities()}, tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(AssertionError, match="the same seed gives another piece"):
        check("painter", {"paint": paint, "abilities": Abilities(seed=True)}, tmp_path)


def test_an_answer_of_many_lines(tmp_path: Path) -> None:
    """A refusal is one line."""

    def paint(prompt: str, size: tuple[int, int], seed: int, out: Path, references: Any = ()) -> PieceMeasures:
        if "<b>" in prompt:
            raise EngineFailed("first\nsecond")
        result: PieceMeasures = painting(str)(prompt, size, seed, out)
        return result

    with pytest.raises(AssertionError, match="more than one line"):
        check("painter", {"paint": paint}, tmp_path)


def test_what_costs_money(tmp_path: Path) -> None:
    """It has version 0, and is asked for nothing where nobody plays its vendor."""
    paid: dict[str, Any] = {"at": lambda desk: None, "paint": failing("paid")}
    check("painter", paid | {"version": 0}, tmp_path)
    with pytest.raises(AssertionError, match="version 0"):
        check("painter", paid | {"version": 1}, tmp_path)


@pytest.mark.parametrize("role", ["writer", "painter", "narrator"])
def test_openais_engines_pass(role: Role, tmp_path: Path) -> None:
    """All three, at a server that plays it."""
    with OpenAIServer() as server:
        settings = {"account": account_at(server.url)}
        plugin = engine_plugin(role, "openai")
        check_engine(role, plugin, tmp_path, settings=settings, sent=lambda: server.sent, secrets=(KEY, GATEWAY))
        assert server.sent


def test_stabilitys_painter_passes(tmp_path: Path) -> None:
    """The one of the REST service."""
    with StabilityServer() as server:
        account = StabilityAccount(api_key=SecretStr(STABILITY_KEY), rest_url=server.root)
        plugin = engine_plugin("painter", "stability")
        settings = {"account": account}
        check_engine("painter", plugin, tmp_path, settings=settings, sent=lambda: server.sent, secrets=(STABILITY_KEY,))
        assert server.sent


class Vendor:
    """A vendor that paints for money, and counts."""

    def __init__(self) -> None:
        self.requests = 0

    def paint(self, words: str, size: tuple[int, int]) -> bytes:
        self.requests += 1
        made = io.BytesIO()
        Image.new("RGB", size, (len(words) % 256, 9, 9)).save(made, "PNG")
        return made.getvalue()


@dataclass(frozen=True)
class PaidPainter:
    """A painter that keeps the contract, but for its `fault`."""

    vendor: Vendor
    fault: str = ""
    desk: CallDesk | None = None

    engine, model, version, abilities = "vendor", "brush", 0, Abilities()

    def at(self, desk: CallDesk) -> PaidPainter:
        return replace(self, desk=desk)

    def paint(self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Any = ()) -> PieceMeasures:
        faults = {self.fault}
        again = next(_numbers) if "another digest each time" in faults else 0
        request = Request(
            "vendor",
            "vendor-account-sk-secret-1" if "a secret" in faults else "account",
            "brush",
            "text" if "another kind" in faults else "image",
            "digest" if "no digest" in faults else fingerprint(prompt=prompt, size=size, seed=seed, again=again),
            {} if "nothing reserved" in faults else {"images": 1.0},
        )

        def send() -> Reply:
            if "two requests" in faults:
                self.vendor.paint(prompt, size)
            usage = {"images": 2.0 if "more than reserved" in faults else 1.0}
            return Reply(self.vendor.paint(prompt, size), usage)  # type: ignore[arg-type]  # a unit of usage

        def check(reply: Reply) -> Image.Image:
            if "anything" in faults:
                return Image.new("RGB", size)
            if "a file of a wrong answer" in faults:
                out.write_bytes(reply.content)
            try:
                return Image.open(io.BytesIO(reply.content))
            except OSError as error:
                if "another error" in faults:
                    raise
                fault: Fault = "wrong" if "another fault" in faults else "bad answer"
                raise VendorError(fault, "no picture came") from error

        if self.desk is None:
            if "no desk needed" in faults:
                send()
            if "nobody at the desk" in faults:
                raise AttributeError("'NoneType' object has no attribute 'call'")
            raise EngineFailed("no desk")
        self.desk.call(request, send, check).save(out, "PNG")
        return PieceMeasures(width=size[0], height=size[1])


PAID_FAULTS = {
    "another digest each time": "a held answer is bought again",
    "a secret": "what is booked tells secret number [0]",
    "another kind": "a image call is booked as 'text'",
    "no digest": "64 hex digits",
    "nothing reserved": "a request reserves nothing",
    "two requests": "a call is 2 requests, not one",
    "more than reserved": "more than the request reserved",
    "anything": "it takes b'' for a piece",
    "a file of a wrong answer": "it leaves a file of an answer that it refuses",
    "another error": "a wrong answer ends in UnidentifiedImageError",
    "another fault": "a wrong answer is called 'wrong'",
    "no desk needed": "booked nowhere",
    "nobody at the desk": "without a desk it ends in AttributeError",
}


def check_paid(fault: str, folder: Path, prices: tuple[Price, ...] = ()) -> None:
    vendor = Vendor()
    plugin = EnginePlugin(EngineSettings, lambda _: PaidPainter(vendor, fault), prices=prices)
    check_engine("painter", plugin, folder, sent=lambda: vendor.requests, secrets=("sk-secret-1",))
    assert vendor.requests


def test_an_engine_that_costs_money_passes(tmp_path: Path) -> None:
    """One whose price is known in the unit that it books."""
    check_paid("", tmp_path, (Price(vendor="vendor", model="brush", per={"images": 0.04}),))


@pytest.mark.parametrize("fault", PAID_FAULTS)
def test_a_fault_that_costs_money_is_found(fault: str, tmp_path: Path) -> None:
    """Each is named."""
    with pytest.raises(AssertionError) as failed:
        check_paid(fault, tmp_path)
    assert PAID_FAULTS[fault] in str(failed.value)


def test_a_price_in_another_unit_is_found(tmp_path: Path) -> None:
    """By seconds, where pictures are booked by their number: no budget could count it."""
    with pytest.raises(AssertionError, match="its price has no unit"):
        check_paid("", tmp_path, (Price(vendor="vendor", model="brush", per={"seconds": 0.04}),))
