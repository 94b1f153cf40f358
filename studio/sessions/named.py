"""A film by its name: the same name and the same ask are one film, however often and from wherever it is asked for.

The name is in the session's brief. Whoever asks for one looks for it, and opens a session with it, under the lock of
the folder of sessions (`studio/store/lock.py: alone`), so that of many calls at once one makes the film, and the others
wait for it here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.errors import BadInput, Contradiction, Interrupted, SessionLocked
from studio.fs import checksums, tolerant
from studio.input.option_checks import differences, short
from studio.model.brief import FilmOptions
from studio.model.receipt import Receipt
from studio.sessions.approvals import read_asked
from studio.sessions.find_or_make import waiting_run
from studio.status.listing import read_listing
from studio.store import light_reader, lock
from studio.store.brief import read_brief, write_brief
from studio.store.receipts import read_receipt
from studio.store.session_names import check_name, session_named, sessions_named
from studio.text.command_hints import command

POLL_SECONDS = 0.25
"""How often a call that waits looks whether the film is free."""
ASKING_SECONDS = 2.0
"""How long a question must have been open before its run counts as one that waits for an answer."""

_FILM = "film.mp4"


@dataclass(frozen=True)
class NamedAsk:
    """What is asked for under a name: the idea, and every option that shapes the film."""

    name: str
    idea: str
    options: FilmOptions


def check_ask(root: Path, folder: Path, ask: NamedAsk) -> None:
    """Make sure that the session of this name was asked for the same film.

    Raises:
        Contradiction: it was not; the message names every difference.
        BrokenPlan: its brief cannot be read.
    """
    brief = read_brief(folder)
    told = [f"idea is {short(brief.idea)}, not {short(ask.idea)}"] if brief.idea != ask.idea else []
    told += differences(brief.options, ask.options)
    if told:
        go_on = command("resume", folder.name, root.parent)
        raise Contradiction(
            f"{brief.name} is another film ({'; '.join(told)}): take another name, or go on with that one: {go_on}, "
            "with --change to change its options"
        )


def await_named(root: Path, ask: NamedAsk, tell: Callable[[str], None], why_stopped: Callable[[], str]) -> Path | None:
    """Return the folder of the finished film of this name; None if it is still to be made, or to be finished.

    While another run makes it, wait; `tell` gets one line that says who does. Nothing is written or locked meanwhile.

    Args:
        why_stopped: returns why this run may not go on, '' while it may; called often.

    Raises:
        Contradiction: the name belongs to another film.
        SessionLocked: its run waits for a person's approval.
        Interrupted: this run may not go on.
        BadInput: several sessions have the name.
    """
    holder, asking_since = "", 0.0
    while True:
        folder = session_named(root, ask.name)
        if folder is None:
            return None
        check_ask(root, folder, ask)
        locked = lock.is_locked(folder)
        if not locked and waiting_run(folder):
            answer, go_on = (command(verb, folder.name, root.parent) for verb in ("approve", "resume"))
            raise SessionLocked(
                f"{folder.name} is {ask.name} and waits for approval: answer with {answer}, or go on without: {go_on}"
            )
        if not locked:
            return folder if finished_film(folder) is not None else None
        asking_since = (asking_since or time.monotonic()) if _asks(folder) else 0.0
        if asking_since and time.monotonic() - asking_since >= ASKING_SECONDS:
            raise SessionLocked(
                f"{folder.name} is {ask.name} and is being made {lock.holder_text(folder)}, which waits for an "
                "approval: answer there, then run the same line again"
            )
        who = lock.holder_text(folder)
        if not holder and "has just begun" not in who:
            holder = who
            tell(f"{folder.name} is {ask.name} and is being made {who}: waiting for it")
        if reason := why_stopped():
            raise Interrupted(f"{reason}; {ask.name} is being made {who}")
        time.sleep(POLL_SECONDS)


def _asks(folder: Path) -> bool:
    """Tell whether the run that holds the session has asked a person something and has no answer yet."""
    with tolerant.entered(folder) as opened:
        card = light_reader.last_card(opened) if opened is not None else {}
    run = tolerant.text(card, "flow_run_id")
    return any(not asked.at and asked.flow_run_id == run for asked in read_asked(folder)[-1:])


def finished_film(folder: Path) -> Receipt | None:
    """Return the receipt of a session's film if the session is done and the film whole, byte for byte; else None."""
    listing = read_listing(folder)
    if listing is None or listing.state != "done":
        return None
    receipt = read_receipt(folder / "film.json")
    whole = receipt is not None and checksums.has(folder / _FILM, receipt.sha256, receipt.bytes)
    return receipt if whole else None


def rename_session(root: Path, folder: Path, name: str) -> str:
    """Give the session another name, '' for none, and return the one that it had. Nothing else in it changes.

    Raises:
        BadInput: the name cannot be one, or another session has it.
        SessionLocked: a run is working on the session.
        NoSuchSession, BrokenPlan: the session has no brief that can be read.
    """
    if name:
        check_name(name)
    with lock.alone(root):
        held = lock.take(folder)
        try:
            brief = read_brief(folder)
            check_free(root, name, but=folder)
            if brief.name != name:
                write_brief(folder, brief.model_copy(update={"name": name}))
            return brief.name
        finally:
            held.release()


def check_free(root: Path, name: str, but: Path | None = None) -> None:
    """Make sure that no session but this one has the name. The caller is alone in `root`.

    Raises:
        BadInput: one has; the message has its id.
    """
    taken = [other for other in sessions_named(root, name) if other != but] if name else []
    if taken:
        look = command("view", taken[0].name, root.parent)
        raise BadInput(f"{name!r} is the name of {taken[0].name}: take another name; to look at that one: {look}")
