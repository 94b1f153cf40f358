"""The lock that allows one run per session: an OS lock on the session's folder, and run cards that say who holds it.

The lock is flock(2) on the folder itself: no lock file is left behind, and the lock ends with its process. A forked
child closes its copy at once, so the lock is not inherited; programs that are started do not get it either (O_CLOEXEC).
Whether a run on another machine uses the folder is seen from its card (`studio/store/other_machines.py`). A session
that is kept in object storage is locked in its working copy, and owned in the store
(`studio/object_storage/ownership.py`).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.errors import LinkInside, SessionLocked
from studio.fs import files, safe_open, tolerant
from studio.object_storage import outputs
from studio.store import light_reader, other_machines
from studio.text.command_hints import output_name

if TYPE_CHECKING:
    from studio.object_storage.publisher import Publisher

_PATIENCE_SECONDS = 0.5
"""How long to wait for a lock: a reader that checks whether it is held holds it itself for some microseconds."""
ALONE_SECONDS = 60.0
"""How long to wait for another that opens or names a session; it does so for some milliseconds."""

_held: set[int] = set()


def _close_in_child() -> None:
    for handle in _held:
        os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_close_in_child)


@dataclass(eq=False)
class Lock:
    """A held lock on a session folder, until `release`.

    Attributes:
        publisher: publishes the session, if it is kept in object storage: this process owns it there.
    """

    handle: int
    publisher: Publisher | None = None

    def release(self) -> None:
        """Release the lock, after what changed was published. Releasing it twice does nothing.

        Raises:
            StoreDown, SessionLost: what changed could not be published; the lock is released all the same.
        """
        if self.handle in _held:
            try:
                if self.publisher is not None:
                    outputs.end(self.publisher)
            finally:
                _held.discard(self.handle)
                os.close(self.handle)
            if self.publisher is not None:
                outputs.trim(self.publisher.folder)

    def place(self, hidden: Path, folder: Path) -> bool:
        """Give the locked, hidden folder of a new session its name; return False if that is taken.

        In object storage the session appears with all its files.

        Raises:
            BadInput, StoreDown: the store cannot keep sessions, or does not answer; nothing has the name.
        """
        output = outputs.output_of(folder.parent)
        if output is None:
            return files.place_folder(hidden, folder)
        publisher = output.claim(hidden, folder.name)
        if publisher is None:
            return False
        if not files.place_folder(hidden, folder):
            output.disclaim(folder.name)
            return False
        self.publisher = publisher
        output.begin(publisher)
        return True

    def wait_while(self, why_stopped: Callable[[], str]) -> None:
        """Let a store that does not answer be waited for only while `why_stopped` returns ''."""
        if self.publisher is not None:
            self.publisher.bucket.why_stopped = why_stopped

    def tell_to(self, tell: Callable[[str], None]) -> None:
        """Let `tell` receive what happens between this machine and the store."""
        if self.publisher is not None:
            self.publisher.tell = self.publisher.bucket.tell = tell

    def why_lost(self) -> str:
        """Return why the session is not this process's any more; '' while it is."""
        return "" if self.publisher is None else self.publisher.why_lost()

    def prove(self) -> None:
        """Return once everything written is published, which proves that the session is still this process's.

        Raises:
            SessionLost, StoreDown: it is not, or that cannot be found out now.
        """
        if self.publisher is not None:
            self.publisher.prove()


def take(folder: Path, tell: Callable[[str], None] = lambda line: None) -> Lock:
    """Lock a session folder; one that is kept in object storage is owned there, too, and is made what the store has.

    Args:
        tell: receives one line for everything a person should know.

    Raises:
        SessionLocked: another run is working on it; the message names its pid, machine, and since when.
        LinkInside: the folder is a link.
        StoreDown, NoSuchSession, DamagedPiece: the store does not answer, or has lost the session.
    """
    handle = safe_open.enter(folder)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                os.close(handle)
                raise SessionLocked(
                    f"{folder.name} is being worked on {holder_text(folder)}: wait for it, or stop it"
                ) from error
            time.sleep(0.02)
        else:
            _held.add(handle)
            break
    held = Lock(handle)
    if (output := outputs.output_of(folder.parent)) is not None:
        if not folder.name.startswith("."):
            try:
                held.publisher = output.own(folder, tell)
            except BaseException:
                held.release()
                raise
        return held
    ago = other_machines.seconds_since_sign(folder)
    if ago is not None:
        held.release()
        raise SessionLocked(
            f"{folder.name} is being worked on {holder_text(folder)}, last sign of life {ago:.0f} s ago: wait for it; "
            f"if that machine is gone, try again in {other_machines.CARD_SILENCE_SECONDS - ago:.0f} s"
        )
    return held


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep others that ask for the same from opening or naming a session in `root` while the block runs.

    The lock is on the folder of sessions itself, so nothing is left of it, whatever is killed.

    Raises:
        SessionLocked: another program holds it for longer than `ALONE_SECONDS`.
    """
    deadline = time.monotonic() + ALONE_SECONDS
    while True:
        try:
            held = take(root)
            break
        except SessionLocked as error:
            if time.monotonic() > deadline:
                raise SessionLocked(
                    f"another batch or run is using {output_name(root)!r}: stop it, or try again"
                ) from error
    output = outputs.output_of(root)
    try:
        with output.alone(ALONE_SECONDS) if output is not None else nullcontext():
            yield
    finally:
        held.release()


def is_locked(folder: Path) -> bool:
    """Tell whether a run is working on the session now, here or on another machine. Writes nothing."""
    try:
        handle = safe_open.enter(folder)
    except (OSError, LinkInside):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    if (output := outputs.output_of(folder.parent)) is not None:
        return not folder.name.startswith(".") and output.holder(folder.name) is not None
    return other_machines.seconds_since_sign(folder) is not None


def holder_text(folder: Path) -> str:
    """Return who is working on the session: 'by pid 4711 on host since 2025-02-08 14:02:11'.

    From the head of one that is kept in object storage and owned by another machine, else from its newest card.
    """
    output = outputs.output_of(folder.parent)
    if output is not None and (holder := output.holder(folder.name)) is not None:
        return holder.words
    with tolerant.entered(folder) as opened:
        name = light_reader.newest_card_name(opened) if opened is not None else ""
        card = tolerant.dict_at(opened, f"runs/{name}") if opened is not None else {}
    if not name:
        return "by another run that has just begun"
    pid, host, since = (card.get(key) for key in ("pid", "host", "started_at"))
    if not isinstance(pid, int) or not isinstance(host, str) or not isinstance(since, str):
        return f"by a run whose card {name!r} cannot be read"
    return f"by pid {pid} on {host} since {since[:19].replace('T', ' ')}"
