"""Manifests: a first byte tells which kind, what follows is the file; beside it lie a script and prompts."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from studio.batch import manifest  # noqa: F401  read on demand
from studio.batch.manifest import read_manifest
from studio.errors import BadInput
from studio.input import prompts_file, script, text_files  # noqa: F401  read on demand
from studio.text import plain_yaml, strict_json  # noqa: F401  read on demand
from tests.fuzz.judge import stretched

SUFFIXES = (".yaml", ".csv", ".jsonl", ".tsv")
CREWS = ("offline", "openai", "ours")

_room = tempfile.TemporaryDirectory(prefix="fuzz-manifests-")
_folder = Path(_room.name)
(_folder / "script.md").write_text("## A pier\n\nHe waits.\n", "utf-8")
(_folder / "prompts.txt").write_text("Shot 1\nimage: a pier\n", "utf-8")


def check(data: bytes) -> None:
    """A manifest that reads has a film for every entry, each with a key of its own."""
    suffix, text = SUFFIXES[(data[:1] or b"\0")[0] % len(SUFFIXES)], stretched(data[1:])
    path = _folder / f"films{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    films = read_manifest(path, _crew)
    assert len({film.key for film in films}) == len(films)
    assert all(film.idea.strip() or film.options.script for film in films)
    assert [film.number for film in films] == sorted(film.number for film in films)
    if (entries := _entries(suffix, text.removeprefix("\ufeff"))) is not None:
        assert len(films) == entries, f"{len(films)} films of {entries} entries"


def _crew(name: str) -> object:
    if name not in CREWS:
        raise BadInput(f"no crew is named {name!r}")
    return None


def _entries(suffix: str, text: str) -> int | None:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if suffix == ".jsonl":
        return sum(bool(line.strip()) for line in text.split("\n"))
    if suffix == ".tsv":
        rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
        return sum(any(cell.strip() for cell in row) for row in rows) - 1
    return None
