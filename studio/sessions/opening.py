"""Open the session that a run asks for: one that exists, or a new one.

The only place where an idea is checked and where it is decided whether a run goes on or begins anew.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from studio.billing.desk import Billing, BillingContext
from studio.billing.ledger import Ledger
from studio.billing.prices import price_list
from studio.billing.rate_limit import rate_limit_of
from studio.errors import NoSuchSession, SessionLocked
from studio.fs import files
from studio.input.caption_times import times_line
from studio.input.idea import check_idea
from studio.input.option_checks import changed_options, film_options
from studio.input.script import script_left_out
from studio.input.styles import with_style_kept
from studio.model.brief import FilmOptions
from studio.model.engines import Crew
from studio.model.terms import NO_CHANGE, TermsChange
from studio.planning.abilities import check_abilities
from studio.planning.styled_crew import in_style
from studio.sessions.adopt_foreign import adopt_foreign
from studio.sessions.find_or_make import busy_with, folder_of_run, open_new, sweep_abandoned, unfinished_session_for
from studio.sessions.named import POLL_SECONDS, NamedAsk, await_named, check_ask
from studio.sessions.run_control import RunControl
from studio.sessions.session import Session
from studio.status.meta import Meta
from studio.store import lock
from studio.store.brief import is_own_session, read_brief
from studio.store.folder_store import FolderStore
from studio.store.folders import session_folder, sessions_root
from studio.store.plans import Plans
from studio.store.run_card import RunCard, RunCardFile
from studio.store.session_names import session_named
from studio.store.session_store import SessionStore
from studio.text.command_hints import command

Slot = Callable[[str], AbstractContextManager[object]]
"""Takes an account and returns a context manager that is held while a call to it is in flight."""


@dataclass(frozen=True)
class FilmRequest:
    """What one run asks for.

    Attributes:
        session_id: the session to go on with, None to let the run find one or make one.
        explicit_options: the options that were given explicitly, by name; only they can contradict a named session.
        resume: whether to go on with an unfinished session that asks for the same film.
        change: whether to apply explicit options that differ from the named session's brief.
        name: what a person calls the film, '' for none: the session of that name is gone on with, or made.
        terms: what it may cost; when a session is resumed, its earlier terms hold unless they are given anew.
    """

    idea: str
    options: FilmOptions
    output: Path
    session_id: str | None = None
    resume: bool = True
    change: bool = False
    explicit_options: Mapping[str, object] = field(default_factory=dict)
    terms: TermsChange = NO_CHANGE
    name: str = ""

    @property
    def named(self) -> NamedAsk:
        """What is asked for under the name."""
        return NamedAsk(self.name, self.idea, self.options)


@dataclass(frozen=True)
class RunLimits:
    """What limits one run only.

    Attributes:
        why_stopped: returns why the run may not go on, '' while it may.
        pay_again: whether calls that were cut off, and may be billed, are made again.
        slots: takes how many calls an account allows at once and a function that raises if the run may not go on;
            returns the `Slot` that counts calls across processes, by Prefect's limits if the server has them.
    """

    why_stopped: Callable[[], str] = str
    pay_again: bool = False
    slots: Callable[[int, Callable[[], None]], Slot] = lambda at_once, go_on: contextlib.nullcontext


UNLIMITED = RunLimits()


def build_session(
    store: SessionStore,
    crew: Crew,
    card_file: RunCardFile,
    tell: Callable[[str], None],
    shown_folder: str = "",
    limits: RunLimits = UNLIMITED,
) -> Session:
    """Return the session kept in `store`, ready to be worked on; nothing is read or written."""
    go_on = command("resume", store.id, store.folder.parent.parent)
    control = RunControl(go_on, limits.why_stopped, store.why_lost)

    store.wait_while(lambda: "the run was stopped" if control.stop.is_set() else "")

    def context() -> BillingContext:
        prices = price_list().with_more(crew.prices)
        return BillingContext(
            Ledger(store, card_file.run_id, prices, store.brief.terms.budget_usd, now_exactly),
            lambda account: rate_limit_of(account, crew.limits),
            control.check_running,
            limits.pay_again,
            f"{go_on} --on-ambiguous retry",
            limits.slots(crew.limits.at_once, control.check_running),
        )

    return Session(
        store,
        crew,
        card_file,
        Plans(store, tell),
        control,
        Billing(context),
        Meta(store, shown_folder or str(store.folder)),
        tell,
    )


def now_exactly() -> str:
    """Return the local time as the ledger writes it: ISO 8601 with microseconds."""
    return datetime.now().isoformat(timespec="microseconds")


def open_session(
    request: FilmRequest,
    card: RunCard,
    crew_of: Callable[[FilmOptions], Crew],
    tell: Callable[[str], None],
    draw_seed: Callable[[], int],
    now: datetime,
    limits: RunLimits = UNLIMITED,
) -> tuple[Session, bool]:
    """Open the session that this run gets; return it and whether it existed before.

    In this order: the session this flow run worked on before; the one whose id is given; the one of the name, once no
    other run works on it; the newest unfinished one that asks for the same film; a new one. The run's card is written
    first, under the lock. `tell` gets a line for everything that the crew will not do exactly as the options ask, and
    for what of a script nobody speaks.

    Raises:
        SessionLocked, NoSuchSession, Contradiction, BadInput, BrokenPlan: nothing was changed.
    """
    root = sessions_root(request.output)
    sweep_abandoned(root)

    def opened(folder: Path, options: FilmOptions, held: lock.Lock | None = None) -> Session:
        crew = in_style(crew_of(options), options)
        told = script_left_out(options.script) if options.script else ""
        notes = (*filter(None, (told, times_line(options))), *check_abilities(crew, options))
        store = FolderStore(folder, tell, held)
        try:
            card_file = RunCardFile(store, card)
            for note in notes:
                tell(note)
            terms = store.brief.terms.with_changes(request.terms)
            if line := terms.changed(store.brief.terms):
                tell(line)
            brief = store.brief.model_copy(update={"terms": terms})
            if options != brief.options:
                seed = brief.seed if options.seed is None else options.seed
                brief = brief.model_copy(update={"options": options, "seed": seed})
            if brief != store.brief:
                store.change_brief(brief)
                card_file.publish()
            return build_session(store, crew, card_file, tell, str(request.output / "sessions" / folder.name), limits)
        except BaseException:
            store.release()
            raise

    if (again := folder_of_run(root, card.flow_run_id)) is not None:
        return opened(again, read_brief(again).options), True
    if request.session_id:
        return _named(request, root, opened, tell), True
    check_idea(request.idea)
    check_abilities(crew_of(request.options), request.options)
    if request.name:
        return _by_name(request, root, opened, draw_seed, now, card.version, tell, limits.why_stopped)
    if request.resume and (same := unfinished_session_for(root, request.idea, request.options)) is not None:
        try:
            return opened(same, read_brief(same).options), True
        except SessionLocked:
            tell(f"{same.name} was taken by another run just now")
    if busy := busy_with(root, request.idea, request.options):
        tell(f"{busy}: a new session is begun")
    options = with_style_kept(request.options)
    folder, held = open_new(root, request.idea, options, draw_seed, now, card.version)
    return opened(folder, options, held), False


def _by_name(
    request: FilmRequest,
    root: Path,
    opened: Callable[[Path, FilmOptions, lock.Lock | None], Session],
    draw_seed: Callable[[], int],
    now: datetime,
    version: str,
    tell: Callable[[str], None],
    why_stopped: Callable[[], str],
) -> tuple[Session, bool]:
    """Open the session of the name that is asked for, or make it; of many that do this at once one gets it."""
    while True:
        await_named(root, request.named, tell, why_stopped)
        files.make_folder(root)
        with lock.alone(root):
            folder = session_named(root, request.name)
            if folder is None:
                options = with_style_kept(request.options)
                folder, held = open_new(root, request.idea, options, draw_seed, now, version, name=request.name)
                new = True
            else:
                check_ask(root, folder, request.named)
                options, held, new = read_brief(folder).options, None, False
        try:
            return opened(folder, options, held), not new
        except SessionLocked:
            # Another was quicker: wait for that one.
            time.sleep(POLL_SECONDS)


def _named(
    request: FilmRequest, root: Path, opened: Callable[[Path, FilmOptions], Session], tell: Callable[[str], None]
) -> Session:
    folder = session_folder(root, request.session_id or "")
    if not is_own_session(folder):
        options = film_options(**request.options.model_dump())
        held = lock.take(folder)
        try:
            for line in adopt_foreign(folder, options):
                tell(line)
        finally:
            held.release()
    brief = read_brief(folder)
    if request.idea and request.idea != brief.idea:
        raise NoSuchSession(
            f"{folder.name} has another idea ({brief.idea[:60]!r}): leave the idea out to go on with it"
        )
    options = changed_options(brief, dict(request.explicit_options), apply=request.change, session_id=folder.name)
    return opened(folder, options)
