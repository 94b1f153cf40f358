"""Every peculiarity of a chat server ends in the film that was meant, or in one honest line, at no needless price."""

from __future__ import annotations

import json
import random
from functools import cache

import pytest

from blocks.openai_api.writer import OpenAIWriter
from studio.model.film import Shot, Story
from studio.model.paid import VendorError
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import brief_of
from tests.support.adapters.openai_writing import SCRIPT, sent, writer_at
from tests.support.sampled import sampled
from tests.support.vendors.loopback import Answer
from tests.support.vendors.openai_server import OpenAIServer
from tests.support.vendors.peculiar_server import (
    Hook,
    PeculiarServer,
    completed,
    cutting,
    refused,
    short,
    small,
    spoiled,
    takes,
    thinking,
    without,
)
from tests.support.vendors.spoiling import SPOILERS

VLLM = (
    "'max_tokens' or 'max_completion_tokens' is too large: {asked}. This model's maximum context length is {context} "
    "tokens and your request has {prompt} input tokens ({asked} > {context} - {prompt})."
)
OPENAI = (
    "This model's maximum context length is {context} tokens. However, you requested {asked} tokens ({prompt} in the "
    "messages, {asked} in the completion). Please reduce the length of the messages or completion."
)

FILMS: dict[str, tuple[Hook, int]] = {
    "usual": (lambda server, body, name, plan: None, 0),
    **{f"spoiled: {way}": (spoiled(way), 0) for way in SPOILERS},
    "json_object only": (takes("json_object", "text"), 1),
    "text only": (takes("text"), 2),
    "text only, in other words": (takes("text", message="json mode is not supported by this engine", status=422), 2),
    "text only, without a word": (takes("text", message="Bad Request"), 2),
    "no grammar, as a fault of its own": (takes("json_object", message="failed to parse grammar", status=500), 1),
    "an output that its own parser refuses": (
        takes("json_object", message="The model produced output that does not match the expected x format", status=500),
        1,
    ),
    "new name of the limit": (without("max_tokens"), 1),
    "no limit": (without("max_tokens", "max_completion_tokens"), 2),
    "no limit and no form": (without("max_completion_tokens", "response_format", "max_tokens"), 4),
    "extra forbidden": (without("max_tokens", message="Extra inputs are not permitted"), 1),
    "a context that says its size": (small(8_192, VLLM), 1),
    "a context in other words": (small(8_192, OPENAI), 1),
    "a context of 6000": (
        small(6_000, "the request exceeds the available context size ({context} tokens), try less"),
        1,
    ),
    "short answers": (short(4_096, "max_tokens is too large: {asked}. This model supports at most {most} tokens."), 1),
    "a range of tokens": (short(8_192, "Invalid max_tokens value, the valid range of max_tokens is [1, {most}]"), 1),
    "short answers, unsaid": (short(4_096, "max_tokens exceeds what is allowed"), 2),
    "whole at its length": (lambda server, body, name, plan: completed(plan, "length"), 0),
    "no reason to finish": (lambda server, body, name, plan: completed(plan, None, usage=False), 0),
    "in reasoning_content": (thinking("reasoning_content"), 0),
    "in reasoning": (thinking("reasoning"), 0),
    "in parts": (
        lambda server, body, name, plan: completed(
            None, message={"content": [{"type": "reasoning", "text": "hm {"}, {"type": "output_text", "text": plan}]}
        ),
        0,
    ),
    "decoded": (lambda server, body, name, plan: completed(None, message={"content": json.loads(plan)}), 0),
    "in a tool's call": (
        lambda server, body, name, plan: completed(
            None, message={"tool_calls": [{"function": {"name": "answer", "arguments": plan}}]}
        ),
        0,
    ),
    "an error beside an answer": (lambda server, body, name, plan: completed(plan, error={"message": "late"}), 0),
}
"""What the server does, and how many requests it refuses before it is known."""

LINES: dict[str, tuple[Hook, str, str, int]] = {
    "an error in a choice": (
        lambda server, body, name, plan: completed(
            "", "error", error={"code": 502, "message": "Upstream is overloaded"}
        ),
        "bad answer",
        "Upstream is overloaded",
        1,
    ),
    "an error instead of choices": (
        lambda server, body, name, plan: Answer(200, b'{"error":{"message":"Provider returned error","code":502}}'),
        "bad answer",
        "Provider returned error",
        1,
    ),
    "no choices": (lambda server, body, name, plan: Answer(200, b'{"choices":null}'), "bad answer", "no text", 1),
    "nothing": (lambda server, body, name, plan: completed(None), "bad answer", "no text", 1),
    "only thoughts": (lambda server, body, name, plan: completed("", "length"), "bad answer", "limit of tokens", 1),
    "a refusal in words": (
        lambda server, body, name, plan: completed("I'm sorry, but I can't help with that."),
        "refused",
        "I'm sorry, but I can't help",
        1,
    ),
    "a refusal as such": (
        lambda server, body, name, plan: completed(None, message={"refusal": "That is not allowed."}),
        "refused",
        "not allowed",
        1,
    ),
    "no JSON, twice": (
        lambda server, body, name, plan: completed("A fine idea!"),
        "bad answer",
        "nor could the first",
        2,
    ),
    "no such model": (
        lambda server, body, name, plan: refused("model 'a-model' not found, try pulling it first", 404),
        "wrong",
        "try pulling it first",
        0,
    ),
    "no such address": (
        lambda server, body, name, plan: Answer(404, b'{"detail":"Not Found"}'),
        "wrong",
        "Not Found",
        0,
    ),
    "a tiny context": (small(1_100, VLLM), "bad answer", "larger context", 0),
    "a prompt that has no room": (
        lambda server, body, name, plan: refused(
            f"request ({len(json.dumps(body['messages']))} tokens) exceeds the available context size (1024 tokens)"
        ),
        "bad answer",
        "0 are left",
        0,
    ),
    "never content": (
        lambda server, body, name, plan: refused("'response_format' and 'max_tokens' are unsupported"),
        "wrong",
        "unsupported",
        0,
    ),
}
"""What the server does, the fault, a part of the line, and how many answers are paid for."""


