"""Laws of a batch on the real engine: it goes on past failures, makes what is missing, leaves nobody behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import flows.child_process
from flows.child_process import film_in_child
from tests.support.films.film_command import PATIENCE_SECONDS, Film, assert_one_line
from tests.support.sampled import sampled

GOOD, DOOMED = "A cat on a roof", "A tale of doom"


def write(film: Film, *ideas: str) -> None:
    rows = [f"{idea},4,144\n" for idea in ideas]
    (film.folder / "ideas.csv").write_text("idea,seconds,height\n" + "".join(rows), "utf-8")


def children_of(process: subprocess.Popen[str]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()] + [
        int(pid)
        for thread in Path(f"/proc/{process.pid}/task").iterdir()
        if thread.name != str(process.pid)
        for pid in (thread / "children").read_text().split()
    ]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(what: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.thorough
def test_a_failed_line_stops_no_other_and_is_made_by_the_next_run(film: Film) -> None:
    """One line fails: 1, the others are made, the table and one line say which; the same line again makes only that."""
    write(film, DOOMED, GOOD)
    code, out, err = film.run("batch", "ideas.csv", slow="doom:story")
    assert code == 1
    assert re.search(r"^ +2  failed  session_\d+_\d+ +-  A tale of doom$", out, re.M), out
    assert re.search(r"^ +3  done    session_\d+_\d+ +4 s  A cat on a roof$", out, re.M), out
    assert re.search(r"^\[FAIL\] line 2: .*the engine said no", out, re.M)
    assert_one_line(err)
    assert "1 of 2 films is not finished (line 2)" in err
    assert "film batch ideas.csv" in err
    sessions, stories, images = film.sessions, film.calls("story begin"), film.calls("image begin")
    code, out, err = film.run("batch", "ideas.csv", "--json")
    assert code == 0, err
    report = json.loads(out)
    assert [(each["line"], each["state"]) for each in report["films"]] == [(2, "done"), (3, "there")]
    assert all(Path(each["film"]).is_file() for each in report["films"])
    assert film.sessions == sessions
    assert film.calls("story begin") == stories + 1
    assert film.calls("image begin") == images + 1


@sampled("count", [1, 3])
def test_killed_in_the_middle(film: Film, count: int) -> None:
    """kill -9 on a batch, two films at once where there are more: its children end by themselves, and the same line
    again opens no second session for a film and makes nothing twice."""
    write(film, *(GOOD, "Rain at night", "A third one")[:count])
    begun = min(count, 2)
    process = film.start("batch", "ideas.csv", "--parallel", "2", slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") == begun)
    children = children_of(process)
    assert len(children) == begun
    process.kill()
    process.communicate()
    wait_until(lambda: all(gone(pid) for pid in children), 15)
    assert len(film.sessions) == begun
    assert film.calls("story begin") == begun
    code, out, err = film.run("batch", "ideas.csv", "--parallel", "2")
    assert (code, err) == (0, ""), out + err
    assert len(film.sessions) == count
    assert film.calls("story begin") == film.calls("video begin") == film.calls("image end") == count


@sampled(("number", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")])
def test_stopped(film: Film, number: signal.Signals, code: int, said: str) -> None:
    """Ctrl-C and SIGTERM: no film begins any more, the one in hand ends within seconds, nobody is left behind, and one
    line names the command that goes on."""
    write(film, GOOD, "Rain at night")
    process = film.start("batch", "ideas.csv", slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") == 1)
    (child,) = children_of(process)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == code, err
    assert gone(child)
    assert_one_line(err)
    assert err.startswith(f"{said} · 0 of 2 films are there; go on with: ")
    assert "film batch ideas.csv" in err
    assert len(film.sessions) == 1
    assert film.calls("story begin") == 1


@pytest.mark.thorough
def test_a_line_that_somebody_makes_is_left_to_them(film: Film) -> None:
    """A line whose session is being worked on is not touched, not made again, and counts as not finished."""
    write(film, GOOD)
    process = film.start("batch", "ideas.csv", slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") == 1)
    (child,) = children_of(process)
    code, out, err = film.run("batch", "ideas.csv")
    assert code == 1
    assert re.search(r"^ +2  running  session_", out, re.M), out
    assert "1 of 1 film is not finished (line 2)" in err
    assert not gone(child)
    assert len(film.sessions) == 1


def test_a_bad_manifest_is_refused_before_anything_is_made(film: Film) -> None:
    """A manifest with a fault, wherever it is, ends with 2 and one line; no session is opened, no engine asked."""
    write(film, GOOD)
    with open(film.folder / "ideas.csv", "a", encoding="utf-8") as file:
        file.write("Another,3,145\n")
    film.environment["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    code, out, err = film.run("batch", "ideas.csv")
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert "line 3, seconds" in err
    assert "line 3, height" in err
    assert film.sessions == []


def test_a_child_that_does_not_leave_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A child that ignores its end of input is killed after the grace, so that a batch never hangs."""
    code = "import time; print('begun', flush=True); time.sleep(60)"
    monkeypatch.setattr(flows.child_process, "PROGRAM", [sys.executable, "-c", code])
    monkeypatch.setattr(flows.child_process, "GRACE_SECONDS", 0.5)
    stop = threading.Event()
    stop.set()
    began = time.monotonic()
    assert "-9" in film_in_child(tmp_path, "session_20250208_002238", stop)
    assert time.monotonic() - began < 20


