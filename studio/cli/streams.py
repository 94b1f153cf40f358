"""The three standard streams, there whatever a shell did to them. Imports nothing that Python has not loaded anyway."""

from __future__ import annotations

import io
import os
import sys


def open_streams() -> None:
    """Open the standard streams that were closed (`>&-`), leading nowhere, and let those for output take any text.

    Called first thing by both commands: a file that is opened later would get the closed stream's number, and what is
    said to a person would be written into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            # Children have it as well.
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
        stream = getattr(sys, name)
        if number and isinstance(stream, io.TextIOWrapper):
            # A title in Chinese must not end the command on a Latin-1 terminal.
            stream.reconfigure(errors="backslashreplace")
