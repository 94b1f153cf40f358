"""The `sessions` commands that move a session between a folder of this machine and a store: `push` and `pull`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from studio.cli.command_options import Id, Json, Output
from studio.cli.terminal import share_shown, write_json
from studio.errors import BadInput
from studio.store import lock
from studio.store.folders import SESSION_ID, output_folder, sessions_root
from studio.store.session_names import find_session, name_of
from studio.text.command_hints import command
from studio.text.display import printable, size

if TYPE_CHECKING:
    from studio.object_storage.moving import Moved
    from studio.object_storage.store_output import StoreOutput

PUSH_EXAMPLES = (
    "Examples:\n  sessions push session_20250208_002238 s3://bucket/films\n"
    "  sessions push episode-12 s3://bucket/films --output /srv/films"
)
PULL_EXAMPLES = (
    "Examples:\n  sessions pull session_20250208_002238 s3://bucket/films\n"
    "  sessions pull episode-12 s3://bucket/films --output /tmp/by-hand"
)

Url = Annotated[str, Parameter(name="URL", help="Where the store's sessions are, for example s3://bucket/films.")]


def push(
    session: Id,
    url: Url,
    /,
    *,
    over: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Replace what others published since it was pulled.")
    ] = False,
    output: Output = None,
    json: Json = False,
) -> int:
    """Put a session of this machine into a store, or what you changed in one that you pulled; sends only what differs.

    The session in the folder stays. While a machine works on it in the store, nothing is changed.
    """
    from studio.object_storage.moving import push as send

    store = _store(url)
    place = output_folder(output)
    folder = find_session(_plain(sessions_root(place), place), session)
    _check_name_free(store, folder)
    held = lock.take(folder)
    try:
        moved = send(store, folder, over, lambda line: None if json else print(printable(line)))
    finally:
        held.release()
    return _told(moved, folder, f"in {store.url}", command("view", folder.name, store.output), json)


def pull(
    session: Id,
    url: Url,
    /,
    *,
    over: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Move aside what you changed here and never pushed.")
    ] = False,
    output: Output = None,
    json: Json = False,
) -> int:
    """Fetch a session from a store into a folder of this machine, every file whole, to edit it or to keep it.

    The session in the store stays, and nobody is kept from working on it: `sessions push` puts back what you changed.
    """
    from studio.object_storage.moving import pull as fetch

    store = _store(url)
    place = output_folder(output)
    session_id = session if SESSION_ID.match(session) else find_session(store.root, session).name
    folder = _plain(sessions_root(place), place) / session_id
    held = lock.take(folder) if folder.is_dir() else None
    try:
        with share_shown("fetching") as show_share:
            moved = fetch(store, session_id, folder, over, show_share)
    finally:
        if held is not None:
            held.release()
    return _told(moved, folder, f"in {str(folder)!r}", command("view", session_id, place), json)


def _store(url: str) -> StoreOutput:
    from studio.object_storage import outputs

    if not outputs.is_url(url):
        raise BadInput(f"{url[:120]!r} is not the URL of a store: give one such as s3://bucket/films")
    store = outputs.output_of(outputs.bound(url) / "sessions")
    assert store is not None
    return store


def _plain(root: Path, place: Path) -> Path:
    from studio.object_storage import outputs

    if outputs.output_of(root) is not None:
        raise BadInput("--output is to be a folder of this machine here, not a store (FILM_OUTPUT may name one)")
    return root


def _check_name_free(store: StoreOutput, folder: Path) -> None:
    from studio.store.session_names import sessions_named

    name = name_of(folder)
    taken = [other.name for other in sessions_named(store.root, name) if other.name != folder.name] if name else []
    if taken:
        raise BadInput(f"{name!r} is the name of {taken[0]} in {store.url}: rename one of them, then push")


def _told(moved: Moved, folder: Path, where: str, look: str, json: bool) -> int:
    if json:
        write_json({"session_id": folder.name, **vars(moved)})
    else:
        print(f"{folder.name} is {where}: {moved.files} files, {moved.sent} of them ({size(moved.bytes)}) moved now.")
        print(f"look     {look}")
    return 0
