"""Laws of a story in a language that the paid voice does not speak: no line is sent; mended, each is, once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pytest

from flows.direct_run import filmed as run_flow
from studio.billing.calls import read_calls
from studio.cli.forecast_page import forecast_json, forecast_lines
from studio.errors import BadInput
from studio.forecast.forecast import forecast_idea, forecast_session
from studio.model import events
from studio.model.brief import FilmOptions
from studio.model.engines import Abilities, Crew
from studio.model.fingerprint import fingerprint
from studio.model.paid import CallDesk, Reply, Request
from studio.model.receipt import PieceMeasures
from studio.store.brief import read_brief
from tests.studio.forecast.test_forecast import brief_of
from tests.support.films.fake_crew import FakeNarrator, Log, fake_crew
from tests.support.films.filming import PRICES, PaidPainter, opened, paid_crew

FOREIGN = "Der alte Leuchtturmwärter findet am Strand eine Flasche mit einem Brief darin"

SCRIPT = "Der alte Mann findet eine Flasche.\n\nIn ihr liegt ein Brief, und er liest ihn nicht."


@pytest.fixture(autouse=True)
def _prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES, "utf-8")
    monkeypatch.setenv("FILM_PRICES", str(path))


@dataclass(frozen=True)
class PaidVoice:
    """A voice at $0.04 a line that speaks English."""

    asked: list[str] = field(default_factory=list)
    desk: CallDesk | None = None
    engine = "v"
    model = "m"
    version = 0
    abilities = Abilities(seed=True, languages=("en",))

    def at(self, desk: CallDesk) -> Self:
        return replace(self, desk=desk)

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        assert self.desk is not None

        def send() -> Reply:
            self.asked.append(line)
            return Reply(b"sound", {"images": 1.0})

        request = Request("v", "v:1", "m", "speech", fingerprint(line=line), {"images": 1.0})
        self.desk.call(request, send, lambda reply: reply)
        return FakeNarrator(Log()).speak(line, seed, out)


def crew_with(voice: PaidVoice) -> Crew:
    return replace(fake_crew(Log()), narrator=voice)


def test_no_line_is_sent_that_the_voice_cannot_speak(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, before a line is begun; the film is made, its lines silent with the reason, its captions there;
    what `film plan` said is what happened. With the story's language mended, the same lines are spoken and paid for."""
    import blocks.crew

    voice, output = PaidVoice(), tmp_path / "output"
    monkeypatch.setitem(blocks.crew.CREWS, "offline", lambda: crew_with(voice))
    heard: list[events.Event] = []
    asked: dict[str, Any] = {
        "seconds": 4,
        "shot_seconds": 2,
        "height": 144,
        "music": False,
        "script": SCRIPT,
        "output": str(output),
    }
    with events.listening(heard.append):
        state = run_flow(idea=FOREIGN, **asked)
    assert state.is_completed(), state.message
    (folder,) = (output / "sessions").iterdir()
    assert voice.asked == [] == read_calls(folder)
    said = [event.text for event in heard if "is not in English" in event.text and event.kind == "note"]
    assert len(said) == 1
    begun = next(place for place, event in enumerate(heard) if event.stage == "narration")
    assert begun > next(place for place, event in enumerate(heard) if event.text == said[0])
    receipts = [json.loads(path.read_text("utf-8")) for path in sorted((folder / "narration").glob("shot_*.json"))]
    assert receipts
    assert all("not in English" in receipt["not_spoken"] for receipt in receipts)
    assert "-->" in (folder / "film.srt").read_text("utf-8")
    again = forecast_session(folder, read_brief(folder), crew_with(voice))
    assert [step for step in again.steps if step.made] == []
    story = json.loads((folder / "story.json").read_text("utf-8"))
    (folder / "story.json").write_text(json.dumps({**story, "language": "en"}), "utf-8")
    mended = forecast_session(folder, read_brief(folder), crew_with(voice))
    lines = [step for step in mended.steps if step.stage == "narration"]
    assert all(step.made and step.estimate.high == pytest.approx(0.04) for step in lines)
    assert run_flow(session_id=folder.name, output=str(output)).is_completed()
    assert len(voice.asked) == len(lines) == len(read_calls(folder))


def test_a_plan_tells_what_will_be_otherwise() -> None:
    """Before its pieces, for a person; as a list in JSON."""
    crew = replace(paid_crew(PaidPainter()), narrator=PaidVoice())
    brief = brief_of(seconds=8, shot_seconds=2).model_copy(update={"idea": FOREIGN})
    found = forecast_idea(brief, crew)
    (said,) = found.notes
    assert "is not in English" in said
    lines = forecast_lines(found, "")
    assert lines.index(said) < next(place for place, line in enumerate(lines) if line.startswith("picture"))
    assert forecast_json(found)["notes"] == [said]
    assert all(not step.estimate.high for step in found.steps if step.stage == "narration")
    assert forecast_idea(brief_of(seconds=8), crew).notes == ()


def test_a_plan_of_a_size_that_cannot_be_painted_is_refused(tmp_path: Path) -> None:
    """As the run would be: of an idea and of a session."""

    @dataclass(frozen=True)
    class Small(PaidPainter):
        abilities = Abilities(longest_px=16)

    crew = paid_crew(Small())
    folder = opened(tmp_path / "output", FilmOptions(height=144))
    with pytest.raises(BadInput, match="choose --height"):
        forecast_idea(brief_of(), crew)
    with pytest.raises(BadInput, match="choose --height"):
        forecast_session(folder, read_brief(folder), crew)
