"""One trial on two hosts: host A is struck, host B goes on until the film is whole, and a third one judges.

B first runs with `--on-ambiguous stop`, then with `retry`. In the end a host that never saw the session pulls it, and
runs the same command once more, for nothing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from studio.billing.calls import Call, read_calls
from studio.fs import files
from studio.object_storage import moving, outputs, working_copy
from studio.object_storage.head import Head
from studio.object_storage.store_output import StoreOutput
from tests.crash import judge
from tests.crash.hosts_doors import Doors, Passed, Shut, out_of_turn
from tests.crash.hosts_run import NO_BLOW, Blow, Command, Running, on_host, start
from tests.crash.judge import Piece
from tests.crash.vendor_judge import Books, begun, compared, place_of
from tests.crash.vendor_run import Painting, Place
from tests.crash.vendor_trial import VendorTrial, artefacts
from tests.support.vendors.metering import Line, Meter

Then = Literal["", "while B works", "after B stopped", "after B"]
"""When a sleeping host is woken, or its door opened again; '' for never."""
A, B, C = "host-a", "host-b", "host-c"
RUNS = 9
"""How often the command is run at most until the film is whole."""
LONG_SECONDS = 150.0
"""By then every run has ended by itself."""
LOST = "taken over"
"""What whoever lost a session is told."""


@dataclass(frozen=True)
class Case:
    """One trial to be made."""

    fault: str
    """Its row of the table."""
    painting: Painting
    blow: Blow = NO_BLOW
    after_seconds: float | None = None
    """When A is struck from outside, in seconds from its start; None where the blow has its own moment."""
    then: Then = ""
    disk: Literal["gone", "goes on in the end", "goes on in between", "goes on at once"] = "gone"
    """What becomes of A's disk once A was killed."""
    shut: Shut = ""
    """How A's door is shut; of '503' every door."""
    shut_at: int = 0
    """From which of A's requests on."""
    shut_seconds: float = 0.0
    """Of '503': for how long."""
    hours: tuple[int, int] = (0, 0)
    """By how many hours the clocks of A and B are off."""
    first_retries: bool = False
    seed: str = ""


@dataclass
class Room:
    """Where one trial is played."""

    case: Case
    meter: Meter
    doors: Doors
    bucket: str
    name: str
    base: Path
    runs: list[Running] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    cut_off: dict[str, set[Place]] = field(default_factory=dict)
    """For each run that stops: what was cut off before it began."""
    answered: dict[str, set[str]] = field(default_factory=dict)
    """For each run: the answers that the store had before it began."""

    @property
    def heads(self) -> list[Passed]:
        """The heads of the session, in the order in which the store took them."""
        heads = self.doors.passed(self.name, "heads")
        return [each for each in heads if each.session_id == heads[0].session_id]

    @property
    def session_id(self) -> str | None:
        """The session's id, once it is in the store."""
        heads = self.heads
        return heads[0].session_id if heads else None

    def hours(self, host: str) -> int:
        """Return by how many hours a host's clock is off."""
        return {A: self.case.hours[0], B: self.case.hours[1]}.get(host, 0)

    def start(self, host: str, pay_again: bool, blow: Blow = NO_BLOW) -> Running:
        """Begin the command on a host."""
        run_id = f"{self.name.removeprefix('trial-')}-{len(self.runs)}"
        self.answered[run_id] = {each.key.rpartition("/")[2] for each in self.doors.passed(self.name, "answers")}
        if not pay_again:
            self.cut_off[run_id] = self._cut_off()
        url = f"s3://{self.bucket}/{self.name}"
        will_be_cut = not self.runs and self.case.shut not in ("", "503")
        command = Command(run_id, url, self.case.painting, pay_again, self.session_id, will_be_cut)
        run = start(self.base, host, self.hours(host), self.doors, self.meter, command, blow)
        self.runs.append(run)
        return run

    def run(self, host: str, pay_again: bool) -> Running:
        """Run the command on a host to its end."""
        return self.ended(self.start(host, pay_again))

    def ended(self, run: Running) -> Running:
        """Wait for a run's end; one that does not end by itself is wrong."""
        if run.wait(LONG_SECONDS) is None:
            self.wrong.append(f"{run.run_id} on {run.host} does not end{', asleep' if run.stopped else ''}")
            run.send(signal.SIGKILL)
            run.wait()
        assert run.ending is not None
        if run.ending.how == "crashed":
            self.wrong.append(f"{run.run_id} crashed: {run.ending.words}")
        return run

    def taken_from(self, run: Running) -> bool:
        """Tell whether another took the session over while this run owned it."""
        last: Head | None = None
        for passed in self.heads:
            head = passed.head
            if head.holder.pid == run.pid:
                last = head
            elif last is not None:
                return not last.released
        return False

    def wait_until_taken(self, run: Running, by: Running) -> None:
        """Return once the session was taken from a run, or the other has ended."""
        while not self.taken_from(run) and by.wait(0.05) is None:
            pass

    def before(self, run: Running) -> Passed | None:
        """Return the head that a run found when it took the session; None if it never did, or made it."""
        heads = self.heads
        first = next((n for n, each in enumerate(heads) if each.head.holder.pid == run.pid), 0)
        return heads[first - 1] if first else None

    def laid(self, head: Head, folder: Path) -> Path:
        """Lay the files that a head names into a new folder, straight from the store; note what is lost."""
        folder = folder / head.session_id
        lost = self.doors.lay(self.bucket, self.name, head, folder)
        self.wrong += [f"the content of {path} is lost or damaged in the store" for path in lost]
        return folder

    def _cut_off(self) -> set[Place]:
        """Return what was cut off, by the store as it is, and not agreed to be paid again nor answered since."""
        heads = self.heads
        if not heads:
            return set()
        folder = self.laid(heads[-1].head, self.base / f"before-{len(self.runs)}")
        return {
            (call.stage, call.index)
            for call in read_calls(folder)
            if call.state in ("intent", "ambiguous") and not call.again
        }


