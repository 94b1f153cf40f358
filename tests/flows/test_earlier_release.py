"""A session that an earlier release made is a person's film: nothing of it is made or paid for again."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from flows.direct_run import filmed
from studio.made import Receipt
from tests.support.servers.prefect_server import settled_task_states

SESSION = Path(__file__).parent / "earlier_release" / "session.tar.xz"
"""A film of two shots by a paid crew, 256 x 144, without music, made before the receipt's class got another name."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with tarfile.open(SESSION) as archive:
        archive.extractall(tmp_path / "sessions", filter="data")
    (found,) = (tmp_path / "sessions").iterdir()
    return found


def test_its_records_name_the_class_as_it_was(folder: Path) -> None:
    """What the other test proves is about old records: these name a class of another place."""
    records = [json.loads(path.read_text("utf-8")) for path in (folder / "results").rglob("*-*") if path.is_file()]
    assert len(records) == 12
    assert {json.loads(record["result"])["__class__"] for record in records} == {"studio.made.Receipt"}
    assert Receipt.__module__ != "studio.made"


def test_everything_is_cached(server: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its film is made once more without a call, the vendor's address leads nowhere, and every task is `Cached`.

    Clips, timeline and cut may get another version one day, for they cost nothing but time; what was paid for may not.
    """
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    before = {path: path.read_bytes() for path in (folder / "calls").iterdir()}
    state = filmed(session_id=folder.name, output=str(folder.parents[1]))
    assert state.is_completed(), state.message
    assert settled_task_states(str(state.state_details.flow_run_id), 12) == {"Cached": 12}
    assert {path: path.read_bytes() for path in (folder / "calls").iterdir()} == before
