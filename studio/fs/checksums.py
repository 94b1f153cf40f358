"""Checksums of files: computed once for every state that a file has had in this process. Of an absent file it is told.

Two files with the same SHA-256 are the same piece; whoever asks about a receipt asks here.
"""

from __future__ import annotations

import hashlib
import os
import stat as modes
import threading
from pathlib import Path

from studio.errors import BadInput
from studio.fs import absent, files, safe_open

_BLOCK = 1 << 20

_known: dict[tuple[int, ...], str] = {}
_lock = threading.Lock()


def sha256_of(path: Path, *sizes: int | None) -> str:
    """Return the SHA-256 of the file as 64 hex digits; cached by device, inode, size, mtime and ctime.

    Of an absent file it is what its first line says: the bytes are not fetched.

    Args:
        sizes: if any are given, a file of any other size is not read, because it may be endless, and '' is returned.

    Raises:
        FileNotFoundError: nothing is there.
        BadInput: it may not be read.
    """
    with files.readable(path), safe_open.opened(path, whole=False) as handle:
        there = os.fstat(handle)
        if sizes and there.st_size not in sizes:
            return ""
        if absent.is_absent(there):
            # Its content is checked when it is fetched.
            return absent.digest(handle)
        identity = (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns)
        with _lock:
            known = _known.get(identity)
        if known is not None:
            return known
        hashed = hashlib.sha256()
        while block := os.read(handle, _BLOCK):
            hashed.update(block)
        digest = hashed.hexdigest()
    with _lock:
        _known[identity] = digest
    return digest


def forget() -> None:
    """Forget the cached checksums, so that every file is read again: a check must find bits flipped since the last."""
    with _lock:
        _known.clear()


def has(path: Path, sha256: str, size: int) -> bool:
    """Tell whether a regular file with this SHA-256 and size is at `path`. One of another size is not read."""
    there = files.found(path)
    return there is not None and modes.S_ISREG(there.st_mode) and sha256_of(path, size) == sha256


def digest_of(place: Path, *sizes: int | None) -> tuple[str, str]:
    """Return (SHA-256 of the bytes as 64 hex digits, ''), or ('', why it cannot be read).

    Args:
        sizes: the sizes in the receipts of the file. A file of any other size is not read, because it may be endless:
            ('', '').
    """
    try:
        return sha256_of(place, *(sizes or (None,))), ""
    except (OSError, BadInput) as error:
        return "", words_of(error)


def words_of(error: Exception) -> str:
    """Return in words why a file cannot be read."""
    if isinstance(error, OSError):
        return f"it cannot be read ({(error.strerror or str(error)).lower()})"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 at byte {error.start}"
    return str(error)