def play(
    case: Case, meter: Meter, doors: Doors, bucket: str, name: str, base: Path, undisturbed: dict[str, str]
) -> VendorTrial:
    """Make one trial below `base`, an empty folder."""
    room = Room(case, meter, doors, bucket, name, base)
    for host in (A, B, C):
        doors.shut(host, "")
    try:
        struck = _strike(room)
        _go_on(room, struck)
        return _judged(room, undisturbed)
    finally:
        for run in room.runs:
            run.send(signal.SIGKILL)
            run.wait()
        for host in (A, B, C):
            doors.shut(host, "")


# --- what happens ---------------------------------------------------------------------------------


def _strike(room: Room) -> Running:
    """Begin on A, and strike it; it is dead, asleep, cut off, or has ended, when this returns."""
    case = room.case
    room.doors.shut_at(A, case.shut, case.shut_at)
    run = room.start(A, case.first_retries, case.blow)
    while case.shut and run.wait(0.02) is None:
        if not room.doors.is_shut(A):
            continue
        if room.session_id is not None:
            break
        # Before it has a session in the store nobody can go on with it: two hosts would make two films.
        room.doors.shut_at(A, case.shut, 10)
    if case.shut == "503":
        room.doors.shut(B, "503")
        room.doors.shut(A, "503")
        run.wait(case.shut_seconds)
    if case.after_seconds is not None:
        run.wait(case.after_seconds)
        run.send(signal.SIGSTOP if case.blow.asleep else signal.SIGKILL)
    if case.shut == "503":
        room.doors.shut(A, "")
        room.doors.shut(B, "")
    ends = not case.shut or case.after_seconds is not None
    if ends and run.wait(LONG_SECONDS, or_stopped=True) is None and not run.stopped:
        room.ended(run)
    while run.stopped and room.session_id is None:
        # The same of one that sleeps.
        run.send(signal.SIGCONT)
        run.wait(0.3)
        run.send(signal.SIGSTOP)
    return run


def _go_on(room: Room, struck: Running) -> None:
    """Let B go on until the film is whole, and A awake, or back, when the case says so."""
    case, rng = room.case, random.Random(room.case.seed)
    if room.session_id is None:
        # A died before it had a session in the store: there is none that two could go on with.
        pass
    elif case.disk == "goes on at once":
        both = [room.start(host, pay_again=False) for host in rng.sample((A, B), 2)]
        for each in both:
            room.ended(each)
    elif case.disk == "goes on in between":
        between = room.start(B, pay_again=False)
        between.wait(1.6 + rng.uniform(0, 1.2))
        between.send(signal.SIGKILL)
        room.ended(between)
        room.run(A, pay_again=False)
    first = room.start(B, pay_again=False)
    if case.then == "while B works":
        room.wait_until_taken(struck, first)
        first.wait(rng.uniform(0, 0.4))
        _back(room, struck)
    room.ended(first)
    if case.then == "after B stopped":
        _back(room, struck)
        room.ended(struck)
    last = first
    while last.ending is not None and last.ending.how != "done" and len(room.runs) < RUNS:
        last = room.run(B, pay_again=True)
    if case.then == "after B":
        _back(room, struck)
    if case.disk == "goes on in the end":
        room.run(A, pay_again=False)
    if not struck.stopped:
        room.ended(struck)


