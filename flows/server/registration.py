"""Register with a server what this program's runs need: a work pool, deployments, the alarm for dead runs.

Each is created only once, however often it is asked for. Imports Prefect.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectAlreadyExists, PrefectException
from prefect.workers.process import ProcessWorker

from blocks.crew import FilmCrew
from blocks.dask_scheduler import DaskScheduler
from blocks.film_store import FilmStore
from blocks.openai_api.account import OpenAIAccount
from blocks.stability_api.account import StabilityAccount
from flows.runs.alarm import beats, set_alarm
from flows.runs.dead_runs import SILENCE_SECONDS
from studio.errors import BadInput, FilmError
from studio.fs import safe_open

QUEUE = "films"
"""The work queue of make-film; with a queue of its own, runs of make-films do not block the films they wait for."""
FILMS_AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
"""How many films one machine makes at once: each keeps two cores busy and takes 1.1 GB of memory."""
DEPLOY_SECONDS = 120.0
"""How long `prefect deploy` may take: thirty times what it usually takes."""
LOOK_AFTER_RUNS_ENTRYPOINT = "flows/look_after_runs.py:look_after_runs"
"""The entry point of the deployment that the alarm begins."""
_PAGE = 200
"""The most deployments that Prefect returns at once."""


def register(pool: str, project: Path) -> list[str]:
    """Create work pool, work queue, blocks, deployments and the alarm for dead runs; return the deployments' names.

    Raises:
        BadInput: there is a work pool of this name that starts no processes.
        FilmError: the server refuses, or the deployment of look-after-runs is not there afterwards.
    """
    with _client() as client:
        _make_pool(client, pool)
        _make_queue(client, pool)
        for block in (OpenAIAccount, StabilityAccount, FilmCrew, FilmStore, DaskScheduler):
            block.register_type_and_schema()
        _deploy(project)
        ours = our_deployments(client, project)
        looks = [deployment.id for deployment in ours if deployment.entrypoint == LOOK_AFTER_RUNS_ENTRYPOINT]
        if not looks:
            raise FilmError("the deployments of prefect.yaml are not on the server: try `prefect deploy --all`")
        set_alarm(client, [deployment.id for deployment in ours if beats(deployment)], looks[0], SILENCE_SECONDS)
        flows = {deployment.flow_id: client.read_flow(deployment.flow_id).name for deployment in ours}
        return [f"{flows[deployment.flow_id]}/{deployment.name}" for deployment in ours]


def our_deployments(client: SyncPrefectClient, project: Path) -> list[DeploymentResponse]:
    """Return the deployments of `prefect*.yaml` in the project's folder that are on the server.

    Raises:
        BadInput: one of the files cannot be read.
    """
    wanted: list[tuple[str, str]] = []
    for path in sorted(project.glob("prefect*.yaml"), reverse=True):
        try:
            written = yaml.safe_load(safe_open.read(path, safe_open.TEXT_BYTES, follow=True))["deployments"]
            wanted += [(str(entry["name"]), str(entry["entrypoint"])) for entry in written]
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise BadInput(f"the deployments in {str(path)!r} cannot be read ({error}): mend the file") from error
    there = {(found.name, found.entrypoint): found for found in _all_deployments(client)}
    return [there[key] for key in wanted if key in there]


def _all_deployments(client: SyncPrefectClient) -> Iterable[DeploymentResponse]:
    offset = 0
    while page := client.read_deployments(limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


@contextmanager
def _client() -> Iterator[SyncPrefectClient]:
    try:
        with get_client(sync_client=True) as client:
            yield client
    except (httpx.HTTPError, PrefectException) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise FilmError(f"the Prefect server refuses: {said}") from error


def _make_pool(client: SyncPrefectClient, pool: str) -> None:
    try:
        client.create_work_pool(
            WorkPoolCreate(
                name=pool, type=ProcessWorker.type, base_job_template=ProcessWorker.get_default_base_job_template()
            )
        )
    except ObjectAlreadyExists:
        there = client.read_work_pool(pool)
        if there.type != ProcessWorker.type:
            raise BadInput(
                f"work pool {pool!r} is of type {there.type!r}, not {ProcessWorker.type!r}: delete it, or use another"
                " server"
            ) from None


def _make_queue(client: SyncPrefectClient, pool: str) -> None:
    # A limit of the queue, not of the deployment: that one is a lease, which a restarted server has forgotten, and
    # Prefect then cancels the films that hold it.
    with suppress(ObjectAlreadyExists):
        client.create_work_queue(
            QUEUE, "films of make-film, so many at once", concurrency_limit=FILMS_AT_ONCE, work_pool_name=pool
        )


def _deploy(project: Path) -> None:
    """Register the deployments of prefect.yaml by running `prefect deploy --all`.

    Raises:
        FilmError: it fails, or takes longer than `DEPLOY_SECONDS`.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
            cwd=project,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=DEPLOY_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise FilmError(f"`prefect deploy --all` did not end in {DEPLOY_SECONDS:.0f} s: try it by hand") from None
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise FilmError(f"the deployments could not be registered: {said[-1] if said else done.returncode}")
