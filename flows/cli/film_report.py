"""How a command tells of a film at its end: in lines for a person, or as the JSON object of `--json`.

Imports no Prefect: a film that is there already is told of without an engine.
"""

from __future__ import annotations

import json as json_format
import time
from pathlib import Path

from rich.console import Console

from studio.fs.safe_open import at_hand
from studio.model.brief import FilmOptions
from studio.status.snapshot import Snapshot, read_snapshot
from studio.status.state import completed, images_done, videos_done
from studio.text.command_hints import command
from studio.text.display import clock, size


def report_of(facts: Snapshot | None, reused: int, elapsed: float, made: bool = True) -> dict[str, object]:
    """Return the fields of `--json`, documented in docs/guide.md; the film's bytes are on this machine then.

    Args:
        reused: how many pieces were there.
        elapsed: seconds that the command took.
        made: whether the film was made, or cut anew, by this command; told only of a film that has a name.
    """
    film = facts.film if facts else None
    if facts and film:
        at_hand(facts.folder / film.path)
    width, height = FilmOptions.model_validate(facts.options).size if facts and facts.options else (None, None)
    named = {"name": facts.name, "made": made} if facts and facts.name else {}
    return {
        "session_id": facts.session_id if facts else None,
        **named,
        "state": "done" if facts and completed(facts) else "unfinished" if facts else "refused",
        "film": str(facts.folder / film.path) if facts and film else None,
        "seconds": film.seconds if film else None,
        "frames": film.frames if film else None,
        "width": width,
        "height": height,
        "shots": len(facts.shots) if facts else 0,
        "images": images_done(facts) if facts else 0,
        "videos": videos_done(facts) if facts else 0,
        "reused": reused,
        "elapsed_seconds": round(elapsed, 2),
    }


def print_end(console: Console, facts: Snapshot, made: int, reused: int, place: Path, elapsed: float) -> None:
    """Print where the finished film is, how long, and what it took: how many pieces were made and reused."""
    film = facts.film
    assert film is not None
    path = at_hand(place / "sessions" / facts.session_id / film.path)
    pieces = "piece" if made == 1 else "pieces"
    lines = [
        "",
        f"film     {path}",
        f"length   {film.seconds:.2f} s, {film.frames} frames, {size(film.bytes)}",
        f"took     {clock(elapsed)}; {made} {pieces} made, {reused} reused",
        f"look     {command('view', facts.session_id, place)}",
    ]
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def show_finished(folder: Path, place: Path, console: Console, json: bool) -> int:
    """Tell of the finished film in `folder`, which was there before this command; return the exit code."""
    began, facts = time.monotonic(), read_snapshot(folder)
    assert facts is not None
    console.print(f"{facts.session_id} is {facts.name} and is finished", markup=False, soft_wrap=True)
    print_end(console, facts, 0, 0, place, time.monotonic() - began)
    if json:
        print(json_format.dumps(report_of(facts, 0, time.monotonic() - began, made=False)), flush=True)
    return 0
