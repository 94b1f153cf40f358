"""A question has one digest, however it is put: what was answered is never asked, and paid for, again."""

from __future__ import annotations

import json

import pytest

from blocks.openai_api.manners import forget
from blocks.openai_api.prompts import GraphForm, ShotsForm, StagingForm, StoryForm, example_of
from studio.model import events
from studio.model.events import Event
from tests.support.adapters.desk import HoldingDesk, PlainDesk
from tests.support.adapters.openai_stand import brief_of
from tests.support.adapters.openai_writing import SCRIPT, sent, writer_at
from tests.support.vendors.openai_server import OpenAIServer, write_plan
from tests.support.vendors.peculiar_server import PeculiarServer, small, takes, without

DIGESTS = (
    "90f41a7134a144efe82035ada135062f7c438436ec5600aa6a0a62eb1f31597d",
    "8ce2fd780d8ca38e9ee455ded2c4409f21ba96716f9fa14f5ff6c1ca83909211",
    "726f09e8149acd7880bfe6db39f7b5683200175411cceca9eb4ca59e02a033b9",
    "efcdfebd38028f9762069c41f39e82f504212d7477d3cc970cdbdc0d51588c23",
    "f09e680ccd7fd18e720e2847005edba2e46e87e8d7502e083c66c7291b004023",
)
"""Of story, repaired story, scene graph, shots and staging, as they are in the calls of people's sessions."""


def test_an_answer_held_by_an_older_release_is_found() -> None:
    """The digests by which answers are held since the first release do not change."""
    with OpenAIServer() as server:
        answers = iter(["no JSON today"])
        server.manner.write = lambda name, given: next(answers, "") or write_plan(name, given)
        desk = PlainDesk()
        writer, brief = writer_at(server, desk), brief_of()
        story = writer.write_story(brief)
        writer.plan_shots(story, writer.map_scenes(story, 0), brief)
        writer.write_story(brief_of(script=SCRIPT, seconds=30))
    assert tuple(request.digest for request in desk.requests) == DIGESTS


@pytest.mark.parametrize("hook", [takes("text"), without("max_tokens"), small(3_000, "context size: {context}")])
def test_what_another_manner_was_answered_is_held_for_all(hook: object) -> None:
    """A new process, which has to learn the manner again, finds the answers and pays nothing."""
    desk = HoldingDesk()
    with PeculiarServer(hook) as server:  # type: ignore[arg-type]
        first = writer_at(server, desk).write_story(brief_of())
        paid, asked = server.paid, len(server.posts)
        forget()
        assert writer_at(server, desk).write_story(brief_of()) == first
        assert (server.paid, len(server.posts)) == (paid, asked) == (1, asked)


def test_what_was_learned_is_remembered_and_told_once() -> None:
    """The second film at an account is asked for in the manner that the first one learned, in one line for a person."""
    told: list[Event] = []
    with PeculiarServer(takes("text")) as server, events.listening(told.append):
        for _ in range(2):
            writer_at(server).write_story(brief_of())
        assert (server.paid, len(server.posts)) == (2, 4)
        assert [event.kind for event in told] == ["note"]
        assert "in words" in told[0].line()
        formats = [body.get("response_format", {}).get("type") for body in sent(server)]
        assert formats == ["json_schema", "json_object", None, None]


@pytest.mark.parametrize("form", [StoryForm, StagingForm, GraphForm, ShotsForm])
def test_the_instructions_name_every_key(form: type[StoryForm]) -> None:
    """A server that ignores the schema is shown a filled form, with all its keys and no other."""
    shown = json.loads(example_of(form).partition("\n")[2])
    assert form.model_validate(shown, strict=True).model_dump() == shown
    with OpenAIServer() as server:
        writer_at(server).write_story(brief_of())
        assert example_of(StoryForm) in sent(server)[0]["messages"][0]["content"]
