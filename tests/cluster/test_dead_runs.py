"""Who is dead in a cluster: nobody whose host is alive, however far the server is behind; and what others do then."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prefect.client.orchestration import SyncPrefectClient

from flows.runs.dead_runs import SIGN_SECONDS, SILENCE_SECONDS, Watch
from tests.cluster.deployed import SlowFilm, deployed_nowhere
from tests.cluster.quick_film import FASTER
from tests.cluster.stack import Cluster
from tests.support.servers.prefect_server import task_runs, wait_for
from tests.support.servers.watched import begin_earlier

pytestmark = pytest.mark.cluster


class FastWatch:
    """A watch of another host, whose clock goes as fast as the films' signs of life come."""

    def __init__(self, client: SyncPrefectClient) -> None:
        self._client = client
        self._watch = Watch(lambda: time.monotonic() * FASTER)

    def looks(self, seconds: float) -> list[str]:
        """Look for so many seconds of its clock, as often as a watch does; return the ids of the runs that it ended."""
        ended = []
        for _ in range(round(seconds / SIGN_SECONDS)):
            ended += [str(change.run.id) for change in self._watch.look(self._client)]
            time.sleep(SIGN_SECONDS / FASTER)
        return ended


@contextmanager
def recorder_stopped(cluster: Cluster) -> Iterator[None]:
    """Stop the process that records events and task runs while the block runs; what comes waits in Redis."""
    cluster.signal("services", signal.SIGSTOP)
    try:
        yield
    finally:
        cluster.signal("services", signal.SIGCONT)


def test_a_server_that_is_behind_calls_no_living_film_dead(cluster: Cluster, client: SyncPrefectClient) -> None:
    """Nothing is recorded for twice as long as a run may be silent: a film that another host makes is left alone, and
    ends well; so is one of an earlier release, of which nothing but events could tell."""
    film = SlowFilm(cluster, client, "image 30")
    earlier = begin_earlier(client, deployed_nowhere(client))
    film.wait_until_at_work("image")
    with recorder_stopped(cluster):
        behind = len(task_runs(str(film.run.id)))
        assert FastWatch(client).looks(2 * SILENCE_SECONDS) == []
        assert film.state().is_running(), film.state()
        assert client.read_flow_run(earlier.id).state_name == "Running"
        assert len(task_runs(str(film.run.id))) == behind, "the server was not behind"
    wait_for("the film", lambda: film.state().is_final())
    assert film.state().is_completed(), film.state()
    wait_for("every task to be recorded", lambda: all(run.state.is_completed() for run in task_runs(str(film.run.id))))
    # Nobody beats for the earlier one: once the server has caught up, it is dead.
    watch = FastWatch(client)
    wait_for("the verdict", lambda: str(earlier.id) in watch.looks(SIGN_SECONDS))


def test_the_other_host_finishes_what_a_dead_one_began(cluster: Cluster, client: SyncPrefectClient) -> None:
    """A host dies in the middle of a film, worker and film by SIGKILL: the run is called dead by its silence, and
    retried it goes on at the other host, which paints no picture again that was finished."""
    if not cluster.names_hosts():
        pytest.skip("host names need root")
    film = SlowFilm(cluster, client, "image 3")
    wait_for("a finished picture", film.receipts)
    dies = film.host()
    cluster.signal(dies, signal.SIGKILL)
    finished = film.receipts()
    watch = FastWatch(client)
    wait_for("the verdict", lambda: str(film.run.id) in watch.looks(SIGN_SECONDS))
    assert film.state().is_crashed()
    film.retry()
    wait_for("the film", lambda: film.state().is_final())
    assert film.state().is_completed(), film.state()
    assert film.host() == ({"worker-1", "worker-2"} - {dies}).pop()
    assert finished.items() <= film.receipts().items()
    assert len(film.calls("story")) == 1
    assert "film.mp4" in film.head()["folders"][""]
    cluster.start(dies)
