"""What of finished films can go to free space, what that costs if it is wanted again, and removing it.

Only films that are done, whole and not being worked on are looked at, and of these only what no part of the film needs:
earlier versions that no person made, damaged files that were kept for inspection, Prefect's records that nothing reads;
and, apart because money was paid for them, answers of vendors and earlier versions that cost something. Whatever a
person wrote or put there stays, and so do the plans, the calls, and the records that prove a piece.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from studio.archive.contents import HeldFile
from studio.archive.wanted_takes import WantedTakes, plan_texts
from studio.billing.calls import Call, read_calls
from studio.checks.verify import FAULTS, verify
from studio.errors import BadInput, SessionLocked
from studio.fs import files
from studio.model.film import STAGES, Stage
from studio.model.pieces import PLANS
from studio.model.receipt import Receipt
from studio.sessions.find_or_make import abandoned, sweep_abandoned
from studio.status.snapshot import Snapshot, read_snapshot
from studio.status.state import state_now
from studio.store import lock
from studio.store.folder_walk import walk
from studio.store.folders import session_folders
from studio.store.prefect_records import all_records
from studio.store.receipts import piece_of, read_receipt, receipt_places
from studio.text.command_hints import command

Kind = Literal["earlier versions", "damaged files", "records", "leftovers", "answers", "paid versions"]
"""What can go:

