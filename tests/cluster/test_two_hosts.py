"""A film of forty shots on two hosts with nothing in common but the store and the vendor: the real command, killed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cluster.two_hosts import NotHere, check_machine

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not (find_spec("obstore") and find_spec("moto")), reason="needs the extra `cluster`"),
]
HERE = Path(__file__).parents[2]
LONG_SECONDS = 3_600


def test_two_hosts_make_one_film() -> None:
    """However often one host is killed, asleep or cut off, the other goes on: the film is that of one undisturbed host,
    nothing that was published is lost or made again, nothing is paid twice, and who lost the session publishes
    nothing."""
    try:
        check_machine()
    except NotHere as error:
        pytest.skip(f"two hosts cannot be made here: {error}")
    done = subprocess.run(
        [sys.executable, "-m", "tests.cluster.two_hosts", "--kills", "3"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=LONG_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kill -9, 1 asleep, 1 link down" in done.stdout
