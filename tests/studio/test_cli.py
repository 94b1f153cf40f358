"""Laws of the `sessions` command: what it prints and where, its exit codes, and that it only looks."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from studio import lock
from studio.cli import main
from studio.errors import NoSuchSession
from studio.facts import read_facts
from studio.listing import listings
from studio.projection import project
from studio.prompt_files import parse_prompts
from studio.report import read_report
from studio.views import fit, show_report, show_table, summary
from tests.make_sessions import brief, make_foreign, make_session, snapshot

ID = "session_20250208_002238"
HOSTILE = (
    "[bold]a[/bold] [link=file:///etc]b[/link] :smile:\n\x1b[31mred\x1b[0m \u202eevil\u202c 灯台守の物語 👩\u200d🚀"
)
SHOWN = "[bold]a[/bold] [link=file:///etc]b[/link] :smile: \ufffd[31mred\ufffd[0m evil 灯台守の物語 👩\u200d🚀"
BAD_IDS = (
    "../../etc", "/etc", "session_20250101_000000/..", "", "x" * 5_000, "session_20250101_00000\u0661",
    "session_20250101_000000\n", "session_20250208_002239", "\x1b[31m", "latest",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FILM_OUTPUT", "FILM_FROM_MAKE", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    """Run the command and return (exit code, standard output, standard error)."""
    with pytest.raises(SystemExit) as left:
        main(list(argv))
    out, err = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, out, err


def a_few(output: Path) -> Path:
    """Write five sessions, one of each kind, and return the folder that holds them."""
    root = output / "sessions"
    make_session(root, "session_20250208_002238", shots=3)
    make_session(
        root, "session_20250208_002239", 3, images=2, clips=1, film=False, asked=brief(HOSTILE), prompt=HOSTILE
    )
    failed = make_session(root, "session_20250208_002240", shots=0, film=False)
    (failed / "failure.json").write_text(json.dumps({"message": "the painter said no", "at": "2025-02-08T01:02:03"}))
    make_foreign(root, "session_20240101_120000", done=True)
    make_foreign(root, "session_20240101_120001", older=True)
    return root


# --- list -----------------------------------------------------------------------------------------


def test_list_in_a_pipe(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """In a pipe each session is one plain line, newest first, whatever its idea holds."""
    a_few(tmp_path)
    code, out, err = run(capsys, "list", "--output", str(tmp_path))
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert [line.split("  ")[0].strip() for line in out.splitlines()] == [
        "failed", "interrupted", "done", "unverified", "done unverified",
    ]  # fmt: skip
    line = out.splitlines()[1]
    assert line.split()[1:5] == ["session_20250208_002239", "2/3", "1/3", "~40"]
    assert line.endswith(SHOWN)


def test_list_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As JSON the list is one value with every session's state and counts, its idea untouched."""
    a_few(tmp_path)
    _, out, _ = run(capsys, "list", "--output", str(tmp_path), "--json")
    found = json.loads(out)
    assert [each["state"] for each in found] == ["failed", "interrupted", "done", "unverified", "done unverified"]
    assert found[1] == {
        "session_id": "session_20250208_002239", "state": "interrupted", "idea": HOSTILE,
        "started_at": "2025-02-08T00:22:38.123456", "images_generated": 2, "videos_rendered": 1, "total_shots": 3,
        "seconds": None, "seconds_asked": 40.0, "foreign": False,
    }  # fmt: skip
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


# --- view -----------------------------------------------------------------------------------------


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
        facts = read_facts(folder)
        assert facts is not None
        meta: dict[str, Any] = project(facts, str(folder))
        assert {key: said[key] for key in meta if key not in ("shots", "stats")} == {
            key: meta[key] for key in meta if key not in ("shots", "stats")
        }
        assert all(shot.items() <= each.items() for shot, each in zip(meta["shots"], said["shots"], strict=True))
        assert meta["stats"].items() <= said["stats"].items()
    done = json.loads(run(capsys, "view", ID, "--output", str(tmp_path), "--json")[1])
    assert (done["state"], done["missing"], done["go_on"], done["failure"]) == ("done", [], None, None)
    assert done["stats"]["seconds_taken"] == {
        "planning": 1.0, "images": 0.75, "narration": 0.75, "videos": 0.75, "score": 0.25, "film": 0.25,
    }  # fmt: skip
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


# --- prompts and verify ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_prompts_come_back_unchanged(capsys: pytest.CaptureFixture[str], tmp_path: Path, form: tuple[str, ...]) -> None:
    """What `sessions prompts` prints, `film make --prompts` reads back: every prompt as it stands in the plan."""
    root = a_few(tmp_path)
    for name in ("session_20250208_002238", "session_20250208_002239", "session_20240101_120000"):
        code, out, _ = run(capsys, "prompts", name, "--output", str(tmp_path), *form)
        facts = read_facts(root / name)
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


@pytest.mark.parametrize("verb", ["view", "verify", "prompts"])
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


@pytest.mark.parametrize("verb", ["list", "view", "prompts", "verify"])
def test_help_has_examples(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    """Every command's help shows how it is called."""
    code, out, _ = run(capsys, verb, "--help")
    assert code == 0
    assert f"  sessions {verb}" in out


def test_listing_imports_nothing_heavy(tmp_path: Path) -> None:
    """A list is there at once: neither the engine, nor models, nor media libraries are imported for it."""
    make_session(tmp_path / "sessions", ID, shots=1)
    script = (
        "import sys; from studio.cli import app; app(['list', '--output', sys.argv[1]]); heavy = "
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
    command = [sys.executable, "-c", "from studio.cli import main; main()", "list", "--output", str(tmp_path)]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False, env=buffered)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_view_tells_a_plan_that_does_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken shots.json is not called missing only: it is there, and does not read."""
    folder = make_session(tmp_path / "sessions", shots=2)
    (folder / "shots.json").write_text('[{"index": 1')
    with pytest.raises(SystemExit):
        main(["view", folder.name, "--output", str(tmp_path)])
    assert "shots.json is there, but does not read" in capsys.readouterr().out
