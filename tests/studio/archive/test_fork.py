"""A fork shares what is finished, pays for none of it, and counts only what it pays itself."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from studio.archive.fork import Fork, fork_session
from studio.billing.calls import read_calls
from studio.checks.verify import FAULTS, verify
from studio.directing.director import direct
from studio.directing.edits import move
from studio.errors import BadInput, DiskFull, NoSuchSession, SessionLocked
from studio.fs.disk_operations import Disk
from studio.sessions.find_or_make import folder_of_run, sweep_abandoned
from studio.sessions.named import rename_session
from studio.status.costs import costs_json, read_costs
from studio.status.listing import read_listing
from studio.status.snapshot import read_snapshot
from studio.status.state import cost_usd
from studio.store import lock
from studio.store.brief import read_brief, write_brief
from studio.store.receipts import read_receipt
from studio.store.session_names import name_of
from tests.support.disk_cuts import killed_at
from tests.support.films.fake_crew import Log
from tests.support.films.filming import PRICES, PaidPainter, filmed, opened, paid_crew
from tests.support.sampled import sampled
from tests.support.sessions.make_sessions import add_piece, brief, make_foreign, make_session, picture, snapshot
from tests.support.sessions.sessions_command import run

NOW = datetime(2026, 5, 6, 7, 8, 9)


class Film(NamedTuple):
    root: Path
    folder: Path
    painter: PaidPainter


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """A finished film whose pictures were paid for: nobody changes it."""
    room = tmp_path_factory.mktemp("made")
    prices = room / "prices.toml"
    prices.write_text(PRICES)
    before, os.environ["FILM_PRICES"] = os.environ.get("FILM_PRICES"), str(prices)
    painter = PaidPainter()
    try:
        folder = opened(room)
        filmed(folder, paid_crew(painter))
    finally:
        del os.environ["FILM_PRICES"]
        if before is not None:
            os.environ["FILM_PRICES"] = before
    return Film(room / "sessions", folder, painter)


@pytest.fixture
def film(made: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Film:
    monkeypatch.setenv("FILM_PRICES", str(made.root.parent / "prices.toml"))
    shutil.copytree(made.root, tmp_path / "sessions")
    return Film(tmp_path / "sessions", tmp_path / "sessions" / made.folder.name, made.painter)


def fork(film: Film, **more: Any) -> Fork:
    return fork_session(film.root, film.folder, NOW, "0", **more)


def whole(folder: Path) -> bool:
    return not any(each.what in FAULTS for each in verify(folder))


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_fork_finds_everything_there(film: Film) -> None:
    """Resuming a fork makes no engine call and pays nothing; its film has the same bytes; its parent is as it was."""
    before, asked = snapshot(film.folder), len(film.painter.asked)
    made = fork(film, name="night")
    assert snapshot(film.folder) == before
    assert made.folder.name == "session_20260506_070809"
    assert made.calls == asked
    assert whole(made.folder)
    log = Log()
    filmed(made.folder, paid_crew(film.painter, log), run_id="b")
    assert (log.calls, len(film.painter.asked)) == ([], asked)
    assert whole(made.folder)
    assert (made.folder / "film.mp4").read_bytes() == (film.folder / "film.mp4").read_bytes()
    told = read_brief(made.folder)
    assert told.forked_from is not None
    assert (told.forked_from.session, told.name, told.forked_from.shots) == (film.folder.name, "night", None)


def test_nothing_of_a_fork_is_the_parent_s(film: Film) -> None:
    """Writing into any file of a fork, in place, leaves the parent as it was: no file has two names."""
    before, made = bytes_of(film.folder), fork(film)
    for path in made.folder.rglob("*"):
        if path.is_file():
            with open(path, "r+b") as file:
                file.write(b"?")
    assert bytes_of(film.folder) == before


def test_only_what_a_fork_pays_itself_is_counted(film: Film) -> None:
    """Every sum of a fork is nothing at first, then what it paid; the parent's is shown apart, at its price."""
    paid = 0.04 * len(film.painter.asked)
    made = fork(film)
    again = fork_session(film.root, made.folder, NOW, "0")
    for folder in (made.folder, again.folder):
        facts, listing = read_snapshot(folder), read_listing(folder)
        assert facts is not None
        assert listing is not None
        assert (cost_usd(facts), listing.cost_usd, listing.paid.calls) == (0, 0, 0)
        assert facts.spent.inherited.usd == pytest.approx(paid)
        told = costs_json(read_costs(folder))
        assert (told["cost_usd"], told["calls"], told["lines"], told["gaps"]) == (0, 0, [], [])
        assert told["inherited"] == {"cost_usd": pytest.approx(paid), "calls": 4, "unsent": 0, "price_unknown": 0}
        assert {call.paid_in for call in read_calls(folder)} == {film.folder.name}
    shots = json.loads((made.folder / "shots.json").read_text())
    shots[1]["image_prompt"] = "another pier"
    (made.folder / "shots.json").write_text(json.dumps(shots))
    filmed(made.folder, paid_crew(film.painter), run_id="b", until="images")
    facts = read_snapshot(made.folder)
    assert facts is not None
    assert (cost_usd(facts), facts.spent.all.calls) == (pytest.approx(0.04), 1)
    assert facts.spent.inherited.usd == pytest.approx(paid)


