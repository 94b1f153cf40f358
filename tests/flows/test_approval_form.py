"""Laws of the form in which a suspended run asks: one answer, which says one thing, whichever release asked."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from prefect.states import Suspended
from prefect.utilities.schema_tools.validation import validate

from flows.approval_form import DECISIONS, FORM, answer_of, filled_in, form_text
from studio.errors import BadInput
from studio.model.film import Shot
from studio.sessions.approvals import Answer
from tests.support.sampled import sampled

SEEDS = range(300)
OLD_FORM: dict[str, Any] = {
    "additionalProperties": False,
    "title": "Approval",
    "type": "object",
    "properties": {
        "approve": {
            "default": True,
            "description": "Off, with no shots to redo: the film is rejected, and the run ends.",
            "title": "Approve",
            "type": "boolean",
        },
        "shots_to_redo": {
            "default": "",
            "description": "For example 3, 5-7. They are made again and shown again.",
            "title": "Shots to redo",
            "type": "string",
        },
        "notes": {
            "default": "",
            "description": "Added to the prompts of the shots to redo; without notes each is another take of the same "
            "prompt.",
            "title": "Notes",
            "type": "string",
        },
    },
}
"""The form of the release before, as it was recorded on a server."""


class Server:
    """Holds one form, as Prefect's server does."""

    def __init__(self, form: dict[str, Any]) -> None:
        self._form = form

    def read_flow_run_input(self, flow_run_id: object, key: str) -> str:
        assert key == "asked-schema"
        return orjson.dumps(self._form).decode()


def accepted(form: dict[str, Any], given: dict[str, Any]) -> bool:
    """Tell whether Prefect takes an answer: it checks it when the run is resumed."""
    return not validate(given, form)


def drawn(draw: random.Random) -> dict[str, Any]:
    """Draw what somebody may fill in; a field that was not touched may be left out."""
    shots = draw.choice(["", "", "3", "3, 5-7", "12;14", "1 2", "99999"])
    notes = draw.choice(["", "", "at night", "3 cats", "trüb & <b>dark</b>"])
    given = {"answer": draw.choice(DECISIONS), "shots": shots, "notes": notes}
    return {name: value for name, value in given.items() if value or draw.random() < 0.5}


@sampled("seed", SEEDS, quick=30)
def test_an_answer_says_one_thing(seed: int) -> None:
    """What the form takes is read as it was chosen; shots beside approve or reject, and a redo of none, it refuses."""
    given = drawn(random.Random(seed))
    chosen, shots, notes = given["answer"], given.get("shots", ""), given.get("notes", "")
    one_thing = bool(shots) == (chosen == "redo")
    assert accepted(FORM, given) == (one_thing and not (chosen == "approve" and notes))
    if not one_thing:
        with pytest.raises(BadInput):
            answer_of(given)
        return
    assert answer_of(given) == Answer(chosen == "approve", shots if chosen == "redo" else "", notes)


@sampled("seed", SEEDS, quick=30)
def test_an_earlier_forms_answer_is_read_as_it_was(seed: int) -> None:
    """With the old form shots to redo come before a yes, and what was not touched has the old form's defaults."""
    draw = random.Random(seed)
    given = {
        "approve": draw.random() < 0.5,
        "shots_to_redo": draw.choice(["", "3", "3, 5-7"]),
        "notes": draw.choice(["", "at night"]),
    }
    kept = {name: value for name, value in given.items() if draw.random() < 0.7} or {"approve": True}
    assert accepted(OLD_FORM, kept)
    assert answer_of(kept) == Answer(kept.get("approve", True), kept.get("shots_to_redo", ""), kept.get("notes", ""))


@sampled("seed", SEEDS, quick=30)
def test_the_command_fills_in_the_form_that_asked(seed: int) -> None:
    """`film approve` answers the form of either release, which takes it, and it is read as what was said."""
    draw = random.Random(seed)
    redo = draw.choice(["", "", "3", "3,5-7"])
    approve = bool(not redo and draw.random() < 0.5)
    said = Answer(approve or bool(redo), redo, "" if approve else draw.choice(["", "at night"]))
    state: Any = Suspended(pause_key="x")
    state.state_details.run_input_keyset = {"schema": "asked-schema"}
    for form in (FORM, OLD_FORM):
        server: Any = Server(form)
        given = filled_in(server, uuid4(), state, said)
        assert accepted(form, given)
        read = answer_of(given)
        assert (read.redo, read.notes) == (said.redo, said.notes)
        assert (read.approve and not read.redo) == approve


@pytest.mark.parametrize("given", [None, {}, [], "yes", {"answer": "perhaps"}, {"answer": ""}, {"approve": "perhaps"}])
def test_no_answer_approves_nothing(given: object) -> None:
    """What says nothing that can be read is no answer, in one line."""
    with pytest.raises(BadInput) as told:
        answer_of(given)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"answer": " Approve "}, Answer(True)),
        ({"answer": "REDO", "shots": [3, 5]}, Answer(False, "3, 5")),
        ({"answer": "redo", "shots": 3}, Answer(False, "3")),
        ({"approve": "yes"}, Answer(True)),
        ({"approve": "off", "notes": None}, Answer(False)),
    ],
)
def test_what_a_person_can_read_is_an_answer(given: object, read: Answer) -> None:
    """Whoever answers through the API, in another shape than the form's, has answered."""
    assert answer_of(given) == read


@pytest.mark.parametrize("step", ["shots", "images"])
def test_the_text_lists_what_is_approved(step: Any) -> None:
    """The storyboard is named, each shot has a paragraph and its line another, and no word is markup."""
    shots = [
        Shot(
            index=1, scene=1, image_prompt="a *wet* leaf", camera="pan left", narration="Wet leaves.", frames=72, seed=1
        ),
        Shot(index=2, image_prompt="a harbour <b>", camera="static", frames=72, seed=1),
    ]
    text = form_text("Rain | [link](http://x.example)", step, shots, Path("/films/session_x"), "[storyboard-1](/a/1)")
    paragraphs = text.split("\n\n")
    assert "Storyboard: [storyboard-1](/a/1)" in paragraphs
    assert "> Wet leaves\\." in paragraphs
    assert sum(each.startswith("**Shot ") for each in paragraphs) == 2
    assert "shot_001.png" not in text
    assert ("painted, before any clip" in text) == (step == "images")
    assert "<b>" not in text
    assert "a *wet*" not in text
    assert "Storyboard" not in form_text("Rain", step, shots, Path("/films/session_x"), "")
