"""The sessions of an output folder: make a new one, and find the one that a run goes on with.

A session is a folder; its id is the folder's name, so a session may be moved or copied. Its pieces are handled by
`studio/store/piece_store.py`; its state is read by `studio/status/snapshot.py` and `studio/status/state.py`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from studio.errors import BadInput, BrokenPlan, Crowded, NoSuchSession, SessionLocked
from studio.fs import files, tolerant
from studio.model.brief import Brief, FilmOptions
from studio.model.terms import NO_TERMS, Terms
from studio.status.listing import can_be_resumed, idea_digest
from studio.status.snapshot import read_snapshot
from studio.status.state import can_go_on
from studio.store import light_reader, lock
from studio.store.brief import read_brief, write_brief
from studio.store.folder_walk import goes_deep
from studio.store.folders import session_folders
from studio.text.command_hints import command

RUN_ID_LETTERS = set("0123456789abcdefABCDEF-")


def open_new(
    root: Path,
    idea: str,
    options: FilmOptions,
    draw_seed: Callable[[], int],
    now: datetime,
    version: str,
    batch: str = "",
    terms: Terms = NO_TERMS,
    name: str = "",
) -> tuple[Path, lock.Lock]:
    """Make a new session and return its folder and the lock on it.

    The folder's name is the time; if two are made in one second, the later takes the next second. The folder appears
    with its brief or not at all: it is made under a hidden name.

    Args:
        batch: the key of the manifest line that it is for (`studio/batch/manifest.py`), '' for none.
        name: what a person calls the film; the caller has made sure, under `lock.alone`, that no session has it.

    Raises:
        BadInput, DiskFull: the folder cannot be made; nothing is left.
    """
    files.make_folder(root)
    brief = Brief(
        idea=idea,
        options=options,
        seed=draw_seed() if options.seed is None else options.seed,
        started_at=now.isoformat(timespec="microseconds"),
        version=version,
        batch=batch,
        terms=terms,
        name=name,
    )
    hidden, held = hidden_folder(root / now.strftime("session_%Y%m%d_%H%M%S"))
    try:
        write_brief(hidden, brief)
        return place_session(hidden, root, now, held), held
    except BaseException:
        files.remove_tree(hidden)
        held.release()
        raise


def place_session(hidden: Path, root: Path, now: datetime, held: lock.Lock) -> Path:
    """Give a hidden folder in `root`, locked by `held`, the id of this moment or the next free one; return its path.

    Raises:
        BadInput, DiskFull: it cannot be renamed.
    """
    moment = now
    while True:
        folder = root / moment.strftime("session_%Y%m%d_%H%M%S")
        with files.plain_errors(folder):
            if held.place(hidden, folder):
                return folder
        moment += timedelta(seconds=1)


def hidden_folder(folder: Path) -> tuple[Path, lock.Lock]:
    """Make a hidden folder in which to prepare `folder`; locked, as `sweep_abandoned` removes what is not locked."""
    while True:
        hidden = files.hidden_beside(folder)
        files.make_folder(hidden)
        with contextlib.suppress(FileNotFoundError):
            held = lock.take(hidden)
            if hidden.is_dir():
                return hidden, held
            held.release()


def check_writable(root: Path) -> None:
    """Make sure that sessions can be made in `root`; the folder is made if it is missing.

    Raises:
        BadInput: it cannot be made, or not written into.
    """
    try:
        files.make_folder(root)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInput(f"cannot write into {str(root)!r} ({reason}): choose another folder with --output") from error
    if not os.access(root, os.W_OK | os.X_OK):
        raise BadInput(f"cannot write into {str(root)!r}: choose another folder with --output")


def abandoned(root: Path) -> Iterator[Path]:
    """Yield the hidden folders that killed runs left in `root`, and that are this program's by their form."""
    for hidden in files.hidden_files(root):
        ours = hidden.name.startswith(".session_") and hidden.name.endswith(".part") and hidden.is_dir()
        # Another run may be quicker to remove it.
        with contextlib.suppress(FileNotFoundError, Crowded):
            if ours and not lock.is_locked(hidden) and not goes_deep(hidden):
                yield hidden


