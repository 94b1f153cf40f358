"""Clearing frees space: only of finished, whole films, nothing that a person made, nothing paid without its price."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from studio.archive import clearing
from studio.archive.clearing import Cleared, _removable, age_of, clear, survey_clearing
from studio.billing.calls import Call, answer_bytes
from studio.checks.verify import verify
from studio.directing.director import direct, undo
from studio.directing.edits import Edit, Redo, ShotWords, redo, reword
from studio.errors import BadInput
from studio.model.paid import Reply
from studio.store import lock
from studio.store.brief import write_brief
from studio.store.receipts import receipt_bytes
from tests.support.disk_cuts import killed_at
from tests.support.films.fake_crew import Log
from tests.support.films.filming import PRICES, PaidPainter, filmed, opened, paid_crew
from tests.support.sampled import sampled
from tests.support.sessions.make_sessions import PNG, add_piece, brief, make_foreign, make_session, picture, snapshot
from tests.support.sessions.sessions_command import ID, run

NOW = datetime(2026, 6, 7)


def paid_call(folder: Path, number: int, print_: str, **more: Any) -> Call:
    """Write a call and its answer."""
    asked = {
        "stage": "images",
        "index": number,
        "fingerprint": print_,
        "attempt": 1,
        "run_id": "a",
        "vendor": "v",
        "account": "v:1",
        "model": "m",
        "kind": "image",
        "digest": "0" * 64,
        "state": "done",
        "begun_at": "2025-02-08T00:22:39",
        "ended_at": "2025-02-08T00:22:40",
        "cost_usd": 0.04,
        **more,
    }
    call = Call.model_validate(asked)
    (folder / "calls").mkdir(exist_ok=True)
    (folder / call.path).write_text(call.model_dump_json(exclude_defaults=True))
    (folder / call.answer_path).write_bytes(answer_bytes(Reply(PNG, {}), call))
    return call


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A finished film with something of every kind that can go, and of every kind that stays."""
    folder = make_session(tmp_path / "sessions", shots=2)
    write_brief(folder, brief())
    add_piece(folder, "images", 1, picture("red"), place=f"takes/images/{'a' * 16}-{'1' * 16}", by_hand=False)
    add_piece(folder, "videos", 1, b"an older clip", place=f"takes/videos/{'b' * 16}-{'1' * 16}")
    add_piece(folder, "images", 2, picture("green"), place="takes/images/mine", by_hand=True)
    add_piece(folder, "images", 2, picture("blue"), place="takes/images/another", engine="somebody's")
    paid = add_piece(folder, "images", 1, picture("pink"), place="takes/images/paid", cost_usd=0.04, engine="v")
    paid_call(folder, 1, paid.fingerprint)
    for name in (
        "damaged/shot_001.png",
        "damaged/story.json",
        "damaged/film.srt",
        "edited/story.json",
        "foreign/a.mp4",
    ):
        (folder / "takes" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "takes" / name).write_bytes(b"?")
    (folder / "results" / "0a1b").write_text("a failed task")
    (folder / "results" / "session_20200101_000000" / "images").mkdir(parents=True)
    (folder / "results" / "session_20200101_000000" / "images" / "001-a").write_text("{}")
    return folder


GOES = {
    "earlier versions": [
        f"takes/images/{'a' * 16}-{'1' * 16}.json",
        f"takes/images/{'a' * 16}-{'1' * 16}.png",
        f"takes/videos/{'b' * 16}-{'1' * 16}.json",
        f"takes/videos/{'b' * 16}-{'1' * 16}.mp4",
    ],
    "damaged files": ["takes/damaged/shot_001.png"],
    "records": ["results/0a1b", "results/session_20200101_000000/images/001-a"],
    "answers": [],
    "paid versions": ["takes/images/paid.json", "takes/images/paid.png"],
}


