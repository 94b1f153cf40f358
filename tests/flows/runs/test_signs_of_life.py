"""Laws of signs of life: each flow gives them from its first line to its last, where a server outlives it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

import flows.direct_run
import flows.look_after_runs
import flows.make_films
import flows.run_session
from flows.runs import signs_of_life
from flows.runs.dead_runs import SIGN, Watch
from flows.runs.status import this_run
from tests.support.servers.prefect_server import wait_for


@pytest.fixture
def often(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Signs are given at once, as to a server that outlives the run."""
    monkeypatch.setattr(signs_of_life, "SIGN_SECONDS", 0.01)
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: 30}):
        yield


def has_signed(run_id: UUID) -> bool:
    with get_client(sync_client=True) as client:
        return SIGN in client.read_flow_run(run_id).labels


def until_signed(*arguments: Any) -> list[Any]:
    """Work as long as it takes until the run that this is part of has given a sign."""
    run = this_run()
    assert run is not None
    wait_for("the sign", lambda: has_signed(run.id))
    return []


def test_a_film_signs_before_its_session_is_open(often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while a run looks for its session it gives signs."""

    def price_list() -> None:
        until_signed()

    monkeypatch.setattr(flows.run_session, "price_list", price_list)
    state = flows.direct_run.filmed(session_id="session_19990101_000000")
    assert "session_19990101_000000" in (state.message or "")


def test_films_and_looks_sign(often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of make-films, and one that looks after others, gives signs as well."""
    monkeypatch.setattr(flows.make_films, "_made", until_signed)
    assert flows.make_films.make_films("ideas.csv") == []
    monkeypatch.setattr(flows.look_after_runs, "looked_after", until_signed)
    flows.look_after_runs.look_after_runs()


def test_no_signs_where_nobody_looks(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the server of one command no run gives any."""
    monkeypatch.setattr(signs_of_life, "SIGN_SECONDS", 0.0)
    monkeypatch.setattr(signs_of_life, "sign", lambda run_id: pytest.fail("a sign"))
    monkeypatch.setattr(flows.make_films, "_made", lambda *arguments: [])
    assert flows.make_films.make_films("ideas.csv") == []


def test_nobody_waits_long_for_a_server_that_hangs() -> None:
    """A sign, and a look at the others, are given up after two seconds: a run is to leave, a studio has other things to
    do. Nobody is judged then."""
    waited: list[float] = []

    def hang(door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = door.accept()
                with caller:
                    began = time.monotonic()
                    while caller.recv(1 << 16):
                        continue
                    waited.append(time.monotonic() - began)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=hang, args=(door,))
        thread.start()
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{door.getsockname()[1]}/api"}):
            assert signs_of_life.sign(uuid4()) is False
            assert Watch().look_if_due() == []
        wait_for("both", lambda: len(waited) >= 2)
        door.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert max(waited) < 4
