"""Laws of a batch: the session folders are its only record, and a line never gets a second session."""

from __future__ import annotations

import json
import multiprocessing
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from studio.batch.films import LineOutcome, look, look_again, open_line, put_off, reported, table, unfinished_line
from studio.batch.manifest import ManifestLine, read_manifest
from studio.errors import BadInput
from studio.model.brief import Brief, FilmOptions
from studio.sessions.find_or_make import open_new
from studio.store import lock
from studio.store.brief import read_brief, restore_brief, write_brief
from studio.store.session_names import name_of
from tests.support.sessions.make_sessions import add_piece

NOW = datetime(2025, 2, 8, 0, 22, 38, 123456)
OLD = '{"idea": "a", "wish": {}, "seed": 1, "started_at": "2025-02-08T00:22:38.123456", "version": "0"}'


@pytest.fixture
def lines(tmp_path: Path) -> tuple[ManifestLine, ...]:
    path = tmp_path / "ideas.csv"
    path.write_text("idea,seconds\nA cat,4\nRain,4\nA cat,4\n", "utf-8")
    return read_manifest(path)


def begin(root: Path, line: ManifestLine) -> LineOutcome:
    return open_line(root, line, lambda: 7, NOW, "0")


def test_a_line_gets_one_session_however_often_it_is_opened(tmp_path: Path, lines: tuple[ManifestLine, ...]) -> None:
    """Opening a line again finds its session; equal lines are told apart; ideas outside a batch are never taken."""
    _, held = open_new(tmp_path / "sessions", "A cat", FilmOptions(seconds=4), lambda: 1, NOW, "0")
    held.release()
    root = tmp_path / "sessions"
    first = [begin(root, line).session_id for line in lines]
    assert len(set(first)) == 3
    assert [begin(root, line).session_id for line in reversed(lines)] == first[::-1]
    assert len(list(root.iterdir())) == 4
    assert [(each.state, each.session_id) for each in look(root, lines)] == [("to do", name) for name in first]


def _open_all(root: Path, lines: tuple[ManifestLine, ...], together: Barrier) -> None:
    for line in lines:
        together.wait(60)
        begin(root, line)


def test_two_batches_at_one_moment_open_one_session_a_line(tmp_path: Path, lines: tuple[ManifestLine, ...]) -> None:
    """Of several processes that open the same lines at once, one makes each session and the others find it."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    runs = [context.Process(target=_open_all, args=(tmp_path / "sessions", lines, together)) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
        assert run.exitcode == 0
    assert len(list((tmp_path / "sessions").iterdir())) == 3


def test_what_is_there_is_seen_from_the_folder_alone(tmp_path: Path, lines: tuple[ManifestLine, ...]) -> None:
    """Finished, being made, begun and not begun: each is told from the session's folder alone."""
    root = tmp_path / "sessions"
    done, busy, _ = lines
    made = begin(root, done)
    add_piece(root / made.session_id, "film", 0, b"the film", seconds=8.0, frames=192)
    held = lock.take(root / begin(root, busy).session_id)
    try:
        states = {each.line.number: each.state for each in look(root, lines)}
        assert begin(root, busy).state == "running"
        assert "another run" in begin(root, busy).reason
    finally:
        held.release()
    assert states == {2: "there", 3: "running", 4: "to do"}
    assert look(root, lines)[0].film == str(root / made.session_id / "film.mp4")
    assert look_again(made, root, "said something else").state == "done"
    assert look_again(look(root, lines)[1], root, "the engine said no").reason == "the engine said no"
    assert look_again(look(root, lines)[1], root).state == "failed"


def test_the_key_outlives_the_loss_of_the_brief(tmp_path: Path, lines: tuple[ManifestLine, ...]) -> None:
    """A torn brief, or a lost one, is read from its copy, else from a run's card: its line gets no second session."""
    root = tmp_path / "sessions"
    name = begin(root, lines[0]).session_id
    (root / name / "brief.json").write_text('{"idea": "A c')
    assert begin(root, lines[0]).session_id == name
    (root / name / "brief.json").unlink()
    assert begin(root, lines[0]).session_id == name
    card = {"brief": read_brief(root / name).model_dump(mode="json")}
    (root / name / "runs").mkdir()
    (root / name / "runs" / "0a.json").write_text(json.dumps(card), "utf-8")
    (root / name / "receipts" / "brief.json").unlink()
    assert begin(root, lines[0]).session_id == name


def test_a_brief_from_before_there_were_batches_stays_as_it_is(tmp_path: Path) -> None:
    """An older brief reads, is not put aside as damaged, and is written without the key as before."""
    brief = Brief.model_validate_json(OLD)
    assert brief.batch == ""
    write_brief(tmp_path, brief)
    before = (tmp_path / "brief.json").read_bytes()
    assert set(json.loads(before)) == {"idea", "wish", "seed", "started_at", "version"}
    told: list[str] = []
    restore_brief(tmp_path, told.append)
    assert told == []
    assert (tmp_path / "brief.json").read_bytes() == before
    write_brief(tmp_path, brief.model_copy(update={"batch": "a" * 64}))
    assert read_brief(tmp_path).batch == "a" * 64


