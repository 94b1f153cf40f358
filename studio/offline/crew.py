"""The embedded crew whole, for whoever needs it without the engine: `film plan` of a film that costs nothing."""

from __future__ import annotations

from studio.offline.animator import OfflineAnimator
from studio.offline.composer import OfflineComposer
from studio.offline.narrator import OfflineNarrator
from studio.offline.painter import OfflinePainter
from studio.offline.writer import OfflineWriter
from studio.ports import Crew


def embedded_crew() -> Crew:
    """Return the crew 'offline'."""
    return Crew(
        "offline", OfflineWriter(), OfflinePainter(), OfflineNarrator(), OfflineAnimator(), OfflineComposer()
    )  # fmt: skip