@sampled("receipts", [True, False])
def test_lost_pictures_are_made_from_the_answers(film: Film, receipts: bool) -> None:
    """Whatever pictures a fork loses, with their receipts or without, are made again without paying."""
    made, asked = fork(film), len(film.painter.asked)
    for painted in (made.folder / "images").glob("*.png"):
        painted.unlink()
        if receipts:
            painted.with_suffix(".json").unlink()
    for call in (made.folder / "calls").glob("*-1.json"):
        # A call whose file is lost is told by its answer, which says, too, who paid it.
        call.unlink()
    filmed(made.folder, paid_crew(film.painter), run_id="b", until="images")
    assert len(film.painter.asked) == asked
    facts = read_snapshot(made.folder)
    assert facts is not None
    assert cost_usd(facts) == 0
    assert bytes_of(made.folder)["images/shot_001.png"] == bytes_of(film.folder)["images/shot_001.png"]


@sampled("from_shot", [3, 2, 4], quick=0)
def test_a_new_ending(film: Film, from_shot: int) -> None:
    """The shots before are there with their pieces and no other; a run makes the rest of the film, and no picture."""
    made = fork(film, from_shot=from_shot)
    kept = from_shot - 1
    assert len(json.loads((made.folder / "shots.json").read_text())) == kept
    for stage, suffix in (("images", "png"), ("narration", "wav"), ("videos", "mp4")):
        assert len([*(made.folder / stage).glob(f"*.{suffix}")]) == kept
        assert len([*(made.folder / stage).glob("*.json")]) == kept
    assert not [*made.folder.glob("film*"), *made.folder.glob("score*"), *made.folder.glob("timeline*")]
    asked, log = len(film.painter.asked), Log()
    filmed(made.folder, paid_crew(film.painter, log), run_id="b")
    assert len(film.painter.asked) == asked
    assert {kind for kind, _ in log.calls} == set()
    assert whole(made.folder)
    facts = read_snapshot(made.folder)
    assert facts is not None
    assert facts.film is not None
    told = read_brief(made.folder).forked_from
    assert told is not None
    assert told.shots == kept


def test_a_shot_that_was_moved_comes_with_its_pieces(film: Film) -> None:
    """Its pieces lie at its former number until the next run: they come along, a picture by hand, too."""
    (film.folder / "images" / "shot_004.png").write_bytes(picture("red"))
    filmed(film.folder, paid_crew(film.painter), run_id="b", until="images")
    asked = len(film.painter.asked)
    direct(film.folder, move({4}, 1), "move", "move shot 4", NOW.isoformat(), lambda line: None)
    made = fork(film, from_shot=3)
    assert sorted(path.name for path in (made.folder / "images").glob("*.png")) == [
        "shot_001.png",
        "shot_002.png",
        "shot_004.png",
    ]
    log = Log()
    filmed(made.folder, paid_crew(film.painter, log), run_id="c", until="videos")
    assert (len(film.painter.asked), {kind for kind, _ in log.calls} - {"video"}) == (asked, set())
    assert (made.folder / "images" / "shot_001.png").read_bytes() == picture("red")
    by_hand = read_receipt(made.folder / "images" / "shot_001.json")
    assert by_hand is not None
    assert by_hand.by_hand


def test_a_take_that_a_kept_shot_names_comes_along(film: Film) -> None:
    """Of the takes only those that the shots before name: their pictures are there."""
    kept = add_piece(film.folder, "images", 1, picture("red"), place="takes/images/red")
    other = add_piece(film.folder, "images", 3, picture("blue"), place="takes/images/blue")
    plan = json.loads((film.folder / "shots.json").read_text())
    plan[0]["picture"], plan[2]["picture"] = kept.sha256, other.sha256
    (film.folder / "shots.json").write_text(json.dumps(plan))
    made = fork(film, from_shot=3)
    assert sorted(path.name for path in (made.folder / "takes" / "images").iterdir()) == ["red.json", "red.png"]


def test_what_cannot_be_forked(film: Film, tmp_path: Path) -> None:
    """Each is refused in one line, and nothing is left."""
    before = sorted(path.name for path in film.root.iterdir())
    for number in (-3, 0, 1, 5, 10**9):
        with pytest.raises(BadInput, match="must be 2 to 4"):
            fork(film, from_shot=number)
    with pytest.raises(BadInput, match="cannot be a film's name"):
        fork(film, name="a/b")
    held = lock.take(film.folder)
    with pytest.raises(SessionLocked):
        fork(film)
    held.release()
    rename_session(film.root, film.folder, "night")
    with pytest.raises(BadInput, match=f"is the name of {film.folder.name}"):
        fork(film, name="Night")
    assert sorted(path.name for path in film.root.iterdir()) == before
    foreign = make_foreign(film.root)
    with pytest.raises(NoSuchSession, match="another program"):
        fork_session(film.root, foreign, NOW, "0")
    (film.folder / "images" / "more").symlink_to(tmp_path)
    with pytest.raises(BadInput, match="is a link"):
        fork(film)
    (film.folder / "images" / "more").unlink()
    os.mkfifo(film.folder / "pipe")
    with pytest.raises(BadInput, match="no regular file"):
        fork(film)
    assert not [path for path in film.root.iterdir() if path.name.startswith(".")]


