"""`film rename`: give a session a name, another one, or none."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from flows.cli.command_options import Output
from studio.cli.terminal import write_json
from studio.sessions.named import rename_session
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session

EXAMPLES = (
    "Examples:\n  film rename session_20250208_002238 episode-12\n  film rename episode-12 pilot\n"
    "  film rename pilot ''    # takes the name away"
)


def rename(
    session: Annotated[str, Parameter(name="SESSION", help="A session's id, or the name that it has.")],
    name: Annotated[
        str,
        Parameter(name="NEW-NAME", help="1 to 64 letters, digits, '.', '_', '-'; case makes no other name; '': none."),
    ],
    /,
    *,
    output: Output = None,
    json: Annotated[bool, Parameter(negative=(), show_default=False, help="Print one JSON object instead.")] = False,
) -> int:
    """Name a session, so that every command takes the name for its id. Refused while a run works on the session."""
    root = sessions_root(output_folder(output))
    folder = find_session(root, session)
    before = rename_session(root, folder, name)
    if json:
        write_json({"session_id": folder.name, "name": name or None, "before": before or None})
    else:
        was = f", no longer {before}" if before and before != name else ""
        print(f"{folder.name} is {name}{was}" if name else f"{folder.name} has no name{was}")
    return 0
