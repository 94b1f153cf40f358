"""One trial of the vendor layer: a strike, the same command until the film is there, and the judgement.

The first run is struck. Then it runs again with `--on-ambiguous stop`: of what was cut off nothing may be sent, and
only those shots may fail, each with its price. Then with `retry`, until the film is whole; and once more, for nothing.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from studio.billing.calls import Call, read_calls
from studio.model.pieces import piece_path
from studio.status.snapshot import read_snapshot
from studio.status.state import completed
from tests.crash import judge
from tests.crash.trial import Trial
from tests.crash.vendor_judge import Books, begun, compared, place_of
from tests.crash.vendor_run import Ending, Painting, Place, Strike, in_a_process
from tests.support.vendors.metering import Meter

Damage = Literal["", "the piece", "its answer", "the piece and its answer"]
RUNS = 6
"""How often the command is run again at most."""


@dataclass(frozen=True)
class Case:
    """One trial to be made."""

    fault: str
    """Its row of the table."""
    painting: Painting
    strike: Strike
    first_retries: bool = False
    """Whether already the run that is struck agrees to pay again."""
    damage: Damage = ""
    damaged: Place = ("", 0)
    seed: str = ""


@dataclass(frozen=True)
class VendorTrial(Trial):
    """A trial of the vendor layer. `again` are the pieces that were billed twice."""

    bills: int = 0
    billed_usd: float = 0.0
    booked_usd: float = 0.0
    bad: int = 0
    """Bad answers in the ledger."""
    ambiguous: int = 0
    """Calls whose answer was lost."""
    untold_usd: float = 0.0
    """What is booked beyond the bills, of bad and lost answers that did not say what they cost."""


@dataclass
class Stage:
    """Where one trial is played."""

    meter: Meter
    name: str
    base: Path
    painting: Painting
    endings: list[Ending] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path | None:
        """The session, where there is one."""
        found = sorted((self.base / "output").glob("sessions/session_*"))
        return found[0] if found else None

    @property
    def named(self) -> str | None:
        """The session where its film is finished: the same line again would begin another."""
        folder = self.folder
        facts = read_snapshot(folder) if folder else None
        return folder.name if folder and facts and completed(facts) else None

    def run(self, strike: Strike, pay_again: bool) -> Ending:
        """Run the command once; check that nothing is sent for what was cut off, where nobody agreed to pay again."""
        cut_off = self._cut_off()
        began = time.time()
        (self.base / "output").mkdir(exist_ok=True)
        output, named = self.base / "output", self.named
        ending = in_a_process(output, self.meter, self.name, self.painting, strike, pay_again, named)
        self.endings.append(ending)
        if ending.how == "crashed":
            self.wrong.append(f"crashed: {ending.words}")
        if not pay_again:
            sent = {place_of(line) for line in self.meter.lines(self.name) if line.what == "seen" and line.at > began}
            self.wrong += [f"{place} was cut off, and is asked for unasked" for place in sent & set(cut_off)]
        return ending

    def stops(self) -> Ending:
        """Run with `--on-ambiguous stop` and no fault: only what was cut off fails, with its price."""
        cut_off = self._cut_off()
        ending = self.run(Strike(), pay_again=False)
        told = {(stage, index): (name, words) for stage, index, name, words in ending.failures}
        if plans := [place for place in cut_off if place[1] == 0]:
            told = {plans[0]: (ending.how, ending.words)}
            cut_off = {plans[0]: cut_off[plans[0]]}
        if set(told) != set(cut_off):
            self.wrong.append(f"{sorted(cut_off)} were cut off, {sorted(told)} failed: {ending.how}: {ending.words}")
        for place, call in cut_off.items():
            how, words = told.get(place, ("", ""))
            if told and (how != "CallCutOff" or f"${call.most_usd:.4f}" not in words):
                self.wrong.append(f"{place} failed with {how}, and not with its price: {words}")
        return ending

    def _cut_off(self) -> dict[Place, Call]:
        """Return the calls whose answer was lost and that nobody agreed to make again, by their piece."""
        folder = self.folder
        calls = read_calls(folder) if folder else []
        return {
            (call.stage, call.index): call
            for call in calls
            if (call.state == "ambiguous" and not call.again)
            or (call.state == "intent" and folder and not (folder / call.answer_path).exists())
        }

    def damage(self, what: Damage, place: Place, rng: random.Random) -> set[Place]:
        """Flip a byte of a finished piece, of its held answer, or of both; return what must be paid for again."""
        folder = self.folder
        assert folder is not None
        answers = [
            folder / call.answer_path
            for call in read_calls(folder)
            if (call.stage, call.index) == place and call.state == "done"
        ]
        piece = folder / piece_path(place[0], place[1])  # type: ignore[arg-type]
        paths = [piece] * (what != "its answer") + answers * (what != "the piece")
        for path in paths:
            content = bytearray(path.read_bytes())
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            path.write_bytes(content)
        return {place} if what == "the piece and its answer" else set()


def play(case: Case, meter: Meter, name: str, base: Path, undisturbed: dict[str, str]) -> VendorTrial:
    """Make one trial below `base`, an empty folder."""
    stage = Stage(meter, name, base, case.painting)
    stage.run(case.strike, case.first_retries)
    began_again = time.time()
    rng, destroyed = random.Random(case.seed), set()
    ending = stage.stops()
    while ending.how != "done" and len(stage.endings) < RUNS:
        ending = stage.run(Strike(), pay_again=True)
    folder = stage.folder
    assert folder is not None
    if case.damage and ending.how == "done":
        destroyed = stage.damage(case.damage, case.damaged, rng)
        ending = stage.run(Strike(), pay_again=False)
    before = len(meter.lines(name))
    if ending.how == "done":
        ending = stage.run(Strike(), pay_again=False)
        if len(meter.lines(name)) != before:
            stage.wrong.append("a finished film asks the vendor")
    books = compared(folder, meter.lines(name), destroyed)
    if len([*base.glob("output/sessions/session_*")]) != 1:
        stage.wrong.append("another film was begun")
    early = [line for line in meter.lines(name) if line.early]
    stage.wrong += [f"request {line.number} came {line.early} s before the vendor allowed it" for line in early]
    finished = ending.how == "done"
    if finished:
        found = artefacts(folder)
        if case.painting != "by the token":
            undisturbed = {path: mark for path, mark in undisturbed.items() if not path.startswith("cast/")}
        stage.wrong += [
            f"{each}: not as undisturbed"
            for each in sorted({*undisturbed, *found})
            if undisturbed.get(each) != found.get(each)
        ]
        stage.wrong += judge.faults(folder)
    else:
        stage.wrong += [f"ended with {each.how}: {each.words}" for each in stage.endings]
    return _trial(case, stage, books, finished, began_again)


def _trial(case: Case, stage: Stage, books: Books, finished: bool, began_again: float) -> VendorTrial:
    remade = [
        f"{each.call.stage} {each.call.index}"
        for each in books.entries
        if each.call.attempt > 1 and begun(each.call) > began_again
    ]
    return VendorTrial(
        case.fault,
        f"{case.seed}: {case.painting}, {case.strike}, {case.damage} {case.damaged}",
        finished,
        len(stage.endings),
        again=tuple(books.twice),
        remade=tuple(remade),
        wrong=(*books.wrong, *stage.wrong),
        bills=sum(each.bill is not None for each in books.entries),
        billed_usd=books.billed_usd,
        booked_usd=books.booked_usd,
        bad=books.count("bad answer"),
        ambiguous=books.count("ambiguous"),
        untold_usd=books.untold_usd,
    )


def artefacts(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of everything that was made, by path; receipts tell what it cost, and are left out."""
    made = judge.made(folder)
    kept = ("story.json", "scene_graph.json", "shots.json", "timeline.json")
    return {
        name: mark
        for name, mark in made.items()
        if name in kept or (not name.startswith("calls/") and not name.endswith(".json"))
    }
