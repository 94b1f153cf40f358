"""Writing a session's meta: the projection of its folder, for people's tools. The program never reads it."""

from __future__ import annotations

from pathlib import Path

from studio.fs import files
from studio.status.snapshot import read_facts
from studio.status.state import project


def write_meta(folder: Path, shown_folder: str) -> None:
    """Write `<id>_meta.json` as the folder is now; nothing where the folder holds nothing that says what it is.

    Args:
        shown_folder: where the session lies as people see it ('output/sessions/session_...').
    """
    facts = read_facts(folder)
    if facts is not None:
        files.write_json(folder / f"{folder.name}_meta.json", project(facts, shown_folder))
