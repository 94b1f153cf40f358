"""A Prefect server like one started by hand, whose automations lose events, as those of a busy SQLite do.

`python -m tests.support.servers.forgetful_server PORT`, with PREFECT_HOME or PREFECT_API_DATABASE_CONNECTION_URL;
FORGETS names the events that are lost. Also a PostgreSQL server for it, if the machine has one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.prefect_home import with_tables
from tests.support.servers.prefect_server import wait_for
from tests.support.servers.studio_command import free_port

SUSPENDED = "prefect.flow-run.Suspended"
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.thorough))
"""The databases of the servers that a test is run on."""


@contextmanager
def server_by_hand(home: Path, database: str) -> Iterator[str]:
    """Run a server that loses every `Suspended` event, on one of `DATABASES`; yield its API address.

    The test is skipped if the machine has no such database.
    """
    if database == "sqlite":
        with forgetful_server(home, SUSPENDED) as url:
            yield url
        return
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres(programs) as address, forgetful_server(home, SUSPENDED, address) as url:
        yield url


@contextmanager
def forgetful_server(home: Path, forgets: str, database: str = "") -> Iterator[str]:
    """Run a server that loses the events with these names ('a b'); yield its API address.

    Args:
        database: an address for SQLAlchemy; '' for SQLite in `home`.
    """
    with_tables(home)
    port = free_port()
    environment = os.environ | {"PREFECT_HOME": str(home), "FORGETS": forgets, "PREFECT_SERVER_LOGGING_LEVEL": "ERROR"}
    if database:
        environment["PREFECT_API_DATABASE_CONNECTION_URL"] = database
    environment.pop("PREFECT_API_URL", None)
    with open(home / "server.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.servers.forgetful_server", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parents[3],
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}/api"

    def answers() -> bool:
        assert process.poll() is None, (home / "server.log").read_text()
        with suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5):
            return True
        return False

    try:
        wait_for("the server", answers)
        yield url
    finally:
        process.kill()
        process.wait()


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None if it is not installed."""
    on_path = shutil.which("initdb")
    there = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return there[-1] if there and (there[-1] / "pg_ctl").exists() else None


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """Run a PostgreSQL server of our own on loopback; yield its address for Prefect."""
    # It refuses to be run by root.
    user: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="film-postgres-"))
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    port = free_port()

    def do(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", folder / "base", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            env=os.environ | {"HOME": str(folder)},
            **user,
        )

    try:
        do("initdb", "--username=film", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        do("pg_ctl", "--wait", "--log", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+asyncpg://film@127.0.0.1:{port}/postgres"
        finally:
            do("pg_ctl", "--wait", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _serve(port: int, forgets: set[str]) -> None:
    import uvicorn
    from prefect.server.events import triggers

    evaluate = triggers.reactive_evaluation

    async def lossy(event: Any, depth: int = 0) -> None:
        if event.event not in forgets:
            await evaluate(event, depth)

    triggers.reactive_evaluation = lossy
    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    _serve(int(sys.argv[1]), set(os.environ["FORGETS"].split()))
