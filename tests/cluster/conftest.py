"""Tests of more than one machine: they need the extra `cluster`, and are run by `make cluster-test`.

One cluster for all that need one, and Prefect's client for its server.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from tests.cluster.debian import missing
from tests.cluster.stack import Cluster

collect_ignore_glob = [] if all(map(find_spec, ("distributed", "obstore", "moto"))) else ["test_*.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is collected here, so that `make test` leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """All services of compose.yaml, on this machine."""
    if packages := missing():
        pytest.skip(f"Debian's {' and '.join(packages)} not installed")
    # Not pytest's own folder: PostgreSQL's user could not enter it.
    with tempfile.TemporaryDirectory(prefix="film-cluster-") as folder, Cluster(Path(folder)) as there:
        yield there


@pytest.fixture
def client(cluster: Cluster) -> Iterator[SyncPrefectClient]:
    """A client of the cluster's server, which Prefect uses meanwhile, too."""
    here = {PREFECT_API_URL: cluster.url, PREFECT_API_AUTH_STRING: cluster.secret("api_auth")}
    with temporary_settings(here), get_client(sync_client=True) as there:
        yield there
