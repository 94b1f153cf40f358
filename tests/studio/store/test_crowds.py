"""However many files lie in a folder of a session: what a command does grows as they do, and there is a limit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from studio.errors import Crowded, LinkInside
from studio.forecast.forecast import forecast_session
from studio.fs import safe_open
from studio.sessions.find_or_make import sweep_abandoned
from studio.store.brief import write_brief
from studio.store.folder_walk import DEEPEST
from studio.store.takes import put_aside
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.sessions.make_sessions import brief, make_session, snapshot
from tests.support.sessions.sessions_command import ID, run
from tests.support.sessions.store_bench import SESSION, StoreBench

PLACES = {
    "takes": "a{}.json",
    "takes/images": "{:064x}.json",
    "takes/damaged": "shot_{}.png",
    "images": "shot_{:03d}.png",
    "narration": "shot_{:03d}.json",
    "videos": ".shot_{:03d}.json.next",
    "receipts": ".shots{}.json.part",
    "cast": "character_{:03d}.json",
    "calls": "images-001-{:016x}-1.json",
    "runs": "a{}.json",
    "": ".f{}.part",
    f"results/{ID}/images": "001-{}",
    f"results/{ID}/narration": "{:03d}-a",
}
"""A folder of a session, and how the files in it are named."""
COMMANDS = (
    ("list",),
    ("view", ID),
    ("cost", ID),
    ("prompts", ID),
    ("verify", ID),
    ("repair", ID),
    ("repair", ID, "--yes"),
    ("fork", ID),
    ("gc",),
    ("takes", ID),
    ("history", ID),
)


class Work:
    """What is read of a disk: files and folders that are opened, and names that are listed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done = 0
        for name in ("enter", "open_at", "found"):
            monkeypatch.setattr(safe_open, name, self._counted(getattr(safe_open, name)))
        listed = safe_open.names_in

        def names_in(handle: int, shown: str) -> list[str]:
            names = listed(handle, shown)
            self.done += len(names)
            return names

        monkeypatch.setattr(safe_open, "names_in", names_in)

    def _counted(self, function):  # type: ignore[no-untyped-def]
        def counted(*given, **named):  # type: ignore[no-untyped-def]
            self.done += 1
            return function(*given, **named)

        return counted


def _crowd(output: Path, places: Iterable[str], numbers: Iterable[int]) -> Path:
    folder = make_session(output / "sessions", ID, shots=2)
    write_brief(folder, brief())
    for place in places:
        (folder / place).mkdir(parents=True, exist_ok=True)
        for number in numbers:
            (folder / place / PLACES[place].format(number)).write_text("{}", "utf-8")
    return folder


def turns(places: Iterable[Any]) -> list[Any]:
    """Return each place with each command; every third is for `make test`: each place and each command is there."""
    pairs = product(enumerate(places), enumerate(COMMANDS))
    return [
        pytest.param(place, command, marks=[pytest.mark.thorough] * bool((number + turn) % 3))
        for (number, place), (turn, command) in pairs
    ]


@pytest.mark.parametrize(
    ("places", "command"), turns([*((place,) for place in PLACES), ("narration", f"results/{ID}/narration")])
)
def test_work_grows_as_the_files_do(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    places: tuple[str, ...],
    command: tuple[str, ...],
) -> None:
    """Four times the files are four times the work at the most, not sixteen times."""
    work, done = Work(monkeypatch), []
    for count in (40, 160):
        for path in _crowd(tmp_path, places, range(10, 10 + count)).glob("results/*/*"):
            # Long before: what changed a moment ago is read again.
            os.utime(path, (0, 0))
        work.done = 0
        assert run(capsys, *command, "--output", str(tmp_path))[0] in (0, 1)
        done.append(work.done)
        shutil.rmtree(tmp_path / "sessions")
    assert done[1] < 5 * done[0]


