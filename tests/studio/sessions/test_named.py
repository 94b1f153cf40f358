"""A film by its name: one film however often it is asked for, and a name that nothing leaves claimed."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import string
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from studio.errors import BadInput, Contradiction, Interrupted, NoSuchSession, SessionLocked
from studio.model.brief import FilmOptions
from studio.sessions.find_or_make import open_new
from studio.sessions.named import NamedAsk, await_named, finished_film, rename_session
from studio.sessions.opening import FilmRequest, open_session
from studio.sessions.session import Session
from studio.store import lock
from studio.store.brief import read_brief
from studio.store.run_card import RunCard
from studio.store.session_names import check_name, find_session, is_a_name, name_of, session_named
from tests.support.disk_cuts import ended, in_child, killed_at
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import film_open
from tests.support.sampled import sampled

NOW = datetime(2026, 1, 2, 3, 4, 5, 678)
IDEA = "A lighthouse keeper finds a letter"
NAME = "episode-12"
OPTIONS = FilmOptions(seconds=4, shot_seconds=2, height=144, music=False, seed=3)


def enlisted(output: Path, run: str = "0a", log: Log | None = None, **more: Any) -> Session:
    """Open the session of a name as a run does; `more` are fields of the request."""
    asked = {"idea": IDEA, "options": OPTIONS, "name": NAME, **more}
    started = datetime.now().isoformat(timespec="seconds")
    card = RunCard(flow_run_id=run, pid=os.getpid(), host=socket.gethostname(), started_at=started, version="0")
    request = FilmRequest(output=output, **asked)
    session, _ = open_session(request, card, lambda _: fake_crew(log or Log()), lambda _: None, lambda: 3, NOW)
    return session


def make(output: Path, run: str, log: Log, until: str = "film") -> str:
    """Do what a call does that asks for a film by name; return the id of its session."""
    ask = NamedAsk(NAME, IDEA, OPTIONS)
    there = await_named(output / "sessions", ask, lambda _: None, str)
    if there is not None:
        return there.name
    session = enlisted(output, run, log)
    try:
        film_open(session, until)
    finally:
        session.close(datetime.now().isoformat(timespec="seconds"))
    return session.id


# --- names ----------------------------------------------------------------------------------------


def test_which_words_are_names() -> None:
    """Letters, digits, '.', '_' and '-', 64 at the most; no path, no option, no id, whatever is drawn."""
    draw = random.Random(5)
    fine = string.ascii_letters + string.digits
    for _ in range(400):
        name = draw.choice(fine) + "".join(draw.choice(fine + "._-") for _ in range(draw.randrange(64)))
        assert check_name(name) == name
    wrong = ["", ".", "..", ".a", "-a", "_a", "a/b", "../a", "a b", "a\n", "a\0b", "é", "a" * 65, "a:b", "a\u0661"]
    wrong += ["session_20250208_002238", "Session_20250208_002238", "SESSION_20250208_002238"]
    for _ in range(300):
        at, sign = draw.randrange(10), chr(draw.choice([*range(1, 45), 47, *range(58, 65), *range(123, 0x2FFF)]))
        wrong.append("abcdefghij"[:at] + sign + "abc")
    for name in wrong:
        with pytest.raises(BadInput) as refused:
            check_name(name)
        assert "\n" not in str(refused.value)


def test_a_brief_without_a_name_stays_as_it_was(tmp_path: Path) -> None:
    """The key is there only if there is a name; taking the name away gives the same bytes as never having had one."""
    folder, held = open_new(tmp_path, IDEA, OPTIONS, lambda: 3, NOW, "0")
    held.release()
    before = (folder / "brief.json").read_bytes()
    assert "name" not in json.loads(before)
    assert rename_session(tmp_path, folder, NAME) == ""
    assert json.loads((folder / "brief.json").read_bytes())["name"] == NAME
    assert rename_session(tmp_path, folder, "") == NAME
    assert (folder / "brief.json").read_bytes() == before


def test_a_name_stands_for_its_session(tmp_path: Path) -> None:
    """Case does not matter; an id wins; a copy brings its name, and then both ids are told."""
    folder, held = open_new(tmp_path, IDEA, OPTIONS, lambda: 3, NOW, "0", name="Episode-12")
    held.release()
    assert find_session(tmp_path, NAME) == find_session(tmp_path, folder.name) == folder
    assert is_a_name(tmp_path, "EPISODE-12")
    assert not is_a_name(tmp_path, "A film about a boat")
    with pytest.raises(NoSuchSession, match="no session in"):
        find_session(tmp_path, "episode-13")
    with pytest.raises(NoSuchSession, match="is not a session id"):
        find_session(tmp_path, "../episode-12")
    copy = tmp_path / "session_20990101_000000"
    shutil.copytree(folder, copy)
    with pytest.raises(BadInput, match=f"{copy.name} and {folder.name}"):
        find_session(tmp_path, NAME)
    rename_session(tmp_path, copy, "pilot")
    assert find_session(tmp_path, NAME) == folder
    with pytest.raises(BadInput, match=f"is the name of {folder.name}"):
        rename_session(tmp_path, copy, "EPISODE-12")
    rename_session(tmp_path, folder, "EPISODE-12")
    assert name_of(folder) == "EPISODE-12"


def test_a_session_at_work_is_not_renamed(tmp_path: Path) -> None:
    """While a run holds the session its name stays."""
    folder, held = open_new(tmp_path, IDEA, OPTIONS, lambda: 3, NOW, "0", name=NAME)
    with pytest.raises(SessionLocked):
        rename_session(tmp_path, folder, "pilot")
    held.release()
    assert name_of(folder) == NAME


# --- one ask, one film ----------------------------------------------------------------------------

OTHERS: dict[str, list[Any]] = {
    "seconds": [5.0, 8.5, 3600.0],
    "shot_seconds": [1.0, 2.5],
    "aspect": ["9:16", "1:1"],
    "height": [146, 2160],
    "fps": [25, 30],
    "style": ["noir", ""],
    "captions": ["burned", "off"],
    "music": [True],
    "seed": [None, 4],
    "script": ["INT. A ROOM\n\nHello."],
    "crew": ["openai"],
    "crew_settings": [{"painter": "openai"}],
}


def test_another_ask_is_refused_by_what_differs(tmp_path: Path) -> None:
    """Whatever options differ are named, each and no other; so is the idea; nothing is changed."""
    enlisted(tmp_path).store.release()
    (folder,) = (tmp_path / "sessions").iterdir()
    before, draw = (folder / "brief.json").read_bytes(), random.Random(3)
    for number in range(200):
        names = draw.sample(sorted(OTHERS), draw.randrange(0, 4))
        changed = {name: draw.choice(OTHERS[name]) for name in names}
        options = FilmOptions.model_validate({**OPTIONS.model_dump(), **changed})
        idea = draw.choice([IDEA, "Another"])
        asks = {name for name in type(options).model_fields if getattr(options, name) != getattr(OPTIONS, name)}
        if not asks and idea == IDEA:
            enlisted(tmp_path, f"b{number}").store.release()
            continue
        with pytest.raises(Contradiction) as refused:
            enlisted(tmp_path, f"b{number}", idea=idea, options=options)
        told = str(refused.value)
        assert "\n" not in told
        assert "take another name" in told
        listed = told.partition("(")[2].partition("): take")[0]
        assert {part.split(".")[0].split(" ")[0] for part in listed.split("; ")} == asks | (
            {"idea"} if idea != IDEA else set()
        )
    assert (folder / "brief.json").read_bytes() == before
    assert [*(tmp_path / "sessions").iterdir()] == [folder]


def test_an_unfinished_film_goes_on_and_a_finished_one_is_there(tmp_path: Path) -> None:
    """The second call goes on with what the first one left; the third makes nothing, and says where the film is."""
    log = Log()
    first = enlisted(tmp_path, "a", log)
    film_open(first, until="images")
    first.close("2026-01-01T00:00:00")
    assert await_named(tmp_path / "sessions", NamedAsk(NAME, IDEA, OPTIONS), lambda _: None, str) is None
    painted = log.count("image")
    assert make(tmp_path, "b", log) == first.id
    assert log.count("image") == painted
    calls = len(log.calls)
    assert make(tmp_path, "c", log) == first.id
    assert len(log.calls) == calls
    film = first.folder / "film.mp4"
    whole = film.read_bytes()
    film.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert finished_film(first.folder) is None


@sampled(("calls", "until"), [(6, "images"), (20, "film")])
def test_calls_at_once_make_one_film(tmp_path: Path, calls: int, until: str) -> None:
    """Of so many processes that begin in the same moment one makes the film; all end with the same session."""
    path, gate = tmp_path / "calls.log", tmp_path / "gate"

    def call(number: int) -> None:
        while not gate.exists():
            time.sleep(0.001)
        log = Log(path)
        found = make(tmp_path, f"a{number}", log, until)
        (tmp_path / f"{number}.id").write_text(found)

    pids = [in_child(lambda number=number: call(number)) for number in range(calls)]  # type: ignore[misc]
    gate.touch()
    assert [ended(pid) for pid in pids] == [0] * calls
    (folder,) = (tmp_path / "sessions").iterdir()
    assert {(tmp_path / f"{number}.id").read_text() for number in range(calls)} == {folder.name}
    begun = [line for line in path.read_text().splitlines() if " begin " in line]
    shots = len(json.loads((folder / "shots.json").read_text()))
    assert len(begun) == len({*begun})
    clips = shots if until == "film" else 0
    assert [sum(line.startswith(kind) for line in begun) for kind in ("story", "image", "video")] == [1, shots, clips]


@sampled("step", [17, 1])
def test_a_claim_survives_a_kill_at_every_operation(tmp_path: Path, step: int) -> None:
    """Wherever the first call is killed, the next one gets the name, and one session has it."""
    for at in range(0, 500, step):
        output = tmp_path / str(at)
        cut = killed_at(at, lambda output=output: enlisted(output, "a"))  # type: ignore[misc]
        session = enlisted(output, "b")
        session.store.release()
        assert [folder.name for folder in (output / "sessions").iterdir()] == [session.id]
        assert session_named(output / "sessions", NAME) == session.folder
        shutil.rmtree(output)
        if not cut:
            break
    assert 10 < at < 490


@sampled("step", [5, 1])
def test_a_rename_is_whole_at_every_operation(tmp_path: Path, step: int) -> None:
    """Wherever a rename is killed, the session has the one name or the other, and can be renamed again."""
    for at in range(0, 100, step):
        root = tmp_path / str(at)
        folder, held = open_new(root, IDEA, OPTIONS, lambda: 3, NOW, "0", name="one")
        held.release()
        cut = killed_at(at, lambda root=root, folder=folder: rename_session(root, folder, "two"))  # type: ignore[misc]
        assert name_of(folder) == read_brief(folder).name
        assert name_of(folder) in ("one", "two")
        rename_session(root, folder, "three")
        assert name_of(folder) == "three"
        if not cut:
            break
    assert 5 < at < 95


def test_a_call_waits_and_tells_who_works(tmp_path: Path) -> None:
    """A film in the making is waited for: one line with the pid; then what was left is gone on with."""
    holder = enlisted(tmp_path, "a")
    told: list[str] = []
    looks = 0

    def why_stopped() -> str:
        nonlocal looks
        looks += 1
        if looks == 3:
            holder.close("2026-01-01T00:00:00")
        return ""

    ask = NamedAsk(NAME, IDEA, OPTIONS)
    assert await_named(tmp_path / "sessions", ask, told.append, why_stopped) is None
    assert looks == 3
    (line,) = told
    assert f"by pid {os.getpid()} on {socket.gethostname()} since" in line


def test_waiting_ends_when_the_run_may_not_go_on(tmp_path: Path) -> None:
    """A run that is cancelled stops waiting, and leaves everything as it is."""
    holder = enlisted(tmp_path, "a")
    with pytest.raises(Interrupted, match="this run is Cancelling"):
        await_named(
            tmp_path / "sessions", NamedAsk(NAME, IDEA, OPTIONS), lambda _: None, lambda: "this run is Cancelling"
        )
    holder.store.release()


@pytest.mark.parametrize("terminal", [False, True])
def test_a_film_that_waits_for_a_person_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    """If its run waits for an approval, on a page or on a terminal, the call ends and says so."""
    monkeypatch.setattr("studio.sessions.named.ASKING_SECONDS", 0.1)
    holder = enlisted(tmp_path, "a")
    if terminal:
        asked = {"asked_for": "images", "flow_run_id": "a", "asked_at": "2026-01-01T00:00:00", "shown": []}
        holder.store.write_json("approvals.json", [asked])
    else:
        holder.card_file.wait_for("images", "2026-01-01T00:00:00")
        holder.store.release()
    with pytest.raises(SessionLocked, match="waits for an approval" if terminal else "film approve"):
        await_named(tmp_path / "sessions", NamedAsk(NAME, IDEA, OPTIONS), lambda _: None, str)
    holder.store.release()


def test_a_lock_on_the_folder_is_waited_for_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds the folder of sessions for too long is named, and nothing is opened."""
    monkeypatch.setattr(lock, "ALONE_SECONDS", 0.1)
    monkeypatch.setattr(lock, "_PATIENCE_SECONDS", 0.05)
    (tmp_path / "sessions").mkdir()
    with lock.alone(tmp_path / "sessions"), pytest.raises(SessionLocked, match="try again"):
        enlisted(tmp_path)
    assert [*(tmp_path / "sessions").iterdir()] == []
