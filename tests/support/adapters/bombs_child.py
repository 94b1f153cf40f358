"""A process that sends requests to hostile vendors: `python -m tests.support.adapters.bombs_child URL OUT ENGINE ...`.

The first engine asks at URL/0, the next at URL/1, and so on. It prints a line of JSON for each: the fault, how the call
was booked, the message's length, seconds of processor time, and the most memory used so far beyond that before the
first request, in MB.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openai.resources.audio
import openai.resources.chat
import openai.resources.images
from pydantic import SecretStr

from blocks.http_client.checking import PATIENCE
from blocks.http_client.fetching import fetch
from blocks.offline.writer.writer import OfflineWriter
from blocks.openai_api.call import ask, json_of
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from blocks.openai_api.writer import OpenAIWriter
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.rest_painter import StabilityPainter
from studio.billing.calls import read_calls
from studio.model.paid import VendorError
from tests.support.adapters.openai_stand import account_at, brief_of
from tests.support.sessions.counter import desk_in

SIZE = (256, 144)


def work(engine: str, url: str, folder: Path) -> None:
    """Do one piece of work."""
    account, stability = account_at(f"{url}/v1"), StabilityAccount(api_key=SecretStr("sk-abcdefgh"), rest_url=url)
    desk, painter = desk_in(folder), OpenAIPainter(account)
    works: dict[str, Callable[[], object]] = {
        "writer": lambda: OpenAIWriter(account, script_writer=OfflineWriter()).at(desk).write_story(brief_of()),
        "painter": lambda: painter.at(desk).paint("a cat", SIZE, 7, folder / "a.png"),
        "narrator": lambda: OpenAINarrator(account).at(desk).speak("A line.", 7, folder / "a.wav"),
        "models": lambda: json_of(
            account, ask(account, PATIENCE, lambda client: client.models.with_raw_response.list())
        ),
        "stability": lambda: StabilityPainter(stability).at(desk).paint("a cat", SIZE, 7, folder / "a.png"),
        "balance": stability.balance,
        "fetching": lambda: fetch("acme", f"{url}/a.png", url),
    }
    works[engine.split()[0]]()


def main(url: str, out: str, *engines: str) -> None:
    """Ask each vendor once."""
    for module in (openai.resources.audio, openai.resources.chat, openai.resources.images):
        assert module
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kept: list[VendorError] = []
    for number, engine in enumerate(engines):
        folder = Path(out) / str(number)
        folder.mkdir()
        began, told, length = time.process_time(), "", 0
        try:
            work(engine, f"{url}{number}", folder)
        except VendorError as error:
            told, length = error.fault, len(str(error))
            if any(folder.iterdir()):
                # As an engine that shows what failed keeps it to the end.
                kept.append(error)
        spent = time.process_time() - began
        held = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        booked = sorted({call.state for call in read_calls(folder)})
        print(json.dumps([told, booked, length, round(spent, 3), round(held)]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
