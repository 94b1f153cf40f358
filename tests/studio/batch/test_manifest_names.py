"""A manifest whose lines name files: whatever stands there, it is refused with the line it stands on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from studio.batch.manifest import read_manifest
from studio.errors import BadInput

BAD = {
    "long": "x" * 300,
    "very long": "y" * 5_000,
    "deep": "a/" * 2_500 + "b",
    "nul": "a\0b",
    "line end": "a\nb\r",
    "surrogate": "a\ud83c",
    "escape": "a\x1b[31mb",
    "folder": ".",
    "missing": "nowhere/at/all",
    "loop": "loop",
    "below a file": "file.txt/b",
    "root": "/",
    "emoji": "🚀" * 100,
    "pipe": "pipe",
    "device": "/dev/zero",
}


@pytest.mark.parametrize("column", ["script", "prompts"])
@pytest.mark.parametrize("kind", BAD)
def test_a_name_that_is_no_file_is_told_with_its_line(kind: str, column: str, tmp_path: Path) -> None:
    """Every name that cannot be read ends in one line: bad input, the line's number, nothing begun."""
    (tmp_path / "file.txt").write_text("words")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    manifest = tmp_path / "ideas.jsonl"
    manifest.write_text("\n".join([json.dumps({"idea": "a pier"}), json.dumps({"idea": "a mole", column: BAD[kind]})]))
    with pytest.raises(BadInput, match=f"line 2, {column}") as failed:
        read_manifest(manifest)
    assert str(failed.value).isprintable()
