"""One run of a paid film on one of several hosts, in a process of its own, whose sessions are in object storage.

A host is what its process has of its own: working copies, a name, a clock, a door to the store. The adapters, desk and
ledger are the real ones, against the vendor that counts; the tasks' bodies run one after the other.
"""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from studio.fs import checksums, files
from studio.model import events
from studio.model.events import Event
from studio.object_storage import bucket, index, outputs, ownership, publisher
from studio.store import folder_store
from tests.crash import judge, vendor_run
from tests.crash.hosts_doors import Doors
from tests.crash.store_disks import Watched, die
from tests.crash.vendor_run import Ending, Painting, Strike, make, paid_crew, struck
from tests.support.servers.s3 import KEYS
from tests.support.vendors.metering import Meter

Moment = Literal[
    "",
    "before an operation",
    "inside an operation",
    "before a swap",
    "after a swap",
    "after a blob",
    "before the answer is in the store",
    "after the answer is in the store",
]
"""Where a host is struck, by number: an operation on its disk, a swap of the head (not yet noted), a content sent and
not named yet, an answer that is on its disk. '' for a moment that is drawn, or that the vendor's part of the strike
has."""

PATIENCE_SECONDS, SHORT_PATIENCE_SECONDS = 60.0, 1.0
"""How long a host waits for the store, and one whose network is cut."""
ANSWER_SECONDS, SHORT_ANSWER_SECONDS = 10.0, 0.8
"""How long it waits for an answer."""
_HASTY: tuple[tuple[object, str, float], ...] = (
    (ownership, "SILENCE_SECONDS", 1.5),
    (ownership, "BEAT_SECONDS", 0.25),
    (ownership, "LOOK_SECONDS", 0.05),
    (index, "SILENCE_SECONDS", 1.5),
    (publisher, "BEAT_SECONDS", 0.25),
    (publisher, "GROUP_SECONDS", 0.1),
    (bucket, "FIRST_WAIT_SECONDS", 0.1),
)


@contextmanager
def hasty() -> Iterator[None]:
    """Let owners count as gone after a second and a half while the block runs, and whoever is forked from it."""
    before = [(module, name, getattr(module, name)) for module, name, _ in _HASTY]
    for module, name, seconds in _HASTY:
        setattr(module, name, seconds)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


@dataclass(frozen=True)
class Blow:
    """What befalls one run on its host: killed or put to sleep, where, and with which part of the vendor's."""

    moment: Moment = ""
    number: int = 0
    asleep: bool = False
    """Whether it is stopped (SIGSTOP) there instead of killed."""
    strike: Strike = field(default_factory=Strike)


NO_BLOW = Blow()


@dataclass(frozen=True)
class Command:
    """The command to run: for which session, and whether it agrees to pay again."""

    run_id: str
    """The id of the run, by which the vendor knows its requests."""
    url: str
    painting: Painting
    pay_again: bool = False
    session_id: str | None = None
    will_be_cut: bool = False
    """Whether its host will be cut off from the store: then it is not to wait for long."""


@dataclass
class Running:
    """A run that goes on in a process of its own."""

    pid: int
    host: str
    run_id: str
    pay_again: bool
    base: Path
    ending: Ending | None = None
    stopped: bool = False
    began: float = field(default_factory=time.monotonic)
    ended: float = math.inf

    def wait(self, seconds: float | None = None, *, or_stopped: bool = False) -> Ending | None:
        """Wait for its end; None if it has not ended after so many seconds, or is asleep."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while self.ending is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid and os.WIFSTOPPED(status):
                self.stopped = True
                if or_stopped:
                    return None
            elif pid:
                self.ending, self.ended = self._ending(status), time.monotonic()
            elif deadline is not None and time.monotonic() > deadline:
                return None
            else:
                time.sleep(0.01)
        return self.ending

    def _ending(self, status: int) -> Ending:
        if os.WIFSIGNALED(status):
            return Ending("killed")
        told = json.loads((self.base / f"{self.run_id}.ended").read_text("utf-8"))
        return Ending(told["how"], told["words"], tuple((a, b, c, d) for a, b, c, d in told["failures"]))

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it has not ended."""
        if self.ending is None:
            os.kill(self.pid, number)
            self.stopped = number == signal.SIGSTOP

    @property
    def works(self) -> list[judge.Work]:
        """What it began to make."""
        return judge.works(self.base / f"{self.run_id}.notes")

    @property
    def said(self) -> str:
        """What it told a person."""
        path = self.base / f"{self.run_id}.said"
        return path.read_text("utf-8") if path.exists() else ""


