"""JSON in which servers send pictures and sounds: keys, levels, encodings and what stands beside them, drawn at random.

`MediaServer` answers every request with what it is given, and keeps files that only a login gets.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from blocks.openai_api.manners import forget
from tests.support.vendors.loopback import Answer, Exchange
from tests.support.vendors.openai_server import OpenAIServer

PICTURE_KEYS = ("b64_json", "image", "images", "data", "output", "result", "image_base64", "base64", "artifacts", "url")
SOUND_KEYS = ("audio", "data", "b64_json", "audioContent", "audio_base64", "output", "speech", "wav", "result", "url")
AROUND = (None, "data", "output", "result", "response", "choices", "candidates", "generation")
BESIDE: dict[str, Any] = {
    "created": 1_700_000_000,
    "id": "req-0123456789abcdef0123456789abcdef0123456789",
    "revised_prompt": "A cat, https://example.org/a-style, in the manner of /r/cats",
    "format": "whatever",
    "error": None,
    "seed": 5,
    "website": "https://example.org/",
    "status": "succeeded",
    "usage": {"input_tokens": 0},
}

ENCODINGS: tuple[Callable[[bytes, str], str], ...] = (
    lambda content, kind: base64.b64encode(content).decode(),
    lambda content, kind: base64.urlsafe_b64encode(content).decode().rstrip("="),
    lambda content, kind: base64.encodebytes(content).decode(),
    lambda content, kind: f"data:{kind};base64,{base64.b64encode(content).decode()}",
    lambda content, kind: f"  data:{kind};base64,{base64.urlsafe_b64encode(content).decode()}",
    lambda content, kind: content.hex(),
    lambda content, kind: content.hex().upper(),
)
"""How bytes are written as text."""


def random_shape(draw: random.Random, told: Any, keys: tuple[str, ...]) -> Any:
    """Return JSON that holds a text, or several in a list, under one of the keys, some levels down or alone."""
    if draw.random() < 0.1:
        return told
    shape: Any = {draw.choice(keys): told if draw.random() < 0.6 or isinstance(told, list) else [told]}
    for _ in range(draw.randint(0, 3)):
        if draw.random() < 0.4:
            shape = [shape]
        elif (name := draw.choice(AROUND)) is not None:
            shape = _beside(draw, {name: shape})
    return _beside(draw, shape) if isinstance(shape, dict) else shape


def _beside(draw: random.Random, shape: dict[str, Any]) -> dict[str, Any]:
    more = [(key, BESIDE[key]) for key in draw.sample([*BESIDE], draw.randint(0, 4)) if key not in shape]
    entries = [*more, *shape.items()]
    draw.shuffle(entries)
    return dict(entries)


@dataclass
class MediaServer(OpenAIServer):
    """Answers each paid request with the same value; its files are for who has `login`, if there is one."""

    value: Any = None
    login: str = ""
    status: int = 401
    moved: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        OpenAIServer.__init__(self)
        forget()

    def good(self, exchange: Exchange) -> Answer:
        if exchange.method == "POST":
            return Answer(200, self.value if isinstance(self.value, bytes) else json.dumps(self.value).encode())
        if (target := self.moved.get(exchange.path)) is not None:
            return Answer(302, b"", "text/plain", {"location": target})
        if self.login and _authorization(exchange) != self.login:
            return Answer(self.status, b'{"error": "unauthorized"}')
        found = self.files.get(exchange.path)
        return (
            Answer(404, b"not here", "text/plain") if found is None else Answer(200, found, "application/octet-stream")
        )

    @property
    def logins(self) -> list[str]:
        """The headers Authorization of the requests for files, '' for those without."""
        return [_authorization(exchange) for exchange in self.exchanges if exchange.method == "GET"]


def _authorization(exchange: Exchange) -> str:
    return next((value for name, value in exchange.headers.items() if name.lower() == "authorization"), "")
