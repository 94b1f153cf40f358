"""Who works on a film: crews by name.

Vendor adapters live beside this file; they know no sessions, write no files but the one they are given, and neither
retry nor cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from studio.errors import BadInput
from studio.offline.animator import OfflineAnimator
from studio.offline.composer import OfflineComposer
from studio.offline.narrator import OfflineNarrator
from studio.offline.painter import OfflinePainter
from studio.offline.writer import OfflineWriter
from studio.ports import Crew


@cache
def _offline() -> Crew:
    return Crew(
        "offline", OfflineWriter(), OfflinePainter(), OfflineNarrator(), OfflineAnimator(), OfflineComposer()
    )  # fmt: skip


CREWS: dict[str, Callable[[], Crew]] = {"offline": _offline}
"""The crews that can be named: 'offline' is embedded, needs neither keys nor network, and spends nothing."""


def crew_named(name: str) -> Crew:
    """Return the crew of that name.

    Raises:
        BadInput: there is none; the message names those there are.
    """
    try:
        return CREWS[name]()
    except KeyError as error:
        known = ", ".join(sorted(CREWS))
        raise BadInput(f"--crew: there is no crew {name[:60]!r}: choose one of {known}") from error
