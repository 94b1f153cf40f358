"""The output of `sessions gc`: what can go, how much space that frees, what it costs to have it again."""

from __future__ import annotations

from collections.abc import Sequence

from studio.archive.clearing import Cleared, Clearing, Removable
from studio.text.display import dollars, printable, size


def clearing_lines(found: Clearing) -> list[str]:
    """Return the lines of the survey for a person."""
    lines = [
        f"{item.session_id}  {len(item.paths):>6,} {'files' if len(item.paths) != 1 else 'file '}  "
        f"{size(item.bytes):>9}  {item.kind}{_again(item)}"
        for item in found.items
    ]
    lines += left_lines(found.left)
    free, paid = found.of(paid=False), found.of(paid=True)
    if not found.items:
        return [*lines, "There is nothing that can go."]
    lines.append(f"{_bytes(free)} can go, and cost nothing to have again.")
    if paid:
        lines.append(f"{_bytes(paid)} more with --paid: {_price(paid)} if they are wanted again.")
    return lines


def left_lines(left: Sequence[tuple[str, str]]) -> list[str]:
    """Return the lines of the sessions that were left alone, each with its reason."""
    return [f"{session_id}  left alone: it {printable(why)}" for session_id, why in left]


def question(items: Sequence[Removable]) -> str:
    """Return the question whether these are removed."""
    if items[0].paid:
        return f"Remove what was paid for, {_bytes(items)}? To have it again costs {_price(items)}. (y/n) "
    return f"Remove {_bytes(items)} that cost nothing to have again? (y/n) "


def _again(item: Removable) -> str:
    return f": {_price([item])} if they are wanted again" if item.paid else ""


def _bytes(items: Sequence[Removable]) -> str:
    return size(sum(item.bytes for item in items))


def _price(items: Sequence[Removable]) -> str:
    known, unknown = sum(item.cost_usd for item in items), sum(item.unknown for item in items)
    if not unknown:
        return dollars(known)
    return f"{dollars(known)} and {unknown} of unknown price" if known else f"an unknown price for {unknown} of them"


def clearing_json(found: Clearing, cleared: Cleared) -> dict[str, object]:
    """Return the survey, and what was removed of it, as one JSON object."""
    return {
        "freed_bytes": cleared.bytes,
        "items": [
            {
                "session_id": item.session_id,
                "kind": item.kind,
                "files": len(item.paths),
                "bytes": item.bytes,
                "paid": item.paid,
                "cost_usd": round(item.cost_usd, 6),
                "price_unknown": item.unknown,
                "removed": item in cleared.items,
            }
            for item in found.items
        ],
        "left": [{"session_id": session_id, "why": why} for session_id, why in (*found.left, *cleared.left)],
    }
