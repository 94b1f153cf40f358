"""`film plan`: show which pieces a film would take, and what it would cost. It spends nothing and makes nothing."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.cli.command_options import NO_OPTIONS, Dollars, GivenOptions, Money, Output
from flows.cli.crew_loading import load_crew
from studio.cli.forecast_page import forecast_json, forecast_lines
from studio.cli.terminal import write_json
from studio.errors import BadInput
from studio.forecast.forecast import Directed, forecast_idea, forecast_session
from studio.forecast.forecast_model import Forecast
from studio.input.idea import check_idea
from studio.input.option_checks import changed_options, film_options, make_terms
from studio.input.styles import with_style_kept
from studio.model.brief import Brief, FilmOptions
from studio.model.terms import NO_TERMS, TermsChange
from studio.sessions.find_or_make import unfinished_session_for
from studio.store import lock
from studio.store.brief import is_own_session, read_brief
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session, is_a_name
from studio.text.command_hints import command
from studio.version import VERSION

EXAMPLES = (
    'Examples:\n  film plan "A lighthouse keeper finds a message in a bottle" --crew openai --seconds 20\n'
    "  film plan session_20250208_002238\n  film plan session_20250208_002238 --crew stability\n"
    "  film plan session_20250208_002238 redo --shot 3"
)

_MEANT_AS_ID = re.compile(r"session_\S*\Z")
"""An argument that is meant as a session's id, even if mistyped, and not as an idea."""


def plan(
    what: Annotated[
        str, Parameter(name="IDEA-OR-SESSION", help="What a film would be about, or the id or the name of a session.")
    ],
    /,
    *,
    shape: GivenOptions = NO_OPTIONS,
    budget_usd: Annotated[
        Dollars | None, Parameter(help="A budget to compare with, or none (default: the session's).")
    ] = None,
    output: Output = None,
    json: Annotated[bool, Parameter(negative=(), show_default=False, help="Print one JSON object instead.")] = False,
) -> int:
    """Show what would be made, what is there, why, and what it would cost. Spends nothing, and makes nothing.

    With a command that directs, and its options, it shows what that would make: film plan SESSION redo --shot 3.
    """
    place, given, terms = output_folder(output), shape.given(), make_terms(budget_usd=budget_usd)
    notes: list[str] = []
    budget = [] if budget_usd is None else ["--budget-usd", budget_usd]
    if _MEANT_AS_ID.match(what) or is_a_name(sessions_root(place), what):
        if set(given) - {"crew", "crew_settings"}:
            raise BadInput("the options that shape a film are for an idea; for a session only --crew can be given")
        folder = find_session(sessions_root(place), what)
        what = folder.name
        brief = _brief_of(what, folder)
        options = changed_options(brief, given, apply=True, session_id=what)
        terms_then = brief.terms.with_changes(terms)
        directed: Directed = {}
        pictures: tuple[str, ...] = ()
        if (folder / "shots.json").is_file():
            from studio.directing.own_material import placed_in

            placed = placed_in(folder)
            directed, pictures = placed.texts, placed.pictures
            notes += placed.notes
        found = forecast_session(
            folder,
            brief.model_copy(update={"terms": terms_then}),
            load_crew(options),
            directed=directed,
            given=pictures,
        )
        other = ["--crew", str(shape.crew), "--change"] if options != brief.options else []
        line = command("resume", what, place, *other, *budget)
        if lock.is_locked(folder):
            notes.append(f"It is being worked on {lock.holder_text(folder)}: this is how things are now.")
    else:
        idea, options = check_idea(what), film_options(**given)
        found = _of_idea(idea, options, terms)
        found = replace(found, notes=(*shape.notes(), *found.notes))
        line = command("make", "", place, *_options(shape), *budget, idea=idea)
        if " " not in idea:
            notes.append(f"No session is named {idea!r}: this is a new film about that.")
        if (same := unfinished_session_for(sessions_root(place), idea, options)) is not None:
            notes.append(
                f"{same.name} asks for the same and is unfinished; to plan that: {command('plan', same.name, place)}"
            )
    if json:
        write_json(forecast_json(found))
    else:
        print("\n".join([*forecast_lines(found, line), *notes]))
    return 0


def show_plan(
    folder: Path,
    directed: Directed,
    words: str,
    line: str,
    money: Money,
    json: bool,
    given: Container[str] = (),
    notes: Sequence[str] = (),
) -> int:
    """Show what a change of the plan would have made, and what that would cost; return the exit code.

    Args:
        directed: the texts that the change would give to plans.
        words: what the change is: 'redo the image of shot 3'.
        line: the command line that makes the change.
        given: the SHA-256 of pictures that the change would bring into the session.
        notes: what else a person should know, one line each.
    """
    brief = read_brief(folder)
    brief = brief.model_copy(update={"terms": brief.terms.with_changes(money.terms())})
    found = forecast_session(folder, brief, load_crew(brief.options), directed=directed, given=given)
    if json:
        write_json({"change": words, **forecast_json(found)})
    else:
        print("\n".join([f"If you {words}:", *forecast_lines(found, line), *notes]))
    return 0


def _brief_of(session_id: str, folder: Path) -> Brief:
    if not is_own_session(folder):
        raise BadInput(
            f"{session_id} was written by another program: adopt it first, with {command('resume', session_id)}"
        )
    return read_brief(folder)


def _of_idea(idea: str, options: FilmOptions, terms: TermsChange) -> Forecast:
    # The seed decides only which draft stands in for the story, not what a vendor is asked for.
    brief = Brief(
        idea=idea,
        options=with_style_kept(options),
        seed=options.seed or 0,
        started_at=datetime.now().isoformat(timespec="microseconds"),
        version=VERSION,
        terms=NO_TERMS.with_changes(terms),
    )
    return forecast_idea(brief, load_crew(options))


def _options(shape: GivenOptions) -> list[str]:
    """Return the given options as words of a command line."""
    given = {name: value for name, value in vars(shape).items() if value is not None}
    words: list[str] = []
    for name, value in given.items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            words += [f"--{option}", f"{value:g}" if isinstance(value, float) else str(value)]
    return words
