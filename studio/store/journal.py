"""The journal of a session, `journal/`: what a person directed, one file for each change of its plans, append-only.

An entry is written before its change is made, and holds both texts of what it changes, so that the next opening makes a
change that a crash cut off, and every change can be undone, byte for byte. Undoing and redoing are entries, too. A plan
that was edited by hand since the last entry gets one of its own before the next: an undo never loses what a hand wrote.

A plan's receipt names the last entry that the plan was given (`Receipt.entry`): a change is made once, whatever a hand
or a fault does to plan and journal after that.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from studio.errors import BadInput
from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.model.film import Stage
from studio.model.fingerprint import fingerprint
from studio.model.frozen_model import FrozenModel
from studio.model.pieces import piece_path, receipt_path
from studio.model.receipt import Receipt
from studio.store.plans import keep_edit
from studio.store.receipts import read_receipt
from studio.store.session_store import SessionStore

JOURNAL = "journal"
DIRECTED: tuple[Stage, ...] = ("story", "shots")
"""The plans that can be directed."""
BY_HAND = "edited by hand"
ANEW = "planned anew"
LOST = "lost"
"""The verb that stands for an entry which is damaged."""

_NAME = re.compile(r"([0-9]{6,9})\.json\Z")

Texts = Mapping[Stage, str]
"""The text of plans, by stage."""


class Change(FrozenModel):
    """How one plan changes: at character `at`, `removed` is replaced by `added`.

    `before` and `after` are the SHA-256 of the plan's whole text, in UTF-8.
    """

    plan: Literal["story", "shots"]
    at: int = Field(ge=0)
    removed: str
    added: str
    before: str
    after: str

    def applied(self, text: str) -> str:
        """Return the text after the change, from the one before it."""
        return text[: self.at] + self.added + text[self.at + len(self.removed) :]

    def reversed(self) -> Change:
        """Return the change that undoes this one."""
        return Change(
            plan=self.plan,
            at=self.at,
            removed=self.added,
            added=self.removed,
            before=self.after,
            after=self.before,
        )


class Entry(FrozenModel):
    """One entry: what was done, in words, and how it changed the plans.

    `undoes` and `redoes` are the number of the entry that it undoes or does again, 0 for none. `run` is the flow run
    that asked for it, '' for a command: a flow run that is tried again does not do it a second time. `check` protects
    the entry itself: one that was damaged does not validate; an older one has none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = Field(ge=1)
    at: str = Field(description="local time, ISO 8601")
    verb: str
    words: str
    run: str = ""
    undoes: int = 0
    redoes: int = 0
    changes: tuple[Change, ...] = ()
    check: str = ""

    @model_validator(mode="before")
    @classmethod
    def _vouches_for_itself(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("check") and data["check"] != _check_of(data):
            raise ValueError("the entry is not what was written: its check does not agree")
        return data

    def text(self) -> str:
        """Return the entry as JSON, one key a line, with its check; keys at their default are left out."""
        written = self.model_dump(mode="json", exclude_defaults=True, exclude={"check"})
        return json.dumps({**written, "check": _check_of(written)}, indent=1, ensure_ascii=False) + "\n"


def _check_of(written: dict[str, object]) -> str:
    said = {key: value for key, value in written.items() if key != "check"}
    return fingerprint(entry=json.dumps(said, sort_keys=True))[:32]


@dataclass(frozen=True)
class History:
    """The entries that can be undone, oldest first, and those undone that can be done again, the last undone first."""

    done: tuple[Entry, ...]
    undone: tuple[Entry, ...]


def read_journal(folder: Path) -> tuple[Entry, ...]:
    """Return the entries of a session, oldest first; for one that is damaged an entry `LOST` that changes nothing."""
    names = [name for name in files.names(folder / JOURNAL) if _NAME.match(name)]
    return tuple(_entry_at(folder / JOURNAL / name) for name in sorted(names, key=lambda name: int(name[:-5])))


def _entry_at(place: Path) -> Entry:
    number = int(place.stem)
    try:
        entry = Entry.model_validate_json(files.read_or_none(place) or b"")
    except ValidationError:
        entry = None
    if entry is None or entry.number != number:
        return Entry(number=max(1, number), at="", verb=LOST, words=f"{JOURNAL}/{place.name} is damaged")
    return entry


def history(entries: tuple[Entry, ...]) -> History:
    """Return what can be undone and done again.

    Where the plans were planned anew, or an entry is missing or damaged, nothing before can be undone.
    """
    done: list[Entry] = []
    undone: list[Entry] = []
    by_number = {entry.number: entry for entry in entries}
    last = 0
    for entry in entries:
        if entry.number != last + 1 or entry.verb in (ANEW, LOST):
            done, undone = [], []
        last = entry.number
        if done and _never_made(done[-1], entry):
            done.pop()
        if entry.undoes and done and done[-1].number == entry.undoes:
            undone.append(done.pop())
        elif entry.redoes and undone and undone[-1].number == entry.redoes:
            done.append(by_number[undone.pop().number])
        elif entry.verb not in (ANEW, LOST):
            done.append(entry)
            undone = []
    return History(tuple(done), tuple(reversed(undone)))


def _never_made(entry: Entry, following: Entry) -> bool:
    """Tell whether a change was cut off and a hand changed the plan before the next opening could make it.

    Then the next change begins where that one did.
    """
    before = {change.plan: change.before for change in following.changes}
    return any(before.get(change.plan) == change.before != change.after for change in entry.changes)


class Journal:
    """The journal of one open session.

    Opening it makes the change of the last entry, if a crash cut it off, and records what was edited by hand since.
    """

    def __init__(self, store: SessionStore, now: str) -> None:
        self._store, self._now = store, now
        self.entries = read_journal(store.folder)
        carry_out(store)
        self._record_what_others_changed()

    @property
    def history(self) -> History:
        """What can be undone, and done again."""
        return history(self.entries)

    def record(self, verb: str, words: str, texts: Texts, *, run: str = "", undoes: int = 0, redoes: int = 0) -> Entry:
        """Write an entry that gives the plans these texts, then give them.

        Raises:
            DiskFull, BadInput: it cannot be written; the plans are as they were, or the next opening changes them.
        """
        changes = tuple(
            change_of(stage, before, text)
            for stage, text in texts.items()
            if (before := _text(self._store.folder, stage)) is not None and before != text
        )
        entry = self._write(
            Entry(
                number=self._next(),
                at=self._now,
                verb=verb,
                words=words,
                run=run,
                undoes=undoes,
                redoes=redoes,
                changes=changes,
            )
        )
        carry_out(self._store)
        return entry

    def undo(self) -> Entry:
        """Undo the last change that is not undone, and return its entry.

        Raises:
            BadInput: there is nothing to undo.
        """
        if not (done := self.history.done):
            raise BadInput("there is nothing to undo")
        last = done[-1]
        self._apply("undo", f"undo {last.number}: {last.words}", last, undoes=last.number)
        return last

    def redo(self) -> Entry:
        """Do the last change that was undone again, and return its entry.

        Raises:
            BadInput: nothing was undone, or something was changed since.
        """
        if not (undone := self.history.undone):
            raise BadInput("there is nothing to do again: nothing was undone since the last change")
        first = undone[0]
        self._apply("redo", f"redo {first.number}: {first.words}", first, redoes=first.number)
        return first

    def foretold(self, count: int, *, again: bool = False) -> Texts:
        """Return the texts that the plans get if `count` changes are undone or, if `again`, are done again.

        Raises:
            BadInput: there are not so many, or a plan is not as they left it.
        """
        known = self.history
        entries = known.undone[:count] if again else known.done[::-1][:count]
        if len(entries) < count:
            raise BadInput(f"there are {len(entries)} changes that can be {'done again' if again else 'undone'}")
        texts: dict[Stage, str] = {}
        for entry in entries:
            texts |= self._after(entry, texts, undone=not again)
        return texts

    def _after(self, entry: Entry, texts: Texts, *, undone: bool) -> Texts:
        """Return the texts of the plans that an entry changes after it, or once it is undone; `texts` are before."""
        found: dict[Stage, str] = {}
        for change in (each.reversed() if undone else each for each in entry.changes):
            text = texts.get(change.plan) or _text(self._store.folder, change.plan)
            if text is None or _sha256(text) != change.before or _sha256(change.applied(text)) != change.after:
                raise BadInput(f"{piece_path(change.plan)} is not as entry {entry.number} of journal/ left it")
            found[change.plan] = change.applied(text)
        return found

    def _apply(self, verb: str, words: str, entry: Entry, *, undoes: int = 0, redoes: int = 0) -> None:
        self.record(verb, words, self._after(entry, {}, undone=bool(undoes)), undoes=undoes, redoes=redoes)

    def _record_what_others_changed(self) -> None:
        """Record an edit by hand since the last entry or, before the first, since the plan was written."""
        for stage, before, text in changed_by_others(self._store.folder, self.entries):
            name = piece_path(stage)
            verb, words = (ANEW, f"{name} was planned anew") if before is None else (BY_HAND, f"{name} {BY_HAND}")
            changes = (change_of(stage, text if before is None else before, text),)
            self._write(Entry(number=self._next(), at=self._now, verb=verb, words=words, changes=changes))
            keep_edit(self._store, stage, text, entry=self.entries[-1].number)

    def _next(self) -> int:
        # A number is used once, also that of an entry that is damaged or gone.
        given = (_receipt(self._store.folder, stage) for stage in DIRECTED)
        return 1 + max([_highest(self._store.folder), *(receipt.entry for receipt in given if receipt is not None)])

    def _write(self, entry: Entry) -> Entry:
        self._store.write(f"{JOURNAL}/{entry.number:06d}.json", entry.text().encode("utf-8"))
        self.entries = (*self.entries, entry)
        return entry


def changed_by_others(folder: Path, entries: tuple[Entry, ...]) -> Iterator[tuple[Stage, str | None, str]]:
    """Yield (plan, text before, text now) of each plan that is not as the last entry, or its writer, left it.

    The text before is None if the plan was planned anew since.
    """
    for stage in DIRECTED:
        text, receipt = _text(folder, stage), _receipt(folder, stage)
        if text is None or receipt is None or receipt.content is None:
            continue
        wanted = _left_by(entries, stage, receipt) or _sha256(receipt.content)
        if _sha256(text) != wanted:
            known = (receipt.redone, receipt.edited, receipt.content)
            yield stage, next((each for each in known if each is not None and _sha256(each) == wanted), None), text


def carry_out(store: SessionStore) -> None:
    """Make the change of the last entry, if a crash kept it from being made."""
    entries = read_journal(store.folder)
    for change in entries[-1].changes if entries else ():
        text, receipt = _text(store.folder, change.plan), _receipt(store.folder, change.plan)
        if text is None or _sha256(text) not in (change.before, change.after):
            continue
        if receipt is not None and receipt.entry >= entries[-1].number:
            # It was made: what is there now is there since.
            continue
        if _sha256(text) != change.after:
            text = change.applied(text)
            if _sha256(text) != change.after:
                continue
            store.write(piece_path(change.plan), text.encode("utf-8"))
        keep_edit(store, change.plan, text, entry=entries[-1].number)


def change_of(plan: Stage, before: str, after: str) -> Change:
    """Return the change from one text of a plan to another: what is between their common beginning and end."""
    start = _in_common(before, after)
    end = _in_common(before[start:][::-1], after[start:][::-1])
    return Change(
        plan="shots" if plan == "shots" else "story",
        at=start,
        removed=before[start : len(before) - end],
        added=after[start : len(after) - end],
        before=_sha256(before),
        after=_sha256(after),
    )


def _in_common(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    same, most = 0, min(len(one), len(other))
    while same < most:
        middle = (same + most + 1) // 2
        same, most = (middle, most) if one[same:middle] == other[same:middle] else (same, middle - 1)
    return same


def _left_by(entries: tuple[Entry, ...], stage: Stage, receipt: Receipt) -> str | None:
    """Return the SHA-256 of the plan after the last entry that changed it; None if none did.

    Where that entry is damaged or gone, its receipt knows.
    """
    whole = [entry for entry in entries if any(change.plan == stage for change in entry.changes)]
    last = whole[-1].number if whole else 0
    if receipt.entry > last:
        return None if receipt.redone is None else _sha256(receipt.redone)
    # A change that was cut off was not made if a hand changed the plan since.
    cut_off = last > receipt.entry
    changes = (change for entry in whole[-1:] for change in entry.changes if change.plan == stage)
    return next((change.before if cut_off else change.after for change in changes), None)


def _receipt(folder: Path, stage: Stage) -> Receipt | None:
    return read_receipt(folder / receipt_path(piece_path(stage)))


def _highest(folder: Path) -> int:
    numbers = [int(found[1]) for name in files.names(folder / JOURNAL) if (found := _NAME.match(name))]
    return max(numbers, default=0)


def _text(folder: Path, stage: Stage) -> str | None:
    content = files.read_or_none(folder / piece_path(stage), PLAN_BYTES)
    return None if content is None else content.decode("utf-8", "replace")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
