"""The room of one trial of the store: its output folder, its runs, each in a process of its own, and the judgement.

A fault is struck by runs that end badly or by damage to files; then the same command runs again, at most three times,
and the folder is compared with what an undisturbed run makes.
"""

from __future__ import annotations

import os
import shutil
import traceback
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from studio.errors import FilmError
from studio.fs import checksums, files
from studio.fs.disk_operations import Disk
from studio.model import events
from studio.model.events import Event
from studio.status.snapshot import read_snapshot
from studio.status.state import completed
from tests.crash import film, judge
from tests.crash.crew import crew
from tests.crash.film import MOMENT
from tests.crash.judge import Piece, Work
from tests.crash.store_disks import HOUR, Full, Late, Waiting, an_hour_back
from tests.crash.store_hands import Touch, torn_records, touched
from tests.crash.store_reference import Reference
from tests.crash.trial import Trial


@dataclass(frozen=True)
class Way:
    """How one run goes: on which disk, with whose touch, at what hour, for which session."""

    disk: Disk = field(default_factory=Disk)
    touch: Touch | None = None
    late: bool = False
    session_id: str | None = None
    output: Path | None = None


@dataclass(frozen=True)
class Ending:
    """How a run ended: 'done', 'killed', the name of one of our errors, or 'crashed'; and its words."""

    how: str
    words: str = ""


@dataclass(frozen=True)
class Running:
    """A run that goes on in a process of its own."""

    pid: int
    number: int
    room: Room

    def wait(self) -> Ending:
        """Wait for its end."""
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            return Ending("killed")
        how, _, words = self.room.beside("ended", self.number).read_text("utf-8").partition("\n")
        return Ending(how, words)


@dataclass
class Room:
    """The room of one trial."""

    base: Path
    undisturbed: Reference
    output: Path = field(init=False)
    session_id: str | None = None
    """The session that the command names."""
    runs: int = 0
    held: set[Piece] = field(default_factory=set)
    """Pieces that were finished before the fault."""
    destroyed: set[Piece] = field(default_factory=set)
    """Those of them that the fault destroyed."""
    may_be_edited: str = ""
    """The plan that, after this fault, may be taken for one that a person edited."""
    unproved: str = ""
    """The receipt of a plan that, after this fault, nothing proves any more: the plan is kept as somebody's."""
    wrong: list[str] = field(default_factory=list)
    others: set[int] = field(default_factory=set)
    """Runs that were about other sessions than the one that goes on."""
    own: str = ""
    """The session that goes on, where there is more than one."""

    def __post_init__(self) -> None:
        self.output = self.base / "output"
        self.output.mkdir()

    def beside(self, name: str, number: int) -> Path:
        """Return where run `number` notes what it began and ended, what it said, how it ended."""
        return self.base / f"{name}-{number}"

    @property
    def folder(self) -> Path | None:
        """The one session in the output folder; None where there is none yet."""
        found = self.sessions()
        return found[0] if found else None

    def sessions(self) -> list[Path]:
        """Return all sessions in the output folder."""
        return sorted(self.output.glob("sessions/session_*"))

    def lay_finished(self) -> Path:
        """Lay the finished film of the undisturbed run here; the command names it from now on."""
        shutil.copytree(self.undisturbed.output, self.output, dirs_exist_ok=True, symlinks=True)
        self.session_id = self.undisturbed.session_id
        return self.output / "sessions" / self.session_id

    def start(self, way: Way) -> Running:
        """Begin the command in a process of its own."""
        number, self.runs = self.runs, self.runs + 1
        pid = os.fork()
        if pid:
            return Running(pid, number, self)
        ending = Ending("crashed")
        try:
            ending = self._command(way, number)
        except BaseException:
            ending = Ending("crashed", traceback.format_exc())
        finally:
            self.beside("ended", number).write_text(f"{ending.how}\n{ending.words}", "utf-8")
            os._exit(0)

    def _command(self, way: Way, number: int) -> Ending:
        checksums._known.clear()

        def hear(event: Event) -> None:
            if event.kind == "note":
                with open(self.beside("said", number), "a", encoding="utf-8") as file:
                    file.write(event.text + "\n")

        with ExitStack() as stack:
            stack.enter_context(judge.watched(self.beside("notes", number)))
            stack.enter_context(events.listening(hear))
            stack.enter_context(files.through(way.disk))
            hands = crew() if way.touch is None else stack.enter_context(touched(crew(), way.touch))
            if isinstance(way.disk, Full):
                stack.enter_context(torn_records(way.disk))
            if isinstance(way.disk, Waiting):
                stack.enter_context(way.disk.at_the_door())
            if way.late:
                stack.enter_context(an_hour_back())
            now: datetime = MOMENT - HOUR if way.late else MOMENT
            try:
                film.make(way.output or self.output, hands, way.session_id, now)
            except FilmError as error:
                return Ending(type(error).__name__, str(error))
        return Ending("done")

    def run(self, way: Way | None = None) -> Ending:
        """Run the command to its end, which may be its death."""
        return self.start(way or Way(session_id=self.named)).wait()

    def expect(self, ending: Ending, *hows: str) -> None:
        """Note an ending that is none of `hows`."""
        if ending.how not in hows:
            self.wrong.append(f"ended with {ending.how}, not {' or '.join(hows)}: {ending.words}")

    def works(self, first: int, last: int) -> list[Work]:
        """Return what was begun in the runs from `first` to before `last`, those about other sessions left out."""
        return [
            work
            for number in range(first, last)
            if number not in self.others
            for work in judge.works(self.beside("notes", number))
        ]

    def said(self, first: int) -> str:
        """Return what a person was told in the runs from `first` on."""
        return "".join(
            path.read_text("utf-8")
            for number in range(first, self.runs)
            if (path := self.beside("said", number)).exists()
        )

    def all_held(self) -> set[Piece]:
        """Return every finished piece that the folder proves whole."""
        return {piece for folder in self.sessions() for piece in judge.held(folder)}

    def goes_on_in(self, folder: Path) -> bool:
        """Tell whether the runs after the fault are about this session."""
        return self.own in ("", folder.name)

    def go_on(self, late: bool = False) -> list[Ending]:
        """Run the same command until it ends well, at most three times; return the endings."""
        endings: list[Ending] = []
        while len(endings) < 3 and not (endings and endings[-1].how == "done"):
            disk = Late() if late else Disk()
            endings.append(self.run(Way(disk, late=late, session_id=self.named)))
        return endings

    @property
    def named(self) -> str | None:
        """The session that the next run must name: where all are finished, a command without a name begins a film."""
        if self.session_id:
            return self.session_id
        mine = [folder for folder in self.sessions() if self.goes_on_in(folder)]
        facts = [read_snapshot(folder) for folder in mine]
        return mine[-1].name if facts and all(each is not None and completed(each) for each in facts) else None


