"""A chat server with the peculiarities of servers that speak OpenAI's protocol by their own lights, one each.

`paid` counts the answers that such a server would bill: those of status 200.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from blocks.openai_api.manners import forget
from tests.support.vendors.loopback import Answer, Exchange
from tests.support.vendors.openai_server import OpenAIServer, write_plan
from tests.support.vendors.spoiling import SPOILERS

Body = dict[str, Any]
Hook = Callable[["PeculiarServer", Body, str, str], Answer | None]
"""Takes the request's body, the form's name and the plan as JSON; returns the answer, None for a usual one."""


def asked_for(body: Body) -> str:
    """Return which plan is asked for, as a model knows it: by the instructions."""
    system = body["messages"][0]["content"]
    begins = {"You write": "story", "You stage": "staging", "You are the art": "scene_graph"}
    return next((name for begin, name in begins.items() if system.startswith(begin)), "shots")


def refused(message: str, status: int = 400, **more: Any) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}
    return Answer(status, json.dumps({"error": error}).encode())


def completed(text: str | None, finish: str | None = "stop", usage: bool = True, **more: Any) -> Answer:
    message = {"role": "assistant", "content": text, **more.pop("message", {})}
    value: Body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    value["choices"] = [{"index": 0, "finish_reason": finish, "message": message, **more}]
    if usage:
        value["usage"] = {"prompt_tokens": 300, "completion_tokens": 200, "total_tokens": 500}
    return Answer(200, json.dumps(value).encode())


@dataclass
class PeculiarServer(OpenAIServer):
    """Answers chats in one peculiar way."""

    hook: Hook
    draw: random.Random = field(default_factory=lambda: random.Random(0))
    paid: int = 0

    def __post_init__(self) -> None:
        OpenAIServer.__init__(self)
        forget()

    def good(self, exchange: Exchange) -> Answer:
        if exchange.path != "/v1/chat/completions":
            return Answer(404, b'{"detail":"Not Found"}')
        body = json.loads(exchange.content)
        name = asked_for(body)
        told = next(each["content"] for each in body["messages"] if each["role"] == "user")
        given = re.search(r"<material>\n(.*)\n</material>", told, re.DOTALL)
        assert given is not None
        plan = write_plan(name, json.loads(given[1]))
        answer = self.hook(self, body, name, plan) or completed(plan)
        self.paid += answer.status == 200
        return answer


def spoiled(way: str) -> Hook:
    """Return the peculiarity of a model that spoils each answer in this way."""
    return lambda server, body, name, plan: completed(SPOILERS[way](json.loads(plan), server.draw))


def takes(*forms: str, message: str = "This response_format type is unavailable now", status: int = 400) -> Hook:
    """Return the peculiarity of a server that takes only these forms of answer; 'text' for none asked for."""

    def hook(server: PeculiarServer, body: Body, name: str, plan: str) -> Answer | None:
        form = body.get("response_format", {"type": "text"})["type"]
        return None if form in forms else refused(message, status)

    return hook


def without(*words: str, message: str = "Unsupported parameter: '{word}' is not supported with this model.") -> Hook:
    """Return the peculiarity of a server that refuses these words of a request."""

    def hook(server: PeculiarServer, body: Body, name: str, plan: str) -> Answer | None:
        word = next((word for word in words if word in body), None)
        return None if word is None else refused(message.format(word=word), param=word, code="unsupported_parameter")

    return hook


def tokens(body: Body) -> int:
    """Return about how many tokens the prompt has."""
    return len(json.dumps(body["messages"])) // 4


def small(context: int, message: str) -> Hook:
    """Return the peculiarity of a server whose context has so many tokens, and says so in these words."""

    def hook(server: PeculiarServer, body: Body, name: str, plan: str) -> Answer | None:
        asked = body.get("max_tokens", body.get("max_completion_tokens", 0))
        if tokens(body) + asked <= context:
            return None
        return refused(message.format(context=context, asked=asked, prompt=tokens(body), room=context - tokens(body)))

    return hook


def short(most: int, message: str) -> Hook:
    """Return the peculiarity of a server whose answers have at most so many tokens, and says so in these words."""

    def hook(server: PeculiarServer, body: Body, name: str, plan: str) -> Answer | None:
        asked = body.get("max_tokens", body.get("max_completion_tokens", 0))
        return refused(message.format(most=most, asked=asked)) if asked > most else None

    return hook


def cutting(characters: int) -> Hook:
    """Return the peculiarity of a model whose answers end after so many characters."""

    def hook(server: PeculiarServer, body: Body, name: str, plan: str) -> Answer | None:
        text = json.dumps(_rest(json.loads(plan), body))
        return completed(text[:characters], "length") if len(text) > characters else completed(text)

    return hook


def _rest(value: Body, body: Body) -> Body:
    """Return what is left of a story that goes on where an answer was cut off."""
    last = re.search(r"cut off after scene (\d+)", body["messages"][-1]["content"])
    return value | {"scenes": value["scenes"][int(last[1]) :]} if last else value


def thinking(key: str) -> Hook:
    """Return the peculiarity of a model whose answer stands among its thoughts."""
    return lambda server, body, name, plan: completed("", message={key: f"I think so: {plan}"})
