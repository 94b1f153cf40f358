"""The `film` command as a process of its own, with the counted crew: python -m tests.support.films.filmed KIND SECONDS
ARGS...

Every call of KIND takes SECONDS; of 'fail:KIND' it fails, of 'full:KIND' it finds the disk full, of 'doom:KIND' it
fails where what is made speaks of doom. FILM_TEST_LOG names the file that every engine call is written to. The films
of a batch are made by children (`tests.support.films.filmed_child`) with the same crew.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import blocks.crew
import flows.child_process
from flows.cli.film import main
from studio.errors import EngineFailed
from tests.support.films.fake_crew import Hook, Log, fake_crew, slow


def hooked(kind: str, seconds: float) -> Hook:
    """Return the hook that a call of `kind` meets."""
    fault, _, failing = kind.rpartition(":")
    if not fault:
        return slow(kind, seconds)

    def hook(each: str, what: str) -> None:
        if each == failing and fault == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), what)
        if each == failing and (fault != "doom" or "doom" in what):
            raise EngineFailed("the engine said no")

    return hook


def film(kind: str, seconds: str, arguments: list[str]) -> None:
    """Run the command with the counted crew."""
    log = Log(path=Path(os.environ["FILM_TEST_LOG"]), hook=hooked(kind, float(seconds)))
    blocks.crew.CREWS["offline"] = lambda: fake_crew(log)
    flows.child_process.PROGRAM[:] = [sys.executable, "-m", "tests.support.films.filmed_child", kind, seconds]
    main(arguments)


if __name__ == "__main__":
    film(sys.argv[1], sys.argv[2], sys.argv[3:])
