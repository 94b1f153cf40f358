"""Stop a run: because it was asked to stop, or because its server no longer counts on it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from studio.errors import Interrupted, SessionLost


class RunControl:
    """Says whether a run may go on; asked before every piece of work and between frames, from any thread.

    Set `stop` to end the run.

    Args:
        why_stopped: returns why the run may not go on, '' while it may; called often.
        go_on: the command that resumes the session, for messages.
        why_lost: returns why the session is not this run's any more, '' while it is; called often.
    """

    def __init__(self, go_on: str, why_stopped: Callable[[], str] = str, why_lost: Callable[[], str] = str) -> None:
        self.stop = threading.Event()
        self.go_on = go_on
        self._why_stopped, self._why_lost = why_stopped, why_lost

    def check_running(self) -> None:
        """Return if the run may go on, else raise.

        Raises:
            Interrupted: no more work may begin.
            SessionLost: because another machine has the session now.
        """
        if reason := self._why_lost():
            self.stop.set()
            raise SessionLost(f"{reason}; go on with: {self.go_on}")
        if reason := self._why_stopped():
            self.stop.set()
            raise Interrupted(f"{reason}; go on with: {self.go_on}")
        if self.stop.is_set():
            raise Interrupted(f"stopped; go on with: {self.go_on}")
