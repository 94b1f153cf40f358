"""Fixtures for all rooms: a Prefect home and server of our own, nothing of the user's is touched."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# Before Prefect is imported anywhere: its home, its silence, and no server but ours.
_HOME = tempfile.TemporaryDirectory(prefix="film-tests-")
os.environ.update(
    PREFECT_HOME=_HOME.name,
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
    PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
    PREFECT_CLI_PROMPT="false",
)
for name in ("PREFECT_API_URL", "PREFECT_PROFILE", "PREFECT_API_KEY", "FILM_OUTPUT", "FILM_FROM_MAKE"):
    os.environ.pop(name, None)

# Without bytecode each process that a test starts would compile the program anew: seconds for each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from tests.support import loopback_guard  # noqa: E402

# Before anything connects.
loopback_guard.stay_on_loopback()

# Speed is the benchmark's business: a busy machine must not turn a law red. Derandomized: a run is the same everywhere.
for profile, examples in (("quick", 25), ("thorough", 200)):
    settings.register_profile(
        profile,
        deadline=None,
        derandomize=True,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")

_READ = ("FILM_", "OPENAI_", "STABILITY_")
"""How the names begin of the variables that the program reads itself."""

if TYPE_CHECKING:
    from tests.support.films.runs import Studio


def pytest_collection_finish() -> None:
    """Leave what all tests share out of every later search for garbage: it stays to the end."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _stays_on_loopback() -> Iterator[None]:
    """Fail the test in whose time something tried to reach another machine, whoever swallowed the error."""
    before = len(loopback_guard.tried)
    yield
    assert loopback_guard.tried[before:] == []


@pytest.fixture(scope="module", autouse=True)
def _lends_no_environment() -> Iterator[None]:
    """Fail the file that leaves one of the program's own variables behind, for later files' processes to read."""

    def ours() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name.startswith(_READ)}

    before = ours()
    yield
    assert ours() == before


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The program's built-in engine, for the whole test session; gives its API address.

    It is a Prefect server without the services that a single run has no use for. Tests of what these do start servers
    of their own. It keeps leases in memory, as servers do that people start.
    """
    from prefect.context import refresh_global_settings_context
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.server.built_in_server import BuiltIn
    from flows.server.leases import IN_MEMORY, SETTING
    from tests.support.servers.prefect_home import with_tables

    with_tables(Path(_HOME.name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, IN_MEMORY)
        started = BuiltIn()
        started.ready()
        # For every thread; temporary settings hold for this one alone.
        patch.setenv("PREFECT_API_URL", started.url)
        refresh_global_settings_context()
    # Without heartbeats a flow ends a second sooner; nothing in the tests watches them.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield started.url
    # What this process still has to send would not find the server any more.
    APILogWorker.instance().drain()
    EventsWorker.drain_all(timeout=30)
    started.end()


@pytest.fixture
def studio(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """Makes films through the real flow on the real server, with a crew whose calls are counted."""
    from tests.support.films.runs import Studio

    return Studio(tmp_path / "output", monkeypatch)
