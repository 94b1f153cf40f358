"""Films on the cluster with the counted crew, whose calls are slow: there is time to kill who makes them."""

from __future__ import annotations

import json
from pathlib import Path
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

    def has_begun(self) -> bool:
        """Tell whether the film has a session."""
        return any(self._cluster.films.glob(f"sessions/*/runs/{self.run.id}.json"))

    def receipts(self) -> dict[str, bytes]:
        """Return the receipts of the pictures that are finished, by the file's name."""
        return {path.name: path.read_bytes() for path in self.folder.glob("images/shot_*.json")}

    @property
    def folder(self) -> Path:
        """The film's session."""
        (card,) = self._cluster.films.glob(f"sessions/*/runs/{self.run.id}.json")
        return card.parents[1]

    def host(self) -> str:
        """Return the name of the host on which the run is, by its card."""
        card = json.loads((self.folder / "runs" / f"{self.run.id}.json").read_text("utf-8"))
        return str(card["host"])

    def retry(self) -> None:
        """Let the run begin again, as `prefect flow-run retry` does."""
        self._client.set_flow_run_state(self.run.id, Scheduled(name="AwaitingRetry"), force=True)
