"""A Dask cluster as a run sees it: its scheduler, its workers, and one job at a time from each thread that asks.

Nothing here knows sessions. A job is given to Dask, which chooses a worker and gives the job to another if that one
dies. What Dask leaves open is decided here: workers that are unfit or silent are passed over, a scheduler that is gone
is found out, and a person is told once of whatever is waited for.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import dask

dask.config.set(
    {
        "logging": dict.fromkeys(
            ("distributed", "distributed.client", "distributed.scheduler", "distributed.worker", "distributed.nanny"),
            "critical",
        )
    }
)
# Read when it is imported: what goes wrong is told in this program's own words.
from distributed import Client, Future, KilledWorker, Security  # noqa: E402
from distributed.client import ClosedClientError  # noqa: E402

from flows.dask_cluster import worker  # noqa: E402
from flows.dask_cluster.worker import Answer, Asked  # noqa: E402
from studio.errors import BadInput, EngineFailed  # noqa: E402
from studio.text.plain_json import read_plainly  # noqa: E402

ANSWER_SECONDS = 10.0
"""How long a scheduler may take to answer when a run begins, and to come back once its connection is lost."""
LOOK_SECONDS = 1.0
"""How often the workers are looked at."""
SILENT_SECONDS = 30.0
"""How long a worker may give no sign of life (it gives one about every second) before its jobs are given to others."""
WITHOUT_SECONDS = 2.0
"""How long there may be no worker before that is told: one that died may be started again at once."""
GONE_SECONDS = 20.0
"""How long a scheduler may be silent before it counts as gone."""
POLL_SECONDS = 0.25
"""How often a thread that waits checks whether its run may go on."""
MISTAKES = 3
"""How often a job that a worker could not even begin is given away again: that one is found unfit meanwhile."""
CLOSE_SECONDS = 3.0
"""How long a cluster of this machine may take to end before it is killed."""
FIRST_LOOK_SECONDS = 15.0
"""How long the first workers may take to say whether they are fit; a busy one says so later."""


_LOST = (OSError, ValueError, RuntimeError, ClosedClientError)
"""What a client raises whose scheduler has gone, before it is known."""


class SchedulerGone(Exception):
    """The scheduler does not answer any more; what was asked of it may or may not be made."""


@dataclass
class _Seen:
    """A worker as it was last seen: its sign of life by the scheduler's clock, and when that changed by ours."""

    name: str
    resources: Mapping[str, float]
    sign: float
    since: float
    trial: Future | None = None
    unfit: str | None = None

    @property
    def silent(self) -> bool:
        return time.monotonic() - self.since > SILENT_SECONDS


Hear = Callable[[dict[str, Any]], None]
"""Receives what a worker says of a job: 'frames' and 'total', or 'logged'."""


