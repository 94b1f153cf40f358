"""The offline crew: a writer, painter, narrator, animator and composer that need no network, no key and no Prefect."""

from __future__ import annotations

from functools import cache

from blocks.offline.animator import OfflineAnimator
from blocks.offline.music.composer import OfflineComposer
from blocks.offline.painter.painter import OfflinePainter
from blocks.offline.voice.narrator import OfflineNarrator
from blocks.offline.writer.writer import OfflineWriter
from studio.model.engines import Crew


@cache
def offline_crew() -> Crew:
    """Return the crew named 'offline'; every call in a process returns the same one."""
    writer = OfflineWriter()
    return Crew("offline", writer, writer, OfflinePainter(), OfflineNarrator(), OfflineAnimator(), OfflineComposer())
