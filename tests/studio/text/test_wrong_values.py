"""What a value must be is said in our words, with its limits; none of pydantic's sentences reaches anyone."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core._pydantic_core import list_all_errors

from studio.batch.manifest import read_manifest
from studio.errors import BadInput
from studio.input.option_checks import film_options, make_terms
from studio.input.prompts_file import parse_prompts
from studio.model.brief import Brief, FilmOptions
from studio.model.film import SceneGraph, Shot, Story, Timeline
from studio.model.receipt import Receipt
from studio.model.terms import TermsChange
from studio.planning.plan_files import read_graph, read_shots, read_story, read_timeline
from studio.text.strict_json import first_fault
from studio.text.wrong_values import wrong_values
from tests.support.sampled import sampled

ERRORS = {error["type"]: error for error in list_all_errors()}
ENGLISH = tuple(
    dict.fromkeys(
        part.strip().lower()
        for error in ERRORS.values()
        for part in re.split(r"\{\w+\}", error["message_template_python"])
        if len(part.split()) > 1
    )
)
"""Whatever pydantic says around what it was given."""
GIVEN = {
    str: "asked",
    int: 3,
    float: 1.5,
}
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    145,
    1e400,
    float("nan"),
    2.5,
    10**30,
    "",
    "x",
    "12",
    "yes",
    [],
    [1],
    {},
    {"a": 1},
)
VALUES += ("x" * 9_000, ["x"], [[]], "16:10", {"image_prompt": 5}, [{"image_prompt": ""}], "2026-13-13")


def in_pydantics_words(told: str) -> str:
    """Return which of pydantic's phrases a message has, '' if none."""
    return next((phrase for phrase in ENGLISH if phrase in told.lower()), "")


def _refusal(read: Callable[[], object]) -> str:
    """Return the message with which something is refused, '' if it is not."""
    try:
        read()
    except BadInput as error:
        return str(error)
    return ""


def _error(kind: str) -> ValidationError:
    context = {name: GIVEN.get(type(value), value) for name, value in (ERRORS[kind]["example_context"] or {}).items()}
    if kind in ("value_error", "assertion_error"):
        details: InitErrorDetails = {"type": kind, "loc": ("a",), "input": 5, "ctx": {"error": ValueError("our words")}}
    elif kind == "json_invalid":
        details = {"type": kind, "loc": ("a",), "input": 5, "ctx": {"error": "EOF while parsing at line 2 column 5"}}
    else:
        details = {"type": kind, "loc": ("a",), "input": 5, "ctx": context}
    return ValidationError.from_exception_data("A", [details])


@pytest.mark.parametrize("kind", sorted(ERRORS))
def test_every_error_of_pydantic_is_told_in_our_words(kind: str) -> None:
    """Of each type of error: a sentence with no phrase of pydantic's, and no gap, with a schema and without one."""
    error = _error(kind)
    assert in_pydantics_words(error.errors()[0]["msg"]) or kind in ("uuid_version", "value_error", "assertion_error")
    for form in (
        None,
        FilmOptions,
        {"properties": {"a": {}}},
        {"properties": {"a": {"type": "integer", "maximum": 5}}},
    ):
        (wrong,) = wrong_values(error, form)
        assert not in_pydantics_words(wrong.reason), wrong
        assert wrong.reason.strip() == wrong.reason != ""
        assert not re.search(r"[{}]|None", wrong.reason)
        assert (wrong.place, wrong.kind) == (("a",), kind)


def test_what_a_validator_says_is_passed_on() -> None:
    """A package's own error, of a type that pydantic does not have, is told in its own words."""
    details = InitErrorDetails(type=PydanticCustomError("tide", "the tide is {how}", {"how": "out"}), input=5)
    (wrong,) = wrong_values(ValidationError.from_exception_data("A", [details]))
    assert wrong.reason == "the tide is out"


READERS: dict[str, tuple[type[BaseModel], Any]] = {
    "options": (FilmOptions, lambda name, value: film_options(**{name: value})),
    "terms": (TermsChange, lambda name, value: make_terms(**{name: value})),
    "a shot": (Shot, lambda name, value: read_shots(json.dumps([{"image_prompt": "a", name: value}]), 24, 5.0, 7)),
    "a story": (Story, lambda name, value: read_story(json.dumps({**STORY, name: value}))),
    "a scene": (Story, lambda name, value: read_story(json.dumps({**STORY, "scenes": [{"id": 1, name: value}]}))),
    "a graph": (SceneGraph, lambda name, value: read_graph(json.dumps({name: value}))),
    "a timeline": (Timeline, lambda name, value: read_timeline(json.dumps({name: value}))),
    "a prompt": (Shot, lambda name, value: parse_prompts(json.dumps([{name: value}]))),
}
STORY = {"title": "A mill", "scenes": [{"id": 1}]}


@sampled("kind", sorted(READERS), quick=len(READERS))
def test_no_option_and_no_plan_is_refused_in_pydantics_words(kind: str) -> None:
    """Every option and key with every kind of wrong value: one line, ours."""
    form, read = READERS[kind]
    refused = 0
    for name in (*form.model_fields, "narration", "location", "colour", "nodes"):
        for value in VALUES:
            told = _refusal(partial(read, name, value))
            refused += bool(told)
            assert not in_pydantics_words(told), told
            assert "\n" not in told
    assert refused > 20


