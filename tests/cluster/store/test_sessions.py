"""Laws of a session in a store: any machine sees it, works on it, pays for nothing twice; nothing is fetched idly."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from studio.billing.calls import read_calls
from studio.checks.verify import verify
from studio.directing.director import direct
from studio.directing.edits import Redo, redo
from studio.errors import CallCutOff, SessionLocked, SessionLost, StoreDown
from studio.fs import absent, files
from studio.model.engines import Crew
from studio.object_storage import outputs, ownership, publisher, working_copy
from studio.object_storage.bucket import Bucket
from studio.object_storage.head import Holder
from studio.object_storage.store_output import StoreOutput
from studio.sessions.find_or_make import open_new
from studio.status.listing import listings
from studio.status.report import read_report
from studio.store import lock
from studio.store.folders import session_folder, session_folders
from studio.store.session_names import find_session
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import OPTIONS, PaidPainter, film_open, filmed, opened, paid_crew
from tests.support.servers.s3 import FaultyS3
from tests.support.sessions.opened import opened_session
from tests.support.sessions.sessions_command import run

Machine = Callable[[str], Path]
NOW = "2026-11-30T12:00:00"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a silent owner count as gone after a second, and changes be published at once."""
    monkeypatch.setattr(ownership, "SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(ownership, "LOOK_SECONDS", 0.05)
    for module in (ownership, publisher):
        monkeypatch.setattr(module, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(publisher, "GROUP_SECONDS", 0.05)


def output(root: Path) -> StoreOutput:
    found = outputs.output_of(root)
    assert found is not None
    return found


def crew() -> Crew:
    return fake_crew(Log())


def made(root: Path, hands: Crew | None = None, until: str = "film") -> Path:
    """Make a session, and of its film what comes before `until`, on the present machine."""
    folder = opened(root.parent)
    filmed(folder, hands or crew(), until=until)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the film's pieces."""
    places = ["film.mp4", "score.wav", *(f"images/{name}" for name in files.names(folder / "images") if ".png" in name)]
    return {path: files.read(folder / path) for path in places}


def fetched(s3: FaultyS3) -> int:
    """Return how many bytes of media were fetched since the last call."""
    total = sum(each.sent for each in s3.seen if each.method == "GET" and "/blobs/" in each.key and each.sent > 65_536)
    s3.seen.clear()
    return total


def other_holder() -> Holder:
    return Holder("host-b", 1, NOW, "another-copy")


def test_a_film_is_whole_on_every_machine(machine: Machine) -> None:
    """What one machine made another lists as done, verifies, and has byte for byte."""
    here = made(machine("a"))
    before = contents(here)
    root = machine("b")
    (line,) = listings(root)
    assert (line.session_id, line.state) == (here.name, "done")
    folder = session_folder(root, here.name)
    assert [each for each in verify(folder) if each.what != "no record"] == []
    assert contents(folder) == before


def test_another_machine_goes_on(machine: Machine) -> None:
    """A film that one machine began another finishes: it makes what is missing, and nothing that is there."""
    here = made(machine("a"), until="images")
    root = machine("b")
    folder = session_folder(root, here.name)
    before = {path: files.read(here / path) for path in ("images/shot_001.png", "narration/shot_001.wav")}
    log = Log()
    filmed(folder, fake_crew(log))
    assert {path: files.read(folder / path) for path in before} == before
    assert {kind for kind, _ in log.calls} == {"video"}
    assert listings(root)[0].state == "done"


def test_who_looks_fetches_no_media(machine: Machine, s3: FaultyS3) -> None:
    """On an empty machine list, view and plan fetch no picture, clip, line or film."""
    here = made(machine("a"))
    root = machine("b")
    s3.seen.clear()
    assert len(listings(root)) == 1
    folder = session_folder(root, here.name)
    report = read_report(folder, root.parent)
    assert report.state == "done"
    assert fetched(s3) == 0


def test_a_redo_fetches_only_what_its_cut_reads(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another picture for one shot fetches the other shots' clips and lines for the cut, but none of their pictures."""
    # The fake crew's pieces are small ones.
    monkeypatch.setattr(working_copy, "SMALL_BYTES", 200)
    here = made(machine("a"))
    folder = session_folder(machine("b"), here.name)
    assert len(files.names(here / "videos")) >= 4
    direct(folder, redo(Redo(), (1,)), "redo", "redo the image of shot 1", NOW, print)
    filmed(folder, crew(), run_id="b")
    media = [path for path, _ in working_copy.published(folder) if path.endswith((".png", ".mp4", ".wav"))]
    not_here = {path for path in media if absent.is_absent((folder / path).stat())}
    pictures = {path for path in media if path.startswith("images/")}
    assert pictures & not_here == pictures - {"images/shot_001.png"}
    assert [path for path in not_here if path.startswith("videos/")] == []


def test_a_live_session_is_locked_for_others(machine: Machine) -> None:
    """While one machine works on a session, another is told who does, where and since when, and changes nothing."""
    root = machine("a")
    folder = opened(root.parent)
    session = opened_session(folder, crew(), at=NOW)
    try:
        there = output(root).holder(folder.name)
        assert there is None, "to this machine it is its own"
        store = output(root)
        with pytest.raises(SessionLocked, match=r"by pid \d+ on .* since"):
            ownership.take(store.bucket, folder.name, other_holder())
    finally:
        session.close(NOW)


# --- money ------------------------------------------------------------------------------------------


def test_an_intent_is_published_before_its_request_is_sent(machine: Machine, url: str) -> None:
    """When the vendor is asked, every machine can see in the store that it is, and what it may cost."""
    seen: list[set[str]] = []
    root = machine("a")

    def refuses(prompt: str) -> None:
        there = ownership.look(Bucket(url), folder.name)
        assert there is not None
        tree = there[0].tree(output(root).content)
        seen.append({path for path in tree if path.startswith("calls/")})

    folder = opened(root.parent)
    filmed(folder, paid_crew(PaidPainter(refuses=refuses)), until="images")
    assert seen
    for count, calls in enumerate(seen, start=1):
        assert len([path for path in calls if path.endswith(".json")]) == count


def test_who_lost_a_session_sends_nothing(machine: Machine) -> None:
    """An owner that another machine took over, and that does not know it yet, asks no vendor."""
    root, painter = machine("a"), PaidPainter()
    folder = opened(root.parent)
    session = opened_session(folder, paid_crew(painter), at=NOW)
    film_open(session, "shots")
    asleep = output(root).publisher_of(folder)
    assert asleep is not None
    asleep._closing.set()
    for thread in asleep._threads:
        thread.join()
    taken = ownership.take(output(root).bucket, folder.name, other_holder())
    assert taken is not None
    with pytest.raises(SessionLost, match="host-b"):
        film_open(session, "images")
    assert painter.asked == []
    session.close(NOW)
    assert read_calls(folder) == []


def test_an_answer_that_came_too_late_is_adopted(machine: Machine) -> None:
    """An answer that came to an owner who had lost the session is kept, and the next owner pays for nothing."""
    root = machine("a")
    told: dict[str, object] = {}

    def refuses(prompt: str) -> None:
        # In the middle of the call another machine takes over, as if this one had been cut off.
        if "taken" in told:
            return
        asleep = output(root).publisher_of(folder)
        assert asleep is not None
        asleep._closing.set()
        for thread in asleep._threads:
            thread.join()
        taken = ownership.take(output(root).bucket, folder.name, other_holder())
        assert taken is not None
        taken[0].swap(replace(taken[0].head, released=True))
        told["taken"] = True

    painter = PaidPainter(refuses=refuses)
    folder = opened(root.parent)
    session = opened_session(folder, paid_crew(painter), at=NOW)
    with pytest.raises(SessionLost):
        film_open(session, "images")
    session.close(NOW)
    assert len(painter.asked) == 1
    first = painter.asked[0]
    there = session_folder(machine("b"), folder.name)
    second = PaidPainter()
    filmed(there, paid_crew(second), until="images", run_id="b")
    assert first not in second.asked
    paid = [call for call in read_calls(there) if call.state == "done"]
    assert len(paid) == len(second.asked) + 1


def test_a_call_cut_off_on_another_machine_is_asked_about(machine: Machine) -> None:
    """A call whose machine is gone, with its answer, is not made again without consent."""
    root = machine("a")

    def gone(prompt: str) -> None:
        raise KeyboardInterrupt

    folder = opened(root.parent)
    session = opened_session(folder, paid_crew(PaidPainter(refuses=gone)), at=NOW)
    asleep = output(root).publisher_of(folder)
    assert asleep is not None
    with pytest.raises(KeyboardInterrupt):
        film_open(session, "images")
    asleep._closing.set()
    for thread in asleep._threads:
        thread.join()
    there = session_folder(machine("b"), folder.name)
    with pytest.raises(CallCutOff, match="may be billed"):
        filmed(there, paid_crew(PaidPainter()), until="images", run_id="b")


# --- stores that fail -------------------------------------------------------------------------------


def test_a_film_waits_for_its_store(machine: Machine, s3: FaultyS3) -> None:
    """A store that is down for a while in the middle of a film costs time and nothing else; a person is told."""
    root, told = machine("a"), list[str]()
    folder = opened(root.parent)
    session = opened_session(folder, crew(), told.append, at=NOW)
    down = threading.Event()
    down.set()
    s3.fault = lambda method, key: "503" if down.is_set() else ""
    up_again = threading.Timer(2.0, down.clear)
    up_again.start()
    film_open(session)
    session.close(NOW)
    up_again.join()
    assert any("does not answer" in line for line in told)
    assert any("answers again" in line for line in told)
    assert listings(machine("b"))[0].state == "done"


def test_a_store_that_stays_down_loses_nothing(machine: Machine, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be published is on the machine, is said in one line, and is published by the next run there."""
    monkeypatch.setenv("FILM_STORE_PATIENCE", "0")
    root = machine("a")
    folder = opened(root.parent)
    session = opened_session(folder, crew(), at=NOW)
    film_open(session, "shots")
    s3.fault = lambda method, key: "503"
    film_open(session)
    with pytest.raises(StoreDown, match="nothing is lost"):
        session.close(NOW)
    s3.fault = lambda method, key: ""
    filmed(folder, crew(), run_id="b")
    assert contents(session_folder(machine("b"), folder.name)) == contents(folder)


# --- names and ids ----------------------------------------------------------------------------------


def test_ids_of_two_machines_never_collide(machine: Machine) -> None:
    """Sessions that are begun in one second on machines that know nothing of each other have two ids."""
    found = []
    for name in ("a", "b", "c"):
        folder, held = open_new(machine(name), "x", OPTIONS, lambda: 3, datetime(2026, 1, 1), "0")
        held.release()
        found.append(folder.name)
    assert found == ["session_20260101_000000", "session_20260101_000001", "session_20260101_000002"]
    assert [folder.name for folder in session_folders(machine("d"))] == sorted(found, reverse=True)


def test_a_name_finds_its_session_on_every_machine(machine: Machine) -> None:
    """A session is found by its name on a machine that has never seen it."""
    root = machine("a")
    files.make_folder(root)
    with lock.alone(root):
        folder, held = open_new(root, "x", OPTIONS, lambda: 3, datetime(2026, 1, 1), "0", name="Episode-12")
        held.release()
    assert find_session(machine("b"), "episode-12").name == folder.name


def test_one_machine_at_a_time_is_alone(machine: Machine, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one machine opens a session by name, another that wants to waits, and gives up in one line."""
    monkeypatch.setattr(lock, "ALONE_SECONDS", 0.2)
    first = output(machine("a"))
    with first.alone(1):
        root = machine("b")
        files.make_folder(root)
        with pytest.raises(SessionLocked), lock.alone(root):
            pass
    with lock.alone(root):
        pass


# --- push and pull ----------------------------------------------------------------------------------


@pytest.fixture
def plain(tmp_path: Path, machine: Machine) -> tuple[Path, str]:
    """A plain output folder with a film in it, and its id."""
    machine("a")
    folder = opened(tmp_path / "plain")
    filmed(folder, crew())
    return tmp_path / "plain", folder.name


def test_a_session_is_pushed_edited_elsewhere_and_pulled(
    plain: tuple[Path, str], url: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was pushed is pulled on another machine whole; what is changed there comes back by a push and a pull."""
    place, session_id = plain
    assert run(capsys, "push", session_id, url, "--output", str(place))[0] == 0
    machine("b")
    other = place.with_name("other")
    assert run(capsys, "pull", session_id, url, "--output", str(other))[0] == 0
    there, here = other / "sessions" / session_id, place / "sessions" / session_id
    assert contents(there) == contents(here)
    files.write_whole(there / "notes.txt", b"by hand")
    assert run(capsys, "push", session_id, url, "--output", str(other))[0] == 0
    assert run(capsys, "pull", session_id, url, "--output", str(place))[0] == 0
    assert files.read(here / "notes.txt") == b"by hand"
    code, out, _ = run(capsys, "push", session_id, url, "--output", str(place))
    assert (code, "0 of them" in out) == (0, True)


def test_a_push_undoes_nothing_of_others(
    plain: tuple[Path, str], url: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """What another machine published since the pull is not replaced, unless --over says so; neither is a pull's."""
    place, session_id = plain
    run(capsys, "push", session_id, url, "--output", str(place))
    other, here = place.with_name("other"), place / "sessions" / session_id
    run(capsys, "pull", session_id, url, "--output", str(other))
    files.write_whole(other / "sessions" / session_id / "notes.txt", b"theirs")
    run(capsys, "push", session_id, url, "--output", str(other))
    files.write_whole(here / "notes.txt", b"mine")
    code, _, err = run(capsys, "push", session_id, url, "--output", str(place))
    assert code == 2
    assert "has changed there since it was pulled" in err
    code, _, err = run(capsys, "pull", session_id, url, "--output", str(place))
    assert code == 2
    assert "never pushed" in err
    assert files.read(here / "notes.txt") == b"mine"
    assert run(capsys, "pull", session_id, url, "--over", "--output", str(place))[0] == 0
    assert files.read(here / "notes.txt") == b"theirs"
    assert files.read(here / "takes/unpublished/notes.txt") == b"mine"


def test_what_is_not_here_is_not_pushed(
    machine: Machine, s3: FaultyS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder copied out of a working copy, whose bytes are in its own store only, is not pushed into another one."""
    monkeypatch.setattr(working_copy, "SMALL_BYTES", 200)
    here = made(machine("a"))
    copy = session_folder(machine("b"), here.name)
    shutil.copytree(copy, tmp_path / "copied" / "sessions" / here.name)
    other = f"s3://{s3.behind.new_bucket()}/other"
    code, _, err = run(capsys, "push", here.name, other, "--output", str(tmp_path / "copied"))
    assert code == 2
    assert "sessions pull" in err
    assert list(Bucket(other).entries("heads/")) == []


def test_a_pull_brings_every_file_whole(
    machine: Machine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pulled over a folder that was copied out of a working copy, a session is whole there; before, reading it is one
    line that says how."""
    monkeypatch.setattr(working_copy, "SMALL_BYTES", 200)
    here = made(machine("a"))
    before = contents(here)
    copied = tmp_path / "copied" / "sessions" / here.name
    shutil.copytree(session_folder(machine("b"), here.name), copied)
    absent.fetched_by(None)
    code, _, err = run(capsys, "verify", here.name, "--output", str(tmp_path / "copied"))
    assert (code, "sessions pull" in err) == (2, True)
    assert run(capsys, "pull", here.name, url, "--over", "--output", str(tmp_path / "copied"))[0] == 0
    assert contents(copied) == before
    assert not any(absent.is_absent(there) for _, there in working_copy.published(copied))
    assert run(capsys, "verify", here.name, "--output", str(tmp_path / "copied"))[0] == 0


# --- many sessions ----------------------------------------------------------------------------------


def test_a_list_asks_for_what_changed_only(machine: Machine, s3: FaultyS3) -> None:
    """A second list of thirty sessions takes two requests, whatever the sessions hold; one that changed, one more."""
    root = machine("a")
    for second in range(30):
        _, held = open_new(root, f"idea {second}", OPTIONS, lambda: 3, datetime(2026, 1, 1, 0, 0, second), "0")
        held.release()
    root = machine("b")
    assert len(listings(root)) == 30
    s3.seen.clear()
    assert len(listings(root)) == 30
    assert len(s3.seen) == 2
    folder = session_folder(root, "session_20260101_000007")
    filmed(folder, crew(), until="shots")
    s3.seen.clear()
    assert len(listings(root)) == 30
    assert len(s3.seen) == 3


def test_the_index_is_a_projection(machine: Machine, url: str) -> None:
    """Whatever befalls the index, the list is the same."""
    root = machine("a")
    for second in range(12):
        _, held = open_new(root, f"idea {second}", OPTIONS, lambda: 3, datetime(2026, 1, 1, 0, 0, second), "0")
        held.release()
    before = listings(root)
    bucket = Bucket(url)
    for content in (b"", b"[]", b'{"session_20260101_000000": {"tag": "x", "line": {"idea": "lie"}}}', b"\xff"):
        bucket.put("index.json", content)
        assert listings(root) == before
    bucket.delete(["index.json"])
    assert listings(root) == before
