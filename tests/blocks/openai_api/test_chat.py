"""What a language model answers, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from blocks.openai_api import chat
from studio.model.paid import Reply, Request, VendorError
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import GATEWAY, KEY, account_at, brief_of
from tests.support.adapters.openai_writing import SCRIPT, scene, sent, told_story, writer_at
from tests.support.vendors.openai_server import OpenAIServer, write_plan


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as opened:
        yield opened


def completion(**changes: Any) -> dict[str, Any]:
    """Return a completion with a message that is changed so."""
    message = {"role": "assistant", "content": told_story(), **changes}
    return {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}


def reply_of(answer: dict[str, Any], most: float = 900.0) -> Reply:
    request = Request("v", "v", "m", "text", "0" * 64, {"text in": most, "text out": most})
    return chat._reply(account_at("http://127.0.0.1:1/v1"), answer, request, "r")


def test_text_in_parts_is_text() -> None:
    """Servers of models that think answer in parts; the thoughts are left out."""
    parts = [{"type": "thinking", "text": "hm"}, {"type": "text", "text": "{"}, {"type": "text", "text": "}"}, 3]
    assert reply_of(completion(content=parts)).content == b"{}"
    with pytest.raises(VendorError, match="no text"):
        reply_of(completion(content=[{"type": "text"}]))


def test_a_count_of_nothing_is_no_count() -> None:
    """A server that says 0 tokens does not count: what was sent and what came is booked."""
    usage = {"prompt_tokens": 0, "completion_tokens": 0}
    assert reply_of({**completion(content="12345"), "usage": usage}).usage == {"text in": 900.0, "text out": 5.0}


@pytest.mark.parametrize("choices", [None, [], [3], [{"message": 3}], {"a": 1}])
def test_an_answer_without_a_message_is_a_bad_one(choices: Any) -> None:
    """Whatever stands where a message should be."""
    with pytest.raises(VendorError, match="no text") as failed:
        reply_of({"choices": choices})
    assert failed.value.fault == "bad answer"


def test_a_refusal_tells_no_secret() -> None:
    """A model's own words may quote what a gateway added."""
    with pytest.raises(VendorError, match="no, \\[") as failed:
        reply_of(completion(content=None, refusal=f"no, {KEY} and {GATEWAY}"))
    assert failed.value.fault == "refused"
    assert KEY not in str(failed.value)
    assert GATEWAY not in str(failed.value)


def test_what_is_wrong_with_an_answer_tells_no_secret(server: OpenAIServer) -> None:
    """The fault of the second answer quotes it, but for what is secret."""
    server.manner.write = lambda name, given: told_story(scenes=GATEWAY)
    with pytest.raises(VendorError, match="cannot be used") as failed:
        writer_at(server).write_story(brief_of())
    assert GATEWAY not in str(failed.value)


def test_a_bad_answer_is_shown_in_part_only(server: OpenAIServer) -> None:
    """An endless bad answer does not make the repair dearer than the plan."""
    answers = iter(["x" * 99_999, told_story()])
    server.manner.write = lambda name, given: next(answers)
    writer_at(server).write_story(brief_of())
    assert len(sent(server)[1]["messages"][2]["content"]) == 20_000


def test_the_bound_counts_bytes(server: OpenAIServer) -> None:
    """A token may be a single byte of a letter: ideas in other scripts are bounded by their UTF-8."""
    desk = PlainDesk()
    writer_at(server, desk).write_story(brief_of().model_copy(update={"idea": "灯" * 1_000}))
    writer_at(server, desk).write_story(brief_of().model_copy(update={"idea": "a" * 1_000}))
    dense, plain = (request.most["text in"] for request in desk.requests)
    assert dense == plain + 2_000
    assert plain >= len(json.dumps(sent(server)[1]["messages"]))


def test_the_likely_cost_is_below_the_most(server: OpenAIServer) -> None:
    """An estimate begins where nobody thinks and letters are English: above what the test server's plans take."""
    desk = PlainDesk()
    writer_at(server, desk).write_story(brief_of())
    (request,) = desk.requests
    assert request.likely is not None
    assert request.likely["text in"] == request.most["text in"] / 4
    assert len(desk.replies[0].content) / 4 < request.likely["text out"] < request.most["text out"] / 4


def test_an_answer_tells_of_its_own_shots_only(server: OpenAIServer) -> None:
    """Each call is for a group: an answer that counts from 1 again overwrites no other group's shots, and of two for
    the same shot the first one stays."""
    brief = brief_of(seconds=400, shot_seconds=5.0)
    writer = writer_at(server)
    story = writer.write_story(brief)
    graph = writer.map_scenes(story, 0)

    def write(name: str, given: Any) -> str:
        first = given["shots"][0]["index"]
        told = [*given["shots"], {"index": 1}, {"index": first}]
        shots = [
            {"index": each["index"], "image_prompt": f"of {first}, {n}", "motion_prompt": "", "camera": "static"}
            for n, each in enumerate(told)
        ]
        return json.dumps({"shots": shots})

    server.manner.write = write
    shots = writer.plan_shots(story, graph, brief)
    assert shots[0].image_prompt.startswith("of 1, 0")
    assert shots[30].image_prompt.startswith("of 31, 0")


@pytest.mark.parametrize("name", ["shots", "staging"])
def test_an_answer_to_another_question_is_repaired(server: OpenAIServer, name: str) -> None:
    """One that tells of nothing that was asked for is none: the model is told which numbers are wanted."""
    brief = brief_of(script=SCRIPT, seconds=30)
    asked: list[str] = []

    def write(form: str, given: Any) -> str:
        asked.append(form)
        return write_plan(form, given) if asked.count(form) != 1 or form != name else '{"shots": [], "scenes": []}'

    server.manner.write = write
    desk = PlainDesk()
    writer = writer_at(server, desk)
    story = writer.write_story(brief)
    shots = writer.plan_shots(story, writer.map_scenes(story, 0), brief)
    assert asked.count(name) == 2
    assert {told.location for told in story.scenes} == {"a harbour at dawn"}
    assert all(shot.camera == "crane up" for shot in shots)
    repair = next(body for body in sent(server) if len(body["messages"]) == 4)
    assert "none of the numbers given" in repair["messages"][3]["content"]


def test_a_crowd_is_thinned_out(server: OpenAIServer) -> None:
    """Six characters and three props of a scene at the most, a title of 120 letters; the first look that is told of
    anything is its look."""
    crowd = ", ".join(f"Person {chr(65 + n)}" for n in range(20))

    def write(name: str, given: Any) -> str:
        if name == "story":
            return told_story(title="T" * 500, scenes=[scene(characters=crowd), scene(characters=crowd)])
        looks = [{"id": each["id"], "look": look} for look in ("first", "second") for each in given["looks wanted"]]
        props = [
            {"scene": number, "name": f"prop {n}", "look": f"seen in {number}"} for number in (1, 2) for n in range(9)
        ]
        return json.dumps({"looks": looks, "props": props})

    server.manner.write = write
    brief = brief_of()
    writer = writer_at(server)
    story = writer.write_story(brief)
    graph = writer.map_scenes(story, 0)
    assert len(story.title) == 120
    assert all(len(told.characters.split(", ")) == 6 for told in story.scenes)
    props = [node for node in graph.nodes if node.kind == "prop"]
    assert [node.description for node in props] == ["seen in 1"] * 3
    assert {node.description for node in graph.nodes if node.kind in ("character", "place")} == {"first"}
