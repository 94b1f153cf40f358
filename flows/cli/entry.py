"""The entry point of the `film` command: it answers Ctrl-C and SIGTERM with one line from the first moment.

The command's imports take a second or more, and a signal during them would print a page of traceback. This module
imports nothing that takes time.
"""

from __future__ import annotations

from flows.cli.early_signals import nothing_begun
from studio.cli.streams import open_streams


def main() -> None:
    """Run the `film` command."""
    open_streams()
    with nothing_begun():
        from flows.cli.film import main as command
        from flows.film_stores import know_blocks

        know_blocks()
    command()