class Cluster:
    """A cluster that a run is connected to. `make` may be called from several threads at once.

    Attributes:
        shown: where its scheduler is, for messages.
    """

    def __init__(self, client: Client, shown: str, tell: Callable[[str], None]) -> None:
        self.shown = shown
        self._client, self._tell = client, tell
        self._topic = f"film-{secrets.token_hex(8)}"
        self._run = secrets.token_hex(8)
        self._asked: Asked | None = None
        self._workers: dict[str, _Seen] = {}
        self._jobs: dict[str, Hear] = {}
        self._runs_on: dict[str, str] = {}
        self._told: set[str] = set()
        self._telling = threading.Lock()
        self._waiting = 0
        self._without_since: float | None = None
        self._heard_at = time.monotonic()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look_on, name="dask workers", daemon=True)

    @property
    def run(self) -> str:
        """A word by which pieces that were made for this run are known."""
        return self._run

    def begin(self, asked: Asked, check: Callable[[], None]) -> None:
        """Try out the workers that are there.

        Raises:
            BadInput: there are workers, and none is fit.
        """
        self._asked = asked.model_copy(update={"run": self._run, "topic": self._topic})
        self._client.subscribe_topic(self._topic, self._hear)
        self._watch.start()
        until = time.monotonic() + FIRST_LOOK_SECONDS
        while time.monotonic() < until:
            check()
            workers = [*self._workers.values()]
            if workers and all(each.unfit is not None for each in workers):
                break
            if not workers and time.monotonic() > until - FIRST_LOOK_SECONDS + 2 * LOOK_SECONDS:
                break
            time.sleep(POLL_SECONDS / 5)
        if why := self._none_fits():
            raise BadInput(why)

    def end(self) -> None:
        """Give every open job up."""
        self._over.set()
        if self._watch.is_alive():
            self._watch.join(POLL_SECONDS)

    # --- a job ------------------------------------------------------------------------------------

    def make(self, job: str, name: str, ability: str, priority: int, check: Callable[[], None], hear: Hear) -> Answer:
        """Have a worker make a piece, and return its answer.

        Args:
            name: of the job, as Dask's pages show it.
            ability: what a worker is asked to have, if any worker says that it has such.
            priority: the higher, the sooner.
            check: called while waiting; raises if the run may not go on.

        Raises:
            SchedulerGone: the scheduler does not answer.
            EngineFailed: no worker can make it.
        """
        assert self._asked is not None
        said = self._asked.model_copy(update={"job": job}).model_dump_json()
        with self._telling:
            self._waiting += 1
        try:
            return self._made(said, name, ability, priority, check, hear)
        finally:
            with self._telling:
                self._waiting -= 1

    def _made(self, said: str, name: str, ability: str, priority: int, check: Callable[[], None], hear: Hear) -> Answer:
        mistakes = 0
        while True:
            fit = self._fit_workers(check)
            key = f"{name}-{secrets.token_hex(4)}"
            self._jobs[key] = hear
            offered = any(ability in each.resources for each in fit.values())
            try:
                future = self._client.submit(
                    worker.make_piece,
                    said,
                    key=key,
                    pure=False,
                    priority=priority,
                    workers=[*fit] if len(fit) < len(self._workers) else None,
                    allow_other_workers=False,
                    resources={ability: 1} if offered else None,
                )
            except _LOST:
                self._await_scheduler(check)
                continue
            try:
                answer = self._answer_to(future, key, fit, check)
            finally:
                with suppress(*_LOST):
                    future.cancel(reason="given up")
                self._jobs.pop(key, None)
                self._runs_on.pop(key, None)
            if answer is not None and not answer.unfit:
                return answer
            mistakes += answer is not None
            if answer is not None and mistakes > MISTAKES:
                raise EngineFailed(f"worker {answer.worker} cannot be used: {answer.unfit}")

    def _answer_to(
        self, future: Future, key: str, fit: Mapping[str, _Seen], check: Callable[[], None]
    ) -> Answer | None:
        """Wait for a job's answer; None if it must be given away again."""
        ended = threading.Event()
        future.add_done_callback(lambda _: ended.set())
        while not ended.wait(POLL_SECONDS) and not future.done():
            check()
            self._check_scheduler()
            at = self._runs_on.get(key)
            there = self._workers.get(at) if at is not None else None
            if there is not None and there.silent:
                self._tell_once(
                    f"worker {there.name} of {self.shown} has been silent for {SILENT_SECONDS:.0f} s: "
                    "its shots are given to others"
                )
                return None
            if len(fit) < len(self._workers) and not any(each in self._workers for each in fit):
                # Those that it was meant for are all gone.
                return None
        if future.status == "finished":
            return Answer.model_validate_json(future.result())
        if future.status == "error":
            return self._mistake(future.exception())
        # The connection was lost, and with it the job.
        self._await_scheduler(check)
        return None

    def _await_scheduler(self, check: Callable[[], None]) -> None:
        """Wait until the connection is there again.

        Raises:
            SchedulerGone: the scheduler does not come back.
        """
        while self._client.status != "running":
            check()
            self._check_scheduler()
            time.sleep(POLL_SECONDS)

    def _mistake(self, error: BaseException | None) -> Answer:
        """Return as an answer that a worker could not begin the job.

        Raises:
            EngineFailed: the job itself is at fault.
        """
        if isinstance(error, KilledWorker):
            raise EngineFailed(
                f"every worker that tried it died of it, {error.last_worker.address} the last: look at their logs and "
                "at their memory"
            ) from error
        words = f"{type(error).__name__}: {error}"[:300]
        if isinstance(error, ImportError):
            return Answer(worker=f"of {self.shown}", unfit=f"it cannot import this program ({words})")
        raise EngineFailed(f"on a worker of {self.shown}: {words}") from error

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        said = event[1]
        key = str(said.get("key"))
        if "begun" in said:
            self._runs_on[key] = str(said.get("worker"))
        elif (hear := self._jobs.get(key)) is not None:
            hear(said)

    # --- workers ----------------------------------------------------------------------------------

    def _fit_workers(self, check: Callable[[], None]) -> dict[str, _Seen]:
        """Return the workers that may be asked, by address; wait while there is none.

        Raises:
            SchedulerGone: the scheduler does not answer.
            EngineFailed: there are workers, and none is fit.
        """
        while True:
            fit = {at: each for at, each in self._workers.items() if not each.unfit and not each.silent}
            if fit:
                return fit
            check()
            self._check_scheduler()
            if why := self._none_fits():
                raise EngineFailed(why)
            time.sleep(POLL_SECONDS)

    def _none_fits(self) -> str:
        """Return why no worker can be used; '' if one can, or if there is none at all."""
        workers = [*self._workers.values()]
        if not workers or not all(each.unfit for each in workers):
            return ""
        named = "; ".join(f"worker {each.name}: {each.unfit}" for each in workers[:3])
        return f"none of the {len(workers)} workers of {self.shown} can be used: {named}"

    def _check_scheduler(self) -> None:
        if self._client.status == "closed" or time.monotonic() - self._heard_at > GONE_SECONDS:
            raise SchedulerGone(f"the Dask scheduler {self.shown} does not answer any more")

    def _tell_once(self, line: str) -> None:
        with self._telling:
            new = line not in self._told
            self._told.add(line)
        if new:
            self._tell(line)

    # --- looking on, in a thread of its own -------------------------------------------------------

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_SECONDS if self._workers else POLL_SECONDS):
            if self._client.status != "running":
                continue
            try:
                found = self._client.scheduler_info()["workers"]
            except _LOST:
                continue
            self._heard_at = time.monotonic()
            self._workers = {at: self._seen(at, told) for at, told in found.items()}
            self._tell_of_waiting()
            if any(each.silent for each in self._workers.values()):
                self._find_jobs()

    def _tell_of_waiting(self) -> None:
        """Tell once that there is no worker while a job waits, and once that there is one again."""
        if self._workers:
            if self._without_since == 0:
                self._tell(f"{self.shown} has workers again")
            self._without_since = None
        elif self._waiting and self._without_since != 0:
            now = time.monotonic()
            self._without_since = self._without_since or now
            if now - self._without_since >= WITHOUT_SECONDS:
                self._without_since = 0
                self._tell(f"{self.shown} has no workers: waiting for one (dask worker {self.shown})")

    def _find_jobs(self) -> None:
        """Note which worker has which job: one that has gone silent may have got jobs that it has not begun."""
        with suppress(*_LOST):
            for at, keys in self._client.processing().items():
                self._runs_on.update({key: at for key in map(str, keys) if key in self._jobs})

    def _seen(self, at: str, told: Mapping[str, Any]) -> _Seen:
        name, sign, now = f"{told['name']} ({at})", float(told["last_seen"]), time.monotonic()
        seen = self._workers.get(at) or _Seen(name, told["resources"], sign, now)
        if seen.sign != sign:
            seen.sign, seen.since = sign, now
        if seen.trial is None and self._asked is not None:
            seen.trial = self._client.submit(
                worker.try_out,
                self._asked.model_dump_json(),
                key=f"film-try-{secrets.token_hex(4)}",
                pure=False,
                priority=100,
                workers=[at],
                allow_other_workers=False,
            )
        if seen.unfit is None and seen.trial is not None and seen.trial.done():
            seen.unfit = self._verdict(seen.trial)
            if seen.unfit:
                self._tell_once(f"worker {name} cannot be used: {seen.unfit}")
        return seen

    def _verdict(self, trial: Future) -> str | None:
        """Return why a worker that was tried out is not fit; '' if it is, None if that is not known."""
        if trial.status == "finished":
            return Answer.model_validate_json(trial.result()).unfit
        error = trial.exception() if trial.status == "error" else None
        return None if error is None else f"it cannot run this program ({type(error).__name__}: {error})"[:300]


