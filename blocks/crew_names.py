"""The names that a crew can have, and what the built-in ones need. Imports little: used before Prefect starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from studio.errors import BadInput
from studio.model.brief import FilmOptions, is_crew_file

NEEDED_VARIABLES: dict[str, tuple[str, ...]] = {
    "offline": (),
    # A server of one's own may need no key.
    "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "stability": ("STABILITY_API_KEY",),
    "local": (),
}
"""The built-in crews by name, and the environment variables of which each needs at least one."""

_BLOCK_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Prefect's rule for the names of saved blocks."""


def check_crew(options: FilmOptions) -> None:
    """Make sure that a film's options may name their crew, as far as is known without loading it.

    Raises:
        BadInput: as `check_crew_name`; of a crew that is written out its name says nothing.
    """
    if options.crew_settings is None:
        check_crew_name(options.crew)


def check_crew_name(name: str, environment: Mapping[str, str] = os.environ) -> None:
    """Make sure that a crew can have this name and, for a built-in one, that its variables are set.

    Raises:
        BadInput: it cannot, or a variable is missing; the message names it, and says what else there is.
    """
    needed = NEEDED_VARIABLES.get(name)
    if needed is None:
        if not _BLOCK_NAME.fullmatch(name):
            raise no_such_crew(name)
    elif needed and not any(environment.get(variable, "").strip() for variable in needed):
        raise BadInput(f"--crew {name}: {' or '.join(needed)} is not set: set it, or use --crew offline, which is free")


def no_such_crew(name: str) -> BadInput:
    """Return the error for the name of a crew that is neither built in nor saved."""
    if is_crew_file(name):
        what = "the content of a file is given as crew_settings, which a command does for --crew FILE.toml"
    elif not _BLOCK_NAME.fullmatch(name):
        what = "a block Film Crew has a name of small letters, digits and dashes"
    else:
        what = "or save a block Film Crew of that name on the Prefect pages"
    return BadInput(f"--crew: there is no crew {name[:60]!r}: choose one of {', '.join(NEEDED_VARIABLES)}; {what}")
