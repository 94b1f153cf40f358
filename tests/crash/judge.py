"""Was anything lost, was anything made again without need, is the film the one an undisturbed run makes?

Judges a session folder from outside: from its receipts and bytes, and from what the crew was called for.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.checks.verify import FAULTS, verify
from studio.fs import files
from studio.model import events
from studio.model.events import Event
from studio.model.pieces import PLANS
from studio.model.receipt import Receipt
from studio.store.brief import COPY
from studio.store.receipts import piece_of, read_receipt

CLOCKED = (
    "made_at",
    "seconds_taken",
    "mtime_ns",
    "check",
    "started_at",
    "completed_at",
    "timestamp",
    "session_id",
)
"""Keys of JSON files that carry a clock, or follow from one: masked when two sessions are compared."""
OF_THE_RUN = ("takes", "results", "runs")
"""Folders that tell what happened, not what was made: not compared: earlier versions, records, run cards."""

_WHERE = re.compile(rb'(/[^"\s]*/)?session_\d{8}_\d{6}')

Piece = tuple[str, str]
"""A finished piece: its stage and its fingerprint."""


def made(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of everything a session made, by path, with what carries a clock masked."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name.split("/")[0] in OF_THE_RUN:
            continue
        content = path.read_bytes() if files.is_file(path) else b"no file"
        if path.suffix == ".json":
            content = _unclocked(name, content)
        name = name.replace(folder.name, "SESSION")
        found[name] = hashlib.sha256(content).hexdigest()
    return found


def _unclocked(name: str, content: bytes) -> bytes:
    try:
        value = json.loads(content)
    except ValueError:
        # An entry of the journal that a fault tore stays as it is.
        return content
    # The copy of the brief is dated inside its text.
    value = json.loads(value["content"]) if name == COPY else value
    return _WHERE.sub(b"SESSION", json.dumps(_masked(value)).encode())


def _masked(value: object) -> object:
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items() if key not in CLOCKED}
    return [_masked(each) for each in value] if isinstance(value, list) else value


def held(folder: Path) -> set[Piece]:
    """Return every finished piece that the folder proves whole: in place, under a hidden name, or in `takes/`."""
    return {(receipt.stage, receipt.fingerprint) for _, receipt in _whole(folder)}


def _whole(folder: Path) -> Iterator[tuple[Path, Receipt]]:
    for place in folder.rglob("*.json"):
        receipt = None if place.name.startswith(".") else _receipt(place)
        if receipt is not None and (receipt.stage in PLANS or _is(piece_of(place, receipt), receipt)):
            yield place, receipt
    for place in folder.rglob(".*.json.next"):
        if (receipt := _receipt(place)) is not None:
            path = folder / receipt.path
            beside = [path, *path.parent.glob(f".{path.name}.*.part")]
            if receipt.stage in PLANS or any(_is(each, receipt) for each in beside):
                yield place, receipt


def _receipt(place: Path) -> Receipt | None:
    return None if "results" in place.parts else read_receipt(place)


def _is(path: Path, receipt: Receipt) -> bool:
    return files.is_file(path) and hashlib.sha256(path.read_bytes()).hexdigest() == receipt.sha256


@dataclass(frozen=True)
class Work:
    """One engine's work as it was seen: its stage and shot, when it began and, where it ended, when."""

    stage: str
    index: int
    began: float
    ended: float | None = None


@contextmanager
def watched(path: Path) -> Iterator[None]:
    """Append to `path` what the crew begins and ends while the block runs; what is written survives a kill."""

    def note(event: Event) -> None:
        if event.kind in ("working", "made"):
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{time.monotonic():.6f} {event.kind} {event.stage} {event.index}\n")

    with events.listening(note):
        yield


def works(path: Path) -> list[Work]:
    """Return the works that `watched` wrote, in the order in which they began."""
    found: list[Work] = []
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        moment, kind, stage, index = line.split()
        if kind == "working":
            found.append(Work(stage, int(index), float(moment)))
        else:
            last = max(n for n, work in enumerate(found) if (work.stage, work.index) == (stage, int(index)))
            found[last] = Work(stage, int(index), found[last].began, float(moment))
    return found


def again(folder: Path, before: Iterable[Piece], since: Iterable[Work]) -> list[str]:
    """Return the pieces that were made since though they were held before: 'images 3'. `folder` is finished now."""
    known, needless = set(before), []
    whole = [each for place, each in _whole(folder) if "takes" not in place.parts]
    now: dict[tuple[str, int], str] = {(each.stage, each.index): each.fingerprint for each in whole}
    for work in since:
        if (work.stage, now.get((work.stage, work.index), "")) in known:
            needless.append(f"{work.stage} {work.index}")
    return needless


def faults(folder: Path) -> list[str]:
    """Return what `sessions verify` finds wrong, and every hidden file: both must be nothing once a run has ended."""
    wrong = [f"{each.path}: {each.what}: {each.reason}" for each in verify(folder) if each.what in FAULTS]
    return wrong + [f"{path.relative_to(folder)}: hidden" for path in folder.rglob(".*")]
