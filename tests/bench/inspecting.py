"""What looking at a finished film costs, and listening to it: `studio/checks/film_check.py` in a process of its own.

    python -m tests.bench.inspecting SESSION_FOLDER

Prints what it took as JSON. A film's bench calls it for what the inspection's share of the cut is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from studio.checks.film_check import film_findings
from tests.bench.measured import measured


def main() -> None:
    """Look at the film and print what it took."""
    print(json.dumps(measured(lambda: film_findings(Path(sys.argv[1])))))


if __name__ == "__main__":
    main()
