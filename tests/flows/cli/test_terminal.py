"""Laws of the `film` command on a real terminal: what it asks, what it does with the answer, how its table looks."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

import pytest

from studio.model.brief import FilmOptions
from studio.sessions.find_or_make import open_new
from tests.support.films.film_command import IDEA, PATIENCE_SECONDS, TINY, Film
from tests.support.sampled import sampled

TAKE_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Makes the terminal the process's own, so that Ctrl-C typed there is a signal to it."""
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""As a shell without job control starts what ends with '&'."""
QUESTION = "Do you want to continue? (y/n) "


class Terminal:
    """`film` on a pseudo-terminal of 80 x 24, its standard output elsewhere where `out` is given."""

    def __init__(
        self, film: Film, *arguments: str, slow: str = "nothing", out: IO[str] | None = None, deaf: bool = False
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                DEAF * deaf + TAKE_THE_TERMINAL,
                "-m",
                "tests.support.films.filmed",
                slow,
                "60",
                *arguments,
            ],
            cwd=film.folder,
            env=film.environment | {"TERM": "xterm-256color"},
            stdin=slave,
            stdout=slave if out is None else out,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.text = ""

    def read_until(self, wanted: str) -> None:
        """Read until `wanted` was written."""
        while wanted not in self.text:
            assert self._read(), self.text

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            continue
        return self.process.wait(PATIENCE_SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE_SECONDS)
        assert ready, self.text
        try:
            piece = os.read(self._master, 65_536)
        except OSError:
            # Linux ends a terminal that nobody holds open any more with EIO.
            return False
        self.text += piece.decode("utf-8", "replace")
        return bool(piece)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


@pytest.fixture
def film(tmp_path: Path, server: str) -> Iterator[Film]:
    film = Film(tmp_path, server)
    film.environment.pop("NO_COLOR", None)
    yield film
    film.end()


@pytest.fixture
def opened(film: Film) -> Path:
    """An unfinished session of the film that the tests ask for."""
    folder, held = open_new(
        film.folder / "output" / "sessions", IDEA, FilmOptions(seconds=4, height=144), lambda: 7, datetime.now(), "0"
    )
    held.release()
    return folder


def test_yes_goes_on(film: Film, opened: Path) -> None:
    """Without an idea the newest unfinished session is shown and offered; after 'y' it is finished, beside no other."""
    terminal = Terminal(film, "make")
    try:
        terminal.read_until(QUESTION)
        assert opened.name in terminal.text
        assert IDEA in terminal.text
        terminal.type("what?\ny\n")
        assert terminal.end() == 0, terminal.text
    finally:
        terminal.close()
    assert terminal.text.count(QUESTION) == 2
    assert film.sessions == [opened]
    assert (opened / "film.mp4").is_file()
    end = terminal.text[terminal.text.rindex("film     ") :]
    assert [line.split()[0] for line in end.splitlines() if line.strip()] == ["film", "length", "took", "look"]
    assert "\x1b[?25h" in terminal.text[terminal.text.rindex("\x1b[?25l") :]


@pytest.mark.thorough
def test_no_asks_for_an_idea(film: Film, opened: Path) -> None:
    """After 'n' the film's idea is asked for, and a new session made; the unfinished one is left alone."""
    terminal = Terminal(film, "make", *TINY)
    try:
        terminal.read_until(QUESTION)
        terminal.type("n\n")
        terminal.read_until("What is the film about? ")
        terminal.type("A letter [bold]at[/bold] sea\n")
        assert terminal.end() == 0, terminal.text
    finally:
        terminal.close()
    assert len(film.sessions) == 2
    (new,) = [folder for folder in film.sessions if folder != opened]
    assert json.loads((new / "brief.json").read_text("utf-8"))["idea"] == "A letter [bold]at[/bold] sea"
    assert not (opened / "runs").exists()


@pytest.mark.thorough
def test_no_to_the_same_idea_begins_anew(film: Film, opened: Path) -> None:
    """Where the same film is unfinished it is offered; after 'n' a new session is opened for it."""
    terminal = Terminal(film, "make", IDEA, *TINY)
    try:
        terminal.read_until(QUESTION)
        terminal.type("n\n")
        assert terminal.end() == 0, terminal.text
    finally:
        terminal.close()
    assert len(film.sessions) == 2
    assert not (opened / "film.mp4").exists()


@pytest.mark.thorough
def test_the_question_is_for_the_person_not_for_the_pipe(film: Film, opened: Path) -> None:
    """With --json and standard output in a file the question stands on the terminal, and the file holds the object."""
    with (film.folder / "out.json").open("w+", encoding="utf-8") as out:
        terminal = Terminal(film, "make", "--json", out=out)
        try:
            terminal.read_until(QUESTION)
            terminal.type("y\n")
            assert terminal.end() == 0, terminal.text
        finally:
            terminal.close()
        out.seek(0)
        assert json.loads(out.read())["session_id"] == opened.name
    assert film.sessions == [opened]


@sampled("deaf", [False, True])
@sampled("key", ["\x03", "\x04"])
def test_nobody_answers(film: Film, opened: Path, key: str, deaf: bool) -> None:
    """Ctrl-C and Ctrl-D at the question leave with 130 and one line, though a script had made us deaf to the signal;
    nothing is begun."""
    terminal = Terminal(film, "make", deaf=deaf)
    try:
        terminal.read_until(QUESTION)
        terminal.type(key)
        assert terminal.end() == 130
    finally:
        terminal.close()
    after = terminal.text[terminal.text.index(QUESTION) + len(QUESTION) :]
    assert "interrupted" in after
    assert "Traceback" not in after
    assert not (opened / "runs").exists()


@pytest.mark.thorough
def test_no_color(film: Film) -> None:
    """With NO_COLOR set the live table has no colour."""
    film.environment["NO_COLOR"] = "1"
    terminal = Terminal(film, "make", IDEA, *TINY)
    try:
        assert terminal.end() == 0, terminal.text
    finally:
        terminal.close()
    assert "images" in terminal.text
    assert not re.search(r"\x1b\[(?:[\d;]*;)?(?:3[0-8]|9[0-7])[;m]", terminal.text)


@pytest.mark.thorough
def test_without_a_terminal_the_newest_is_gone_on_with(film: Film, opened: Path) -> None:
    """Where nobody can be asked, `film make` without an idea finishes the newest unfinished session."""
    code, out, err = film.run("make", "--json")
    assert code == 0, err
    assert json.loads(out)["session_id"] == opened.name
    assert film.sessions == [opened]


@pytest.mark.thorough
def test_an_interrupt_leaves_the_terminal_tidy(film: Film) -> None:
    """Ctrl-C while a long piece is in hand: the table stays as it was, the last line stands below it, whole, and the
    cursor is back."""
    terminal = Terminal(film, "make", IDEA, *TINY, slow="image")
    try:
        terminal.read_until("▒")
        terminal.type("\x03")
        assert terminal.end() == 130
    finally:
        terminal.close()
    last = terminal.text.splitlines()[-1].removeprefix("\x1b[?25h")
    assert last.startswith("interrupted")
    assert last.endswith(f"film resume {film.sessions[0].name}")
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("\x1b[?25l")
