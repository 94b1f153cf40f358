"""Make one film on two hosts that have nothing in common but a store and a vendor, and end one host again and again.

    python -m tests.cluster.two_hosts [--kills 20] [--seed 1]

Each host is a network namespace with a host name, working copies, a Prefect home and a loopback of its own, on a
bridge of this machine, on whose address the store (moto, behind a door a host) and the vendor that counts listen. The
hosts run the real `film` command. A run is killed with -9 at a random moment, or put to sleep, or its link is taken
down; the other host goes on, until the film is whole. Needs root and Debian's iproute2; nothing is left of it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from studio.billing.calls import Call
from studio.fs import files, tolerant
from studio.store.receipts import read_receipt
from tests.crash import judge, vendor_judge
from tests.crash.hosts_doors import HOSTS, Doors, doors, out_of_turn
from tests.crash.judge import Piece
from tests.crash.vendor_judge import Books, begun, compared
from tests.crash.vendor_trial import artefacts
from tests.support.servers.s3 import KEYS, S3Server
from tests.support.vendors.metering import Line, Meter

SHOTS = 40
LINES = tuple(f"The lamp is lit in room {number}." for number in range(1, SHOTS + 1))
SHAPE = ("--crew", "openai", "--seconds", "80", "--shot-seconds", "2", "--height", "144", "--seed", "7")
IDEA = "A lighthouse keeper finds a message in a bottle"
TRIES = 3
FAKETIME = sorted(str(path) for path in Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
"""Debian's `faketime`, where it is installed."""
SILENCE_SECONDS, BEAT_SECONDS = 4.0, 0.8
"""As the program's, a fifth of them: 20 kills shall take minutes."""
FILM = (
    "from studio.object_storage import index, ownership, publisher; "
    f"ownership.SILENCE_SECONDS = index.SILENCE_SECONDS = {SILENCE_SECONDS}; "
    f"ownership.BEAT_SECONDS = publisher.BEAT_SECONDS = {BEAT_SECONDS}; "
    "from flows.cli.entry import main; main()"
)
LONG_SECONDS = 600.0
CALM_SECONDS = 1.5
"""Up to so long a run works before it is ended, from when it has the session."""
Blow = Literal["kill -9", "asleep", "link down"]
LOST = "was taken over"


class NotHere(Exception):
    """This machine cannot make hosts."""


def check_machine() -> None:
    """Make sure that hosts can be made here.

    Raises:
        NotHere: with the reason.
    """
    if os.geteuid() != 0:
        raise NotHere("needs root")
    for program in ("ip", "unshare"):
        if shutil.which(program) is None:
            raise NotHere(f"needs {program} (Debian's iproute2 and util-linux)")
    name = f"film-{os.getpid()}-t"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        raise NotHere("needs the right to make network namespaces")
    _ip("netns", "del", name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=30)


@dataclass
class Net:
    """A bridge and a namespace for each host; made by `net`."""

    number: int

    @property
    def address(self) -> str:
        """The address of the bridge, where services listen."""
        return f"{self._prefix}.1"

    @property
    def _prefix(self) -> str:
        return f"10.{100 + self.number % 100}.{self.number // 100 % 250}"

    def namespace(self, host: str) -> str:
        """Return the name of a host's namespace."""
        return f"film-{self.number}-{host[-1]}"

    def _link(self, host: str) -> str:
        return f"fv{self.number}{host[-1]}"

    def link(self, host: str, *, up: bool) -> None:
        """Take a host's link up or down."""
        _ip("link", "set", self._link(host), "up" if up else "down")

    def make(self, undo: ExitStack) -> None:
        """Make everything; `undo` takes it away."""
        bridge = f"fb{self.number}"
        undo.callback(_without_complaint, "link", "del", bridge)
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", f"{self.address}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for place, host in enumerate(HOSTS[:2], start=11):
            there = self.namespace(host)
            undo.callback(_without_complaint, "netns", "del", there)
            undo.callback(_without_complaint, "link", "del", self._link(host))
            _ip("netns", "add", there)
            _ip("link", "add", self._link(host), "type", "veth", "peer", "name", "e0", "netns", there)
            _ip("link", "set", self._link(host), "master", bridge, "up")
            _ip("-n", there, "addr", "add", f"{self._prefix}.{place}/24", "dev", "e0")
            _ip("-n", there, "link", "set", "e0", "up")
            _ip("-n", there, "link", "set", "lo", "up")


