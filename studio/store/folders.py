"""Find sessions on disk: the output folder, its sessions, and one session by its id.

Light on purpose: it imports no model, so that `sessions list` answers at once.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from studio.errors import BadInput, NoSuchSession
from studio.object_storage import outputs
from studio.text.command_hints import command, output_name

SESSION_ID = re.compile(r"session_[0-9]{8}_[0-9]{6}\Z")


def output_folder(given: str | None) -> Path:
    """Return the output folder: what was given, else FILM_OUTPUT, else 'output'.

    For a store, named by its URL ('s3://bucket/films') or by a block ('film-store/my-films'), it is the folder of this
    machine's working copies of it.

    Raises:
        BadInput: the name has a NUL character; or it names a store, and there is none such.
    """
    name = given or os.environ.get("FILM_OUTPUT") or "output"
    if "\0" in name:
        raise BadInput("--output: a folder's name cannot hold a NUL character")
    if name.startswith("file://"):
        from urllib.parse import unquote, urlsplit

        return Path(unquote(urlsplit(name).path))
    if name.startswith(outputs.BLOCK):
        return outputs.bound_by_name(name)
    return outputs.bound(name) if outputs.is_url(name) else Path(name)


def sessions_root(output: Path) -> Path:
    """Return the absolute path of the folder of sessions in an output folder."""
    return Path(os.path.abspath(output)) / "sessions"


def session_folders(root: Path, where: outputs.Where = lambda line: True) -> list[Path]:
    """Return the session folders directly in `root`, newest first; links are left out.

    Args:
        where: what a session's line (`studio.status.listing.line_of`) must say. Sessions in a store for which it does
            not hold are not fetched; of folders all are returned, and the caller looks for itself.

    Raises:
        BadInput: `root` exists and cannot be read.
    """
    if (output := outputs.output_of(root)) is not None:
        return output.folders(where)
    try:
        with os.scandir(root) as entries:
            names = [e.name for e in entries if SESSION_ID.match(e.name) and e.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadInput(
            f"cannot read {output_name(root)!r} ({_reason(error)}): choose another folder with --output"
        ) from error
    return [root / name for name in sorted(names, reverse=True)]


def session_folder(root: Path, session_id: str) -> Path:
    """Return the folder of an existing session.

    Raises:
        NoSuchSession: the id is not of the form session_YYYYMMDD_HHMMSS, or there is no such folder. An id is never
            read as a path.
    """
    if not SESSION_ID.match(session_id):
        raise NoSuchSession(f"{session_id[:80]!r} is not a session id: ids look like session_20250208_002238")
    folder = root / session_id
    if (output := outputs.output_of(root)) is not None:
        if output.refresh(session_id) is None:
            raise NoSuchSession(
                f"there is no session {session_id!r} in {output.url}; to see what there is: {_list(root)}"
            )
        return folder
    try:
        there = folder.is_dir() and not folder.is_symlink()
    except OSError as error:
        raise NoSuchSession(f"cannot enter {output_name(root)!r} ({_reason(error)}): check its permissions") from error
    if not there:
        raise NoSuchSession(
            f"there is no session {session_id!r} in {output_name(root)!r}; to see what there is: {_list(root)}"
        )
    return folder


def _list(root: Path) -> str:
    return command("list", "", root.parent)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)
