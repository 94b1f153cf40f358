"""Tell whether a run on another machine works on a session. On a shared disk the lock may not show it.

A run touches its card every few seconds. A card of another machine's run that has not ended and was touched a moment
ago is a sign of life; an older one belongs to a run that died there, or to a folder that was moved here.
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
from studio.object_storage import outputs

TOUCH_SECONDS = 15.0
"""How often a run gives a sign of life."""
CARD_SILENCE_SECONDS = 60.0
"""How long a run on another machine may be silent before it counts as gone: three signs may be missed."""


def seconds_since_sign(folder: Path) -> float | None:
    """Return how many seconds ago a run on another machine gave its last sign of life; None if no such run works."""
    now = time.time()
    with tolerant.entered(folder) as opened:
        touched = (
            [(now - changed / 1e9, name) for changed, name in tolerant.changes_at(opened, "runs")] if opened else []
        )
        # A card from the future is not a sign of life: nobody touched it a moment ago.
        for ago, name in sorted((ago, name) for ago, name in touched if abs(ago) <= CARD_SILENCE_SECONDS):
            card = tolerant.dict_at(opened, f"runs/{name}") if opened is not None else {}
            if card.get("ended_at") == "" and tolerant.text(card, "host") not in ("", socket.gethostname()):
                return max(0.0, ago)
    return None


@contextmanager
def touching_card(card: Path) -> Iterator[None]:
    """Touch the run card at `card` every `TOUCH_SECONDS` while the block runs.

    That of a session in object storage is not: there the owner shows in the session's head that it is alive.
    """
    if outputs.output_of(card.parents[2]) is not None:
        yield
        return
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(TOUCH_SECONDS):
            # If the disk fails, the run itself will say so.
            with contextlib.suppress(OSError):
                files.touch(card)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
