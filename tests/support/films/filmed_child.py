"""A child that films with the counted crew: python -m tests.support.films.filmed_child KIND SECONDS PROGRAM ARGS..."""

from __future__ import annotations

import sys

from flows.child_process import terminate_when_input_ends
from tests.support.films.filmed import film

if __name__ == "__main__":
    terminate_when_input_ends()
    film(sys.argv[1], sys.argv[2], sys.argv[4:])
