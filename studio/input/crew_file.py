"""Read a crew from a TOML file: who works on a film, with which settings, in the words of the block `Film Crew`.

    painter = "gradient"
    writer = "openai"
    at_once = 4

    [settings.painter]
    direction = "across"

Only what the file can say by itself is checked here; whether there are such engines, and what their settings may be,
`blocks/crew.py` knows. A session keeps the content with its other options, so the file is read once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from studio.errors import BadInput
from studio.input.text_files import read_text
from studio.model.brief import UNNAMED_CREW
from studio.text.plain_toml import NotToml, read_toml

ACCOUNTS = ("openai", "stability")
"""The fields of a Film Crew that hold keys: they are not written out."""


def read_crew(path: Path, named: str) -> dict[str, object]:
    """Return the options 'crew', the file's name, and 'crew_settings', its content.

    Args:
        named: the option that the file was given for, for the error.

    Raises:
        BadInput: in one line: it cannot be read, is no TOML, or cannot be a crew.
    """
    text, shown = read_text(path, named), repr(str(path))
    try:
        content = read_toml(text)
    except NotToml as error:
        raise BadInput(f"{named}: {shown} {error}") from error
    try:
        return crew_options(content, path.name[-100:])
    except BadInput as error:
        raise BadInput(f"{named}: {shown}: {error}") from error


def crew_options(content: Mapping[str, object], name: str = UNNAMED_CREW) -> dict[str, object]:
    """Return the options 'crew' and 'crew_settings' for a crew that is written out, in a file or in a manifest.

    Raises:
        BadInput: it holds nothing, an account, or what JSON has no word for, such as a date.
    """
    if not content:
        raise BadInput("it names no engine: write for example painter = 'openai'")
    if account := next((each for each in ACCOUNTS if each in content), None):
        raise BadInput(
            f"{account}: an account has a key, and these settings are kept with the film: take it out, and set its "
            "environment variable, or save a block Film Crew"
        )
    try:
        json.dumps(content, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput("only texts, finite numbers, true, false, lists and tables: put quotes around dates") from error
    return {"crew": name, "crew_settings": dict(content)}
