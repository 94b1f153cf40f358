"""The `sessions` commands for whole sessions: `fork`.

Each parses its arguments, calls a function of `studio/archive/` and prints. Models are imported only when they are
needed, so that `sessions list` answers at once.
"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from studio.cli.command_options import Id, Json, Output
from studio.cli.terminal import share_shown, write_json
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.command_hints import command
from studio.text.display import size

FORK_EXAMPLES = (
    "Examples:\n  sessions fork session_20250208_002238\n  sessions fork episode-12 --name episode-12-night\n"
    "  sessions fork episode-12 --from-shot 4    # shots 1 to 3, for another ending"
)


def fork(
    session: Id,
    /,
    *,
    from_shot: Annotated[
        int | None,
        Parameter(
            show_default=False,
            help="Keep the shots before this one, with their pieces, for a new ending: the plan ends there, and you "
            "write on in shots.json (default: everything).",
        ),
    ] = None,
    name: Annotated[str, Parameter(show_default=False, help="What you call the variant (default: nothing).")] = "",
    output: Output = None,
    json: Json = False,
) -> int:
    """Make a variant of a session that shares what is finished; nothing of it is made, or paid for, again.

    The session stays as it is. The variant has an id of its own, and counts only what it pays itself.
    """
    from datetime import datetime

    from studio.archive.fork import fork_session
    from studio.version import VERSION

    place = output_folder(output)
    root = sessions_root(place)
    parent = find_session(root, session)
    with share_shown("sharing the files") as show_share:
        made = fork_session(
            root, parent, datetime.now(), VERSION, name=name, from_shot=from_shot, show_share=show_share
        )
    if json:
        write_json(
            {
                "session_id": made.folder.name,
                "name": name or None,
                "forked_from": parent.name,
                "shots": None if from_shot is None else from_shot - 1,
                "files": made.files,
                "bytes": made.bytes,
                "shared": made.shared,
                "calls": made.calls,
            }
        )
        return 0
    how = "shared on the disk" if made.shared else "copied"
    print(f"{made.folder.name} is a variant of {parent.name}: {made.files} files, {size(made.bytes)}, {how}")
    if from_shot is not None:
        print(
            f"It ends after shot {from_shot - 1}: write the next shots into "
            f"{place / 'sessions' / made.folder.name / 'shots.json'}"
        )
    print(f"To go on with it: {command('resume', made.folder.name, place)}")
    return 0
