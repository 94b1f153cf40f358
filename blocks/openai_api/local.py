"""Find the servers of OpenAI's protocol that run on this machine, and what their models can do.

Each program has a usual port, which its documentation names: Ollama
(https://github.com/ollama/ollama/blob/main/docs/faq.md), LM Studio (https://lmstudio.ai/docs/developer), LocalAI
(https://localai.io/basics/getting_started/), vLLM (https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html).
Only loopback is asked, and only for the list of models, which costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Literal

from blocks.http_client.client import RequestLimits
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.call import ask, json_of
from studio.model.check import Check
from studio.model.engines import Crew
from studio.model.paid import VendorError
from studio.text.display import printable

PORTS: Mapping[str, int] = {"Ollama": 11434, "LM Studio": 1234, "LocalAI": 8080, "vLLM": 8000}
"""The programs that are looked for, in the order in which they are chosen, and the port of each."""
LOOKING = RequestLimits(connect_seconds=1, read_seconds=4, total_seconds=5, body_bytes=2**20)
"""The limits of one look; a server that is not there refuses at once."""
MODELS = 1_000
"""The most models of one server that are looked at."""
Work = Literal["text", "image", "speech"]
"""What a model is for: writing, painting or speaking."""

_NOT_FOR_FILMS = re.compile(
    r"embed|rerank|(^|[/_.-])(bge|gte|e5|minilm|clip|vae|lora|whisper|stt|asr|guard|moderation|ocr)([/_.:-]|\d|$)", re.I
)
_SPEECH = re.compile(
    r"tts|text-to-speech|(^|[/_.-])(kokoro|piper|bark|orpheus|voice|voices|vibevoice)([/_.:-]|$)", re.I
)
_IMAGE = re.compile(
    r"stable-?diffusion|diffusion|sdxl|flux|dall-?e|dreamshaper|pixart|kandinsky|playground-v|z-image"
    r"|(^|[/_.-])(sd|sd-?[123x]|sd3\.5|image|imagen|qwen-image|gpt-image)([/_.:-]|\d|$)",
    re.I,
)


@dataclass(frozen=True)
class LocalServer:
    """A server on this machine: the program that usually has its port, its account, and its models by their work."""

    program: str
    account: OpenAIAccount
    models: Mapping[Work, tuple[str, ...]]


def work_of(model: str) -> Work | None:
    """Tell from a model's name what it is for; None if it makes nothing that a film needs.

    The protocol's list of models does not say. A name that is none of the known ones is taken for a language model.
    """
    if _NOT_FOR_FILMS.search(model):
        return None
    if _SPEECH.search(model):
        return "speech"
    return "image" if _IMAGE.search(model) else "text"


def find_servers() -> tuple[LocalServer, ...]:
    """Return the servers that answer at the usual ports of this machine; takes 5 s at most."""
    with ThreadPoolExecutor(len(PORTS)) as looking:
        found = looking.map(lambda program: _look(program, PORTS[program]), PORTS)
        return tuple(server for server in found if server is not None)


def first_model(servers: Iterable[LocalServer], work: Work) -> tuple[OpenAIAccount, str] | None:
    """Return account and model for a kind of work: of the first server that has one the first in alphabetical order."""
    return next(((each.account, each.models[work][0]) for each in servers if each.models[work]), None)


def local_checks(crew: Crew, today: date) -> list[Check]:
    """Return a check for each program: whether it runs, and which models it has for which work."""
    return program_checks()


def program_checks(remedy: str = "") -> list[Check]:
    """Return a check for each program: whether it runs, and which models it has for which work.

    Args:
        remedy: what to do about a program that does not run; '' if nothing needs to be done.
    """
    found = {server.program: server for server in find_servers()}
    checks = []
    for program, port in PORTS.items():
        if (server := found.get(program)) is None:
            checks.append(Check(program, "warning" if remedy else "ok", f"does not run at port {port}", remedy))
            continue
        told = [f"{verb} {_listed(server.models[work])}" for work, verb in _VERBS.items() if server.models[work]]
        fine = Check(program, "ok", f"port {port}: {'; '.join(told)}")
        none = Check(program, "warning", f"port {port}: no model that a film needs", "load a model there")
        checks.append(fine if told else none)
    return checks


_VERBS: Mapping[Work, str] = {"text": "writes with", "image": "paints with", "speech": "speaks with"}


def _listed(models: tuple[str, ...]) -> str:
    more = f" and {len(models) - 3} more" if len(models) > 3 else ""
    return printable(", ".join(models[:3])) + more


def _look(program: str, port: int) -> LocalServer | None:
    account = OpenAIAccount(base_url=f"http://127.0.0.1:{port}/v1")
    try:
        answer = json_of(account, ask(account, LOOKING, lambda client: client.models.with_raw_response.list()))
    except VendorError:
        # Nobody there, or something else has this port.
        return None
    told = answer.get("data")
    if not isinstance(told, list):
        return None
    names = sorted(
        {name for each in told[:MODELS] if isinstance(each, dict) and isinstance(name := each.get("id"), str) and name}
    )
    usable = [name for name in names if len(name) <= 200]
    works: tuple[Work, ...] = ("text", "image", "speech")
    return LocalServer(program, account, {work: tuple(n for n in usable if work_of(n) == work) for work in works})
