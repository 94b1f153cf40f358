"""Laws of the lock files: what a film needs lies in one, what tests add in another, every file by its hash."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
RUNTIME, TESTS, CLUSTER = "requirements.lock", "requirements-dev.lock", "requirements-cluster.lock"
IMAGE = "requirements-cluster-image.lock"
ROOMS = ("flows", "tasks", "blocks", "studio")
Pins = dict[Requirement, list[str]]
"""What a lock file holds: a pinned requirement, and what stands below it."""


def pins(name: str) -> Pins:
    """Return the pins of a lock file with the lines that belong to each."""
    found: Pins = {}
    for line in (PROJECT / name).read_text("utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            below: list[str] = []
            found[Requirement(line.removesuffix("\\"))] = below
        elif line.startswith(" "):
            below.append(line.strip())
    return found


def names(locked: Iterable[Requirement]) -> set[str]:
    """Return the canonical names of those that are for this Python and this machine."""
    return {canonicalize_name(pin.name) for pin in locked if pin.marker is None or pin.marker.evaluate()}


def needed(wanted: Iterable[str]) -> set[str]:
    """Return what these need, themselves included, by what the installed distributions say of themselves."""
    waiting, done = [Requirement(line) for line in wanted], set[tuple[str, str]]()
    while waiting:
        one = waiting.pop()
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        for extra in ("", *one.extras):
            if (step := (canonicalize_name(one.name), extra)) not in done:
                done.add(step)
                below = [Requirement(line) for line in requires(one.name) or ()]
                waiting += [
                    Requirement(f"{each.name}[{','.join(each.extras)}]" if each.extras else each.name)
                    for each in below
                    if each.marker is None or each.marker.evaluate({"extra": extra})
                ]
    return {name for name, _ in done}


def imported(room: str) -> Iterator[tuple[str, Path]]:
    """Yield the top-level module of every import in a room, wherever in a file it stands, and the file."""
    for path in (PROJECT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], path) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0], path


def test_a_film_installs_what_it_needs_and_nothing_else() -> None:
    """The lock of `make film` is what pyproject.toml names for films and their build, and what those need: no more."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    wanted = needed(project["project"]["dependencies"] + project["dependency-groups"]["build"])
    assert names(pins(RUNTIME)) == wanted


def test_the_tests_tools_are_locked() -> None:
    """Everything that pyproject.toml names for tests is in their lock, and each of them only there."""
    group = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    tools = {canonicalize_name(Requirement(line).name) for line in group}
    assert tools <= names(pins(TESTS)) - names(pins(RUNTIME))


def test_the_extra_for_many_machines_is_locked() -> None:
    """Everything that pyproject.toml names for many machines, and for its tests, is in that lock and in no other."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    lines = project["project"]["optional-dependencies"]["cluster"] + project["dependency-groups"]["cluster-tests"]
    extra = {canonicalize_name(Requirement(line).name) for line in lines}
    assert extra <= names(pins(CLUSTER)) - names(pins(RUNTIME)) - names(pins(TESTS))


def test_the_image_for_many_machines_has_no_tests_tools() -> None:
    """Its lock is what films need and the extra, of the versions that are tested, and nothing that only tests need."""
    image, cluster = pins(IMAGE), pins(CLUSTER)
    assert names(pins(RUNTIME)) <= names(image)
    tested = {canonicalize_name(pin.name): str(pin.specifier) for pin in cluster}
    more = {canonicalize_name(pin.name): str(pin.specifier) for pin in image if pin.name not in names(pins(RUNTIME))}
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    extra = {
        canonicalize_name(Requirement(line).name) for line in project["project"]["optional-dependencies"]["cluster"]
    }
    tools = {canonicalize_name(Requirement(line).name) for line in project["dependency-groups"]["cluster-tests"]}
    assert extra <= more.keys()
    assert not tools & names(image)
    assert more == {name: tested.get(name) for name in more}


def test_tests_run_the_server_that_users_run() -> None:
    """What uvicorn takes up by itself where it is installed, a loop, a parser, a reloader, is in no lock."""
    assert not {"uvloop", "httptools", "watchfiles"} & (names(pins(RUNTIME)) | names(pins(TESTS)))


@pytest.mark.parametrize("name", [RUNTIME, TESTS, CLUSTER, IMAGE, "requirements-fuzz.lock"])
def test_every_pin_has_hashes_and_no_file_names_an_index(name: str) -> None:
    """A pin is one version with a SHA-256 or more; where it comes from is the business of whoever installs it."""
    text = (PROJECT / name).read_text("utf-8")
    assert "://" not in text
    assert [line for line in text.splitlines() if line.startswith("-")] == []
    for pin, below in pins(name).items():
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        assert any(line.startswith("--hash=sha256:") for line in below), pin


@pytest.mark.parametrize("other", [TESTS, CLUSTER, IMAGE])
def test_both_locks_name_one_version(other: str) -> None:
    """What stands in both locks has in the other one of the versions, and just the hashes, that films have."""
    ours = {(canonicalize_name(pin.name), str(pin.specifier)): below for pin, below in pins(RUNTIME).items()}
    shared = {name for name, _ in ours}
    for pin, below in pins(other).items():
        if (name := canonicalize_name(pin.name)) in shared:
            films = ours.get((name, str(pin.specifier)), [])
            assert [line for line in below if "--hash" in line] == [line for line in films if "--hash" in line], pin


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_what_only_tests_have(room: str) -> None:
    """Every library that the program imports comes with what `make film` installs, or with an extra of its own."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    films = names(pins(RUNTIME)) | {canonicalize_name(Requirement(line).name) for line in extras}
    only_tests = {
        module
        for module, distributions in packages_distributions().items()
        if module not in ROOMS and not films & {canonicalize_name(name) for name in distributions}
    }
    assert "pytest" in only_tests
    assert [(module, str(path)) for module, path in imported(room) if module in only_tests] == []
