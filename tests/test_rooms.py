"""Four rooms, one direction: the import contracts of pyproject.toml, and Prefect's server can be imported at all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
ROOMS = ("flows", "tasks", "blocks", "studio", "tests")
OF_OTHERS = {"stability_sdk/client.py", "api.py", "client.py"}
"""Modules of libraries, by which a docstring says where a number comes from."""


def test_imports_go_one_way() -> None:
    """flows -> tasks -> blocks -> studio, and the domain knows neither the engine nor a vendor."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_flow_or_block_hides_a_library() -> None:
    """Prefect puts the flow's folder first on sys.path: no module there may bear the name of anything importable."""
    here = [path for room in ("flows", "blocks") for path in (PROJECT / room).iterdir()]
    ours = {path.stem for path in here if path.suffix == ".py" or (path / "__init__.py").is_file()} - {"__init__"}
    code = (
        "import importlib.util, sys; sys.path[:] = [p for p in sys.path if p not in ('', sys.argv[1])]; "
        "print(*[n for n in sys.argv[2:] if importlib.util.find_spec(n)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(PROJECT), *sorted(ours)], capture_output=True, text=True, cwd="/", timeout=60
    )
    assert done.stdout.split() == []


def test_the_server_imports() -> None:
    """The pinned set starts a server: a newer fastapi would break it."""
    import prefect.server.api.server

    assert prefect.server.api.server.create_app is not None


def test_the_house_style_holds() -> None:
    """Lint and format rules of pyproject.toml hold everywhere."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    for arguments in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        done = subprocess.run([ruff, *arguments, "."], cwd=PROJECT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def modules() -> list[Path]:
    return [path for room in ROOMS for path in (PROJECT / room).rglob("*.py")]


def test_every_line_is_formatted() -> None:
    """No statement is kept from the formatter."""
    kept = [path for path in modules() if re.search(r"#\s*fmt:\s*skip", path.read_text("utf-8"))]
    assert kept == []


def test_what_python_modules_name_is_there() -> None:
    """A module that a docstring or a comment names, by its path or as one beside it, is there."""
    lost = [
        f"{path.relative_to(PROJECT)}: {name}"
        for path in modules()
        for name in re.findall(r"`([\w/]+\.py)`", path.read_text("utf-8"))
        if not (PROJECT / name).is_file() and not (path.parent / name).is_file() and name not in OF_OTHERS
    ]
    assert lost == []
