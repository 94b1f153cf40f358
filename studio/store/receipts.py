"""Receipts on disk: read them, find them, and turn them into JSON text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from studio.fs import files
from studio.model.film import STAGES
from studio.model.receipt import Receipt


def read_receipt(path: Path) -> Receipt | None:
    """Return the receipt at `path`, or None if there is none, or its check does not agree."""
    content = files.read_or_none(path)
    if content is None:
        return None
    try:
        return Receipt.model_validate_json(content)
    except ValidationError:
        return None


def receipt_places(folder: Path) -> Iterator[Path]:
    """Yield the paths where a session has receipts: those of pieces in their place before those in `takes/`."""
    for name in ("cast", "images", "narration", "videos", "receipts"):
        yield from (path for path in _texts(folder / name) if path.name != "brief.json")
    yield from (folder / "score.json", folder / "film.json")
    for stage in STAGES:
        yield from _texts(folder / "takes" / stage)


def _texts(folder: Path) -> list[Path]:
    return [folder / name for name in files.names(folder) if name.endswith(".json") and name[0] != "."]


def staged_path(place: Path) -> Path:
    """Return the path where a receipt waits until its piece is in place: '.shot_001.json.next'."""
    return place.with_name(f".{place.name}.next")


def receipt_bytes(receipt: Receipt) -> bytes:
    """Return the receipt as UTF-8 JSON, one key a line, with its check; keys at their default are left out."""
    return (receipt.sealed().model_dump_json(indent=1, exclude_defaults=True) + "\n").encode("utf-8")


def piece_of(place: Path, receipt: Receipt) -> Path:
    """Return the path of the piece that the receipt at `place` belongs to, in its place or in `takes/`.

    For a plan in `takes/` no such file exists: its receipt holds the text.
    """
    if place.parent.name == "receipts":
        return place.parent.parent / place.name
    return place.with_suffix(Path(receipt.path).suffix)