def start(base: Path, host: str, hours: int, doors: Doors, meter: Meter, command: Command, blow: Blow) -> Running:
    """Begin the command on a host, whose working copies lie below `base` and whose clock is some hours off."""
    pid = os.fork()
    if pid:
        return Running(pid, host, command.run_id, command.pay_again, base)
    ending = Ending("crashed")
    try:
        with on_host(base / host, host, doors.address(host), hours, will_be_cut=command.will_be_cut):
            ending = _run(base, meter, command, blow)
    except BaseException:
        ending = Ending("crashed", traceback.format_exc())
    finally:
        (base / f"{command.run_id}.ended").write_text(json.dumps(vars(ending)), "utf-8")
        os._exit(0)


@contextmanager
def on_host(cache: Path, name: str, address: str, hours: int = 0, *, will_be_cut: bool = False) -> Iterator[None]:
    """Let this process, which was forked for it, be a host."""
    patience = SHORT_PATIENCE_SECONDS if will_be_cut else PATIENCE_SECONDS
    bucket.ANSWER_SECONDS = SHORT_ANSWER_SECONDS if will_be_cut else ANSWER_SECONDS
    os.environ.update(
        {**KEYS, "AWS_ENDPOINT_URL": address, "FILM_CACHE": str(cache), "FILM_STORE_PATIENCE": str(patience)}
    )
    socket.gethostname = lambda: name
    outputs.forget()
    checksums._known.clear()
    if hours:
        _set_clock(hours)
    yield


def _set_clock(hours: int) -> None:
    """Set this process's wall clock; the monotonic one stays."""
    real, real_ns, off = time.time, time.time_ns, 3600 * hours

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=off)

    changed: Any = time
    changed.time, changed.time_ns = lambda: real() + off, lambda: real_ns() + off * 10**9
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] in ("studio", "tasks", "blocks") and getattr(module, "datetime", None) is datetime:
            clocked: Any = module
            clocked.datetime = Clock


def _run(base: Path, meter: Meter, command: Command, blow: Blow) -> Ending:
    def hear(event: Event) -> None:
        if event.kind == "note":
            with open(base / f"{command.run_id}.said", "a", encoding="utf-8") as file:
                file.write(event.text + "\n")

    def strike() -> None:
        os.kill(os.getpid(), signal.SIGSTOP) if blow.asleep else die()

    meter.play(command.run_id, blow.strike.armed(), os.getpid())
    vendors: Any = vendor_run
    vendors.die = strike
    with ExitStack() as stack:
        stack.enter_context(judge.watched(base / f"{command.run_id}.notes"))
        stack.enter_context(events.listening(hear))
        stack.enter_context(struck(blow.strike, meter))
        _arm(blow, strike, stack)
        hands = paid_crew(meter, command.run_id, command.painting)
        output = outputs.bound(command.url)
        return make(output, meter, hands, command.pay_again, command.session_id, command.run_id)


class Operations(Watched):
    """A disk that counts its operations, and strikes before one of them, or half way through it."""

    def __init__(self, at: int = -1, strike: Callable[[], None] = die, *, inside: bool = False) -> None:
        self.count = 0
        self._at, self._strike, self._inside = at, strike, inside

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        """Count, and strike where it is time."""
        if name == "rename to":
            return
        self.count += 1
        if self.count == self._at + 1:
            if self._inside:
                half()
            self._strike()


def _arm(blow: Blow, strike: Callable[[], None], stack: ExitStack) -> None:
    """Let the blow fall at its moment in this process."""
    left = blow.number

    def now(moment: Moment) -> None:
        nonlocal left
        if blow.moment == moment:
            left -= 1
            if left == -1:
                strike()

    if blow.moment in ("before an operation", "inside an operation"):
        disk = Operations(blow.number, strike, inside=blow.moment == "inside an operation")
        stack.enter_context(files.through(disk))
        return
    owner: Any = ownership.Ownership
    store: Any = bucket.Bucket
    kept: Any = folder_store.outputs
    swap, put, keep = owner.swap, store.put, kept.keep_answer

    def swapping(self: Any, head: Any) -> None:
        now("before a swap")
        swap(self, head)
        now("after a swap")

    def putting(self: Any, key: str, content: Any) -> None:
        put(self, key, content)
        if key.startswith("blobs/"):
            now("after a blob")

    def keeping(*words: Any) -> None:
        now("before the answer is in the store")
        keep(*words)
        now("after the answer is in the store")

    owner.swap, store.put, kept.keep_answer = swapping, putting, keeping
