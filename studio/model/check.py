"""The result of one check by `film doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Check:
    """One check: what was found, and what to do if it is not fine."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""
