"""A server that was started by hand and loses every `Suspended` event, with SQLite and, where it is installed, with
PostgreSQL; and who is on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from tests.support.servers.forgetful_server import DATABASES, server_by_hand
from tests.support.servers.watched import Time, film


@pytest.fixture(scope="module", params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that was started by hand and loses `Suspended` events; gives its API address."""
    with server_by_hand(tmp_path_factory.mktemp("prefect"), request.param) as url:
        yield url


@pytest.fixture
def client(server: str) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: server}), get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def deploy(client: SyncPrefectClient) -> Callable[..., UUID]:
    def deploy(whose: Any = film, beats: str = "30") -> UUID:
        return client.create_deployment(
            client.create_flow(whose),
            f"d-{uuid4()}",
            entrypoint="flows/make_film.py:make_film",
            job_variables={"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": beats}},
        )

    return deploy


@pytest.fixture
def clock(client: SyncPrefectClient) -> Time:
    return Time(client)
