"""The process is killed while it works; the next run makes only what is missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runs import IDEA, SMALL, Studio

PATIENCE_SECONDS = 120


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


def receipts(output: Path, stage: str) -> list[Path]:
    return list(output.glob(f"sessions/session_*/{stage}/[!.]*.json"))


@pytest.mark.parametrize("kind", ["image", "video"])
def test_a_run_that_is_killed_costs_only_what_was_in_flight(
    studio: Studio, server: str, tmp_path: Path, kind: str
) -> None:
    """SIGKILL during images, and during videos: no finished piece is made again, and the same session is finished."""
    log, stage = tmp_path / "calls.log", {"image": "images", "video": "videos"}[kind]
    # A call takes longer than it takes to see that one was published: the kill falls inside work.
    order = {
        "options": {"idea": IDEA, "output": str(studio.output), **SMALL},
        "log": str(log),
        "slow": kind,
        "seconds": 1.0,
    }
    environment = {**os.environ, "PREFECT_API_URL": server}
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.flows.child", json.dumps(order)], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not receipts(studio.output, stage):
            assert child.poll() is None, child.stderr and child.stderr.read().decode()[-2000:]
            assert time.monotonic() < deadline, lines(log)
            time.sleep(0.02)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        if child.stderr:
            child.stderr.close()
    # What ended may not have been published when the kill came: only what has a receipt counts as finished.
    folder = studio.only_folder()
    there = {each: len(receipts(studio.output, each)) for each in ("images", "videos", "narration")}
    assert there[stage] >= 1
    outcome = studio.film()
    assert outcome.state.is_completed(), outcome.state
    assert outcome.report["session_id"] == folder.name
    total = len(studio.shots(folder.name))
    # Fewer where the kill fell between an artefact and its receipt: the staged receipt then finishes the publication.
    assert outcome.made.get("image", 0) <= total - there["images"]
    assert outcome.made.get("video", 0) <= total - there["videos"]
    assert outcome.made.get("narration", 0) <= total - there["narration"]
    assert "story" not in outcome.made
    assert not [path for path in folder.rglob(".*")]
