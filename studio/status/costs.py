"""What a session's paid calls cost, call by call and in sums, computed from the files in `calls/`.

Changes nothing. `studio/cli/costs_page.py` prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from studio.billing.calls import Call, lost_calls, read_answer, read_calls
from studio.billing.totals import Tally
from studio.billing.unbooked import Gap, unbooked_pieces
from studio.errors import NoSuchSession
from studio.fs import tolerant
from studio.model.pieces import PLANS, shot_or_character
from studio.status.snapshot import Snapshot, read_snapshot, why_not_a_session
from studio.status.state import cost_usd
from studio.store import light_reader, lock
from studio.store.receipts import read_receipt, receipt_places

CallOutcome = Literal[
    "done", "refused", "failed", "not sent", "bad answer", "ambiguous", "agreed to make again", "in flight"
]
"""The present state of a call. An intent of a run that is dead is 'ambiguous', or 'done' if its answer is held; an
ambiguous call that somebody agreed to pay again is 'agreed to make again'; a failed one for which there was no
connection is 'not sent'."""

UNUSED: tuple[CallOutcome, ...] = ("refused", "failed", "not sent", "bad answer", "ambiguous", "agreed to make again")
"""The states of calls that gave nothing; each has a sum of its own."""


@dataclass(frozen=True)
class CostLine:
    """One call with its cost. `usd` is what is booked or, in flight, the most it can cost; None if not known."""

    call: Call
    became: CallOutcome
    usd: float | None
    reason: str


@dataclass(frozen=True)
class Costs:
    """What a session cost.

    Attributes:
        inherited: the calls that the session it was forked from has made and paid; they are in no sum.
        lines: every call of its own, in the order in which they began.
        unread: how many files in `calls/` cannot be read; what they cost is in no sum.
        gaps: pieces that cost more by their receipts than by `calls/`; the difference is in no sum, either.
        saved_usd: what the newest run did not have to pay again; None if there was one run only.
        prices: the days of the prices that calls were booked with.
    """

    facts: Snapshot
    lines: tuple[CostLine, ...]
    unread: int
    saved_usd: float | None
    prices: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    inherited: tuple[CostLine, ...] = ()

    @property
    def total(self) -> Tally:
        """The sum of all calls."""
        return tally(self.lines)

    @property
    def left_usd(self) -> float | None:
        """What is left of the budget in US dollars, >= 0; None if there is no budget."""
        budget = self.facts.budget_usd
        return None if budget is None else max(0.0, budget - self.total.usd)

    def by(self, key: Callable[[CostLine], str]) -> dict[str, Tally]:
        """Return the sums of the calls with the same key, in the order in which the keys appear."""
        groups: dict[str, list[CostLine]] = {}
        for line in self.lines:
            groups.setdefault(key(line), []).append(line)
        return {name: tally(lines) for name, lines in groups.items()}

    def stages(self) -> dict[str, Tally]:
        """Return the sums by stage."""
        return self.by(lambda line: line.call.stage)

    def models(self) -> dict[str, Tally]:
        """Return the sums by vendor and model: 'openai gpt-image-2'."""
        return self.by(lambda line: f"{line.call.vendor} {line.call.model}")

    def unused(self) -> dict[str, Tally]:
        """Return the sums of the calls that gave nothing, by state; states without a call are left out."""
        sums = self.by(lambda line: line.became)
        return {became: sums[became] for became in UNUSED if became in sums}


def tally(lines: Sequence[CostLine]) -> Tally:
    """Return the sum of these calls."""
    known = [line.usd for line in lines if line.usd is not None]
    wasted = sum(line.became in UNUSED for line in lines)
    unsent = sum(line.became == "not sent" for line in lines)
    return Tally(len(lines), sum(known), len(lines) - len(known), wasted, unsent)


def read_costs(folder: Path) -> Costs:
    """Gather what the session in `folder` cost.

    Raises:
        NoSuchSession: nothing in the folder identifies it as a session.
    """
    locked = lock.is_locked(folder)
    facts = read_snapshot(folder)
    if facts is None:
        raise NoSuchSession(f"{folder.name} {why_not_a_session(folder)}")
    calls = [] if facts.foreign else read_calls(folder)
    unread = 0 if facts.foreign else len(lost_calls(folder)[1])
    return Costs(
        facts,
        tuple(_line(folder, call, locked) for call in calls if not call.paid_in),
        unread,
        saved_usd(folder, calls),
        tuple(sorted({call.prices for call in calls if call.prices})),
        unbooked_pieces(folder, calls),
        tuple(replace(_line(folder, call, False), usd=call.cost_usd) for call in calls if call.paid_in),
    )


def _line(folder: Path, call: Call, locked: bool) -> CostLine:
    became: CallOutcome
    reason = call.reason
    if call.state == "intent" and locked:
        became, reason = "in flight", "at the most that it can cost"
    elif call.state == "intent" and read_answer(folder / call.answer_path) is not None:
        became, reason = "done", "the answer is here; the next run books what it cost, this is the most"
    elif call.state == "intent":
        became, reason = "ambiguous", "the run was cut off while it was in flight"
    elif call.state == "ambiguous" and call.again:
        became = "agreed to make again"
    elif call.state == "failed" and not call.sent:
        became = "not sent"
    else:
        became = call.state
    return CostLine(call, became, call.booked_usd, reason)


def saved_usd(folder: Path, calls: Sequence[Call]) -> float | None:
    """Return what resuming saved, in US dollars: what the newest run would have paid if it had begun from nothing.

    These are the answers that are in use and that an earlier run paid for: calls 'done' before the newest run began,
    from which a piece was made that is in its place now. A piece is recognised by its receipt's stage and fingerprint,
    so a shot that has another number by now counts too; what was replaced since, or is in `takes/`, does not. The
    newest run's card in `runs/` says when it began; its id alone would not do, because a flow run that Prefect retries
    keeps its id.

    Returns:
        Dollars; None if there was one run only, or no call.
    """
    with tolerant.entered(folder) as opened:
        card = light_reader.last_card(opened) if opened is not None else {}
    newest, began = tolerant.text(card, "flow_run_id"), tolerant.text(card, "started_at")
    # The card's time is in whole seconds; it is written before the run's first call.
    earlier = [call for call in calls if call.run_id != newest or call.begun_at[:19] < began[:19]]
    if not earlier or not newest:
        return None
    in_use = _in_use(folder)
    used = [call for call in earlier if call.state == "done" and (call.stage, call.fingerprint) in in_use]
    return sum(call.cost_usd or 0.0 for call in used)


def _in_use(folder: Path) -> set[tuple[str, str]]:
    """Return (stage, fingerprint) of every piece in its place that was not put there by a person."""
    places = (place for place in receipt_places(folder) if "takes" not in place.relative_to(folder).parts)
    receipts = [receipt for place in places if (receipt := read_receipt(place)) is not None]
    return {
        (receipt.stage, receipt.fingerprint)
        for receipt in receipts
        if not (receipt.by_hand and receipt.stage not in PLANS) and (folder / receipt.path).is_file()
    }


def costs_json(costs: Costs) -> dict[str, object]:
    """Return the costs as one JSON object, as described in docs/guide.md."""
    return {
        "session_id": costs.facts.session_id,
        "cost_usd": round(_all_usd(costs), 6),
        **_sum(costs.total),
        "saved_usd": None if costs.saved_usd is None else round(costs.saved_usd, 6),
        "budget_usd": costs.facts.budget_usd,
        "left_usd": None if costs.left_usd is None else round(costs.left_usd, 6),
        "prices": list(costs.prices),
        "inherited": {"cost_usd": round(tally(costs.inherited).usd, 6), **_sum(tally(costs.inherited))},
        "unread": costs.unread,
        "gaps": [
            {"stage": gap.stage, "shot": gap.index or None, "at_least_usd": round(gap.usd, 6)} for gap in costs.gaps
        ],
        "lines": [_line_json(line) for line in costs.lines],
        "stages": _sums(costs.stages()),
        "models": _sums(costs.models()),
        "unused": _sums(costs.unused()),
    }


def _all_usd(costs: Costs) -> float:
    return costs.total.usd if costs.lines else cost_usd(costs.facts)


def _line_json(line: CostLine) -> dict[str, object]:
    call = line.call
    return {
        **shot_or_character(call.stage, call.index),
        "stage": call.stage,
        "vendor": call.vendor,
        "model": call.model,
        "became": line.became,
        "cost_usd": line.usd,
        "most_usd": call.most_usd,
        "usage": dict(call.usage),
        "begun_at": call.begun_at,
        "ended_at": call.ended_at or None,
        "attempt": call.attempt,
        "request_id": call.request_id,
        "run_id": call.run_id,
        "prices": call.prices,
        "reason": line.reason,
    }


def _sum(total: Tally) -> dict[str, object]:
    return {"calls": total.calls, "unsent": total.unsent, "price_unknown": total.unknown}


def _sums(sums: dict[str, Tally]) -> dict[str, object]:
    return {name: {"cost_usd": round(total.usd, 6), **_sum(total)} for name, total in sums.items()}
