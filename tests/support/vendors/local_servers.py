"""Servers of OpenAI's protocol on this machine, in the places where the program looks for them."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from blocks.openai_api import local
from tests.support.vendors.loopback import Answer, Exchange
from tests.support.vendors.openai_server import OpenAIServer

Run = Callable[..., list["Here"]]


class Here(OpenAIServer):
    """A server on this machine that lists its models."""

    def __init__(self, *models: str) -> None:
        super().__init__()
        self.models = models
        self.answer: Answer | None = None

    def good(self, exchange: Exchange) -> Answer:
        if self.answer is not None:
            return self.answer
        if exchange.path == "/v1/models":
            told = {"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]}
            return Answer(200, json.dumps(told).encode(), "application/json")
        return super().good(exchange)


@contextmanager
def local_servers() -> Iterator[Run]:
    """Yield a function that starts servers in the places of Ollama, LM Studio, LocalAI and vLLM.

    It takes the models of each, or None for one that does not run.
    """
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())

        def start(*places: tuple[str, ...] | None) -> list[Here]:
            servers = [stack.enter_context(Here(*models)) if models is not None else None for models in places]
            free = stack.enter_context(socket.socket())
            free.bind(("127.0.0.1", 0))
            ports = [int(each.root.rpartition(":")[2]) if each else free.getsockname()[1] for each in servers]
            ports += [free.getsockname()[1]] * (len(local.PORTS) - len(ports))
            patch.setattr(local, "PORTS", dict(zip(local.PORTS, ports, strict=True)))
            return [each for each in servers if each]

        yield start
