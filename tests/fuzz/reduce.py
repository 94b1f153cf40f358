"""Choosing which inputs of a run are committed: as few bytes as reach every branch that some kept input reaches.

    python -m tests.fuzz.reduce [TARGET...] [--most-bytes 8000]

Takes what `make fuzz` kept in `output/fuzz/<target>/kept/`, shortest first, and puts what reaches further than the
inputs before it into `tests/fuzz/corpus/<target>/`, as `kept-...`; those of an earlier time are replaced.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from tests.fuzz.inputs import CORPUS, KEPT, OUTPUT, TARGETS
from tests.fuzz.judge import judged

if TYPE_CHECKING:
    from _typeshed import TraceFunction

PROJECT = str(Path(__file__).parents[2])
ROOMS = tuple(f"{PROJECT}/{room}/" for room in ("studio", "blocks", "flows"))

Arc = tuple[str, int, int]

app = App(name="reduce", result_action="return_value", version_flags=[])


@app.default
def reduce(
    *targets: str, most_bytes: Annotated[int, Parameter(help="Of all that is kept of a target.")] = 8_000
) -> None:
    """Choose the inputs of each target."""
    for target in targets or TARGETS:
        chosen, arcs = _chosen(target, most_bytes)
        for old in (CORPUS / target).glob(f"{KEPT}*"):
            old.unlink()
        for data in chosen:
            (CORPUS / target / f"{KEPT}{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)
        print(f"{target}: {len(chosen)} inputs, {sum(map(len, chosen)):,} bytes, {arcs:,} branches")


def _chosen(target: str, most_bytes: int) -> tuple[list[bytes], int]:
    check = importlib.import_module(f"tests.fuzz.targets.{target}").check
    named = [path for path in (CORPUS / target).iterdir() if not path.name.startswith(KEPT)]
    reached: set[Arc] = set()
    for path in named:
        reached |= arcs_of(check, path.read_bytes())
    chosen: list[bytes] = []
    for data in sorted((path.read_bytes() for path in (OUTPUT / target / "kept").iterdir()), key=len):
        new = arcs_of(check, data) - reached
        if new and sum(map(len, chosen)) + len(data) <= most_bytes:
            chosen.append(data)
            reached |= new
    return chosen, len(reached)


def arcs_of(check: Callable[[bytes], None], data: bytes) -> set[Arc]:
    """Return which line followed which in our code while an input was judged; none where it is refused as too slow."""
    found: set[Arc] = set()
    last: dict[int, int] = {}

    def watch(frame: FrameType, event: str, argument: object) -> TraceFunction | None:
        file = frame.f_code.co_filename
        if not file.startswith(ROOMS):
            return None
        if event == "line":
            found.add((file, last.get(id(frame), 0), frame.f_lineno))
            last[id(frame)] = frame.f_lineno
        elif event == "call":
            last[id(frame)] = 0
        return watch

    sys.settrace(watch)
    try:
        judged(check, data, 60.0)
    except Exception as error:
        sys.settrace(None)
        print(f"not chosen, for it fails: {type(error).__name__}", file=sys.stderr)
        return set()
    finally:
        sys.settrace(None)
    return found


if __name__ == "__main__":
    app()
