"""Fork a session: a variant that begins with its finished work, or with that of its first shots.

The fork's bytes are shared with those of the session where the file system can do that, else copied. They are never
hard links: writing into a linked file, as some editors do, changes both films, and a fault in one is a fault in both.
The calls come along with their answers, so that a lost piece is made again without paying; each says which session paid
it, and counts in no sum of the fork.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studio.archive.contents import HeldFile, flush_tree, folders_of, held_files, own_to_its_folder
from studio.archive.room import check_room
from studio.archive.wanted_takes import WantedTakes
from studio.billing.calls import FOLDER, Call, answer_bytes, read_answer, read_calls
from studio.errors import BadInput
from studio.fs import files, safe_open
from studio.model.brief import Brief, ForkedFrom
from studio.model.film import STAGES, Shot, Stage
from studio.model.pieces import PER_SHOT, piece_at
from studio.planning.plan_files import plan_text, read_shots
from studio.sessions.find_or_make import hidden_folder, place_session, sweep_abandoned
from studio.sessions.named import check_free
from studio.store import lock
from studio.store.brief import BRIEF, COPY, read_brief, write_brief
from studio.store.folder_walk import refuse_links
from studio.store.receipts import piece_of, read_receipt
from studio.store.session_names import check_name
from studio.text.command_hints import command

_AFTER_SHOTS: tuple[Stage, ...] = ("timeline", "score", "film")
"""What follows from all shots of a film, and is made anew if some of them are left out."""
_CAPTIONS = ("film.srt", "film.vtt")


@dataclass(frozen=True)
class Fork:
    """A fork that was made.

    Attributes:
        folder: its folder.
        files, bytes: how many files were taken along, and how large they are.
        shared: whether their bytes are shared on the disk, so that they take no further room.
        calls: how many paid calls came along.
    """

    folder: Path
    files: int
    bytes: int
    shared: bool
    calls: int


def fork_session(
    root: Path,
    parent: Path,
    now: datetime,
    version: str,
    *,
    name: str = "",
    from_shot: int | None = None,
    show_share: Callable[[float], None] = lambda share: None,
) -> Fork:
    """Make a variant of the session at `parent`, in `root`, whole or not at all. The parent is not changed.

    Args:
        name: what a person calls the variant; '' for none. It never has its parent's.
        from_shot: 1-based; the shots before it are taken with their pieces, and no other: the plan ends there, until
            somebody writes on. None takes everything.
        show_share: called with the share that is done, 0 to 1.

    Raises:
        SessionLocked: a run is working on the parent.
        NoSuchSession, BrokenPlan: another program wrote the parent, or its brief or shots cannot be read.
        BadInput: the name or `from_shot` cannot be used, or the parent holds what no session does.
        DiskFull: there is no room; nothing is left.
    """
    if name:
        check_name(name)
    sweep_abandoned(root)
    held = lock.take(parent)
    try:
        refuse_links(parent)
        brief = read_brief(parent)
        shots = _first_shots(parent, brief, from_shot) if from_shot is not None else ()
        plan = plan_text(shots)
        kept = _kept_takes(parent, plan) | _moved_pieces(parent, shots) if shots else frozenset()
        taken = [
            each for each in held_files(parent) if each.path in kept or _is_taken(each.path, parent.name, from_shot)
        ]
        calls = {call.path: call for call in read_calls(parent)}
        hidden, hold = hidden_folder(root / now.strftime("session_%Y%m%d_%H%M%S"))
        try:
            shared = _fill(hidden, parent, taken, calls, show_share)
            if shots:
                files.write_whole(hidden / "shots.json", plan.encode("utf-8"))
            write_brief(hidden, _brief(brief, parent.name, name, len(shots) or None, now, version))
            flush_tree(hidden)
            with lock.alone(root):
                check_free(root, name)
                folder = place_session(hidden, root, now, hold)
        except BaseException:
            files.remove_tree(hidden)
            raise
        finally:
            hold.release()
    finally:
        held.release()
    return Fork(folder, len(taken), sum(each.bytes for each in taken), shared, len(calls))


def _brief(brief: Brief, parent: str, name: str, kept: int | None, now: datetime, version: str) -> Brief:
    return brief.model_copy(
        update={
            "forked_from": ForkedFrom(session=parent, name=brief.name, shots=kept),
            "name": name,
            # A line of a manifest has one session, and that is the parent.
            "batch": "",
            "started_at": now.isoformat(timespec="microseconds"),
            "version": version,
        }
    )


def _first_shots(parent: Path, brief: Brief, from_shot: int) -> tuple[Shot, ...]:
    """Return the shots of the parent's plan before `from_shot`, at least one."""
    content = files.read_or_none(parent / "shots.json", safe_open.PLAN_BYTES)
    if content is None:
        plan = command("resume", parent.name, parent.parent.parent)
        raise BadInput(f"{parent.name} has no shots yet: fork it without --from-shot, or plan them first: {plan}")
    options = brief.options
    shots = read_shots(content.decode("utf-8", "replace"), options.fps, options.shot_seconds, brief.seed)
    if not 2 <= from_shot <= len(shots):
        raise BadInput(
            f"--from-shot {from_shot}: {parent.name} has {len(shots)} shots, so it must be 2 to {len(shots)}: "
            "the shots before it are kept"
        )
    return tuple(shots[: from_shot - 1])


