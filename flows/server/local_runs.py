"""Keep track of the runs on this machine, as the workers of `film studio` report them, when a worker dies.

Their processes go on without the worker. Only the studio waits for them then: it notices when one has ended, and tells
the server if the run could not do so itself. A run that a worker had taken but not begun is scheduled again.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from flows.server.messages import Message

_PR_SET_CHILD_SUBREAPER = 36
"""The option's number in prctl(2)."""

ServerRequest = Callable[[], Message | None]
"""A request to make at the server; returns a message about it, or None."""


def become_parent_of_orphans() -> None:
    """Make this process adopt the orphans of its children, so that it learns how they end; on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class LocalRuns:
    """The runs in work on this machine, of the living worker and of those that died."""

    def __init__(self) -> None:
        self._held: dict[str, Message] = {}
        self._orphans: dict[str, Message] = {}
        self._groups: set[int] = set()

    def hear(self, message: Message) -> None:
        """Note a worker's message about a run."""
        if message.what in ("taken", "begun"):
            self._held[message.run_id] = message
        elif message.what == "over":
            self._held.pop(message.run_id, None)

    def worker_died(self, group: int) -> tuple[int, list[ServerRequest]]:
        """Note that the worker of a process group died; return how many runs go on without it, and what is to be done.

        Call this once all its messages were passed to `hear`.
        """
        from flows.server.ended_runs import schedule_again

        self._groups.add(group)
        begun = {run_id: message for run_id, message in self._held.items() if message.what == "begun"}
        taken = [message for message in self._held.values() if message.what == "taken"]
        self._orphans |= begun
        self._held.clear()
        return len(begun), [lambda message=message: schedule_again(message) for message in taken]  # type: ignore[misc]  # its default binds

    def ended(self) -> list[ServerRequest]:
        """Return what is to be done for the runs whose processes have ended since the last call."""
        from flows.server.ended_runs import judge

        codes = {pid: code for group in self._groups for pid, code in _reaped(group)}
        self._groups = {group for group in self._groups if _is_there(group)}
        requests: list[ServerRequest] = []
        for run_id, message in list(self._orphans.items()):
            if message.pid in codes or not _belongs(message.pid, self._groups):
                del self._orphans[run_id]
                code = codes.get(message.pid)
                requests.append(lambda message=message, code=code: judge(message, code))  # type: ignore[misc]  # its defaults bind
        return requests

    def are_there(self) -> bool:
        """Tell whether processes of dead workers were left at the last call of `ended`."""
        return bool(self._groups)

    def kill(self) -> None:
        """Kill all processes that are left of the workers that died."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


def _reaped(group: int) -> list[tuple[int, int]]:
    """Return the ids and exit codes (negative for a signal) of our children in a process group that have ended."""
    found = []
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-group, os.WNOHANG))[0]:
            found.append((ended[0], os.waitstatus_to_exitcode(ended[1])))
    return found


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _belongs(pid: int, groups: set[int]) -> bool:
    try:
        return os.getpgid(pid) in groups
    except ProcessLookupError:
        return False
