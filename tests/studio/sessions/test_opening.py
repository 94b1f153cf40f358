"""The session store: ids, locks, choosing, asking."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput, Contradiction, NoSuchSession, SessionLocked
from studio.input.idea import check_idea
from studio.input.option_checks import film_options
from studio.model.brief import FilmOptions
from studio.model.engines import Crew
from studio.sessions.find_or_make import open_new, unfinished
from studio.sessions.opening import FilmRequest, open_session
from studio.sessions.session import Session
from studio.status.snapshot import read_snapshot
from studio.store import lock
from studio.store.folders import session_folder, sessions_root
from studio.store.run_card import RunCard
from tests.support.films.fake_crew import Log, fake_crew

NOW = datetime(2025, 2, 8, 0, 22, 38, 123456)
Enlist = Callable[..., tuple[Session, bool]]


def crew(name: str) -> Crew:
    return fake_crew(Log())


def card(run: str = "0a") -> RunCard:
    return RunCard(flow_run_id=run, pid=os.getpid(), host=socket.gethostname(), started_at=NOW.isoformat(), version="0")


@pytest.fixture
def join(tmp_path: Path) -> Enlist:
    def enlist_now(idea: str = "an idea", run: str = "0a", **more: object) -> tuple[Session, bool]:
        request = FilmRequest(idea, more.pop("options", FilmOptions()), tmp_path, **more)  # type: ignore[arg-type]  # test's own keywords
        return open_session(request, card(run), crew, lambda line: None, lambda: 7, NOW)

    return enlist_now


def test_two_sessions_opened_in_one_second_get_two_folders(tmp_path: Path) -> None:
    """Law 9: ids never collide."""
    made = [open_new(tmp_path, f"idea {n}", FilmOptions(), lambda: 1, NOW, "0") for n in range(3)]
    folders = [folder for folder, _ in made]
    for _, held in made:
        held.release()
    assert [f.name for f in folders] == [f"session_20250208_0022{s}" for s in (38, 39, 40)]
    assert json.loads((folders[0] / "brief.json").read_text())["idea"] == "idea 0"


@pytest.mark.parametrize(
    "session_id",
    [
        "../../etc",
        "/etc",
        "session_20250101_000000/..",
        "",
        "session_20250101_00000a",
        "session_20250101_000000\n",
        "x" * 9999,
    ],
)
def test_an_id_is_never_a_path(tmp_path: Path, session_id: str) -> None:
    """Law 10: ids match the pattern or are refused, in one line."""
    (tmp_path / "session_20250101_000000").mkdir()
    with pytest.raises(NoSuchSession) as caught:
        session_folder(tmp_path, session_id)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_link_is_no_session(tmp_path: Path) -> None:
    """Law 10: a link with a session's name leads nowhere."""
    (tmp_path / "real").mkdir()
    (tmp_path / "session_20250101_000000").symlink_to(tmp_path / "real")
    with pytest.raises(NoSuchSession):
        session_folder(tmp_path, "session_20250101_000000")


def test_the_same_ask_goes_on_with_the_unfinished_session(join: Enlist) -> None:
    """A run resumes an unfinished session that asks for the same film; any shaping option makes it another."""
    first, again = join(run="0a")
    first.store.release()
    assert not again
    second, again = join(run="0b")
    second.store.release()
    assert again
    assert second.id == first.id
    others: list[dict[str, object]] = [
        {"idea": "another"},
        {"options": FilmOptions(seconds=20)},
        {"options": FilmOptions(seed=7)},
        {"options": FilmOptions(style="noir")},
        {"resume": False},
    ]
    for number, other in enumerate(others):
        session, again = join(run=f"c{number}", **other)
        session.store.release()
        assert not again


def test_a_retried_flow_run_finds_its_own_session(join: Enlist) -> None:
    """A flow run that comes again needs no parameter: its card is in its session."""
    first, _ = join(run="0a")
    first.store.release()
    newer, _ = join(run="0b", resume=False)
    newer.store.release()
    session, again = join(run="0a", resume=False)
    session.store.release()
    assert again
    assert session.id == first.id


def test_a_locked_session_is_not_taken_and_says_who_holds_it(join: Enlist, tmp_path: Path) -> None:
    """Law 8: one run per session; a second one is told the pid and since when; the same request opens a new one."""
    held, _ = join()
    with pytest.raises(SessionLocked, match=rf"pid {os.getpid()} on {socket.gethostname()} since 2025-02-08 00:22:38"):
        join(session_id=held.id, idea="")
    other, again = join(run="0b")
    assert not again
    assert other.id != held.id
    assert unfinished(sessions_root(tmp_path)) == []
    held.store.release()
    other.store.release()
    assert len(unfinished(sessions_root(tmp_path))) == 2


