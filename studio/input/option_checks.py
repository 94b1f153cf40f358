"""Check the options of a film, as a person gives them, complete them, and compare them with those of a session."""

from __future__ import annotations

from pydantic import ValidationError

from studio.errors import BadInput, Contradiction
from studio.model.brief import Brief, FilmOptions
from studio.model.terms import MOST_BUDGET_USD, TermsChange


def make_terms(**terms: object) -> TermsChange:
    """Return these terms, checked.

    Raises:
        BadInput: in one line, which term, what is wrong, what was given.
    """
    try:
        return TermsChange.model_validate(terms)
    except ValidationError as error:
        raise wrong_option(error) from error


def wrong_option(error: ValidationError) -> BadInput:
    """Return the error for the first option that is wrong: in one line, which, what is wrong, what was given."""
    first = error.errors()[0]
    if first["loc"][0] == "budget_usd":
        most = f"{MOST_BUDGET_USD:,.0f}"
        return BadInput(
            f"--budget-usd: dollars from 0 to {most}, for example 2 or 2.50, or none, not {short(first['input'])}"
        )
    name = "--" + str(first["loc"][0]).replace("_", "-")
    message = first["msg"].removeprefix("Value error, ")
    return BadInput(f"{name}: {message[:1].lower()}{message[1:]}, not {short(first['input'])}")


def short(value: object) -> str:
    """Return the `repr` of a value, cut to 60 letters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def changed_options(brief: Brief, explicit_options: dict[str, object], *, apply: bool, session_id: str) -> FilmOptions:
    """Return the options of a session with the given changes.

    Args:
        explicit_options: options given explicitly, by name.
        apply: whether differences are applied; otherwise they are refused.

    Raises:
        Contradiction: an option differs from the brief and `apply` is False; the message names every difference.
        BadInput: an option is out of its range.
    """
    now = brief.options.model_dump()
    differing = {name: value for name, value in explicit_options.items() if now[name] != value}
    if not differing:
        return brief.options
    if not apply:
        changes = "; ".join(f"{name} is {short(now[name])}, not {short(value)}" for name, value in differing.items())
        raise Contradiction(f"{session_id} has other options ({changes}): leave that out, or add --change to apply it")
    return film_options(**{**now, **differing})


def film_options(**options: object) -> FilmOptions:
    """Return these options, checked.

    Raises:
        BadInput: in one line, which option, what is wrong, what was given.
    """
    try:
        return FilmOptions.model_validate(options)
    except ValidationError as error:
        raise wrong_option(error) from error
