"""Where `--on` may send shots: its forms, and what is refused before anything is begun. Needs no Dask."""

from __future__ import annotations

import re
import subprocess
import sys
from types import ModuleType

import pytest

from flows.dask_cluster import place
from flows.dask_cluster.place import PATTERN, THREADS, Place, asked_place, check_address
from studio.errors import BadInput


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "find_spec", lambda name: ModuleType(name))


@pytest.mark.parametrize(
    ("on", "where"),
    [
        (THREADS, None),
        ("dask", Place()),
        ("dask=tls://10.0.0.5:8786", Place(address="tls://10.0.0.5:8786")),
        ("dask=tcp://127.0.0.1:8786", Place(address="tcp://127.0.0.1:8786")),
        ("dask=tcp://localhost:8786", Place(address="tcp://localhost:8786")),
        ("dask=render-farm", Place(block="render-farm")),
    ],
)
def test_every_form_says_where(installed: None, on: str, where: Place | None) -> None:
    """Threads, a cluster of this machine, an address, and a block's name are told apart; the form takes them all."""
    assert asked_place(on) == where
    assert re.search(PATTERN, on)


@pytest.mark.parametrize(
    "on",
    [
        "",
        "ray",
        "dask=",
        "dask=tcp://10.0.0.5:8786",
        "dask=tcp://scheduler:8786",
        "dask=tls://host",
        "dask=tls://host:port",
        "dask=http://127.0.0.1:8786",
        "dask=Render Farm",
        "dask=tls://[::1",
    ],
)
def test_what_is_no_place_is_refused(installed: None, on: str) -> None:
    """Another form, an address without a port, and code sent unencrypted to another machine: wrong use."""
    with pytest.raises(BadInput, match="--on"):
        asked_place(on)


def test_a_trusted_network_is_said_in_a_block() -> None:
    """Only where a person said that a network is trusted does plain TCP leave this machine."""
    check_address("tcp://10.0.0.5:8786", trusted_network=True)
    with pytest.raises(BadInput, match="unencrypted"):
        check_address("tcp://10.0.0.5:8786")


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, `--on dask` says how to install it, and threads need nothing."""
    monkeypatch.setattr(place, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=re.escape("pip install 'film-studio[cluster]'")):
        asked_place("dask")
    assert asked_place(THREADS) is None


def test_dask_is_imported_only_when_asked_for() -> None:
    """A run in threads imports neither dask nor distributed, so it is no slower where they are installed."""
    code = (
        "import sys, flows.make_film, flows.cli.run_film; print(*{'dask', 'distributed', 'obstore'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
