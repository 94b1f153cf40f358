"""Stop a run: because it was asked to stop, or because its server no longer counts on it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from studio.errors import Interrupted


class RunControl:
    """Says whether a run may go on; asked before every piece of work and between frames, from any thread.

    Set `stop` to end the run.

    Args:
        why_stopped: returns why the run may not go on, '' while it may; called often.
        go_on: the command that resumes the session, for messages.
    """

    def __init__(self, go_on: str, why_stopped: Callable[[], str] = str) -> None:
        self.stop = threading.Event()
        self.go_on = go_on
        self._why_stopped = why_stopped

    def check_running(self) -> None:
        """Return if the run may go on, else raise.

        Raises:
            Interrupted: no more work may begin.
        """
        if reason := self._why_stopped():
            self.stop.set()
            raise Interrupted(f"{reason}; go on with: {self.go_on}")
        if self.stop.is_set():
            raise Interrupted(f"stopped; go on with: {self.go_on}")
