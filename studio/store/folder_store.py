"""A session kept in a folder of this machine. Its id is the folder's name, so a session may be moved or copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from studio.fs import files
from studio.model.brief import Brief
from studio.model.film import Stage
from studio.object_storage import outputs
from studio.planning.plan_files import reader
from studio.store import lock, takes
from studio.store.brief import read_brief, restore_brief, write_brief
from studio.store.folder_walk import refuse_links
from studio.store.journal import carry_out
from studio.store.piece_store import PieceStore
from studio.store.recovery import recover


class FolderDocuments:
    """The small files of a session folder. Implements `studio.store.documents.Documents`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all; once this returns, the file survives a power cut."""
        files.write_whole(self.folder / path, content)

    def write_json(self, path: str, value: Mapping[str, object] | Sequence[object]) -> None:
        """Write a value as JSON, as `write`."""
        files.write_json(self.folder / path, value)

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        files.remove(self.folder / path)

    def put_aside(self, path: str) -> str:
        """Move a damaged file to `takes/damaged/` and return where it is now, relative to the session."""
        return takes.put_aside(self.folder, self.folder / path)

    def write_answer(self, path: str, content: bytes) -> None:
        """Write the answer of a paid call; see `Documents.write_answer`."""
        self.write(path, content)
        outputs.keep_answer(self.folder, path, content)

    def fetch_answer(self, path: str) -> bool:
        """Look for an answer that came on another machine; see `Documents.fetch_answer`."""
        return outputs.fetch_answer(self.folder, path)

    def prove(self) -> None:
        """Return at once: who holds a folder's lock owns it."""


class FolderStore(FolderDocuments):
    """A session folder, locked until `release`; what a crash left in it is cleaned up. Implements `SessionStore`.

    The folder may be the working copy of a session in object storage: then its lock owns the session there, and what
    changes is published.

    A change of its plans that the journal holds, and a crash kept from being made, is made.

    Args:
        tell: receives one line for everything a person should know.
        held: its lock, if the caller has it already; it is released if the session does not open.

    Raises:
        SessionLocked: another run is working on it.
        LinkInside, BrokenPlan: it cannot be used; nothing was changed.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None], held: lock.Lock | None = None) -> None:
        super().__init__(folder)
        self._lock = held or lock.take(folder, tell)
        self._lock.tell_to(tell)
        try:
            refuse_links(folder)
            restore_brief(folder, tell)
            self._brief = read_brief(folder)
            self._pieces = PieceStore(folder, self._read_plan, tell)
            recover(self._pieces)
            carry_out(self)
        except BaseException:
            self._lock.release()
            raise

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def brief(self) -> Brief:
        """What the session is asked for."""
        return self._brief

    @property
    def pieces(self) -> PieceStore:
        """Its pieces."""
        return self._pieces

    def change_brief(self, brief: Brief) -> None:
        """Replace the brief: write what the session is asked for from now on."""
        self._brief = brief
        write_brief(self.folder, brief)

    def publish_card(self, flow_run_id: str, content: dict[str, object]) -> None:
        """Write the run's card, as the session's newest."""
        path = self.folder / "runs" / f"{flow_run_id}.json"
        files.write_json(path, content)
        files.make_newest(path)

    def release(self) -> None:
        """Release the session's lock."""
        self._lock.release()

    def wait_while(self, why_stopped: Callable[[], str]) -> None:
        """Let a store that does not answer be waited for only while `why_stopped` returns ''."""
        self._lock.wait_while(why_stopped)

    def why_lost(self) -> str:
        """Return why the session is not this process's any more; '' while it is."""
        return self._lock.why_lost()

    def prove(self) -> None:
        """Return once everything written is published; see `Documents.prove`."""
        self._lock.prove()

    def _read_plan(self, stage: Stage, text: str) -> object:
        return reader(self._brief)(stage, text)
