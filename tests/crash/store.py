"""The store layer of the crash bench, but for power cuts: faults struck by chance, each in a room of its own.

A seed gives the same trials again. What is not struck by chance alone: of N trials the first strike every fault once
and every damage twice; the next ones every operation of a film and every kind of file with every damage.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.crash.store_damage import DAMAGES, KINDS
from tests.crash.store_faults import FAULTS, damaged, damaged_half_way, dies, dies_inside, engine_dies
from tests.crash.store_reference import Reference, reference, scratch_root
from tests.crash.store_room import Room
from tests.crash.trial import Trial, pooled

Strike = Callable[[Room, random.Random], Trial]


@dataclass(frozen=True)
class Case:
    """One trial to be made: `seed` draws all that its strike leaves to chance."""

    strike: Strike
    seed: str


def cases(n: int, seed: int, undisturbed: Reference) -> list[Case]:
    """Return the first `n` trials that the seed draws."""
    rng = random.Random(seed)
    strikes = [strike for name, strike in FAULTS.items() if not name.startswith("a file")]
    strikes += [partial(each, damage=damage) for damage in DAMAGES for each in (damaged, damaged_half_way)]
    every = _every(undisturbed)
    rng.shuffle(every)
    strikes += every
    while len(strikes) < n:
        strikes.append(rng.choice(list(FAULTS.values())))
    return [Case(strike, f"{seed}/{number}") for number, strike in enumerate(strikes[:n])]


def _every(undisturbed: Reference) -> list[Strike]:
    """Return every operation of a film to die before or in, every engine call, every kind of file with every damage."""
    found: list[Strike] = [
        partial(damaged, kind=kind, damage=damage) for kind in KINDS if kind != "hidden file" for damage in DAMAGES
    ]
    for at, name in enumerate(undisturbed.operations):
        found.append(partial(dies, at=at))
        if name in ("write", "copy"):
            found.append(partial(dies_inside, at=at))
    found += [partial(engine_dies, at=at) for at in range(undisturbed.engine_calls)]
    return found


def run_store(n: int, seed: int, jobs: int = 1) -> Iterator[Trial]:
    """Yield `n` trials, worked on by `jobs` forked processes; no more than one room each is on the disk at a time."""
    with reference() as undisturbed, tempfile.TemporaryDirectory(prefix="store-", dir=scratch_root()) as scratch:
        yield from pooled(
            cases(n, seed, undisturbed), partial(attempt, undisturbed=undisturbed, scratch=Path(scratch)), jobs
        )


def attempt(number: int, case: Case, *, undisturbed: Reference, scratch: Path) -> Trial:
    """Make one trial in a room of its own below `scratch`; nothing is left there."""
    base = scratch / str(number)
    base.mkdir()
    try:
        trial = case.strike(Room(base, undisturbed), random.Random(case.seed))
    finally:
        shutil.rmtree(base)
    return trial
