"""Receipts on disk: their text, and where they lie beside what they vouch for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from studio.fs import files
from studio.model.film import STAGES
from studio.model.receipt import Receipt


def read_receipt(path: Path) -> Receipt | None:
    """Return the receipt at `path`, or None where there is none that reads and vouches for itself."""
    content = files.read_or_none(path)
    if content is None:
        return None
    try:
        return Receipt.model_validate_json(content)
    except ValidationError:
        return None


def receipt_places(folder: Path) -> Iterator[Path]:
    """Yield where receipts lie in a session: those of the pieces in place before those in `takes/`."""
    for name in ("cast", "images", "narration", "videos", "receipts"):
        yield from (path for path in _texts(folder / name) if path.name != "brief.json")
    yield from (folder / "score.json", folder / "film.json")
    for stage in STAGES:
        yield from _texts(folder / "takes" / stage)


def _texts(folder: Path) -> list[Path]:
    return [folder / name for name in files.names(folder) if name.endswith(".json") and name[0] != "."]


def staged_path(place: Path) -> Path:
    """Return where a receipt waits for its artefact: '.shot_001.json.next'."""
    return place.with_name(f".{place.name}.next")


def receipt_bytes(receipt: Receipt) -> bytes:
    """Return the receipt as JSON text, one key a line, with its check; keys at their default are left out."""
    return (receipt.sealed().model_dump_json(indent=1, exclude_defaults=True) + "\n").encode("utf-8")


def artefact_of(place: Path, receipt: Receipt) -> Path:
    """Return the artefact beside a receipt, in place or in `takes/`; of a plan in `takes/` only the receipt is kept."""
    if place.parent.name == "receipts":
        return place.parent.parent / place.name
    return place.with_suffix(Path(receipt.path).suffix)
