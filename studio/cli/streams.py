"""Make sure that the three standard streams are open. Imports nothing that Python has not loaded anyway."""

from __future__ import annotations

import io
import os
import sys


def open_streams() -> None:
    """Open standard streams that were closed (`>&-`) on the null device, and make the output streams accept any text.

    Both commands call this first: otherwise a file that is opened later would get the closed stream's number, and
    messages for a person would be written into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            # Child processes inherit it, too.
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
        stream = getattr(sys, name)
        if number and isinstance(stream, io.TextIOWrapper):
            # A title in Chinese must not crash the command on a Latin-1 terminal.
            stream.reconfigure(errors="backslashreplace")
