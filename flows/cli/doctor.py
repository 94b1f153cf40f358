"""`film doctor`: check whether everything is there that a film needs. It makes nothing and pays nothing."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from datetime import date
from typing import Annotated

from cyclopts import Parameter

from blocks.offline.crew import offline_crew
from flows.cli.command_options import Output, crew_given
from flows.cli.crew_loading import load_crew
from flows.server.address import check_alive, find_engine, prepare_environment, without_secrets
from studio.checks.machine import machine_checks, run_check
from studio.cli.terminal import write_json
from studio.errors import BadInput, FilmError
from studio.input.option_checks import film_options
from studio.model.brief import FilmOptions
from studio.model.check import Check
from studio.model.engines import Crew
from studio.planning.abilities import abilities_told, of_negative_prompt
from studio.store.folders import output_folder
from studio.text.display import printable

EXAMPLES = "Examples:\n  film doctor\n  film doctor --crew openai\n  film doctor --crew my_crew.toml --json"


def doctor(
    *,
    crew: Annotated[
        str, Parameter(help="A crew, by name or as a FILE.toml, whose keys, models and balance to check, too.")
    ] = "offline",
    output: Output = None,
    json: Annotated[bool, Parameter(negative=(), show_default=False, help="Print one JSON list instead.")] = False,
) -> int:
    """Check what a film needs: keys, models, fonts, encoder, voice, disk, engine. Exit code 1 if something is wrong.

    It makes nothing and sends no paid request; each vendor of the crew gets free requests, with 30 s to answer.
    """
    options = film_options(**crew_given(crew))
    checks = [*machine_checks(output_folder(output), offline_crew().narrator), *engine_checks(), *crew_checks(options)]
    if json:
        write_json([vars(check) for check in checks])
    else:
        print("\n".join(_lines(checks)))
    return 1 if any(check.verdict == "wrong" for check in checks) else 0


def engine_checks() -> list[Check]:
    """Check Prefect: the library installed here, and the configured server."""
    library = run_check("engine", _library, "make the environment again")
    try:
        engine = find_engine()
        check_alive(engine)
    except BadInput as error:
        return [library, Check("server", "wrong", str(error))]
    if engine.url is None:
        return [library, Check("server", "ok", "none is configured: a command starts its own, on this machine")]
    server = Check("server", "ok", f"answers at {without_secrets(engine.url)} ({engine.said_in})")
    return [library, server, *_lease_checks()]


def _lease_checks() -> list[Check]:
    """Check what blocks accounts at the configured server, or may block them."""
    from flows.server.leases import lease_warnings

    try:
        return [Check("limits", "warning", found, remedy) for found, remedy in lease_warnings()]
    except FilmError as error:
        return [Check("limits", "wrong", str(error), "check that the server is Prefect 3.8, and lets you in")]


def _library() -> Check:
    version = importlib.metadata.version("prefect")
    wanted = pinned(importlib.metadata.requires("film-studio") or [])
    prepare_environment(find_engine())
    import prefect

    assert prefect.flow is not None
    if wanted and version != wanted:
        return Check("engine", "wrong", f"Prefect {version}, not {wanted}", "make the environment again")
    return Check("engine", "ok", f"Prefect {version}, Python {'.'.join(str(n) for n in sys.version_info[:3])}")


def pinned(requirements: list[str]) -> str:
    """Return the version of Prefect that `requirements` pin; '' if they pin none."""
    found = (re.match(r"prefect\s*==\s*([\w.]+)", each) for each in requirements)
    return next((match[1] for match in found if match), "")


def crew_checks(options: FilmOptions) -> list[Check]:
    """Check a film's crew: whether it can be loaded, what its engines can do, and what its vendors say."""
    try:
        crew = load_crew(options)
    except BadInput as error:
        from blocks.crew import checks_without

        return [Check("crew", "wrong", str(error)), *checks_without(options.crew)]
    if options.crew == "offline":
        return [Check("crew", "ok", "offline: no key, no network, no cost"), *_abilities(crew)]
    return [Check("crew", "ok", options.crew), *_abilities(crew), *vendor_checks(crew, date.today())]


def vendor_checks(crew: Crew, today: date) -> list[Check]:
    """Return what the crew's vendors say of keys, balances and models; nothing for a crew without vendors.

    Each request costs nothing and takes 30 s at most.
    """
    checks: list[Check] = []
    for checker in crew.checkers:
        try:
            checks += checker(crew, today)
        except Exception as error:  # a package of somebody else's may fail in any way; the other checks still count
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            checks.append(Check(checker.__module__, "wrong", reason[:300], "install its package again"))
    return checks


def _abilities(crew: Crew) -> list[Check]:
    checks = [Check(who, "ok", told) for who, told in abilities_told(crew)]
    if unheeded := of_negative_prompt(crew):
        checks.append(Check("negative prompt", "warning", unheeded, "or take it out of the block Film Crew"))
    return checks


def _lines(checks: list[Check]) -> list[str]:
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{check.verdict:<7}  {check.name:<{width}}  {printable(check.found)}")
        if check.remedy:
            lines.append(f"{'':<7}  {'':<{width}}  -> {check.remedy}")
    return lines
