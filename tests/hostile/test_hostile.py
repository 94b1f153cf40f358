"""Laws of hostile input, in a short form of `make hostile`: variants of every kind; and the judge sees each fault."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile import measured, work
from tests.hostile.case import Case
from tests.hostile.kinds import cases, kinds
from tests.hostile.measured import Stage
from tests.hostile.vendor import hostile_vendor
from tests.support.processor_time import within
from tests.support.sampled import sampled

VARIANTS = 3 * len(kinds())
SEED = 2
LIST = Case("judged", "", "sessions", ("list", "--output", "{room}/output"), "finished")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with hostile_vendor() as url, Stage(url) as lent:
        yield lent


@sampled("case", list(cases(VARIANTS, SEED)), ids=lambda case: case.kind, quick=len(kinds()))
def test_hostile_input_costs_little_and_touches_nothing(stage: Stage, case: Case) -> None:
    """A command on hostile input ends in its time and memory, with one line and an exit code, and touches nothing."""
    found = stage.judge(case)
    assert not found.wrong, f"{case.program} {case.words}: {case.told}: {found.wrong}"


def test_a_seed_gives_the_same_cases() -> None:
    """What failed can be made again."""
    assert [case.told for case in cases(60, 5)] == [case.told for case in cases(60, 5)]
    assert [case.told for case in cases(60, 5)] != [case.told for case in cases(60, 6)]


def test_a_command_without_harm_is_fine(stage: Stage) -> None:
    """What is harmless takes nothing beyond itself, and a true command ends as a forked one does."""
    for true in (False, True):
        found = stage.judge(replace(LIST, true=true))
        assert not found.wrong
        assert within(found.seconds, 1)


@pytest.mark.thorough
@pytest.mark.parametrize("fault", ["outside", "writes", "hangs", "slow", "hungry", "traceback", "silent", "blind"])
def test_the_judge_sees(stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """Each fault that a command could have is found: the bench would go red."""

    def faulty(program: str, words: list[str], url: str) -> int:
        output = Path(words[-1])
        if not (output / "harm").exists():
            return 0
        if fault == "outside":
            (output.parent / "outside/brief.json").write_text("gone")
        elif fault == "writes":
            (output / "a file").touch()
        elif fault == "hangs":
            os.read(os.pipe()[0], 1)
        elif fault == "slow":
            # Twice what is allowed on a machine as slow as this one is now.
            while within(os.times().user, 2 * measured.SECONDS):
                hash(fault)
        elif fault == "hungry":
            b"x" * (400 << 20)
        elif fault == "traceback":
            raise ValueError("no")
        return 2 if fault == "silent" else 0

    monkeypatch.setattr(measured, "run_program", faulty)
    monkeypatch.setattr(measured, "WAITED_SECONDS", 0.5 if fault == "hangs" else 30.0)
    words = LIST.words if fault == "blind" else ("view", *LIST.words[1:])
    found = stage.judge(replace(LIST, words=words, kind=fault, files={"output/harm": b"x"}))
    assert found.wrong


def test_what_is_forked_was_imported() -> None:
    """A fork pays for no import: else the first variant of a command would seem slow."""
    assert all(work.LOADED)