def _without_complaint(*words: str) -> None:
    with suppress(subprocess.SubprocessError):
        _ip(*words)


@contextmanager
def forwarded(at: str, port: int) -> Iterator[int]:
    """Lend a port on this address that leads to a port on loopback."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as there:
                back = threading.Thread(target=_copy, args=(there, self.request), daemon=True)
                back.start()
                _copy(self.request, there)
                back.join()

    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer((at, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def _copy(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while block := one.recv(1 << 16):
            other.sendall(block)
        other.shutdown(socket.SHUT_WR)


@dataclass
class Run:
    """A run of the command on a host."""

    host: str
    name: str
    process: subprocess.Popen[bytes]
    said: Path
    after_epoch: int
    """The session's epoch when it began."""
    hours: int
    """By how many hours its clock is off."""
    blow: str = ""

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to it and to whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def words(self) -> str:
        """Return all that it printed."""
        return self.said.read_text("utf-8", "replace")


@dataclass
class Found:
    """What came of it."""

    runs: list[Run]
    blows: dict[str, int]
    books: Books
    lost: list[str]
    again: list[str]
    wrong: list[str]
    seconds: float

    def told(self) -> str:
        """Return it in lines."""
        blows = ", ".join(f"{count} {blow}" for blow, count in self.blows.items())
        books = self.books
        lines = [
            f"{blows}; {len(self.runs)} runs on two hosts, {self.seconds:.0f} s",
            f"the vendor billed {sum(each.bill is not None for each in books.entries)} requests, "
            f"${books.billed_usd:.4f}; the ledger has ${books.booked_usd:.4f}, {books.count('ambiguous')} calls were "
            f"cut off; paid twice: {len(books.twice)}; lost: {len(self.lost)}; made again: {len(self.again)}",
            *(f"RED: {each}" for each in (*self.lost, *self.again, *books.twice, *books.wrong, *self.wrong)),
        ]
        return "\n".join(lines)

    @property
    def red(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.lost or self.again or self.wrong or self.books.twice or self.books.wrong)


@dataclass
class Stage:
    """Everything that a film on two hosts is made with; made by `stage`."""

    net: Net
    meter: Meter
    vendor: str
    doors: Doors
    bucket: str
    base: Path
    undo: ExitStack
    runs: list[Run] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def session_id(self) -> str:
        """The session's id, '' before it is in the store."""
        heads = self.doors.passed("films", "heads")
        return heads[0].session_id if heads else ""

    def start(self, host: str, hours: int = 0) -> Run:
        """Begin the command on a host: make the film, or go on with it."""
        name = f"{len(self.runs):04d}"
        asked = ("resume", self.session_id, "--on-ambiguous", "retry") if self.session_id else self._make()
        said = self.base / f"{name}.txt"
        inside = f'hostname {host}; exec "$@"'
        there = ["ip", "netns", "exec", self.net.namespace(host), "unshare", "--uts", "sh", "-c", inside, "sh"]
        clock = {"LD_PRELOAD": FAKETIME[0], "FAKETIME": f"{hours:+d}h"} if hours else {}
        with open(said, "wb") as out:
            process = subprocess.Popen(
                [*there, sys.executable, "-c", FILM, *asked],
                cwd=self.base,
                env=self.environment(host, name, f"s3://{self.bucket}/films") | clock,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        run = Run(host, name, process, said, self.epoch, hours)
        self.undo.callback(process.wait)
        self.undo.callback(run.tell, signal.SIGKILL)
        self.runs.append(run)
        return run

    def _make(self) -> tuple[str, ...]:
        return ("make", *SHAPE, "--script", str(self.base / "script.txt"), "--", IDEA)

    def undisturbed(self) -> dict[str, str]:
        """Make the film in a folder of this machine; return what was made."""
        output = self.base / "undisturbed"
        environment = self.environment("host-c", "undisturbed", str(output))
        done = subprocess.run(
            [sys.executable, "-c", FILM, *self._make()],
            cwd=self.base,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=LONG_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return artefacts(next(output.glob("sessions/session_*")))

    def environment(self, host: str, run: str, output: str) -> dict[str, str]:
        """Return the environment of a command on a host."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FILM_"))}
        return plain | {
            **KEYS,
            "AWS_ENDPOINT_URL": self.doors.address(host),
            "FILM_CACHE": str(self.base / host / "cache"),
            "FILM_OUTPUT": output,
            "FILM_PRICES": str(self.base / "prices.toml"),
            "PREFECT_HOME": str(self.base / host / "prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "OPENAI_BASE_URL": f"http://{self.vendor}/t/{run}/v1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "NO_COLOR": "1",
        }

    @property
    def epoch(self) -> int:
        """The session's epoch now; 0 before it is in the store."""
        heads = self.doors.passed("films", "heads")
        return heads[-1].head.epoch if heads else 0

    def owns(self, run: Run) -> bool:
        """Tell whether a run has the session. `film resume` takes it twice: at first to see whether nobody has it."""
        heads = self.doors.passed("films", "heads")
        head = heads[-1].head if heads else None
        takes = 2 if run.after_epoch else 1
        return head is not None and head.holder.host == run.host and head.epoch >= run.after_epoch + takes

    def wait(self, run: Run, until_owner: bool = True, seconds: float = LONG_SECONDS) -> bool:
        """Wait until a run has the session, or has ended; tell whether it has it. Or wait for its end."""
        deadline = time.monotonic() + seconds
        while run.process.poll() is None and time.monotonic() < deadline:
            if until_owner and self.owns(run):
                return True
            time.sleep(0.1)
        return False

    def lines(self) -> list[Line]:
        """Return the vendor's lines of all runs."""
        found = []
        for number, run in enumerate(self.runs):
            found += [replace(each, number=1_000 * number + each.number) for each in self.meter.lines(run.name)]
        return sorted(found, key=lambda line: line.at)


@contextmanager
def stage() -> Iterator[Stage]:
    """Lend everything that two hosts need; all of it is gone afterwards, whatever happened."""
    with ExitStack() as undo:
        base = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="two-hosts-")))
        network = Net(os.getpid() % 25_000)
        network.make(undo)
        store = S3Server()
        undo.callback(store.stop)
        (base / "vendor").mkdir()
        meter = undo.enter_context(Meter(base / "vendor"))
        way = undo.enter_context(doors(store, base / "passed", network.address))
        port = undo.enter_context(forwarded(network.address, meter.port))
        vendor = f"{network.address}:{port}"
        (base / "prices.toml").write_text(meter.prices.read_text("utf-8").replace(meter.vendor, vendor), "utf-8")
        (base / "script.txt").write_text("\n\n".join(LINES) + "\n", "utf-8")
        yield Stage(network, meter, vendor, way, store.new_bucket(), base, undo)


