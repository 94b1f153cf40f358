"""A secret that went in comes out in no byte of a whole run: every file that the runs and their server left is read.

The runs are real: the `film` command on a Prefect server of this test's own, whose database lies in the folder that is
searched, with the loudest logs that the libraries have. Nothing is left out of the search, a saved block neither:
Prefect keeps its values encrypted (Fernet). Its key for that lies in the same database unless
PREFECT_SERVER_ENCRYPTION_KEY is set, so whoever has the database has what blocks hold: that is Prefect's, and said in
`docs/reliability.md`.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import traceback
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocks.crew import crew_named
from studio.billing.calls import read_calls
from studio.errors import BadInput
from tests.crash.engine import copy_database
from tests.crash.engine_server import PROJECT, Server
from tests.crash.judge import faults
from tests.support.vendors.metering import Fault, Meter

CORE = "Zq7vTopSecretCore"
ODD = "+/=%25&'\"<>$\\~{}|;,"
KEYS = {name: f"sk-{name}{CORE}{name}{ODD}" for name in ("Env", "Stab", "Block", "Header")}
"""Odd letters are escaped in one way or another wherever they are written; the core never is."""
PATIENCE_SECONDS = 600
IDEA = "A lighthouse keeper finds a message in a bottle"
SHAPE = ("--seconds", "4", "--shot-seconds", "2", "--height", "144", "--new")
SAVE = """
import sys
from blocks.crew import FilmCrew
from blocks.openai_api.account import OpenAIAccount
url, key, header = sys.argv[1:]
account = OpenAIAccount(api_key=key, base_url=url, headers={"X-Gateway": header})
account.save("paid", overwrite=True)
FilmCrew(writer="openai", painter="openai", narrator="openai", openai=account).save("saved", overwrite=True)
"""


def forms() -> dict[str, bytes]:
    """Return what must be found nowhere: each secret's core, which no escaping changes, and its encoded forms."""
    found = {"as it is": CORE.encode(), "reversed": CORE[::-1].encode(), "hex": CORE.encode().hex().encode()}
    for name, key in KEYS.items():
        found[f"{name}, in an URL"] = urllib.parse.quote(key, safe="").encode()
        for words in (key, f"Bearer {key}", f":{key}", f"x:{key}"):
            for coded in (base64.b64encode(words.encode()), base64.urlsafe_b64encode(words.encode())):
                # Ends depend on what stands beside it.
                found[f"{name}, base64 of {words[:7]!r}, {coded[-4:]!r}"] = coded[8:-8]
    return found


def leaks(folder: Path) -> list[str]:
    """Return every file below `folder` that holds a secret in any form, in its bytes or its name."""
    wanted, found = forms(), []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        found += [
            f"{path.relative_to(folder)}: {form}"
            for form, words in wanted.items()
            if words in content or words in str(path).encode()
        ]
    return found


