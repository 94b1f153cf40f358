"""Laws of the crew 'local': what runs on this machine is found by its port, and each model gets the work it can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.crew import crew_named
from blocks.openai_api import local
from blocks.openai_api.local import work_of
from flows.cli.doctor import crew_checks, vendor_checks
from studio.errors import BadInput
from studio.model.brief import FilmOptions
from tests.support.vendors.local_servers import Run, local_servers
from tests.support.vendors.loopback import Answer

TEXT = ["qwen3:8b", "llama3.2:latest", "gpt-oss:20b", "Mistral-7B-Instruct-v0.3", "gemma3", "sdfghj", "deepseek-r1:14b"]
IMAGE = [
    "flux.1-schnell",
    "stablediffusion",
    "stable-diffusion-3.5",
    "sdxl-turbo",
    "sd-1.5-ggml",
    "dreamshaper",
    "black-forest-labs/FLUX.1-dev",
    "Qwen/Qwen-Image",
    "z-image-turbo",
    "gpt-image-2",
    "sd3.5-medium",
]
SPEECH = ["kokoro", "tts-1", "piper", "hexgrad/kokoro-82m", "voice-en-us-amy-low", "orpheus", "qwen3-tts", "bark"]
NEITHER = [
    "nomic-embed-text:latest",
    "whisper-1",
    "bge-m3",
    "jina-reranker-v1-base-en",
    "text-embedding-ada-002",
    "clip-vit",
    "llama-guard3",
    "all-minilm",
    "lora-flux",
    "stt-1",
]


@pytest.fixture
def run() -> Iterator[Run]:
    with local_servers() as start:
        yield start


@pytest.mark.parametrize(
    ("name", "work"),
    [
        (name, work)
        for names, work in ((TEXT, "text"), (IMAGE, "image"), (SPEECH, "speech"), (NEITHER, None))
        for name in names
    ],
)
def test_a_models_name_says_what_it_is_for(name: str, work: str | None) -> None:
    """Whatever its case, its owner and its size."""
    for spelled in (name, name.upper(), f"someone/{name}", f"{name}:7b-q4_K_M"):
        assert work_of(spelled) == work, spelled


@given(st.text(max_size=200))
def test_any_name_can_be_asked_about(name: str) -> None:
    """No name is an error."""
    assert work_of(name) in ("text", "image", "speech", None)


def test_each_kind_of_work_goes_to_who_can_do_it(run: Run) -> None:
    """The first server that has a model for it; what nobody can do is done offline, and nothing else is asked."""
    servers = run(("whisper-1", "qwen3:8b", "gemma3"), None, ("kokoro", "llama3"), ("flux.1-schnell",))
    crew = crew_named("local")
    assert (crew.writer.engine, crew.writer.model) == ("openai", "gemma3")
    assert crew.painter.model.startswith("flux.1-schnell")
    assert crew.narrator.model.startswith("kokoro")
    assert (crew.animator.engine, crew.composer.engine) == ("offline", "offline")
    assert {exchange.path for server in servers for exchange in server.exchanges} == {"/v1/models"}


def test_a_writer_alone(run: Run) -> None:
    """The embedded painter and voice do the rest."""
    run(None, ("llama3",))
    crew = crew_named("local")
    assert (crew.writer.engine, crew.painter.engine, crew.narrator.engine) == ("openai", "offline", "offline")


@pytest.mark.parametrize("places", [(), (("whisper-1",), ())])
def test_nobody_is_there(run: Run, places: tuple[tuple[str, ...], ...]) -> None:
    """One line with the programs and their ports."""
    run(*places)
    with pytest.raises(BadInput, match=r"Ollama \(\d+\), LM Studio \(\d+\), .*OPENAI_BASE_URL") as failed:
        crew_named("local")
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>a page</html>", "text/html"),
        Answer(401, b'{"error": "a key is needed"}', "application/json"),
        Answer(500, b"no", "text/plain"),
        Answer(200, b'{"data": {"id": "x"}}', "application/json"),
        Answer(200, b'{"data": [3, {"id": 4}, {"id": ""}, null]}', "application/json"),
        Answer(302, b"", "text/plain"),
    ],
    ids=lambda answer: str(answer.content[:20]),
)
def test_something_else_at_a_usual_port(run: Run, answer: Answer) -> None:
    """It is passed over."""
    stranger, _ = run(("x",), ("llama3",))
    stranger.answer = answer
    assert crew_named("local").writer.model == "llama3"


def test_the_doctor_says_what_was_found(run: Run) -> None:
    """Which programs run, with which models for which work."""
    run(("gemma3", "qwen3:8b", "a", "b", "c"), None, ("bge-m3",))
    checks = {check.name: check for check in vendor_checks(crew_named("local"), date(2025, 2, 8))}
    assert checks["Ollama"].found.endswith(": writes with a, b, c and 2 more")
    assert checks["LM Studio"].found.startswith("does not run at port ")
    assert checks["LocalAI"].verdict == "warning"
    assert checks["model a"].verdict == "ok"


def test_the_doctor_lists_what_does_not_run(run: Run) -> None:
    """With nothing found, each program and its port is named, with what to do."""
    run()
    crew, *others = crew_checks(FilmOptions(crew="local"))
    assert (crew.name, crew.verdict) == ("crew", "wrong")
    assert [check.name for check in others] == list(local.PORTS)
    for check in others:
        assert check.found == f"does not run at port {local.PORTS[check.name]}"
        assert (check.verdict, check.remedy.startswith("start it")) == ("warning", True)
    assert [check.name for check in crew_checks(FilmOptions(crew="stability"))] == ["crew"]


def test_the_doctor_lists_servers_without_a_model(run: Run) -> None:
    """A program that runs, and can do nothing for a film, is told so."""
    run(("whisper-1",))
    _, ollama, studio, *_ = crew_checks(FilmOptions(crew="local"))
    assert (ollama.verdict, ollama.remedy) == ("warning", "load a model there")
    assert studio.found.startswith("does not run")
