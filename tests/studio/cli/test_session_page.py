"""Laws of `sessions view` and of the summary: what they show of a session, in a pipe, on a terminal and as JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from studio.cli.list_page import fit, summary
from studio.cli.session_page import show_report
from studio.cli.sessions import main
from studio.errors import NoSuchSession
from studio.status.meta import meta_of
from studio.status.report import read_report
from studio.status.snapshot import read_snapshot
from studio.store import lock
from tests.support.sessions.make_sessions import PNG, add_piece, make_session
from tests.support.sessions.sessions_command import ID, SHOWN, a_few, run


def test_view_of_an_interrupted_session(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An unfinished session shows what is there, what is missing by path, and the command that goes on."""
    a_few(tmp_path)
    code, out, _ = run(capsys, "view", "session_20250208_002239", "--output", str(tmp_path))
    assert code == 0
    assert "session_20250208_002239  interrupted" in out
    assert SHOWN in out
    assert [line.split()[1] for line in out.splitlines() if SHOWN in line and "[" in line.split()[1]] != []
    shots = [line.strip() for line in out.splitlines() if "slow pan left" in line]
    assert [shot.split()[:2] for shot in shots] == [["1", "[DONE]"], ["2", "[IMG]"], ["3", "[TODO]"]]
    assert all(shot.endswith(SHOWN) for shot in shots)
    assert "not drawn: letter" in out
    for path in ("images/shot_003.png", "narration/shot_003.wav", "videos/shot_002.mp4", "score.wav", "film.mp4"):
        assert f"\n  {path}\n" in out
    assert f"resume session_20250208_002239 --output {tmp_path}" in out


