"""Read compose.yaml: what each service runs, and what of it is called differently on one machine without containers.

On one machine all services share one address, so each port that one exposes becomes a free one of the machine; a path
of a container becomes one below the cluster's folder. Command lines and variables are otherwise taken as they stand.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
HERE = "127.0.0.1"
"""The address of every service on this machine."""
SECRETS = "/run/secrets"
"""Where a container finds its secrets."""


@dataclass(frozen=True)
class Service:
    """One service of compose.yaml.

    Attributes:
        words: the program and its arguments: entry point and command.
        health: the words of its health check; () if it has none.
        needs: the services before it, each with the condition that it must have met.
        mounts: of its volumes, the path in the container, by the volume's name.
        once: it does its work and ends; all others stay.
    """

    name: str
    image: str
    words: tuple[str, ...]
    health: tuple[str, ...]
    environment: Mapping[str, str]
    needs: Mapping[str, str]
    mounts: Mapping[str, str]
    exposes: tuple[str, ...]
    hostname: str
    once: bool


def read(path: Path = PROJECT / "compose.yaml") -> dict[str, Any]:
    """Return the file's content, its anchors resolved."""
    content = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def services(content: Mapping[str, Any]) -> dict[str, Service]:
    """Return the services in an order in which they can be started."""
    there = {name: _service(name, each, content) for name, each in content["services"].items()}
    ordered: dict[str, Service] = {}
    while len(ordered) < len(there):
        ready = [each for name, each in there.items() if name not in ordered and each.needs.keys() <= ordered.keys()]
        assert ready, "compose.yaml: services wait for each other"
        ordered |= {each.name: each for each in ready}
    return ordered


def _service(name: str, each: Mapping[str, Any], content: Mapping[str, Any]) -> Service:
    conditions = [
        each["depends_on"][name]["condition"]
        for each in content["services"].values()
        if name in each.get("depends_on", {})
    ]
    return Service(
        name=name,
        image=each["image"],
        words=(*each.get("entrypoint", ()), *each["command"]),
        health=tuple(each.get("healthcheck", {}).get("test", ("CMD",))[1:]),
        environment=each.get("environment", {}),
        needs={other: said["condition"] for other, said in each.get("depends_on", {}).items()},
        mounts=dict(volume.split(":")[:2] for volume in each.get("volumes", ())),
        exposes=tuple(each.get("expose", ())),
        hostname=each.get("hostname", ""),
        once="service_completed_successfully" in conditions,
    )


def image_environment() -> dict[str, str]:
    """Return the variables that the Dockerfile sets."""
    lines = (PROJECT / "Dockerfile").read_text("utf-8").splitlines()
    said = [shlex.split(line)[1:] for line in lines if line.startswith("ENV ")]
    return dict(pair.split("=", 1) for pairs in said for pair in pairs)


@dataclass(frozen=True)
class Places:
    """Where on this machine lies what compose.yaml names.

    Attributes:
        folder: the cluster's own folder.
        ports: the port here of each port that a service exposes.
        names: the services' names, which are host names between containers.
    """

    folder: Path
    ports: Mapping[str, int]
    names: frozenset[str]

    def volume(self, name: str) -> Path:
        """Return the folder of a volume."""
        return self.folder / "volumes" / name

    def home(self, service: Service) -> Path:
        """Return the home of a service's user, in which Prefect keeps its own files."""
        return self.folder / "homes" / service.name

    def word(self, service: Service, text: str) -> str:
        """Return what `text`, a word of the service's command line, is here."""
        for old, new in self._paths(service):
            text = re.sub(rf"{re.escape(old)}(?![\w-])", str(new), text)
        text = re.sub(rf"\b({'|'.join(map(re.escape, self.names))})(?=:\d)", HERE, text).replace("0.0.0.0", HERE)
        return re.sub(rf"(?<!\d)({'|'.join(self.ports)})(?!\d)", lambda found: str(self.ports[found[0]]), text)

    def environment(self, service: Service) -> dict[str, str]:
        """Return the service's variables as they are here, with those of its image."""
        image = image_environment() if service.image.startswith("film-studio") else {}
        said = {name: str(value) for name, value in {**image, **service.environment}.items()}
        return {name: HERE if value in self.names else self.word(service, value) for name, value in said.items()}

    def _paths(self, service: Service) -> Iterator[tuple[str, Path]]:
        yield SECRETS, self.folder / "secrets"
        yield "/home/film", self.home(service)
        for name, path in service.mounts.items():
            yield path, self.volume(name)
