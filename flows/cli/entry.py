"""The door of the `film` command: Ctrl-C and SIGTERM are answered in one line from the first moment.

What the command needs takes a second or more to import; a signal in the middle of that would be a page of traceback.
Nothing is imported here that costs time.
"""

from __future__ import annotations

from flows.cli.early_signals import nothing_begun
from studio.cli.streams import open_streams


def main() -> None:
    """Run the `film` command."""
    open_streams()
    with nothing_begun():
        from flows.cli.film import main as command
    command()
