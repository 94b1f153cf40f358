"""The table of the crash bench counts what the trials say, and a red trial is never hidden by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crash import __main__ as bench
from tests.crash.table import HEADINGS, bound, rows, table
from tests.crash.trial import Trial

GOOD = Trial("kill", "here", True, respent_seconds=0.5)
BAD = (
    Trial("kill", "there", False),
    Trial("kill", "there", True, lost=("images 1",)),
    Trial("kill", "there", True, again=("images 1", "videos 1")),
    Trial("kill", "there", True, wrong=("film.mp4 differs",)),
)


def test_a_row_counts_its_trials() -> None:
    """Trials, finished, lost and needlessly made pieces, and the seconds, by fault and in all."""
    found = rows([GOOD, Trial("power", "x", True, lost=("a", "b"), respent_seconds=1.5), GOOD])
    assert [row.fault for row in found] == ["kill", "power", "all"]
    assert [(row.trials, row.finished, row.lost, row.again) for row in found] == [
        (2, 2, 0, 0),
        (1, 1, 2, 0),
        (3, 3, 2, 0),
    ]
    assert found[-1].cells() == ("all", "3", "3", "2", "0", "0", "0.833", "1.400")
    assert table(found).splitlines()[0] == f"| {' | '.join(HEADINGS)} |"


def test_the_bound_is_three_in_n() -> None:
    """With no failure in n trials, one is less likely than 3/n at 95 %."""
    assert "0.15%" in bound(2_000)


@pytest.mark.parametrize("bad", BAD)
def test_one_red_trial_makes_the_bench_fail(
    bad: Trial, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 where a film was not finished, a piece is lost or made again without need, or a file differs."""
    monkeypatch.setattr(bench, "_trials", lambda *asked: iter([GOOD, bad, GOOD]))
    assert bench.bench() == 1
    out = capsys.readouterr().out
    assert "1 of 3 trials are red" in out
    assert "RED" in out


def test_green_trials_are_a_success(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 0 where every trial is green; every trial is kept where a file is named."""
    kept = tmp_path / "trials.jsonl"
    monkeypatch.setattr(bench, "_trials", lambda *asked: iter([GOOD, GOOD]))
    assert bench.bench(trials=kept) == 0
    assert [json.loads(line)["what"] for line in kept.read_text("utf-8").splitlines()] == ["here", "here"]
