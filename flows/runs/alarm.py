"""The alarm on a server: an automation that begins a check when a run falls silent. It decides nothing itself.

A server's automations lose events while its database is busy, so an event that is missing proves nothing. The check is
`flows/look_after_runs.py`, a deployment that any worker runs; `flows/runs/dead_runs.py` decides which runs are dead.
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
"""The automation's name. In earlier releases the automation of this name called runs crashed itself: it is replaced."""
BEAT = "prefect.flow-run.heartbeat"
"""The name of a heartbeat's event."""
BEAT_SECONDS = "30"
"""How often runs of our deployments send a heartbeat, as prefect.yaml has it."""
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
"""States that end or halt a run. Not `Running`: its event may arrive just after the first heartbeat, and is no sign of
life."""


def beats(deployment: DeploymentResponse) -> bool:
    """Tell whether a deployment's runs send heartbeats as often as the alarm expects: only then may it watch them."""
    environment = deployment.job_variables.get("env") or {}
    return str(environment.get("PREFECT_FLOWS_HEARTBEAT_FREQUENCY")) == BEAT_SECONDS


def set_alarm(
    client: SyncPrefectClient,
    deployments: Collection[UUID],
    look: UUID,
    within: float,
    name: str = NAME,
) -> UUID:
    """Make the server run the deployment `look` when a run of `deployments` falls silent; return the automation's id.

    Afterwards there is exactly one automation of this name, however often and from wherever this is called; one of an
    earlier release is changed to this. One that was switched off by hand stays switched off.

    Args:
        within: how long a run may be silent before the alarm goes off, in seconds, >= 10; this
            program sets it to `dead_runs.SILENCE_SECONDS`.
    """
    wanted = _automation(deployments, look, within, name)
    if not client.read_automations_by_name(name):
        client.create_automation(wanted)
    # Looked up again: somebody else may have made one in the same moment, and both must keep the same one.
    kept, *others = sorted(client.read_automations_by_name(name), key=lambda found: found.id)
    for other in others:
        client.delete_automation(other.id)
    if not _same(kept, wanted):
        client.update_automation(kept.id, wanted.model_copy(update={"enabled": kept.enabled}))
    return kept.id


def disarm(client: SyncPrefectClient, name: str = NAME) -> bool:
    """Delete an earlier release's automation, which calls runs crashed itself; tell whether there was one.

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
        # Without deployments nothing may match, but an empty list would match every run there is.
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
