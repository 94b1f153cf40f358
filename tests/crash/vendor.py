"""The vendor layer of the crash bench: real adapters against a vendor that fails, holds, and counts what it bills.

    python -m tests.crash --only vendor --n 1000 --seed 1

The vendor is a process of its own that outlives every run (`tests/support/vendors/metering.py`). A seed gives the same
trials again. Of N trials the first play every fault to a piece of every kind, without a kill and with one; the next
ones kill at every operation in `calls/`; the rest is drawn.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import get_args

from studio.fs import files
from tests.crash.crew import remembered_cut
from tests.crash.store_reference import scratch_root
from tests.crash.trial import Trial, pooled
from tests.crash.vendor_run import KEY, WORDS, Books, Kill, Painting, Place, Strike, make, paid_crew
from tests.crash.vendor_trial import Case, Damage, VendorTrial, artefacts, play
from tests.support.vendors.metering import Fault, Meter

PAINTINGS: tuple[Painting, ...] = get_args(Painting)
KILLS: tuple[Kill, ...] = tuple(each for each in get_args(Kill) if each)
DAMAGES: tuple[Damage, ...] = tuple(each for each in get_args(Damage) if each)
FAULTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "connection refused",
            "reset before",
            "reset after",
            "no answer",
            "500",
            "503",
            "429 seconds",
            "429 date",
            "cut off",
            "html",
            "html, billed",
        ),
        ("text", "images", "narration"),
    ),
    **dict.fromkeys(("half a picture", "bomb", "other size"), ("images",)),
    "empty sound": ("narration",),
    "nonsense": ("text",),
}
"""Every fault of the vendor, and to which kind of piece it can be played."""
KEPT = ("half a picture", "bomb", "other size", "empty sound", "nonsense")
"""Bad answers that come whole, and are kept."""
AT_THE_ANSWER: tuple[Kill, ...] = ("answered", "answer kept", "booked")


@dataclass(frozen=True)
class Undisturbed:
    """The undisturbed run: what it made, and by which operations in `calls/`, who writes last."""

    made: dict[str, str]
    operations: tuple[str, ...]


def places(kind: str) -> list[Place]:
    """Return the pieces of a kind: 'text', 'images', 'narration'."""
    return [place for place in WORDS if kind_of(place) == kind]


def kind_of(place: Place) -> str:
    """Return the kind of a piece; a portrait is a picture."""
    if place[1] == 0:
        return "text"
    return "images" if place[0] == "cast" else place[0]


def cases(n: int, seed: int, undisturbed: Undisturbed) -> list[Case]:
    """Return the first `n` trials that the seed draws."""
    rng = random.Random(seed)
    drawn = [
        _one(rng, undisturbed, fault, kind, killed)
        for killed in (False, True)
        for fault, kinds in FAULTS.items()
        for kind in kinds
    ]
    drawn += [_kill(rng, undisturbed, kill) for kill in KILLS] + [_damage(rng, damage) for damage in DAMAGES]
    drawn += [_bad_and_killed(rng, kill, fault) for kill in AT_THE_ANSWER for fault in KEPT]
    rng.shuffle(drawn)
    every = [
        _books_kill(rng, at, inside)
        for at, name in enumerate(undisturbed.operations)
        for inside in ((False, True) if name in ("write", "copy") else (False,))
    ]
    rng.shuffle(every)
    drawn += every[: max(0, n // 4)]
    while len(drawn) < n:
        drawn.append(_any(rng, undisturbed))
    return [replace(_cast(case), seed=f"{seed}/{number}") for number, case in enumerate(drawn[:n])]


def _cast(case: Case) -> Case:
    """Let a trial that is about a portrait be painted by whom portraits are shown to."""
    struck = {fault.words for fault in case.strike.faults} | {WORDS[place] for place in case.strike.refused}
    struck |= {WORDS[place] for place in (case.strike.at, case.damaged) if place in WORDS}
    cast = {words for place, words in WORDS.items() if place[0] == "cast"}
    return replace(case, painting="by the token") if cast & struck else case


def _painting(rng: random.Random) -> Painting:
    return rng.choice(PAINTINGS)


def _struck(rng: random.Random, strike: Strike, fault: str, place: Place, times: int = 1) -> Strike:
    if fault == "connection refused":
        return replace(strike, refused={**strike.refused, place: times})
    billed = {"html": False, "html, billed": True}.get(fault)
    meant = Fault(fault.partition(",")[0], WORDS[place], times=times, billed=billed)
    return replace(strike, faults=(*strike.faults, meant))


def _killed(rng: random.Random, strike: Strike, undisturbed: Undisturbed, at: Place | None = None) -> Strike:
    kill = rng.choice(KILLS)
    at = at or rng.choice(list(WORDS))
    return replace(strike, kill=kill, at=at, operation=rng.randrange(len(undisturbed.operations)))


def _one(rng: random.Random, undisturbed: Undisturbed, fault: str, kind: str, killed: bool) -> Case:
    place = rng.choice(places(kind))
    strike = _struck(rng, Strike(), fault, place)
    if killed:
        # Now around the same call, now elsewhere.
        strike = _killed(rng, strike, undisturbed, place if rng.random() < 0.5 else None)
    return Case(f"{fault}{', killed' if killed else ''}", _painting(rng), strike, rng.random() < 0.25)


def _kill(rng: random.Random, undisturbed: Undisturbed, kill: Kill) -> Case:
    strike = replace(_killed(rng, Strike(), undisturbed), kill=kill)
    return Case(f"killed: {kill}", _painting(rng), strike)


def _bad_and_killed(rng: random.Random, kill: Kill, fault: str) -> Case:
    """Return a bad answer that is kept, and whose run dies before it has looked at it."""
    place = rng.choice(places(FAULTS[fault][0]))
    return Case(f"{fault}, killed", _painting(rng), _struck(rng, Strike(kill=kill, at=place), fault, place))


def _books_kill(rng: random.Random, at: int, inside: bool) -> Case:
    kill: Kill = "inside the books" if inside else "in the books"
    return Case(f"killed: {kill}", _painting(rng), Strike(kill=kill, operation=at))


def _damage(rng: random.Random, damage: Damage) -> Case:
    place = rng.choice([place for place in WORDS if place[1]])
    return Case(f"damaged: {damage}", _painting(rng), Strike(), damage=damage, damaged=place)


def _any(rng: random.Random, undisturbed: Undisturbed) -> Case:
    """Draw: one fault, several faults of several pieces, a kill, damage; alone and together."""
    draw = rng.random()
    if draw < 0.45:
        fault = rng.choice(list(FAULTS))
        case = _one(rng, undisturbed, fault, rng.choice(FAULTS[fault]), rng.random() < 0.5)
    elif draw < 0.6:
        return _kill(rng, undisturbed, rng.choice(KILLS))
    else:
        strike = Strike()
        for place in rng.sample(list(WORDS), rng.randint(2, 4)):
            fault = rng.choice([each for each, kinds in FAULTS.items() if kind_of(place) in kinds])
            strike = _struck(rng, strike, fault, place, rng.randint(1, 3))
        killed = rng.random() < 0.5
        strike = _killed(rng, strike, undisturbed) if killed else strike
        fault = f"several{', killed' if killed else ''}"
        case = Case(fault, _painting(rng), strike, rng.random() < 0.4)
    if rng.random() < 0.15:
        place = rng.choice([place for place in WORDS if place[1]])
        case = replace(case, damage=rng.choice(DAMAGES), damaged=place)
    return case


@contextmanager
def vendor(jobs: int = 1) -> Iterator[tuple[list[Meter], Undisturbed, Path]]:
    """Lend `jobs` vendors, the undisturbed run, and a folder for trials.

    What the undisturbed run renders is remembered for whatever is forked while the block runs.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vendor-", dir=scratch_root())))
        stack.enter_context(remembered_cut())
        meters = []
        for number in range(jobs):
            (folder := scratch / f"vendor-{number}").mkdir()
            meters.append(stack.enter_context(Meter(folder)))
        (output := scratch / "undisturbed").mkdir()
        disk = Books()
        with files.through(disk):
            ending = make(output, meters[0], paid_crew(meters[0], "undisturbed", "by the token"), pay_again=False)
        if ending.how != "done":
            raise RuntimeError(f"the undisturbed run made no film: {ending.words}")
        made = artefacts(next(output.glob("sessions/session_*")))
        yield meters, Undisturbed(made, tuple(disk.names)), scratch


