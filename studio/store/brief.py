"""Read, write and repair the brief of a session: what it was asked for.

Without its brief a session cannot be resumed, so it is kept more than once: in `brief.json`, in its copy
`receipts/brief.json`, and in every run's card. The copy carries a checksum: if the copy is whole it counts, and the
brief is put back from it. A copy that is not whole is written anew from the brief. If neither can be read, the newest
run card has it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from studio.errors import BrokenPlan, NoSuchSession
from studio.fs import files, tolerant
from studio.model.brief import Brief
from studio.store import light_reader
from studio.store.takes import put_aside
from studio.text.command_hints import command
from studio.text.strict_json import first_fault

BRIEF, COPY = "brief.json", "receipts/brief.json"


def is_own_session(folder: Path) -> bool:
    """Tell whether this program made the session: its brief is there, or the copy of it, or run cards."""
    with tolerant.entered(folder) as opened:
        return opened is not None and light_reader.has_brief(opened)


def read_brief(folder: Path) -> Brief:
    """Return the brief: from the copy if that is whole, else from `brief.json`, else from the newest run card.

    Raises:
        NoSuchSession: another program made the session: it has none of these.
        BrokenPlan: none of them can be read.
    """
    text = _copied(folder)
    content = files.read_or_none(folder / BRIEF) if text is None else text.encode("utf-8")
    if content is None or (text is None and not _reads(content)):
        carded = _carded(folder)
        if carded is not None:
            return carded
    if content is None:
        if is_own_session(folder):
            raise BrokenPlan(f"neither {folder.name}/{BRIEF} nor its copy in {COPY} can be read, nor any card in runs/")
        adopt = command("resume", folder.name, folder.parent.parent)
        raise NoSuchSession(f"{folder.name} was written by another program; to adopt it: {adopt}")
    try:
        return Brief.model_validate_json(content)
    except ValidationError as error:
        raise BrokenPlan(f"{folder.name}/{BRIEF} cannot be read ({first_fault(error, Brief)})") from error


def _reads(content: bytes) -> bool:
    try:
        Brief.model_validate_json(content)
    except ValidationError:
        return False
    return True


def _carded(folder: Path) -> Brief | None:
    """Return the brief in the newest readable run card; None if there is none."""
    with tolerant.entered(folder) as opened:
        if opened is None:
            return None
        cards = sorted(tolerant.changes_at(opened, "runs"), reverse=True)
        for name in (name for _, name in cards if name.endswith(".json")):
            try:
                return Brief.model_validate(tolerant.dict_at(opened, f"runs/{name}").get("brief"))
            except ValidationError:
                # Damaged, or written by an older version of this program.
                continue
    return None


def write_brief(folder: Path, brief: Brief) -> None:
    """Write the brief: first the copy, which counts, then `brief.json`."""
    text = _text(brief)
    sha256 = hashlib.sha256(text.encode("utf-8")).hexdigest()
    files.write_json(folder / COPY, {"sha256": sha256, "content": text})
    files.write_whole(folder / BRIEF, text.encode("utf-8"))


def restore_brief(folder: Path, tell: Callable[[str], None]) -> None:
    """Put `brief.json` back from its copy, or the copy from `brief.json`, whichever is not whole.

    What was there is moved to `takes/damaged/`; `tell` gets a line for each file that is put back.

    Raises:
        NoSuchSession, BrokenPlan: as `read_brief`; nothing was changed.
    """
    brief = read_brief(folder)
    copied = _copied(folder)
    found = files.read_or_none(folder / BRIEF)
    # Compare with the copy's own text: a release that knows more options would write a different one.
    whole = found is not None and (_reads(found) if copied is None else found == copied.encode("utf-8"))
    if whole and copied is not None:
        return
    for path, fine in ((BRIEF, whole), (COPY, copied is not None)):
        if not fine and os.path.lexists(folder / path):
            kept = put_aside(folder, folder / path)
            tell(f"{path} was not as it was written; it is put back, and what was there is kept as {kept}")
        elif not fine and (copied is not None or not whole):
            tell(f"{path} was gone; it is put back")
    write_brief(folder, brief)


def brief_faults(folder: Path) -> list[tuple[str, Literal["damaged", "missing", "torn receipt"], str]]:
    """Return the faults of the brief and its copy: (path, kind, what will happen). `read_brief` must have succeeded."""
    copied, found = _copied(folder), files.read_or_none(folder / BRIEF)
    if copied is None:
        faults: list[tuple[str, Literal["damaged", "missing", "torn receipt"], str]] = []
        if found is None or not _reads(found):
            there = os.path.lexists(folder / BRIEF)
            what: Literal["damaged", "missing"] = "damaged" if there else "missing"
            faults.append((BRIEF, what, "the newest run card holds it: the next run puts it back from there"))
        if os.path.lexists(folder / COPY):
            faults.append((COPY, "torn receipt", "the copy of the brief cannot be read: the next run writes it anew"))
        elif faults:
            faults.append((COPY, "missing", "the copy of the brief is gone, too: the next run writes it anew"))
        return faults
    if found == copied.encode("utf-8"):
        return []
    if not os.path.lexists(folder / BRIEF):
        return [(BRIEF, "missing", f"its copy is in {COPY}: the next run puts it back")]
    return [(BRIEF, "damaged", f"it is not as it was written: the next run puts it back from {COPY}")]


def _text(brief: Brief) -> str:
    return json.dumps(brief.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def _copied(folder: Path) -> str | None:
    with tolerant.entered(folder) as opened:
        return light_reader.copied_brief(opened) if opened is not None else None
