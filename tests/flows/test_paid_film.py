"""A paid crew on the real engine: a whole film by the Makefile's own line, and one killed in the middle of a call.

The vendor that meters is a process of its own; it lives on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.billing.calls import read_calls, spent_usd
from tests.crash.engine_life import wait_for
from tests.crash.judge import faults
from tests.crash.vendor_judge import compared, place_of
from tests.crash.vendor_run import LINES, WORDS
from tests.support.vendors.metering import Fault, Meter

HERE = Path(__file__).parents[2]
SHAPE = "--crew openai --seconds 4 --shot-seconds 1.4 --height 144"
PATIENCE_SECONDS = 600


@pytest.fixture
def meter(tmp_path: Path) -> Iterator[Meter]:
    """The vendor."""
    (tmp_path / "vendor").mkdir()
    with Meter(tmp_path / "vendor") as found:
        yield found


@pytest.fixture
def environment(server: str, meter: Meter, tmp_path: Path) -> dict[str, str]:
    """A program's environment: the tests' server, a key, the vendor's address and prices."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FILM_", "MAKE"))}
    return plain | {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": server,
        "PYTHONPATH": str(HERE),
        "OPENAI_API_KEY": "sk-metered-0123456789",
        "OPENAI_BASE_URL": f"{meter.url()}/v1",
        "FILM_PRICES": str(meter.prices),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def test_make_film_with_a_paid_crew_makes_a_whole_film(
    meter: Meter, environment: dict[str, str], tmp_path: Path
) -> None:
    """Story, shots, pictures and lines are bought once each, every bill has its line, and a film comes of them; run
    again, nothing is bought."""
    (programs := tmp_path / ".venv" / "bin").mkdir(parents=True)
    film = programs / "film"
    film.write_text(f"#!{sys.executable}\nfrom flows.cli.entry import main\nmain()\n")
    film.chmod(0o755)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    (tmp_path / ".venv" / ".ready").touch()
    done = subprocess.run(
        ["make", "film", "IDEA=A lighthouse keeper finds a message", f"ARGS={SHAPE}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    bills = meter.bills()
    (session,) = (tmp_path / "output" / "sessions").iterdir()
    assert (session / "film.mp4").stat().st_size > 10_000
    assert faults(session) == []
    calls = read_calls(session)
    assert {call.state for call in calls} == {"done"}
    assert sorted(bill.kind for bill in bills) == sorted(call.kind for call in calls)
    assert len({bill.digest for bill in bills}) == len(bills)
    # OpenAI's voices do not say what they cost: their lines are upper bounds.
    told = [call for call in calls if call.kind != "speech"]
    assert spent_usd(told)[0] == pytest.approx(sum(bill.usd for bill in bills if bill.kind != "speech"))
    assert spent_usd(calls)[0] >= sum(bill.usd for bill in bills)
    again = [str(film), "resume", session.name]
    subprocess.run(again, cwd=tmp_path, env=environment, capture_output=True, check=True, timeout=PATIENCE_SECONDS)
    assert meter.bills() == bills


@pytest.mark.thorough
def test_a_run_killed_while_the_vendor_holds_a_request_pays_once_more_and_only_when_told(
    meter: Meter, environment: dict[str, str], tmp_path: Path
) -> None:
    """kill -9 while a billed picture is on its way: the next run fails that shot alone, with its price, and sends
    nothing for it; one that agrees buys it once more, and nothing else."""
    (tmp_path / "script.txt").write_text("\n\n".join(LINES), "utf-8")
    meter.play(faults=[Fault("no answer", WORDS["images", 2])])
    line = [sys.executable, "-c", "from flows.cli.entry import main; main()"]
    arguments = ["make", *SHAPE.split(), "--script", "script.txt", "--", "A lighthouse keeper finds a message"]
    with open(tmp_path / "said", "w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [*line, *arguments],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        held = wait_for(
            lambda: process.poll() is not None or any(each.how == "no answer" for each in meter.lines()),
            PATIENCE_SECONDS,
        )
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert held
    assert process.returncode == -signal.SIGKILL, (tmp_path / "said").read_text("utf-8")
    (session,) = (tmp_path / "output" / "sessions").iterdir()

    def resume(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*line, "resume", session.name, *more],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            stdin=subprocess.DEVNULL,
        )

    stopped = resume()
    assert stopped.returncode == 1, stopped.stderr
    assert "may be billed: up to $" in stopped.stdout + stopped.stderr
    asked = [place_of(each) for each in meter.lines() if each.what == "seen"]
    assert asked.count(("images", 2)) == 1
    assert {("images", 1), ("images", 3)} <= set(asked)
    done = resume("--on-ambiguous", "retry")
    assert done.returncode == 0, done.stderr
    books = compared(session, meter.lines())
    assert (books.twice, books.wrong) == ([], [])
    assert books.count("ambiguous") >= 1
    assert faults(session) == []
