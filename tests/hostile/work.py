"""What a case's process does: a command, or the part of the program that a film's making is too long to reach.

Everything is imported here, once, before the processes are forked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import flows.cli.batch
import studio.checks.film_check
import studio.checks.verify
import studio.cli.costs_page
import studio.cli.list_page
import studio.cli.session_page
import studio.status.costs
import studio.status.report
from blocks.crew import crew_of
from flows.cli.film import main as film
from studio.cli.sessions import main as sessions
from studio.cli.streams import open_streams
from studio.cli.terminal import leave
from studio.lettering.caption_cues import line_cues, silent_cues, srt_text, vtt_text
from studio.model.brief import FilmOptions
from studio.model.film import Word
from studio.sessions.opening import FilmRequest, open_session
from studio.store.run_card import RunCard
from tests.hostile.case import Program
from tests.support.adapters import bombs_child

LOADED = (
    flows.cli.batch,
    studio.status.costs,
    studio.cli.costs_page,
    studio.status.report,
    studio.cli.session_page,
    studio.checks.film_check,
    studio.checks.verify,
    studio.cli.list_page,
)


def run_program(program: Program, words: list[str], vendor_url: str) -> int:
    """Run it, and return its exit code."""
    works: dict[Program, Callable[[], int | None]] = {
        "sessions": lambda: _left(sessions, words),
        "film": lambda: _left(film, words),
        "opening": lambda: leave(lambda: _opening(words)),
        "captions": lambda: leave(lambda: _captions(*words)),
        "vendor": lambda: leave(lambda: _vendor(words, vendor_url)),
    }
    return works[program]() or 0


def _left(main: Callable[[list[str]], None], words: list[str]) -> int:
    # As both commands do first thing.
    open_streams()
    try:
        main(words)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def _opening(words: list[str]) -> None:
    """Open a session as a run that goes on with it does, and give it back."""
    session_id, _, output = words
    card = RunCard(flow_run_id="a", pid=1, host="here", started_at="2025-02-08T00:22:38", version="0")
    request = FilmRequest("", FilmOptions(), Path(output), session_id)
    session, _ = open_session(request, card, crew_of, print, lambda: 7, datetime(2025, 2, 8))
    session.store.release()


def _captions(path: str, frames: str, columns: str) -> None:
    """Caption a line that nobody speaks, and one that is spoken word by word; write both."""
    line = Path(path).read_text("utf-8")
    cues = silent_cues(line, int(frames), 24, 0, int(columns))
    words = [Word(text=word, start=n / 10, end=(n + 1) / 10) for n, word in enumerate(line.split())]
    spoken = line_cues(words, 24, 0, int(frames), int(columns))
    print(len(srt_text(cues, 24) + vtt_text(spoken, 24)))


def _vendor(words: list[str], url: str) -> None:
    """Ask a hostile vendor for one piece; how it fails is told, as a film's failure is."""
    engine, number, folder = words
    bombs_child.work(engine, f"{url}{engine.replace(' ', '+')}/{number}", Path(folder))
