"""Which takes the plans of a session still want: those that they name, and a shot's alternatives.

A plan names a take by its checksum (`film pick`), and so does what the journal can undo. Text is searched and not read
as plans, so that a key that a later release adds counts, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.model.film import Stage
from studio.model.receipt import Receipt
from studio.store.journal import JOURNAL

_HEX = re.compile(r"[0-9a-f]{12,64}")
"""A checksum; of the journal's differences perhaps without the digits that two have in common."""
_ALTERNATIVES = re.compile(r'"(video_|narration_|score_|)alternatives"\s*:\s*[1-9]')
_STAGES: dict[str, Stage] = {"": "images", "video_": "videos", "narration_": "narration", "score_": "score"}


class WantedTakes:
    """The takes that these texts want."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._parts: set[str] = set()
        self._several: set[Stage] = set()
        for text in texts:
            self._parts.update(_HEX.findall(text))
            self._several.update(_STAGES[of] for of in _ALTERNATIVES.findall(text))
        self._short = [part for part in self._parts if len(part) < 64]

    def has(self, receipt: Receipt) -> bool:
        """Tell whether the take with this receipt is wanted."""
        return self.may_have(receipt.stage) or self._names(receipt.sha256)

    def may_have(self, stage: Stage) -> bool:
        """Tell whether any take of this stage may be wanted: several takes of it were asked for."""
        return stage in self._several

    def _names(self, sha256: str) -> bool:
        return sha256 in self._parts or any(part in sha256 for part in self._short)


def plan_texts(folder: Path) -> list[str]:
    """Return the texts of a session that may name takes: story, shots and journal, as far as they can be read."""
    journal = [f"{JOURNAL}/{name}" for name in files.names(folder / JOURNAL)]
    found = [files.read_or_none(folder / path, PLAN_BYTES) for path in ("story.json", "shots.json", *journal)]
    return [content.decode("utf-8", "replace") for content in found if content is not None]
