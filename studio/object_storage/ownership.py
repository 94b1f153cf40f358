"""Who owns a session in a store: take it, keep it, lose it, let it go. All of it is one swap of the session's head.

No clocks are compared. An owner swaps the head every few seconds. Whoever finds it unchanged for `SILENCE_SECONDS` of
its own monotonic time takes it over, with the next epoch; from then on every swap by the earlier owner fails, however
long that one slept, or was cut off. A head that its owner released is taken at once, and so is one that this machine's
own working copy wrote: its lock, which the caller holds, proves that the process which owned it is gone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from studio.errors import SessionLocked
from studio.object_storage.bucket import Bucket, Found, Stale, Tag, Taken
from studio.object_storage.head import Head, Holder, head_key, read_head

BEAT_SECONDS = 4.0
"""How often an owner shows that it is alive."""
SILENCE_SECONDS = 20.0
"""How long a head must stay as it is before another takes the session over: four signs may be missed."""
LOOK_SECONDS = 0.5


class Ownership:
    """A session's head as its owner last wrote it. Used by one thread at a time."""

    def __init__(self, bucket: Bucket, head: Head, tag: Tag) -> None:
        self._bucket, self.head, self._tag = bucket, head, tag

    def swap(self, head: Head) -> None:
        """Replace the head: this publishes what it names, and proves that the session is still this process's.

        Raises:
            Stale: another owns it; nothing was published.
            StoreDown: it is not known whether it was published; swapping again finds out.
        """
        head = replace(head, beat=self.head.beat + 1)
        try:
            self._tag = self._bucket.swap(head_key(head.session_id), head.content(), self._tag)
        except Stale:
            # Perhaps an earlier swap of ours, whose answer never came, was carried out after all.
            there = look(self._bucket, head.session_id)
            if there is None or (there[0].epoch, there[0].holder) != (self.head.epoch, self.head.holder):
                raise
            self._tag = self._bucket.swap(head_key(head.session_id), head.content(), there[1].tag)
        self.head = head


def claim(bucket: Bucket, head: Head) -> Ownership | None:
    """Make a new session with this head; None if there is one of this id."""
    try:
        return Ownership(bucket, head, bucket.create(head_key(head.session_id), head.content()))
    except Taken:
        return None


def look(bucket: Bucket, session_id: str) -> tuple[Head, Found] | None:
    """Return a session's head, and the object that it was read from; None if there is no such session.

    Raises:
        BadInput: the head is damaged.
    """
    found = bucket.get(head_key(session_id))
    return None if found is None else (read_head(session_id, found.content), found)


def take(
    bucket: Bucket,
    session_id: str,
    me: Holder,
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[Ownership, Head] | None:
    """Own a session from now on; return the ownership and the head as it was before. None if there is no such session.

    Args:
        tell: receives a line if a silent owner is waited for.

    Raises:
        SessionLocked: another machine owns it and is alive, or took it just now.
        BadInput: the head is damaged.
    """
    there = look(bucket, session_id)
    if there is None:
        return None
    head, found = there
    if not head.released and head.holder.copy != me.copy:
        tell(
            f"{session_id} was last worked on {head.holder.words}: if that gives no sign of life in "
            f"{SILENCE_SECONDS:.0f} s, this machine takes it over"
        )
        head, found = _silent(bucket, session_id, head, found)
    mine = replace(head, epoch=head.epoch + 1, holder=me, released=False, beat=head.beat + 1)
    try:
        tag = bucket.swap(head_key(session_id), mine.content(), found.tag)
    except Stale as error:
        raise SessionLocked(f"{session_id} was taken by another machine just now: wait for it, or stop it") from error
    return Ownership(bucket, mine, tag), head


def _silent(bucket: Bucket, session_id: str, head: Head, found: Found) -> tuple[Head, Found]:
    """Wait until the owner has been silent for long enough, or let go; return the head as it is then."""
    began, seen = time.monotonic(), found.tag
    while time.monotonic() - began < SILENCE_SECONDS:
        time.sleep(LOOK_SECONDS)
        there = look(bucket, session_id)
        if there is None:
            raise SessionLocked(f"{session_id} was removed just now")
        head, found = there
        if head.released:
            return head, found
        if found.tag != seen:
            raise SessionLocked(f"{session_id} is being worked on {head.holder.words}: wait for it, or stop it")
    return head, found
