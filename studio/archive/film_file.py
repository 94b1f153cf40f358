"""The form of a session in one file, FILE.film: a tar archive that `tar` and file managers open.

It is not compressed, because what is large in it is compressed already, so it can hold no more than its own size. First
in it is `manifest.json`: the form's number, the session's id, and of every file path, size, SHA-256 and time; then
`manifest.sha256`, the manifest's own; then the files, in the manifest's order, below a folder named by the id. Nothing
else, and nothing but regular files.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.errors import BadInput
from studio.fs import safe_open
from studio.model.film import Sha256
from studio.store.folder_walk import DEEPEST
from studio.store.folders import SESSION_ID
from studio.text.plain_json import NotJson, read_plainly

FORMAT = 1
"""The form's number; a reader refuses higher ones."""
MANIFEST, MANIFEST_SUM = "manifest.json", "manifest.sha256"
FILES = 4 * safe_open.NAMES
"""Most files in one: four times what a single folder of a session holds."""
FOLDERS = 1_000
"""Most folders in one: a session has some forty, and a person may have put more there."""
MANIFEST_BYTES = 1 << 27
"""Longest manifest, in bytes: the most files at 466 each, twice what the ones with usual names take."""
_PARTS = 12 * FILES
"""Most brackets, commas and colons in a manifest: nine for each file, and some to spare for keys of later releases."""
PATH_BYTES, NAME_BYTES = 1024, 255
"""Longest path and longest name in it, in bytes of UTF-8: what file systems take."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""A control character: Unicode's category Cc."""


class Entry(BaseModel):
    """A file: its path in the session, its size in bytes, its SHA-256, and when it was changed, in ns since 1970."""

    model_config = ConfigDict(frozen=True, strict=True)

    path: str
    bytes: int = Field(ge=0, lt=2**62)
    sha256: Sha256
    mtime_ns: int = Field(ge=0, lt=2**63)


class Manifest(BaseModel):
    """What a file holds. Keys that are not known are left out: later releases may add some."""

    model_config = ConfigDict(frozen=True)

    format: int = Field(strict=True, ge=1)
    session_id: str
    version: str = Field(description="the version of the program that wrote it")
    files: tuple[Entry, ...] = Field(max_length=FILES)

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(each.bytes for each in self.files)


def manifest_text(manifest: Manifest) -> bytes:
    """Return the manifest as it is written."""
    return (manifest.model_dump_json(indent=1) + "\n").encode("utf-8")


def read_manifest(content: bytes, shown: str) -> Manifest:
    """Return the manifest in these bytes, checked: nothing in it leads out of the session.

    Args:
        shown: the file's name, for messages.

    Raises:
        BadInput: in one line, what is wrong with it.
    """
    if len(content) > MANIFEST_BYTES:
        raise BadInput(f"{shown} has a manifest of {len(content):,} bytes, more than a film ever has")
    try:
        value = read_plainly(content, _PARTS)
    except NotJson as error:
        raise BadInput(f"{shown} is damaged: its manifest cannot be read") from error
    number = value.get("format") if isinstance(value, dict) else None
    if type(number) is int and number > FORMAT:
        raise BadInput(f"{shown} has form {number}, and this release reads up to {FORMAT}: import it with a newer one")
    if isinstance(value, dict) and isinstance(found := value.get("files"), list) and len(found) > FILES:
        raise BadInput(f"{shown} holds {len(found):,} files, more than a film ever has ({FILES:,})")
    try:
        told = Manifest.model_validate(value)
    except ValidationError as error:
        raise BadInput(f"{shown} is damaged: its manifest is not one of this program") from error
    if not SESSION_ID.match(told.session_id):
        raise BadInput(f"{shown} names {told.session_id[:80]!r}, which is not a session's id")
    _check_paths(told, shown)
    return told


def _check_paths(told: Manifest, shown: str) -> None:
    files: set[str] = set()
    for each in told.files:
        if reason := why_not_a_path(each.path):
            raise BadInput(f"{shown} has a file {each.path[:80]!r}, {reason}: nothing was imported")
        if each.path in files:
            raise BadInput(f"{shown} has the file {each.path[:80]!r} twice: nothing was imported")
        files.add(each.path)
    names = Counter(path.rpartition("/")[0] for path in files)
    folders: set[str] = set()
    for home in names:
        folders.update(above.as_posix() for above in (PurePosixPath(home), *PurePosixPath(home).parents))
        # The session's own is among them.
        if len(folders) - 1 > FOLDERS:
            raise BadInput(f"{shown} has more folders than a film ever has ({FOLDERS:,})")
    if both := files & folders:
        raise BadInput(f"{shown} has {min(both)[:80]!r} as a file and as a folder: nothing was imported")
    home, count = max(names.items(), key=lambda each: each[1], default=("", 0))
    if count > safe_open.NAMES:
        raise BadInput(f"{shown} has {count:,} files in the folder {home[:80]!r}, more than a film ever has")


def why_not_a_path(path: str) -> str:
    """Return why no file of a session can be at this path; '' if one can."""
    parts = path.split("/")
    try:
        length = len(path.encode("utf-8"))
    except UnicodeEncodeError:
        return "whose name is not UTF-8"
    if path.startswith("/") or ".." in parts:
        return "which leads out of its folder"
    if "" in parts or "." in parts or _CONTROL.search(path):
        return "which is no plain path"
    if any(part.startswith(".") for part in parts):
        return "which is hidden"
    if length > PATH_BYTES or len(parts) >= DEEPEST or any(len(part.encode("utf-8")) > NAME_BYTES for part in parts):
        return "which is too long or too deep"
    return ""