def test_a_shot_costs_the_same_however_many_have_its_line(bench: StoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """To fetch a piece that many shots have, and to find that no other is there, no more is read after 160 than 40."""
    work, done = Work(monkeypatch), []
    for before in (40, 160):
        records = bench.folder / "results" / SESSION / "images"
        records.mkdir(parents=True, exist_ok=True)
        for index in range(1, before + 1):
            (records / f"{index:03d}-{index:064x}").write_text("{}", "utf-8")
            if bench.store.adopt(bench.order(index, "silence")) is None:
                bench.paint(bench.order(index, "silence"), (1, 2, 3))
        work.done = 0
        assert bench.store.adopt(bench.order(before + 1, "silence")) is not None
        assert bench.store.adopt(bench.order(before + 2, f"new after {before}")) is None
        done.append(work.done)
    assert done[0] == done[1]


def test_of_pieces_that_differ_the_last_in_place_is_taken(bench: StoreBench) -> None:
    """Where pieces of one fingerprint are not alike all are looked at, and what was replaced last comes back."""
    painted = {index: bench.paint(bench.order(index, "wanted"), (index, 0, 0)) for index in (1, 2)}
    for index in painted:
        bench.paint(bench.order(index, "another"), (9, 0, 0))
    for path in (bench.folder / "takes" / "images").glob("*.json"):
        if painted[1].sha256[:16] in path.name:
            os.utime(path, (0, 0))
    found = bench.store.adopt(bench.order(3, "wanted"))
    assert found is not None
    assert found.sha256 == painted[2].sha256


@pytest.mark.parametrize(("place", "command"), turns(PLACES))
def test_a_folder_beyond_every_film_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    command: tuple[str, ...],
) -> None:
    """Whoever needs what is in it says in one line which folder it is, and changes nothing; the others go on."""
    folder = _crowd(tmp_path, (place,), range(10, 90))
    monkeypatch.setattr(safe_open, "NAMES", 60)
    before = snapshot(folder)
    code, _, told = run(capsys, *command, "--output", str(tmp_path))
    if code == 2:
        assert told.count("\n") == 1
        assert repr(str(folder / place)) in told
        assert "more than 60 files: move what does not belong to the film elsewhere" in told
        assert snapshot(folder) == before
    assert code in ((0,) if command[0] in ("list", "prompts") else (0, 1, 2))
    assert code == 2 or command[0] not in ("verify", "repair") or place == "takes/damaged"


@pytest.mark.parametrize("place", ["takes", "images"])
def test_what_no_run_would_begin_is_not_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """A forecast refuses what a run refuses: a folder with too many files, and one that is a link."""
    folder = _crowd(tmp_path, (place,), range(10, 90))
    monkeypatch.setattr(safe_open, "NAMES", 60)
    with pytest.raises(Crowded, match=place):
        forecast_session(folder, brief(), fake_crew(Log()))
    (folder / place).rename(tmp_path / "elsewhere")
    (folder / place).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LinkInside, match=place):
        forecast_session(folder, brief(), fake_crew(Log()))


def test_any_number_of_sessions_may_lie_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for a session's own folders, not for the folder that holds the sessions."""
    for number in range(20):
        (tmp_path / f".session_20250208_0022{number:02d}.1-1-a.part").mkdir()
    (tmp_path / ".session_20250208_002238.1-1-deep.part" / "/".join("a" * DEEPEST)).mkdir(parents=True)
    crowded = tmp_path / ".session_20250208_002238.1-1-crowded.part"
    crowded.mkdir()
    for number in range(20):
        (crowded / f"{number}").touch()
    monkeypatch.setattr(safe_open, "NAMES", 10)
    sweep_abandoned(tmp_path)
    left = [".session_20250208_002238.1-1-crowded.part", ".session_20250208_002238.1-1-deep.part"]
    assert sorted(path.name for path in tmp_path.iterdir()) == left


def test_what_is_put_aside_replaces_nothing(tmp_path: Path) -> None:
    """However often a file of a name was put aside, the next one gets a name of its own."""
    aside = tmp_path / "takes" / "damaged"
    aside.mkdir(parents=True)
    for number in range(1, 10_300):
        os.close(os.open(aside / (f"a-{number}.png" if number > 1 else "a.png"), os.O_CREAT))
    (tmp_path / "a.png").write_text("another", "utf-8")
    assert put_aside(tmp_path, tmp_path / "a.png") == "takes/damaged/a-10300.png"
    assert (aside / "a-10300.png").read_text("utf-8") == "another"
