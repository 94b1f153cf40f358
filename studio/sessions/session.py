"""An open session: its brief, its crew, its files, and whether its run may go on.

`studio/sessions/find_or_make.py` makes new sessions; `studio/sessions/opening.py` decides which one a run gets.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from studio.billing.desk import Billing
from studio.model.brief import Brief
from studio.model.engines import Crew
from studio.model.film import Story
from studio.planning.abilities import voice_for
from studio.production.makers import HERE, Maker
from studio.production.work import Job
from studio.sessions.run_control import RunControl
from studio.status.meta import Meta
from studio.store.plans import Plans
from studio.store.run_card import RunCardFile
from studio.store.session_store import Pieces, SessionStore


class Session:
    """A session that a run works on, from its opening to `close`. Made by `studio.sessions.opening.open_session`.

    Nothing is set on it afterwards. It is not a dataclass, because Prefect walks through the fields of those in every
    task's inputs.

    Attributes:
        store: its files; owned by this process.
        crew: the engines that work on it.
        card_file: the run's card.
        plans: its plans as they are now.
        control: whether the run may go on.
        billing: gives the desks of paid calls.
        meta: the summary for other programs.
        tell: receives one line for everything a person should know.
        planned: how many shots the film has; 0 before they are known.
        language: of the story, ISO 639-1; '' before it is known.
        maker: makes its unpaid pieces, here or elsewhere.
    """

    def __init__(
        self,
        store: SessionStore,
        crew: Crew,
        card_file: RunCardFile,
        plans: Plans,
        control: RunControl,
        billing: Billing,
        meta: Meta,
        tell: Callable[[str], None],
        planned: int = 0,
        language: str = "",
        maker: Maker = HERE,
    ) -> None:
        self.store: Final = store
        self.crew: Final = crew
        self.card_file: Final = card_file
        self.plans: Final = plans
        self.control: Final = control
        self.billing: Final = billing
        self.meta: Final = meta
        self.tell: Final = tell
        self.planned: Final = planned
        self.language: Final = language
        self.maker: Final = maker

    @property
    def id(self) -> str:
        """The session's id."""
        return self.store.id

    @property
    def brief(self) -> Brief:
        """What the session was asked for."""
        return self.store.brief

    @property
    def folder(self) -> Path:
        """The folder of its files."""
        return self.store.folder

    @property
    def pieces(self) -> Pieces:
        """Its pieces."""
        return self.store.pieces

    @property
    def job(self) -> Job:
        """What every stage needs to know about this session's film."""
        return Job(self.id, self.folder, self.brief, self.crew, self.control.check_running, language=self.language)

    def with_voice_for(self, story: Story) -> Session:
        """Return the session with a crew that speaks the story's language, or is silent; `tell` gets a line about a
        change."""
        crew, note = voice_for(self.crew, story, self.brief.options)
        if note:
            self.tell(note)
        return self._with(crew, self.planned, story.language, self.maker)

    def with_shots(self, count: int) -> Session:
        """Return the session with the number of shots set, once it is known."""
        return self._with(self.crew, count, self.language, self.maker)

    def with_maker(self, maker: Maker) -> Session:
        """Return the session with another maker of its pieces."""
        return self._with(self.crew, self.planned, self.language, maker)

    def _with(self, crew: Crew, planned: int, language: str, maker: Maker) -> Session:
        return Session(
            self.store,
            crew,
            self.card_file,
            self.plans,
            self.control,
            self.billing,
            self.meta,
            self.tell,
            planned,
            language,
            maker,
        )

    def record_failure(self, message: str, at: str) -> None:
        """Keep why the run failed, until a run succeeds."""
        self.store.write_json("failure.json", {"message": message, "at": at})

    def forget_failure(self) -> None:
        """Remove the record of an earlier failure."""
        self.store.remove("failure.json")

    def close(self, at: str) -> None:
        """Write into meta and the run's card that the run ended, successfully or not, and release the session.

        Raises:
            DiskFull, BadInput: they could not be written; the session is released all the same.
        """
        try:
            self.meta.write()
            self.card_file.end(at)
        finally:
            self.store.release()