def _back(room: Room, struck: Running) -> None:
    """Wake the host that sleeps, and open its door."""
    if struck.stopped:
        struck.send(signal.SIGCONT)
    room.doors.shut(A, "")


# --- judgement ------------------------------------------------------------------------------------


def _judged(room: Room, undisturbed: dict[str, str]) -> VendorTrial:
    case = room.case
    finished = any(run.ending is not None and run.ending.how == "done" for run in room.runs)
    if not finished or room.session_id is None:
        told = [f"{run.run_id} on {run.host}: {run.ending}" for run in room.runs]
        return VendorTrial(case.fault, _what(room), False, len(room.runs), wrong=(*room.wrong, *told))
    runs = [*room.runs]
    for run in runs:
        if room.taken_from(run) and run.host == A and not run.stopped:
            _check_told(room, run)
    before = len(_lines(room))
    # What the store has in the end, as a machine gets it that never saw the session.
    folder = room.base / "pulled" / room.session_id
    room.wrong += _pull(room, folder)
    again = room.run(C, pay_again=False)
    if again.ending is None or again.ending.how != "done":
        room.wrong.append(f"a third host does not find the film whole: {again.ending}")
    if len(_lines(room)) != before or again.works:
        room.wrong.append(f"a finished film is made again on a third host: {again.works}")
    struck_asleep = [run for run in room.runs if run.stopped]
    for run in struck_asleep:
        run.send(signal.SIGKILL)
    lines = _lines(room)
    books = compared(folder, lines, may_be_of=lambda call, line: _may_be_of(room, call, line))
    room.wrong += out_of_turn(room.heads)
    if len({each.session_id for each in room.doors.passed(room.name, "heads")}) != 1:
        room.wrong.append("another film was begun")
    _check_asked(room, folder, lines)
    _check_bytes(room, folder, undisturbed)
    lost, needless = _lost_and_again(room, folder)
    return VendorTrial(
        case.fault,
        _what(room),
        True,
        len(room.runs),
        lost=tuple(lost),
        again=tuple(sorted({*books.twice, *needless})),
        remade=tuple(_remade(books)),
        wrong=(*room.wrong, *books.wrong),
        bills=sum(each.bill is not None for each in books.entries),
        billed_usd=books.billed_usd,
        booked_usd=books.booked_usd,
        bad=books.count("bad answer"),
        ambiguous=books.count("ambiguous"),
        untold_usd=books.untold_usd,
    )


def _what(room: Room) -> str:
    ends = [f"{run.host} {run.ending.how if run.ending else 'asleep'}" for run in room.runs]
    return f"{room.case.seed}: {room.case}: {', '.join(ends)}"


def _check_told(room: Room, run: Running) -> None:
    """A run that lost its session and went on ended by itself with the line that says so, or had nothing left to do."""
    ending = run.ending
    if ending is None or ending.how == "killed":
        return
    lines = ending.words.strip().count("\n") + 1
    if ending.how == "StoreDown" and room.case.shut:
        return
    if LOST not in ending.words or lines != 1:
        room.wrong.append(f"{run.run_id} lost the session, and ended with {ending.how}: {ending.words!r}")


def _lines(room: Room) -> list[Line]:
    """Return the vendor's lines for all runs, in order, each request with a number of its own."""
    lines, first = [], 0
    for run in room.runs:
        mine = room.meter.lines(run.run_id)
        lines += [replace(line, number=first + line.number) for line in mine]
        first += 1_000
    return sorted(lines, key=lambda line: line.at)


