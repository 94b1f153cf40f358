"""Prefect's records in a session's `results/`, read as plain JSON: a record is a receipt in an envelope.

A torn record proves nothing and costs nothing: the piece itself is looked at. Read here without the engine, to find the
receipt of a piece that lost its own, and for `sessions verify`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from studio import files, peek
from studio.errors import BadInput
from studio.evidence import Finding, digest_of
from studio.made import Receipt
from studio.model import Stage
from studio.plain_json import NotJson, read_plainly
from studio.receipts import read_receipt, receipt_places


def records(folder: Path, stage: Stage, index: int) -> Iterator[tuple[Path, Receipt | None]]:
    """Yield every record of the place (stage, shot) of the session, with its receipt or, where it is torn, None."""
    for path in sorted((folder / "results" / folder.name / stage).glob(f"{index:03d}-*")):
        yield path, _receipt(path)


def all_records(folder: Path) -> Iterator[tuple[Path, Receipt | None]]:
    """Yield every record of the session, with its receipt or, where it is torn, None."""
    for path in sorted((folder / "results" / folder.name).glob("*/[0-9]*-*")):
        yield path, _receipt(path)


def recorded(folder: Path, path: str) -> Receipt | None:
    """Return the receipt that the records hold for the piece at `path`: of several the one whose bytes lie there."""
    found = [receipt for _, receipt in all_records(folder) if receipt is not None and receipt.path == path]
    digest, _ = digest_of(folder / path, *(receipt.bytes for receipt in found))
    return next((receipt for receipt in found if receipt.sha256 == digest), found[-1] if found else None)


def compared(folder: Path) -> Iterator[Finding]:
    """Compare the records with the receipts. Where they differ no fault is found, but it is told."""
    held: set[tuple[str, str]] = set()
    kept: set[str] = set()
    recorded: dict[tuple[str, str], Receipt] = {}
    for place in receipt_places(folder):
        if (receipt := read_receipt(place)) is not None:
            kept.add(receipt.fingerprint)
            if "takes" not in place.relative_to(folder).parts:
                held.add((receipt.path, receipt.fingerprint))
    for path, record in all_records(folder):
        if record is None:
            name = path.relative_to(folder).as_posix()
            yield Finding(name, "torn record", "the engine's record does not read: it is passed over")
        else:
            recorded[record.path, record.fingerprint] = record
    if held and not recorded:
        yield Finding("results", "no record", "the engine's records are gone: the next run takes every piece over")
        return
    for name, print_ in sorted(held - recorded.keys()):
        yield Finding(name, "no record", f"the engine has no record of it ({print_[:16]}): the next run takes it over")
    for (name, print_), record in sorted(recorded.items(), key=lambda each: each[0]):
        if print_ in kept or name.endswith(".json"):
            continue
        if digest_of(folder / name, record.bytes)[0] != record.sha256:
            yield Finding(
                name,
                "gone",
                f"a piece that was made ({print_[:16]}) is lost: the next run makes it again where it is wanted",
            )


def _receipt(path: Path) -> Receipt | None:
    try:
        envelope = peek.as_dict(read_plainly(files.read(path)))
        inner = peek.as_dict(read_plainly(peek.text(envelope, "result")))
        return Receipt.model_validate(inner.get("data", inner))
    except (OSError, BadInput, NotJson, ValidationError):
        return None
