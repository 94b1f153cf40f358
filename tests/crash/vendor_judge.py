"""Was anything billed twice, and does the ledger say what the vendor says?

A request that the vendor saw belongs to the call that was begun last before it for the same piece: calls for one piece
follow one another. From there on it is counting; the law is written down in `docs/reliability.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from studio.billing.calls import Call, read_calls, spent_usd
from tests.crash.vendor_run import LINES, Place
from tests.support.vendors.metering import Line

EXACT_USD = 1e-9
"""Sums of the same floats in another order."""
FREE_STATES = ("failed", "refused")


@dataclass(frozen=True)
class Entry:
    """A call of the ledger with what the vendor says of it: seen or not, and its bill."""

    call: Call
    seen: Line | None = None
    bill: Line | None = None

    @property
    def billed_usd(self) -> float:
        return self.bill.usd if self.bill else 0.0

    @property
    def is_told(self) -> bool:
        """Whether the ledger must know to the cent: but for lost answers, and bad ones that say no price."""
        if self.call.kind == "speech" and self.call.model.startswith("gpt-"):
            # OpenAI's voices are billed by tokens, and do not say how many: an upper bound is booked.
            return False
        if self.call.state == "bad answer":
            return self.call.booked_usd != self.call.most_usd
        return self.call.state != "ambiguous"


@dataclass
class Books:
    """The ledger and the vendor's file, entry by entry, and everything about them that is wrong."""

    entries: list[Entry]
    booked_usd: float
    billed_usd: float
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def untold_usd(self) -> float:
        """What is booked beyond the bills because the answer that would have told the price was lost."""
        return sum((each.call.booked_usd or 0.0) - each.billed_usd for each in self.entries if not each.is_told)

    def count(self, state: str) -> int:
        return sum(each.call.state == state for each in self.entries)


def place_of(line: Line) -> Place:
    """Return the piece that a request is for."""
    match line.kind:
        case "speech":
            return "narration", LINES.index(line.words) + 1
        case "image":
            if not line.words.startswith("Wide shot "):
                return "cast", 1 + ("picture: Tom" in line.words)
            return "images", int(line.words.removeprefix("Wide shot ").split()[0])
    return ("story" if line.words in ("story", "staging") else line.words), 0


def begun(call: Call) -> float:
    """Return when a call was begun, in seconds since 1970."""
    return datetime.fromisoformat(call.begun_at).timestamp()


def earlier(call: Call, line: Line) -> bool:
    """Tell whether a call was begun before the vendor saw the request."""
    return begun(call) <= line.at


def compared(
    folder: Path,
    lines: Sequence[Line],
    destroyed: Container[Place] = (),
    may_be_of: Callable[[Call, Line], bool] = earlier,
) -> Books:
    """Hold a session's ledger against the vendor's lines, at the end of all runs.

    Args:
        destroyed: pieces whose file and whose held answer a fault destroyed: each may be paid for once more.
        may_be_of: tells whether a request may be that of a call for its piece; of several the last is taken.
    """
    calls = read_calls(folder)
    bills = {line.number: line for line in lines if line.what == "billed"}
    matched: dict[str, list[Line]] = {}
    wrong: list[str] = []
    for line in (each for each in lines if each.what == "seen"):
        of_it = [call for call in calls if (call.stage, call.index) == place_of(line) and may_be_of(call, line)]
        if of_it:
            matched.setdefault(of_it[-1].path, []).append(line)
        else:
            wrong.append(f"request {line.number} for {place_of(line)} has no line in the ledger")
    for path, seen in matched.items():
        if len(seen) > 1:
            wrong.append(f"{path}: {len(seen)} requests for one line of the ledger")
    entries = []
    for call in calls:
        mine = next(iter(matched.get(call.path, ())), None)
        entries.append(Entry(call, mine, bills.get(mine.number) if mine else None))
    books = Books(entries, spent_usd(calls)[0], sum(bill.usd for bill in bills.values()), wrong=wrong)
    for entry in entries:
        books.wrong += [f"{entry.call.path}: {each}" for each in _faults(entry)]
    _count(books, destroyed)
    if abs(books.booked_usd - books.billed_usd - books.untold_usd) > EXACT_USD:
        books.wrong.append(
            f"the ledger has ${books.booked_usd:.6f}, the vendor ${books.billed_usd:.6f}, "
            f"of lost answers are ${books.untold_usd:.6f}"
        )
    return books


def _faults(entry: Entry) -> list[str]:
    """Return what is wrong with one line of the ledger."""
    call, booked, found = entry.call, entry.call.booked_usd, []
    if booked is None:
        return [f"{call.state}, and nothing is booked"]
    if call.state == "intent":
        found.append("is in flight for ever")
    if entry.is_told and abs(booked - entry.billed_usd) > EXACT_USD:
        found.append(f"{call.state}, books ${booked:.6f}, the vendor billed ${entry.billed_usd:.6f}")
    if not entry.is_told and call.state != "done" and booked != call.most_usd:
        found.append(f"{call.state} without a price, books ${booked:.6f} and not the most, ${call.most_usd}")
    if booked < entry.billed_usd - EXACT_USD:
        found.append(f"{call.state}, books less than was billed")
    if call.state in FREE_STATES and entry.bill:
        found.append(f"{call.state}, and the vendor billed it")
    if call.state == "done":
        if entry.bill is None:
            found.append("done, and the vendor did not bill it")
        elif call.request_id != entry.bill.request_id:
            found.append(f"is {call.request_id!r}, the vendor says {entry.bill.request_id!r}")
    return found


def _count(books: Books, destroyed: Container[Place]) -> None:
    """Count what was bought: each request once, and once more where a fault destroyed all that was paid for."""
    bought = Counter(
        (each.call.stage, each.call.index, each.call.digest) for each in books.entries if each.call.state == "done"
    )
    for (stage, index, _), count in bought.items():
        if count > 1 + ((stage, index) in destroyed):
            books.twice.append(f"{stage} {index}")
    # The same from the vendor's side: bills beyond one, for which no lost or bad answer accounts.
    bills = Counter((place_of(each.bill), each.bill.digest) for each in books.entries if each.bill)
    excuses = Counter(
        (place_of(each.bill), each.bill.digest)
        for each in books.entries
        if each.bill and each.call.state in ("ambiguous", "bad answer")
    )
    for (place, digest), count in bills.items():
        if count > 1 + excuses[place, digest] + (place in destroyed) and f"{place[0]} {place[1]}" not in books.twice:
            books.twice.append(f"{place[0]} {place[1]}")
