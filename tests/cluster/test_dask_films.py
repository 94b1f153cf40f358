"""Films whose shots are made on Dask: the bytes of threads, whoever dies meanwhile."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from studio.errors import BadInput
from studio.model import events
from studio.model.events import Event
from tests.support.servers.dask_processes import DaskProcesses, wait_until
from tests.support.servers.prefect_server import settled_task_states

IDEA = "A lighthouse keeper finds a message in a bottle"
SMALL: dict[str, Any] = {"seconds": 18.0, "shot_seconds": 2.0, "height": 144, "seed": 5}
"""A film of eight shots."""
SLOW: dict[str, Any] = {"seconds": 12.0, "shot_seconds": 4.0, "height": 720, "seed": 5}
"""A film of few shots whose clips take seconds."""
PIECES = ("images/*.png", "narration/*.wav", "videos/*.mp4", "score.wav", "film.mp4")


@dataclass
class Run:
    """How a run ended: its report or error, its task states by name, and what it told."""

    result: Any
    states: Counter[str]
    run_id: str
    told: list[Event] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [event.text for event in self.told if event.kind == "note"]


class Films:
    """Makes films of the offline crew in one folder."""

    def __init__(self, output: Path) -> None:
        self.output = output

    def film(self, hear: Callable[[Event], None] = lambda event: None, **options: Any) -> Run:
        from flows.direct_run import filmed

        told: list[Event] = []
        with events.listening(told.append), events.listening(hear):
            state = filmed(**{"idea": IDEA, "output": str(self.output), **options})
        result: Any = state.result(raise_on_failure=False)
        count = 6 + 3 * self.shots(result["session_id"]) if isinstance(result, dict) else 0
        run_id = str(state.state_details.flow_run_id)
        return Run(result, settled_task_states(run_id, count), run_id, told)

    def shots(self, session_id: str) -> int:
        return len([*(self.output / "sessions" / session_id / "images").glob("*.png")])

    def bytes_of(self, run: Run) -> dict[str, str]:
        folder = self.output / "sessions" / str(run.result["session_id"])
        paths = [path for pattern in PIECES for path in sorted(folder.glob(pattern))]
        return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def by_threads(tmp_path_factory: pytest.TempPathFactory, server: str) -> Callable[[dict[str, Any]], dict[str, str]]:
    """Returns the bytes of a film's pieces as threads make it."""
    known: dict[str, dict[str, str]] = {}

    def made(options: dict[str, Any]) -> dict[str, str]:
        if (key := str(options)) not in known:
            films = Films(tmp_path_factory.mktemp("threads"))
            known[key] = films.bytes_of(films.film(**options))
        return known[key]

    return made


@pytest.fixture
def films(tmp_path: Path, server: str) -> Films:
    return Films(tmp_path / "output")


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskProcesses]:
    processes = DaskProcesses(tmp_path)
    yield processes
    processes.end()


Bytes = Callable[[dict[str, Any]], dict[str, str]]


def in_the_middle_of_a_clip(do: Callable[[], None]) -> Callable[[Event], None]:
    """Return what does something once, in a thread, when the first frames of a clip are heard of."""
    done = threading.Event()

    def hear(event: Event) -> None:
        if event.kind == "frames" and event.stage == "videos" and not done.is_set():
            done.set()
            threading.Thread(target=do).start()

    return hear


def test_a_cluster_of_this_machine_makes_the_bytes_of_threads(films: Films, by_threads: Bytes) -> None:
    """All pieces have the bytes that threads give them, states are true, and the next run finds all cached."""
    run = films.film(**SMALL, on="dask")
    assert films.bytes_of(run) == by_threads(SMALL)
    assert films.shots(run.result["session_id"]) == 8
    assert run.states == {"Completed": 6 + 3 * 8}
    assert [path.name for path in films.output.iterdir()] == ["sessions"]
    again = films.film(idea="", session_id=run.result["session_id"], on="dask")
    assert again.states == {"Cached": 6 + 3 * 8}


def test_a_worker_that_is_killed_in_mid_clip_costs_its_clip_only(
    films: Films, dask: DaskProcesses, by_threads: Bytes
) -> None:
    """A worker is killed while it encodes: the other one makes that clip, and nothing finished is made again."""
    dask.start_worker("one")
    dask.start_worker("two")
    killed: list[str] = []

    def kill() -> None:
        name = dask.busy()[0]
        dask.kill(dask.workers[name])
        killed.append(name)

    run = films.film(in_the_middle_of_a_clip(kill), **SLOW, on=f"dask={dask.address}")
    assert killed
    assert films.bytes_of(run) == by_threads(SLOW)
    made = Counter((event.stage, event.index) for event in run.told if event.kind == "made")
    assert set(made.values()) == {1}


