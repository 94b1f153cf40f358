"""Which takes the plans of a session still want: those that they name, and a shot's alternatives.

A plan names a take by its checksum (`film pick`). What undoing and doing again can bring back is a plan, too: its text
is made from the journal. Text is searched and not read as plans, so that a key that a later release adds counts, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.model.film import STAGES, Stage
from studio.model.pieces import piece_path
from studio.model.receipt import Receipt
from studio.store.journal import DIRECTED, JOURNAL, Change, changed_by_others, history, read_journal

_HEX = re.compile(r"[0-9a-f]{12,64}")
"""A checksum; of the journal's differences perhaps without the digits that two have in common."""
_ALTERNATIVES = re.compile(r'"(video_|narration_|score_|)alternatives"\s*:\s*[1-9]')
_STAGES: dict[str, Stage] = {"": "images", "video_": "videos", "narration_": "narration", "score_": "score"}


class WantedTakes:
    """The takes that these texts want; None is a text that is not known, which may want any take."""

    def __init__(self, texts: Iterable[str | None]) -> None:
        self._parts: set[str] = set()
        self._several: set[Stage] = set()
        for text in texts:
            if text is None:
                self._several.update(STAGES)
            else:
                self._parts.update(_HEX.findall(text))
                self._several.update(_STAGES[of] for of in _ALTERNATIVES.findall(text))
        self._short = [part for part in self._parts if len(part) < 64]

    def has(self, receipt: Receipt) -> bool:
        """Tell whether the take with this receipt may be wanted: they name it, or ask for several of its stage."""
        return (
            receipt.stage in self._several
            or receipt.sha256 in self._parts
            or any(part in receipt.sha256 for part in self._short)
        )


def plan_texts(folder: Path) -> Iterator[str | None]:
    """Yield the texts of a session that may name takes, as far as they can be read; None for one that is not known.

    These are story and shots as they are, as they become by undoing and doing again, and the journal's entries, also
    those that cannot be undone any more.
    """
    for name in files.names(folder / JOURNAL):
        if (content := files.read_or_none(folder / JOURNAL / name)) is not None:
            yield content.decode("utf-8", "replace")
    texts: dict[Stage, str] = {}
    for stage in DIRECTED:
        if (content := files.read_or_none(folder / piece_path(stage), PLAN_BYTES)) is not None:
            texts[stage] = content.decode("utf-8", "replace")
    yield from texts.values()
    entries = read_journal(folder)
    known, others = history(entries), {stage: before for stage, before, _ in changed_by_others(folder, entries)}
    if None in others.values():
        # A plan was planned anew: nothing before can be undone.
        return
    # The next change is recorded after what a hand changed since the last.
    texts |= {stage: before for stage, before in others.items() if before is not None}
    yield from others.values()
    yield from _texts_after(texts, (each.reversed() for entry in reversed(known.done) for each in entry.changes))
    yield from _texts_after(texts, (each for entry in known.undone for each in entry.changes))


def _texts_after(texts: Mapping[Stage, str], changes: Iterable[Change]) -> Iterator[str | None]:
    """Yield the text of a plan after each of these changes, one after the other; None, and no more, if one cannot be.

    Args:
        texts: of the plans before the first.
    """
    now = dict(texts)
    for change in changes:
        before = now.get(change.plan, "")
        after = change.applied(before)
        if (_sha256(before), _sha256(after)) != (change.before, change.after):
            yield None
            return
        now[change.plan] = after
        yield after


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
