"""Every option that takes a path, of every command, found by looking at the commands: no name of a file does harm."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from cyclopts import App

from flows.cli.film import app as film
from flows.cli.film import main as film_main
from studio.cli.sessions import app as sessions
from studio.cli.sessions import main as sessions_main
from tests.support.films.film_command import IDEA, assert_one_line
from tests.support.sessions.make_sessions import make_session, snapshot

DEAD = "http://127.0.0.1:9/api"
ID = "session_20250208_002238"
BAD = {
    "long": "x" * 300,
    "very long": "y" * 5_000,
    "deep": "a/" * 2_500 + "b",
    "nul": "a\0b",
    "line end": "a\nb\r",
    "no utf-8": "a\udcff\udc80",
    "escape": "a\x1b[31mb",
    "folder": ".",
    "device": "/dev/zero",
    "missing": "nowhere/at/all",
    "below a file": "file.txt/b",
    "nobody's": "/proc/self/mem",
    "loop": "loop",
    "empty": "",
    "system": "/proc",
    "emoji": "🚀" * 100,
    "no suffix": "file",
}
"""Names of files by what is wrong with them."""


def _paths(app: App) -> Iterator[tuple[str, str]]:
    """Yield (command, option) of every option that is a path; '' for one that is given by its place."""
    for name in app:
        if name.startswith("-"):
            continue
        for argument in app[name].assemble_argument_collection():
            hints = {argument.hint, *get_args(argument.hint)} - {types.NoneType}
            if Path in hints or argument.name == "--output":
                yield name, argument.name if argument.name.startswith("--") else ""


OPTIONS = [("film", *found) for found in _paths(film)] + [("sessions", *found) for found in _paths(sessions)]


def test_the_options_are_found() -> None:
    """A new option that takes a path is among them by itself; these were there when this was written."""
    assert {("film", "make", "--script"), ("film", "plan", "--prompts"), ("film", "batch", "")} <= {*OPTIONS}
    assert sum(option == "--output" for _, _, option in OPTIONS) >= 10


@pytest.mark.parametrize(("program", "command", "option"), OPTIONS)
def test_no_name_of_a_file_does_harm(
    program: str,
    command: str,
    option: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whatever stands for a path: done, or exit code 2 and one line; of a file that is read, the line names it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_API_URL", DEAD)
    (tmp_path / "file.txt").write_text("words")
    (tmp_path / "loop").symlink_to("loop")
    make_session(tmp_path / "output" / "sessions", ID, shots=1)
    main = film_main if program == "film" else sessions_main
    given = [] if command in ("list", "batch", "import") else [IDEA] if command == "make" else [ID]
    if command == "export" and option:
        given += [str(tmp_path / "of.film")]
    if command == "fork":
        # Refused for this once everything else is fine: what is found by an empty `--output` stays as it is.
        given += ["--from-shot", "99"]
    for kind, bad in BAD.items():
        monkeypatch.setattr("sys.argv", [program, command])
        before = snapshot(tmp_path / "output")
        with pytest.raises(SystemExit) as left:
            main([command, *given, *([option] if option else []), bad])
        out, err = capfd.readouterr()
        assert left.value.code in (0, 2) or command == "verify", (kind, out, err)
        assert snapshot(tmp_path / "output") == before, kind
        if left.value.code == 2:
            assert_one_line(err)
        elif command != "export" and option in ("--script", "--prompts", ""):
            raise AssertionError((kind, out, err))
