"""Laws of the `sessions` command: what it prints and where, its exit codes, and that it only looks."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from studio.cli.list_page import show_table
from studio.cli.sessions import PLAIN_COLUMNS
from studio.input.prompts_file import parse_prompts
from studio.status.listing import line_cells, listings
from studio.status.snapshot import read_snapshot
from tests.support.sessions.make_sessions import make_session, snapshot
from tests.support.sessions.sessions_command import HOSTILE, ID, SHOWN, a_few, run

BAD_IDS = (
    "../../etc",
    "/etc",
    "session_20250101_000000/..",
    "",
    "x" * 5_000,
    "session_20250101_00000\u0661",
    "session_20250101_000000\n",
    "session_20250208_002239",
    "\x1b[31m",
    "latest",
)

# --- list -----------------------------------------------------------------------------------------


def test_list_in_a_pipe(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """In a pipe each session is one plain line, newest first, whatever its idea holds."""
    a_few(tmp_path)
    code, out, err = run(capsys, "list", "--output", str(tmp_path))
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert [line.split("  ")[0].strip() for line in out.splitlines()] == [
        "failed",
        "interrupted",
        "done",
        "unverified",
        "done unverified",
    ]
    line = out.splitlines()[1]
    assert line.split()[1:5] == ["session_20250208_002239", "2/3", "1/3", "~40"]
    assert line.endswith(SHOWN)
    assert line == f"interrupted      session_20250208_002239      2/3      1/3      ~40 s  {SHOWN}"


def test_every_column_of_the_list_has_its_width(tmp_path: Path) -> None:
    """A column that is added to the lines only is an error, not a line in disorder."""
    for each in listings(a_few(tmp_path)):
        assert [*line_cells(each, paid=True, named=True, held=True)] == [*PLAIN_COLUMNS]
        assert {*line_cells(each)} == {*PLAIN_COLUMNS} - {"cost", "name", "held"}


def test_list_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As JSON the list is one value with every session's state and counts, its idea untouched."""
    a_few(tmp_path)
    _, out, _ = run(capsys, "list", "--output", str(tmp_path), "--json")
    found = json.loads(out)
    assert [each["state"] for each in found] == ["failed", "interrupted", "done", "unverified", "done unverified"]
    assert found[1] == {
        "session_id": "session_20250208_002239",
        "name": None,
        "state": "interrupted",
        "idea": HOSTILE,
        "started_at": "2025-02-08T00:22:38.123456",
        "images_generated": 2,
        "videos_rendered": 1,
        "total_shots": 3,
        "seconds": None,
        "seconds_asked": 40.0,
        "foreign": False,
        "cost_usd": 0.0,
        "calls": 0,
    }
    assert found[2]["seconds"] == 8.0


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("terminal", [True, False])
def test_list_fits(tmp_path: Path, width: int, terminal: bool) -> None:
    """The table never passes the terminal's width, cuts no id, and has colour only on a terminal."""
    found = listings(a_few(tmp_path))
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, color_system="standard" if terminal else None)
    show_table(found, console)
    assert ("\x1b[" in file.getvalue()) == terminal
    plain = Console(file=io.StringIO(), width=width, record=True)
    show_table(found, plain)
    lines = plain.export_text().splitlines()
    assert len(lines) == 1 + len(found)
    assert all(cell_len(line) <= width for line in lines)
    assert all(each.session_id in line for each, line in zip(found, lines[1:], strict=True))
    assert ("…" in lines[2]) == (width == 80)


