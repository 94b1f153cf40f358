"""The messages that the processes of `film studio` send it over a pipe: one line of JSON each."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """One message of a server or a worker.

    `ready`: it does its work now. `freed`: a server has freed slots of the limit `name` that nobody held, as many as
    `how` says. The others are a worker's, about a run: it is `taken`, its process has `begun`, it is `over` (however it
    ended), its process `died`, it has `failed`; `how` is then the reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Literal["ready", "freed", "taken", "begun", "over", "died", "failed"]
    run_id: str = ""
    name: str = ""
    """The name of a run or of a limit."""
    pid: int = 0
    output: str = ""
    """A run's output folder; '' if none was given."""
    how: str = ""


def teller(handle: int) -> Callable[[Message], None]:
    """Return a function that sends a message on the open pipe `handle`."""

    def tell(message: Message) -> None:
        # Whoever started this process may be gone.
        with suppress(OSError):
            os.write(handle, message.model_dump_json(exclude_defaults=True).encode() + b"\n")

    return tell


def ending(status_code: int) -> str:
    """Return in words how a process ended: 'signal 9', 'exit code 1'.

    Args:
        status_code: its exit code, negative for a signal.
    """
    return f"signal {-status_code}" if status_code < 0 else f"exit code {status_code}"
