"""Move a session between a folder of this machine and a store: to edit it by hand, or to keep it elsewhere.

A folder that was pulled remembers what the store had then (`working_copy.STATE`), so that a push that would undo what
another machine published since is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from studio.errors import BadInput, Contradiction, NoSuchSession
from studio.fs import absent, files
from studio.object_storage import ownership, working_copy
from studio.object_storage.head import Head
from studio.object_storage.publisher import Publisher
from studio.object_storage.store_output import StoreOutput
from studio.object_storage.working_copy import Seen


@dataclass(frozen=True)
class Moved:
    """What was moved: how many files the session has, how many of them were sent or fetched, and their bytes."""

    files: int
    sent: int
    bytes: int


def push(output: StoreOutput, folder: Path, over: bool, tell: Callable[[str], None]) -> Moved:
    """Make the session in the store what the folder has. The caller holds the folder's lock.

    The session is owned in the store meanwhile, and let go in the end; what it replaces stays until it is collected.

    Args:
        over: whether to replace what another machine published since the folder was pulled, or never was.

    Raises:
        BadInput: the folder was copied out of a working copy, with files whose bytes are elsewhere; nothing was
            changed.
        Contradiction: that would be replaced, and `over` does not allow it; nothing was changed.
        SessionLocked: a machine works on the session.
        StoreDown, BadInput: pushing it again goes on.
    """
    if not_here := [path for path, there in working_copy.published(folder) if absent.is_absent(there)]:
        raise BadInput(
            f"{folder.name} has {len(not_here)} files here whose bytes are in another store, such as {not_here[0]!r}: "
            "fetch it whole with 'sessions pull', and push that"
        )
    output.check_store()
    me = replace(output.me(), copy=f"{output.me().copy}:{folder}")
    taken = ownership.take(output.bucket, folder.name, me, tell)
    if taken is None:
        mine = ownership.claim(output.bucket, Head(folder.name, 1, me))
        if mine is None:
            raise Contradiction(f"{folder.name} was made in {output.url} just now by another machine: push it again")
        tree = {}
    else:
        mine, before = taken
        tree = before.tree(output.content)
        known = working_copy.seen(folder)
        same = known is not None and known.tree == tree
        if not same and not over and tree:
            mine.swap(replace(mine.head, released=True))
            why = "was never pulled into this folder" if known is None else "has changed there since it was pulled"
            raise Contradiction(
                f"{folder.name} is in {output.url} already, and {why}: pull it into another folder, or replace what "
                "is there with --over"
            )
    publisher = Publisher(output.bucket, folder, mine, tree, output.line_of, tell)
    publisher.begin()
    publisher.close()
    now = publisher.tree
    sent = [file for path, file in now.items() if tree.get(path) != file]
    return Moved(len(now), len(sent), sum(file.size for file in sent))


def pull(output: StoreOutput, session_id: str, folder: Path, over: bool, show_share: Callable[[float], None]) -> Moved:
    """Make the folder what the store has, every file whole. The caller holds the folder's lock, if it was there.

    Args:
        over: whether to move aside what the folder has that was never pushed (`working_copy.bring`).
        show_share: receives how much of the bytes is here, from 0 to 1.

    Raises:
        NoSuchSession: the store has none of this id.
        Contradiction: the folder has what was never pushed, and `over` does not allow it; nothing was changed.
        StoreDown, DamagedPiece, DiskFull: pulling it again goes on.
    """
    there = ownership.look(output.bucket, session_id)
    if there is None:
        raise NoSuchSession(f"there is no session {session_id!r} in {output.url}")
    head = there[0]
    tree, known = head.tree(output.content), working_copy.seen(folder)
    not_here = {path for path, there in working_copy.published(folder) if absent.is_absent(there)}
    unpushed = working_copy.changed(folder, known.tree if known is not None else {}) if files.is_folder(folder) else ()
    if unpushed and not over:
        raise Contradiction(
            f"{folder.name} has {len(unpushed)} files here that were never pushed, such as {min(unpushed)!r}: push "
            "them, pull into another folder (--output), or move them aside with --over"
        )
    wanted = {path: tree[path] for path in working_copy.changed(folder, tree) | not_here if path in tree}
    files.make_folder(folder)
    working_copy.bring(output.bucket, folder, tree, known)
    whole, done = sum(file.size for file in wanted.values()), 0
    for path, file in wanted.items():
        output.fetch(folder / path)
        done += file.size
        show_share(done / whole if whole else 1.0)
    working_copy.note_seen(folder, Seen(head.epoch, head.holder.copy, tree))
    return Moved(len(tree), len(wanted), whole)
