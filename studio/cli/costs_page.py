"""The output of `sessions cost`: a table for a person, a CSV file for a spreadsheet."""

from __future__ import annotations

import csv
import io

from studio.billing.totals import Tally, cost_text
from studio.model.paid import Unit
from studio.model.pieces import shot_or_character
from studio.status.costs import CostLine, Costs, tally
from studio.status.state import cost_usd
from studio.text.display import dollars, printable

UNKNOWN = "price unknown"
_NOUNS: dict[Unit, tuple[str, str]] = {
    "text in": ("token in", "tokens in"),
    "text out": ("token out", "tokens out"),
    "image in": ("image token in", "image tokens in"),
    "image out": ("image token out", "image tokens out"),
    "audio out": ("audio token out", "audio tokens out"),
    "characters": ("character", "characters"),
    "images": ("image", "images"),
    "seconds": ("second", "seconds"),
}
_HEAD = ("no.", "stage", "vendor", "model", "became", "cost", "begun", "billed")
_RIGHT = (0, 5)
"""The columns that are aligned to the right."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheets run a cell that begins with one of these (https://owasp.org/www-community/attacks/CSV_Injection)."""


def cost_lines(costs: Costs, hint: str) -> list[str]:
    """Return the lines of the costs for a person: every call, then the sums.

    Args:
        hint: the command that agrees to pay again, shown if a call is ambiguous; '' for none.
    """
    facts = costs.facts
    if not costs.lines:
        return [_nothing(costs), *_unread(costs), *_inherited(costs)]
    rows = [_HEAD, *(_row(line) for line in costs.lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_set(rows[0], widths)]
    for row, line in zip(rows[1:], costs.lines, strict=True):
        lines.append(_set(row, widths))
        if line.reason:
            lines.append(f"{'':>{widths[0]}}  {printable(line.reason)}")
    for title, sums in (("by stage", costs.stages()), ("by model", costs.models()), ("for nothing", costs.unused())):
        if sums:
            lines += ["", title, *_sums(sums)]
    lines += ["", f"{facts.session_id} cost {cost_text(costs.total)} in {_calls(costs.total)}"]
    lines += [*_unread(costs), *_inherited(costs)]
    for gap in costs.gaps:
        piece = f"{gap.stage}, shot {gap.index}" if gap.index else gap.stage
        lines.append(f"{piece}: at least {dollars(gap.usd)} more by its receipt; the record of that call is lost")
    if costs.saved_usd is not None:
        lines.append(f"resuming saved {dollars(costs.saved_usd)}")
    if costs.left_usd is not None:
        lines.append(f"budget {dollars(facts.budget_usd or 0.0)}, {dollars(costs.left_usd)} left")
    if costs.prices:
        lines.append(f"prices of {', '.join(costs.prices)}")
    if hint and any(line.became == "ambiguous" for line in costs.lines):
        lines.append(f"ambiguous: sent, the answer is lost, it may be billed; to pay for it again: {hint}")
    return lines


def _inherited(costs: Costs) -> list[str]:
    if not costs.inherited:
        return []
    paid = tally(costs.inherited)
    return [f"{costs.facts.forked_from} paid {cost_text(paid)} in {_calls(paid)} for what is shared: in no sum here"]


def _unread(costs: Costs) -> list[str]:
    if not costs.unread:
        return []
    files, they = (
        ("1 file", "cannot be read: what it")
        if costs.unread == 1
        else (f"{costs.unread} files", "cannot be read: what they")
    )
    return [f"{files} in calls/ {they} cost is in no sum"]


def _nothing(costs: Costs) -> str:
    facts = costs.facts
    if facts.foreign:
        return f"{facts.session_id} was written by another program: what it cost is not known"
    if usd := cost_usd(facts):
        return f"{facts.session_id} cost {dollars(usd)} by its receipts: it has no record of single calls"
    if costs.unread:
        return f"{facts.session_id}: what it cost is not known"
    if facts.options.get("crew", "offline") == "offline":
        return f"{facts.session_id} cost nothing: the offline crew made it"
    return f"{facts.session_id} cost nothing so far: no paid call was made"


def _row(line: CostLine) -> tuple[str, ...]:
    call = line.call
    return (
        str(call.index or "-"),
        call.stage,
        printable(call.vendor),
        printable(call.model),
        line.became,
        UNKNOWN if line.usd is None else dollars(line.usd),
        printable(call.begun_at)[:19].replace("T", " "),
        billed(line) or "-",
    )


def billed(line: CostLine) -> str:
    """Return what a call is billed for: '1,204 tokens in, 830 tokens out'; '' if that is not known."""
    usage = {unit: count for unit, count in line.call.usage.items() if count}
    return ", ".join(f"{_count(count)} {_NOUNS[unit][count != 1]}" for unit, count in usage.items())


def _count(count: float) -> str:
    return f"{count:,.0f}" if count == int(count) else f"{count:,.2f}"


def _set(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(
        f"{cell:>{width}}" if column in _RIGHT else f"{cell:<{width}}"
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()


def _sums(sums: dict[str, Tally]) -> list[str]:
    names = {name: printable(name) for name in sums}
    width = max(len(shown) for shown in names.values())
    return [f"  {names[name]:<{width}}  {cost_text(total)} in {_calls(total)}" for name, total in sums.items()]


def _calls(total: Tally) -> str:
    """Return in words how many calls were sent, and how many never were, which a vendor's own count leaves out."""
    sent = total.calls - total.unsent
    unsent = f" and {total.unsent} that {'was' if total.unsent == 1 else 'were'} never sent" if total.unsent else ""
    return f"{sent} call{'s' * (sent != 1)}{unsent}"


def cost_csv(costs: Costs) -> str:
    """Return every call as CSV (RFC 4180), with a header line; no spreadsheet takes a cell for a formula.

    `cost_usd` and `most_usd` are dollars, or 'price unknown'.
    """
    out = io.StringIO()
    table = csv.writer(out)
    units = [unit for unit in _NOUNS if any(line.call.usage.get(unit) for line in costs.lines)]
    counts = [unit.replace(" ", "_") for unit in units]
    table.writerow(
        (
            "shot",
            "character",
            "stage",
            "vendor",
            "model",
            "became",
            "cost_usd",
            "most_usd",
            *counts,
            "begun_at",
            "ended_at",
            "attempt",
            "request_id",
            "run_id",
            "prices",
            "reason",
        )
    )
    for line in costs.lines:
        call = line.call
        table.writerow(
            (
                *(number or "" for number in shot_or_character(call.stage, call.index).values()),
                call.stage,
                _cell(call.vendor),
                _cell(call.model),
                line.became,
                _money(line.usd),
                _money(call.most_usd),
                *(f"{call.usage.get(unit, 0.0):.15g}" for unit in units),
                _cell(call.begun_at),
                _cell(call.ended_at),
                call.attempt,
                _cell(call.request_id),
                _cell(call.run_id),
                _cell(call.prices),
                _cell(line.reason),
            )
        )
    return out.getvalue()


def _money(usd: float | None) -> str:
    return UNKNOWN if usd is None else f"{usd:.6f}"


def _cell(text: str) -> str:
    plain = printable(text)
    return f"'{plain}" if text.startswith(_FORMULA) or plain.startswith(_FORMULA) else plain
