"""Laws of engines by name: what a package registers is found and built, and whatever is wrong with it is one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from blocks import engine_registry
from blocks.crew import FilmCrew
from blocks.engine_registry import engine_names, engine_plugin
from flows.cli.doctor import vendor_checks
from studio.billing.prices import OWN, price_list
from studio.errors import BadInput
from studio.model.engine_plugin import GROUP

PLUGIN = """
from dataclasses import dataclass

from PIL import Image

from studio.model.check import Check
from studio.model.engine_plugin import EnginePlugin, EngineSettings
from studio.model.engines import Abilities
from studio.model.price import Price
from studio.model.receipt import PieceMeasures


class Settings(EngineSettings):
    shade: int = 7


@dataclass(frozen=True)
class Painter:
    shade: int
    engine: str = "{module}"
    model: str = "gradient"
    version: int = 1
    abilities: Abilities = Abilities(seed=True)

    def paint(self, prompt, size, seed, out, references=()):
        Image.new("RGB", size, (self.shade,) * 3).save(out, "PNG")
        return PieceMeasures(width=size[0], height=size[1])


def checks(crew, today):
    return [Check("shade", "ok", str(crew.painter.shade))]


def bad_checks(crew, today):
    raise ZeroDivisionError("by zero")


PRICE = Price(vendor="{module}", model="*", per={"images": 0.25})
painter = EnginePlugin(Settings, lambda chosen: Painter(chosen.shade), checks, prices=(PRICE,))
failing = EnginePlugin(Settings, lambda chosen: Painter(chosen.shade), bad_checks)
"""

Package = Callable[..., None]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Installs packages that register engines: metadata as an installer writes it, and a module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, registered: dict[str, str], module: str = PLUGIN) -> None:
        (folder := tmp_path / f"{name}-1.0.dist-info").mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{entry} = {value}" for entry, value in registered.items()]
        (folder / "entry_points.txt").write_text(f"[{GROUP}]\n" + "\n".join(lines) + "\n")
        (tmp_path / f"{name}.py").write_text(module.replace("{module}", name))
        engine_registry._entry_points.cache_clear()

    return install


def test_the_engines_that_come_with_the_program() -> None:
    """They are registered as anybody's are."""
    assert engine_names("writer") == ("offline", "openai")
    assert engine_names("painter") == ("offline", "openai", "stability", "stability-grpc")
    assert engine_names("narrator") == ("offline", "openai")
    assert engine_names("animator") == engine_names("composer") == ("offline",)


def test_a_package_of_somebody_elses(package: Package, tmp_path: Path) -> None:
    """It is listed, takes its settings from the block, paints as many pictures at once as may be asked for, and says
    what `film doctor` tells."""
    package("gradient_one", {"painter.gradient-one": "gradient_one:painter"})
    assert "gradient-one" in engine_names("painter")
    crew = FilmCrew(painter="gradient-one", settings={"painter": {"shade": 9}}, at_once=3).as_crew("mine")
    assert (crew.painter.engine, crew.painters, crew.narrator.engine) == ("gradient_one", 3, "offline")
    crew.painter.paint("a lamp", (16, 16), 1, tmp_path / "out.png")
    assert (tmp_path / "out.png").exists()
    assert [check.found for check in vendor_checks(crew, date(2025, 2, 8))] == ["9"]
    # What its calls cost is known with it, and without a file of one's own.
    assert price_list({}).cost_usd("gradient_one", "any", {"images": 2}) is None
    assert price_list({}).with_more(crew.prices).cost_usd("gradient_one", "any", {"images": 2}) == 0.5
    (own := tmp_path / "own.toml").write_text('[[price]]\nvendor = "gradient_one"\nmodel = "*"\nper = { images = 1 }\n')
    mine = price_list({OWN: str(own)}).with_more(crew.prices)
    assert mine.cost_usd("gradient_one", "any", {"images": 2}) == 2


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("import no_such_package", "cannot be imported (ModuleNotFoundError: No module named 'no_such_package')"),
        ("raise SystemError('first\\nsecond')", "cannot be imported (SystemError: first)"),
        ("painter = 3", "is no EnginePlugin but int"),
        ("other = 3", "cannot be imported (AttributeError"),
    ],
)
def test_a_package_that_is_broken(package: Package, module: str, told: str, request: pytest.FixtureRequest) -> None:
    """It stops only the crew that names it, in one line with its name and the reason."""
    name = f"broken_{abs(hash(request.node.name))}"
    package(name, {"painter.broken": f"{name}:painter"}, module)
    assert FilmCrew().as_crew("mine").painter.engine == "offline"
    with pytest.raises(BadInput) as failed:
        engine_plugin("painter", "broken")
    assert told in str(failed.value)
    assert "\n" not in str(failed.value)


def test_two_packages_with_one_name(package: Package) -> None:
    """Neither is taken by chance: the message names both."""
    package("gradient_two", {"painter.twice": "gradient_two:painter"})
    package("gradient_three", {"painter.twice": "gradient_three:painter"})
    with pytest.raises(BadInput, match="of gradient_three and gradient_two: uninstall one"):
        engine_plugin("painter", "twice")


def test_a_name_that_nobody_could_type(package: Package) -> None:
    """It is no engine's."""
    package("gradient_four", {"painter.Gradient Four": "gradient_four:painter", "gardener.x": "gradient_four:painter"})
    assert not [name for name in engine_names("painter") if "our" in name.lower()]


def test_checks_that_fail_are_a_check(package: Package) -> None:
    """`film doctor` says so and goes on."""
    package("gradient_five", {"painter.five": "gradient_five:failing"})
    (check,) = vendor_checks(FilmCrew(painter="five").as_crew("mine"), date(2025, 2, 8))
    assert (check.name, check.verdict, check.found) == ("gradient_five", "wrong", "ZeroDivisionError: by zero")
