"""The `film` command as a process of its own, with the counted crew: python -m tests.flows.filmed KIND SECONDS ARGS...

Every call of KIND takes SECONDS; of 'fail:KIND' it fails, of 'full:KIND' it finds the disk full. FILM_TEST_LOG names
the file that every engine call is written to.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import blocks.crew
from flows.command import main
from studio.errors import EngineFailed
from tests.fake_crew import Hook, Log, fake_crew, slow


def hooked(kind: str, seconds: float) -> Hook:
    """Return the hook that a call of `kind` meets."""
    fault, _, failing = kind.rpartition(":")
    if not fault:
        return slow(kind, seconds)

    def hook(each: str, what: str) -> None:
        if each == failing and fault == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), what)
        if each == failing:
            raise EngineFailed("the engine said no")

    return hook


if __name__ == "__main__":
    kind, seconds, *arguments = sys.argv[1:]
    log = Log(path=Path(os.environ["FILM_TEST_LOG"]), hook=hooked(kind, float(seconds)))
    blocks.crew.CREWS["offline"] = lambda: fake_crew(log)
    main(arguments)
