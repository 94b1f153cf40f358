"""The image's steps, carried out without an engine: what the Dockerfile copies is the whole program, and it runs there.

Not carried out are the steps that need root or the network: the system's packages, the locked dependencies (the tests'
own environment has them) and the user.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[1]
CONTAINERS = ("prefect.docker.yaml", "prefect.kubernetes.yaml")
"""The deployments for runs in containers of this image."""
ELSEWHERE = ("apt-get", "--require-hashes", "useradd")
"""What marks a step that is not carried out here."""


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions: (word, the rest), continued lines joined."""
    text = (PROJECT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Carry out the steps below a folder that stands for the image's root."""
    root = tmp_path_factory.mktemp("image")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / "venv"], check=True)
    (site,) = (root / "venv" / "lib").glob("python*/site-packages")
    (site / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    place, done = root, 0
    for word, rest in instructions():
        if word == "WORKDIR":
            place = root / rest.lstrip("/")
            place.mkdir(parents=True)
        elif word == "COPY":
            *sources, target = shlex.split(rest)
            for source in sources:
                aim = place / target if target != "./" else place / source
                if (PROJECT / source).is_dir():
                    shutil.copytree(PROJECT / source, aim, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copyfile(PROJECT / source, aim)
        elif word == "RUN" and not any(mark in rest for mark in ELSEWHERE):
            line = shlex.split(rest)
            assert line[:3] == ["python", "-m", "pip"], rest
            subprocess.run([root / "venv/bin/python", *line[1:], "--quiet"], cwd=place, check=True)
            done += 1
    assert done == 1
    return root


def run(image: Path, *line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the image in its working directory."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FILM_", "PYTHON"))}
    own = {"PATH": f"{image / 'venv/bin'}:{os.environ['PATH']}", "PREFECT_HOME": str(image / "prefect")}
    return subprocess.run(
        [image / "venv/bin" / line[0], *line[1:]],
        cwd=image / "studio",
        env=plain | own | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_modules_are_those_that_were_copied(image: Path) -> None:
    """The image's Python finds the program where the Dockerfile put it."""
    where = run(image, "python", "-c", "import flows, studio; print(flows.__file__, studio.__file__)")
    assert [str(Path(path).parents[1]) for path in where.stdout.split()] == [str(image / "studio")] * 2


@pytest.mark.thorough
def test_a_film_is_made_by_what_was_copied(image: Path, server: str) -> None:
    """Nothing that the program needs is left out: the image's command makes a film, with the image's own modules."""
    films = image / "films"
    made = run(
        image,
        "film",
        "make",
        "A letter",
        "--seconds",
        "4",
        "--height",
        "144",
        FILM_OUTPUT=str(films),
        PREFECT_API_URL=server,
    )
    assert made.returncode == 0, made.stderr
    assert len(list(films.glob("sessions/*/film.mp4"))) == 1


def test_the_deployments_entrypoints_are_in_the_image(image: Path) -> None:
    """Every deployment for containers names a flow that the image holds, and nothing is fetched at the start."""
    plans = [yaml.safe_load((PROJECT / name).read_text("utf-8")) for name in CONTAINERS]
    assert [plan["pull"] for plan in plans] == [
        [{"prefect.deployments.steps.set_working_directory": {"directory": "/studio"}}]
    ] * 2
    assert ("WORKDIR", "/studio") in instructions()
    for entrypoint in {each["entrypoint"] for plan in plans for each in plan["deployments"]}:
        code = f"from prefect import flows; print(flows.load_flow_from_entrypoint({entrypoint!r}).name)"
        loaded = run(image, "python", "-c", code)
        assert loaded.stdout.strip() == "make-film", loaded.stderr


def test_the_image_installs_what_films_need_alone() -> None:
    """The locked dependencies of the image are those of `make film`, compiled: its user could not write them later."""
    locked = [shlex.split(rest) for word, rest in instructions() if word == "RUN" and "--require-hashes" in rest]
    assert [line[line.index("--requirement") + 1 :] for line in locked] == [["$LOCK"]]
    assert [rest for word, rest in instructions() if word == "ARG"] == ["LOCK=requirements.lock"]
    assert not any("--no-compile" in line for line in locked)


def test_what_the_image_needs_is_let_into_its_build() -> None:
    """The ignore file keeps out everything but what the Dockerfile copies: no film, no environment, no key."""
    lines = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    copied = {source for word, rest in instructions() if word == "COPY" for source in shlex.split(rest)[:-1]}
    assert "*" in lines
    assert let_in == copied
