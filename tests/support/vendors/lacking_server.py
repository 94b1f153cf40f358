"""A server that lacks the model or the voice asked for, says so in one of many ways, and may list what it has."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from blocks.openai_api.manners import forget
from tests.support.vendors.loopback import Answer, Exchange
from tests.support.vendors.openai_server import OpenAIServer
from tests.support.vendors.refusing_server import bodies_of

MODEL_LINES = (
    'model "{name}" not found, try pulling it first',
    "The model `{name}` does not exist.",
    "The model '{name}' does not exist or you do not have access to it.",
    "Unknown model: {name}",
    "No such model: {name}",
    "invalid model name passed in model={name}",
    "Model {name} is not loaded",
    "model '{name}' is not available on this server",
    "Unsupported model {name}",
)
VOICE_LINES = (
    "Voice '{name}' not found",
    "Unknown voice: {name}",
    "invalid voice {name}",
    "The voice {name} is not available",
    "speaker '{name}' does not exist",
    "Unsupported voice '{name}'",
)
LISTING = (
    "{line}. Available {what}s: {names}",
    "{line}. Supported {what}s are {names}",
    "{line}: must be one of {names}",
    "{line}, choose from {names}",
    "{line}. Valid options: [{names}]",
)

SHAPES: tuple[Callable[[list[str]], Any], ...] = (
    lambda names: {"voices": names},
    lambda names: names,
    lambda names: [{"id": name, "name": f"{name.title()} the Great"} for name in names],
    lambda names: {"voices": [{"voice_id": name, "gender": "f"} for name in names]},
    lambda names: {"object": "list", "data": [{"id": name} for name in names]},
    lambda names: {"voices": {name: {"language": "en"} for name in names}},
    lambda names: [{"name": name} for name in names],
    lambda names: {"data": {"voices": names}},
)
"""How servers list voices."""


@dataclass
class LackingServer(OpenAIServer):
    """Refuses every paid request with `refusal`; `lists` are its free lists by path."""

    refusal: bytes = b"{}"
    status: int = 400
    lists: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        OpenAIServer.__init__(self)
        forget()

    def good(self, exchange: Exchange) -> Answer:
        if exchange.method == "POST":
            return Answer(self.status, self.refusal)
        if exchange.path in self.lists:
            return Answer(200, json.dumps(self.lists[exchange.path]).encode())
        return Answer(404, b'{"detail":"Not Found"}')

    @property
    def looked(self) -> list[str]:
        """The paths of the free requests."""
        return [exchange.path for exchange in self.exchanges if exchange.method == "GET"]


def names_of(draw: random.Random, what: str) -> list[str]:
    """Draw up to twelve names of models or voices."""
    kinds = ("af_bella-{}", "en-US-Guy-{}", "voix {}", "{}") if what == "voice" else ("kokoro-{}", "tts-{}", "piper-{}")
    return [draw.choice(kinds).format(number) for number in draw.sample(range(100), draw.randint(1, 12))]


def lacking(draw: random.Random, what: str, name: str, names: list[str] | None) -> tuple[bytes, int]:
    """Draw a refusal: its body and status.

    Args:
        names: what the refusal itself lists, None if it lists nothing.
    """
    line = draw.choice(VOICE_LINES if what == "voice" else MODEL_LINES).format(name=name)
    if names is not None:
        line = draw.choice(LISTING).format(line=line, what=what, names=", ".join(names))
    return draw.choice(bodies_of(line, what)), draw.choice((400, 404, 422))
