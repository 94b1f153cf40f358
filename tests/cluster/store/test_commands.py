"""Laws of the commands on a store: they say whose session it is, name the store by its URL, and fail in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from blocks.offline.crew import offline_crew
from studio.checks.machine import machine_checks
from studio.fs import files
from studio.object_storage import collector, ownership, working_copy
from studio.object_storage.bucket import Bucket
from studio.object_storage.head import Head, Holder, head_key
from studio.store.folders import output_folder, session_folder
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import filmed, opened
from tests.support.servers.s3 import FaultyS3
from tests.support.sessions.opened import opened_session
from tests.support.sessions.sessions_command import run

Machine = Callable[[str], Path]
NOW = "2026-11-30T12:00:00"
ELSEWHERE = Holder("render-7", 4711, "2026-11-30T19:02:11", "another-copy")


@pytest.fixture
def film(machine: Machine) -> str:
    """A session whose plans are written, and its id."""
    folder = opened(machine("a").parent)
    filmed(folder, fake_crew(Log()), until="shots")
    return folder.name


def test_a_film_that_is_not_here_is_said_to_be_in_the_store(
    url: str, machine: Machine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No path of this machine is given for a film whose bytes are elsewhere: but the line that fetches it."""
    monkeypatch.setattr(working_copy, "SMALL_BYTES", 200)
    folder = opened(machine("a").parent)
    filmed(folder, fake_crew(Log()))
    machine("b")
    out = run(capsys, "view", folder.name, "--output", url)[1]
    assert f"{url}/sessions/{folder.name}/film.mp4" in out
    assert f"sessions pull {folder.name} {url}" in out
    assert str(folder.parents[3]) not in out


def test_a_cache_that_cannot_be_is_named(
    url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place for working copies that cannot be written is named by its variable; --output was right."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("FILM_CACHE", str(tmp_path / "file"))
    assert "FILM_CACHE" in run(capsys, "list", "--output", url)[2]


def test_a_list_says_who_works_on_what(
    film: str, url: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A session on which a machine works is 'running' in the list, with the process, its machine, and since when."""
    bucket = Bucket(url)
    mine = ownership.take(bucket, film, ELSEWHERE)
    assert mine is not None
    machine("b")
    code, out, _ = run(capsys, "list", "--output", url)
    assert code == 0
    assert out.startswith("running")
    assert "by pid 4711 on render-7 since 2026-11-30 19:02:11" in out
    (told,) = json.loads(run(capsys, "list", "--json", "--output", url)[1])
    assert told["held_by"] == "by pid 4711 on render-7 since 2026-11-30 19:02:11"


def test_a_held_session_is_not_repaired(
    film: str, url: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that would change it says who works on it, and changes nothing."""
    mine = ownership.take(Bucket(url), film, ELSEWHERE)
    assert mine is not None
    machine("b")
    code, _, err = run(capsys, "repair", film, "--yes", "--output", url)
    assert code == 2
    assert "by pid 4711 on render-7" in err


def test_a_session_that_is_not_there_is_named_with_its_store(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No folder of this machine is named where a person named a store."""
    code, _, err = run(capsys, "view", "session_20250208_002238", "--output", url)
    assert code == 2
    assert url in err
    assert "sessions list --output s3://" in err
    code, out, _ = run(capsys, "list", "--output", url)
    assert (code, url in out) == (0, True)


def test_gc_collects_what_no_session_names(
    film: str, url: str, machine: Machine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sessions gc` on a store tells what nothing names, asks, and moves it to the trash first."""
    monkeypatch.setattr(collector.survey, "__defaults__", (timedelta(seconds=-60),))
    bucket = Bucket(url)
    bucket.put("blobs/" + "0" * 64, b"x" * 5_000)
    code, out, _ = run(capsys, "gc", "--output", url)
    assert code == 0
    assert "Nothing in the store was removed" in out
    code, out, _ = run(capsys, "gc", "--yes", "--output", url)
    assert code == 0
    assert bucket.get("blobs/" + "0" * 64) is None
    assert bucket.get("trash/" + "0" * 64) is not None
    assert run(capsys, "view", film, "--output", url)[0] == 0


def test_a_damaged_head_is_one_line_and_stays(
    film: str, url: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A head that somebody damaged is refused, by list left out, and never written over; nothing is collected then."""
    bucket = Bucket(url)
    bucket.put(head_key(film), b'{"format": 1, "folders": {"../..": {}}}')
    machine("b")
    code, _, err = run(capsys, "view", film, "--output", url)
    assert (code, err.count("\n")) == (2, 1)
    assert "is damaged" in err
    assert run(capsys, "list", "--output", url)[0] == 0
    assert run(capsys, "gc", "--yes", "--output", url)[0] == 2
    found = bucket.get(head_key(film))
    assert found is not None
    assert b"../.." in found.content


def test_the_doctor_probes_the_store(url: str, s3: FaultyS3, machine: Machine) -> None:
    """`film doctor` says whether a store can keep sessions, and what to do about one that cannot."""
    machine("a")

    def verdict() -> tuple[str, str]:
        checks = machine_checks(output_folder(url), offline_crew().narrator)
        return next((each.verdict, each.found) for each in checks if each.name == "store")

    s3.fault = lambda method, key: "no conditions"
    assert verdict()[0] == "wrong"
    assert "cannot keep sessions" in verdict()[1]
    s3.fault = lambda method, key: ""
    assert verdict()[0] == "ok"


def test_a_content_that_the_store_lost_is_told(
    film: str, url: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A content that is gone, or is not what its name says, is one line that names the file; it is not used."""
    bucket = Bucket(url)
    head = ownership.look(bucket, film)
    assert head is not None
    tree = Head.tree(head[0], lambda sha256: b"")
    for content in (None, b"{}"):
        key = f"blobs/{tree['shots.json'].sha256}"
        bucket.delete([key])
        if content is not None:
            bucket.put(key, content)
        machine(f"b-{content!r}")
        code, _, err = run(capsys, "view", film, "--output", url)
        assert code == 1
        assert "shots.json" in err


def test_a_hand_edit_in_the_working_copy_is_published(film: str, machine: Machine) -> None:
    """What a person changes in the working copy is noticed at the next opening, and is everywhere then."""
    root = machine("a")
    files.write_whole(root / film / "notes.txt", b"by hand")
    opened_session(root / film, fake_crew(Log()), at=NOW).close(NOW)
    assert files.read(session_folder(machine("b"), film) / "notes.txt") == b"by hand"
