"""Prefect's records in a session's `results/`, read as plain JSON: a record is a receipt in an envelope.

A torn record proves nothing and costs nothing: the piece itself is looked at. Read here without the engine, to find the
receipt of a piece that lost its own, and for `sessions verify`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from studio.errors import BadInput
from studio.fs import files, tolerant
from studio.fs.files import digest_of
from studio.model.film import STAGES, Stage
from studio.model.receipt import Receipt
from studio.model.stages import place_at
from studio.text.plain_json import NotJson, read_plainly

_TICK_NS = 2 * 10**9
"""Two changes within a tick of the file system's clock bear one time: the coarsest, FAT's, has two seconds."""


class Records:
    """The records of one session. A folder of them is listed again only where it changed since, or a moment before."""

    def __init__(self, folder: Path) -> None:
        self._homes = {stage: folder / "results" / folder.name / stage for stage in STAGES}
        self._listed: dict[Stage, tuple[int, dict[str, list[str]]]] = {}

    def of(self, stage: Stage, index: int, path: str) -> Iterator[Receipt]:
        """Yield the receipts of the place (stage, shot) that speak of the piece at `path`; torn ones are none."""
        home = self._homes[stage]
        for name in self._names(home, stage).get(f"{index:03d}", ()):
            receipt = _receipt(home / name)
            if receipt is not None and receipt.path == path:
                yield receipt

    def _names(self, home: Path, stage: Stage) -> dict[str, list[str]]:
        try:
            # Only the time: what is listed, and read, is reached by no link.
            changed = os.stat(home).st_mtime_ns
        except OSError:
            changed = 0
        known = self._listed.get(stage)
        if known is not None and known[0] == changed:
            return known[1]
        grouped: dict[str, list[str]] = {}
        began = time.time_ns()
        for name in files.names(home):
            grouped.setdefault(name.partition("-")[0], []).append(name)
        if 0 <= changed < began - _TICK_NS:
            self._listed[stage] = changed, grouped
        return grouped


def all_records(folder: Path) -> Iterator[tuple[Path, Receipt | None]]:
    """Yield every record of the session, with its receipt or, where it is torn, None."""
    home = folder / "results" / folder.name
    for stage in files.names(home):
        for name in files.names(home / stage):
            if name[0].isdigit() and "-" in name:
                yield home / stage / name, _receipt(home / stage / name)


def recorded(records: Records, folder: Path, path: str) -> Receipt | None:
    """Return the receipt that the records hold for the piece at `path`: of several the one whose bytes lie there."""
    place = place_at(path)
    found = list(records.of(*place, path)) if place else []
    digest, _ = digest_of(folder / path, *(receipt.bytes for receipt in found))
    return next((receipt for receipt in found if receipt.sha256 == digest), found[-1] if found else None)


def _receipt(path: Path) -> Receipt | None:
    try:
        envelope = tolerant.as_dict(read_plainly(files.read(path)))
        inner = tolerant.as_dict(read_plainly(tolerant.text(envelope, "result")))
        receipt = Receipt.model_validate(inner.get("data", inner))
        # One that speaks of anything else was never written by a run: what it names may lie anywhere.
        return receipt if place_at(receipt.path) else None
    except (OSError, BadInput, NotJson, ValidationError):
        return None
