"""Coverage-guided fuzzing: every target in turn, each for so long; a Markdown table of what came of it.

    python -m tests.fuzz [TARGET...] [--seconds 600]

Begins with the committed inputs (`tests/fuzz/corpus/`) and those that an earlier run kept in `output/fuzz/`. Exits 1
where something is wrong: the inputs lie in `output/fuzz/<target>/findings/`, each beside its traceback. A mended one
belongs into `tests/fuzz/corpus/<target>/`, under a name that says what was wrong.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated

from cyclopts import App, Parameter

from studio.errors import BadInput
from tests.fuzz.inputs import CORPUS, OUTPUT, TARGETS

LONGEST_BYTES = 4_096
HEADINGS = (
    "target",
    "seconds",
    "executions",
    "coverage at first",
    "at last",
    "inputs kept",
    "kinds of fault found",
)

app = App(name="fuzz", result_action="return_value", version_flags=[])


@dataclass
class Run:
    """One target's run, as libFuzzer told it; coverage is branches of our code that some input took."""

    target: str
    seconds: int
    executions: int = 0
    covered_first: int = 0
    covered_last: int = 0
    kept: int = 0
    found: int = 0

    def cells(self) -> tuple[str, ...]:
        """Return the row's cells, as `HEADINGS` names them."""
        counts = (self.seconds, self.executions, self.covered_first, self.covered_last, self.kept, self.found)
        return (self.target, *(f"{count:,}" for count in counts))


@app.default
def fuzz(
    *targets: str,
    seconds: Annotated[int, Parameter(help="How long each target is fuzzed.")] = 600,
    seed: Annotated[int, Parameter(help="Of libFuzzer's choices; 0 for another one each time.")] = 0,
) -> int:
    """Fuzz targets one after the other; return 1 where something was found."""
    if unknown := [target for target in targets if target not in TARGETS]:
        raise SystemExit(f"no target is named {unknown[0]!r}: there are {', '.join(TARGETS)}")
    runs = [_run(target, seconds, seed) for target in targets or TARGETS]
    print(table(runs))
    return int(any(run.found for run in runs))


def table(runs: list[Run]) -> str:
    """Return the runs as a Markdown table."""
    lines = [HEADINGS, ("---", *["---:"] * (len(HEADINGS) - 1)), *(run.cells() for run in runs)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _run(target: str, seconds: int, seed: int) -> Run:
    place = OUTPUT / target
    kept, findings = place / "kept", place / "findings"
    for folder in (kept, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for old in findings.iterdir():
        old.unlink()
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.driver",
        target,
        str(findings),
        f"-max_total_time={seconds}",
        "-timeout=0",
        f"-max_len={LONGEST_BYTES}",
        "-len_control=20",
        "-rss_limit_mb=0",
        f"-seed={seed}",
        f"-artifact_prefix={findings}/",
        "-print_final_stats=1",
        str(kept),
        str(CORPUS / target),
    ]
    run = Run(target, seconds)
    before = len(list(kept.iterdir()))
    print(f"{target}: {seconds} s", file=sys.stderr, flush=True)
    with (
        open(place / "log", "w", encoding="utf-8") as log,
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace", env=_environment()) as process,
    ):
        assert process.stderr is not None
        for line in process.stderr:
            log.write(line)
            _read(run, line)
    if process.returncode:
        raise BadInput(f"{target} ended with {process.returncode} before its time: see {place / 'log'}")
    run.kept = len(list(kept.iterdir())) - before
    run.found = len(list(findings.glob("*.txt")))
    return run


def _read(run: Run, line: str) -> None:
    if covered := re.search(r"^#\d+\s+[A-Z]\w+\s+cov: (\d+)", line):
        run.covered_first = run.covered_first or int(covered[1])
        run.covered_last = int(covered[1])
    if executed := re.search(r"number_of_executed_units: (\d+)", line):
        run.executions = int(executed[1])
    if line.startswith("FOUND"):
        print(line.rstrip(), file=sys.stderr, flush=True)


def _environment() -> dict[str, str]:
    # Nothing of the person's own is read or asked.
    own = ("FILM_", "OPENAI_", "STABILITY_")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}


if __name__ == "__main__":
    raise SystemExit(app())
