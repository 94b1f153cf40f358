"""Laws of the border to the person: exit codes, one-line errors, harmless text, JSON that any program reads."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import sys
import unicodedata
from collections.abc import Callable

import pytest
from cyclopts import CycloptsError
from hypothesis import given
from hypothesis import strategies as st

from studio.cli.terminal import leave, share_shown, typed_answer, write_json
from studio.errors import BadInput, EngineFailed, FilmError, Interrupted
from studio.text.display import clock, printable, size

HOSTILE = "a\x1b[31mred\x07 \u202eevil\u2066\n\t\x00 \u2028\u200b\ud800 灯台 👩\u200d🚀"


def _raising(error: BaseException) -> Callable[[], int]:
    def run() -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput("no\nsuch \x1b[1mthing"), 2),
        (FilmError("no such thing"), 1),
        (EngineFailed("no such thing"), 1),
        (Interrupted("no such thing"), 130),
        (KeyboardInterrupt(), 130),
        (CycloptsError(msg="no such\nthing"), 2),
        (FileNotFoundError(2, "No such file\nor \x1b", "a\x1b[1m"), 1),
    ],
)
def test_errors_are_one_line(capsys: pytest.CaptureFixture[str], error: BaseException, code: int) -> None:
    """Every way out is one line on standard error that no terminal obeys, and the exit code that belongs to it."""
    assert leave(_raising(error), interrupted="no such thing") == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert "no such" in err


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (1, 1)])
def test_exit_code_of_success(returned: int | None, code: int) -> None:
    """What a command returns is the exit code; nothing is 0."""
    assert leave(lambda: returned) == code


@given(st.text() | st.just(HOSTILE))
def test_harmless(text: str) -> None:
    """Shown text is one line without control, bidi or surrogate characters, and is not changed by showing it again."""
    shown = printable(text)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Zl", "Zp") for letter in shown)
    assert {letter for letter in shown if unicodedata.category(letter) == "Cf"} <= {"\u200c", "\u200d"}
    assert printable(shown) == shown
    shown.encode("utf-8")


@given(st.text(alphabet=st.characters(categories=("L", "N", "S"))))
def test_harmless_keeps_words(text: str) -> None:
    """Letters, digits and symbols of every script are left as they are."""
    assert printable(text) == text


def test_json_holds_anything(capsys: pytest.CaptureFixture[str]) -> None:
    """What is written as JSON is read back by any program, even where a text has a lone surrogate."""
    write_json({"idea": HOSTILE, "seconds": 1.5})
    assert json.loads(capsys.readouterr().out) == {"idea": HOSTILE, "seconds": 1.5}


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (59.6, "1:00 min"), (65, "1:05 min"), (7210, "2:00:10 h")])
def test_clock(seconds: float, said: str) -> None:
    """A duration is rounded to seconds, then told in the unit that fits."""
    assert clock(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "1.5 kB"),
        (999_960, "1.0 MB"),
        (24_100_000, "24.1 MB"),
        (3_200_000_000, "3.2 GB"),
    ],
)
def test_size(count: int, said: str) -> None:
    """A size is told in the decimal unit that fits."""
    assert size(count) == said


@pytest.mark.parametrize("terminal", [True, False])
def test_a_share_is_shown_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    """On one line of standard error that is wiped at the end, also after an error; nothing of it in a log."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with pytest.raises(ValueError, match="torn"), share_shown("looking") as show_share:  # noqa: PT012
        show_share(0.25)
        show_share(1.0)
        raise ValueError("torn")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == ("\r\x1b[Klooking: 25%\r\x1b[Klooking: 100%\r\x1b[K" if terminal else "")


def test_a_signal_before_a_line_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """input() is never called before a line is there: one that waits may miss a Ctrl-C that came just before."""

    def alarmed(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    master, slave = pty.openpty()
    before = signal.signal(signal.SIGALRM, alarmed)
    monkeypatch.setattr("builtins.input", lambda: os.read(slave, 100).decode())
    try:
        with open(slave, encoding="utf-8", closefd=False) as terminal:
            monkeypatch.setattr("sys.stdin", terminal)
            os.write(master, b" yes \n")
            assert typed_answer("", io.StringIO()) == "yes"
            monkeypatch.setattr("builtins.input", lambda: pytest.fail("waits where no signal is noticed"))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(KeyboardInterrupt):
                typed_answer("", io.StringIO())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        os.close(master)
        os.close(slave)
