"""The commands of `sessions` about directing: `takes`, `history`, `undo` and `redo`.

Like all of `sessions` they import models only when they must.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated, Literal

from cyclopts import Parameter

from studio.cli.terminal import write_json
from studio.errors import BadInput
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.command_hints import command
from studio.text.display import printable

Id = Annotated[str, Parameter(name="ID", help="A session's id, or its name.")]
Output = Annotated[
    str | None,
    Parameter(
        help="Folder that holds sessions/, or a store such as s3://bucket/films (default: FILM_OUTPUT, else 'output')."
    ),
]
Json = Annotated[bool, Parameter(negative=(), show_default=False, help="Print one JSON value instead.")]
Count = Annotated[int, Parameter(name="N", help="How many changes.")]

TAKES_EXAMPLES = (
    "Examples:\n  sessions takes session_20250208_002238\n"
    "  sessions takes session_20250208_002238 --shot 3 --stage video --json"
)
HISTORY_EXAMPLES = "Examples:\n  sessions history session_20250208_002238"
UNDO_EXAMPLES = "Examples:\n  sessions undo session_20250208_002238\n  sessions undo session_20250208_002238 3"
REDO_EXAMPLES = "Examples:\n  sessions redo session_20250208_002238"


def list_takes(
    session: Id,
    /,
    *,
    shot: Annotated[str, Parameter(show_default=False, help="Which shots, for example 3,5-7 (default: all).")] = "",
    stage: Annotated[
        Literal["image", "video", "narration", "score"], Parameter(help="Of what: image, video, narration or score.")
    ] = "image",
    output: Output = None,
    json: Json = False,
) -> int:
    """List the takes of each shot, or of the score: which is used, file, seed, prompt, model, cost, and when."""
    from studio.cli.takes_page import takes_json, takes_lines
    from studio.directing.director import own_brief, read_plan
    from studio.directing.takes import takes_of
    from studio.planning.shots_named import shots_named

    place = output_folder(output)
    folder = find_session(sessions_root(place), session)
    shots = read_plan(folder, own_brief(folder)).shots
    numbers = shots_named(shot, len(shots)) or tuple(range(1, len(shots) + 1))
    if stage == "score":
        if shot:
            raise BadInput("the score is the whole film's: leave --shot out")
        numbers = (0,)
    found = [take for number in numbers for take in takes_of(folder, shots, stage, number)]
    if json:
        write_json(takes_json(found))
    else:
        print("\n".join(takes_lines(found, stage, partial(command, "pick", session, place))))
    return 0


def undo_changes(session: Id, count: Count = 1, /, *, output: Output = None, json: Json = False) -> int:
    """Undo the last changes of the plan, by a command or by hand; earlier takes come back with it, for nothing."""
    return _undo(session, count, output, json, again=False)


def redo_changes(session: Id, count: Count = 1, /, *, output: Output = None, json: Json = False) -> int:
    """Do again what was undone. For new takes of a shot: `film redo`."""
    return _undo(session, count, output, json, again=True)


def _undo(session: str, count: int, output: str | None, json: bool, *, again: bool) -> int:
    from datetime import datetime

    from studio.directing.director import undo

    place = output_folder(output)
    folder = find_session(sessions_root(place), session)
    now = datetime.now().isoformat(timespec="seconds")
    entries = undo(folder, count, now, _tell if json else print, again=again)
    if json:
        write_json([{"number": each.number, "at": each.at, "verb": each.verb, "words": each.words} for each in entries])
    else:
        said = "done again" if again else "undone"
        print("\n".join([f"{said}: {each.words}" for each in entries]))
        print(f"to cut the film with it: {command('resume', session, place)}")
    return 0


def _tell(line: str) -> None:
    print(printable(line), file=sys.stderr)


def show_history(session: Id, /, *, output: Output = None, json: Json = False) -> int:
    """List what was directed, oldest first: number, when, what; what was undone is marked."""
    from studio.store.journal import history, read_journal

    place = output_folder(output)
    entries = read_journal(find_session(sessions_root(place), session))
    known = history(entries)
    done, undone = ({each.number for each in part} for part in (known.done, known.undone))
    if json:
        rows = [
            {
                "number": each.number,
                "at": each.at,
                "verb": each.verb,
                "words": each.words,
                "can_undo": each.number in done,
                "undone": each.number in undone,
            }
            for each in entries
        ]
        write_json(rows)
    elif not entries:
        print("Nothing was directed yet.")
    else:
        for each in entries:
            mark = "  (undone)" if each.number in undone else ""
            print(f"{each.number:>4}  {each.at[:16].replace('T', ' ')}  {printable(each.words)}{mark}")
    return 0