def sweep_abandoned(root: Path) -> None:
    """Remove the hidden folders that killed runs left in `root`."""
    for hidden in abandoned(root):
        with contextlib.suppress(FileNotFoundError, SessionLocked, Crowded):
            held = lock.take(hidden)
            files.remove_tree(hidden)
            held.release()


def folder_of_run(root: Path, flow_run_id: str) -> Path | None:
    """Return the folder of the session that a flow run worked on before, by its card; None for a new run."""
    if not flow_run_id or not set(flow_run_id) <= RUN_ID_LETTERS:
        return None
    folders = session_folders(root, lambda line: flow_run_id in tolerant.words(dict(line), "runs"))
    return next((folder for folder in folders if (folder / f"runs/{flow_run_id}.json").is_file()), None)


def unfinished(root: Path, where: Callable[[Mapping[str, object]], bool] = can_be_resumed) -> list[Path]:
    """Return the folders of the sessions that a run may resume, newest first: ours, not done, not locked.

    A session whose run waits for an approval is left out: a person has to name it to go on without the approval.

    Args:
        where: as for `session_folders`.
    """
    found = []
    for folder in session_folders(root, where):
        facts = read_snapshot(folder)
        ours = facts is not None and facts.brief_reads and can_go_on(facts) and not facts.waits_for
        if ours and not lock.is_locked(folder):
            found.append(folder)
    return found


def busy_with(root: Path, idea: str, options: FilmOptions) -> str:
    """Return a line that says who is making exactly this film now, or waits for approval of it; '' if nobody is."""
    for folder in session_folders(root, _about(idea)):
        if lock.is_locked(folder) and _asks_for(folder, idea, options):
            return f"{folder.name} is this film and is being made {lock.holder_text(folder)}"
        if _waits(folder) and _asks_for(folder, idea, options):
            answer = command("approve", folder.name, root.parent)
            return f"{folder.name} is this film and waits for approval ({answer})"
    return ""


def check_none_waits(root: Path) -> None:
    """Make sure that no session's run waits for approval.

    Raises:
        BadInput: one does; the message says how to answer, and how to go on without an answer.
    """
    waiting = session_folders(root, lambda line: line.get("state") == "waiting")
    if folder := next(filter(_waits, waiting), None):
        answer, go_on = (command(verb, folder.name, root.parent) for verb in ("approve", "resume"))
        raise BadInput(f"{folder.name} waits for approval: answer with {answer}, or go on without: {go_on}")


def waiting_run(folder: Path) -> str:
    """Return the id of the session's last run if it waits for approval, else ''."""
    with tolerant.entered(folder) as opened:
        card = light_reader.last_card(opened) if opened is not None else {}
    return tolerant.text(card, "flow_run_id") if tolerant.text(card, "waits_for") else ""


def _waits(folder: Path) -> bool:
    return bool(waiting_run(folder))


def _asks_for(folder: Path, idea: str, options: FilmOptions) -> bool:
    try:
        brief = read_brief(folder)
    except (BrokenPlan, NoSuchSession):
        return False
    return brief.idea == idea and brief.options.same_as(options)


def unfinished_session_for(root: Path, idea: str, options: FilmOptions) -> Path | None:
    """Return the folder of the newest unfinished session that was asked for exactly this film, or None."""
    about = _about(idea)
    folders = unfinished(root, lambda line: can_be_resumed(line) and about(line))
    return next((folder for folder in folders if _asks_for(folder, idea, options)), None)


def _about(idea: str) -> Callable[[Mapping[str, object]], bool]:
    digest = idea_digest(idea)
    return lambda line: line.get("idea_sha256") == digest
