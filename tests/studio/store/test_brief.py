"""A session's brief and its copy: what a fault took is put back, and what an earlier release wrote is left alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from studio.store.brief import BRIEF, COPY, brief_faults, read_brief, restore_brief, write_brief
from tests.support.sessions.make_sessions import make_session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = make_session(tmp_path / "sessions", clips=0, film=False)
    write_brief(made, read_brief(made))
    return made


def test_a_brief_of_a_release_that_knew_fewer_options_is_whole(folder: Path) -> None:
    """An option that came later has its default; nothing is put aside, nothing is written, nothing is told."""
    told: list[str] = []
    value = json.loads((folder / BRIEF).read_text("utf-8"))
    del value["wish"]["music"]
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    (folder / BRIEF).write_text(text, "utf-8")
    copy = {"sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(), "content": text}
    (folder / COPY).write_text(json.dumps(copy), "utf-8")
    restore_brief(folder, told.append)
    assert told == []
    assert (folder / BRIEF).read_text("utf-8") == text
    assert not (folder / "takes").exists()
    assert brief_faults(folder) == []
    assert read_brief(folder).options.music is True


@pytest.mark.parametrize("lost", [BRIEF, COPY])
def test_either_is_put_back_from_the_other(folder: Path, lost: str) -> None:
    """Torn or gone, it is there again as it was, and a person is told; but not of a copy that was never there."""
    before = {path: (folder / path).read_bytes() for path in (BRIEF, COPY)}
    for content in (b"{", None):
        told: list[str] = []
        (folder / lost).unlink() if content is None else (folder / lost).write_bytes(content)
        restore_brief(folder, told.append)
        assert {path: (folder / path).read_bytes() for path in before} == before
        assert len(told) == (lost == BRIEF or content is not None)