def listed(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("paid", [False, True])
def test_just_this_goes(session: Path, paid: bool) -> None:
    """What is removed is what was listed, of its kind; verify finds nothing; a second look finds nothing."""
    before, looked = listed(session), snapshot(session)
    found = survey_clearing(session.parent, NOW)
    assert snapshot(session) == looked
    assert found.left == ()
    told = {item.kind: {each.path for each in item.paths} for item in found.items}
    assert told.keys() == GOES.keys()
    for kind, wanted in GOES.items():
        rest = {path for path in told[kind] - set(wanted) if not path.startswith(f"results/{ID}/")}
        assert {path for path in rest if not path.endswith(".answer")} == set()
        assert set(wanted) <= told[kind]
    items = [item for item in found.items if paid or not item.paid]
    cleared = clear(session.parent, items)
    assert (cleared.items, cleared.left) == (tuple(items), ())
    assert cleared.bytes == sum(item.bytes for item in items) > 0
    assert before - listed(session) == {each.path for item in items for each in item.paths}
    assert {"takes/damaged/story.json", "takes/damaged/film.srt", "takes/edited/story.json"} <= listed(session)
    assert {"takes/foreign/a.mp4", "takes/images/mine.png", "takes/images/another.png"} <= listed(session)
    assert [each for each in verify(session) if each.what in (*clearing.FAULTS, "gone", "no record")] == []
    again = survey_clearing(session.parent, NOW)
    assert {item.kind for item in again.items} == (set() if paid else {"answers", "paid versions"})


@pytest.mark.parametrize(
    "where", ["shots.json", "story.json", "journal/000001.json", "a part", "alternatives", "video_alternatives"]
)
def test_a_take_that_is_wanted_stays(session: Path, where: str) -> None:
    """Whatever plan, or step that can be undone, names a take, and so do a shot's alternatives: it stays."""
    images, videos = f"takes/images/{'a' * 16}-{'1' * 16}.png", f"takes/videos/{'b' * 16}-{'1' * 16}.mp4"
    kept, other = (videos, images) if where == "video_alternatives" else (images, videos)
    take = session / kept
    sha256 = hashlib.sha256(take.read_bytes()).hexdigest()
    plan = json.loads((session / "shots.json").read_text())
    if where.endswith("alternatives"):
        plan[0][where] = 2
    else:
        plan[0]["picture"] = sha256
    text = f'{{"added": "{sha256[3:]}"}}' if where == "a part" else json.dumps(plan)
    path = session / ("journal/000001.json" if where == "a part" else "shots.json" if "." not in where else where)
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".json" and path.parent == session:
        add_piece(session, "shots" if path.stem == "shots" else "story", 0, text.encode())
    else:
        path.write_text(text)
    told = {each.path for item in _removable(session) for each in item.paths}
    assert take.relative_to(session).as_posix() not in told
    assert take.with_suffix(".json").relative_to(session).as_posix() not in told
    assert other in told


def directed(folder: Path, edit: Edit) -> None:
    direct(folder, edit, "edit", "an edit", NOW.isoformat(), lambda line: None)


def with_alternatives(folder: Path, number: int) -> None:
    """Ask for so many more pictures of shot 1 in `shots.json`, as a hand does."""
    plan = json.loads((folder / "shots.json").read_text())
    plan[0]["alternatives"] = number
    (folder / "shots.json").write_text(json.dumps(plan))


@pytest.mark.parametrize("way", ["redone", "undone", "by hand", "by hand just now", "in doubt"])
def test_a_take_that_undoing_brings_back_stays(session: Path, way: str) -> None:
    """Alternatives that a former plan had, or one that can be done again; if it cannot be told, every take."""
    images, videos = f"takes/images/{'a' * 16}-{'1' * 16}.png", f"takes/videos/{'b' * 16}-{'1' * 16}.mp4"
    text = (session / "shots.json").read_text()
    written = add_piece(session, "shots", 0, text.encode()).model_copy(update={"content": text})
    (session / "receipts" / "shots.json").write_bytes(receipt_bytes(written))
    directed(session, reword(ShotWords(note="a"), {1}))
    assert {images, videos} <= {each.path for item in _removable(session) for each in item.paths}
    if way.startswith("by hand"):
        with_alternatives(session, 2)
        directed(session, reword(ShotWords(note="b"), {2}))
        # The journal has no more of it than a digit.
        with_alternatives(session, 0)
        if way == "by hand":
            directed(session, reword(ShotWords(note="c"), {2}))
    elif way == "in doubt":
        directed(session, reword(ShotWords(note="b"), {2}))
        (session / "receipts" / "shots.json").unlink()
        with_alternatives(session, 0)
    else:
        directed(session, redo(Redo(takes=3), {1}))
        if way == "redone":
            directed(session, redo(Redo(), {1}))
        else:
            undo(session, 1, NOW.isoformat(), lambda line: None)
    told = {each.path for item in _removable(session) for each in item.paths}
    assert images not in told
    assert (videos in told) == (way != "in doubt")


def test_a_take_picked_since_stays(session: Path) -> None:
    """A take that a plan names only after it was listed is not removed."""
    items = survey_clearing(session.parent, NOW).items
    take = session / "takes" / "images" / f"{'a' * 16}-{'1' * 16}.png"
    plan = json.loads((session / "shots.json").read_text())
    plan[0]["picture"] = hashlib.sha256(take.read_bytes()).hexdigest()
    add_piece(session, "shots", 0, json.dumps(plan).encode())
    clear(session.parent, items)
    assert take.exists()
    assert take.with_suffix(".json").exists()


def test_the_price_is_said(session: Path) -> None:
    """What was paid for is apart, at what it costs again; what has no known price is counted.

    A take and the answer it was made of cost their price once.
    """
    paid_call(session, 2, "e" * 64, cost_usd=None)
    paid_call(session, 2, "d" * 64, cost_usd=0.05)
    items = {item.kind: item for item in survey_clearing(session.parent, NOW).items}
    assert [(kind, item.paid) for kind, item in items.items() if item.paid] == [
        (kind, True) for kind in items if kind in clearing.PAID
    ]
    assert len(items["answers"].paths) == 3
    assert (items["answers"].cost_usd, items["answers"].unknown) == (0.05, 1)
    assert (items["paid versions"].cost_usd, items["paid versions"].unknown) == (0.04, 0)


def test_only_finished_whole_films(session: Path, tmp_path: Path) -> None:
    """Whatever else a session is, it is left alone, with the reason; even if it was whole when it was looked at."""
    root = session.parent
    looked = survey_clearing(root, NOW).items
    films = {
        "session_20250301_000000": "interrupted",
        "session_20250301_000001": "failed",
        "session_20250301_000002": "not whole",
        "session_20250301_000003": "running",
    }
    for name in films:
        shutil.copytree(session, root / name)
        for path in (root / name).glob("film.*"):
            if name.endswith("0"):
                path.unlink()
    (root / "session_20250301_000001" / "failure.json").write_text('{"message": "no"}')
    (root / "session_20250301_000002" / "images" / "shot_001.png").write_bytes(PNG[:-1] + b"?")
    make_foreign(root, done=True)
    held = lock.take(root / "session_20250301_000003")
    before = snapshot(root)
    found = survey_clearing(root, NOW)
    held.release()
    assert {item.session_id for item in found.items} == {ID}
    left = dict(found.left)
    for name, why in films.items():
        assert why in left[name]
    assert "done unverified" in left["session_20240101_120000"]
    (session / "failure.json").write_text('{"message": "no"}')
    assert clear(root, looked) == Cleared(left=((ID, "is failed"),))
    (session / "failure.json").unlink()
    # But for the time of the folder.
    assert {**snapshot(root), ID: ()} == {**before, ID: ()}


def test_what_changed_since_stays(session: Path) -> None:
    """A file that is not as it was listed is not removed."""
    items = survey_clearing(session.parent, NOW).items
    (session / "takes" / "damaged" / "shot_001.png").write_bytes(b"another")
    os.utime(session / "results" / "0a1b", ns=(5, 5))
    clear(session.parent, items)
    assert (session / "takes" / "damaged" / "shot_001.png").read_bytes() == b"another"
    assert (session / "results" / "0a1b").exists()


def test_a_session_in_use_is_left_alone(session: Path) -> None:
    """One on which a run works since it was surveyed stays as it is and is told; the others are cleared."""
    root, names = session.parent, ("session_20250301_000000", "session_20250301_000001")
    for name in names:
        shutil.copytree(session, root / name)
    items = [item for item in survey_clearing(root, NOW).items if not item.paid]
    before = snapshot(root / names[0])
    held = lock.take(root / names[0])
    cleared = clear(root, items)
    held.release()
    assert snapshot(root / names[0]) == before
    assert cleared.left == ((names[0], "is being worked on"),)
    rest = tuple(item for item in items if item.session_id != names[0])
    assert (cleared.items, cleared.bytes) == (rest, sum(item.bytes for item in rest))
    assert {item.session_id for item in survey_clearing(root, NOW).items if not item.paid} == {names[0]}


@pytest.mark.parametrize("json_", [False, True])
def test_the_command_tells_who_was_left_alone(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, json_: bool
) -> None:
    """In a line with the reason, or as JSON, where nothing of it counts as removed."""
    survey = clearing.survey_clearing

    def then_locked(*given: Any, **more: Any) -> clearing.Clearing:
        found = survey(*given, **more)
        locks.append(lock.take(session))
        return found

    locks: list[lock.Lock] = []
    monkeypatch.setattr(clearing, "survey_clearing", then_locked)
    code, out, _ = run(capsys, "gc", "--yes", *(["--json"] if json_ else []), "--output", str(tmp_path))
    locks[0].release()
    assert code == 0
    if json_:
        told = json.loads(out)
        assert told["left"] == [{"session_id": ID, "why": "is being worked on"}]
        assert (told["freed_bytes"], {item["removed"] for item in told["items"]}) == (0, {False})
    else:
        assert out.endswith(f"{ID}  left alone: it is being worked on\nFreed 0 B.\n")


def test_what_killed_runs_left(session: Path) -> None:
    """Hidden folders beside the sessions are listed and go; not one that a run holds, nor a person's own."""
    root = session.parent
    for name in (".session_20250101_000000.1-1-a.part", ".session_20250101_000000.1-2-b.part", ".mine"):
        (root / name).mkdir()
        (root / name / "film.mp4").write_bytes(b"x" * 100)
    held = lock.take(root / ".session_20250101_000000.1-2-b.part")
    items = [item for item in survey_clearing(root, NOW).items if item.kind == "leftovers"]
    assert [(item.session_id, item.bytes) for item in items] == [(".session_20250101_000000.1-1-a.part", 100)]
    assert clear(root, items) == Cleared(100, tuple(items))
    held.release()
    assert {path.name for path in root.iterdir()} == {ID, ".mine", ".session_20250101_000000.1-2-b.part"}


def test_ages() -> None:
    """Days, hours and weeks; anything else is refused; younger films are left alone."""
    draw = random.Random(2)
    for _ in range(300):
        number, unit = draw.randrange(100_000), draw.choice("dhw")
        assert age_of(f"{number}{unit}") == timedelta(hours=number * {"h": 1, "d": 24, "w": 168}[unit])
    for wrong in ("", "d", "30", "-1d", "1.5d", "30 days", "1m", "999999d", "3٣d", "1d2h", "\n1d\n1d"):
        with pytest.raises(BadInput, match="--older-than"):
            age_of(wrong)


def test_an_age_is_the_film_s(session: Path) -> None:
    """It counts from when the film was made."""
    made = datetime(2025, 2, 8, 0, 23)
    for since, goes in ((timedelta(days=29), False), (timedelta(days=31), True)):
        found = survey_clearing(session.parent, made + since, older_than=timedelta(days=30))
        assert bool(found.items) == goes


@sampled("step", [9, 1])
def test_cut_off_anywhere_it_is_whole(session: Path, tmp_path: Path, step: int) -> None:
    """Wherever clearing is killed, verify finds no fault, and the next time the rest goes."""
    shutil.copytree(session.parent, tmp_path / "spare")
    for at in range(0, 200, step):
        items = survey_clearing(session.parent, NOW).items
        cut = killed_at(at, lambda items=items: clear(session.parent, items))  # type: ignore[misc]
        assert [each for each in verify(session) if each.what in (*clearing.FAULTS, "gone")] == []
        clear(session.parent, survey_clearing(session.parent, NOW).items)
        assert survey_clearing(session.parent, NOW).items == ()
        shutil.rmtree(session.parent)
        shutil.copytree(tmp_path / "spare", session.parent)
        if not cut:
            break
    assert 8 < at < 190


@pytest.mark.thorough
def test_afterwards_a_run_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film that was made, redone and cleared, of what was paid for, too, needs no engine and no vendor."""
    monkeypatch.setattr(clearing, "MADE_HERE", ("fake",))
    (tmp_path / "prices.toml").write_text(PRICES)
    monkeypatch.setenv("FILM_PRICES", str(tmp_path / "prices.toml"))
    folder, painter = opened(tmp_path), PaidPainter()
    filmed(folder, paid_crew(painter))
    shots = json.loads((folder / "shots.json").read_text())
    shots[0]["image_prompt"] = "another pier"
    (folder / "shots.json").write_text(json.dumps(shots))
    filmed(folder, paid_crew(painter), run_id="b")
    asked = len(painter.asked)
    found = survey_clearing(folder.parent, NOW)
    assert {item.kind for item in found.items} == {"earlier versions", "answers", "paid versions"}
    assert sum(item.cost_usd for item in found.items) == pytest.approx(0.04 * asked)
    clear(folder.parent, found.items)
    assert [each for each in verify(folder) if each.what in clearing.FAULTS] == []
    assert not [*folder.glob("takes/videos/*"), *folder.glob("calls/*.answer")]
    log = Log()
    filmed(folder, paid_crew(painter, log), run_id="c")
    assert (log.calls, len(painter.asked)) == ([], asked)


def test_the_command(session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal it only lists; --yes removes what cost nothing; what was paid for needs --paid as well."""
    output, before = ("--output", str(tmp_path)), snapshot(session)
    code, out, _ = run(capsys, "gc", *output)
    assert (code, snapshot(session)) == (0, before)
    assert "more with --paid: $0.04" in out
    assert "Nothing was removed" in out
    assert run(capsys, "gc", "--paid", *output)[0] == 0
    assert snapshot(session) == before
    code, out, _ = run(capsys, "gc", "--older-than", "3d", "--yes", *output)
    assert (code, "Freed" in out) == (0, True)
    assert (session / "takes/images/paid.png").exists()
    code, out, _ = run(capsys, "gc", "--session", ID, "--yes", "--paid", "--json", *output)
    told = json.loads(out)
    assert told["freed_bytes"] > 0
    assert all(item["removed"] and item["paid"] for item in told["items"])
    assert not (session / "takes/images/paid.png").exists()
    assert run(capsys, "gc", *output)[1].endswith("There is nothing that can go.\n")
    assert run(capsys, "gc", "--older-than", "soon", *output)[0] == 2
    assert run(capsys, "gc", "--session", "nobody", *output)[0] == 2