@dataclass
class House:
    """A home, a server, and the vendor, whose own files lie elsewhere."""

    home: Path
    server: Server
    meter: Meter

    def run(self, *line: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program of ours with the secrets in its environment; what it says is kept in the home."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FILM_"))}
        (self.home / "tmp").mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, *line],
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            env=plain
            | {
                "HOME": str(self.home),
                "TMPDIR": str(self.home / "tmp"),
                "PREFECT_HOME": str(self.server.home),
                "PREFECT_API_URL": self.server.url,
                "PYTHONPATH": str(PROJECT),
                "FILM_PRICES": str(self.meter.prices),
                "PREFECT_LOGGING_LEVEL": "DEBUG",
                "OPENAI_LOG": "debug",
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "DO_NOT_TRACK": "1",
                "PREFECT_CLI_PROMPT": "false",
                "PREFECT_LOGGING_EXTRA_LOGGERS": "openai,httpx2,httpcore2",
                "OPENAI_API_KEY": KEYS["Env"],
                "OPENAI_BASE_URL": f"{self.meter.url()}/v1",
                "STABILITY_API_KEY": KEYS["Stab"],
                "STABILITY_API_URL": self.meter.url(),
                **more,
            },
        )
        with open(self.home / "said.log", "a", encoding="utf-8") as file:
            file.write(done.stdout + done.stderr)
        return done

    def film(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the `film` command."""
        return self.run("-c", "from flows.cli.entry import main; main()", *arguments, **more)

    def sessions(self) -> list[Path]:
        return sorted((self.home / "output" / "sessions").glob("session_*"))


@pytest.fixture
def house(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose server begins with a copy of the tests' database: to make an empty one takes 10 s."""
    from prefect.settings import PREFECT_SERVER_DATABASE_CONNECTION_URL

    address = PREFECT_SERVER_DATABASE_CONNECTION_URL.value()
    database = Path(str(getattr(address, "get_secret_value", lambda: address)()).partition("///")[2])
    home = tmp_path_factory.mktemp("home")
    copy_database(database, home / "prefect")
    own = Server(home / "prefect")
    own.start()
    try:
        with Meter(tmp_path_factory.mktemp("vendor")) as meter:
            yield House(home, own, meter)
    finally:
        own.kill()


def search(house: House) -> None:
    """End the server and make sure that nothing below the home holds a secret."""
    house.server.kill()
    assert (house.home / "prefect" / "prefect.db").stat().st_size > 100_000
    assert leaks(house.home) == []


def test_a_secret_comes_out_in_no_byte_of_a_whole_run(house: House) -> None:
    """Keys from the environment, a film that is made, a 401 that quotes the key, a 500 that quotes the header, answers
    that are lost: no file, log, receipt, record or row of the database holds a secret."""
    house.meter.play(faults=[Fault("401 that quotes")])
    refused = house.film("make", "--crew", "openai", *SHAPE, "--", IDEA)
    assert refused.returncode == 1, refused.stderr
    assert "key is not accepted" in refused.stderr + refused.stdout
    (session,) = house.sessions()
    house.meter.play(faults=[Fault("500 that quotes", "scene_graph"), Fault("reset after", "Wide shot 1")])
    lost = house.film("resume", session.name)
    assert lost.returncode == 1, lost.stderr
    assert "the answer is lost" in lost.stderr + lost.stdout
    done = house.film("resume", session.name, "--on-ambiguous", "retry")
    assert done.returncode == 0, done.stderr
    assert {call.state for call in read_calls(session)} == {"done", "failed", "ambiguous"}
    assert faults(session) == []
    search(house)


@pytest.mark.thorough
def test_a_secret_of_a_saved_block_comes_out_nowhere(house: House) -> None:
    """The same of keys and headers in saved blocks, and of the other vendor."""
    saved = house.run("-c", SAVE, f"{house.meter.url()}/v1", KEYS["Block"], KEYS["Header"])
    assert saved.returncode == 0, saved.stderr
    house.meter.play(faults=[Fault("500 that quotes", times=2), Fault("401 that quotes")])
    refused = house.film("make", "--crew", "saved", *SHAPE, "--", f"{IDEA}, again")
    assert refused.returncode == 1, refused.stderr
    house.meter.play(faults=[Fault("401 that quotes")])
    refused = house.film("make", "--crew", "stability", *SHAPE, "--", f"{IDEA}, painted")
    assert refused.returncode == 1, refused.stderr
    assert "key is not accepted" in refused.stderr + refused.stdout
    search(house)


@pytest.mark.parametrize(("variable", "crew"), [("OPENAI_API_KEY", "openai"), ("STABILITY_API_KEY", "stability")])
def test_a_key_that_cannot_be_one_is_not_quoted(variable: str, crew: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key with a space in it is refused by its variable's name, and is not repeated, not even in a cause."""
    monkeypatch.setenv(variable, f"{KEYS['Env']} {CORE}")
    with pytest.raises(BadInput, match=variable) as caught:
        crew_named(crew)
    assert CORE not in "".join(traceback.format_exception(caught.value))


def test_the_search_finds_a_secret_in_every_form(tmp_path: Path) -> None:
    """A search that finds nothing anywhere proves nothing: each form is found where it is hidden."""
    key = KEYS["Env"]
    hidden = (
        key,
        repr(key),
        urllib.parse.quote(key),
        f"Authorization: Bearer {key}",
        base64.b64encode(f"x Bearer {key} y".encode()[2:]).decode(),
        base64.urlsafe_b64encode(key.encode()).decode(),
    )
    for number, words in enumerate(hidden):
        (folder := tmp_path / str(number)).mkdir()
        (folder / "file").write_bytes(b"\x00\xff" + words.encode() + b"\x00")
        assert leaks(folder) != [], words
