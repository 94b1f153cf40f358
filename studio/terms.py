"""What a film may cost, and what becomes of a prompt that a vendor refuses: said by a person, kept in the brief.

Terms shape no piece and are in no fingerprint: saying others goes on with the same film.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.errors import BadInput

OnRefusal = Literal["fail", "slate"]

MOST_BUDGET_USD = 100_000.0


class Terms(BaseModel):
    """The terms of a session; None leaves things as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_usd: float | None = Field(default=None, ge=0, le=MOST_BUDGET_USD, allow_inf_nan=False)
    on_refusal: OnRefusal | None = None

    def after(self, said: Terms) -> Terms:
        """Return these terms with what was said instead."""
        return Terms(**{**self.model_dump(), **said.model_dump(exclude_none=True)})


def make_terms(**said: object) -> Terms:
    """Return the terms that were said.

    Raises:
        BadInput: in one line, which one, what is wrong, what was given.
    """
    try:
        return Terms.model_validate(said)
    except ValidationError as error:
        raise wrong_option(error) from error


def wrong_option(error: ValidationError) -> BadInput:
    """Return the error of the first option that is wrong: in one line which, what is wrong, what was given."""
    first = error.errors()[0]
    name = "--" + str(first["loc"][0]).replace("_", "-")
    message = first["msg"].removeprefix("Value error, ")
    return BadInput(f"{name}: {message[:1].lower()}{message[1:]}, not {short(first['input'])}")


def short(value: object) -> str:
    """Return a value as it is written, cut to 60 letters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


UNSAID = Terms()
"""Nothing was said."""