# --- connecting -----------------------------------------------------------------------------------


@contextmanager
def of_this_machine(tell: Callable[[str], None]) -> Iterator[Cluster]:
    """Start a cluster on this machine (`local.py`), connect to it, and stop it at the end.

    Raises:
        EngineFailed: it did not start.
    """
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "flows.dask_cluster.local"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            said = process.stdout.readline() if process.stdout is not None else b""
            if not said:
                raise EngineFailed("the Dask cluster of this machine did not start: make the film without --on dask")
            told = read_plainly(said)
            address, *certificates = map(str, told if isinstance(told, list) else ())
            with at_address(address, security_of(*certificates), tell) as cluster:
                yield cluster
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def at_address(address: str, security: Security | None, tell: Callable[[str], None]) -> Iterator[Cluster]:
    """Connect to a scheduler that runs already.

    Args:
        security: None for what Dask's own configuration says.

    Raises:
        BadInput: none answers there, or it is of another version.
    """
    with ExitStack() as open_:
        try:
            with warnings.catch_warnings():
                # About versions: what of them matters is told in words of our own.
                warnings.simplefilter("ignore")
                client = open_.enter_context(
                    Client(address, security=security, timeout=ANSWER_SECONDS, set_as_default=False, name="film")
                )
                theirs = str(client.run_on_scheduler(version, "distributed"))
        except (*_LOST, TypeError) as error:
            raise BadInput(
                f"no Dask scheduler answers at {address} ({type(error).__name__}): start one (dask scheduler), or "
                "correct the address and its certificates"
            ) from error
        if theirs != version("distributed"):
            raise BadInput(
                f"the scheduler {address} runs Dask {theirs} and this program {version('distributed')}: install the "
                "same version on every side"
            )
        cluster = Cluster(client, address, tell)
        try:
            yield cluster
        finally:
            cluster.end()


def security_of(ca: str, certificate: str, key: str) -> Security:
    """Return how to speak to a scheduler with these certificates (PEM)."""
    return Security(require_encryption=True, tls_ca_file=ca, tls_client_cert=certificate, tls_client_key=key)
