"""How the flow opens its session, where Prefect says something about the run."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from studio.model.brief import FilmOptions
from studio.sessions.opening import FilmRequest


@pytest.mark.parametrize("scheduled", [False, True])
def test_a_scheduled_run_always_opens_a_new_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheduled: bool
) -> None:
    """A schedule asks for a film each time: it never goes on with an unfinished one that a person began."""
    module = importlib.import_module("flows.run_session")
    request = FilmRequest("an idea", FilmOptions(), tmp_path)

    def opened(run: SimpleNamespace) -> str:
        monkeypatch.setattr(module, "this_run", lambda: run)
        monkeypatch.setattr(module, "status_of", lambda run: SimpleNamespace(why_stopped=str))
        monkeypatch.setattr(module, "_present", lambda session, run: None)
        with module.opened(request) as session:
            return str(session.id)

    first = opened(SimpleNamespace(id=uuid4(), auto_scheduled=False))
    second = opened(SimpleNamespace(id=uuid4(), auto_scheduled=scheduled))
    assert (second == first) is not scheduled
