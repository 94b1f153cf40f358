"""Laws of compose.yaml: what its schema allows, no secret in it, and what of its settings films rest on."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from tests.cluster.compose_file import PROJECT, read, services

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return read()


def server_halves(content: dict[str, Any]) -> list[dict[str, str]]:
    return [
        each["environment"] for each in content["services"].values() if each["command"][:2] == ["prefect", "server"]
    ]


def test_it_is_what_the_specification_allows(content: dict[str, Any]) -> None:
    """Every key and value is one of compose-spec's schema, as check-jsonschema brings it."""
    package = pytest.importorskip("check_jsonschema.builtin_schemas")
    schema = json.loads((files(package) / "vendor" / "compose-spec.json").read_text("utf-8"))
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator_for(schema)(schema).iter_errors(content)]
    assert faults == []
    assert list(validator_for(schema)(schema).iter_errors({"services": {"a": {"comand": ["b"]}}}))


def test_no_secret_is_written_down(content: dict[str, Any]) -> None:
    """What bears the name of a secret is a path to one; each of those is declared, and the service is given it."""
    for name, service in content["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|AUTH|KEY|TOKEN", variable):
                path, _, secret = str(value).rpartition("/")
                assert path == "/run/secrets", f"{name}: {variable}"
                assert secret in service["secrets"], f"{name}: {variable}"
        assert set(service.get("secrets", ())) <= content["secrets"].keys()
    assert all(said.keys() == {"file"} for said in content["secrets"].values())
    ignored = (PROJECT / ".gitignore").read_text("utf-8").splitlines()
    assert "/secrets/" in ignored


def test_slots_of_accounts_outlive_the_server(content: dict[str, Any]) -> None:
    """Both halves of the server keep leases in Redis, and Redis keeps them on the disk."""
    halves = server_halves(content)
    assert len(halves) == 3
    for half in halves:
        assert half["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"] == "prefect_redis.lease_storage"
        assert half["PREFECT_MESSAGING_BROKER"] == half["PREFECT_MESSAGING_CACHE"] == "prefect_redis.messaging"
    assert content["services"]["messages"]["command"][-2:] == ["--appendonly", "yes"]


def test_one_service_migrates_before_any_server_starts(content: dict[str, Any]) -> None:
    """No server creates tables at its start; each waits until the one that does has done it."""
    started = services(content)
    for name in ("api", "services"):
        assert started[name].needs["migration"] == "service_completed_successfully"
    assert all(half["PREFECT_SERVER_DATABASE_MIGRATE_ON_START"] == "false" for half in server_halves(content))


def test_films_and_what_waits_for_them_have_workers_of_their_own(content: dict[str, Any]) -> None:
    """Each queue of prefect.yaml has a worker; a batch never takes the place of a film that it waits for."""
    deployed = yaml.safe_load((PROJECT / "prefect.yaml").read_text("utf-8"))["deployments"]
    used = {each["work_pool"].get("work_queue_name", "default") for each in deployed}
    words = [each.words for each in services(content).values() if "worker" in each.words and "prefect" in each.words]
    served = [{after for before, after in pairwise(line) if before == "--work-queue"} for line in words]
    assert set().union(*served) == used
    assert sorted(map(sorted, served)) == [["default", "looks"], ["films"], ["films"]]


def test_nothing_is_open_to_the_network(content: dict[str, Any]) -> None:
    """What is published is published on loopback alone."""
    published = [port for each in content["services"].values() for port in each.get("ports", ())]
    assert published == ["127.0.0.1:4200:4200"]