def blows(kills: int, rng: random.Random) -> list[tuple[Blow, int]]:
    """Return what befalls the runs in turn, and their clocks: kills, and between them a sleep, a cut link, a clock an
    hour off for every ten of them, once at least."""
    clocks = bool(FAKETIME)
    found: list[tuple[Blow, int]] = [("kill -9", 0) for _ in range(kills)]
    for at in range(0, kills, 10):
        found[at] = ("kill -9", rng.choice((-1, 1)) if clocks else 0)
        found.insert(at + 1, ("asleep", 0))
        found.insert(at + 3, ("link down", 0))
    return found


def film_on_two_hosts(kills: int, seed: int) -> Found:
    """Make the film, with so many kills; return what came of it.

    Raises:
        NotHere: this machine cannot make hosts.
    """
    check_machine()
    rng, began = random.Random(seed), time.monotonic()
    with stage() as made:
        undisturbed = made.undisturbed()
        host, struck = HOSTS[0], dict[str, int]()
        for blow, hours in blows(kills, rng):
            run = made.start(host, hours)
            other = next(each for each in HOSTS[:2] if each != host)
            if not made.wait(run):
                break
            made.wait(run, until_owner=False, seconds=rng.uniform(0, CALM_SECONDS))
            if run.process.poll() is not None:
                break
            _strike(made, run, blow, other, rng)
            run.blow = blow
            struck[blow] = struck.get(blow, 0) + 1
            _say(f"{sum(struck.values())}: {blow} on {host}")
            host = other
        for _ in range(3):
            if made.runs[-1].process.poll() == 0:
                break
            last = made.start(host)
            made.wait(last, until_owner=False)
        return _judged(made, undisturbed, struck, time.monotonic() - began)


