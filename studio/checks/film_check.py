"""Check the picture and sound of a session's film, with `studio/video/film_faults.py`. Called by `sessions verify`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.checks.verify import Finding
from studio.errors import BadInput
from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.planning.plan_files import read_shots, read_timeline
from studio.status.snapshot import read_snapshot
from studio.store.brief import read_brief
from studio.video.film_faults import film_faults


def film_findings(folder: Path, show_share: Callable[[float], None] = lambda _: None) -> list[Finding]:
    """Return what is wrong with the picture and sound of the session's film; nothing if there is no film.

    If a plan cannot be read, the film is not checked; `studio/checks/verify.py` reports that.

    Args:
        told: called with the share of the film that was checked, 0 to 1, about once a second of film.
    """
    film, facts = folder / "film.mp4", read_snapshot(folder)
    if facts is None or facts.film is None or facts.foreign or not files.is_file(film):
        return []
    try:
        brief = read_brief(folder)
        timeline = read_timeline(files.read(folder / "timeline.json", PLAN_BYTES).decode("utf-8"))
        text = files.read(folder / "shots.json", PLAN_BYTES).decode("utf-8")
        shots = read_shots(text, brief.options.fps, brief.options.shot_seconds, brief.seed)
    except (OSError, UnicodeDecodeError, BadInput):
        return []
    silent = facts.score is None and not any(shot.line and shot.line.seconds for shot in facts.shots)
    remarks = film_faults(
        film, timeline, shots, silent=silent, tick=lambda seen: show_share(min(1.0, seen / timeline.frames))
    )
    return [Finding("film.mp4", "remark", remark) for remark in remarks]