def attempt(number: int, case: Case, *, meters: Sequence[Meter], undisturbed: Undisturbed, scratch: Path) -> Trial:
    """Make one trial; nothing is left of it but the vendor's lines."""
    name = f"trial-{number}"
    (base := scratch / name).mkdir()
    try:
        return play(case, meters[number % len(meters)], name, base, undisturbed.made)
    finally:
        shutil.rmtree(base)


def run_vendor(n: int, seed: int, jobs: int = 1) -> Iterator[Trial]:
    """Yield `n` trials, worked on by `jobs` forked processes, with a vendor each."""
    with vendor(jobs) as (meters, undisturbed, scratch):
        yield from pooled(
            cases(n, seed, undisturbed),
            partial(attempt, meters=meters, undisturbed=undisturbed, scratch=scratch),
            jobs,
        )


def money(trials: Sequence[Trial]) -> str:
    """Return in one line what the vendor billed and what the ledgers say of it; '' where no vendor was asked."""
    found = [trial for trial in trials if isinstance(trial, VendorTrial)]
    if not found:
        return ""
    bills, bad, lost = (sum(getattr(each, name) for each in found) for name in ("bills", "bad", "ambiguous"))
    billed, booked, untold = (
        sum(getattr(each, name) for each in found) for name in ("billed_usd", "booked_usd", "untold_usd")
    )
    return (
        f"the vendor billed {bills:,} requests, ${billed:,.4f}; the ledgers have ${booked:,.4f}, ${untold:,.4f} "
        f"more, for answers that did not say what they cost: {lost:,} lost ones and some of {bad:,} bad ones; "
        f"billed twice: {sum(len(each.again) for each in found)}"
    )


__all__ = ["FAULTS", "KEY", "KILLS", "Undisturbed", "attempt", "cases", "money", "run_vendor", "vendor"]