def test_the_child_is_the_real_command() -> None:
    """What a child runs, run by hand with an id that nobody has, answers as `film resume` does."""
    # Its standard input stays open until it has ended.
    child = subprocess.Popen(
        [*flows.child_process.PROGRAM, "film", "resume", "session_20250208_002238", "--output", "/nonexistent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.wait(PATIENCE_SECONDS) == 2
    out, err = child.communicate()
    assert out == ""
    assert_one_line(err)
    assert "there is no session" in err


@pytest.mark.thorough
def test_the_runs_of_a_batch_say_what_they_make(film: Film) -> None:
    """On a server each film's run bears session and idea, the tag of films, and its line's idea and options."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName

    write(film, "A cat on a quiet roof", "Rain on a quiet roof")
    assert film.run("batch", "ideas.csv")[0] == 0
    mine = FlowRunFilter(name=FlowRunFilterName(like_="on a quiet roof"))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=mine)
    names = {f"{folder.name} · {json.loads((folder / 'brief.json').read_text())['idea']}" for folder in film.sessions}
    assert {run.name for run in runs} == names
    for run in runs:
        assert run.tags == ["film"]
        assert run.name.endswith(f" · {run.parameters['idea']}")
        assert (run.parameters["seconds"], run.parameters["height"]) == (4, 144)
        assert run.parameters["session_id"] in run.name


# --- the flow -------------------------------------------------------------------------------------


def test_the_flow_goes_on_past_failures_and_fails_with_their_lines(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flow tries every line, one film a slot, and fails with a message that counts and names those not finished."""
    import importlib

    module = importlib.import_module("flows.make_films")
    tried: list[str] = []

    def make(session_id: str, stop: threading.Event) -> str:
        tried.append(session_id)
        return "the engine said no"

    monkeypatch.setattr(module, "_ways", lambda place: (make, str))
    manifest = tmp_path / "ideas.jsonl"
    manifest.write_text('"one"\n\n"two"\n', "utf-8")
    state: Any = module.make_films(str(manifest), parallel=2, output=str(tmp_path / "output"), return_state=True)
    assert state.is_failed()
    assert "2 of 2 films are not finished (lines 1, 3)" in state.message
    assert "line 3: the engine said no" in state.message
    missing: Any = module.make_films(str(tmp_path / "none.csv"), output=str(tmp_path / "output"), return_state=True)
    assert missing.is_failed()
    assert "none.csv" in missing.message
    assert "exception" not in missing.message
    again: Any = module.make_films(str(manifest), output=str(tmp_path / "output"), return_state=True)
    assert again.is_failed()
    assert len(set(tried)) == 2
    assert len(tried) == 4


def test_the_table_of_a_batch_grows_on_its_page(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a film is made its line is running, with its session; at the end every line says how it ended; one
    artifact, one version."""
    import importlib

    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.runs.status import this_run
    from tests.flows.test_run_page import artifacts

    module = importlib.import_module("flows.make_films")
    seen: list[list[dict[str, Any]]] = []
    run_ids: list[str] = []

    def make(session_id: str, stop: threading.Event) -> str:
        def lines() -> list[dict[str, Any]]:
            found = artifacts(run_ids[0])
            rows = json.loads(str(found[0].data)) if found else []
            return rows if [row["session"] for row in rows if row["state"] == "running"] == [session_id] else []

        deadline = time.monotonic() + 30
        while not (now := lines()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        seen.append(now)
        return "the engine said [no](http://no.where)"

    def ways(place: Path) -> tuple[Any, Any]:
        run = this_run()
        assert run is not None
        run_ids.append(str(run.id))
        return make, str

    monkeypatch.setattr(module, "_ways", ways)
    monkeypatch.setattr("flows.run_page_updates.REST_SECONDS", 0.0)
    monkeypatch.setattr("flows.run_page_updates.REST_SHARE", 0.0)
    manifest = tmp_path / "ideas.jsonl"
    manifest.write_text('"one"\n\n"two"\n', "utf-8")
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: 30}):
        module.make_films(str(manifest), output=str(tmp_path / "output"), return_state=True)
    assert [[row["state"] for row in rows] for rows in seen] == [["running", "to do"], ["failed", "running"]]
    (table,) = artifacts(run_ids[0])
    assert (table.type, table.description) == ("table", "2 films: 2 failed")
    rows = json.loads(str(table.data))
    assert [(row["line"], row["idea"], row["state"]) for row in rows] == [(1, "one", "failed"), (3, "two", "failed")]
    assert all(row["session"] and "the engine said" in row["film or reason"] for row in rows)
    assert len(str(table.data)) < 2_000
