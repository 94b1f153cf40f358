"""The embedded crew whole; it needs neither the engine nor a vendor."""

from __future__ import annotations

from functools import cache

from studio.model.engines import Crew
from studio.offline.animator import OfflineAnimator
from studio.offline.composer import OfflineComposer
from studio.offline.narrator import OfflineNarrator
from studio.offline.painter import OfflinePainter
from studio.offline.writer import OfflineWriter


@cache
def embedded_crew() -> Crew:
    """Return the crew 'offline': one for the whole process."""
    return Crew(
        "offline", OfflineWriter(), OfflinePainter(), OfflineNarrator(), OfflineAnimator(), OfflineComposer()
    )  # fmt: skip
