"""What we send, and what our own test server answers, against OpenAI's published description of its API."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from blocks.offline.writer.writer import OfflineWriter
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from blocks.openai_api.writer import OpenAIWriter
from tests.support.adapters.contract import LINE, PATIENT, SIZE
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import account_at, brief_of
from tests.support.vendors.description import description, faults_of
from tests.support.vendors.openai_server import OpenAIServer

SCRIPT = "Mara counts the matches.\n\nThe boat is gone."


def test_every_request_and_every_answer_is_as_described(tmp_path: Path) -> None:
    """All JSON requests of all adapters with all settings, and all answers, good ones, of our server."""
    description()
    with OpenAIServer() as server:
        account, desk = account_at(server.url), PlainDesk()
        answers = iter(["no JSON"])
        writer = OpenAIWriter(account, limits=PATIENT, desk=desk, script_writer=OfflineWriter())
        story = writer.write_story(brief_of())
        graph = writer.map_scenes(story, 1)
        writer.plan_shots(story, graph, brief_of())
        writer.write_story(brief_of(script=SCRIPT))
        server.manner.write = lambda name, given: next(answers, '{"title": "", "scenes": []}')
        with pytest.raises(Exception, match="cannot be used"):
            writer.write_story(brief_of())
        for name, quality in (("gpt-image-2", "auto"), ("gpt-image-1.5", "high"), ("gpt-image-1-mini", "low")):
            painter = OpenAIPainter(account, name, quality=quality, limits=PATIENT, desk=desk)  # type: ignore[arg-type]
            painter.paint("a cat", SIZE, 1, tmp_path / "a")
        server.manner.pictures = "url"
        OpenAIPainter(account, limits=PATIENT, desk=desk).paint("a cat", (1920, 1080), 1, tmp_path / "a")
        narrator = OpenAINarrator(account, limits=PATIENT, desk=desk)
        narrator.speak(LINE, 1, tmp_path / "b")
        replace(narrator, speed=0.5, instructions="Calmly.", voice="coral").speak(LINE, 1, tmp_path / "b")
        assert len(server.posts) >= 12
        assert {exchange.path: faults_of(exchange) for exchange in server.posts if faults_of(exchange)} == {}


def test_requests_to_openai_itself_are_as_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenAI is the vendor a limit has another name: that request is valid, too."""
    description()
    with OpenAIServer() as server:
        account = account_at(server.url)
        monkeypatch.setattr(type(account), "is_openais", True)
        OpenAIWriter(account, limits=PATIENT, desk=PlainDesk(), script_writer=OfflineWriter()).write_story(brief_of())
        assert "max_completion_tokens" in json.loads(server.posts[0].content)
        assert faults_of(server.posts[0]) == []


@pytest.mark.parametrize("change", [{"n": 99}, {"prompt": None}, {"quality": "fine"}, {"model": 3}])
def test_the_description_would_tell(tmp_path: Path, change: dict[str, object]) -> None:
    """A request that is not as described is found: this check can fail."""
    description()
    with OpenAIServer() as server:
        OpenAIPainter(account_at(server.url), limits=PATIENT, desk=PlainDesk()).paint("a", SIZE, 1, tmp_path / "a")
        exchange = server.posts[0]
        body = {key: value for key, value in (json.loads(exchange.content) | change).items() if value is not None}
        assert faults_of(replace(exchange, content=json.dumps(body).encode()))
