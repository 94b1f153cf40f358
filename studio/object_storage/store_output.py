"""An output in object storage: its bucket, its sessions, and their working copies on this machine."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from studio.errors import BadInput, DamagedPiece, NoSuchSession, SessionLocked, StoreDown
from studio.fs import absent, files, safe_open
from studio.object_storage import outputs, ownership, working_copy
from studio.object_storage.bucket import Bucket, Stale, Taken, check_url
from studio.object_storage.cache import limit_bytes, trim
from studio.object_storage.head import ANSWERS, TRASH, File, Head, Holder, blob_key, head_key
from studio.object_storage.index import StoredSession, alive, read_index
from studio.object_storage.probe import probe
from studio.object_storage.publisher import Publisher
from studio.object_storage.working_copy import Seen

CACHE = "FILM_CACHE"
"""The environment variable for the folder of working copies; else `film-studio` in the user's cache folder."""

_ALONE = "alone"
"""What stands for the folder of sessions itself among the heads."""
_REFRESHERS = 8


class StoreOutput:
    """An output in object storage: its bucket, and the folder of its working copies, `root`, on this machine.

    Args:
        name: how a person names it: its URL, or a block.
    """

    def __init__(self, name: str, store: outputs.NamedStore) -> None:
        self.name, self.url = name, check_url(store.url)
        self.bucket = Bucket(self.url, settings=store.settings, allow_http=store.allow_http)
        self.output = _cache() / f"{_slug(self.url)}-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"
        self.root = self.output / "sessions"
        try:
            files.make_folder(self.root)
        except (BadInput, OSError) as error:
            raise BadInput(
                f"{str(self.output)!r} cannot hold the working copies of {self.url}: name another folder with {CACHE}"
            ) from error
        self.line_of = outputs.line_of
        self._probed = False
        self._lock = threading.Lock()
        self.publishers: dict[Path, Publisher] = {}

    # --- ownership --------------------------------------------------------------------------------

    def own(self, folder: Path, tell: Callable[[str], None]) -> Publisher:
        """Own a session, make its working copy what the store has, and publish it from now on.

        The caller holds the working copy's lock.

        Raises:
            SessionLocked: another machine works on it.
            BadInput: the store cannot keep sessions, or the head is damaged.
            NoSuchSession: the store has none of this id.
            StoreDown, DamagedPiece, DiskFull: nothing is lost.
        """
        self.check_store()
        me = self.me()
        taken = ownership.take(self.bucket, folder.name, me, tell)
        if taken is None:
            raise NoSuchSession(f"there is no session {folder.name!r} in {self.url}")
        mine, before = taken
        try:
            tree = before.tree(self.content)
            known = working_copy.seen(folder)
            if known is None or not known.is_ahead_of(before, me):
                working_copy.bring(self.bucket, folder, tree, known)
            self._fetch_answers(folder, tree)
            publisher = Publisher(self.bucket, folder, mine, tree, self.line_of, tell)
            self.begin(publisher)
            return publisher
        except BaseException:
            mine.swap(replace(mine.head, released=True))
            raise

    def claim(self, hidden: Path, session_id: str) -> Publisher | None:
        """Make a new session in the store of what lies in the folder `hidden`; None if the id is taken.

        The caller then gives the folder its name and lets the publisher `begin`, or takes the claim back (`disclaim`).
        """
        self.check_store()
        tree: dict[str, File] = {}
        for path, _ in working_copy.published(hidden):
            with safe_open.opened(hidden / path) as handle:
                tree[path] = working_copy.send(self.bucket, handle, ())
        head = Head(session_id, 1, self.me(), line=self.line_of(hidden))
        head = head.with_tree(tree, lambda sha256, content: self.bucket.put(blob_key(sha256), content))
        mine = ownership.claim(self.bucket, head)
        return None if mine is None else Publisher(self.bucket, self.root / session_id, mine, tree, self.line_of)

    def disclaim(self, session_id: str) -> None:
        """Remove the head of a new session that could not be made here after all."""
        self.bucket.delete([head_key(session_id)])

    def begin(self, publisher: Publisher) -> None:
        """Let the publisher be told of every change in its folder, and begin."""
        with self._lock:
            self.publishers[publisher.folder] = publisher
        publisher.begin()

    def end(self, publisher: Publisher) -> None:
        """Publish the rest and let the session go.

        Raises:
            SessionLost, StoreDown: as `Publisher.close`.
        """
        try:
            publisher.close()
        finally:
            with self._lock:
                self.publishers.pop(publisher.folder, None)

    def trim(self) -> None:
        """Keep all working copies of this machine within their size (`studio.object_storage.cache`)."""
        trim(self.output.parent, limit_bytes())

    def publisher_of(self, folder: Path) -> Publisher | None:
        """Return what publishes the session in `folder`; None if this process does not own it."""
        return self.publishers.get(folder)

    def check_store(self) -> None:
        """Make sure, once, that the store can keep sessions (`studio.object_storage.probe`)."""
        with self._lock:
            if not self._probed:
                probe(self.bucket)
                self._probed = True

    def me(self) -> Holder:
        """Return what this process owns sessions as."""
        host = socket.gethostname()
        since = datetime.now().isoformat(timespec="seconds")
        return Holder(host, os.getpid(), since, f"{_copy_id(self.output)}@{host}")

    # --- reading ----------------------------------------------------------------------------------

    def refresh(self, session_id: str) -> Path | None:
        """Make the working copy of a session what the store has, and return its folder; None if the store has none.

        A working copy in which a process of this machine works is as it should be, and left alone.
        """
        there = ownership.look(self.bucket, session_id)
        folder = self.root / session_id
        if there is None:
            return None
        head, _ = there
        files.make_folder(folder)
        with working_copy.alone_in(folder) as alone:
            known = working_copy.seen(folder)
            if alone and (known is None or not known.is_ahead_of(head, self.me())):
                tree = head.tree(self.content)
                working_copy.bring(self.bucket, folder, tree, known)
                working_copy.note_seen(folder, Seen(head.epoch, head.holder.copy, tree))
        return folder

    def sessions(self) -> list[StoredSession]:
        """Return all sessions of the store in short, newest first."""
        return read_index(self.bucket)

    def folders(self, where: outputs.Where) -> list[Path]:
        """Return the working copies of the sessions whose line this holds for, newest first, as the store has them."""
        names = [each.session_id for each in self.sessions() if where(each.line)]
        with ThreadPoolExecutor(_REFRESHERS) as pool:
            return [folder for folder in pool.map(self.refresh, names) if folder is not None]

    def holder(self, session_id: str) -> Holder | None:
        """Return who owns a session now, if that is another machine, and it gave a sign of life not long ago."""
        there = ownership.look(self.bucket, session_id)
        if there is None or there[0].released or there[0].holder.copy == self.me().copy:
            return None
        return there[0].holder if alive(there[1].modified) else None

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Keep other machines that ask for the same from opening or naming a session while the block runs.

        Raises:
            SessionLocked: another holds it for longer than this.
        """
        self.check_store()
        deadline, me = time.monotonic() + seconds, self.me()
        while True:
            try:
                # Not a process of this machine: those take turns by the lock of the folder, which the caller holds.
                taken = ownership.take(self.bucket, _ALONE, me)
                mine = taken[0] if taken else ownership.claim(self.bucket, Head(_ALONE, 1, me))
                if mine is not None:
                    break
            except SessionLocked:
                if time.monotonic() > deadline:
                    raise
            time.sleep(ownership.LOOK_SECONDS)
        ended = threading.Event()

        def beat() -> None:
            # Who was silent for too long is no more alone; the block takes milliseconds, and its claims are swaps, too.
            with suppress(Stale, StoreDown):
                while not ended.wait(ownership.BEAT_SECONDS):
                    mine.swap(mine.head)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            with suppress(Stale):
                mine.swap(replace(mine.head, released=True))

    def fetch(self, path: Path) -> None:
        """Fetch the bytes of an absent file in a working copy."""
        with safe_open.opened(path, whole=False) as handle:
            there = os.fstat(handle)
            if not absent.is_absent(there):
                return
            file = File(absent.digest(handle), there.st_size, there.st_mtime_ns)
        working_copy.fetch(self.bucket, path, file)

    def content(self, sha256: str) -> bytes:
        """Return a small content by its checksum, such as a shard.

        Raises:
            DamagedPiece: the store has lost it.
        """
        found = self.bucket.get(blob_key(sha256)) or self.bucket.get(f"{TRASH}/{sha256}")
        if found is None:
            raise DamagedPiece(f"{self.url} has lost {sha256[:12]}, which names files of a session")
        return found.content

    # --- answers of paid calls --------------------------------------------------------------------

    def keep_answer(self, session_id: str, name: str, content: bytes) -> None:
        """Keep the answer of a paid call under its own name, whoever owns the session now. It is never changed."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.bucket.put(blob_key(sha256), content)
        with suppress(Taken):
            self.bucket.create(f"{ANSWERS}/{session_id}/{name}", f"{sha256} {len(content)}".encode("ascii"))

    def fetch_answer(self, folder: Path, name: str) -> bool:
        """Put the answer of this name into `calls/`, if the store has one and the folder does not; tell whether."""
        place = folder / "calls" / name
        if files.is_file(place):
            return False
        found = self.bucket.get(f"{ANSWERS}/{folder.name}/{name}")
        sha256, _, size = (found.content if found else b"").decode("ascii", "replace").partition(" ")
        if len(sha256) != 64 or not size.isdecimal():
            return False
        working_copy.fetch(self.bucket, place, File(sha256, int(size), 0))
        return True

    def _fetch_answers(self, folder: Path, tree: Mapping[str, File]) -> None:
        """Bring the answers that came to an owner who had lost the session."""
        prefix = f"{ANSWERS}/{folder.name}/"
        for entry in self.bucket.entries(prefix):
            name = entry.key.removeprefix(prefix)
            if f"calls/{name}" not in tree and working_copy.published_path(folder, folder / "calls" / name):
                self.fetch_answer(folder, name)


def _cache() -> Path:
    said = os.environ.get(CACHE) or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "film-studio")
    return Path(os.path.abspath(os.path.expanduser(said)))


def _slug(url: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in url.partition("://")[2])[:60].strip("-")


def _copy_id(output: Path) -> str:
    """Return the id of the working copies in a folder: drawn once, kept beside them."""
    place = output / "copy"
    if files.found(place) is None:
        hidden = files.hidden_beside(place)
        files.write_whole(hidden, secrets.token_hex(16).encode("ascii"))
        files.place_first(hidden, place)
    return files.read(place).decode("ascii", "replace")[:64]
