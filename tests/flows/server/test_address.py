"""Which server a command uses: whether it lets us in, and whether it is on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.server.address import PrefectEngine, check_alive, is_this_machine
from flows.server.built_in_server import BuiltIn
from studio.errors import BadInput
from tests.support.films.filming import opened
from tests.support.sampled import sampled
from tests.support.servers.prefect_home import with_tables

FILM = str(Path(sys.executable).with_name("film"))
PASSWORD = "ada:correct-horse%"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prefect server that asks for a password."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(with_tables(tmp_path_factory.mktemp("locked"))))
        patch.setenv("PREFECT_SERVER_API_AUTH_STRING", PASSWORD)
        server = BuiltIn()
        server.ready()
    yield server.url
    server.end()


def film(folder: Path, url: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run the command against a server; return its exit code and all that it said."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("FILM_", "PREFECT_"))}
    done = subprocess.run(
        [FILM, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=keep | {"PREFECT_HOME": str(folder / "home"), "PREFECT_API_URL": url} | environment,
    )
    return done.returncode, done.stdout + done.stderr


COMMANDS = (
    ("make", "A cat"),
    ("resume",),
    ("batch", "ideas.csv"),
    ("studio", "--set-up-only"),
    ("doctor",),
    ("make", "A cat", "--crew", "a-saved-one"),
)


@sampled("arguments", COMMANDS, ids=" ".join, quick=2)
@sampled("given", ["", "ada:wrong"])
def test_a_server_that_asks_for_a_password(tmp_path: Path, locked: str, arguments: tuple[str, ...], given: str) -> None:
    """Every command that talks to a server says in one line that the password is missing, or another, and what to set;
    the password itself is nowhere."""
    opened(tmp_path / "output")
    (tmp_path / "ideas.csv").write_text("idea\nA cat\n")
    code, said = film(tmp_path, locked, *arguments, **({"PREFECT_API_AUTH_STRING": given} if given else {}))
    assert code == (1 if arguments[0] == "doctor" else 2), said
    (line,) = [line for line in said.splitlines() if "PREFECT_API_AUTH_STRING" in line]
    assert ("does not take PREFECT_API_AUTH_STRING" if given else "asks for a password") in line
    assert "PREFECT_SERVER_API_AUTH_STRING" in line
    assert "Traceback" not in said
    assert "ada:wrong" not in said


def test_the_right_password(locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment, from the active profile in either form, or in the address: it is taken."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    for profile in ("", f'PREFECT_API_AUTH_STRING = "{PASSWORD}"', f'api.auth_string = "{PASSWORD}"'):
        (tmp_path / "profiles.toml").write_text(f'active = "a"\n[profiles.a]\n{profile}\n')
        if profile:
            check_alive(PrefectEngine(locked))
        else:
            with pytest.raises(BadInput, match="asks for a password"):
                check_alive(PrefectEngine(locked))
    (tmp_path / "profiles.toml").unlink()
    check_alive(PrefectEngine(locked.replace("//", "//ada:correct-horse%25@")))
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", PASSWORD)
    check_alive(PrefectEngine(locked))


def test_what_prefect_alone_reads_is_left_to_it(locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file of Prefect's may hold the password, the server is not called locked."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("prefect.toml").write_text(f'[api]\nauth_string = "{PASSWORD}"\n')
    check_alive(PrefectEngine(locked))


OWN = ("localhost", "127.0.0.1", "127.9.8.7", "[::1]", socket.gethostname(), socket.gethostname().upper())


@pytest.mark.parametrize("host", OWN)
def test_this_machine_by_any_of_its_names(host: str) -> None:
    """Loopback and the machine's own name are this machine, with any port, user or path."""
    for url in (f"http://{host}:4200/api", f"https://ada:x@{host}/api", f"http://{host}"):
        assert is_this_machine(url)


def own_addresses() -> list[str]:
    done = subprocess.run(["hostname", "-I"], capture_output=True, text=True, timeout=30, check=False)
    return [address for address in done.stdout.split() if not address.startswith("fe80")]


def test_this_machine_by_its_addresses() -> None:
    """Whatever address one of its network cards has is this machine."""
    for address in own_addresses():
        assert is_this_machine(f"http://{f'[{address}]' if ':' in address else address}:4200/api")


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.7", "203.0.113.250", "[2001:db8::1]"])
def test_another_machine(address: str) -> None:
    """An address that no card of this machine has is another's."""
    assert not is_this_machine(f"http://{address}:4200/api")


@pytest.mark.parametrize("url", ["", "http://", "http:///api", "nonsense", "http://a..b/api"])
def test_no_host_is_no_machine(url: str) -> None:
    """What names no host is not this machine, and raises nothing."""
    assert not is_this_machine(url)
