"""Laws of the leases on an account's slots: one whose holder is gone comes free, though the server was killed, too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.server.concurrency.lease_storage.filesystem import ConcurrencyLeaseStorage
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.cli.doctor import engine_checks
from flows.server.leases import IN_MEMORY, SETTING, lease_warnings, what_blocks
from flows.server.messages import Message
from flows.server.studio_processes import ManagedProcesses
from tests.support.servers.prefect_home import with_tables
from tests.support.servers.prefect_server import wait_for
from tests.support.servers.studio_command import ask, free_port


class Server:
    """A server as `film studio` starts it, killed and started again at will."""

    def __init__(self, home: Path) -> None:
        self.home, self._port = home, free_port()
        self.url = f"http://127.0.0.1:{self._port}/api"
        self._processes = ManagedProcesses(home)

    def start(self) -> list[Message]:
        self._processes = ManagedProcesses(self.home)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PREFECT_HOME", str(self.home))
            patch.setenv("PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS", "1")
            self._processes.start_server("127.0.0.1", self._port, self.url, self.home / "log")
        return self._processes.await_ready("server")

    def kill(self) -> None:
        self._processes._there["server"].kill()
        self._processes.leave()

    def leave(self) -> None:
        self._processes.leave()

    def make_limit(self, name: str, limit: int, active_slots: int = 0) -> None:
        ask(self.url, "/v2/concurrency_limits/", {"name": name, "limit": limit, "active_slots": active_slots})

    def taken(self, name: str) -> int:
        return int(ask(self.url, f"/v2/concurrency_limits/{name}")["active_slots"])

    def take(self, name: str) -> UUID:
        """Take a slot as a call does, by a lease that nobody will renew; return the lease."""
        options = {"names": [name], "slots": 1, "lease_duration": 60}
        return UUID(ask(self.url, "/v2/concurrency_limits/increment-with-lease", options)["lease_id"])

    def pass_time(self, lease: UUID) -> None:
        """Let a lease end, as if its time had passed."""
        storage = ConcurrencyLeaseStorage(self.home / "concurrency_leases")
        assert asyncio.run(storage.renew_lease(lease, timedelta(seconds=-1)))


@pytest.fixture(scope="module")
def server_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(with_tables(tmp_path_factory.mktemp("leases")))
    server.start()
    try:
        yield server
    finally:
        server.leave()


def test_a_slot_whose_holder_and_server_were_killed(server_of_ours: Server) -> None:
    """What a lease holds stays taken over a kill -9 of the server, and comes free when the lease ends; what none holds,
    as an earlier version left it, is free at the next start, and told. Others' limits are left alone."""
    server = server_of_ours
    server.make_limit("film-held", 1)
    server.make_limit("film-both", 3, active_slots=2)
    server.make_limit("film-leaked", 2, active_slots=2)
    server.make_limit("theirs", 2, active_slots=2)
    leases = [server.take("film-held"), server.take("film-both")]
    server.kill()
    told = server.start()
    freed = {word.name: word.how for word in told if word.what == "freed"}
    assert freed == {"film-leaked": "2", "film-both": "2"}
    names = ("film-held", "film-both", "film-leaked", "theirs")
    assert [server.taken(name) for name in names] == [1, 1, 0, 2]
    for lease in leases:
        server.pass_time(lease)
    wait_for("the slots", lambda: server.taken("film-held") == server.taken("film-both") == 0)
    server.take("film-held")


@pytest.mark.thorough
def test_a_lease_that_no_index_names(server_of_ours: Server) -> None:
    """kill -9 between a lease and its line in the index: the next start writes that line, so that the lease ends."""
    server = server_of_ours
    server.make_limit("film-torn", 1)
    lease = server.take("film-torn")
    server.kill()
    index = server.home / "concurrency_leases" / "expirations.json"
    assert str(lease) in index.read_text()
    index.write_text("{}")
    server.start()
    assert server.taken("film-torn") == 1
    server.pass_time(lease)
    wait_for("the slot", lambda: server.taken("film-torn") == 0)


def told_by(server: Server) -> list[tuple[str, str]]:
    with temporary_settings({PREFECT_API_URL: server.url}), get_client(sync_client=True) as client:
        return what_blocks(client)


@pytest.mark.thorough
def test_slots_that_are_taken_though_no_film_is_made(server_of_ours: Server) -> None:
    """They are told with the command that frees them; while a film is being made nothing is: it may hold them."""
    server = server_of_ours
    server.make_limit("film-stuck", 2, active_slots=2)
    (stuck,) = [told for told in told_by(server) if "film-stuck" in told[0]]
    assert stuck[0] == "2 slots of film-stuck are taken though no film is being made"
    assert stuck[1].endswith("prefect gcl update film-stuck --active-slots 0")
    flow = ask(server.url, "/flows/", {"name": "make-film"})["id"]
    run: dict[str, Any] = ask(server.url, "/flow_runs/", {"flow_id": flow, "state": {"type": "RUNNING"}})
    assert told_by(server) == []
    ask(server.url, f"/flow_runs/{run['id']}/set_state", {"state": {"type": "CRASHED"}, "force": True})
    assert stuck in told_by(server)


def test_a_server_that_keeps_leases_in_memory(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`film doctor` warns of it, and says what to set; of a server of ours nothing is said."""
    with temporary_settings({PREFECT_API_URL: server}):
        found, remedy = lease_warnings()[0]
    assert "in memory" in found
    assert SETTING in remedy
    assert IN_MEMORY not in remedy
    monkeypatch.setenv("PREFECT_API_URL", server)
    with temporary_settings({PREFECT_API_URL: server}):
        limits = [check for check in engine_checks() if check.name == "limits"]
    assert (limits[0].verdict, limits[0].remedy) == ("warning", remedy)
