"""The program of a process that runs `film` with the counted crew.

    python -m tests.support.films.filmed KIND SECONDS ARGS...

Every call of KIND takes SECONDS; with 'fail:KIND' it fails, with 'full:KIND' it finds the disk full, with 'doom:KIND'
it fails if its text contains "doom". FILM_TEST_LOG names the file to which every engine call is written. The films of a
batch are made by children (`tests.support.films.filmed_child`) with the same crew.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from flows.quick_imports import imports

with imports():
    import blocks.crew
    import flows.child_process
    from flows.cli.film import main
    from studio.errors import EngineFailed
    from tests.support.films.fake_crew import Hook, Log, fake_crew, slow


def hooked(kind: str, seconds: float) -> Hook:
    """Return the hook that is called at every call of `kind`."""
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
