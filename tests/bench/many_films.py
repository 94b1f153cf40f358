"""Ten thousand films on a hundred workers, reckoned from what one film was measured to cost (`tests/bench/cluster.py`).

    python -m tests.bench.many_films [--films 10000] [--workers 100] [--recorders 1]

A fluid model in steps of a second: workers finish films at a steady rate, each film brings its requests, task states
and events, and each part of the server takes up so many a second; what it does not get done waits. It answers three
questions: which part falls behind first, how far, and which one is next when that is widened. It knows nothing of
bursts, of a database that slows down as it grows, or of a disk that is full.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass

COSTS = {"requests": 57.0, "task states": 81.0, "events": 100.0}
"""What a film of 40 s brings a server: docs/scale.md, "What a film costs"."""
CAPACITIES = {"requests": 150.0, "task states": 63.0, "events": 83.0}
"""How many of each a server on two cores takes up a second: task states and events as measured there, both at once, so
that events are a lower bound; requests are assumed."""
KILOBYTES = 1300.0
"""What a film adds to the database."""


@dataclass(frozen=True)
class Outcome:
    """What became of a part of the server.

    Attributes:
        wanted: how many a second the workers bring.
        behind_seconds: how long what comes last waits until it is taken up.
    """

    wanted: float
    capacity: float
    behind_seconds: float

    @property
    def load(self) -> float:
        """The share of its time in which it works; above 1 it falls behind."""
        return self.wanted / self.capacity


def simulate(
    films: int,
    workers: int,
    film_seconds: float,
    costs: Mapping[str, float] = COSTS,
    capacities: Mapping[str, float] = CAPACITIES,
) -> tuple[float, dict[str, Outcome]]:
    """Return how many seconds the films take, and what became of each part of the server.

    Args:
        film_seconds: how long one worker takes for one film, > 0.
    """
    rate = workers / film_seconds
    waiting = dict.fromkeys(costs, 0.0)
    most = dict.fromkeys(costs, 0.0)
    left = float(films)
    while left > 0 or any(waiting.values()):
        made = min(rate, left)
        left -= made
        for part, each in costs.items():
            waiting[part] = max(0.0, waiting[part] + made * each - capacities[part])
            most[part] = max(most[part], waiting[part])
    return films / rate, {
        part: Outcome(rate * costs[part], capacities[part], most[part] / capacities[part]) for part in costs
    }


def ceilings(film_seconds: float, capacities: Mapping[str, float] = CAPACITIES) -> list[tuple[str, int]]:
    """Return the parts in the order in which they fall behind, each with how many workers it keeps up with."""
    most = {part: int(capacities[part] * film_seconds / each) for part, each in COSTS.items()}
    return sorted(most.items(), key=lambda pair: pair[1])


def main() -> None:
    """Print a table for the films and workers that are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=100)
    parser.add_argument("--film-seconds", type=float, default=42.0, help="README's film, and the start of its process")
    parser.add_argument("--recorders", type=int, default=1, help="processes of the service `services`")
    asked = parser.parse_args()
    wider = {part: much * (1 if part == "requests" else asked.recorders) for part, much in CAPACITIES.items()}
    took, parts = simulate(asked.films, asked.workers, asked.film_seconds, capacities=wider)
    gigabytes = asked.films * KILOBYTES / 1e6
    print(f"{asked.films} films on {asked.workers} workers: {took / 3600:.1f} h, {gigabytes:.1f} GB of database")
    for part, outcome in parts.items():
        print(
            f"{part:<12} {outcome.wanted:6.0f} a second, {outcome.capacity:6.0f} taken up, "
            f"{outcome.behind_seconds / 60:6.1f} min behind at the end"
        )
    for part, workers in ceilings(asked.film_seconds, wider):
        print(f"{part:<12} keep up to {workers} workers")


if __name__ == "__main__":
    main()
