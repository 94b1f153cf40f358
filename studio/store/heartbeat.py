"""Whether another machine works on a session: on a shared disk this machine's lock may not tell.

A run touches its card every few seconds. A card of another machine that never ended and was touched a moment ago is a
sign of life; an older one is that of a run which died there, or of a folder that was moved here.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.fs import files, tolerant

SIGN_SECONDS = 15.0
"""How often a run gives a sign of life."""
SILENCE_SECONDS = 60.0
"""After how long without a sign a run on another machine counts as gone: three signs may be late."""


def seconds_ago(folder: Path) -> float | None:
    """Return how long ago another machine's run gave its last sign of life here; None where no such run works."""
    now = time.time()
    with tolerant.entered(folder) as opened:
        touched = (
            [(now - changed / 1e9, name) for changed, name in tolerant.changes_at(opened, "runs")] if opened else []
        )
        # A card from the future is no sign: nobody touched it a moment ago.
        for ago, name in sorted((ago, name) for ago, name in touched if abs(ago) <= SILENCE_SECONDS):
            card = tolerant.dict_at(opened, f"runs/{name}") if opened is not None else {}
            if card.get("ended_at") == "" and tolerant.text(card, "host") not in ("", socket.gethostname()):
                return max(0.0, ago)
    return None


@contextmanager
def signs_of_life(card: Path) -> Iterator[None]:
    """Touch the run card at `card` now and then while the block runs."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(SIGN_SECONDS):
            # Where the disk fails, the run itself will say so.
            with contextlib.suppress(OSError):
                files.touch(card)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