def judged(room: Room, fault: str, what: str, *, late: bool = False, films: int = 1) -> Trial:
    """Let the same command go on, and judge what came of it.

    Args:
        late: whether the clock is an hour back from now on.
        films: how many sessions there must be in the end.
    """
    reference, struck = room.undisturbed, room.runs
    before = room.works(0, struck)
    ended = {(work.stage, reference.pieces[work.stage, work.index]) for work in before if work.ended is not None}
    sure = (room.held | ended) - room.destroyed
    known = {folder: judge.held(folder) | (sure if room.goes_on_in(folder) else set()) for folder in room.sessions()}
    endings = room.go_on(late)
    finished, since = endings[-1].how == "done", room.works(struck, room.runs)
    wrong = [*room.wrong, *(f"ended with {each.how}: {each.words}" for each in endings if each.how != "done")]
    if not finished:
        return Trial(fault, what, False, len(endings), wrong=tuple(wrong))
    edited = bool(room.may_be_edited) and f"{room.may_be_edited} was edited by hand" in room.said(struck)
    again: set[str] = set()
    for folder in room.sessions():
        again.update(judge.again(folder, known.get(folder, ()), since) if room.goes_on_in(folder) else ())
        wrong += judge.faults(folder)
        differ = [] if edited else differing(reference.made, judge.made(folder))
        wrong += [each for each in differ if not room.unproved or not each.startswith(f"{room.unproved}:")]
    if len(room.sessions()) != films:
        wrong.append(f"{len(room.sessions())} sessions, not {films}")
    wrong += [f"{path.name}: left over" for path in room.output.glob("sessions/.*")]
    begun = {(work.stage, work.index) for work in before}
    begun |= {place for place, mark in reference.pieces.items() if (place[0], mark) in room.destroyed}
    names = [f"{work.stage} {work.index}" for work in since if (work.stage, work.index) in begun or not before]
    gone = {piece for folder in known for piece in known[folder] - judge.held(folder)}
    lost = sorted(f"{stage} {mark[:8]}" for stage, mark in gone)
    return Trial(
        fault,
        what,
        True,
        len(endings),
        tuple(lost),
        tuple(sorted(again)),
        tuple(name for name in names if name not in again),
        sum(
            reference.seconds.get((work.stage, work.index), 0.0)
            for work in since
            if (work.stage, work.index) in begun or not before
        ),
        tuple(wrong),
    )


def differing(undisturbed: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return the files that are not as the undisturbed run made them."""
    names = sorted(undisturbed.keys() | now.keys())
    return [f"{name}: not as undisturbed" for name in names if undisturbed.get(name) != now.get(name)]
