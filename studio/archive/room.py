"""Whether what is to be written fits on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from studio.errors import DiskFull
from studio.text.display import size

ROOM_BYTES = 64 * 2**20
"""Free space, in bytes, that is left over: as much as a run needs to begin a paid call."""


def check_room(place: Path, wanted: int) -> None:
    """Make sure that so many bytes fit on the disk of the folder `place`, and some are left over.

    Raises:
        DiskFull: they do not.
    """
    free = shutil.disk_usage(place).free
    if free < wanted + ROOM_BYTES:
        raise DiskFull(
            f"{size(wanted)} are to be written into {str(place)!r}, and {size(free)} are free there: free some space, "
            "then try again"
        )
