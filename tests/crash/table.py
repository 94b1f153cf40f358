"""The crash bench's table: what every fault cost, and how sure the zero is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, quantiles

from tests.crash.trial import Trial

HEADINGS = (
    "fault",
    "trials",
    "finished",
    "lost",
    "made again without need",
    "otherwise wrong",
    "seconds re-spent, mean",
    "95th percentile",
)


@dataclass
class Row:
    """The trials of one fault, counted; every number but the seconds is a number of trials or of pieces."""

    fault: str
    trials: int = 0
    finished: int = 0
    lost: int = 0
    again: int = 0
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, trial: Trial) -> None:
        """Count one trial."""
        self.trials += 1
        self.finished += trial.finished
        self.lost += len(trial.lost)
        self.again += len(trial.again)
        self.wrong += bool(trial.wrong)
        self.seconds.append(trial.respent_seconds)

    def cells(self) -> tuple[str, ...]:
        """Return the row's cells, as `HEADINGS` names them."""
        late = quantiles(self.seconds, n=20, method="inclusive")[-1] if len(self.seconds) > 1 else sum(self.seconds)
        mean = fmean(self.seconds) if self.seconds else 0.0
        counts = (self.trials, self.finished, self.lost, self.again, self.wrong)
        return (self.fault, *(f"{count:,}" for count in counts), f"{mean:.3f}", f"{late:.3f}")


def rows(trials: Iterable[Trial]) -> list[Row]:
    """Return a row per fault in the order in which the faults first came, and one of all of them."""
    found: dict[str, Row] = {}
    whole = Row("all")
    for trial in trials:
        found.setdefault(trial.fault, Row(trial.fault)).add(trial)
        whole.add(trial)
    return [*found.values(), whole]


def table(found: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        HEADINGS,
        tuple("---" if n == 0 else "---:" for n in range(len(HEADINGS))),
        *(row.cells() for row in found),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def bound(trials: int) -> str:
    """Return in words how likely a failure may still be, where none was seen in so many independent trials.

    The rule of three (Hanley and Lippman-Hand, "If Nothing Goes Wrong, Is Everything All Right?", JAMA 249, 1983): with
    0 failures in n trials the probability of one is below 3/n at 95 % confidence.
    """
    return f"0 failures in {trials:,} trials: a failure is less likely than {3 / trials:.2%} at 95 %"
