"""Whether a run may go on: it was asked to stop, or it is not the run any more that its server means."""

from __future__ import annotations

import threading
from collections.abc import Callable

from studio.errors import Interrupted


class RunControl:
    """Asked before every piece of work and between frames, from any thread. `stop` is set by whoever ends the run.

    Args:
        recalled: says why the run may not go on, '' while it may; asked often.
        go_on: the command that goes on with the session, for messages.
    """

    def __init__(self, go_on: str, recalled: Callable[[], str] = str) -> None:
        self.stop = threading.Event()
        self.go_on = go_on
        self._recalled = recalled

    def check_running(self) -> None:
        """Let work begin.

        Raises:
            Interrupted: none may begin any more.
        """
        if reason := self._recalled():
            self.stop.set()
            raise Interrupted(f"{reason}; go on with: {self.go_on}")
        if self.stop.is_set():
            raise Interrupted(f"stopped; go on with: {self.go_on}")
