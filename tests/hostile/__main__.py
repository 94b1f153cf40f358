"""The hostile bench: so many variants of every kind of hostile input, each in a process of its own, measured.

    python -m tests.hostile [--n 1000] [--seed 1] [--only KIND]

Prints a Markdown table by kind, and every failure with what makes it again. Exits 1 where a command took more than 2 s
of processor time or 300 MB beyond what it takes on what does no harm, hung, ended with a traceback or a wrong exit
code, said more than one line, touched what lies outside, changed what it only reads, or lost something.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Annotated

from cyclopts import App, Parameter

from tests.hostile.kinds import cases
from tests.hostile.measured import Judged, Stage
from tests.hostile.vendor import hostile_vendor

HEADINGS = ("kind", "variants", "worst seconds", "worst MB", "failures")
SAYS_EVERY_SECONDS = 20

app = App(name="hostile", result_action="return_value", version_flags=[])


@app.default
def bench(
    *,
    n: Annotated[int, Parameter(help="How many variants, shared by the kinds.")] = 1_000,
    seed: int = 1,
    only: Annotated[str, Parameter(help="Only kinds with this in their name.")] = "",
) -> int:
    """Run the variants and print the table; return 1 where one failed."""
    began = said = time.monotonic()
    found: list[Judged] = []
    with hostile_vendor() as url, Stage(url) as stage:
        for case in cases(n, seed):
            if only not in case.kind:
                continue
            found.append(stage.judge(case))
            if found[-1].wrong:
                print(_told(found[-1]), file=sys.stderr, flush=True)
            elif time.monotonic() - said > SAYS_EVERY_SECONDS:
                said = time.monotonic()
                print(f"{len(found):,} variants, now {case.kind}", file=sys.stderr, flush=True)
    print(table(found))
    wrong = [each for each in found if each.wrong]
    print(f"\n{len(wrong):,} of {len(found):,} variants failed, N={n} SEED={seed}, {time.monotonic() - began:,.0f} s")
    return int(bool(wrong))


def table(found: Iterable[Judged]) -> str:
    """Return what was found as a Markdown table, a row for each kind and one of all."""
    rows: dict[str, list[Judged]] = {}
    for each in found:
        rows.setdefault(each.case.kind, []).append(each)
    whole = [each for row in rows.values() for each in row]
    lines = [HEADINGS, ("---", *["---:"] * (len(HEADINGS) - 1))]
    lines += [(kind, *_cells(row)) for kind, row in (*rows.items(), ("all", whole)) if row]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(row: list[Judged]) -> tuple[str, ...]:
    seconds, memory = max(each.seconds for each in row), max(each.memory_mb for each in row)
    return f"{len(row):,}", f"{seconds:.2f}", f"{memory:,.0f}", f"{sum(bool(each.wrong) for each in row):,}"


def _told(each: Judged) -> str:
    line = f"{each.case.program} {' '.join(each.case.words)[:200]}"
    return f"FAILED {each.case.kind}: {line}: {each.case.told[:300]}: {each.wrong}"


if __name__ == "__main__":
    raise SystemExit(app())
