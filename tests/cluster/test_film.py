"""A film on the cluster, and what it rests on there: the server's password, Dask's workers, the bucket, the slots."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.deployments import run_deployment
from prefect.settings import PREFECT_API_AUTH_STRING, temporary_settings

from flows.server.address import PrefectEngine, check_alive
from flows.server.leases import LEASE_SECONDS
from studio.errors import BadInput
from tests.cluster.deployed import heads
from tests.cluster.stack import Cluster
from tests.support.servers.prefect_server import settled_task_states, wait_for

pytestmark = pytest.mark.cluster


def test_a_film_is_made_on_a_host_of_the_cluster(cluster: Cluster, client: SyncPrefectClient) -> None:
    """The deployment makes the film, a worker's host is its host, and the server has recorded every task."""
    run = run_deployment("make-film/local", parameters={"idea": "A letter at sea", "seconds": 4, "height": 144})
    assert run.state is not None
    assert run.state.is_completed(), run.state
    (head,) = [head for head in heads(cluster) if f"{run.id}.json" in head["folders"]["runs"]]
    assert "film.mp4" in head["folders"][""]
    if cluster.names_hosts():
        assert head["holder"]["host"] in ("worker-1", "worker-2")
    assert settled_task_states(str(run.id), 9) == {"Completed": 9}
    assert cluster.ended() == []


def test_whoever_has_no_password_is_refused(cluster: Cluster, client: SyncPrefectClient) -> None:
    """The server lets nobody in without what is in secrets/api_auth."""
    with temporary_settings(restore_defaults={PREFECT_API_AUTH_STRING}), pytest.raises(BadInput, match="password"):
        check_alive(PrefectEngine(cluster.url, "compose.yaml"))


def test_both_dask_workers_work(cluster: Cluster) -> None:
    """The scheduler has two workers, and each runs what it is given."""
    from distributed import Client

    with Client(f"tcp://127.0.0.1:{cluster.places.ports['8786']}", timeout="30s") as dask:
        wait_for("both workers", lambda: len(dask.scheduler_info()["workers"]) == 2)
        workers = list(dask.scheduler_info()["workers"])
        assert [dask.submit(sum, (1, 2), workers=[each], pure=False).result() for each in workers] == [3, 3]


def test_films_are_listed_from_anywhere(cluster: Cluster, tmp_path: Path) -> None:
    """Whoever has the store's name and keys, as `make cluster` prints them, lists the cluster's films."""
    names = {**os.environ, **cluster.client_environment(), "FILM_CACHE": str(tmp_path)}
    line = [str(Path(sys.executable).with_name("sessions")), "list", "--json"]
    listed = subprocess.run(line, env=names, capture_output=True, text=True, timeout=60)
    assert listed.returncode == 0, listed.stderr
    assert "A letter at sea" in listed.stdout


def test_who_holds_an_accounts_slot_is_known_after_a_kill(cluster: Cluster, client: SyncPrefectClient) -> None:
    """A server that is killed and started again still knows the lease of a slot: it can be given back, and it ends."""
    client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="film-test", limit=1))
    held = client.increment_concurrency_slots_with_lease(
        names=["film-test"], slots=1, mode="concurrency", lease_duration=LEASE_SECONDS
    )
    cluster.signal("api", signal.SIGKILL)
    cluster.start("api")
    wait_for("the server", lambda: _slots(client) == 1)
    client.release_concurrency_slots_with_lease(UUID(held.json()["lease_id"]))
    assert _slots(client) == 0


def _slots(client: SyncPrefectClient) -> int:
    """Return how many slots are taken; -1 if the server is not there yet."""
    try:
        return client.read_global_concurrency_limit_by_name("film-test").active_slots
    except httpx.HTTPError:
        return -1
