"""Kill a process of one's own before any of its operations on the disk: what is left must be whole."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

from studio.fs import files
from studio.fs.disk_operations import Disk


def in_child(work: Callable[[], object]) -> int:
    """Start `work` in a process of its own, which ends with 0 if it returned, else with 1; return the process's id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Wait for a process and return its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Cut(Disk):
    """A disk on which the process is killed before the operation of this number."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __getattribute__(self, name: str) -> Any:
        if name in vars(Disk) and not name.startswith("_"):
            self.left -= 1
            if self.left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().__getattribute__(name)


def killed_at(at: int, work: Callable[[], object]) -> bool:
    """Do `work` in a process that is killed before its operation of this number; tell whether it was.

    Raises:
        AssertionError: the work failed.
    """

    def cut() -> None:
        with files.through(Cut(at)):
            work()

    code = ended(in_child(cut))
    assert code in (0, -signal.SIGKILL)
    return code != 0
