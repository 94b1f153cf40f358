"""Findings of `studio/checks/verify.py`: what they are, and what is wrong with a receipt on disk.

Nothing in the folder makes these functions raise.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from studio.fs import files
from studio.fs.files import words_of
from studio.model.receipt import Receipt

FindingKind = Literal[
    "damaged",
    "missing",
    "torn receipt",
    "left over",
    "edited",
    "by hand",
    "stale meta",
    "torn record",
    "no record",
    "gone",
    "lost line",
    "remark",
]
FAULTS: tuple[FindingKind, ...] = ("damaged", "missing", "torn receipt", "left over")
"""The findings that make a session not whole; the other kinds are notes."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing found in a session. `path` is relative to it; `reason` is one line for a person."""

    path: str
    what: FindingKind
    reason: str


def receipt_of(place: Path, path: str) -> tuple[Receipt | None, str]:
    """Return (receipt, '') for the receipt at `place` of the piece at `path`, or (None, what is wrong with it).

    (None, '') if there is none.
    """
    if not os.path.lexists(place):
        return None, ""
    try:
        content = files.read_or_none(place)
        if content is None:
            return None, "it is not a file"
        receipt = Receipt.model_validate_json(content)
    except OSError as error:
        return None, words_of(error)
    except ValidationError as error:
        first = error.errors()[0]
        return None, f"it cannot be read ({'.'.join(str(part) for part in first['loc']) or 'syntax'}: {first['msg']})"
    if path and receipt.path != path:
        return None, f"it is the receipt of {receipt.path!r}"
    return receipt, ""
