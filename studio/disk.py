"""The primitive operations by which this program changes a disk, one method each, and nothing else.

`studio/files.py` builds every durable change from them. They are methods of one object so that another may stand in
and record each operation, stop at it, or fail at it: that is how the crash bench knows that no crash is left out.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO


class Disk:
    """The disk as the operating system offers it. Every method raises `OSError` as the system call does."""

    def create(self, path: Path) -> BinaryIO:
        """Make a new, empty file and open it for writing; where the name is taken, raise `FileExistsError`."""
        return open(path, "xb", buffering=0)

    def write(self, file: BinaryIO, content: bytes) -> None:
        """Append all of `content` to the file."""
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]

    def fsync(self, file: BinaryIO) -> None:
        """Make the bytes of an open file durable; its name is not."""
        os.fsync(file.fileno())

    def fsync_folder(self, folder: Path) -> None:
        """Make the names in the folder durable."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give `source` the name `target`, replacing what bears it; the system does this whole or not at all."""
        os.replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        """Give the file a second name; where links are not possible, raise `OSError`."""
        os.link(source, target)

    def copy(self, source: Path, target: Path) -> None:
        """Write the bytes of `source` to `target`."""
        shutil.copyfile(source, target)

    def unlink(self, path: Path) -> None:
        """Remove the name; where nothing bears it, raise `FileNotFoundError`."""
        os.unlink(path)

    def mkdir(self, folder: Path) -> None:
        """Make a folder; where the name is taken, raise `FileExistsError`."""
        os.mkdir(folder)

    def rmdir(self, folder: Path) -> None:
        """Remove an empty folder."""
        os.rmdir(folder)
