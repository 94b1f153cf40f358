"""The example of `docs/engines.md`, followed: it keeps the contract, can be installed, and paints a film."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.films.film_command import PATIENCE_SECONDS

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "examples" / "engine"
FILM = """
import sys
from blocks.crew import FilmCrew
FilmCrew(painter="gradient", settings={"painter": {"direction": "across"}}).save("gradients", overwrite=True)
"""


def test_it_keeps_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own test, as it stands there."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    source = (EXAMPLE / "test_gradient_painter.py").read_text("utf-8")
    test: dict[str, object] = {}
    exec(compile(source, "test_gradient_painter.py", "exec"), test)
    keeps = test["test_it_keeps_the_contract"]
    assert callable(keeps)
    for direction in ("down", "across"):
        (tmp_path / direction).mkdir()
        keeps(tmp_path / direction, direction)


def test_the_page_shows_what_is_there() -> None:
    """The lines of the page are lines of the example."""
    page = (PROJECT / "docs" / "engines.md").read_text("utf-8")
    files = "".join(path.read_text("utf-8") for path in sorted(EXAMPLE.iterdir()) if path.is_file())
    for line in re.findall(r"^(plugin = .*|\"painter\.gradient\" = .*|    check_engine\(.*)$", page, re.MULTILINE):
        assert line.partition(", tmp_path")[0] in files, line


@pytest.mark.thorough
def test_a_film_is_painted_by_an_installed_engine(server: str, tmp_path: Path) -> None:
    """Installed as the page says, though into a folder of its own; saved in a block; named by --crew."""
    there = tmp_path / "packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(there), str(EXAMPLE)], check=True, timeout=PATIENCE_SECONDS)
    environment = os.environ | {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": server,
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{there}",
    }
    subprocess.run([sys.executable, "-c", FILM], env=environment, cwd=tmp_path, check=True, timeout=PATIENCE_SECONDS)
    film = ["make", "a quiet harbour", "--crew", "gradients", "--seconds", "4", "--height", "144", "--json"]
    command = [sys.executable, "-c", "from flows.cli.entry import main; main()"]
    done = subprocess.run(
        [*command, *film], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stderr
    session = tmp_path / "output" / "sessions" / json.loads(done.stdout.splitlines()[-1])["session_id"]
    receipt = json.loads((session / "images" / "shot_001.json").read_text("utf-8"))
    assert (receipt["engine"], receipt["model"]) == ("gradient", "gradient across")

    for name in ("doctor", "plan"):
        words = [name, *(["a quiet harbour"] if name == "plan" else []), "--crew", "gradients"]
        said = subprocess.run(
            [*command, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert said.returncode == 0, said.stdout + said.stderr
