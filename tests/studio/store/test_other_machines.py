"""Laws of a session on a shared disk: a run on another machine is believed while it gives signs of life, no longer."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from studio.errors import SessionLocked
from studio.status.listing import read_listing
from studio.store import lock, other_machines
from studio.store.other_machines import CARD_SILENCE_SECONDS, seconds_since_sign, touching_card
from tests.support.sessions.make_sessions import make_session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_session(tmp_path)


def put_card(folder: Path, *, host: str = "attic", ended_at: str = "", ago: float = 5.0) -> Path:
    path = folder / "runs" / "4d3c.json"
    path.parent.mkdir(exist_ok=True)
    card = {"flow_run_id": "4d3c", "pid": 4711, "host": host, "started_at": "2026-11-22T10:00:00", "ended_at": ended_at}
    path.write_text(json.dumps(card), "utf-8")
    os.utime(path, (time.time() - ago,) * 2)
    return path


def test_a_run_on_another_machine_is_refused_by_name(folder: Path) -> None:
    """Its machine, its pid and its last sign are named, and what to do; the session is shown as running."""
    put_card(folder)
    said = r"by pid 4711 on attic since 2026-11-22 10:00:00, last sign of life \d s ago"
    with pytest.raises(SessionLocked, match=said):
        lock.take(folder)
    assert lock.is_locked(folder)
    listing = read_listing(folder)
    assert listing is not None
    assert listing.state == "running"


@pytest.mark.parametrize(
    "card", [{"ago": CARD_SILENCE_SECONDS + 5}, {"ended_at": "2026-11-22T10:01:00"}, {"host": socket.gethostname()}]
)
def test_whoever_is_silent_ended_or_was_here_is_not_waited_for(folder: Path, card: dict[str, str]) -> None:
    """A run that died elsewhere long ago, ended there, or died here, leaves the session free: a folder may be moved."""
    put_card(folder, **card)  # type: ignore[arg-type]  # the cases' keys differ
    assert not lock.is_locked(folder)
    lock.take(folder).release()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"ended_at": "", "host": 7}', b'{"ended_at": ""}'])
def test_a_card_that_does_not_read_locks_nobody_out(folder: Path, content: bytes) -> None:
    """A torn card proves no run."""
    path = put_card(folder)
    path.write_bytes(content)
    assert seconds_since_sign(folder) is None


def test_a_run_gives_signs_of_life(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a run works its card is touched again and again; after it, no more."""
    monkeypatch.setattr(other_machines, "TOUCH_SECONDS", 0.01)
    path = put_card(folder, ago=CARD_SILENCE_SECONDS + 100)
    touched, threads = threading.Event(), threading.active_count()
    with touching_card(path):
        deadline = time.monotonic() + 10
        while seconds_since_sign(folder) is None:
            assert time.monotonic() < deadline
            touched.wait(0.01)
        assert threading.active_count() == threads + 1
    assert threading.active_count() == threads


def test_a_card_from_the_future_wedges_nothing(folder: Path) -> None:
    """A clock that was wrong when a run worked elsewhere locks nobody out for days."""
    put_card(folder, ago=-3 * 86_400)
    assert not lock.is_locked(folder)


def test_a_live_run_elsewhere_is_seen_behind_a_newer_card(folder: Path) -> None:
    """Two machines' cards lie side by side: the one that works counts, not the one that was touched last."""
    put_card(folder, ago=5)
    ended = folder / "runs" / "5e.json"
    ended.write_text(json.dumps({"host": socket.gethostname(), "ended_at": "2026-11-22T10:01:00"}), "utf-8")
    assert lock.is_locked(folder)
