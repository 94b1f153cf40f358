"""The output of `sessions repair`: what is wrong, what is done about it, what is lost, what making it again costs."""

from __future__ import annotations

from collections.abc import Sequence

from studio.checks.repair import Mend
from studio.text.display import clock, dollars, printable


def survey_lines(session_id: str, mends: Sequence[Mend], go_on: str) -> list[str]:
    """Return the lines of the survey for a person.

    Args:
        go_on: the command that makes what is lost.
    """
    if not mends:
        return [f"{session_id}: there is nothing to repair. What is missing, if anything, is made by: {go_on}"]
    lines = []
    for mend in mends:
        found = mend.finding
        lines.append(f"{found.what:<13}  {printable(found.path)}: {printable(found.reason)}")
        lines.append(f"{'':<13}  -> {mend.remedy}")
    lost = [mend for mend in mends if mend.lost]
    if not lost:
        return [*lines, f"{session_id}: no finished piece is lost, all of it can be put back."]
    seconds, cost = sum(mend.seconds for mend in lost), sum(mend.cost_usd for mend in lost)
    unknown = sum(mend.unknown for mend in lost)
    work = f"about {clock(seconds)}" if seconds >= 1 else "less than a second"
    price = f"{work} of work" + (f" and {dollars(cost)}" if cost else ", no money")
    if unknown == len(lost):
        price = "work and money that are no longer known"
    elif unknown:
        price += f", and for {unknown} of them that is no longer known"
    count, what = ("1 piece is", "it") if len(lost) == 1 else (f"{len(lost)} pieces are", "them")
    return [*lines, f"{session_id}: {count} lost. Making {what} again ({go_on}) takes {price}."]


def survey_json(session_id: str, mends: Sequence[Mend], done: bool) -> dict[str, object]:
    """Return the survey as one JSON object; `done` says whether the repair was carried out."""
    lost = [mend for mend in mends if mend.lost]
    return {
        "session_id": session_id,
        "repaired": done,
        "lost": len(lost),
        "seconds": round(sum(mend.seconds for mend in lost), 3),
        "cost_usd": round(sum(mend.cost_usd for mend in lost), 6),
        "unknown": sum(mend.unknown for mend in lost),
        "found": [
            {
                "path": mend.finding.path,
                "what": mend.finding.what,
                "reason": mend.finding.reason,
                "remedy": mend.remedy,
                "lost": mend.lost,
                "seconds": mend.seconds,
                "cost_usd": mend.cost_usd,
            }
            for mend in mends
        ],
    }
