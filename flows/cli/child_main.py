"""The program of a child process that makes a film (`flows/child_process.py`): `film`, until standard input ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from flows.child_process import terminate_when_input_ends


def main(arguments: Sequence[str]) -> None:
    """Run the child; the first argument is the program's name, as printed lines have it, the rest are for `film`."""
    terminate_when_input_ends()
    from flows.cli.film import main as film

    sys.argv[0] = arguments[0]
    film(list(arguments[1:]))


if __name__ == "__main__":
    main(sys.argv[1:])
