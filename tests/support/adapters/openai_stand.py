"""The stands of OpenAI's adapters for the contract tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from blocks.http_client.client import RequestLimits
from blocks.offline.writer.writer import OfflineWriter
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from blocks.openai_api.writer import OpenAIWriter
from studio.model.brief import Brief, FilmOptions
from tests.support.adapters.contract import HTTP_FAULTS, LINE, PICTURE_FAULTS, SIZE, SOUND_FAULTS, Stand
from tests.support.vendors.media import picture
from tests.support.vendors.openai_server import OpenAIServer

KEY = "sk-test-7f3a9b2c8d1e4f60wxyz"
GATEWAY = "gateway-password-5521"

IDEA = "A lighthouse keeper keeps a lamp alight for a ship that never comes"


def account_at(url: str) -> OpenAIAccount:
    """Return an account with secrets at a test server."""
    headers = {"X-Gateway": GATEWAY}
    return OpenAIAccount.model_validate({"api_key": SecretStr(KEY), "base_url": url, "headers": headers})


def brief_of(**options: object) -> Brief:
    """Return a brief with these options."""
    return Brief(
        idea=IDEA,
        options=FilmOptions.model_validate({"seconds": 20, **options}),
        seed=7,
        started_at="2026-01-01T00:00:00",
        version="0",
    )


@contextmanager
def painter(limits: RequestLimits) -> Iterator[Stand]:
    with OpenAIServer() as server:
        adapter = OpenAIPainter(account_at(server.url), limits=limits)
        yield Stand(
            "image",
            server,
            lambda desk, out: adapter.at(desk).paint("a cat on a wall", SIZE, 7, out),
            HTTP_FAULTS | PICTURE_FAULTS,
            (KEY, GATEWAY),
            adapter,
        )


@contextmanager
def edits(limits: RequestLimits) -> Iterator[Stand]:
    """The painter with a reference picture: multipart instead of JSON."""
    with OpenAIServer() as server, tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "reference.png"
        reference.write_bytes(picture((64, 64)))
        adapter = OpenAIPainter(account_at(server.url), limits=limits)
        yield Stand(
            "image",
            server,
            lambda desk, out: adapter.at(desk).paint("a cat", SIZE, 7, out, references=(reference,)),
            HTTP_FAULTS | PICTURE_FAULTS,
            (KEY, GATEWAY),
            adapter,
        )


@contextmanager
def narrator(limits: RequestLimits) -> Iterator[Stand]:
    with OpenAIServer() as server:
        adapter = OpenAINarrator(account_at(server.url), limits=limits)
        yield Stand(
            "speech",
            server,
            lambda desk, out: adapter.at(desk).speak(LINE, 7, out),
            HTTP_FAULTS | SOUND_FAULTS,
            (KEY, GATEWAY),
            adapter,
        )


@contextmanager
def writer(limits: RequestLimits) -> Iterator[Stand]:
    with OpenAIServer() as server:
        adapter = OpenAIWriter(account_at(server.url), limits=limits, script_writer=OfflineWriter())
        yield Stand(
            "text",
            server,
            lambda desk, out: adapter.at(desk).write_story(brief_of()),
            HTTP_FAULTS,
            (KEY, GATEWAY),
            adapter,
        )
