"""The short form of the crash bench's layer for two hosts, and that it can fail.

Needs the extra `cluster`, so it is marked as a test of it. Each runs in a process of its own, because hosts are forked:
a process in which the store's client has run, as in other tests of the extra, may not fork.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.crash.hosts import FAULTS, Undisturbed, cases
from tests.crash.hosts_mutations import MUTATIONS, RED

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not (find_spec("obstore") and find_spec("moto")), reason="needs the extra `cluster`"),
]
HERE = Path(__file__).parents[2]
LONG_SECONDS = 900
SEEN = Undisturbed({}, 480)


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=HERE, capture_output=True, text=True, timeout=LONG_SECONDS
    )


def test_nothing_is_lost_or_paid_twice_between_hosts() -> None:
    """After every fault of a host, of its network and of the store: the other one makes the same film, nothing that was
    published is made again, nothing is billed twice, and nobody who lost the session publishes."""
    done = _run("tests.crash", "--only", "hosts", "--n", str(len(FAULTS)), "--seed", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "billed twice: 0" in done.stdout


def test_the_trials_of_the_mutations_are_green_without_them() -> None:
    """Where a mistake in the program is found, the program itself is not: it is the mistake that is seen."""
    done = _run("tests.crash.hosts_mutations")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_layer_can_fail(name: str) -> None:
    """Each promise broken in the program makes a trial red."""
    done = _run("tests.crash.hosts_mutations", name)
    assert done.returncode == RED, done.stdout + done.stderr


def test_a_seed_gives_the_same_trials_again() -> None:
    """Trials are drawn from their seed alone, and every fault comes in turn."""
    drawn = cases(2 * len(FAULTS), 7, SEEN)
    assert drawn == cases(2 * len(FAULTS), 7, SEEN)
    assert len({case.fault for case in drawn}) == len(FAULTS)
