"""Laws of the forms that begin a run: what is asked first, what may stay empty, what Prefect checks before a run."""

from __future__ import annotations

import json
import random
import string
from typing import Any, Literal

import pytest
from prefect import flow
from prefect.exceptions import ParameterTypeError
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate

from flows.form import asking_for
from flows.make_film import make_film
from flows.make_films import make_films
from flows.redo_film import redo_film
from flows.resume_film import resume_film
from studio.model.brief import IDEA_CHARACTERS
from tests.support.sampled import sampled

SEEDS = range(300)
BEFORE = {
    "idea": "The last bookshop in Alexandria",
    "seconds": 20,
    "shot_seconds": 5.0,
    "aspect": "16:9",
    "height": 1080,
    "fps": 24,
    "style": "ultra cinematic documentary",
    "captions": "soft",
    "music": True,
    "seed": None,
    "script": None,
    "prompts": None,
    "crew": "offline",
    "session_id": None,
    "resume": True,
    "change": False,
    "output": None,
    "approve": "no",
    "on_ambiguous": "stop",
}
"""The parameters of a run as an earlier release's form sent them."""


def form(made: Any) -> dict[str, Any]:
    """Return a flow's form, as Prefect registers it."""
    schema: dict[str, Any] = parameter_schema(made).model_dump()
    return schema


def complaints(schema: dict[str, Any], **values: object) -> list[str]:
    """Return what Prefect's check says before a run."""
    return [each.message for each in validate(values, schema)]


def fields(schema: dict[str, Any]) -> list[str]:
    """Return the fields from top to bottom."""
    return sorted(schema["properties"], key=lambda name: schema["properties"][name]["position"])


def kinds(schema: dict[str, Any], name: str) -> list[str]:
    """Return the types among which a field lets one choose."""
    field = schema["properties"][name]
    return [each["type"] for each in field.get("anyOf", [field])]


def test_the_idea_is_asked_first_and_what_few_change_last() -> None:
    """The idea is required and first; six fields follow, then the details, money, and the session."""
    schema = form(make_film)
    assert schema["required"] == ["idea"]
    order = fields(schema)
    assert order[:7] == ["idea", "seconds", "aspect", "style", "crew", "captions", "approve"]
    groups = [schema["properties"][name]["title"].partition(" · ")[0] for name in order[7:]]
    assert groups == ["Details"] * 11 + ["Money"] * 3 + ["Session"] * 6


def test_a_session_has_a_form_of_its_own() -> None:
    """Who goes on with a film gives its session, and is asked for none of what shapes it."""
    schema = form(resume_film)
    assert schema["required"] == ["session_id"]
    assert fields(schema)[0] == "session_id"
    assert not {"idea", "seconds", "crew", "change"} & set(schema["properties"])
    assert complaints(schema, session_id="session_20261122_162624", budget_usd="none") == []
    assert complaints(schema, session_id="film")
    assert make_film.name == resume_film.name == redo_film.name
    assert form(redo_film)["required"] == ["session_id"]
    assert fields(form(redo_film))[:5] == ["session_id", "shots", "stage", "notes", "prompt"]


@pytest.mark.parametrize("made", [make_film, make_films, resume_film, redo_film])
def test_no_field_is_a_choice_of_nothing(made: Any) -> None:
    """A field that may stay empty is an ordinary field, without a null type, and a null is not filled in."""
    schema = form(made)
    for name, field in schema["properties"].items():
        assert "null" not in kinds(schema, name), name
        assert field.get("default", "") is not None, name


@sampled("seed", SEEDS, quick=30)
def test_an_idea_is_any_words_but_not_none(seed: int) -> None:
    """Whatever says something is an idea, also a number as the command line reads it; blanks are refused."""
    draw = random.Random(seed)
    schema = form_of_film()
    blank = "".join(draw.choices(" \t\n\r\u00a0\u3000", k=draw.randint(0, 9)))
    letters = "".join(draw.choices(string.printable + "éß海🎬", k=draw.randint(0, 40)))
    assert complaints(schema, idea=blank)
    assert complaints(schema, idea=f"{blank}{letters}x{blank}") == []
    assert complaints(schema, idea=draw.choice([draw.randint(-3000, 3000), draw.random(), True, False])) == []
    assert complaints(schema, idea="x" * (IDEA_CHARACTERS + draw.randint(1, 9)))
    assert complaints(schema, idea=draw.choice([None, [], {}, [letters]]))


