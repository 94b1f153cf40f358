"""Read Prefect's records in a session's `results/` as plain JSON: a record is a receipt in an envelope.

A damaged record proves nothing and costs nothing: the piece itself is looked at. Records are read here without Prefect,
to find the receipt of a piece that lost its own, and for `sessions verify`.
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
from studio.model.pieces import piece_at
from studio.model.receipt import Receipt
from studio.text.plain_json import NotJson, read_plainly

_TICK_NS = 2 * 10**9
"""The coarsest tick of a file system's clock, in ns: FAT's two seconds. Changes within a tick have the same time."""


class Records:
    """The records of one session; a folder of them is listed again only if it changed since, or just before."""

    def __init__(self, folder: Path) -> None:
        self._homes = {stage: folder / "results" / folder.name / stage for stage in STAGES}
        self._listed: dict[Stage, tuple[int, dict[str, list[str]]]] = {}

    def of(self, stage: Stage, index: int, path: str) -> Iterator[Receipt]:
        """Yield the receipts recorded for (stage, index) that name the piece at `path`; damaged ones are left out."""
        home = self._homes[stage]
        for name in self._names(home, stage).get(f"{index:03d}", ()):
            receipt = _receipt(home / name)
            if receipt is not None and receipt.path == path:
                yield receipt

    def _names(self, home: Path, stage: Stage) -> dict[str, list[str]]:
        try:
            # os.stat follows a link, but only the time is read; listing and reading follow none.
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
    """Yield (path, receipt) of every record of the session; the receipt is None if the record is damaged."""
    home = folder / "results" / folder.name
    for stage in files.names(home):
        for name in files.names(home / stage):
            if name[0].isdigit() and "-" in name:
                yield home / stage / name, _receipt(home / stage / name)


def receipt_in_records(records: Records, folder: Path, path: str) -> Receipt | None:
    """Return the receipt that the records hold for the piece at `path`, relative to the session; None if there is none.

    Of several it is the one whose checksum fits the file there, else the last.
    """
    place = piece_at(path)
    found = list(records.of(*place, path)) if place else []
    digest, _ = digest_of(folder / path, *(receipt.bytes for receipt in found))
    return next((receipt for receipt in found if receipt.sha256 == digest), found[-1] if found else None)


def _receipt(path: Path) -> Receipt | None:
    try:
        envelope = tolerant.as_dict(read_plainly(files.read(path)))
        inner = tolerant.as_dict(read_plainly(tolerant.text(envelope, "result")))
        receipt = Receipt.model_validate(inner.get("data", inner))
        # A run writes no record of any other path: such a record may name a file anywhere.
        return receipt if piece_at(receipt.path) else None
    except (OSError, BadInput, NotJson, ValidationError):
        return None
