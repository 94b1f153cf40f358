"""Who asks for a model or a voice that a server lacks is told in one line which it has."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from blocks.offline.crew import offline_crew
from blocks.openai_api import offers
from blocks.openai_api.checks import openai_checks
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.offers import SHOWN, has
from blocks.openai_api.painter import OpenAIPainter
from studio.model.engines import Crew
from studio.model.paid import VendorError
from tests.support.adapters.contract import LINE, PATIENT, SIZE
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import account_at, brief_of
from tests.support.adapters.openai_writing import writer_at
from tests.support.sampled import sampled
from tests.support.vendors.lacking_server import SHAPES, LackingServer, lacking, names_of
from tests.support.vendors.refusing_server import bodies_of


def _crew(narrator: OpenAINarrator) -> Crew:
    return replace(offline_crew(), narrator=narrator)


def spoken(server: LackingServer, out: Path) -> str:
    """Return the line in which speaking fails."""
    narrator = OpenAINarrator(account_at(server.url), "a-model", "onyx", limits=PATIENT, desk=PlainDesk())
    with pytest.raises(VendorError) as failed:
        narrator.speak(LINE, 7, out)
    return str(failed.value)


def shown(names: list[str]) -> str:
    return ", ".join(sorted(names)[:SHOWN])


@sampled("seed", range(300), quick=6)
def test_the_line_lists_what_is_there(seed: int, tmp_path: Path) -> None:
    """By the server's own words if they list it, else by its free lists, which are asked for once."""
    draw = random.Random(f"lacks {seed}")
    what = draw.choice(("voice", "model"))
    names, itself = names_of(draw, what), draw.random() < 0.4
    path = draw.choice(("/v1/audio/voices", "/v1/voices")) if what == "voice" else "/v1/models"
    refusal, status = lacking(draw, what, "onyx" if what == "voice" else "a-model", names[:3] if itself else None)
    listing = draw.choice(SHAPES)(names) if what == "voice" else {"object": "list", "data": [{"id": n} for n in names]}
    with LackingServer(refusal, status, {path: listing}) as server:
        line = spoken(server, tmp_path / "a")
        assert "\n" not in line
        if itself:
            assert all(name in line for name in names[:3])
            assert server.looked == []
        else:
            assert f"it has {shown(names)}" in line
            assert server.looked[-1] == path
            assert len(server.looked) <= 2
            assert "it has" in spoken(server, tmp_path / "b")
            assert len(server.looked) <= 2


@pytest.mark.parametrize("lists", [{}, {"/v1/models": {"data": None}}, {"/v1/models": "none"}, {"/v1/models": [[], 3]}])
def test_a_server_without_lists_is_quoted(lists: dict[str, JsonValue], tmp_path: Path) -> None:
    """Its own words are the line."""
    with LackingServer(bodies_of("Unknown model: a-model", "model")[0], 404, lists) as server:
        assert spoken(server, tmp_path / "a").endswith("Unknown model: a-model; check model, settings and address")


@pytest.mark.parametrize("message", ["the input is too long", "Bad Request", "quota of the model is used up"])
def test_another_refusal_asks_for_no_list(message: str, tmp_path: Path) -> None:
    """Only what is not there is looked for."""
    with LackingServer(bodies_of(message, "input")[0], 400, {"/v1/models": {"data": [{"id": "x"}]}}) as server:
        line = spoken(server, tmp_path / "a")
        assert "it has" not in line
        assert server.looked == []


@pytest.mark.parametrize("message", ["Not Found", "model 'a-model' is not available in your region"])
def test_who_asked_for_what_is_there_is_told_no_other(message: str, tmp_path: Path) -> None:
    """A model that the list has is not missing, whatever else is wrong with it or with the address."""
    refusal = bodies_of(message, "model")[3]
    with LackingServer(refusal, 404, {"/v1/models": {"data": [{"id": "A-Model"}, {"id": "x"}]}}) as server:
        assert "it has" not in spoken(server, tmp_path / "a")


def test_models_that_can_do_the_work_are_listed(tmp_path: Path) -> None:
    """A writer is told language models, a painter those that paint; all if there is none for the work."""
    told = {"/v1/models": {"data": [{"id": name} for name in ("llama3", "qwen3:8b", "flux.1-schnell", "kokoro")]}}
    refusal = bodies_of('model "a-model" not found, try pulling it first', "model")[0]
    with LackingServer(refusal, 404, told) as server:
        with pytest.raises(VendorError, match=r"it has llama3, qwen3:8b: choose one$"):
            writer_at(server).write_story(brief_of())
        with pytest.raises(VendorError, match=r"it has flux\.1-schnell: choose one$"):
            OpenAIPainter(account_at(server.url), "a-model", limits=PATIENT, desk=PlainDesk()).paint(
                "a cat", SIZE, 7, tmp_path / "a"
            )
        assert server.looked == ["/v1/models"]


@pytest.mark.parametrize(
    ("voice", "verdict", "found"),
    [
        ("af_bella", "ok", "there"),
        ("AF_Bella", "ok", "there"),
        ("af_bella(2)+af_sky", "ok", "there"),
        ("af_nobody", "wrong", "it has af_bella, af_sky"),
        ("af_bella+af_nobody", "wrong", "it has af_bella, af_sky"),
        ("onyx", "warning", "it lists af_bella, af_sky"),
    ],
)
def test_the_doctor_knows_the_voices(voice: str, verdict: str, found: str) -> None:
    """Where a server lists them; OpenAI's names are often others' names there."""
    lists = {"/v1/models": {"data": [{"id": "kokoro"}]}, "/v1/audio/voices": {"voices": ["af_sky", "af_bella"]}}
    with LackingServer(lists=lists) as server:
        narrator = OpenAINarrator(account_at(server.url), "kokoro", voice)
        checks = openai_checks(_crew(narrator), date(2026, 1, 1))
    (check,) = (check for check in checks if check.name == f"voice {voice}")
    assert (check.verdict, found in check.found) == (verdict, True)


def test_the_doctor_says_nothing_of_voices_that_are_not_listed() -> None:
    """Most servers have no such list."""
    with LackingServer(lists={"/v1/models": {"data": [{"id": "kokoro"}]}}) as server:
        checks = openai_checks(_crew(OpenAINarrator(account_at(server.url), "kokoro", "x")), date(2026, 1, 1))
    assert [check.name.split()[0] for check in checks] == ["key", "model"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["voices", "data", "id", "name", "x"]), inner),
    max_leaves=20,
)


@given(JSON)
def test_any_list_can_be_read(value: JsonValue) -> None:
    """Whatever stands there, names are texts that can be asked for."""
    names = offers._names(value)
    assert all(name and isinstance(name, str) for each in names for name in each)
    assert all(has(names, each[0]) for each in names)
