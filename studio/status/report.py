"""Gather what `sessions view` shows of one session: its state, files and missing pieces, and how long the work took.

Reads the folder and writes nothing. `studio/cli/session_page.py` prints it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from studio.errors import NoSuchSession
from studio.status.meta import meta_of
from studio.status.snapshot import PLAN_NAMES, Piece, Snapshot, read_snapshot, why_not_a_session
from studio.status.state import SessionState, can_go_on, completed, mark, missing, state_now
from studio.store import lock
from studio.store.folder_walk import walk
from studio.text.command_hints import command

_FOLDERS = ("", "cast", "images", "narration", "videos", "takes")
"""The folders whose files are listed; what the program keeps for itself (receipts, runs, results, calls) is not."""


@dataclass(frozen=True)
class Report:
    """A session as `sessions view` shows it.

    Attributes:
        output: the output folder as it was given.
        held_by: who is working on it now ('by pid 4711 on host since ...'); '' if nobody is.
        files: (path relative to the session, bytes) of every plan, picture, sound, clip and film, in place or kept.
        missing: paths of the pieces that are not there yet.
    """

    facts: Snapshot
    output: Path
    state: SessionState
    held_by: str
    files: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The session's folder, written as the output folder was given."""
        return self.output / "sessions" / self.facts.session_id

    @property
    def answer(self) -> str:
        """The command that answers the run that waits for an approval; '' if none waits."""
        return command("approve", self.facts.session_id, self.output) if self.state == "waiting" else ""

    @property
    def go_on(self) -> str:
        """The command that resumes the session or makes what is missing; '' if it is complete, or a run works on it."""
        wanted = can_go_on(self.facts) or (self.missing and not self.facts.foreign)
        if self.held_by or not (wanted or (self.facts.foreign and not completed(self.facts))):
            return ""
        return command("resume", self.facts.session_id, self.output)


def read_report(folder: Path, output: Path) -> Report:
    """Return the report of the session in `folder`.

    Raises:
        NoSuchSession: nothing in the folder identifies it as a session.
    """
    held_by = lock.holder_text(folder) if lock.is_locked(folder) else ""
    facts = read_snapshot(folder)
    if facts is None:
        raise NoSuchSession(f"{folder.name} {why_not_a_session(folder)}")
    state = state_now(facts, bool(held_by))
    return Report(facts, output, state, held_by, _files(folder), missing(facts))


def _files(folder: Path) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for name in _FOLDERS:
        for place, names in itertools.islice(walk(folder / name), None if name else 1):
            for entry in (place / file for file in names):
                path = entry.relative_to(folder).as_posix()
                if _is_shown(path) and (size := _size(entry)) is not None:
                    found.append((path, size))
    return tuple(found)


def _is_shown(path: str) -> bool:
    name = path.rpartition("/")[2]
    return not name.startswith(".") and (not name.endswith(".json") or path.removesuffix(".json") in PLAN_NAMES)


def _size(path: Path) -> int | None:
    try:
        return path.lstat().st_size
    except OSError:
        # Moved away since the folder was read: a run may be working on it.
        return None


def seconds_taken(facts: Snapshot) -> dict[str, float]:
    """Return how many seconds each stage worked, summed over its pieces in place; stages without work are left out."""
    stages: dict[str, list[Piece | None]] = {
        "planning": [*facts.planning],
        "cast": [each.portrait for each in facts.cast],
        "images": [shot.image for shot in facts.shots],
        "narration": [shot.line for shot in facts.shots],
        "videos": [shot.clip for shot in facts.shots],
        "score": [facts.score],
        "film": [facts.film],
    }
    sums = {stage: sum(piece.seconds_taken for piece in pieces if piece) for stage, pieces in stages.items()}
    return {stage: round(total, 3) for stage, total in sums.items() if total}


def length(facts: Snapshot) -> tuple[float, int]:
    """Return (seconds, frames) of the film or, while there is none, of its clips; 0 if they were not measured."""
    pieces = [facts.film] if facts.film else [shot.clip for shot in facts.shots if shot.clip]
    return sum(piece.seconds for piece in pieces), sum(piece.frames for piece in pieces)


def report_json(report: Report) -> dict[str, object]:
    """Return the report as one JSON object: the keys of meta, and more."""
    facts = report.facts
    meta = meta_of(facts, str(report.folder))
    seconds, frames = length(facts)
    return {
        **meta,
        "stats": {
            **_stats(meta),
            "seconds": seconds,
            "frames": frames,
            "bytes": sum(size for _, size in report.files),
            "seconds_taken": seconds_taken(facts),
            "budget_usd": facts.budget_usd,
        },
        "state": report.state,
        "foreign": facts.foreign,
        "name": facts.name or None,
        "forked_from": facts.forked_from or None,
        "title": facts.title,
        "seed": facts.seed,
        "folder": str(facts.folder),
        "film": str(facts.folder / facts.film.path) if facts.film else None,
        "shots": [
            {
                **shot,
                "state": mark(found),
                "narration": found.narration,
                "line_spoken": found.line is not None,
                "by_hand": bool(found.image and found.image.by_hand),
                "not_drawn": list(found.image.not_drawn) if found.image else [],
                "not_moved": list(found.clip.not_moved) if found.clip else [],
                "not_spoken": (found.line.not_spoken if found.line else "") or None,
                "refused": (found.image.refused if found.image else "") or None,
            }
            for shot, found in zip(_shots(meta), facts.shots, strict=True)
        ],
        "cast": [
            {
                "character": each.index,
                "name": each.name,
                "path": each.portrait.path,
                "by_hand": each.portrait.by_hand,
                "refused": each.portrait.refused,
            }
            for each in facts.cast
        ],
        "files": [{"path": path, "bytes": size} for path, size in report.files],
        "missing": list(report.missing),
        "failure": {"message": facts.failure, "at": facts.failed_at} if facts.failure else None,
        "held_by": report.held_by or None,
        "waits_for": facts.waits_for if report.state == "waiting" else None,
        "rejected": facts.rejected if report.state == "rejected" else None,
        "suspended": facts.suspended if report.state == "suspended" else None,
        "go_on": report.go_on or None,
    }


def _stats(meta: dict[str, object]) -> dict[str, object]:
    stats = meta["stats"]
    assert isinstance(stats, dict)
    return stats


def _shots(meta: dict[str, object]) -> list[dict[str, object]]:
    shots = meta["shots"]
    assert isinstance(shots, list)
    return shots
