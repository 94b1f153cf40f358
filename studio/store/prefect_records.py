"""Read Prefect's records in a session's `results/` as plain JSON: a record is a receipt in an envelope.

A damaged record proves nothing and costs nothing: the piece itself is looked at. Records are read here without Prefect,
to find the receipt of a piece that lost its own, and for `sessions verify`.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from studio.errors import BadInput
from studio.fs import files, tolerant
from studio.fs.checksums import digest_of
from studio.model.film import STAGES, Stage
from studio.model.pieces import Order, piece_at
from studio.model.receipt import Receipt
from studio.text.plain_json import NotJson, decoded, no_constant, read_plainly

_TICK_NS = 2 * 10**9
"""The coarsest tick of a file system's clock, in ns: FAT's two seconds. Changes within a tick have the same time."""


SERIALIZER = {
    "type": "json",
    "jsonlib": "json",
    "object_encoder": "prefect.serializers.prefect_json_object_encoder",
    "object_decoder": "prefect.serializers.prefect_json_object_decoder",
    "dumps_kwargs": {},
    "loads_kwargs": {},
}
"""How every record is written (`prefect.serializers.JSONSerializer`): Prefect reads a record as it says itself."""
CLASSES = ("studio.model.receipt.Receipt", "studio.made.Receipt")
"""What a record holds, as Prefect names it: the receipt's class, and its name in earlier releases."""
_MAKES = ("__class__", "__exc_type__")
"""Keys of which Prefect makes an object of the class that they name."""


def served_receipt(path: Path) -> Receipt | None:
    """Return the receipt of a record that Prefect may be let read; None if it is damaged, or may not.

    Prefect imports, and calls, what a record names: its serializer, and the classes in it. A session may come from
    anywhere, so only a record is served that names nothing but what this program writes, in no key twice.
    """
    try:
        envelope = _once(files.read(path).decode("utf-8"))
        inner = _once(tolerant.text(envelope, "result"))
        if tolerant.as_dict(envelope.get("metadata")).get("serializer") != SERIALIZER:
            return None
        if set(inner) != {"__class__", "data"} or inner["__class__"] not in CLASSES or _names_a_class(inner["data"]):
            return None
        return Receipt.model_validate(inner["data"])
    except (OSError, BadInput, UnicodeDecodeError, NotJson, ValidationError):
        return None


def _once(text: str) -> dict[str, object]:
    return tolerant.as_dict(decoded(text, _STRICT.decode))


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotJson("a key occurs twice")
    return found


_STRICT = json.JSONDecoder(parse_constant=no_constant, object_pairs_hook=_no_key_twice)


def _names_a_class(value: object) -> bool:
    if isinstance(value, dict):
        return any(key in _MAKES or _names_a_class(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_names_a_class(inner) for inner in value)


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

    def of_order(self, order: Order) -> Iterator[Receipt]:
        """Yield the receipts recorded for exactly this order, the first one first; damaged ones are left out.

        Their names are known, so that no folder is listed: it has a thousand names, and changes with every piece.
        """
        for generation in itertools.count():
            path = self._homes[order.stage] / order.key(generation).rpartition("/")[2]
            if not os.path.lexists(path):
                return
            receipt = _receipt(path)
            if receipt is not None and (receipt.path, receipt.fingerprint) == (order.path, order.fingerprint):
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