@cache
def meant() -> tuple[Story, tuple[Shot, ...]]:
    """Return the story and the shots of a server without peculiarities."""
    with OpenAIServer() as server:
        return planned(writer_at(server))


def planned(writer: OpenAIWriter) -> tuple[Story, tuple[Shot, ...]]:
    brief = brief_of()
    story = writer.write_story(brief)
    return story, writer.plan_shots(story, writer.map_scenes(story, 0), brief)


@sampled("seed", range(6), quick=1)
@pytest.mark.parametrize("mode", FILMS)
def test_a_film_is_planned_and_paid_for_once(mode: str, seed: int) -> None:
    """Three answers are paid for, story, scene graph and shots; they say what was meant. A refusal teaches once."""
    hook, refusals = FILMS[mode]
    with PeculiarServer(hook, random.Random(f"{mode} {seed}")) as server:
        got = planned(writer_at(server))
        # Of the two spoilers that change the words, only the numbers of entries are compared.
        if "inner quotes" in mode or "a tag" in mode:
            assert [shot.frames for shot in got[1]] == [shot.frames for shot in meant()[1]]
        else:
            assert got == meant()
        assert (server.paid, len(server.posts)) == (3, 3 + refusals)


@pytest.mark.parametrize("mode", LINES)
def test_what_cannot_be_used_ends_in_one_line(mode: str) -> None:
    """The line has the vendor's own reason, and no more is paid than was answered."""
    hook, fault, words, paid = LINES[mode]
    with PeculiarServer(hook) as server:
        with pytest.raises(VendorError) as failed:
            writer_at(server).write_story(brief_of())
        assert failed.value.fault == fault
        assert words in str(failed.value)
        assert "\n" not in str(failed.value)
        assert server.paid == paid


@sampled("characters", (900, 1_500, 2_600, 5_000), quick=2)
def test_an_answer_that_is_cut_off_is_gone_on_with(characters: int) -> None:
    """What is whole of it is used, the rest is asked for in smaller groups, and no request is made twice."""
    brief = brief_of(seconds=120, shot_seconds=5.0)
    with PeculiarServer(cutting(characters)) as server, OpenAIServer() as whole:
        writer, usual = writer_at(server, PlainDesk()), writer_at(whole)
        story = usual.write_story(brief)
        graph = writer.map_scenes(story, 0)
        assert graph == usual.map_scenes(story, 0)
        shots = writer.plan_shots(story, graph, brief)
        assert shots == usual.plan_shots(story, graph, brief)
        asked = [json.dumps(body["messages"]) for body in sent(server)]
        assert len(set(asked)) == len(asked)
        needed = -(-len(shots) * 140 // characters)
        assert server.paid <= 4 + 3 * needed


def test_a_story_goes_on_where_it_was_cut_off() -> None:
    """Its whole scenes stay, and the others are asked for."""
    with PeculiarServer(cutting(420)) as server:
        assert writer_at(server).write_story(brief_of()) == meant()[0]
        assert server.paid == 2


def test_a_script_is_staged_in_smaller_groups() -> None:
    """Staging is cut off and gone on with like shots."""
    brief = brief_of(script=SCRIPT, seconds=30)
    with PeculiarServer(cutting(190)) as server, OpenAIServer() as whole:
        assert writer_at(server).write_story(brief) == writer_at(whole).write_story(brief)
        assert server.paid == 2


def test_a_small_context_takes_smaller_groups() -> None:
    """Where thirty shots have no room, fewer are asked for in a call; refusals cost nothing."""
    brief = brief_of(seconds=150, shot_seconds=5.0)
    with PeculiarServer(small(8_192, VLLM)) as server, OpenAIServer() as whole:
        writer, usual = writer_at(server), writer_at(whole)
        story = usual.write_story(brief)
        graph = writer.map_scenes(story, 0)
        shots = writer.plan_shots(story, graph, brief)
        assert shots == usual.plan_shots(story, graph, brief)
        assert len(server.posts) - server.paid <= 3
        assert 3 <= server.paid <= 8