def form_of_film(known: list[dict[str, Any]] = []) -> dict[str, Any]:  # noqa: B006  # made once
    if not known:
        known.append(form(make_film))
    return known[0]


KINDS: list[tuple[Any, object, object]] = [
    (int | None, 3, "three"),
    (str | None, "three", 3),
    (float | None, 0.5, "a half"),
    (bool | None, True, "yes"),
    (list[str] | None, ["a"], "a"),
    (Literal["fail", "slate"] | None, "slate", "give up"),
]


@sampled("seed", SEEDS[:100], quick=20)
def test_a_flow_of_any_parameters_has_such_a_form(seed: int) -> None:
    """In the function's order; what is said to be required is; a default of None may stay empty; values are checked."""
    draw = random.Random(seed)
    names = draw.sample(string.ascii_lowercase, draw.randint(1, 6))
    drawn = {name: (*draw.choice(KINDS), draw.random() < 0.3) for name in names}
    arguments = ", ".join(f"{name}: drawn[{name!r}][0] = None" for name in names)
    scope: dict[str, Any] = {"drawn": drawn}
    exec(f"def work({arguments}): ...", scope)
    required = [name for name in names if drawn[name][3]]
    schema = form(asking_for(*required)(flow(scope["work"])))
    assert fields(schema) == names
    assert sorted(schema["required"]) == sorted(required)
    right = {name: value for name, (_, value, _, _) in drawn.items()}
    assert complaints(schema, **right) == []
    assert complaints(schema, **{name: right[name] for name in required}) == []
    for name, (kind, _, wrong, needed) in drawn.items():
        assert complaints(schema, **{**right, name: wrong}), name
        if needed:
            assert complaints(schema, **{key: value for key, value in right.items() if key != name})
            continue
        assert "null" not in json.dumps(schema["properties"][name])
        if kind is not KINDS[-1][0]:
            assert complaints(schema, **{**right, name: None}) == []


def test_what_an_earlier_form_sent_still_begins_a_film() -> None:
    """The parameters of an earlier release's runs pass the check, and the flow takes them, also without an idea."""
    assert complaints(form_of_film(), **BEFORE) == []
    assert complaints(form_of_film(), idea="a cat", seconds=20, budget_usd=2) == []
    assert complaints(form_of_film(), idea="a cat", seconds=0) == ["0 is less than the minimum of 4"]
    taken = make_film.validate_parameters({**BEFORE, "budget_usd": None, "on_refusal": None})
    assert taken["seconds"] == 20.0
    retried = make_film.validate_parameters({"idea": "", "session_id": "session_20261122_162624"})
    assert retried["idea"] == ""
    assert make_film.validate_parameters({"idea": 1984})["idea"] == "1984"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"height": 145}, "height 145: must be even, 144 to 2160"),
        ({"seconds": 2, "fps": 23}, "seconds 2: must be 4 to 3600; fps 23: must be 24, 25 or 30"),
        ({"music": "loud"}, "music 'loud': must be true or false"),
        ({"budget_usd": -1}, "budget_usd -1: must be 0 to 100000 or none"),
        ({"session_id": 5}, "session_id 5: must be a text of at most 200 letters"),
    ],
)
def test_parameters_from_python_are_refused_in_our_words(
    given: dict[str, object], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A run whose parameters no form checked fails with what they must be, in one line."""
    with pytest.raises(ParameterTypeError) as refused:
        make_film.validate_parameters({"idea": "a cat", **given})
    assert str(refused.value) == told
    assert caplog.text == ""
