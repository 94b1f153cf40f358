"""The alarm on a server: an automation that asks for a look where a run falls silent. It judges nothing itself.

The server's automations lose events where its database is busy, so that their silence proves nothing: what looks is
`flows/look_after_runs.py`, a deployment that any worker carries out, and what judges is `flows/runs/dead_runs.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

NAME = "film-studio: a run without a sign of life has crashed"
"""The name under which earlier releases had an automation that called runs crashed: it is that one which is changed."""
WITHIN_SECONDS = 90.0
BEAT = "prefect.flow-run.heartbeat"
BEAT_SECONDS = "30"
_HALTS = (
    "Completed",
    "Failed",
    "TimedOut",
    "Crashed",
    "Cancelled",
    "Cancelling",
    "Paused",
    "Suspended",
    "Scheduled",
    "AwaitingRetry",
    "AwaitingConcurrencySlot",
    "Late",
)
"""States that end or halt a run. `Running` is none: it may be told just after the first beat, and is no sign of life.
"""


def beats(deployment: DeploymentResponse) -> bool:
    """Tell whether runs of a deployment beat as often as the alarm expects: only then may it go off for them."""
    environment = deployment.job_variables.get("env") or {}
    return str(environment.get("PREFECT_FLOWS_HEARTBEAT_FREQUENCY")) == BEAT_SECONDS


def set_alarm(
    client: SyncPrefectClient,
    deployments: Collection[UUID],
    look: UUID,
    within: float = WITHIN_SECONDS,
    name: str = NAME,
) -> UUID:
    """Let the server run the deployment `look` where runs of these deployments fall silent; return the automation's id.

    There is one automation of this name afterwards, however often and from wherever it is asked for; one of an earlier
    release is changed to this. One that was switched off by hand stays switched off.

    Args:
        within: seconds, >= 10: how long a run may be silent.
    """
    wanted = _automation(deployments, look, within, name)
    if not client.read_automations_by_name(name):
        client.create_automation(wanted)
    # Looked up again: somebody else may have made one in the same moment, and both keep the same one.
    kept, *others = sorted(client.read_automations_by_name(name), key=lambda found: found.id)
    for other in others:
        client.delete_automation(other.id)
    if not _same(kept, wanted):
        client.update_automation(kept.id, wanted.model_copy(update={"enabled": kept.enabled}))
    return kept.id


def disarm(client: SyncPrefectClient, name: str = NAME) -> bool:
    """Take away what an earlier release left: an automation that itself calls runs crashed; tell whether there was one.

    One that is switched off does nothing, and stays for whoever switched it off.
    """
    armed = [found for found in client.read_automations_by_name(name) if found.enabled and _judges(found)]
    for found in armed:
        client.delete_automation(found.id)
    return bool(armed)


def _judges(automation: AutomationCore) -> bool:
    return any(isinstance(action, ChangeFlowRunState) for action in automation.actions)


def _automation(deployments: Collection[UUID], look: UUID, within: float, name: str) -> AutomationCore:
    return AutomationCore(
        name=name,
        description="Made by `film studio`. Where a run of this program's deployments has stopped beating, "
        "look-after-runs looks whether it is dead.",
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
        actions=[RunDeployment(source="selected", deployment_id=look)],
    )


def _same(there: Automation, wanted: AutomationCore) -> bool:
    return (
        there.trigger == wanted.trigger and there.actions == wanted.actions and there.description == wanted.description
    )
