"""Check the options of a film, as a person gives them, complete them, and compare them with those of a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ValidationError

from studio.errors import BadInput, Contradiction
from studio.input.caption_times import timed_seconds
from studio.input.styles import check_style, frozen_style
from studio.model.brief import DEFAULT_STYLE, Brief, FilmOptions
from studio.model.terms import MOST_BUDGET_USD, TermsChange
from studio.text.wrong_values import wrong_values


class WrongOption(BadInput):
    """An option has a value that it cannot have: '--height 145: must be even, 144 to 2160'.

    `told` is the same where the option's name stands already: 'must be even, 144 to 2160, not 145'.
    """

    def __init__(self, name: str, reason: str, found: object) -> None:
        plain = isinstance(found, str) and len(found) <= 60 and found.isprintable() and found and " " not in found
        super().__init__(f"--{name.replace('_', '-')} {found if plain else short(found)}: {reason}")
        self.told = f"{reason}, not {short(found)}"

    def __reduce__(self) -> tuple[type[BadInput], tuple[str]]:
        """Leave a process as the `BadInput` that it is."""
        return BadInput, (str(self),)


def make_terms(**terms: object) -> TermsChange:
    """Return these terms, checked.

    Raises:
        BadInput: in one line, which term, what is wrong, what was given.
    """
    try:
        return TermsChange.model_validate(terms)
    except ValidationError as error:
        raise wrong_option(error, TermsChange) from error


def wrong_option(error: ValidationError, form: type[BaseModel]) -> WrongOption:
    """Return the error for the first option that is wrong, with its limits."""
    first = wrong_values(error, form)[0]
    name = str(first.place[0]) if first.place else "options"
    reason = f"{first.reason} (see {_place(first.place[1:])})" if first.place[1:] else first.reason
    if name == "budget_usd":
        reason = f"must be dollars from 0 to {MOST_BUDGET_USD:,.0f}, for example 2 or 2.50, or none"
    return WrongOption(name, reason.replace("true or false", "yes or no"), first.found)


def _place(inner: tuple[str | int, ...]) -> str:
    return ", ".join(f"number {part + 1}" if isinstance(part, int) else part for part in inner)


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
    if "crew" in explicit_options:
        # A crew that is named anew is not the one that was written out before.
        explicit_options = {"crew_settings": None, **explicit_options}
    explicit_options = _with_style(brief.options, explicit_options, apply=apply)
    if explicit_options.get("script_times", brief.options.script_times):
        # The captions give the length.
        explicit_options = {name: value for name, value in explicit_options.items() if name != "seconds"}
    differing = {name: value for name, value in explicit_options.items() if now[name] != value}
    if not differing:
        return brief.options
    if not apply:
        named = {name: value for name, value in differing.items() if name != "style_text" or "style" not in differing}
        changes = "; ".join(each for name, value in named.items() for each in _told(name, now[name], value))
        raise Contradiction(f"{session_id} has other options ({changes}): leave that out, or add --change to apply it")
    return film_options(**{**now, **differing})


def differences(now: FilmOptions, then: FilmOptions) -> list[str]:
    """Return in what two films' options differ, in words: 'seconds is 20.0, not 40.0'; of settings each that does.

    Of a style its name counts, not its text, as in `FilmOptions.same_as`.
    """
    one, other = now.model_dump(exclude={"style_text"}), then.model_dump()
    return [said for name in one if one[name] != other[name] for said in _told(name, one[name], other[name])]


def _with_style(now: FilmOptions, given: dict[str, object], *, apply: bool) -> dict[str, object]:
    """Return the given options with the text of a style that is named anew.

    A style that is named again is the one that the film has, in the words that it was begun with; another text of it
    counts only if changes are applied.
    """
    others = {name: value for name, value in given.items() if name != "style_text"}
    named, text = given.get("style", now.style), given.get("style_text")
    if named != now.style:
        return {**others, "style_text": text or frozen_style(str(named))}
    return {**others, "style_text": text} if text and apply else others


def _told(name: str, now: object, then: object) -> Iterator[str]:
    """Yield in what an option differs; of settings each that does."""
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        for key in dict.fromkeys((*now, *then)):
            if now.get(key) != then.get(key):
                yield from _told(f"{name}.{key}", now.get(key), then.get(key))
    else:
        yield f"{name} is {short(now)}, not {short(then)}"


def film_options(**options: object) -> FilmOptions:
    """Return these options, checked; if the shots follow a script's times, with the length that those give.

    Raises:
        BadInput: in one line, which option, what is wrong, what was given.
    """
    checked = part_of_options(**options)
    if checked.script_times and checked.script is None:
        raise BadInput("--script-times: there is no script: give captions, SubRip or WebVTT, or leave the option out")
    return checked


def part_of_options(**options: object) -> FilmOptions:
    """Return options as `film_options` does, where others may be a session's: a script's times need no script yet.

    Raises:
        BadInput: as `film_options`.
    """
    try:
        checked = FilmOptions.model_validate(options)
    except ValidationError as error:
        raise wrong_option(error, FilmOptions) from error
    if checked.style_text is not None:
        style = check_style(checked.style_text)
        if checked.style == DEFAULT_STYLE:
            checked = checked.model_copy(update={"style": style.name or style.title})
    if not checked.script_times or checked.script is None:
        return checked
    return checked.model_copy(update={"seconds": timed_seconds(checked)})


def other_length(given: float, options: FilmOptions) -> str:
    """Return in one line that the length which was given is not the film's, whose script's times give it; else ''."""
    if not options.script_times or abs(given - options.seconds) < 0.01:
        return ""
    return f"the captions' times make the film {options.seconds:g} s long, not {given:g}: --seconds is not used"
