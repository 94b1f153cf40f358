"""Whether what is to be written fits on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from studio.errors import DiskFull
from studio.text.display import size

ROOM_BYTES = 64 * 2**20
"""Free space, in bytes, that is left over: as much as a run needs to begin a paid call."""

BLOCK_BYTES = 4096
"""The room that every file and folder takes beside its bytes: its own block, and the rest of its last one."""


def check_room(place: Path, wanted: int, names: int = 0) -> None:
    """Make sure that so many bytes fit on the disk of the folder `place`, and some are left over.

    Args:
        names: how many files and folders are made of them; each takes `BLOCK_BYTES` more.

    Raises:
        DiskFull: they do not.
    """
    wanted += names * BLOCK_BYTES
    free = shutil.disk_usage(place).free
    if free < wanted + ROOM_BYTES:
        raise DiskFull(
            f"{size(wanted)} are to be written into {str(place)!r}, and {size(free)} are free there: free some space, "
            "then try again"
        )
