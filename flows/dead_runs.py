"""Runs whose machine died: an automation on the server calls them `Crashed`, where they would be `Running` for ever.

A run of this program's deployments beats every 30 s (prefect.yaml says so). Where a beat is followed by neither another
nor a state that ends or halts the run, its process is gone. Only runs of our own deployments are matched: another's
may beat more slowly, and would be called dead while they are well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.states import Crashed

from studio.errors import BadInput

NAME = "film-studio: a run without a sign of life has crashed"
SILENCE_SECONDS = 90.0
"""How long a run may be silent: three beats of 30 s, the shortest that Prefect allows."""
BEAT = "prefect.flow-run.heartbeat"
BEAT_SECONDS = "30"
_PAGE = 200
"""The most deployments that Prefect gives at once."""
_HALTS = (
    "Completed", "Failed", "TimedOut", "Crashed", "Cancelled", "Cancelling", "Paused", "Suspended", "Scheduled",
    "AwaitingRetry", "AwaitingConcurrencySlot", "Late",
)  # fmt: skip
"""States that end or halt a run. `Running` is none: it may be told just after the first beat, and is no sign of life.
"""


def our_deployments(client: SyncPrefectClient, project: Path) -> list[DeploymentResponse]:
    """Return the deployments of `prefect*.yaml` in the project's folder that are on the server.

    Raises:
        BadInput: one of the files does not read.
    """
    wanted: list[tuple[str, str]] = []
    for path in sorted(project.glob("prefect*.yaml"), reverse=True):
        try:
            written = yaml.safe_load(path.read_text("utf-8"))["deployments"]
            wanted += [(str(entry["name"]), str(entry["entrypoint"])) for entry in written]
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise BadInput(f"the deployments in {str(path)!r} do not read ({error}): mend the file") from error
    there = {(found.name, found.entrypoint): found for found in _all_deployments(client)}
    return [there[key] for key in wanted if key in there]


def beats(deployment: DeploymentResponse) -> bool:
    """Tell whether runs of a deployment beat as often as the watch expects: only then may it be watched."""
    environment = deployment.job_variables.get("env") or {}
    return str(environment.get("PREFECT_FLOWS_HEARTBEAT_FREQUENCY")) == BEAT_SECONDS


def watch_for_silence(
    client: SyncPrefectClient, deployments: Collection[UUID], within: float = SILENCE_SECONDS, name: str = NAME
) -> UUID:
    """Let the server call silent runs of these deployments `Crashed`; return the automation's id.

    There is one automation of this name afterwards, however often and from wherever it is asked for. One that was
    switched off by hand stays switched off.

    Args:
        within: seconds, >= 10: how long a run may be silent.
    """
    wanted = _automation(deployments, within, name)
    if not client.read_automations_by_name(name):
        client.create_automation(wanted)
    # Looked up again: somebody else may have made one in the same moment, and both keep the same one.
    kept, *others = sorted(client.read_automations_by_name(name), key=lambda found: found.id)
    for other in others:
        client.delete_automation(other.id)
    if not _same(kept, wanted):
        client.update_automation(kept.id, wanted.model_copy(update={"enabled": kept.enabled}))
    return kept.id


def end_silent_runs(
    client: SyncPrefectClient, deployments: Collection[UUID], within: float = SILENCE_SECONDS
) -> list[FlowRun]:
    """Call runs of these deployments `Crashed` that have not beaten for `within` seconds; return them.

    For runs that died with their server: a server that starts forgets whom it was waiting for; and for those whose
    worker died before they began, which are `Pending` and never beat. To be called only when the server has been up for
    as long, so that every living run has had the time to beat.
    """
    if not deployments:
        return []
    since = datetime.now(UTC) - timedelta(seconds=within)
    alive = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING])
    running = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=alive)),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployments))),
    )
    silent = [run for run in running if _began_before(run, since) and not _has_beaten(client, run.id, since)]
    for run in silent:
        client.set_flow_run_state(run.id, Crashed(message=_message(within)))
    return silent


def _all_deployments(client: SyncPrefectClient) -> Iterable[DeploymentResponse]:
    offset = 0
    while page := client.read_deployments(limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _automation(deployments: Collection[UUID], within: float, name: str) -> AutomationCore:
    return AutomationCore(
        name=name,
        description="Made by `film studio`. A run of this program's deployments that has stopped beating is dead.",
        # Without a deployment nothing must be matched: an empty list would match every run there is.
        enabled=bool(deployments),
        trigger=EventTrigger(
            posture=Posture.Proactive,
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(
                {
                    "prefect.resource.role": "deployment",
                    "prefect.resource.id": sorted(f"prefect.deployment.{found}" for found in deployments) or "none",
                }
            ),
            for_each={"prefect.resource.id"},
            after={BEAT},
            expect={BEAT, *(f"prefect.flow-run.{state}" for state in _HALTS)},
            threshold=1,
            within=timedelta(seconds=within),
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=_message(within))],
    )


def _same(there: Automation, wanted: AutomationCore) -> bool:
    return (
        there.trigger == wanted.trigger and there.actions == wanted.actions and there.description == wanted.description
    )


def _message(within: float) -> str:
    return (
        f"No sign of life for {within:.0f} s: its process, or its machine, is gone. Everything finished is kept; "
        "retry this run to go on."
    )


def _began_before(run: FlowRun, moment: datetime) -> bool:
    return run.state is not None and run.state.timestamp < moment


def _has_beaten(client: SyncPrefectClient, run_id: UUID, since: datetime) -> bool:
    answer = client.request(
        "POST", "/events/filter",
        json={
            "limit": 1,
            "filter": {
                "event": {"name": [BEAT]}, "resource": {"id": [f"prefect.flow-run.{run_id}"]},
                "occurred": {"since": since.isoformat()},
            },
        },
    )  # fmt: skip
    answer.raise_for_status()
    return bool(answer.json()["events"])
