"""Run the real flow on real Prefect, with a crew whose calls are counted."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.films.fake_crew import Hook, Log, fake_crew
from tests.support.servers.prefect_server import settled_task_states

SMALL: dict[str, Any] = {"seconds": 6.0, "shot_seconds": 1.5, "height": 144, "fps": 24}
"""Options for a film of a few tiny shots."""
IDEA = "A lighthouse keeper finds a message in a bottle"


@dataclass
class Outcome:
    """How a run ended: its state, what the crew was called for, and the names of its task states on the server."""

    state: Any
    log: Log
    report: dict[str, Any]
    names: Counter[str]

    @property
    def run_id(self) -> str:
        """The flow run's id."""
        return str(self.state.state_details.flow_run_id)

    @property
    def made(self) -> dict[str, int]:
        """Count the crew's calls by kind."""
        return dict(Counter(kind for kind, _ in self.log.calls))


class Studio:
    """Makes films in one output folder."""

    def __init__(self, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.output = output
        self._monkeypatch = monkeypatch
        self.references = 0

    def film(self, idea: str = IDEA, *, hook: Hook | None = None, log: Log | None = None, **options: Any) -> Outcome:
        """Run the flow once and read from the server how its tasks ended."""
        import blocks.crew
        from flows.direct_run import filmed

        log, music = log or Log(), options.get("music", True)
        if hook is not None:
            log.hook = hook
        self._monkeypatch.setitem(blocks.crew.CREWS, "offline", lambda: fake_crew(log, self.references))
        state = filmed(idea=idea, output=str(self.output), **{**SMALL, **options})
        report = state.result(raise_on_failure=False)
        report = report if isinstance(report, dict) else {}
        expected = 0
        if report:
            folder = self.folder(report["session_id"])
            cast = len([*(folder / "cast").glob("*.png")])
            expected = 5 + cast + 3 * len(self.shots(folder.name)) + int(music)
        names = settled_task_states(str(state.state_details.flow_run_id), expected)
        return Outcome(state, log, report, names)

    def again(self, session_id: str, **more: Any) -> Outcome:
        """Run the flow on an existing session."""
        return self.film("", session_id=session_id, **more)

    def folder(self, session_id: str) -> Path:
        return self.output / "sessions" / session_id

    def only_folder(self) -> Path:
        (folder,) = (self.output / "sessions").iterdir()
        return folder

    def shots(self, session_id: str) -> list[dict[str, Any]]:
        return json.loads((self.folder(session_id) / "shots.json").read_text("utf-8"))

    def write_shots(self, session_id: str, shots: list[dict[str, Any]]) -> None:
        text = json.dumps(shots, ensure_ascii=False, indent=2)
        (self.folder(session_id) / "shots.json").write_text(text, "utf-8")
