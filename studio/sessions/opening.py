"""What a run asks for, and which session it gets.

The one place where an idea is checked and where "go on or begin anew" is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from studio.errors import NoSuchSession, SessionLocked
from studio.input.idea import check_idea
from studio.input.options import changed_wish
from studio.model.engines import Crew
from studio.model.film import FilmOptions
from studio.model.terms import NOTHING_SAID, TermsChange
from studio.planning.capabilities import check_capabilities
from studio.sessions.adopt_foreign import adopt_foreign
from studio.sessions.catalog import busy_with, folder_of_run, open_new, same_ask, sweep_abandoned
from studio.sessions.session import Session
from studio.store import lock
from studio.store.brief import is_ours, read_brief
from studio.store.folders import session_folder, sessions_root
from studio.store.run_cards import RunCard


@dataclass(frozen=True)
class Ask:
    """What one run asks for.

    Attributes:
        demands: the options that were said explicitly, by name; only they can contradict a named session.
        resume: whether an unfinished session that asks for the same film is gone on with.
        change: whether demands that differ from the named session's brief are applied.
        terms: what it may cost; where the session is gone on with, what was said before holds unless it is said anew.
    """

    idea: str
    wish: FilmOptions
    output: Path
    session_id: str | None = None
    resume: bool = True
    change: bool = False
    demands: Mapping[str, object] = field(default_factory=dict)
    terms: TermsChange = NOTHING_SAID


def open_session(
    ask: Ask,
    card: RunCard,
    crew_named: Callable[[str], Crew],
    tell: Callable[[str], None],
    draw_seed: Callable[[], int],
    now: datetime,
) -> tuple[Session, bool]:
    """Open the session that this run gets, and tell whether it is gone on with.

    In this order: the session this flow run worked on before; the one that is named; the newest unfinished one that
    asks for the same film; a new one. The run's card is published first thing, under the lock. What the crew will do
    otherwise than the wish asks is told.

    Raises:
        SessionLocked, NoSuchSession, Contradiction, BadInput, BrokenPlan: nothing was changed.
    """
    root = sessions_root(ask.output)
    sweep_abandoned(root)

    def opened(folder: Path, wish: FilmOptions, held: lock.Lock | None = None) -> Session:
        crew = crew_named(wish.crew)
        notes = check_capabilities(crew, wish)
        session = Session(folder, crew, tell, str(ask.output / "sessions" / folder.name), held)
        session.publish_card(card)
        for note in notes:
            tell(note)
        if (terms := session.brief.terms.after(ask.terms)) != session.brief.terms:
            if line := terms.changed(session.brief.terms):
                tell(line)
            session.change_brief(session.brief.model_copy(update={"terms": terms}))
        return session

    if (again := folder_of_run(root, card.flow_run_id)) is not None:
        return opened(again, read_brief(again).wish), True
    if ask.session_id:
        return _named(ask, root, opened), True
    check_idea(ask.idea)
    check_capabilities(crew_named(ask.wish.crew), ask.wish)
    if ask.resume and (same := same_ask(root, ask.idea, ask.wish)) is not None:
        try:
            return opened(same, ask.wish), True
        except SessionLocked:
            tell(f"{same.name} was taken by another run just now")
    if busy := busy_with(root, ask.idea, ask.wish):
        tell(f"{busy}: another one is begun")
    folder, held = open_new(root, ask.idea, ask.wish, draw_seed, now, card.version)
    return opened(folder, ask.wish, held), False


def _named(ask: Ask, root: Path, opened: Callable[[Path, FilmOptions], Session]) -> Session:
    folder = session_folder(root, ask.session_id or "")
    if not is_ours(folder):
        held = lock.take(folder)
        try:
            adopt_foreign(folder, ask.wish)
        finally:
            held.release()
    brief = read_brief(folder)
    if ask.idea and ask.idea != brief.idea:
        raise NoSuchSession(
            f"{folder.name} has another idea ({brief.idea[:60]!r}): leave the idea out to go on with it"
        )
    wish = changed_wish(brief, dict(ask.demands), apply=ask.change, session_id=folder.name)
    session = opened(folder, wish)
    if wish != brief.wish:
        seed = brief.seed if wish.seed is None else wish.seed
        session.change_brief(brief.model_copy(update={"wish": wish, "seed": seed}))
    return session
