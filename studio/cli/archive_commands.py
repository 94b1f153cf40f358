"""The `sessions` commands for whole sessions: `fork`, `export`, `import` and `gc`.

Each parses its arguments, calls a function of `studio/archive/` and prints. Models are imported only when they are
needed, so that `sessions list` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from studio.cli.command_options import Id, Json, Output
from studio.cli.terminal import agrees_on_terminal, share_shown, write_json
from studio.object_storage import outputs
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.command_hints import command
from studio.text.display import printable, size

if TYPE_CHECKING:
    from studio.object_storage.store_output import StoreOutput

FORK_EXAMPLES = (
    "Examples:\n  sessions fork session_20250208_002238\n  sessions fork episode-12 --name episode-12-night\n"
    "  sessions fork episode-12 --from-shot 4    # shots 1 to 3, for another ending"
)

EXPORT_EXAMPLES = (
    "Examples:\n  sessions export session_20250208_002238 letter.film\n  sessions export episode-12 /tmp/e12.film"
)
IMPORT_EXAMPLES = "Examples:\n  sessions import letter.film\n  sessions import letter.film --output /srv/films"

GC_EXAMPLES = (
    "Examples:\n  sessions gc                            # lists what can go, then asks\n"
    "  sessions gc --older-than 30d --yes\n"
    "  sessions gc --session episode-12 --paid  # also what was paid for; says its price and asks apart"
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


def export(
    session: Id,
    file: Annotated[
        Path, Parameter(name="FILE", help="The file to write, for example letter.film; it must not exist.")
    ],
    /,
    *,
    output: Output = None,
    json: Json = False,
) -> int:
    """Pack a session into one file, with a checksum of everything: to keep it, or to go on elsewhere.

    The file is a tar archive, which other programs open, too. It is there whole or not at all.
    """
    from studio.archive.pack import pack_session
    from studio.version import VERSION

    place = output_folder(output)
    folder = find_session(sessions_root(place), session)
    with share_shown("packing") as show_share:
        packed = pack_session(folder, file, VERSION, show_share)
    if json:
        write_json({"session_id": folder.name, "file": str(file), "files": packed.files, "bytes": packed.bytes})
    else:
        print(f"{folder.name} is in {printable(str(file))}: {packed.files} files, {size(packed.bytes)}")
    return 0


def import_file(
    file: Annotated[Path, Parameter(name="FILE", help="A file that `sessions export` wrote.")],
    /,
    *,
    output: Output = None,
    json: Json = False,
) -> int:
    """Unpack a session from a file. Everything is checked first: the session appears whole, or not at all.

    It gets the id that it had, or the next free one. A session that is there already stays as it is.
    """
    from studio.archive.unpack import unpack_session

    place = output_folder(output)
    with share_shown("checking and unpacking") as show_share:
        found = unpack_session(sessions_root(place), file, show_share)
    if json:
        write_json(
            {
                "session_id": found.folder.name,
                "packed_id": found.packed_id,
                "imported": not found.there,
                "files": found.files,
                "bytes": found.bytes,
                "name_taken_by": found.name_taken_by or None,
            }
        )
        return 0
    if found.there:
        print(f"{found.folder.name} is there already: it stays as it is, and nothing was imported")
        return 0
    was = f", which was {found.packed_id}" if found.folder.name != found.packed_id else ""
    print(f"{found.folder.name}{was}, is imported: {found.files} files, {size(found.bytes)}")
    if found.name_taken_by:
        print(
            f"{found.name_taken_by} has its name, so it has none: {command('rename', found.folder.name, place, 'NAME')}"
        )
    print(f"To look at it: {command('view', found.folder.name, place)}")
    return 0


def gc(
    *,
    session: Annotated[
        str | None,
        Parameter(show_default=False, help="Look at this session only, by its id or name (default: all of them)."),
    ] = None,
    older_than: Annotated[
        str | None,
        Parameter(show_default=False, help="Only films finished longer ago: 30d, 12h, 4w (default: however long)."),
    ] = None,
    paid: Annotated[
        bool,
        Parameter(
            negative=(),
            show_default=False,
            help="Also remove what was paid for, asked apart with its price.",
        ),
    ] = False,
    yes: Annotated[bool, Parameter(negative=(), show_default=False, help="Remove it without asking.")] = False,
    output: Output = None,
    json: Json = False,
) -> int:
    """List what of finished films can go, and how much space that frees; remove it with --yes or a yes on the terminal.

    These are earlier versions, damaged files and records that nothing reads; with --paid also vendors' answers and
    earlier versions that were paid for. Films that are unfinished or not whole are left alone, and so is what a person
    made.
    """
    from datetime import datetime

    from studio.archive.clearing import age_of, clear, survey_clearing
    from studio.cli.clearing_page import clearing_json, clearing_lines, left_lines, question

    place = output_folder(output)
    root = sessions_root(place)
    age = None if older_than is None else age_of(older_than)
    only = None if session is None else find_session(root, session)
    with share_shown("looking at the films") as show_share:
        found = survey_clearing(root, datetime.now(), only=only, older_than=age, show_share=show_share)
    if not json:
        print("\n".join(clearing_lines(found)))
    agreed = [
        item
        for of_paid in (False, True)
        if (items := found.of(of_paid)) and (paid or not of_paid)
        if yes or (not json and agrees_on_terminal(question(items)))
        for item in items
    ]
    cleared = clear(root, agreed)
    if json:
        write_json(clearing_json(found, cleared))
    elif agreed:
        print("\n".join([*left_lines(cleared.left), f"Freed {size(cleared.bytes)}."]))
    elif found.items:
        again = command("gc", "", place, *_given(session, older_than, paid), "--yes")
        print(f"Nothing was removed. To remove it without asking: {again}")
    if session is None and (store := outputs.output_of(root)) is not None and not json:
        _gc_store(store, yes)
    return 0


def _gc_store(store: StoreOutput, yes: bool) -> None:
    """Clear a store of contents that no session names; asks, unless `yes`."""
    from studio.object_storage.collector import collect, survey

    with share_shown("looking at the store"):
        found = survey(store.bucket)
    trashed, removed = len(found.to_trash), len(found.to_remove)
    print(
        f"{store.url}: {trashed} contents that no session names ({size(sum(each.size for each in found.to_trash))}), "
        f"{removed} in the trash for a day ({size(sum(each.size for each in found.to_remove))}), "
        f"{found.young} too young to say."
    )
    if not (found.to_trash or found.to_remove or found.to_restore):
        return
    if yes or agrees_on_terminal("Move the first to the trash, for a day, and remove the second? (y/n) "):
        collect(store.bucket, found)
        print(f"{trashed} in the trash now, {removed} removed, {len(found.to_restore)} put back.")
    else:
        print("Nothing in the store was removed.")


def _given(session: str | None, older_than: str | None, paid: bool) -> list[str]:
    return [
        *(["--session", session] if session is not None else []),
        *(["--older-than", older_than] if older_than is not None else []),
        *(["--paid"] if paid else []),
    ]
