"""Laws of ownership: one owner at a time, and whoever lost a session publishes nothing, however long it slept."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import SessionLocked, SessionLost, StoreDown
from studio.fs import files
from studio.object_storage import outputs, ownership
from studio.object_storage.bucket import Bucket, Stale
from studio.object_storage.head import Head, Holder, head_key
from studio.object_storage.ownership import Ownership, claim, look, take
from studio.object_storage.publisher import Publisher
from studio.object_storage.store_output import StoreOutput
from studio.sessions.run_control import RunControl
from tests.support.servers.s3 import FaultyS3

ID = "session_20250208_002238"
Machine = Callable[[str], Path]


def holder(name: str) -> Holder:
    return Holder(name, 1, "2025-02-08T00:22:38", f"copy-of-{name}")


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let owners count as gone after a second of silence."""
    monkeypatch.setattr(ownership, "SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(ownership, "LOOK_SECONDS", 0.05)


def owned(bucket: Bucket, name: str = "a") -> Ownership:
    mine = claim(bucket, Head(ID, 1, holder(name)))
    assert mine is not None
    return mine


def released(mine: Ownership) -> Head:
    return replace(mine.head, released=True)


def test_an_id_is_claimed_once(url: str) -> None:
    """Of ten machines that make a session of one id at the same time one does."""
    bucket = Bucket(url)
    with ThreadPoolExecutor(10) as pool:
        won = [mine for mine in pool.map(lambda n: claim(bucket, Head(ID, 1, holder(str(n)))), range(10)) if mine]
    assert len(won) == 1


@pytest.mark.usefixtures("soon")
def test_what_was_let_go_is_taken_at_once_by_one(url: str) -> None:
    """Of ten that want a session which its owner released, one gets it, with the next epoch, without waiting."""
    bucket = Bucket(url)
    mine = owned(bucket)
    mine.swap(released(mine))
    refused = threading.Semaphore(0)

    def want(number: int) -> int:
        began = time.monotonic()
        try:
            taken = take(bucket, ID, holder(str(number)))
        except SessionLocked:
            refused.release()
            return 0
        assert taken is not None
        assert time.monotonic() - began < ownership.SILENCE_SECONDS
        # It shows that it is alive until all others have seen it.
        for _ in range(9):
            while not refused.acquire(timeout=0.2):
                taken[0].swap(taken[0].head)
        return taken[0].head.epoch

    with ThreadPoolExecutor(10) as pool:
        assert [epoch for epoch in pool.map(want, range(10)) if epoch] == [2]


@pytest.mark.usefixtures("soon")
def test_a_live_owner_keeps_its_session(url: str) -> None:
    """Who shows signs of life is not taken over, and the one who wanted it is told who it is."""
    bucket = Bucket(url)
    mine, over = owned(bucket, "host-a"), threading.Event()

    def beat() -> None:
        while not over.wait(0.2):
            mine.swap(mine.head)

    alive = threading.Thread(target=beat)
    alive.start()
    try:
        with pytest.raises(SessionLocked, match="by pid 1 on host-a since 2025-02-08 00:22:38"):
            take(bucket, ID, holder("b"))
    finally:
        over.set()
        alive.join()
    assert mine.head.epoch == 1


@pytest.mark.usefixtures("soon")
def test_a_silent_owner_is_taken_over_and_publishes_nothing_more(url: str) -> None:
    """An owner that slept is fenced: its next swap fails, and what the new owner wrote is there."""
    bucket, told = Bucket(url), list[str]()
    asleep = owned(bucket)
    taken = take(bucket, ID, holder("b"), told.append)
    assert taken is not None
    assert taken[0].head.epoch == 2
    assert "gives no sign of life" in told[0]
    with pytest.raises(Stale):
        asleep.swap(asleep.head)
    there = look(bucket, ID)
    assert there is not None
    assert there[0].holder == holder("b")


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("hours", [-1, 1, 24 * 365])
def test_no_clock_is_compared(url: str, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is off by hours, or jumps, neither takes a live owner's session nor keeps a dead one's."""
    bucket = Bucket(url)
    mine = owned(bucket)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)
    taken = take(bucket, ID, holder("b"))
    assert taken is not None
    monkeypatch.setattr(time, "time", real)
    with pytest.raises(Stale):
        mine.swap(mine.head)


def test_a_working_copys_own_session_is_taken_at_once(url: str) -> None:
    """A machine whose run was killed goes on at once: its lock proves that the earlier process is gone."""
    bucket = Bucket(url)
    owned(bucket)
    began = time.monotonic()
    taken = take(bucket, ID, holder("a"))
    assert taken is not None
    assert taken[0].head.epoch == 2
    assert time.monotonic() - began < ownership.SILENCE_SECONDS


def test_a_swap_whose_answer_is_lost_for_good_is_still_the_owners(url: str, s3: FaultyS3) -> None:
    """An owner that never learnt that its swap was carried out goes on with the next one."""
    bucket = Bucket(url, patience_seconds=0.0)
    mine = owned(bucket)
    heads = head_key(ID)
    s3.fault = lambda method, key: "no answer" if method == "PUT" else "503" if heads in key else ""
    with pytest.raises(StoreDown):
        mine.swap(mine.head)
    s3.fault = lambda method, key: ""
    mine.swap(mine.head)
    there = look(bucket, ID)
    assert there is not None
    assert there[0].beat == mine.head.beat


def session(root: Path, name: str = ID) -> tuple[Path, Publisher]:
    """Make a session with a file in it and own it."""
    output = outputs.output_of(root)
    assert isinstance(output, StoreOutput)
    hidden = root / f".{name}.1.part"
    files.write_whole(hidden / "brief.json", b"{}")
    publisher = output.claim(hidden, name)
    assert publisher is not None
    os.rename(hidden, root / name)
    output.begin(publisher)
    return root / name, publisher


def test_what_is_written_is_there_for_others(machine: Machine) -> None:
    """Once published, a file is on another machine, byte for byte and with its time."""
    folder, publisher = session(machine("a"))
    files.write_whole(folder / "images/shot_001.png", b"a picture" * 100_000)
    files.write_whole(folder / "shots.json", b"[]")
    publisher.publish()
    there = outputs.output_of(machine("b"))
    assert there is not None
    copy = there.refresh(ID)
    assert copy is not None
    assert files.read(copy / "images/shot_001.png") == b"a picture" * 100_000
    assert files.read(copy / "shots.json") == b"[]"
    for path in ("shots.json", "images/shot_001.png", "brief.json"):
        assert (copy / path).stat().st_mtime_ns == (folder / path).stat().st_mtime_ns
    publisher.close()


def test_who_lost_a_session_publishes_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner that was taken over while it slept cannot publish, is told who has the session, and keeps its files."""
    monkeypatch.setattr(ownership, "SILENCE_SECONDS", 0.2)
    root = machine("a")
    folder, publisher = session(root)
    publisher._closing.set()
    bucket = Bucket(str(publisher.bucket.url))
    taken = take(bucket, ID, holder("b"))
    assert taken is not None
    files.write_whole(folder / "late.json", b"[]")
    with pytest.raises(SessionLost, match=r"taken over.*on b"):
        publisher.prove()
    there = look(bucket, ID)
    assert there is not None
    assert "late.json" not in there[0].tree(lambda sha256: b"")
    assert files.read(folder / "late.json") == b"[]"
    assert "taken over" in publisher.why_lost()


def test_who_has_not_heard_that_it_lost_a_session_does_not_end_well(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run whose last sign of life found out that the session is another's, and that asked for nothing since, ends
    with that line: what it did last is in no store. One that heard of it before is not told twice."""
    monkeypatch.setattr(ownership, "SILENCE_SECONDS", 0.0)
    _, mine = session(machine("a"))
    assert take(Bucket(mine.bucket.url), ID, holder("b")) is not None
    with pytest.raises(SessionLost):
        mine._show_life()
    with pytest.raises(SessionLost, match=r"taken over.*on b"):
        mine.close()
    assert mine.why_lost()
    mine.close()


def test_a_run_that_lost_its_session_ends_as_lost_and_not_as_stopped(machine: Machine) -> None:
    """Between two pieces of work, too, the loss is told as what it is: nobody pressed Ctrl-C, so it does not end with
    130."""
    _, mine = session(machine("a"))
    control = RunControl("film resume x", why_lost=mine.why_lost)
    control.check_running()
    assert take(Bucket(mine.bucket.url), ID, replace(holder("b"), copy=mine._ownership.head.holder.copy)) is not None
    with pytest.raises(SessionLost):
        mine._show_life()
    with pytest.raises(SessionLost, match=r"taken over.*; go on with: film resume x") as told:
        control.check_running()
    assert told.value.exit_code == 1
