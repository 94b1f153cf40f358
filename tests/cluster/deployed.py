"""Films on the cluster with the counted crew, whose calls are slow: there is time to kill who makes them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Scheduled

from flows.runs.alarm import BEAT_SECONDS
from tests.cluster.compose_file import PROJECT
from tests.cluster.stack import Cluster
from tests.support.servers.prefect_server import wait_for

SHORT: dict[str, Any] = {"idea": "A letter at sea", "seconds": 8, "shot_seconds": 2.0, "music": False, "height": 144}
"""A film of four shots."""


def heads(cluster: Cluster) -> list[dict[str, Any]]:
    """Return the heads of all sessions in the cluster's store."""
    from obstore.store import S3Store

    names = cluster.client_environment()
    store = S3Store(
        "films",
        endpoint=names["AWS_ENDPOINT_URL"],
        access_key_id=names["AWS_ACCESS_KEY_ID"],
        secret_access_key=names["AWS_SECRET_ACCESS_KEY"],
        region=names["AWS_REGION"],
        client_options={"allow_http": True},
    )
    found = [each["path"] for page in store.list("sessions/heads/") for each in page]
    return [json.loads(bytes(store.get(path).bytes())) for path in found]


def deployed_nowhere(client: SyncPrefectClient) -> UUID:
    """Deploy the film flow for no pool: nobody begins its runs, whose states a test sets."""
    return client.create_deployment(
        client.create_flow_from_name("make-film"),
        f"nowhere-{uuid4()}",
        entrypoint="flows/make_film.py:make_film",
        parameter_openapi_schema={},
        job_variables={"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": BEAT_SECONDS}},
    )


class SlowFilm:
    """A run of a deployment of its own, in the queue of films.

    Args:
        slow: what is slow, and how many seconds it takes: 'image 5'.
    """

    def __init__(self, cluster: Cluster, client: SyncPrefectClient, slow: str) -> None:
        self._cluster, self._client = cluster, client
        self._log = cluster.places.folder / f"calls-{uuid4()}"
        self._log.touch()
        deployment = client.create_deployment(
            client.create_flow_from_name("make-film"),
            f"slow-{uuid4()}",
            entrypoint="tests/cluster/quick_film.py:make_film",
            work_pool_name="local",
            work_queue_name="films",
            pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(PROJECT)}}],
            parameter_openapi_schema={},
            job_variables={
                "env": {
                    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": BEAT_SECONDS,
                    "FILM_TEST_LOG": str(self._log),
                    "FILM_TEST_SLOW": slow,
                }
            },
        )
        self.run: FlowRun = client.create_flow_run_from_deployment(deployment, parameters=SHORT)

    def calls(self, kind: str) -> list[str]:
        """Return what the crew was asked for, in order: the texts of its calls of this kind."""
        lines = self._log.read_text("utf-8").splitlines()
        return [line.removeprefix(f"{kind} begin ") for line in lines if line.startswith(f"{kind} begin ")]

    def state(self) -> State:
        """Return the run's state on the server."""
        state = self._client.read_flow_run(self.run.id).state
        assert state is not None
        return state

    def wait_until_at_work(self, kind: str) -> None:
        """Wait until a call of a kind has begun."""
        wait_for(f"a call for {kind}", lambda: self.calls(kind))

    def head(self) -> dict[str, Any]:
        """Return the head of the film's session in the store; an empty one if it has none yet."""
        for head in heads(self._cluster):
            if f"{self.run.id}.json" in head["folders"].get("runs", {}):
                return head
        return {"folders": {}, "holder": {"host": ""}}

    def host(self) -> str:
        """Return the name of the host that owns the session, or did last; '' before there is one."""
        return str(self.head()["holder"]["host"])

    def receipts(self) -> dict[str, Any]:
        """Return the receipts of the finished pictures that are in the store, by name, with checksum, size and time."""
        there = self.head()["folders"].get("images", {})
        return {name: file for name, file in there.items() if name.endswith(".json")}

    def retry(self) -> None:
        """Let the run begin again, as `prefect flow-run retry` does."""
        self._client.set_flow_run_state(self.run.id, Scheduled(name="AwaitingRetry"), force=True)
