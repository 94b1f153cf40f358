"""What both commands share for the terminal: exit codes, errors in one line, questions, output for programs.

Nothing here knows films or sessions. Light on purpose: `sessions list` imports it before it answers.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from cyclopts import CycloptsError, RepeatArgumentError, UnusedCliTokensError

from studio.errors import FilmError
from studio.text.display import printable

NO_THREAD = "can't start new thread"
"""Python's error message if the system starts no more threads."""
NO_ROOM = (
    "the system gives this program no more threads or memory: end other programs, or raise its limits (ulimit -u, -v)"
)
_POLL_SECONDS = 0.1
"""How often a wait for a typed line checks whether a signal came."""


def leave(run: Callable[[], int | None], interrupted: str = "interrupted") -> int:
    """Call `run` and return its exit code; an error is printed as one line on standard error.

    0 done, 1 not finished, 2 wrong use or bad input, 130 interrupted.

    Args:
        interrupted: the line to print after Ctrl-C.
    """
    try:
        code = run() or 0
        sys.stdout.flush()
        return code
    except UnusedCliTokensError as error:
        words = " ".join(error.unused_tokens or ())
        _complain(f"{words!r} is more than this command takes: put quotes around a text of several words. See --help.")
        return 2
    except RepeatArgumentError as error:
        _complain(f"{error.token.keyword} is given twice, or beside its opposite: give one of them. See --help.")
        return 2
    except CycloptsError as error:
        _complain(f"{error} See --help.")
        return 2
    except FilmError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt as stop:
        _complain(interrupted)
        # For a signal other than Ctrl-C, the handler that raised this set the exit code.
        return int(getattr(stop, "exit_code", 130))
    except BrokenPipeError:
        # The reader of our output has gone. What is still buffered must not be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and str(error) != NO_THREAD:
            raise
        _complain(f"{NO_ROOM}; then run the same line again")
        return 1
    except OSError as error:
        # A file that may not be read, a disk that fails: a person needs the file's name, not a traceback.
        _complain(
            f"{str(error.filename or 'the system')!r}: {(error.strerror or str(error)).lower()}: check it, try again"
        )
        return 1


def agrees_on_terminal(question: str) -> bool:
    """Ask a yes-or-no question until it is answered; False if input or output is not a terminal.

    Raises:
        KeyboardInterrupt: the person leaves (Ctrl-C, Ctrl-D).
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return says_yes(question, sys.stdout)


@contextmanager
def share_shown(what: str) -> Iterator[Callable[[float], None]]:
    """Give a function that shows on standard error which share of a long task is done, 0 to 1; wiped at the end.

    If standard error is not a terminal, nothing is shown: a log needs no progress line.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda share: print(f"\r\x1b[K{what}: {share:.0%}", end="", file=sys.stderr, flush=True)
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def says_yes(question: str, out: IO[str]) -> bool:
    """Ask a yes-or-no question on `out` until it is answered, and return whether it was yes.

    Raises:
        KeyboardInterrupt: as `typed_answer`.
    """
    while True:
        answer = typed_answer(question, out).lower()
        if answer in ("y", "yes", "n", "no"):
            return answer.startswith("y")


def typed_answer(question: str, out: IO[str]) -> str:
    """Ask on `out` and return the line that is typed, without the white space around it.

    Raises:
        KeyboardInterrupt: the person leaves (Ctrl-C, Ctrl-D).
    """
    print(question, end="", flush=True, file=out)
    # input() alone may miss a Ctrl-C: one that comes just before it begins to wait is noticed only at the next line.
    while not select.select([sys.stdin], [], [], _POLL_SECONDS)[0]:
        continue
    try:
        return input().strip()
    except EOFError:
        # The terminal's line is still open.
        print(file=out)
        raise KeyboardInterrupt from None


def _complain(message: str) -> None:
    print(printable(message), file=sys.stderr)


def write_exact(text: str) -> None:
    """Write text for a program to standard output: UTF-8 in any locale, lone surrogates as '\\udcff'."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def write_json(value: object) -> None:
    """Write one JSON value to standard output, indented, ending with a newline."""
    write_exact(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
