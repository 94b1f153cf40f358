"""Whoever writes past the disk: engines, the cut, and Prefect's records, each with a hand that may fail.

The hand is in place for one run in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.fs import files
from studio.model.engines import Crew
from studio.model.receipt import Receipt
from studio.production import stages
from tests.crash import film
from tests.crash.store_disks import Full, die, halve

Touch = Callable[[Path | None], None]
"""Called when an engine has written its file, with the file; with None where the engine returned a plan."""


class _Hand:
    """An engine whose `touch` is called when it has done its work."""

    def __init__(self, engine: Any, touch: Touch) -> None:
        self._engine, self._touch = engine, touch

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._engine, name)
        if not callable(value):
            return value

        def work(*asked: Any) -> Any:
            made = value(*asked)
            outs = [each for each in asked if isinstance(each, Path) and each.name.endswith(".part")]
            self._touch(outs[0] if outs else None)
            return made

        return work


@contextmanager
def touched(crew: Crew, touch: Touch) -> Iterator[Crew]:
    """Lend the crew with `touch` at every engine's hand, and at the cut's, while the block runs."""

    def assemble(*asked: Any, **more: Any) -> Any:
        result = before(*asked, **more)
        touch(asked[-1])
        return result

    engines: dict[str, Any] = {
        name: _Hand(getattr(crew, name), touch) for name in ("writer", "painter", "narrator", "animator", "composer")
    }
    cut: Any = stages
    before, cut.assemble = cut.assemble, assemble
    try:
        yield replace(crew, **engines)
    finally:
        cut.assemble = before


def dying_engine(at: int) -> Touch:
    """Return a touch that ends the process when engine call `at`, counted from 0, has written half of its file."""
    calls = 0

    def touch(out: Path | None) -> None:
        nonlocal calls
        calls += 1
        if calls > at:
            if out is not None:
                halve(out)
                # The cut has files of its own beside the film while it works.
                for name in ("title.mp4", "film.srt") if "film" in out.name else ():
                    files.hidden_beside(out.with_name(name)).write_bytes(out.read_bytes()[:99])
            die()

    return touch


@contextmanager
def torn_records(disk: Full) -> Iterator[None]:
    """Let Prefect's records be written half while there is no room on the disk."""

    def write(records: film.Records, key: str, value: Receipt) -> None:
        before(records, key, value)
        if disk.full:
            halve(records._folder / key)

    written: Any = film.Records
    before, written.write = written.write, write
    try:
        yield
    finally:
        written.write = before
