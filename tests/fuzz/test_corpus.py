"""Laws of what comes from outside: every input that the fuzzer ever tripped over, or that reaches far, is replayed."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from studio.errors import BadInput
from tests.fuzz import judge
from tests.fuzz.inputs import CORPUS, TARGETS, inputs_of
from tests.fuzz.judge import MOST_SECONDS, Hungry, Slow, judged, stretched

INPUTS = [(target, path) for target in TARGETS for path in inputs_of(target)]


@pytest.mark.parametrize(("target", "path"), INPUTS, ids=[f"{target}-{path.name}" for target, path in INPUTS])
def test_an_input_is_read_or_refused(target: str, path: Path) -> None:
    """An input becomes what it says or is refused by an error of ours, in its time and memory, and nothing is lost."""
    module = importlib.import_module(f"tests.fuzz.targets.{target}")
    judged(module.check, path.read_bytes(), getattr(module, "SECONDS", MOST_SECONDS))


def test_every_target_has_inputs_and_every_input_a_target() -> None:
    """A target is a module, a name in the list, and a folder of inputs, all three."""
    modules = {path.stem for path in (CORPUS.parent / "targets").glob("[!_]*.py")}
    assert modules == set(TARGETS) == {path.name for path in CORPUS.iterdir()}
    assert all(inputs_of(target) for target in TARGETS)


def test_the_inputs_stay_small() -> None:
    """What is committed has some tens of kilobytes in all."""
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < 100_000


def test_a_fault_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal passes; whatever else is raised, too much time, and waiting for ever do not."""

    def refuses(data: bytes) -> None:
        raise BadInput("no")

    def breaks(data: bytes) -> None:
        raise ValueError("no")

    def works(data: bytes) -> None:
        while True:
            hash(data)

    monkeypatch.setattr(judge, "STOPPED_AFTER", 0.3)
    judged(refuses, b"")
    with pytest.raises(ValueError, match="no"):
        judged(breaks, b"")
    with pytest.raises(Slow):
        judged(works, b"")


def test_memory_is_watched() -> None:
    """What takes more than it may is told, in a process that took little before."""
    code = (
        "from tests.fuzz.judge import judged\n"
        "try:\n    judged(lambda data: b'x' * (400 << 20) and None, b'', 60.0)\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == Hungry.__name__


def test_an_input_between_two_marks_is_repeated() -> None:
    """A short input stands for a long one: what takes the square of a length shows."""
    assert stretched(b"abc") == "abc"
    assert stretched(b"a\xffb\xffc").startswith("abbb")
    assert len(stretched(b"a\xffb\xffc")) >= 20_000
    assert json.dumps(stretched(b"\xff\xffa"))