def test_view_says_what_was_refused_and_what_is_silent(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The vendor's reason for a slate and the reason of a silent line, each on one line, harmless and bounded; in JSON
    too, null where there is none."""
    folder = make_session(tmp_path / "sessions", ID, shots=2)
    add_piece(folder, "images", 1, PNG, refused="v: no\x1b[2J\nlighthouses " + "x" * 9_000)
    add_piece(folder, "narration", 2, b"", not_spoken="the voice reads English only")
    _, out, _ = run(capsys, "view", ID, "--output", str(tmp_path))
    (said,) = [line for line in out.splitlines() if "refused, a slate is shown instead: v: no" in line]
    assert "lighthouses" in said
    assert "\x1b" not in out
    assert len(said) < 400
    assert "not spoken: the voice reads English only" in out
    _, out, _ = run(capsys, "view", ID, "--output", str(tmp_path), "--json")
    one, two = json.loads(out)["shots"]
    assert one["refused"].startswith("v: no")
    assert len(one["refused"]) <= 300
    assert (one["not_spoken"], two["not_spoken"], two["refused"]) == (None, "the voice reads English only", None)


def test_view_of_a_finished_session(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A finished session shows its film's path and what it took, and offers nothing to go on with."""
    a_few(tmp_path)
    _, out, _ = run(capsys, "view", ID, "--output", str(tmp_path))
    assert str(tmp_path / "sessions" / ID / "film.mp4") in out
    assert "8 s (8.00 s, 192 frames)" in out
    assert "images 0.8 s" in out
    assert "Missing" not in out
    assert "go on with" not in out


def test_view_of_a_failed_and_a_running_session(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A failed session shows why, a running one who works on it."""
    root = a_few(tmp_path)
    _, out, _ = run(capsys, "view", "session_20250208_002240", "--output", str(tmp_path))
    assert "the painter said no" in out
    assert "2025-02-08 01:02:03" in out
    folder = root / "session_20250208_002239"
    (folder / "runs").mkdir()
    card = {"pid": 4711, "host": "studio", "started_at": "2025-02-08T14:02:11"}
    (folder / "runs/abc.json").write_text(json.dumps(card))
    held = lock.take(folder)
    _, out, _ = run(capsys, "view", folder.name, "--output", str(tmp_path))
    held.release()
    assert f"{folder.name}  running" in out
    assert "by pid 4711 on studio since 2025-02-08 14:02:11" in out
    assert "go on with" not in out


def test_view_of_a_foreign_session(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Another program's session is shown as unverified, with the command that adopts it."""
    a_few(tmp_path)
    _, out, _ = run(capsys, "view", "session_20240101_120001", "--output", str(tmp_path))
    assert "unverified" in out
    assert "written by another program" in out
    assert "resume session_20240101_120001" in out


def test_view_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As JSON a session is meta's keys, unchanged, and more: state, files, missing pieces, what it took."""
    root = a_few(tmp_path)
    for folder in sorted(root.iterdir()):
        _, out, _ = run(capsys, "view", folder.name, "--output", str(tmp_path), "--json")
        said: dict[str, Any] = json.loads(out)
        facts = read_snapshot(folder)
        assert facts is not None
        meta: dict[str, Any] = meta_of(facts, str(folder))
        assert {key: said[key] for key in meta if key not in ("shots", "stats")} == {
            key: meta[key] for key in meta if key not in ("shots", "stats")
        }
        assert all(shot.items() <= each.items() for shot, each in zip(meta["shots"], said["shots"], strict=True))
        assert meta["stats"].items() <= said["stats"].items()
    done = json.loads(run(capsys, "view", ID, "--output", str(tmp_path), "--json")[1])
    assert (done["state"], done["missing"], done["go_on"], done["failure"]) == ("done", [], None, None)
    assert done["stats"]["seconds_taken"] == {
        "planning": 1.0,
        "images": 0.75,
        "narration": 0.75,
        "videos": 0.75,
        "score": 0.25,
        "film": 0.25,
    }
    assert {"path": "film.srt", "bytes": 2} in done["files"]
    assert done["film"] == str(root / ID / "film.mp4")


@pytest.mark.parametrize("width", [80, 40])
def test_view_fits_a_terminal(tmp_path: Path, width: int) -> None:
    """On a terminal no line passes its width but those to be copied, and no markup of an idea or prompt is obeyed."""
    root = a_few(tmp_path)
    for folder in sorted(root.iterdir()):
        console = Console(file=io.StringIO(), width=width, force_terminal=True, record=True, markup=True, emoji=True)
        show_report(read_report(folder, tmp_path), console)
        text = console.export_text(clear=False)
        assert "file:///etc" not in console.export_html(clear=False).replace("[link=file:///etc]", "")
        copied = ("  folder ", "  go on with ", "  film ")
        assert all(cell_len(line) <= width for line in text.splitlines() if not line.startswith(copied))


# --- the summary ----------------------------------------------------------------------------------


def test_summary(tmp_path: Path) -> None:
    """Before it asks, `film make` shows the session in lines of 80 cells: id, date, idea, counts, a line per shot."""
    root = a_few(tmp_path)
    lines = summary(root / "session_20250208_002239").splitlines()
    assert lines[0] == "INCOMPLETE SESSION FOUND"
    assert all(cell_len(line) <= 80 for line in lines)
    text = "\n".join(lines)
    assert "session_20250208_002239" in text
    assert "2025-02-08 00:22:38" in text
    assert "images   2 of 3 done" in text
    assert "clips    1 of 3 done" in text
    assert [line.split()[1] for line in lines if "slow pan left" in line] == ["[DONE]", "[IMG]", "[TODO]"]


def test_summary_before_the_plan(tmp_path: Path) -> None:
    """A session stopped before its shots were planned is summed up, too; an empty folder is none."""
    root = a_few(tmp_path)
    assert "not planned yet" in summary(root / "session_20250208_002240")
    (root / "session_20200101_000000").mkdir()
    with pytest.raises(NoSuchSession):
        summary(root / "session_20200101_000000")


@pytest.mark.parametrize("cells", [1, 7, 20])
def test_fit(cells: int) -> None:
    """A fitted text takes exactly its cells, wide letters counted as two."""
    for text in ("", "abc", "灯台守が手紙を見つける", SHOWN):
        assert cell_len(fit(text, cells)) == cells


def test_view_tells_a_plan_that_does_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken shots.json is not called missing only: it is there, and does not read."""
    folder = make_session(tmp_path / "sessions", shots=2)
    (folder / "shots.json").write_text('[{"index": 1')
    with pytest.raises(SystemExit):
        main(["view", folder.name, "--output", str(tmp_path)])
    assert "shots.json is there, but cannot be read" in capsys.readouterr().out
