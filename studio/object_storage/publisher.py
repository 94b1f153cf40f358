"""Publish a session from its working copy, for as long as this process owns it.

Changes of the folder are noted as they are made, and published in groups, about a second after the first: contents
first, then one swap of the head that names them all. What is published is always the folder as it was at one moment,
between two changes: so every law of a folder that survives a crash holds for the store, too. In between the head is
swapped as a sign of life.
"""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from studio.errors import FilmError, SessionLost
from studio.fs import files, safe_open
from studio.object_storage import working_copy
from studio.object_storage.bucket import Bucket, Stale
from studio.object_storage.head import Head, Tree, blob_key
from studio.object_storage.ownership import BEAT_SECONDS, Ownership, look
from studio.object_storage.working_copy import Seen

GROUP_SECONDS = 1.0
"""How long changes are gathered to be published together; some stores take one change of an object a second."""
LINE_SECONDS = 5.0
"""How often the line for lists is made anew while a run works."""
PINNED = 256
"""At most so many changed files are kept open while they are sent; of more, nothing may change meanwhile."""
SENDERS = 8


class _Gate:
    """Changes pass through it together; whoever wants the folder to stand still for a moment passes alone."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._inside, self._waiting = 0, 0
        self._mine = threading.local()

    @contextmanager
    def change(self) -> Iterator[None]:
        depth = getattr(self._mine, "depth", 0)
        if not depth:
            with self._turn:
                while self._waiting:
                    self._turn.wait()
                self._inside += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            if not depth:
                with self._turn:
                    self._inside -= 1
                    self._turn.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._turn:
            self._waiting += 1
            while self._inside:
                self._turn.wait()
        try:
            yield
        finally:
            with self._turn:
                self._waiting -= 1
                self._turn.notify_all()


class Publisher:
    """Publishes the session in `folder` until `close`. May be used from any thread.

    Args:
        tree: the files that the head names now.
        line_of: returns the session in short, for the head.
        tell: receives one line for everything a person should know.
    """

    def __init__(
        self,
        bucket: Bucket,
        folder: Path,
        ownership: Ownership,
        tree: Tree,
        line_of: Callable[[Path], Mapping[str, object]],
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.bucket, self.folder, self.tell = bucket, folder, tell
        self._ownership, self._line_of = ownership, line_of
        self.tree = dict(tree)
        self._gate = _Gate()
        self._noted = threading.Condition()
        self._dirty: set[str] = set()
        self._lost, self._heard = "", False
        self._down = ""
        self._asked = self._proved = 0
        self._closing = threading.Event()
        self._publishing, self._swapping = threading.Lock(), threading.Lock()
        self._line_until = 0.0
        self._threads = [
            threading.Thread(target=work, daemon=True, name=f"{work.__name__.strip('_')} {folder.name}")
            for work in (self._beat, self._publish_groups)
        ]

    def begin(self) -> None:
        """Begin to publish, with what differs already; note what this process owns now."""
        with self._noted:
            self._dirty |= working_copy.changed(self.folder, self.tree)
        working_copy.note_seen(self.folder, self._seen())
        for thread in self._threads:
            thread.start()

    # --- what changes -----------------------------------------------------------------------------

    @contextmanager
    def changing(self, *paths: Path) -> Iterator[None]:
        """Note that files change; see `studio.fs.disk_operations.Observer`."""
        shown = [path for path in (working_copy.published_path(self.folder, each) for each in paths) if path]
        if not shown:
            yield
            return
        with self._gate.change():
            try:
                yield
            finally:
                with self._noted:
                    self._dirty.update(shown)
                    self._noted.notify_all()

    def together(self) -> AbstractContextManager[None]:
        """Keep the changes that the block makes from being published apart. Nothing may be published in it."""
        return self._gate.change()

    # --- publishing -------------------------------------------------------------------------------

    def why_lost(self) -> str:
        """Return why nothing more is published, '' while this process owns the session."""
        self._heard = self._heard or bool(self._lost)
        return self._lost

    def publish(self) -> None:
        """Return once everything that changed before this call is published.

        Raises:
            SessionLost: another machine owns the session.
            StoreDown: the store does not answer; the changes are kept here.
        """
        with self._publishing:
            with self._noted:
                waiting = bool(self._dirty)
            if waiting or self._lost:
                self._publish_changes()

    def prove(self) -> None:
        """Return once everything is published, by a swap that began after this call: so the session is still ours.

        One swap proves for everybody who waits by then: an intent that is published for all to see is not left unsent
        while each waits for a swap of its own.

        Raises:
            SessionLost, StoreDown: as `publish`.
        """
        with self._noted:
            self._asked += 1
            mine = self._asked
        try:
            with self._publishing:
                if self._proved >= mine:
                    return
                with self._noted:
                    waiting = self._asked
                self._publish_changes()
                self._proved = waiting
        except SessionLost:
            self._heard = True
            raise

    def close(self) -> None:
        """Publish what is left, let the session go, and stop.

        Raises:
            SessionLost, StoreDown: as `publish`; this process has stopped publishing all the same. A loss that the
                caller has heard of is not raised again.
        """
        self._closing.set()
        with self._noted:
            self._noted.notify_all()
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join()
        if self._lost and self._heard:
            return
        with self._publishing:
            self._line_until = 0.0
            self._publish_changes(released=True)

    def _publish_changes(self, released: bool = False) -> None:
        if self._lost:
            raise SessionLost(self._lost)
        with ExitStack() as held:
            with ExitStack() as still:
                still.enter_context(self._gate.alone())
                with self._noted:
                    dirty, self._dirty = self._dirty, set()
                try:
                    paths = sorted(self._files(dirty))
                    if len(paths) > PINNED:
                        held.enter_context(still.pop_all())
                    handles = {path: self._pinned(path, held) for path in paths}
                except BaseException:
                    self._note_again(dirty)
                    raise
            try:
                self._send(handles, dirty, released)
            except BaseException:
                self._note_again(dirty)
                raise

    def _files(self, dirty: set[str]) -> Iterator[str]:
        """Yield the changed files, and those in changed folders."""
        for path in dirty:
            yield path
            if not files.is_file(self.folder / path):
                # A folder that was moved away took its files along, and one that was moved here brought some.
                yield from (known for known in self.tree if known.startswith(f"{path}/"))
                yield from working_copy.below(self.folder, path)

    def _pinned(self, path: str, held: ExitStack) -> int | None:
        """Open a changed file, so that its bytes stay what they are now; None if there is no file."""
        there = files.found(self.folder / path)
        if there is None or not stat.S_ISREG(there.st_mode):
            return None
        return held.enter_context(safe_open.opened(self.folder / path, whole=False))

    def _note_again(self, dirty: set[str]) -> None:
        with self._noted:
            self._dirty |= dirty

    def _send(self, handles: Mapping[str, int | None], dirty: set[str], released: bool) -> None:
        tree = {path: file for path, file in self.tree.items() if path not in dirty}
        there = {file.sha256 for file in self.tree.values()}
        with ThreadPoolExecutor(SENDERS) as pool:
            found = {
                path: pool.submit(working_copy.send, self.bucket, handle, there)
                for path, handle in handles.items()
                if handle is not None
            }
            for path in handles:
                tree.pop(path, None)
            tree |= {path: sent.result() for path, sent in found.items()}
        shards: dict[str, bytes] = {}
        named = self._ownership.head.with_tree(tree, lambda sha256, content: shards.__setitem__(sha256, content))
        for sha256 in shards.keys() - {*self._ownership.head.shards}:
            self.bucket.put(blob_key(sha256), shards[sha256])
        if any(path.startswith("runs/") for path in handles):
            # A run is found again by its card, which the line names.
            self._line_until = 0.0
        line = self._line()
        with self._swapping:
            # The head may have been swapped meanwhile, as a sign of life.
            self._swap(replace(self._ownership.head, folders=named.folders, line=line, released=released))
        self.tree = tree
        working_copy.note_seen(self.folder, self._seen())

    def _swap(self, head: Head) -> None:
        try:
            self._ownership.swap(head)
        except Stale:
            there = look(self.bucket, self.folder.name)
            whom = there[0].holder.words if there else "by nobody: it was removed"
            self._lost = (
                f"{self.folder.name} was taken over and is being worked on {whom}: nothing more is published from here"
            )
            raise SessionLost(self._lost) from None

    def _line(self) -> Mapping[str, object]:
        if time.monotonic() < self._line_until:
            return self._ownership.head.line
        self._line_until = time.monotonic() + LINE_SECONDS
        return self._line_of(self.folder)

    def _seen(self) -> Seen:
        head = self._ownership.head
        return Seen(head.epoch, head.holder.copy, self.tree)

    # --- threads ----------------------------------------------------------------------------------

    def _publish_groups(self) -> None:
        while not self._closing.is_set() and not self._lost:
            with self._noted:
                while not self._dirty and not self._closing.is_set():
                    self._noted.wait()
            if self._closing.wait(GROUP_SECONDS):
                return
            self._or_told(self.publish)

    def _beat(self) -> None:
        while not self._closing.wait(BEAT_SECONDS) and not self._lost:
            self._or_told(self._show_life)

    def _show_life(self) -> None:
        with self._swapping:
            self._swap(self._ownership.head)

    def _or_told(self, work: Callable[[], None]) -> None:
        """Do the work; if it cannot be done now, tell why, once: it is done again, and `close` raises what is left.

        That the session is lost the run itself tells, when it asks.
        """
        try:
            work()
            self._down = ""
        except SessionLost:
            return
        except (FilmError, OSError) as error:
            if str(error) != self._down and not self._closing.is_set():
                self._down = str(error)
                self.tell(self._down)
