"""`studio.testing` passes the engines that come with the program, and finds every fault that an engine may have."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blocks.engine_registry import engine_plugin
from blocks.offline.animator import OfflineAnimator
from blocks.offline.music.composer import OfflineComposer
from blocks.offline.painter.painter import OfflinePainter
from blocks.offline.writer.writer import OfflineWriter
from studio.errors import EngineFailed
from studio.model.engine_plugin import ROLES, EnginePlugin, EngineSettings, Role
from studio.model.engines import Abilities
from studio.model.receipt import PieceMeasures
from studio.testing import check_engine
from tests.support.films.fake_crew import FakeNarrator, Log
from tests.support.sampled import sampled


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
    """It has version 0, and is asked for nothing where it has no desk."""
    paid: dict[str, Any] = {"at": lambda desk: None, "paint": failing("paid")}
    check("painter", paid | {"version": 0}, tmp_path)
    with pytest.raises(AssertionError, match="version 0"):
        check("painter", paid | {"version": 1}, tmp_path)