def _may_be_of(room: Room, call: Call, line: Line) -> bool:
    run = room.runs[line.number // 1_000]
    return call.run_id == run.run_id and begun(call) - 3600 * room.hours(run.host) <= line.at


def _check_asked(room: Room, folder: Path, lines: list[Line]) -> None:
    """Nothing is sent for what was cut off where nobody agreed, nor for what the store had an answer for."""
    calls = read_calls(folder)
    for line in (each for each in lines if each.what == "seen"):
        run = room.runs[line.number // 1_000]
        if place_of(line) in room.cut_off.get(run.run_id, ()):
            room.wrong.append(f"{place_of(line)} was cut off, and {run.run_id} asks for it unasked")
        mine = [call for call in calls if call.run_id == run.run_id and (call.stage, call.index) == place_of(line)]
        digests = {call.digest for call in mine if _may_be_of(room, call, line)}
        for call in calls:
            held = call.answer_path.rpartition("/")[2] in room.answered[run.run_id]
            if held and call.run_id != run.run_id and call.digest in digests and call.state != "bad answer":
                room.wrong.append(f"{call.path}: its answer was in the store, and {run.run_id} asks for it again")
    _check_adopted(room, calls, lines)


def _check_adopted(room: Room, calls: list[Call], lines: list[Line]) -> None:
    """An answer that came to a run which ended by itself, before the last run began, is nobody's loss, even though the
    run had lost the session: unless it was cut off from the store, or the next had paid already."""
    whole = {(line.number // 1_000, place_of(seen)) for seen, line in _answered(lines)}
    runs = {run.run_id: run for run in room.runs}
    for call in (each for each in calls if each.state == "ambiguous" and each.run_id in runs):
        run = runs[call.run_id]
        paid_before = call.again in runs and runs[call.again].began < run.ended
        alive = run.ending is not None and run.ending.how != "killed"
        came = (room.runs.index(run), (call.stage, call.index)) in whole
        if came and alive and not room.case.shut and not paid_before:
            room.wrong.append(f"{call.path}: its answer came to {run.run_id}, and was lost")


def _answered(lines: list[Line]) -> list[tuple[Line, Line]]:
    """Return the requests that were answered well, each with the line of its answer."""
    seen = {line.number: line for line in lines if line.what == "seen"}
    return [(seen[line.number], line) for line in lines if line.what == "answered" and line.how == "200"]


def _check_bytes(room: Room, folder: Path, undisturbed: dict[str, str]) -> None:
    if room.case.painting != "by the token":
        undisturbed = {path: mark for path, mark in undisturbed.items() if not path.startswith("cast/")}
    found = artefacts(folder)
    room.wrong += [
        f"{each}: not as undisturbed"
        for each in sorted({*undisturbed, *found})
        if undisturbed.get(each) != found.get(each)
    ]
    # What the working copy notes about the store is hidden, and stays.
    room.wrong += [each for each in judge.faults(folder) if not each.startswith(working_copy.STATE)]


def _lost_and_again(room: Room, folder: Path) -> tuple[list[str], list[str]]:
    """Return what was finished and published and is lost in the end, and what of it was made again."""
    there, known, needless = judge.held(folder), set[Piece](), list[str]()
    for number, run in enumerate(room.runs):
        head = room.before(run)
        if head is None or not run.works:
            continue
        published = judge.held(room.laid(head.head, room.base / f"held-{number}"))
        known |= published
        needless += judge.again(folder, published, run.works)
    return sorted(f"{stage} {mark[:8]}" for stage, mark in known - there), needless


def _remade(books: Books) -> list[str]:
    return [f"{each.call.stage} {each.call.index}" for each in books.entries if each.call.attempt > 1]


def _pull(room: Room, folder: Path) -> list[str]:
    """Pull the session into a folder, on a host that never saw it; return what is wrong."""
    note = room.base / "pulled.txt"
    pid = os.fork()
    if pid == 0:
        told = [traceback.format_exc()]
        try:
            with on_host(room.base / "pulling", C, room.doors.address(C)):
                outputs.bound(f"s3://{room.bucket}/{room.name}")
                (output,) = outputs._outputs.values()
                assert isinstance(output, StoreOutput)
                files.make_folder(folder)
                moving.pull(output, folder.name, folder, False, lambda share: None)
                told = []
        except BaseException:
            told = [traceback.format_exc()]
        finally:
            note.write_text(json.dumps(told), "utf-8")
            os._exit(0)
    os.waitpid(pid, 0)
    found: list[str] = json.loads(note.read_text("utf-8"))
    return found
