"""What the processes of `film studio` tell it: a line of JSON each, on a pipe."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """One thing that is told.

    `ready`: it does its work now. `freed`: a server set `how` many slots of the limit `name` free that nobody held. The
    others are a worker's, of a run: it is `taken`, its process has `begun`, it is `over` (whatever became of it), its
    process `died`, it has `failed`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Literal["ready", "freed", "taken", "begun", "over", "died", "failed"]
    run_id: str = ""
    name: str = ""
    """Of a run or a limit."""
    pid: int = 0
    output: str = ""
    """Where a run's sessions lie; '' where it was not said."""
    how: str = ""


def teller(handle: int) -> Callable[[Message], None]:
    """Return what tells a word on an open pipe."""

    def tell(word: Message) -> None:
        # Who started us may be gone.
        with suppress(OSError):
            os.write(handle, word.model_dump_json(exclude_defaults=True).encode() + b"\n")

    return tell


def ending(status_code: int) -> str:
    """Return how a process ended: 'signal 9', 'exit code 1'."""
    return f"signal {-status_code}" if status_code < 0 else f"exit code {status_code}"
