"""The form in which a suspended run asks for approval on Prefect's pages: its text, its fields, what an answer says.

Prefect keeps a form's schema with the question, so an answer has the shape of the release that asked: this reads the
shapes of all releases. Nothing here decides: `flows/approval.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast
from uuid import UUID

import orjson
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State
from prefect.input import RunInput
from prefect.input.actions import acreate_flow_run_input, aread_flow_run_input
from prefect.input.run_input import Keyset
from pydantic import PrivateAttr, TypeAdapter, ValidationError

from studio.errors import BadInput
from studio.model.film import Shot
from studio.sessions.approvals import Answer, ApprovalStep
from studio.status.storyboard import code_span, escaped

DECISIONS = ("approve", "redo", "reject")
FORM: dict[str, Any] = {
    "title": "Approval",
    "type": "object",
    "properties": {
        "answer": {
            "title": "Answer",
            "description": "approve: the film goes on. redo: the shots named below are made again, and you are "
            "asked again. reject: the run ends, and everything is kept.",
            "type": "string",
            "enum": [*DECISIONS],
            "position": 0,
        },
        "shots": {
            "title": "Shots to redo",
            "description": "With redo, for example 3, 5-7.",
            "type": "string",
            "default": "",
            "position": 1,
        },
        "notes": {
            "title": "Notes",
            "description": "With redo: added to the prompts of these shots; without notes each is another take of "
            "the same prompt. With reject: why.",
            "type": "string",
            "default": "",
            "position": 2,
        },
    },
    "required": ["answer"],
    "additionalProperties": False,
    # What does not belong to the answer is refused by the form: it is never left open what an answer means.
    "allOf": [
        {
            "if": {"properties": {"answer": {"const": "approve"}}, "required": ["answer"]},
            "then": {"properties": {"shots": {"maxLength": 0}, "notes": {"maxLength": 0}}},
        },
        {
            "if": {"properties": {"answer": {"const": "redo"}}, "required": ["answer"]},
            "then": {"properties": {"shots": {"pattern": "[0-9]"}}, "required": ["shots"]},
        },
        {
            "if": {"properties": {"answer": {"const": "reject"}}, "required": ["answer"]},
            "then": {"properties": {"shots": {"maxLength": 0}}},
        },
    ],
}
"""The schema of the form."""

_SHOTS_SHOWN = 100
"""The most shots in a form's text; a longer film is looked at in its folder."""
_LETTERS, _LETTERS_IN_ALL = 1_000, 40_000
"""Most letters of a prompt or a line, and of all prompts together."""


class ApprovalForm(RunInput):
    """The form, and once it is loaded its answer, as `answer_of` reads it: `given` is None where nobody answered."""

    _given: Any = PrivateAttr(default=None)

    @property
    def given(self) -> Any:
        """What was answered, as Prefect kept it."""
        return self._given

    @classmethod
    async def asave(cls, keyset: Keyset, flow_run_id: UUID | None = None) -> None:
        """Store the question on the server."""
        await acreate_flow_run_input(key=keyset["schema"], value=FORM, flow_run_id=flow_run_id)
        description = cls._description
        if isinstance(description, str):
            await acreate_flow_run_input(key=keyset["description"], value=description, flow_run_id=flow_run_id)

    @classmethod
    async def aload(cls, keyset: Keyset, flow_run_id: UUID | None = None) -> Self:
        """Load the answer; a run that waited too long and is retried goes on as if resumed, but without any."""
        loaded = cls()
        loaded._given = await aread_flow_run_input(keyset["response"], flow_run_id=flow_run_id)
        return loaded


def answer_of(given: object) -> Answer:
    """Return what a form's answer says, whichever release asked.

    Raises:
        BadInput: there is none, or it says two things at once.
    """
    if not given:
        raise BadInput("the run was resumed without an answer")
    if not isinstance(given, Mapping):
        raise BadInput("the answer cannot be read: fill in the form")
    said = cast("Mapping[str, object]", given)
    if "answer" not in said:
        # The form of releases up to November 2026, with these defaults: shots to redo came before a yes.
        return Answer(_yes(said.get("approve", True)), _text(said.get("shots_to_redo")), _text(said.get("notes")))
    answer, shots, notes = (_text(said.get(name)).strip() for name in ("answer", "shots", "notes"))
    match answer.lower():
        case "approve" if not shots:
            return Answer(True, notes=notes)
        case "redo" if shots:
            return Answer(False, shots, notes)
        case "redo":
            raise BadInput("redo names no shots: say which, as in '3, 5-7'")
        case "reject" if not shots:
            return Answer(False, notes=notes)
        case "approve" | "reject":
            raise BadInput(f"shots to redo do not go with {answer.lower()}: choose redo, or name no shots")
    raise BadInput(f"the answer is not one of {', '.join(DECISIONS)}: fill in the form")


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)


def _yes(value: object) -> bool:
    try:
        return TypeAdapter(bool).validate_python(value)
    except ValidationError as error:
        raise BadInput("the answer cannot be read: fill in the form") from error


def filled_in(client: SyncPrefectClient, run_id: UUID, state: State[Any], reply: Answer) -> dict[str, object]:
    """Return a run's form, filled in with an answer: the form of the release that asked."""
    keys = state.state_details.run_input_keyset or {}
    asked = orjson.loads(client.read_flow_run_input(run_id, keys["schema"])) if "schema" in keys else FORM
    if "answer" not in asked.get("properties", {}):
        return {"approve": reply.approve, "shots_to_redo": reply.redo, "notes": reply.notes}
    answer = "redo" if reply.redo.strip() else "approve" if reply.approve else "reject"
    return {"answer": answer, "shots": reply.redo, "notes": reply.notes}


def form_text(title: str, step: ApprovalStep, shots: Sequence[Shot], folder: Path, storyboard: str) -> str:
    """Return the form's text in Markdown, escaped so that nothing in a prompt is read as markup.

    Args:
        title: of the film, or its idea.
        storyboard: the name of the storyboard's artifact, in Markdown with a link to it; '' where there is none.
    """
    count = f"{len(shots)} shot{'s' if len(shots) != 1 else ''}"
    before = "before any picture is painted" if step == "shots" else "painted, before any clip is made"
    lines = [
        f"**{escaped(title)}**",
        f"{count}, {before}.",
        f"Storyboard: {storyboard}" if storyboard else "",
        f"While this waits, shots.json may be edited in {code_span(str(folder))}",
    ]
    letters = min(_LETTERS, _LETTERS_IN_ALL // max(1, len(shots)))
    for shot in shots[:_SHOTS_SHOWN]:
        lines.append(f"**Shot {shot.index}** · {escaped(shot.camera)} · {escaped(shot.image_prompt, letters)}")
        lines.append(f"> {escaped(shot.narration, letters)}" if shot.narration else "")
    lines.append(f"and {len(shots) - _SHOTS_SHOWN} more" if len(shots) > _SHOTS_SHOWN else "")
    return "\n\n".join(line for line in lines if line)
