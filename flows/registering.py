"""What a server must know so that this program's runs go well there: a work pool, deployments, the watch for dead runs.

Each is brought about once, however often it is asked for. Imports Prefect.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, PrefectException
from prefect.workers.process import ProcessWorker

from blocks.crew import Crew
from blocks.openai_account import OpenAIAccount
from blocks.stability_account import StabilityAccount
from flows.dead_runs import beats, end_silent_runs, our_deployments, watch_for_silence
from studio.errors import BadInput, FilmError

QUEUE = "films"
"""The work queue of make-film, so that runs of make-films do not wait for the films that they are waiting for."""
FILMS_AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
"""How many films one machine makes at once: each keeps two cores and 1.1 GB of memory busy."""
DEPLOY_SECONDS = 120.0
"""How long `prefect deploy` may take: thirty times what it takes."""


def register(pool: str, project: Path) -> list[str]:
    """Bring about work pool, work queue, blocks, deployments and the watch for dead runs; return deployments' names.

    Raises:
        BadInput: there is a work pool of this name that starts no processes.
        FilmError: the server refuses, or a deployment is not there afterwards.
    """
    with _client() as client:
        _make_pool(client, pool)
        _make_queue(client, pool)
        for block in (OpenAIAccount, StabilityAccount, Crew):
            block.register_type_and_schema()
        _deploy(project)
        ours = our_deployments(client, project)
        if not ours:
            raise FilmError("the deployments of prefect.yaml are not on the server: try `prefect deploy --all`")
        watch_for_silence(client, [deployment.id for deployment in ours if beats(deployment)])
        flows = {deployment.flow_id: client.read_flow(deployment.flow_id).name for deployment in ours}
        return [f"{flows[deployment.flow_id]}/{deployment.name}" for deployment in ours]


def end_silent(project: Path) -> list[str]:
    """Call runs of our deployments that died with an earlier server `Crashed`; return their ids."""
    with _client() as client:
        ours = [deployment.id for deployment in our_deployments(client, project) if beats(deployment)]
        return [str(run.id) for run in end_silent_runs(client, ours)]


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
    # A limit of the queue and not of the deployment: that one is a lease, which a restarted server has forgotten, and
    # Prefect then cancels the films that hold it.
    with suppress(ObjectAlreadyExists):
        client.create_work_queue(
            QUEUE, "films of make-film, so many at once", concurrency_limit=FILMS_AT_ONCE, work_pool_name=pool
        )


def _deploy(project: Path) -> None:
    """Register the deployments of prefect.yaml, as `prefect deploy --all` by hand does."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"], cwd=project, capture_output=True,
            text=True, errors="replace", timeout=DEPLOY_SECONDS, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FilmError(f"`prefect deploy --all` did not end in {DEPLOY_SECONDS:.0f} s: try it by hand") from None
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise FilmError(f"the deployments could not be registered: {said[-1] if said else done.returncode}")