def test_empty_list_says_how_to_begin(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where there is no session a friendly line gives the command that makes a film; JSON is an empty list."""
    code, out, _ = run(capsys, "list", "--output", str(tmp_path))
    assert code == 0
    assert out.count("\n") == 1
    assert "film make" in out
    assert json.loads(run(capsys, "list", "--output", str(tmp_path), "--json")[1]) == []


def test_empty_list_through_make(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called through make, the command to begin with is a line for make."""
    monkeypatch.setenv("FILM_FROM_MAKE", "1")
    monkeypatch.setenv("FILM_OUTPUT", str(tmp_path))
    assert "make film IDEA='" in run(capsys, "list")[1]


def test_output_from_the_environment(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FILM_OUTPUT names the output folder, `--output` goes before it."""
    make_session(tmp_path / "a" / "sessions", ID, shots=1)
    monkeypatch.setenv("FILM_OUTPUT", str(tmp_path / "a"))
    assert ID in run(capsys, "list")[1]
    assert ID not in run(capsys, "list", "--output", str(tmp_path / "b"))[1]


# --- prompts and verify ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_prompts_come_back_unchanged(capsys: pytest.CaptureFixture[str], tmp_path: Path, form: tuple[str, ...]) -> None:
    """What `sessions prompts` prints, `film make --prompts` reads back: every prompt as it stands in the plan."""
    root = a_few(tmp_path)
    for name in ("session_20250208_002238", "session_20250208_002239", "session_20240101_120000"):
        code, out, _ = run(capsys, "prompts", name, "--output", str(tmp_path), *form)
        facts = read_snapshot(root / name)
        assert facts is not None
        assert code == 0
        assert [(p.image_prompt, p.motion_prompt, p.camera) for p in parse_prompts(out)] == [
            (shot.image_prompt, shot.motion_prompt, shot.camera) for shot in facts.shots
        ]


def test_prompts_that_cannot_be_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A session without shots, or whose plan does not read, ends with one line that says so."""
    root = a_few(tmp_path)
    (root / "session_20250208_002240" / "shots.json").unlink()
    code, out, err = run(capsys, "prompts", "session_20250208_002240", "--output", str(tmp_path))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "no shots yet" in err
    (root / ID / "shots.json").write_bytes(b"\xff[")
    code, out, err = run(capsys, "prompts", ID, "--output", str(tmp_path))
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_verify_exit_codes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Verify ends with 0 where all is whole or another program's, with 1 and a list where something is not."""
    root = a_few(tmp_path)
    code, out, _ = run(capsys, "verify", ID, "--output", str(tmp_path))
    assert code == 0
    assert "every checksum agrees" in out
    (root / ID / "film.mp4").write_bytes(b"the fiLm")
    code, out, _ = run(capsys, "verify", ID, "--output", str(tmp_path))
    assert code == 1
    assert out.splitlines()[0].startswith("damaged        film.mp4: ")
    assert f"resume {ID}" in out.splitlines()[-1]
    code, out, _ = run(capsys, "verify", ID, "--output", str(tmp_path), "--json")
    assert code == 1
    assert [(each["path"], each["what"]) for each in json.loads(out)] == [("film.mp4", "damaged")]
    code, out, _ = run(capsys, "verify", "session_20240101_120000", "--output", str(tmp_path))
    assert (code, "written by another program" in out) == (0, True)


def test_sessions_move(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A copied output folder lists and verifies in its new place as in the old one."""
    a_few(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "there", copy_function=shutil.copyfile)
    before = run(capsys, "list", "--output", str(tmp_path / "here"))
    shutil.rmtree(tmp_path / "here")
    assert run(capsys, "list", "--output", str(tmp_path / "there")) == before
    assert run(capsys, "verify", ID, "--output", str(tmp_path / "there"))[0] == 0


# --- all of them ----------------------------------------------------------------------------------


def test_looking_changes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No command writes: every byte and time in the output folder is as it was before."""
    root = a_few(tmp_path)
    (root / ID / "film.mp4").write_bytes(b"damaged")
    before = snapshot(tmp_path)
    run(capsys, "list", "--output", str(tmp_path))
    for folder in sorted(root.iterdir()):
        for verb in ("view", "verify", "prompts"):
            run(capsys, verb, folder.name, "--output", str(tmp_path))
            run(capsys, verb, folder.name, "--output", str(tmp_path), "--json")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("verb", ["view", "verify", "prompts", "fork", "takes", "history", "undo", "redo"])
def test_bad_ids_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, verb: str) -> None:
    """An id is never a path: whatever is not the id of a session that is there is refused in one short line, exit 2."""
    make_session(tmp_path / "sessions", ID, shots=1)
    (tmp_path / "sessions" / "session_20250101_000000").symlink_to(ID)
    (tmp_path / "sessions" / "session_20250101_000000\n").mkdir()
    for bad in (*BAD_IDS, "session_20250101_000000"):
        code, out, err = run(capsys, verb, "--output", str(tmp_path), "--", bad)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "is not a session id" in err or "there is no session" in err
        assert len(err) < 400 + len(str(tmp_path)) * 2
        assert "\x1b" not in err


@pytest.mark.parametrize(
    "argv", [("view",), ("view", ID, "more"), ("list", "--bogus"), ("bogus",), ("list", "--output", "a\0b")]
)
def test_wrong_use(capsys: pytest.CaptureFixture[str], argv: tuple[str, ...]) -> None:
    """Wrong use is one line on standard error and exit 2."""
    code, out, err = run(capsys, *argv)
    assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "verb", ["list", "view", "prompts", "verify", "fork", "export", "import", "gc", "takes", "history", "undo", "redo"]
)
def test_help_has_examples(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    """Every command's help shows how it is called."""
    code, out, _ = run(capsys, verb, "--help")
    assert code == 0
    assert f"  sessions {verb}" in out


def test_listing_imports_nothing_heavy(tmp_path: Path) -> None:
    """A list is there at once: neither the engine, nor models, nor media libraries are imported for it."""
    make_session(tmp_path / "sessions", ID, shots=1)
    script = (
        "import sys; from studio.cli.sessions import app; app(['list', '--output', sys.argv[1]]); heavy = "
        "{'prefect', 'pydantic', 'numpy', 'cv2', 'av', 'PIL', 'rich.table'}; print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, capture_output=True, text=True)
    assert ID in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_reader_that_leaves(tmp_path: Path) -> None:
    """Where whoever reads the output has left, the command ends without a word on standard error."""
    make_session(tmp_path / "sessions", ID, shots=1)
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from studio.cli.sessions import main; main()", "list", "--output", str(tmp_path)]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False, env=buffered)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")
