"""What a run asks for, and which session it gets.

The one place where an idea is checked and where "go on or begin anew" is decided.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from studio.errors import BadInput, NoSuchSession, SessionLocked
from studio.model.engines import Crew
from studio.model.film import IDEA_CHARACTERS, Wish
from studio.model.terms import NOTHING_SAID, Said
from studio.planning.capabilities import settle
from studio.sessions.adopt_foreign import adopt_foreign
from studio.sessions.catalog import busy_with, changed_wish, folder_of_run, open_new, same_ask, sweep_abandoned
from studio.sessions.session import RunCard, Session
from studio.store import lock
from studio.store.brief import is_ours, read_brief
from studio.store.folders import session_folder, sessions_root


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
    wish: Wish
    output: Path
    session_id: str | None = None
    resume: bool = True
    change: bool = False
    demands: Mapping[str, object] = field(default_factory=dict)
    terms: Said = NOTHING_SAID


def check_idea(text: str, script: str = "give it with --script") -> str:
    """Return the idea without white space around it.

    Args:
        script: how a person hands in a file with a longer text.

    Raises:
        BadInput: it is empty, too long, or holds control characters other than newline and tab.
    """
    idea = text.strip()
    if not any(unicodedata.category(letter)[0] not in "CZ" for letter in idea):
        raise BadInput(
            'the idea is empty: say what the film is about, for example "A lighthouse keeper finds a letter"'
        )
    if len(idea) > IDEA_CHARACTERS:
        raise BadInput(
            f"the idea has {len(idea):,} characters, at most {IDEA_CHARACTERS:,} are read: "
            f"shorten it, or put the text into a file and {script}"
        )
    for place, letter in enumerate(idea, start=1):
        if unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t\r":
            raise BadInput(f"the idea holds a control character (U+{ord(letter):04X}, place {place}): take it out")
    return idea


def enlist(
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

    def opened(folder: Path, wish: Wish, held: lock.Lock | None = None) -> Session:
        crew = crew_named(wish.crew)
        notes = settle(crew, wish)
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
    settle(crew_named(ask.wish.crew), ask.wish)
    if ask.resume and (same := same_ask(root, ask.idea, ask.wish)) is not None:
        try:
            return opened(same, ask.wish), True
        except SessionLocked:
            tell(f"{same.name} was taken by another run just now")
    if busy := busy_with(root, ask.idea, ask.wish):
        tell(f"{busy}: another one is begun")
    folder, held = open_new(root, ask.idea, ask.wish, draw_seed, now, card.version)
    return opened(folder, ask.wish, held), False


def _named(ask: Ask, root: Path, opened: Callable[[Path, Wish], Session]) -> Session:
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
