"""The layer of the crash bench for two hosts: a paid film in object storage, whose host dies, sleeps, or is cut off.

    python -m tests.crash --only hosts --n 200 --seed 1

Needs the extra `cluster`. The store (moto) and the vendor that counts are processes of their own; each host has
working copies, a name, a clock and a door to the store of its own. A seed draws the same trials again, but hosts are
threads and processes: what exactly a moment hits differs.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import get_args

from studio.fs import files
from tests.crash.crew import remembered_cut
from tests.crash.hosts_doors import Doors, Shut, doors
from tests.crash.hosts_run import Blow, Moment, Operations, hasty
from tests.crash.hosts_trial import Case, Then, play
from tests.crash.store_reference import scratch_root
from tests.crash.trial import Trial, pooled
from tests.crash.vendor_run import WORDS, Kill, Painting, Strike, make, paid_crew
from tests.crash.vendor_trial import artefacts
from tests.support.servers.s3 import S3Server
from tests.support.vendors.metering import Meter

AT_THE_CALL: tuple[Kill, ...] = ("before the request", "answered", "booked", "after publication")
"""Moments of a call that this side has."""
AT_THE_VENDOR: tuple[Kill, ...] = ("taken", "billed", "half answered")
"""Moments while the vendor holds the request: it kills."""
COUNTED: tuple[Moment, ...] = tuple(each for each in get_args(Moment) if each and "operation" not in each)
FILM_SECONDS = 3.0
"""How long a film takes on a host, about: moments are drawn from it."""
MOST_REQUESTS = 150
"""How many requests a film makes to the store, about."""


@dataclass(frozen=True)
class House:
    """What trials are played with, one at a time: a vendor, doors to the store, a bucket in it."""

    meter: Meter
    doors: Doors
    bucket: str


@dataclass(frozen=True)
class Undisturbed:
    """The undisturbed run: what it made, and by how many operations on the disk."""

    made: dict[str, str]
    operations: int


def _painting(rng: random.Random) -> Painting:
    painting: Painting = rng.choice(get_args(Painting))
    return painting


def _moment(rng: random.Random, seen: Undisturbed, *, asleep: bool = False) -> tuple[Blow, float | None]:
    """Draw where a host is struck: at a moment, at its disk, at the store, or at a call."""
    draw = rng.random()
    if draw < 0.25:
        return Blow(asleep=asleep), rng.uniform(0.1, FILM_SECONDS)
    if draw < 0.5:
        where: Moment = rng.choice(("before an operation", "inside an operation"))
        return Blow(where, rng.randrange(seen.operations), asleep), None
    if draw < 0.75:
        where = rng.choice(COUNTED)
        most = {"after a blob": 60}.get(where, 9 if "answer" in where else 25)
        return Blow(where, rng.randrange(most), asleep), None
    return _at_a_call(rng, AT_THE_CALL, asleep), None


def _at_a_call(rng: random.Random, kills: Sequence[Kill], asleep: bool = False) -> Blow:
    return Blow(asleep=asleep, strike=Strike(kill=rng.choice(kills), at=rng.choice(list(WORDS))))


def _killed(rng: random.Random, seen: Undisturbed) -> Case:
    return Case("kill -9, at any moment; its disk gone", _painting(rng), Blow(), rng.uniform(0.1, FILM_SECONDS))


def _at_the_disk(rng: random.Random, seen: Undisturbed) -> Case:
    where: Moment = rng.choice(("before an operation", "inside an operation"))
    return Case("kill -9, at an operation on its disk", _painting(rng), Blow(where, rng.randrange(seen.operations)))


def _at_the_store(rng: random.Random, seen: Undisturbed) -> Case:
    where: Moment = rng.choice(COUNTED)
    most = {"after a blob": 60}.get(where, 9 if "answer" in where else 25)
    return Case("kill -9, around a swap, a blob, an answer", _painting(rng), Blow(where, rng.randrange(most)))


def _at_the_call(rng: random.Random, seen: Undisturbed) -> Case:
    return Case("kill -9, around a paid call", _painting(rng), _at_a_call(rng, AT_THE_CALL + AT_THE_VENDOR))


def _disk_is_back(rng: random.Random, seen: Undisturbed) -> Case:
    blow, after = _moment(rng, seen)
    disk = rng.choice(("goes on in the end", "goes on in between"))
    return Case("kill -9; its disk is there again later", _painting(rng), blow, after, disk=disk)


def _both_at_once(rng: random.Random, seen: Undisturbed) -> Case:
    blow, after = _moment(rng, seen)
    return Case("kill -9, then both at the same time", _painting(rng), blow, after, disk="goes on at once")


def _asleep(then: Then) -> Callable[[random.Random, Undisturbed], Case]:
    def case(rng: random.Random, seen: Undisturbed) -> Case:
        blow, after = _moment(rng, seen, asleep=True)
        return Case(f"asleep, woken {then}", _painting(rng), blow, after, then)

    return case


def _asleep_at_the_call(rng: random.Random, seen: Undisturbed) -> Case:
    blow = _at_a_call(rng, ("before the request", "answered"), asleep=True)
    then: Then = rng.choice(("while B works", "after B stopped", "after B"))
    return Case("asleep between intent and answer", _painting(rng), blow, then=then)


def _partition(shut: Shut) -> Callable[[random.Random, Undisturbed], Case]:
    def case(rng: random.Random, seen: Undisturbed) -> Case:
        then: Then = rng.choice(("", "while B works", "after B stopped", "after B"))
        at = rng.randrange(1, MOST_REQUESTS)
        return Case(f"its network {shut}", _painting(rng), shut=shut, shut_at=at, then=then)

    return case


def _store_down(rng: random.Random, seen: Undisturbed) -> Case:
    blow, after = (Blow(), rng.uniform(0, 0.5)) if rng.random() < 0.5 else (Blow(), None)
    return Case(
        "the store answers 503 to all for a while",
        _painting(rng),
        blow,
        after,
        shut="503",
        shut_at=rng.randrange(1, MOST_REQUESTS),
        shut_seconds=rng.uniform(0.2, 4.0),
        disk=rng.choice(("gone", "goes on at once")),
    )


def _clock(rng: random.Random, seen: Undisturbed) -> Case:
    asleep = rng.random() < 0.5
    blow, after = _moment(rng, seen, asleep=asleep)
    hours = rng.choice(((1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1)))
    then: Then = rng.choice(("while B works", "after B stopped", "after B")) if asleep else ""
    return Case("a clock an hour off", _painting(rng), blow, after, then, hours=hours)


FAULTS: tuple[Callable[[random.Random, Undisturbed], Case], ...] = (
    _killed,
    _at_the_disk,
    _at_the_store,
    _at_the_call,
    _disk_is_back,
    _both_at_once,
    _asleep("while B works"),
    _asleep("after B stopped"),
    _asleep("after B"),
    _asleep_at_the_call,
    _partition("hangs"),
    _partition("refuses"),
    _partition("loses answers"),
    _partition("is late"),
    _store_down,
    _clock,
)


def cases(n: int, seed: int, seen: Undisturbed) -> list[Case]:
    """Return the first `n` trials that the seed draws: every fault in turn."""
    rng = random.Random(seed)
    drawn = [_cast(FAULTS[number % len(FAULTS)](rng, seen)) for number in range(n)]
    return [
        replace(case, seed=f"{seed}/{number}", first_retries=rng.random() < 0.25) for number, case in enumerate(drawn)
    ]


def _cast(case: Case) -> Case:
    """Let a trial that is about a portrait be painted by whom portraits are shown to."""
    return replace(case, painting="by the token") if case.blow.strike.at[0] == "cast" else case


@contextmanager
def hosts(jobs: int = 1) -> Iterator[tuple[list[House], Undisturbed, Path]]:
    """Lend `jobs` houses, the undisturbed run, and a folder for trials; what is forked meanwhile is hasty."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hosts-", dir=scratch_root())))
        stack.enter_context(remembered_cut())
        stack.enter_context(hasty())
        store = S3Server()
        stack.callback(store.stop)
        houses = []
        for number in range(jobs):
            (folder := scratch / f"vendor-{number}").mkdir()
            meter = stack.enter_context(Meter(folder))
            way = stack.enter_context(doors(store, scratch / f"passed-{number}"))
            houses.append(House(meter, way, store.new_bucket()))
        (output := scratch / "undisturbed").mkdir()
        disk = Operations()
        with files.through(disk):
            ending = make(output, houses[0].meter, paid_crew(houses[0].meter, "undisturbed", "by the token"), False)
        if ending.how != "done":
            raise RuntimeError(f"the undisturbed run made no film: {ending.words}")
        made = artefacts(next(output.glob("sessions/session_*")))
        yield houses, Undisturbed(made, disk.count), scratch


def attempt(number: int, case: Case, *, houses: Sequence[House], seen: Undisturbed, scratch: Path) -> Trial:
    """Make one trial; nothing is left of it but what the vendor and the store have."""
    house, name = houses[number % len(houses)], f"trial-{number:04d}"
    (base := scratch / name).mkdir()
    try:
        return play(case, house.meter, house.doors, house.bucket, name, base, seen.made)
    finally:
        shutil.rmtree(base)


def run_hosts(n: int, seed: int, jobs: int = 1) -> Iterator[Trial]:
    """Yield `n` trials, worked on by `jobs` forked processes, with a house each."""
    with hosts(jobs) as (houses, seen, scratch):
        yield from pooled(cases(n, seed, seen), partial(attempt, houses=houses, seen=seen, scratch=scratch), jobs)
