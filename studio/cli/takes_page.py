"""The output of `sessions takes`: a line for each take, and JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.directing.edits import RedoStage
from studio.directing.takes import Take
from studio.planning.credits import OWN
from studio.text.display import dollars, printable

PROMPT_LETTERS = 60
"""Letters of a prompt that are shown."""


def takes_lines(takes: Sequence[Take], stage: RedoStage, pick: Callable[..., str]) -> list[str]:
    """Return the lines for a person.

    Args:
        pick: returns the command that puts a take in its place, with these further words.
    """
    if not takes:
        return [f"No {'score' if stage == 'score' else stage} was made yet."]
    rows = [_row(take) for take in takes]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if other := next((take for take in takes if not take.in_place), None):
        shot = ("--shot", str(other.shot)) if other.shot else ()
        of = () if stage == "image" else ("--stage", stage)
        lines.append(f"to use another: {pick(*shot, '--take', str(other.number), *of)}")
    return lines


def _row(take: Take) -> tuple[str, ...]:
    receipt = take.receipt
    words = " ".join(printable(receipt.prompt or "").split())
    shown = words if len(words) <= PROMPT_LETTERS else words[: PROMPT_LETTERS - 1] + "…"
    return (
        f"shot {take.shot}" if take.shot else "score",
        f"take {take.number}",
        "used" if take.in_place else "",
        _by(take),
        "" if receipt.seed is None else f"seed {receipt.seed}",
        dollars(receipt.cost_usd) if receipt.cost_usd else "",
        receipt.made_at[:16].replace("T", " "),
        take.path,
        shown,
    )


def _by(take: Take) -> str:
    receipt = take.receipt
    if receipt.engine == OWN and not receipt.prompt:
        return "part of a take"
    return "by hand" if receipt.by_hand else f"{receipt.engine} {receipt.model}".strip()


def takes_json(takes: Sequence[Take]) -> list[dict[str, object]]:
    """Return the takes as JSON objects."""
    return [
        {
            "shot": take.shot or None,
            "stage": take.stage,
            "take": take.number,
            "used": take.in_place,
            "path": take.path,
            "sha256": take.receipt.sha256,
            "by_hand": take.receipt.by_hand,
            "engine": take.receipt.engine,
            "model": take.receipt.model,
            "seed": take.receipt.seed,
            "prompt": take.receipt.prompt,
            "cost_usd": take.receipt.cost_usd,
            "made_at": take.receipt.made_at or None,
            "seconds": take.receipt.seconds,
        }
        for take in takes
    ]