def test_a_full_disk_leaves_nothing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room is looked for before the bytes are copied; on a disk that shares them none is needed."""
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    with pytest.raises(DiskFull, match="free some space"):
        fork(film)
    assert [path.name for path in film.root.iterdir()] == [film.folder.name]
    monkeypatch.setattr(Disk, "clone", lambda disk, source, target: shutil.copyfile(source, target))
    assert fork(film).shared


def test_a_run_that_is_retried_stays_with_its_session(film: Film) -> None:
    """The runs on the parent are not the fork's, nor its name, its manifest's line, its failure or its questions."""
    write_brief(film.folder, read_brief(film.folder).model_copy(update={"batch": "a" * 64, "name": "day"}))
    (film.folder / "failure.json").write_text('{"message": "no"}')
    (film.folder / "approvals.json").write_text("[]")
    made = fork(film)
    assert folder_of_run(film.root, "a") == film.folder
    told = read_brief(made.folder)
    assert (told.batch, told.name, told.seed) == ("", "", read_brief(film.folder).seed)
    assert told.forked_from is not None
    assert told.forked_from.name == "day"
    assert not {"failure.json", "approvals.json", "runs", "results"} & {path.name for path in made.folder.iterdir()}


def test_whatever_a_person_put_there_comes_along(tmp_path: Path) -> None:
    """Every regular file that is not hidden, in whatever folder: drawn names, the same bytes and times."""
    root, draw = tmp_path / "sessions", random.Random(11)
    parent = make_session(root, shots=2)
    write_brief(parent, brief())
    wanted: dict[str, bytes] = {}
    for _ in range(200):
        parts = [
            "".join(draw.choice("abcü .-é漢") for _ in range(draw.randrange(1, 6))).strip() or "x" for _ in range(3)
        ]
        path = Path(draw.choice(["journal", "material", "images", "deep/er"]), *parts[: draw.randrange(1, 4)])
        place = parent / path
        if place.exists() or any(above.is_file() for above in place.parents):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(draw.randbytes(draw.randrange(50)))
        os.utime(place, ns=(1, draw.randrange(10**18)))
        if not any(part.startswith(".") for part in path.parts):
            wanted[path.as_posix()] = place.read_bytes()
    made = fork_session(root, parent, NOW, "0").folder
    for name, content in wanted.items():
        assert (made / name).read_bytes() == content
        assert (made / name).stat().st_mtime_ns == (parent / name).stat().st_mtime_ns
    assert not [path for path in made.rglob(".*")]


@sampled("step", [29, 1])
def test_a_fork_is_there_whole_or_not_at_all(tmp_path: Path, step: int) -> None:
    """Wherever a fork is killed, its parent is as it was, and the next sweep leaves nothing, or the fork is whole."""
    root = tmp_path / "sessions"
    parent = make_session(root, shots=1)
    write_brief(parent, brief())
    before = snapshot(parent)
    done = 0
    for at in range(0, 2000, step):
        cut = killed_at(at, lambda: fork_session(root, parent, NOW, "0", name="night"))
        sweep_abandoned(root)
        assert snapshot(parent) == before
        left = [path for path in root.iterdir() if path != parent]
        for folder in left:
            done += 1
            assert folder.name == "session_20260506_070809"
            assert name_of(folder) == "night"
            assert whole(folder) == whole(parent)
            shutil.rmtree(folder)
        if not cut:
            break
    assert done
    assert 80 < at < 1990


def test_the_command(film: Film, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it made and how to go on; the list and the page of the fork name its parent."""
    output = ("--output", str(film.root.parent))
    code, out, _ = run(capsys, "fork", film.folder.name, "--name", "night", *output)
    assert code == 0
    assert f"is a variant of {film.folder.name}" in out
    assert "film resume session_" in out
    code, out, _ = run(capsys, "fork", "night", "--from-shot", "2", "--json", *output)
    told = json.loads(out)
    assert (code, told["shots"], told["name"]) == (0, 1, None)
    code, out, _ = run(capsys, "view", told["session_id"], *output)
    assert code == 0
    assert "forked from" in out
    assert f"paid by {told['forked_from']}" in out
    code, out, _ = run(capsys, "cost", "night", *output)
    assert f"{film.folder.name} paid $0.16 in 4 calls" in out
    assert run(capsys, "fork", film.folder.name, "--from-shot", "9", *output)[0] == 2
