"""A server for pictures and speech that refuses words of a request, in the ways in which servers say so.

`paid` counts the answers that such a server would bill: those of status 200. `random_refusals` draws what it refuses.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blocks.openai_api.manners import forget
from tests.support.vendors.loopback import Answer, Exchange
from tests.support.vendors.media import picture, sound
from tests.support.vendors.openai_server import OpenAIServer

Body = dict[str, Any]

NAMED: tuple[Callable[[str], str], ...] = (
    lambda word: f"Unknown parameter: '{word}'.",
    lambda word: f"Unsupported parameter: '{word}' is not supported with this model.",
    lambda word: f"Unrecognized request argument supplied: {word}" if word != "n" else "parameter n is not known",
    lambda word: f"Invalid value for `{word}`",
    lambda word: f'"{word}" is not allowed',
    lambda word: f"{word} is not supported by this backend" if word != "n" else "n must be absent",
    lambda word: f"Additional properties are not allowed ('{word}' was unexpected)",
    lambda word: f"{word.upper()}: not implemented" if word != "n" else "n: not implemented",
)
"""How servers name a word that they refuse."""

SIZE_LISTS: tuple[Callable[[list[str]], str], ...] = (
    lambda sizes: f"size must be one of {', '.join(sizes)}",
    lambda sizes: f"Invalid size. Supported sizes are {' and '.join(sizes)}.",
    lambda sizes: f"Input should be {' or '.join(repr(size) for size in sizes)} for field size",
    lambda sizes: f"'1x1' is not one of {sizes!r} - 'size'",
    lambda sizes: f"The requested resolution is not available (available: {' | '.join(sizes)})",
)
"""How servers name the sizes that they make."""


def bodies_of(message: str, word: str) -> tuple[bytes, ...]:
    """Return a refusal in the forms of OpenAI, FastAPI, Ollama and others."""
    forms: tuple[object, ...] = (
        {"error": {"message": message, "type": "invalid_request_error", "param": word, "code": None}},
        {"error": {"message": message, "type": "invalid_request_error"}},
        {"error": message},
        {"detail": message},
        {"detail": [{"type": "extra_forbidden", "loc": ["body", word], "msg": message}]},
        {"object": "error", "message": message, "type": "BadRequestError", "code": 400},
        message,
    )
    return tuple(json.dumps(form).encode() for form in forms)


@dataclass(frozen=True)
class Refusal:
    """What a server refuses: a word, or sizes other than its own.

    Attributes:
        word: the name of the refused word.
        body: the answer.
        sizes: the sizes that the server makes, as it spells them; () if it takes no size.
        step: of what number a picture's sides must be multiples; 0 for any.
    """

    word: str
    body: bytes
    status: int = 400
    sizes: tuple[str, ...] = ()
    step: int = 0

    def refuses(self, body: Body) -> bool:
        if self.word not in body:
            return False
        if self.step:
            return any(int(side) % self.step for side in re.findall(r"\d+", body["size"]))
        return body[self.word] not in self.sizes


@dataclass
class RefusingServer(OpenAIServer):
    """Refuses what it is told to, and answers anything else."""

    refusals: tuple[Refusal, ...] = ()
    paid: int = 0

    def __post_init__(self) -> None:
        OpenAIServer.__init__(self)
        forget()

    def good(self, exchange: Exchange) -> Answer:
        body = json.loads(exchange.content)
        found = next((refusal for refusal in self.refusals if refusal.refuses(body)), None)
        if found is not None:
            return Answer(found.status, found.body)
        self.paid += 1
        if exchange.path.endswith("speech"):
            return Answer(200, sound(1.0), "audio/wav")
        return self._image(picture((320, 240)))

    @property
    def bodies(self) -> list[Body]:
        return [json.loads(exchange.content) for exchange in self.posts]


def random_refusals(draw: random.Random, words: tuple[str, ...]) -> tuple[Refusal, ...]:
    """Draw which of the words a server refuses, at least one, and in which words and form."""
    refused = draw.sample(words, draw.randint(1, len(words)))
    return tuple(_random_size(draw) if word == "size" else _random_word(draw, word) for word in refused)


def _random_word(draw: random.Random, word: str) -> Refusal:
    return Refusal(word, draw.choice(bodies_of(draw.choice(NAMED)(word), word)), draw.choice((400, 422)))


def _random_size(draw: random.Random) -> Refusal:
    if draw.random() < 0.2:
        step = draw.choice((8, 64, 128))
        said = draw.choice(("width and height must be divisible by {}", "size must be a multiple of {} pixels"))
        return Refusal("size", draw.choice(bodies_of(said.format(step), "size")), 400, (), step)
    if draw.random() < 0.25:
        return _random_word(draw, "size")
    mark = draw.choice(("x", "x", "*"))
    sides = (256, 512, 768, 832, 1_024, 1_280, 1_344, 1_792)
    drawn = dict.fromkeys(f"{draw.choice(sides)}{mark}{draw.choice(sides)}" for _ in range(draw.randint(1, 6)))
    if draw.random() < 0.15:
        drawn = dict.fromkeys(draw.sample(("1:1", "16:9", "9:16", "4:3", "21:9"), 3))
    body = draw.choice(bodies_of(draw.choice(SIZE_LISTS)(list(drawn)), "size"))
    return Refusal("size", body, draw.choice((400, 422)), tuple(drawn))