def _strike(made: Stage, run: Run, blow: Blow, other: str, rng: random.Random) -> None:
    """End a run: at once, or after another host has taken its session over."""
    if blow == "kill -9":
        run.tell(signal.SIGKILL)
        run.process.wait()
        if rng.random() < 0.5:
            # Its disk is gone, too.
            shutil.rmtree(made.base / run.host / "cache", ignore_errors=True)
        return
    if blow == "asleep":
        run.tell(signal.SIGSTOP)
    else:
        made.net.link(run.host, up=False)
    for _ in range(TRIES):
        # One that finds a sign of life of a moment ago is refused, as a person would be.
        second = made.start(other)
        if made.wait(second):
            break
    if blow == "asleep":
        run.tell(signal.SIGCONT)
    else:
        made.net.link(run.host, up=True)
    try:
        code = run.process.wait(LONG_SECONDS)
    except subprocess.TimeoutExpired:
        made.wrong.append(f"run {run.name}, {blow}, does not end: {run.words()[-500:]}")
    else:
        told = [line for line in run.words().splitlines() if LOST in line]
        if code != 1 or not told:
            made.wrong.append(f"run {run.name}, {blow}, ended with {code}: {run.words()[-500:]}")
    second.tell(signal.SIGKILL)
    second.process.wait()
    second.blow = "kill -9"


def _judged(made: Stage, undisturbed: dict[str, str], struck: dict[str, int], seconds: float) -> Found:
    wrong = made.wrong
    last = made.runs[-1]
    if last.process.poll() != 0:
        wrong.append(f"the film is not made: {last.words()[-800:]}")
    folder, url = made.base / "pulled", f"s3://{made.bucket}/films"
    done = subprocess.run(
        [str(Path(sys.executable).with_name("sessions")), "pull", made.session_id, url, "--output", str(folder)],
        env=made.environment("host-c", "pull", str(folder)),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        wrong.append(f"it cannot be pulled: {done.stderr}")
    found = next(folder.rglob(made.session_id), folder)
    made_now = artefacts(found) if files.is_folder(found) else {}
    names = sorted({*undisturbed, *made_now})
    wrong += [f"{name}: not as undisturbed" for name in names if undisturbed.get(name) != made_now.get(name)]
    wrong += [each for each in judge.faults(found) if not each.startswith(".store.json")]
    wrong += out_of_turn(made.doors.passed("films", "heads"))
    lost, again = _lost_and_again(made, found)
    vendor_judge.LINES, before = LINES, vendor_judge.LINES  # type: ignore[assignment]  # longer
    try:
        books = compared(found, made.lines(), may_be_of=lambda call, line: _may_be_of(made, found, call, line))
    finally:
        vendor_judge.LINES = before
    return Found(made.runs, struck, books, lost, again, wrong, seconds)


def _may_be_of(made: Stage, folder: Path, call: Call, line: Line) -> bool:
    """Tell whether a request is of the run that made the call, by that run's card, and came after its beginning."""
    run = made.runs[line.number // 1_000]
    with tolerant.entered(folder) as opened:
        card = tolerant.dict_at(opened, f"runs/{call.run_id}.json") if opened is not None else {}
    mine = (card.get("host"), card.get("pid")) == (run.host, run.process.pid)
    return mine and begun(call) - 3600 * run.hours <= line.at


def _lost_and_again(made: Stage, folder: Path) -> tuple[list[str], list[str]]:
    """Return the pieces that had been published when the session changed hands, and are no more, or were made again:
    then their receipts are of another moment."""
    heads = made.doors.passed("films", "heads")
    ends = [one for one, next_ in pairwise(heads) if one.head.epoch != next_.head.epoch]
    now, lost, again = _made_at(folder), set[str](), set[str]()
    for number, passed in enumerate(ends):
        there = made.base / f"held-{number}"
        gone = made.doors.lay(made.bucket, "films", passed.head, there)
        made.wrong += [f"{each} is lost in the store" for each in gone]
        for piece, at in _made_at(there).items():
            if piece not in now:
                lost.add(f"{piece[0]} {piece[1][:8]}")
            elif now[piece] != at:
                again.add(f"{piece[0]} {piece[1][:8]}")
        shutil.rmtree(there)
    return sorted(lost), sorted(again)


def _made_at(folder: Path) -> dict[Piece, str]:
    """Return when each piece was made, by the receipts in a folder."""
    receipts = [read_receipt(place) for place in folder.rglob("*.json")]
    return {(each.stage, each.fingerprint): each.made_at for each in receipts if each is not None}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


app = App(name="two-hosts", result_action="return_value", version_flags=[])


@app.default
def main(*, kills: Annotated[int, Parameter(help="How often a host is killed with -9.")] = 20, seed: int = 1) -> int:
    """Make the film, print what came of it; return 1 where anything is wrong."""
    found = film_on_two_hosts(kills, seed)
    print(found.told())
    return int(found.red)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise SystemExit(app())
