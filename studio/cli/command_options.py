"""The options that the `sessions` commands share, with the texts that their help shows."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

Id = Annotated[str, Parameter(name="ID", help="A session's id, for example session_20250208_002238, or its name.")]
Output = Annotated[
    str | None,
    Parameter(
        help="Folder that holds sessions/, or a store such as s3://bucket/films (default: FILM_OUTPUT, else 'output')."
    ),
]
Json = Annotated[bool, Parameter(negative=(), show_default=False, help="Print one JSON value instead.")]
