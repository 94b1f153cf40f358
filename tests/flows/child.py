"""A process of its own that makes a film with the counted crew, to be killed: python -m tests.flows.child JSON.

The JSON object: `options` of the flow, `log` (a file that every engine call is written to), `slow` (the kind of call
that takes `seconds`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import blocks.crew
from flows.make_film import make_film
from tests.fake_crew import Log, fake_crew, slow


def main() -> None:
    order = json.loads(sys.argv[1])
    log = Log(path=Path(order["log"]))
    if order.get("slow"):
        log.hook = slow(order["slow"], order["seconds"])
    blocks.crew.CREWS["offline"] = lambda: fake_crew(log)
    make_film(**order["options"])


if __name__ == "__main__":
    main()
