"""Laws of the kubernetes pool: Prefect takes its template up, Kubernetes takes the jobs, and no secret is in them."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
import yaml
from jsonschema import validate
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun

from tests.cluster.compose_file import PROJECT, read

pytestmark = pytest.mark.cluster

TEMPLATE = json.loads((PROJECT / "kubernetes-job-template.json").read_text("utf-8"))
PLAN = yaml.safe_load((PROJECT / "prefect.kubernetes.yaml").read_text("utf-8"))
DEPLOYMENTS = {each["name"]: each for each in PLAN["deployments"]}
VERSIONS = ("1.28", "1.31", "1.37")
"""Versions of Kubernetes, of which a job must be valid in each."""


async def manifest(variables: dict[str, Any]) -> dict[str, Any]:
    """Return the job that Prefect's worker makes of the template, for a run of a deployment with these variables."""
    worker = pytest.importorskip("prefect_kubernetes.worker")
    validate(variables, TEMPLATE["variables"])
    # Nobody is asked: neither template nor variables name a block.
    nobody = PrefectClient("http://127.0.0.1:9/api")
    job = await worker.KubernetesWorkerJobConfiguration.from_template_and_values(TEMPLATE, variables, client=nobody)
    job.prepare_for_flow_run(FlowRun(id=uuid4(), flow_id=uuid4(), name="a letter at sea"))
    return dict(job.job_manifest)


@pytest.fixture(params=DEPLOYMENTS)
def job(request: pytest.FixtureRequest) -> dict[str, Any]:
    return asyncio.run(manifest(DEPLOYMENTS[request.param]["work_pool"]["job_variables"]))


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_job(job: dict[str, Any], version: str) -> None:
    """Each job is valid by Kubernetes' published schema, and has no field that the schema does not know."""
    kubernetes = pytest.importorskip("kubernetes_validate")
    kubernetes.validate(job, version, strict=True)
    job["spec"]["template"]["spec"]["completions"] = 1
    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(job, version, strict=True)


def test_a_job_asks_for_what_a_film_takes(job: dict[str, Any]) -> None:
    """Processor, memory and disk are requested and limited, so that a node gets no more films than it can make."""
    (container,) = job["spec"]["template"]["spec"]["containers"]
    for kind in ("requests", "limits"):
        assert set(container["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}
        assert all(container["resources"][kind].values())


def test_secrets_are_referred_to(job: dict[str, Any]) -> None:
    """What is secret comes from a Kubernetes secret; none of the job's own variables bears such a name."""
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "film-studio"}}]
    plain = {each["name"] for each in container["env"]}
    assert "PREFECT_FLOWS_HEARTBEAT_FREQUENCY" in plain
    assert not {name for name in plain if any(part in name for part in ("KEY", "SECRET", "PASSWORD", "AUTH"))}


def test_a_job_is_nobodys_root(job: dict[str, Any]) -> None:
    """A film runs as the image's user, and may neither become another nor ask Kubernetes for anything."""
    pod = job["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert not pod["containers"][0]["securityContext"]["allowPrivilegeEscalation"]


def test_a_killed_job_is_not_begun_again_by_kubernetes(job: dict[str, Any]) -> None:
    """Who is dead, and who goes on, is decided on Prefect's server alone."""
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_the_image_is_the_one_that_compose_builds() -> None:
    """The pool's image is compose.yaml's, by the name that a registry gives it."""
    images = {each["work_pool"]["job_variables"]["image"].rpartition("/")[2] for each in DEPLOYMENTS.values()}
    assert images == {read()["x-studio"]["image"]} == {TEMPLATE["variables"]["properties"]["image"]["default"]}
