"""Open a session that is in a folder already, as a run does."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from studio.model.engines import Crew
from studio.sessions.opening import build_session
from studio.sessions.session import Session
from studio.store.folder_store import FolderStore
from studio.store.run_card import RunCard, RunCardFile


def opened_session(
    folder: Path, crew: Crew, tell: Callable[[str], None] = lambda line: None, run_id: str = "a", at: str = "2026-01-01"
) -> Session:
    """Open the session in the folder, with the card of a run that has this id, and return it."""
    store = FolderStore(folder, tell)
    card = RunCard(flow_run_id=run_id, pid=os.getpid(), host=socket.gethostname(), started_at=at, version="0")
    return build_session(store, crew, RunCardFile(store, card), tell)
