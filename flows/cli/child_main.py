"""What runs in a child that makes a film (`flows/child_process.py`): the `film` command, until its input ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from flows.child_process import end_with_input


def main(arguments: Sequence[str]) -> None:
    """Be the child: the first argument is how the program is called, for the lines that it prints."""
    end_with_input()
    from flows.cli.film import main as film

    sys.argv[0] = arguments[0]
    film(list(arguments[1:]))


if __name__ == "__main__":
    main(sys.argv[1:])
