"""Find a session by the name that a person gave it, or by its id.

A name is a key of the brief and nothing else: it is claimed by publishing a session with it, under `lock.alone`, so
that a crash leaves a session with its name, or neither. Light on purpose: it imports no model.
"""

from __future__ import annotations

import re
from pathlib import Path

from studio.errors import BadInput, NoSuchSession
from studio.fs import tolerant
from studio.store import light_reader
from studio.store.folders import SESSION_ID, session_folder, session_folders
from studio.text.command_hints import command, output_name

NAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""A name as a regular expression of JSON Schema; `check_name` also refuses what looks like an id."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_LIKE_AN_ID = re.compile(r"session_[0-9]{8}_[0-9]{6}\Z", re.IGNORECASE)


def check_name(name: str) -> str:
    """Return a name that a session may have: 1 to 64 letters (A to Z), digits, '.', '_' and '-'.

    Raises:
        BadInput: it has other characters or is too long, does not begin with a letter or a digit, or looks like an id.
    """
    if not _NAME.match(name):
        raise BadInput(
            f"{name[:80]!r} cannot be a film's name: take 1 to 64 letters (a to z), digits, '.', '_' and '-', and "
            "begin with a letter or a digit, for example episode-12"
        )
    if _LIKE_AN_ID.match(name):
        raise BadInput(f"{name!r} looks like a session's id, so it cannot be a name: take another, such as episode-12")
    return name


def name_of(folder: Path) -> str:
    """Return the name of the session in `folder`; '' if it has none."""
    with tolerant.entered(folder) as opened:
        if opened is None or not light_reader.has_brief(opened):
            return ""
        return tolerant.text(light_reader.brief_at(opened), "name")


def sessions_named(root: Path, name: str) -> list[Path]:
    """Return the folders of the sessions in `root` with this name, newest first. Case does not matter.

    Raises:
        BadInput: `root` exists and cannot be read.
    """
    wanted = name.casefold()
    if not wanted:
        return []
    folders = session_folders(root, lambda line: str(line.get("name", "")).casefold() == wanted)
    return [folder for folder in folders if name_of(folder).casefold() == wanted]


def session_named(root: Path, name: str) -> Path | None:
    """Return the folder of the session with this name; None if there is none.

    Raises:
        BadInput: several have it, as after a session was copied; the message has their ids.
    """
    found = sessions_named(root, name)
    if len(found) > 1:
        ids = " and ".join(folder.name for folder in found)
        another = command("rename", found[0].name, root.parent, f"{name}-2")
        raise BadInput(f"{len(found)} sessions are named {name!r}: {ids}: give one of them another name: {another}")
    return found[0] if found else None


def is_a_name(root: Path, said: str) -> bool:
    """Tell whether a session in `root` has this name; False for words that cannot be one."""
    return _NAME.match(said) is not None and bool(sessions_named(root, said))


def find_session(root: Path, said: str) -> Path:
    """Return the folder of the session with this id or name. An id wins: no name looks like one.

    Raises:
        NoSuchSession: there is none; what was said is never read as a path.
        BadInput: several sessions have this name.
    """
    if SESSION_ID.match(said) or not _NAME.match(said):
        return session_folder(root, said)
    folder = session_named(root, said)
    if folder is None:
        raise NoSuchSession(
            f"{said!r} is not a session id (ids look like session_20250208_002238), and no session in "
            f"{output_name(root)!r} is named so; to see what there is: {command('list', '', root.parent)}"
        )
    return folder