def _moved_pieces(parent: Path, shots: Sequence[Shot]) -> frozenset[str]:
    """Return the pieces, with their receipts, that these shots have at the numbers which they had before they moved.

    A shot that was moved keeps its pieces there until the next run.
    """
    ids = {shot.id for shot in shots}
    kept: set[Path] = set()
    for place in (parent / stage / name for stage in PER_SHOT for name in files.names(parent / stage)):
        receipt = read_receipt(place) if place.suffix == ".json" and place.name[0] != "." else None
        if receipt is not None and receipt.shot in ids:
            kept.update((place, piece_of(place, receipt)))
    return frozenset(path.relative_to(parent).as_posix() for path in kept)


def _kept_takes(parent: Path, plan: str) -> frozenset[str]:
    """Return the files of the takes that the shortened plan, or the story, names, or that are a shot's alternatives."""
    story = files.read_or_none(parent / "story.json", safe_open.PLAN_BYTES) or b""
    wanted = WantedTakes([plan, story.decode("utf-8", "replace")])
    kept: set[str] = set()
    for stage in STAGES:
        home = parent / "takes" / stage
        for name in files.names(home):
            receipt = read_receipt(home / name) if name.endswith(".json") and name[0] != "." else None
            if receipt is not None and wanted.has(receipt):
                both = (home / name, piece_of(home / name, receipt))
                kept.update(path.relative_to(parent).as_posix() for path in both)
    return frozenset(kept)


def _is_taken(path: str, parent: str, from_shot: int | None) -> bool:
    if path in (BRIEF, COPY) or own_to_its_folder(path, parent):
        return False
    if from_shot is None:
        return True
    if path.startswith("takes/") or path in _CAPTIONS or path == "shots.json":
        return False
    place = piece_at(path)
    return place is None or not (place[0] in _AFTER_SHOTS or (place[0] in PER_SHOT and place[1] >= from_shot))


def _fill(
    hidden: Path, parent: Path, taken: list[HeldFile], calls: dict[str, Call], show_share: Callable[[float], None]
) -> bool:
    """Copy the files into the hidden folder, and return whether all of them share their bytes with the parent's."""
    most, done, shared = sum(each.bytes for each in taken), 0, True
    for folder in sorted({*folders_of(each.path for each in taken), "receipts"}):
        files.make_hidden_folder(hidden / folder)
    # The largest first: it tells whether bytes are shared, and so how much room all of them take.
    for number, each in enumerate(sorted(taken, key=lambda each: -each.bytes)):
        if not _write_call(hidden, parent, each.path, calls):
            if number == 1 and not shared:
                check_room(hidden.parent, most - done)
            shared = files.copy_sealed(parent / each.path, hidden / each.path) and shared
        done += each.bytes
        show_share(done / most if most else 1.0)
    return shared


def _write_call(hidden: Path, parent: Path, path: str, calls: dict[str, Call]) -> bool:
    """Write a call, or an answer, as one that the parent paid; return False for any other file."""
    if not path.startswith(f"{FOLDER}/"):
        return False
    call = calls.get(path if path.endswith(".json") else path.removesuffix(".answer") + ".json")
    if call is None:
        return False
    paid = call if call.paid_in else call.model_copy(update={"paid_in": parent.name})
    if path == call.path:
        files.write_json(hidden / path, paid.model_dump(mode="json", exclude_defaults=True))
        return True
    reply = read_answer(parent / path) if path == call.answer_path else None
    if reply is None:
        return False
    files.write_whole(hidden / path, answer_bytes(reply, paid))
    return True
