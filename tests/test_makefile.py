"""Laws of the Makefile: words arrive unchanged, an environment is made once, an old Python is refused in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli.direct import VERBS
from studio.text.command_hints import command, directing_line

HERE = Path(__file__).parents[1]
DUMP = f"""#!{sys.executable}
import json, os, sys
with open(os.environ["DUMP"], "w", encoding="utf-8", errors="surrogateescape") as file:
    json.dump([os.path.basename(sys.argv[0]), *sys.argv[1:]], file)
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the Makefile with an environment that is ready, whose programs write down their arguments."""
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("film", "sessions"):
        (programs / name).write_text(DUMP)
        (programs / name).chmod(0o755)
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    (tmp_path / ".venv" / ".ready").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUMP", str(tmp_path / "arguments.json"))
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "IDEA", "ID", "FILE", "ARGS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], capture_output=True, text=True, timeout=60)


def arguments(house: Path) -> list[str]:
    return json.loads((house / "arguments.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "idea",
    [
        "It cost $$5; $(date)",
        "$(shell touch X)",
        "${HOME} $HOME $x",
        "`touch X`",
        "a \"quoted\" 'idea'",
        "--seconds 3",
        "-n",
        "two\nlines\n\nthree",
        "# no comment",
        "a \\ backslash\\",
        "100 % = \t tab",
        "a; touch X & touch X | cat",
        "灯台守 👩\u200d🚀 منارة",
        "<b>&amp;",
        "@echo x",
        "\\n \\",
    ],
)
def test_the_idea_arrives_unchanged(house: Path, idea: str) -> None:
    """Whatever the idea holds, the program gets it as one argument, byte for byte, and nothing in it is run."""
    done = make("film", f"IDEA={idea}", "ARGS=--seconds 20")
    assert done.returncode == 0, done.stderr
    assert arguments(house) == ["film", "make", "--seconds", "20", "--", idea]
    assert not (house / "X").exists()


def test_an_idea_of_the_environment_arrives_too(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """IDEA may also stand before the command; without any the program is called without one."""
    monkeypatch.setenv("IDEA", "It cost $$5; $(date)")
    assert make().returncode == 0
    assert arguments(house) == ["film", "make", "--", "It cost $$5; $(date)"]
    monkeypatch.delenv("IDEA")
    assert make().returncode == 0
    assert arguments(house) == ["film", "make"]


def test_an_id_is_one_word(house: Path) -> None:
    """A session's id arrives as one argument, and nothing in it is run; without one the program gets none."""
    assert make("view", "ID=a; $(shell touch X) `touch X`").returncode == 0
    assert arguments(house) == ["sessions", "view", "a; $(shell touch X) `touch X`"]
    assert not (house / "X").exists()
    assert make("resume").returncode == 0
    assert arguments(house) == ["film", "resume"]


def test_a_manifests_name_is_one_word(house: Path) -> None:
    """A manifest's name arrives as one argument, and nothing in it is run; without one the program gets none."""
    assert make("batch", "FILE=my ideas; $(shell touch X).csv", "ARGS=--parallel 2").returncode == 0
    assert arguments(house) == ["film", "batch", "--parallel", "2", "--", "my ideas; $(shell touch X).csv"]
    assert not (house / "X").exists()
    assert make("batch").returncode == 0
    assert arguments(house) == ["film", "batch"]


def test_the_name_of_a_file_to_use_is_one_word(house: Path) -> None:
    """A person's file arrives as one argument after the session, and nothing in it is run; ARGS may name it, too."""
    assert make("use", "ID=pilot", "FILE=my clip; $(shell touch X).mov", "ARGS=--shot 3").returncode == 0
    assert arguments(house) == ["film", "use", "--shot", "3", "--", "pilot", "my clip; $(shell touch X).mov"]
    assert not (house / "X").exists()
    assert make("use", "ID=pilot", "ARGS=a.mov --shot 3").returncode == 0
    assert arguments(house) == ["film", "use", "pilot", "a.mov", "--shot", "3"]


