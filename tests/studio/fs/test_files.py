"""Durable files: published whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from studio.errors import BadInput, DiskFull
from studio.fs import checksums, files


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 1: on a full disk the old bytes are still there, nothing hidden is left, and one line says what to do."""
    path = tmp_path / "meta.json"
    files.write_whole(path, b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="free some space"):
        files.write_whole(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["meta.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    """A forbidden output folder is refused in one line that names the option."""
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="--output"):
        files.write_whole(tmp_path / "a" / "b", b"")


def test_a_file_in_the_place_of_a_folder_is_bad_input(tmp_path: Path) -> None:
    """An output folder that is a file is refused in one line."""
    (tmp_path / "output").write_bytes(b"")
    with pytest.raises(BadInput, match="--output"):
        files.make_folder(tmp_path / "output" / "sessions")


def test_every_publication_is_sealed_before_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 1: bytes are fsynced, then renamed, then the folder is fsynced, in this order."""
    told: list[str] = []
    fsync, replace = os.fsync, os.replace

    def sync(handle: int) -> None:
        told.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", lambda *a, **b: (told.append("rename"), replace(*a, **b))[1])
    files.write_whole(tmp_path / "a", b"x")
    assert told == ["file", "rename", "folder"]


def test_a_link_or_folder_in_the_place_of_a_file_reads_as_none(tmp_path: Path) -> None:
    """Law 10: a link out of the session is not followed."""
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    assert files.read_or_none(tmp_path / "link") is None
    assert files.read_or_none(tmp_path) is None
    assert files.read_or_none(tmp_path / "missing" / "deeper") is None
    assert files.read_or_none(tmp_path / "secret") == b"x"


def test_a_checksum_is_that_of_the_bytes_now(tmp_path: Path) -> None:
    """A remembered checksum is never served for other bytes, not even where size and mtime agree."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    stat = path.stat()
    first = checksums.sha256_of(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert checksums.sha256_of(path) != first


def test_a_kept_link_survives_the_replacement_of_its_source(tmp_path: Path) -> None:
    """What is displaced keeps its bytes when its old place is taken."""
    files.write_whole(tmp_path / "a", b"old")
    files.keep_link(tmp_path / "a", tmp_path / "takes" / "a")
    files.keep_link(tmp_path / "a", tmp_path / "takes" / "a")
    files.write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "takes" / "a").read_bytes() == b"old"
    assert not [p for p in tmp_path.rglob(".*")]