def test_a_lock_dies_with_its_process_and_is_not_inherited(tmp_path: Path) -> None:
    """Law 8: neither a child nor a program started by the holder keeps the session locked."""
    held = lock.take(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    forked = os.fork()
    if forked == 0:
        os._exit(0 if not lock._held else 1)
    assert os.waitpid(forked, 0)[1] == 0
    assert lock.is_locked(tmp_path)
    held.release()
    try:
        assert not lock.is_locked(tmp_path)
    finally:
        child.communicate(b"\n")


def test_contradicting_options_are_named(join: Enlist) -> None:
    """Options that contradict a named session's brief are refused, naming the difference; --change applies them."""
    session, _ = join()
    session.store.release()
    with pytest.raises(Contradiction, match=r"captions is 'soft', not 'burned'"):
        join(session_id=session.id, run="b", idea="", explicit_options={"captions": "burned"})
    changed, _ = join(session_id=session.id, run="c", idea="", explicit_options={"captions": "burned"}, change=True)
    changed.store.release()
    assert changed.brief.options.captions == "burned"
    assert changed.brief.seed == session.brief.seed


@pytest.mark.parametrize("idea", ["", " ", "\n\t", "\u200b\u200b", "x" * 4001, "a\x00b", "a\x1bb", "\ud800"])
def test_ideas_that_cannot_be_used_are_refused_in_one_line(idea: str) -> None:
    """Blank, endless and control-character ideas are bad input."""
    with pytest.raises(BadInput) as caught:
        check_idea(idea)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "idea",
    [
        "<b>x</b>",
        'say "hi" to $HOME; `ls`',
        "a\nb",
        "🐋 and 🚀",
        "مرحبا بالعالم",
        "灯台守が瓶の中の手紙を見つける",
        "../../etc",
    ],
)
def test_ideas_of_every_kind_are_taken_as_they_are(idea: str) -> None:
    """Markup, quotes, newlines, emoji and every script are text."""
    assert check_idea(f"  {idea} ") == idea


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"seconds": 0}, "--seconds"),
        ({"height": 1081}, "--height"),
        ({"fps": 23}, "--fps"),
        ({"shot_seconds": float("nan")}, "--shot-seconds"),
        ({"aspect": "2:1"}, "--aspect"),
        ({"seed": -1}, "--seed"),
    ],
)
def test_options_out_of_their_limits_are_named(options: dict[str, object], name: str) -> None:
    """A wrong option is named as it is typed, with its limit and what was given, in one line."""
    with pytest.raises(BadInput) as caught:
        film_options(**options)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


@given(st.floats(4, 3600), st.sampled_from(["16:9", "9:16", "1:1", "4:3", "21:9"]), st.integers(72, 1080))
def test_frames_are_even_in_both_directions(seconds: float, aspect: str, half: int) -> None:
    """yuv420p needs even sizes, whatever the aspect."""
    width, height = film_options(seconds=seconds, aspect=aspect, height=2 * half).size
    assert width % 2 == height % 2 == 0


def test_a_film_that_is_being_made_is_said_before_another_begins(tmp_path: Path) -> None:
    """Whoever asks twice is told that the first one is still at work, and by whom."""
    told: list[str] = []

    def begin(run: str) -> Session:
        return open_session(
            FilmRequest("an idea", FilmOptions(), tmp_path), card(run), crew, told.append, lambda: 7, NOW
        )[0]

    first, second = begin("0a"), begin("0b")
    first.store.release()
    second.store.release()
    assert first.id != second.id
    assert f"pid {os.getpid()}" in told[-1]
    assert first.id in told[-1]


def test_a_card_from_the_future_is_not_the_newest_for_ever(join: Enlist) -> None:
    """A run's card is the newest, though the clock has gone back since an earlier run: its end is what counts."""
    first, _ = join(run="0a")
    first.store.release()
    old = first.folder / "runs" / "0a.json"
    os.utime(old, (time.time() + 3 * 86_400,) * 2)
    again, _ = join(run="0b", session_id=first.id, idea="")
    again.close("2025-02-08T00:30:00")
    facts = read_snapshot(first.folder)
    assert facts is not None
    assert not facts.cut_off


@pytest.mark.parametrize("content", [b"", b"{", b"[]"])
def test_a_torn_card_tells_of_no_end(join: Enlist, content: bytes) -> None:
    """Where the newest card does not read, its run counts as cut off: what it was to change may not be there."""
    session, _ = join(run="0a")
    session.close("2025-02-08T00:30:00")
    (session.folder / "runs" / "0a.json").write_bytes(content)
    facts = read_snapshot(session.folder)
    assert facts is not None
    assert facts.cut_off


def test_a_folder_that_is_a_link_is_refused(join: Enlist, tmp_path: Path) -> None:
    """Law 10: what a run writes lands in the session, not where a link leads."""
    session, _ = join(run="0a")
    session.store.release()
    (tmp_path / "away").mkdir()
    (session.folder / "images").symlink_to(tmp_path / "away")
    with pytest.raises(BadInput, match="images is a link to a folder elsewhere"):
        join(run="0b", session_id=session.id, idea="")
    assert list((tmp_path / "away").iterdir()) == []


def test_a_run_tells_at_its_start_what_of_the_script_nobody_speaks(tmp_path: Path) -> None:
    """A new session and one that goes on tell it in one line; a script that is spoken whole gives none."""
    script = "Narrator: It begins.\n\n[Visual: a wave]\n\nNarrator: It ends."
    for text, wanted in ((script, ["not spoken of the script: 1 visual note"]), ("It begins.\n\nIt ends.", [])):
        for run in ("0a", "0b"):
            told: list[str] = []
            request = FilmRequest(f"an idea of {len(text)}", FilmOptions(script=text), tmp_path)
            session, again = open_session(request, card(f"{len(text)}{run}"), crew, told.append, lambda: 7, NOW)
            session.store.release()
            assert [line.partition(";")[0] for line in told if line.startswith("not spoken")] == wanted
            assert again == (run == "0b")
