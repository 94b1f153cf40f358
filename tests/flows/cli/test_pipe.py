"""A film whose reader leaves: `film make ... | head -1`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE_SECONDS = 120


@pytest.mark.thorough
def test_a_closed_pipe_is_said_and_loses_nothing(server: str, tmp_path: Path) -> None:
    """Where nobody reads the output any more, one line on standard error says so and how to go on; exit code 1."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("FILM_", "PREFECT_"))}
    environment = keep | {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": server,
        "FILM_TEST_LOG": str(tmp_path / "log"),
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.films.filmed", "image", "0.5", "make", "a film", "--seconds", "4"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("engine:")
    process.stdout.close()
    said = process.stderr.read().strip().splitlines()
    process.stderr.close()
    assert process.wait(PATIENCE_SECONDS) == 1
    assert len(said) == 1
    assert "nobody reads the output" in said[0]
    assert "resume session_" in said[0]