def test_without_workers_a_run_waits_and_says_so_once(films: Films, dask: DaskProcesses, by_threads: Bytes) -> None:
    """All workers are killed in mid clip: one line, and the run goes on when another worker appears."""
    dask.start_worker("one")

    def kill() -> None:
        dask.kill(dask.workers["one"])
        wait_until(lambda: not dask.names())
        threading.Timer(4, lambda: dask.start_worker("two")).start()

    run = films.film(in_the_middle_of_a_clip(kill), **SLOW, on=f"dask={dask.address}")
    assert films.bytes_of(run) == by_threads(SLOW)
    waited = [line for line in run.lines if "no workers" in line]
    assert len(waited) == 1
    assert dask.address in waited[0]
    assert f"{dask.address} has workers again" in run.lines


def test_a_scheduler_that_is_killed_leaves_the_rest_to_threads(
    films: Films, dask: DaskProcesses, by_threads: Bytes
) -> None:
    """The scheduler is killed in mid clip: one line, and this process makes what is missing."""
    dask.start_worker("one")
    run = films.film(in_the_middle_of_a_clip(lambda: dask.kill(dask.scheduler)), **SLOW, on=f"dask={dask.address}")
    assert films.bytes_of(run) == by_threads(SLOW)
    assert len([line for line in run.lines if "does not answer any more" in line]) == 1


def test_a_silent_worker_is_passed_over(
    films: Films, dask: DaskProcesses, by_threads: Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is stopped in mid clip gives no sign of life: its clip is given to another one."""
    from flows.dask_cluster import cluster

    monkeypatch.setattr(cluster, "SILENT_SECONDS", 4.0)
    dask.start_worker("one")

    def stop() -> None:
        os.kill(dask.workers["one"].pid, signal.SIGSTOP)
        dask.start_worker("two")

    run = films.film(in_the_middle_of_a_clip(stop), **SLOW, on=f"dask={dask.address}")
    assert films.bytes_of(run) == by_threads(SLOW)
    assert len([line for line in run.lines if "has been silent" in line]) == 1


def test_a_saved_block_holds_address_and_certificates(films: Films, tmp_path: Path) -> None:
    """A scheduler that takes TLS alone is reached by the block that has its certificates, and by nothing else."""
    from distributed import Security

    from blocks.dask_scheduler import DaskScheduler

    made = Security.temporary()
    texts = {"ca-file": made.tls_ca_file, "cert": made.tls_client_cert, "key": made.tls_client_key}
    options: list[str] = ["--protocol", "tls"]
    for name, text in texts.items():
        (tmp_path / name).write_text(str(text), "utf-8")
        options += [f"--tls-{name}", str(tmp_path / name)]
    dask = DaskProcesses(tmp_path, *options)
    try:
        dask.start_worker("one")
        told = {"ca": texts["ca-file"], "certificate": texts["cert"], "key": texts["key"]}
        saving: Any = DaskScheduler(address=dask.address, **told)
        saving.save("farm", overwrite=True)
        asked = {**SMALL, "seconds": 4.0}
        assert isinstance(films.film(**asked, on="dask=farm").result, dict)
        refused = films.film(**asked, on=f"dask={dask.address}").result
        assert isinstance(refused, BadInput)
    finally:
        dask.end()


def test_only_workers_with_the_ability_are_asked(films: Films, dask: DaskProcesses) -> None:
    """Where a worker offers `cpu`, every job goes to such a one; each task run's log names its worker."""
    dask.start_worker("plain")
    dask.start_worker("able", "--resources", "cpu=1")
    wait_until(lambda: len(dask.names()) == 2)
    run = films.film(**{**SMALL, "seconds": 6.0}, on=f"dask={dask.address}")
    assert isinstance(run.result, dict)
    wanted = 3 * films.shots(run.result["session_id"])
    wait_until(lambda: len(worker_lines(run.run_id)) >= wanted)
    made = worker_lines(run.run_id)
    assert len(made) == wanted
    assert all("made by worker able on" in line for line in made)


def worker_lines(run_id: str) -> list[str]:
    """Return what the server has in the logs of a run's tasks about their workers."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found = client.request("POST", "/logs/filter", json={"logs": {"flow_run_id": {"any_": [run_id]}}}).json()
    return [log["message"] for log in found if log["name"] == "prefect.task_runs.worker" and log["task_run_id"]]