def test_the_table_and_the_report(lines: tuple[ManifestLine, ...]) -> None:
    """One line each, in the manifest's order, aligned and harmless; the report has the same and whole ideas."""
    hostile = ManifestLine(12, "a\x1b[31m\nred " + "x" * 100, FilmOptions(), "k")
    outcomes = [
        LineOutcome(lines[0], "done", "session_20250208_002238", "/films/film.mp4", 4.0),
        LineOutcome(hostile, "failed", "session_20250208_002239", reason="the engine said no"),
        LineOutcome(lines[1], "to do"),
    ]
    head, *rows = table(outcomes)
    assert head.split() == ["line", "state", "session", "length", "idea"]
    assert rows[0].split() == ["2", "done", "session_20250208_002238", "4", "s", "A", "cat"]
    assert rows[2].split()[:4] == ["3", "to", "do", "-"]
    assert len({row.index(word) for row, word in zip(rows, ("A cat", "a\ufffd", "Rain"), strict=True)}) == 1
    assert all(row.isprintable() and len(row) < 120 for row in rows)
    assert unfinished_line(outcomes) == "2 of 3 films are not finished (lines 12, 3)"
    assert unfinished_line(outcomes[:1]) == ""
    report = reported(outcomes)
    assert report[1]["idea"] == hostile.idea
    assert [each["film"] for each in report] == ["/films/film.mp4", None, None]


def test_what_is_put_off_is_not_missing(tmp_path: Path) -> None:
    """Of five lines at most two are made now, the next ones of the file; the others are left, and are no failure."""
    lines = [ManifestLine(number, f"idea {number}", FilmOptions(), f"key {number}") for number in range(1, 6)]
    found = [LineOutcome(line, "there" if line.number == 1 else "to do") for line in lines]
    assert [each.state for each in put_off(found, 2)] == ["there", "to do", "to do", "later", "later"]
    assert put_off(found, None) == found
    ended = [LineOutcome(each.line, "done" if each.state == "to do" else each.state) for each in put_off(found, 2)]
    assert unfinished_line(ended) == ""
    assert unfinished_line(put_off(found, 2)) == "2 of 5 films are not finished (lines 2, 3)"


def test_a_line_that_says_other_terms_gives_them_to_its_session(tmp_path: Path) -> None:
    """A higher budget in the manifest holds for the film that is there; what was not said stays."""
    path = tmp_path / "ideas.csv"
    path.write_text("idea,budget_usd,on_refusal\nA fox,1,slate\n", "utf-8")
    root = tmp_path / "sessions"
    first = begin(root, *read_manifest(path))
    path.write_text("idea,budget_usd\nA fox,5\n", "utf-8")
    again = begin(root, *read_manifest(path))
    assert again.session_id == first.session_id
    terms = read_brief(root / first.session_id).terms
    assert (terms.budget_usd, terms.on_refusal) == (5.0, "slate")


def test_a_line_names_its_session(tmp_path: Path) -> None:
    """The session gets the name as it is opened; the name is not part of the key; one that is taken fails its line."""
    root, path = tmp_path / "sessions", tmp_path / "ideas.csv"
    path.write_text("idea,name,seconds\nA boat,boat,8\nA kettle,,8\nA lamp,1984,8\n")
    lines = read_manifest(path)
    assert [line.name for line in lines] == ["boat", "", "1984"]
    opened = [open_line(root, line, lambda: 1, NOW, "0") for line in lines]
    assert [name_of(root / each.session_id) for each in opened] == ["boat", "", "1984"]
    path.write_text("idea,name,seconds\nA boat,ship,8\nA kettle,,8\nA rocket,BOAT,8\n")
    again = read_manifest(path)
    assert again[0].key == lines[0].key
    assert open_line(root, again[0], lambda: 1, NOW, "0").session_id == opened[0].session_id
    with pytest.raises(BadInput, match=f"is the name of {opened[0].session_id}"):
        open_line(root, again[2], lambda: 1, NOW, "0")
    assert len([*root.iterdir()]) == 3


@pytest.mark.parametrize(
    ("name", "told"),
    [("../x", "cannot be a film's name"), ("session_20250208_002238", "looks like a session's id"), ("BOAT", "too")],
)
def test_a_name_that_cannot_be_one_is_a_fault(tmp_path: Path, name: str, told: str) -> None:
    """Like every other fault it is told with its line, and so is a name that two lines have."""
    path = tmp_path / "ideas.csv"
    path.write_text(f"idea,name\nA boat,boat\nA kettle,{name}\n")
    with pytest.raises(BadInput, match=f"line 3, name: .*{told}"):
        read_manifest(path)