earlier versions    of pieces, that no plan wants (`WantedTakes`), that cost nothing and that the same crew makes again
damaged files       what was not as its receipt says, kept for inspection; no text, which may be a person's edit
records             Prefect's of failed tasks, and under an id that the session no longer has
leftovers           hidden folders that killed runs left beside the sessions
answers             of vendors: a piece that is lost afterwards costs its price again
paid versions       earlier versions that were paid for
"""
PAID: tuple[Kind, ...] = ("answers", "paid versions")

MADE_HERE = ("offline",)
"""The engines that make the same bytes again, for nothing."""

_TEXTS = (".json", ".srt", ".vtt", ".answer", ".txt", ".md")
_TAKE = re.compile(r"([0-9a-f]{16})-[0-9a-f]{16}(?:-[a-z0-9-]{1,40})?\.[a-z0-9]+")
_AGE = re.compile(r"([0-9]{1,5})([dhw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True)
class Removable:
    """Files of one kind in one session.

    Attributes:
        paths: in the order in which they are removed, so that a crash in between leaves the session whole.
        bytes: how much space that frees; bytes that have another name, too, do not count.
        cost_usd: what it costs to have them again, as far as it is known; `unknown` of them have no known price.
    """

    session_id: str
    kind: Kind
    paths: tuple[HeldFile, ...]
    bytes: int
    cost_usd: float = 0.0
    unknown: int = 0

    @property
    def paid(self) -> bool:
        """Whether money was paid for them."""
        return self.kind in PAID


@dataclass(frozen=True)
class Clearing:
    """What can go, and which sessions are left alone, each with the reason in words."""

    items: tuple[Removable, ...] = ()
    left: tuple[tuple[str, str], ...] = ()

    def of(self, paid: bool) -> tuple[Removable, ...]:
        """Return what was, or was not, paid for."""
        return tuple(item for item in self.items if item.paid == paid)


def age_of(words: str) -> timedelta:
    """Return the time in words such as '30d', '12h' or '4w'.

    Raises:
        BadInput: they are none.
    """
    told = _AGE.fullmatch(words.strip().lower())
    if told is None:
        raise BadInput(f"--older-than {words[:40]!r}: expected days, hours or weeks, for example 30d, 12h, 4w")
    return timedelta(hours=int(told[1]) * _HOURS[told[2]])


def survey_clearing(
    root: Path,
    now: datetime,
    *,
    only: Path | None = None,
    older_than: timedelta | None = None,
    show_share: Callable[[float], None] = lambda share: None,
) -> Clearing:
    """Return what can go, the largest first. Changes nothing; reads every byte of the sessions that it looks at.

    Args:
        only: the folder of the one session to look at; None for all in `root`.
        older_than: only films that were finished longer ago than this.
        show_share: called with the share of the sessions that is done, 0 to 1.

    Raises:
        BadInput: `root` cannot be read.
    """
    folders = [only] if only is not None else session_folders(root)
    items: list[Removable] = []
    left: list[tuple[str, str]] = []
    for number, folder in enumerate(folders):
        show_share(number / len(folders))
        if why := _why_not(folder, now, older_than):
            left.append((folder.name, why))
        else:
            items += _removable(folder)
    items += _leftovers(root) if only is None else ()
    items.sort(key=lambda item: -item.bytes)
    return Clearing(tuple(items), tuple(each for each in left if each[1] != _YOUNG or only is not None))


_YOUNG = "was finished less long ago"


def _why_not(folder: Path, now: datetime, older_than: timedelta | None) -> str:
    """Return why nothing of a session may go; '' if something may."""
    facts = read_snapshot(folder)
    if facts is None:
        return "is no session"
    state = state_now(facts, lock.is_locked(folder))
    if state != "done":
        return f"is {state}"
    if older_than is not None and not _is_older(facts, now, older_than):
        return _YOUNG
    try:
        faults = [finding for finding in verify(folder) if finding.what in FAULTS]
    except BadInput as error:
        return f"cannot be checked: {error}"
    return f"is not whole: {command('verify', folder.name, folder.parent.parent)}" if faults else ""


def _is_older(facts: Snapshot, now: datetime, older_than: timedelta) -> bool:
    try:
        made = datetime.fromisoformat(facts.film.made_at if facts.film else "")
    except ValueError:
        return False
    return made.replace(tzinfo=None) < now - older_than


def _leftovers(root: Path) -> Iterator[Removable]:
    for hidden in abandoned(root):
        paths = [path for place, names in walk(hidden) for name in names if (path := place / name)]
        found = [(path, there) for path in paths if (there := files.found(path)) is not None]
        held = tuple(
            HeldFile(path.relative_to(root).as_posix(), there.st_size, there.st_mtime_ns) for path, there in found
        )
        yield Removable(hidden.name, "leftovers", held, sum(each.bytes for each in held))


@dataclass
class _Found:
    paths: list[HeldFile] = field(default_factory=list)
    bytes: int = 0
    cost_usd: float = 0.0
    unknown: int = 0


def _removable(folder: Path) -> Iterator[Removable]:
    found: dict[Kind, _Found] = {}

    def add(kind: Kind, paths: Iterable[str], cost: float | None = 0.0) -> None:
        group = found.setdefault(kind, _Found())
        for path in paths:
            there = files.found(folder / path)
            if there is not None and files.is_file(folder / path):
                group.paths.append(HeldFile(path, there.st_size, there.st_mtime_ns))
                group.bytes += there.st_size if there.st_nlink == 1 else 0
        group.cost_usd += cost or 0.0
        group.unknown += cost is None

    calls, wanted = read_calls(folder), WantedTakes(plan_texts(folder))
    priced: set[tuple[Stage, str]] = set()
    in_takes: set[str] = set()
    for paths, receipt, stage, print_ in _takes(folder):
        mine = [call for call in calls if call.stage == stage and call.fingerprint.startswith(print_)]
        if receipt is not None and (receipt.by_hand or receipt.refused or wanted.has(receipt)):
            continue
        unpaid = receipt is not None and not mine and not receipt.cost_usd
        if unpaid and receipt is not None and stage != "film" and receipt.engine not in MADE_HERE:
            # Nobody knows whether that engine makes the same again.
            continue
        cost = (receipt.cost_usd if receipt is not None else 0.0) or sum(call.cost_usd or 0.0 for call in mine)
        free = not mine and cost == 0
        # Two shots may have a copy of the same take, which was paid once.
        known = receipt is not None and (stage, receipt.sha256) in priced
        add("earlier versions" if free else "paid versions", paths, 0.0 if free or known else cost or None)
        priced.update([(stage, receipt.sha256)] if receipt is not None else [])
        in_takes.update(call.path for call in mine)
    for name in files.names(folder / "takes" / "damaged"):
        if not name.startswith(".") and not name.lower().endswith(_TEXTS):
            add("damaged files", [f"takes/damaged/{name}"])
    add("records", _dead_records(folder))
    for call in calls:
        if call.state == "done" and files.is_file(folder / call.answer_path):
            # What was made of it goes, too, at its price, which is paid once.
            add("answers", [call.answer_path], 0.0 if call.path in in_takes else _price(call))
    for kind, group in found.items():
        if group.paths:
            yield Removable(folder.name, kind, tuple(group.paths), group.bytes, group.cost_usd, group.unknown)


def _price(call: Call) -> float | None:
    """Return what a call's answer costs again; a text is in the call's own file, too, so that it costs nothing."""
    return 0.0 if call.text is not None else call.cost_usd


def _takes(folder: Path) -> Iterator[tuple[list[str], Receipt | None, Stage, str]]:
    """Yield the earlier versions: (its files in the order of removing, receipt, stage, beginning of the fingerprint).

    The records come first: one that tells of a piece that is gone would be told by `sessions verify`. Then the receipt,
    then the piece, which without a receipt nothing asks for.
    """
    records: dict[str, list[str]] = {}
    for path, record in all_records(folder):
        if record is not None:
            records.setdefault(record.fingerprint, []).append(path.relative_to(folder).as_posix())
    in_place = {
        receipt.fingerprint
        for place in receipt_places(folder)
        if "takes" not in place.relative_to(folder).parts and (receipt := read_receipt(place)) is not None
    }
    for stage in (stage for stage in STAGES if stage not in PLANS):
        home = folder / "takes" / stage
        names = [name for name in files.names(home) if not name.startswith(".")]
        stems = {name.removesuffix(".json") for name in names if name.endswith(".json")}
        for name in names:
            if name.endswith(".json") and (receipt := read_receipt(home / name)) is not None:
                told = [] if receipt.fingerprint in in_place else records.get(receipt.fingerprint, [])
                both = [home / name, piece_of(home / name, receipt)]
                paths = [*told, *(path.relative_to(folder).as_posix() for path in both)]
                yield paths, receipt, stage, receipt.fingerprint
            elif (ours := _TAKE.fullmatch(name)) and name.rpartition(".")[0] not in stems:
                # What an earlier clearing left that was cut off.
                yield [f"takes/{stage}/{name}"], None, stage, ours[1]


def _dead_records(folder: Path) -> Iterator[str]:
    """Yield Prefect's records that nothing reads: those of failed tasks, and those under another session's id."""
    for name in files.names(folder / "results"):
        if name == folder.name or name.startswith("."):
            continue
        if files.is_file(folder / "results" / name):
            yield f"results/{name}"
        for stage in files.names(folder / "results" / name):
            yield from (f"results/{name}/{stage}/{each}" for each in files.names(folder / "results" / name / stage))


@dataclass(frozen=True)
class Cleared:
    """What clearing did.

    Attributes:
        bytes: how much space was freed.
        items: what was removed.
        left: the sessions left alone that could be cleared when they were surveyed, each with the reason in words.
    """

    bytes: int = 0
    items: tuple[Removable, ...] = ()
    left: tuple[tuple[str, str], ...] = ()


def clear(root: Path, items: Sequence[Removable]) -> Cleared:
    """Remove what was surveyed.

    A session on which a run works by now, or that is not done any more, is left alone, and the others are cleared; so
    is every file that is not as it was when it was surveyed, or that a plan names since. Cut off, it leaves every
    session whole; the next survey finds the rest.

    Raises:
        BadInput: a file cannot be removed.
    """
    freed = 0
    removed: list[Removable] = []
    left: dict[str, str] = {}
    if leftovers := [item for item in items if item.kind == "leftovers"]:
        sweep_abandoned(root)
        removed += [item for item in leftovers if not files.is_folder(root / item.session_id)]
        freed += sum(item.bytes for item in removed)
    for item in items:
        if item.kind == "leftovers" or item.session_id in left:
            continue
        folder = root / item.session_id
        try:
            held = lock.take(folder)
        except SessionLocked:
            left[item.session_id] = "is being worked on"
            continue
        try:
            facts = read_snapshot(folder)
            state = "no session" if facts is None else state_now(facts, locked=False)
            if state != "done":
                left[item.session_id] = f"is {state}"
                continue
            # A plan may name by now what it did not when it was surveyed.
            still = {each.path for found in _removable(folder) if found.kind == item.kind for each in found.paths}
            for each in (each for each in item.paths if each.path in still):
                there = files.found(folder / each.path)
                if there is not None and (there.st_size, there.st_mtime_ns) == (each.bytes, each.mtime_ns):
                    files.remove(folder / each.path)
                    freed += there.st_size if there.st_nlink == 1 else 0
            removed.append(item)
        finally:
            held.release()
    return Cleared(freed, tuple(removed), tuple(left.items()))