@pytest.mark.parametrize("folder", ["a folder", "it's $5", 'say "so"', "plain"])
def test_what_is_printed_under_make_can_be_pasted(house: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """A line printed for a person under `make`, run by a shell, calls the program with just those arguments."""
    monkeypatch.setenv("FILM_FROM_MAKE", "1")
    output, idea = house / folder, "It cost $$5; $(date) isn't `much`"
    session_id = "session_20250208_002238"
    for line, expected in [
        (command("resume", session_id, output), ["film", "resume", session_id, "--output", str(output)]),
        (command("view", session_id, output), ["sessions", "view", session_id, "--output", str(output)]),
        (command("verify", session_id), ["sessions", "verify", session_id]),
        (command("list", "", output), ["sessions", "list", "--output", str(output)]),
        (command("make", "", output, idea=idea), ["film", "make", "--output", str(output), "--", idea]),
        (command("batch", "", output, file=idea), ["film", "batch", "--output", str(output), "--", idea]),
    ]:
        subprocess.run(["sh", "-c", line], check=True, capture_output=True, timeout=60)
        assert arguments(house) == expected, line


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("under_make", [True, False])
def test_a_planned_change_can_be_pasted(
    house: Path, monkeypatch: pytest.MonkeyPatch, verb: str, under_make: bool
) -> None:
    """What `plan` prints for a change, run by a shell, makes that change: each verb has its target, too."""
    if under_make:
        monkeypatch.setenv("FILM_FROM_MAKE", "1")
    else:
        monkeypatch.delenv("FILM_FROM_MAKE", raising=False)
        monkeypatch.setattr(sys, "argv", [".venv/bin/film"])
    said = ["--shot", "3", "--notes", 'it\'s $5; "wet" $(date)']
    words = [verb, *said, "--", "session_20250208_002238"]
    subprocess.run(["sh", "-c", directing_line(words)], check=True, capture_output=True, timeout=60)
    expected = [verb, "session_20250208_002238", *said] if under_make else words
    assert arguments(house) == ["film", *expected]


@pytest.mark.parametrize("idea", ["A letter at sea", "--seconds", "it's $5"])
def test_what_is_printed_without_make_can_be_pasted(house: Path, monkeypatch: pytest.MonkeyPatch, idea: str) -> None:
    """Without `make` the printed line calls the program beside the one that printed it."""
    monkeypatch.delenv("FILM_FROM_MAKE", raising=False)
    monkeypatch.setattr(sys, "argv", [".venv/bin/sessions"])
    line = command("make", "", house / "a b", idea=idea)
    subprocess.run(["sh", "-c", line], check=True, capture_output=True, timeout=60)
    heard = [word for word in arguments(house) if word != "--"]
    assert heard == ["film", "make", "--output", str(house / "a b"), idea]


def test_a_second_make_installs_nothing(house: Path) -> None:
    """Where the environment is ready, no Python is looked for and nothing is made anew."""
    before = (house / ".venv" / ".ready").stat().st_mtime_ns
    done = make("environment", "PYTHON=/no/such/python")
    assert done.returncode == 0, done.stderr
    assert "making" not in done.stdout + done.stderr
    assert (house / ".venv" / ".ready").stat().st_mtime_ns == before


def test_a_new_lock_file_makes_the_environment_anew(house: Path) -> None:
    """Where requirements.lock is newer than the environment, `make` installs."""
    ready = (house / ".venv" / ".ready").stat().st_mtime
    os.utime(house / "requirements.lock", (ready + 10, ready + 10))
    done = make("--dry-run", "environment")
    assert "--require-hashes" in done.stdout


@pytest.mark.parametrize("answer", ["0", "", None])
def test_an_old_python_is_refused_in_one_line(house: Path, answer: str | None) -> None:
    """Python older than 3.11, or none at all: one line that says what to do, exit 2, nothing is made."""
    (house / ".venv" / ".ready").unlink()
    old = house / "old"
    old.mkdir()
    if answer is not None:
        (old / "python3").write_text(f"#!/bin/sh\necho {answer}\n")
        (old / "python3").chmod(0o755)
    done = make("film", "IDEA=x", f"PYTHON={old / 'python3'}")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not (house / "arguments.json").exists()


def test_what_only_tests_need_is_added_once_by_the_commands_that_test(house: Path) -> None:
    """A film's environment has nothing that only tests need; every command that tests or measures adds it, once."""
    for target in ("film", "plan", "doctor", "studio", "batch", "resume", "sessions", "view", "environment"):
        assert "install" not in make("--dry-run", target).stdout, target
    testing = ["test", "test-browser", "test-patterns", "bench", "bench-flow", "bench-render", "crash-bench"]
    testing += ["test-all", "day-bench", "hostile", "fuzz"]
    (house / "requirements-fuzz.lock").touch()
    for target in testing:
        assert "--require-hashes --requirement requirements-dev.lock" in make("--dry-run", target).stdout, target
    for name in (".testing", ".fuzzing"):
        (house / ".venv" / name).touch()
    for target in testing:
        assert "install" not in make("--dry-run", target).stdout, target
    (house / ".venv" / ".ready").unlink()
    installed = make("--dry-run", "film").stdout
    assert "--require-hashes --requirement requirements.lock" in installed
    assert "requirements-dev.lock" not in installed


def test_the_first_film_compiles_what_it_imports(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip left uncompiled is written by the first film, also where the environment forbids Python to write it."""
    (house / ".venv" / "bin" / "film").write_text('#!/bin/sh\n[ -z "$PYTHONDONTWRITEBYTECODE" ]\n')
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert make("film", "IDEA=x").returncode == 0


def test_the_fuzzer_is_installed_once_and_by_its_lock_file(house: Path) -> None:
    """`make fuzz` installs from hashes what the tests' environment does not have, and runs what is named; then runs."""
    (house / "requirements-fuzz.lock").write_bytes((HERE / "requirements-fuzz.lock").read_bytes())
    (house / ".venv" / ".testing").touch()
    done = make("--dry-run", "fuzz", "TARGET=scripts", "SECONDS=5")
    assert "--require-hashes --requirement requirements-fuzz.lock" in done.stdout
    assert "python -m tests.fuzz scripts --seconds 5" in done.stdout
    (house / ".venv" / ".fuzzing").touch()
    assert "install" not in make("--dry-run", "fuzz").stdout
    assert "install" not in make("--dry-run", "test").stdout


def test_the_cluster_is_installed_once_and_by_its_lock_file(house: Path) -> None:
    """`make cluster` and its tests install from hashes what no other target has; then they run, and install nothing."""
    (house / "requirements-cluster.lock").write_bytes((HERE / "requirements-cluster.lock").read_bytes())
    (house / ".venv" / ".testing").touch()
    for target, runs in (("cluster", "python -m tests.cluster"), ("cluster-test", "python -m pytest tests/cluster")):
        done = make("--dry-run", target)
        assert "--require-hashes --requirement requirements-cluster.lock" in done.stdout, done.stderr
        assert runs in done.stdout
    (house / ".venv" / ".cluster").touch()
    for target in ("cluster", "cluster-test", "test", "film"):
        assert "install" not in make("--dry-run", target).stdout, target