@sampled("seed", range(20), quick=4)
def test_no_manifest_is_refused_in_pydantics_words(tmp_path: Path, seed: int) -> None:
    """Any options with any values, in any format of a manifest: what is wrong is told in our words."""
    draw = random.Random(seed)
    names = (*FilmOptions.model_fields, *TermsChange.model_fields, "colour")
    for _ in range(30):
        films = [{"idea": "A bell", **{name: draw.choice(VALUES) for name in draw.sample(names, 3)}} for _ in range(3)]
        (tmp_path / "films.json").write_text(json.dumps(films), "utf-8")
        told = _refusal(lambda: read_manifest(tmp_path / "films.json"))
        assert not in_pydantics_words(told), told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"height": 145}, "--height 145: must be even, 144 to 2160"),
        ({"height": 2}, "--height 2: must be even, 144 to 2160"),
        ({"height": "tall"}, "--height tall: must be a whole number, even, 144 to 2160"),
        ({"seconds": "2"}, "--seconds 2: must be 4 to 3600"),
        ({"seconds": "long ago"}, "--seconds 'long ago': must be a number, 4 to 3600"),
        ({"aspect": "16:10"}, "--aspect 16:10: must be 16:9, 9:16, 1:1, 4:3 or 21:9"),
        ({"fps": 23}, "--fps 23: must be 24, 25 or 30"),
        ({"music": "loud"}, "--music loud: must be yes or no"),
        ({"seed": -1}, "--seed -1: must be 0 to 2147483647"),
        (
            {"prompts": [{"image_prompt": ""}]},
            "--prompts '': must be a text of 1 to 8000 letters (see number 1, image_prompt)",
        ),
        ({"colour": 1}, "--colour 1: this key is not known"),
    ],
)
def test_an_option_is_refused_with_its_limits(options: dict[str, Any], told: str) -> None:
    """Which option, what was given, and all that it must be: who corrects it once is not refused again."""
    with pytest.raises(BadInput) as refused:
        film_options(**options)
    assert str(refused.value) == told


class _Each(BaseModel):
    even: Annotated[int, Field(ge=2, le=8, multiple_of=2)] = 2
    below: Annotated[int, Field(gt=0, lt=10)] = 1
    above: Annotated[float, Field(gt=0)] = 1.0
    step: Annotated[float, Field(multiple_of=0.5)] = 1.0
    named: Annotated[str, Field(min_length=2)] = "ab"
    several: tuple[Annotated[int, Field(le=3)], ...] = ()
    by_name: dict[str, Annotated[float, Field(ge=1, le=2)]] = {}
    either: Literal["a", "b"] | Annotated[float, Field(ge=0)] | None = None
    pair: tuple[int, bool] = (1, True)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"even": 3}, "even: must be even, 2 to 8, found 3"),
        ({"below": 10}, "below: must be 1 to 9, found 10"),
        ({"above": 0}, "above: must be more than 0, found 0"),
        ({"step": 0.7}, "step: must be divisible by 0.5, found 0.7"),
        ({"named": "a"}, "named: must be a text of at least 2 letters, found 'a'"),
        ({"several": [1, 4]}, "several.2: must be at most 3, found 4"),
        ({"several": 5}, "several: must be a list, found 5"),
        ({"by_name": {"x": 3}}, "by_name.x: must be 1 to 2, found 3"),
        ({"by_name": 3}, "by_name: must be an object of keys and values, found 3"),
        ({"either": "c"}, "either: must be a, b or a number, at least 0, found 'c'"),
        ({"pair": [1, "x"]}, "pair.2: must be true or false, found 'x'"),
        ({"pair": None}, "pair: must be a list of at least 2, found null"),
    ],
)
def test_the_limits_are_those_of_the_field(given: dict[str, Any], told: str) -> None:
    """Numbers, texts, lists, tables, choices and unions, at any depth."""
    with pytest.raises(ValidationError) as refused:
        _Each.model_validate(given)
    assert first_fault(refused.value, _Each) == told


@pytest.mark.parametrize("form", [Brief, Receipt, Timeline])
@pytest.mark.parametrize("text", ["", "nope", "{", '{"a": 1', "5", "[]", "\0", '{"fps": '])
def test_what_is_not_json_is_told_with_its_place(form: type[BaseModel], text: str) -> None:
    """A file that is no JSON, or none of what it must be, is told so, with line and column."""
    with pytest.raises(ValidationError) as refused:
        form.model_validate_json(text)
    told = first_fault(refused.value, form)
    assert re.match(r"it is not JSON: see line \d+, column \d+$|it must be an object of keys and values, found ", told)


def test_one_place_alone_reads_what_pydantic_says() -> None:
    """No other module asks a validation error for its messages, or prints it whole."""
    root = Path(__file__).parents[3]
    asking = {
        path.relative_to(root).as_posix()
        for room in ("studio", "blocks", "tasks", "flows")
        for path in (root / room).rglob("*.py")
        if re.search(r"\[[\"']msg[\"']\]|\.errors\(", path.read_text("utf-8"))
    }
    assert asking == {"studio/text/wrong_values.py"}
