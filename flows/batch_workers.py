"""Make the films of a batch, several at a time: each slot takes the next line, whether or not the last one failed.

This module knows neither processes nor deployments: how a film is made is passed in as a callable.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from studio.batch.films import LineOutcome, look_again, open_line
from studio.errors import FilmError, Interrupted
from studio.text.display import clock, printable
from studio.version import VERSION

MOST = 16
"""The most films made at once; one alone uses two cores."""

MakeFilm = Callable[[str, threading.Event], str]
"""Makes a session's film and returns '', or why there is no film; leaves soon once the event is set."""
Tell = Callable[[str], None]
"""Prints or logs a line for a person."""
Changed = Callable[[int, LineOutcome], None]
"""Takes a line's position in the outcomes, from 0, and its new outcome."""


class BatchWorkers:
    """Makes the films of a batch.

    Args:
        root: the folder of the sessions.
        make_film: makes one film; called from several threads.
        tell: prints or logs a line for a person; called from several threads.
        why_stopped: returns why no more films may begin, '' while they may.
    """

    def __init__(self, root: Path, make_film: MakeFilm, tell: Tell, why_stopped: Callable[[], str] = str) -> None:
        self.stop = threading.Event()
        self._root, self._make_film, self._tell, self._why_stopped = root, make_film, tell, why_stopped

    def work(
        self,
        outcomes: Sequence[LineOutcome],
        parallel: int,
        ended: Changed,
        began: Changed = lambda place, outcome: None,
    ) -> None:
        """Make every film that is to do; a failure does not stop the others. Report in a line as each begins and ends.

        Args:
            parallel: how many at once, >= 1.
            ended: called as each line ends, with its position in `outcomes` (from 0) and its new outcome.
            began: called likewise as each film begins; from several threads.

        Raises:
            KeyboardInterrupt: asked to stop; nothing more was begun, and the films in work have ended.
        """
        with ThreadPoolExecutor(parallel, thread_name_prefix="slot") as pool:
            todo = [place for place, outcome in enumerate(outcomes) if outcome.state == "to do"]
            places = {pool.submit(self._one, outcomes[place], partial(began, place)): place for place in todo}
            try:
                for future in as_completed(places):
                    ended(places[future], future.result())
            except BaseException:
                self.stop.set()
                raise

    def _one(self, outcome: LineOutcome, tell_began: Callable[[LineOutcome], None]) -> LineOutcome:
        line = outcome.line
        try:
            if reason := self._why_stopped():
                self.stop.set()
                raise Interrupted(reason)
            if self.stop.is_set():
                return outcome
            outcome = open_line(self._root, line, lambda: secrets.randbelow(2**31), datetime.now(), VERSION)
            if outcome.state != "to do":
                return outcome
            self._tell(f"[FILM] line {line.number}: {outcome.session_id} · {printable(line.idea)[:60]}")
            tell_began(replace(outcome, state="running"))
            began = datetime.now()
            reason = self._make_film(outcome.session_id, self.stop)
            outcome = look_again(outcome, self._root, reason)
        except FilmError as error:
            outcome = LineOutcome(line, "failed", outcome.session_id, reason=str(error))
        except OSError as error:
            outcome = LineOutcome(line, "failed", outcome.session_id, reason=f"the system said: {error}")
        else:
            if outcome.finished:
                took = clock((datetime.now() - began).total_seconds())
                self._tell(
                    f"[DONE] line {line.number}: {outcome.session_id} ({clock(outcome.seconds)} of film in {took})"
                )
                return outcome
        if not self.stop.is_set():
            self._tell(f"[FAIL] line {line.number}: {printable(outcome.reason)}")
        return outcome
