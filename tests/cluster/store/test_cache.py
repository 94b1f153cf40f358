"""Laws of the cache of working copies: it keeps its size, and never gives up what only this machine has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.errors import BadInput
from studio.fs import absent, files
from studio.object_storage import cache, working_copy
from studio.store import lock
from studio.store.folders import session_folder
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import filmed, opened

Machine = Callable[[str], Path]


@pytest.fixture(autouse=True)
def every_file_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let also the fake crew's small files be fetched late."""
    monkeypatch.setattr(working_copy, "SMALL_BYTES", 200)


def not_here(folder: Path) -> set[str]:
    return {path for path, there in working_copy.published(folder) if absent.is_absent(there)}


def test_what_was_used_longest_ago_goes_and_comes_back(machine: Machine) -> None:
    """Over its size the cache gives up media of the session used longest ago; they are fetched when they are read."""
    root = machine("a")
    folders = [opened(root.parent) for _ in range(2)]
    for folder in folders:
        filmed(folder, fake_crew(Log()))
    before = {path: files.read(folders[0] / path) for path, _ in working_copy.published(folders[0])}
    whole = sum(cache._bytes(folder) for folder in folders)
    assert cache.trim(root.parents[1], whole - 1) > 0
    assert not_here(folders[0])
    assert not_here(folders[1]) == set()
    assert {path: files.read(folders[0] / path) for path in before} == before
    assert not_here(folders[0]) == set()


def test_what_only_this_machine_has_stays(machine: Machine) -> None:
    """A session with something unpublished, or in which somebody works, is left alone."""
    root = machine("a")
    folder = opened(root.parent)
    filmed(folder, fake_crew(Log()), until="images")
    files.write_whole(folder / "notes.txt", b"mine")
    assert cache.trim(root.parents[1], 0) == 0
    held = lock.take(folder)
    try:
        assert cache.trim(root.parents[1], 0) == 0
    finally:
        held.release()
    assert not_here(folder) == set()
    assert cache.trim(root.parents[1], 0) > 0
    assert files.read(session_folder(machine("b"), folder.name) / "notes.txt") == b"mine"


def test_the_limit_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other words are one line."""
    monkeypatch.setenv("FILM_CACHE_BYTES", "20 GB")
    with pytest.raises(BadInput, match="number of bytes"):
        cache.limit_bytes()
