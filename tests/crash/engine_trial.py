"""The faults of the engine layer, and a trial of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tests.crash.trial import Trial

Fault = Literal[
    "kill -9, flow",
    "kill -9, at a boundary",
    "kill -9, its group",
    "kill -9, twice",
    "kill -9, worker and flow",
    "kill -9, server",
    "kill -9, command without a server",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True)
class EngineTrial(Trial):
    """A trial on the real engine."""

    ready_seconds: tuple[float, ...] = ()
    """Of each run after a kill that had work to do: from a ready engine to its first work."""
