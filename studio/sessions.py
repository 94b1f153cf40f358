"""The session store: opening, choosing, locking and describing film sessions.

A session is a folder; its id is the folder's name, so a session may be moved or copied. What lies inside is the
business of `studio/pieces.py`; what the folder says of itself is `studio/facts.py` and `studio/projection.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ValidationError

from studio import files, lock
from studio.edits import told
from studio.errors import BadInput, BrokenPlan, Contradiction, Interrupted, NoSuchSession
from studio.facts import read_facts
from studio.hints import command
from studio.model import Brief, SceneGraph, Shot, Stage, Story, Timeline, Wish
from studio.orders import PLANS, artefact_path, receipt_path
from studio.pieces import Shelf
from studio.places import session_folders
from studio.plan_files import read_graph, read_shots, read_story
from studio.ports import Crew
from studio.projection import completed, project
from studio.receipts import read_receipt

RUN_ID_LETTERS = set("0123456789abcdefABCDEF-")


class RunCard(BaseModel):
    """`runs/<flow-run-id>.json`: who works or worked on the session."""

    flow_run_id: str
    pid: int
    host: str
    started_at: str
    version: str


def read_brief(folder: Path) -> Brief:
    """Return what the session was asked for.

    Raises:
        NoSuchSession: the session is foreign (no `brief.json`).
        BrokenPlan: `brief.json` does not read.
    """
    content = files.read_or_none(folder / "brief.json")
    if content is None:
        adopt = command("resume", folder.name, folder.parent.parent)
        raise NoSuchSession(f"{folder.name} was written by another program: this adopts it: {adopt}")
    try:
        return Brief.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BrokenPlan(f"{folder.name}/brief.json does not read ({where or 'syntax'}: {first['msg']})") from error


def write_brief(folder: Path, brief: Brief) -> None:
    """Publish what the session is asked for."""
    files.write_json(folder / "brief.json", brief.model_dump(mode="json"))


def open_new(root: Path, idea: str, wish: Wish, draw_seed: Callable[[], int], now: datetime, version: str) -> Path:
    """Make a new session and return its folder; of two made in one second the later takes the next second.

    Raises:
        BadInput, DiskFull: the folder cannot be made; nothing is left.
    """
    files.make_folder(root)
    brief = Brief(
        idea=idea, wish=wish, seed=draw_seed() if wish.seed is None else wish.seed,
        started_at=now.isoformat(timespec="microseconds"), version=version,
    )  # fmt: skip
    moment = now
    while True:
        folder = root / moment.strftime("session_%Y%m%d_%H%M%S")
        with files.plain_errors(folder):
            try:
                folder.mkdir()
            except FileExistsError:
                moment += timedelta(seconds=1)
                continue
        files.fsync_folder(root)
        try:
            write_brief(folder, brief)
        except BaseException:
            folder.rmdir()
            raise
        return folder


def folder_of_run(root: Path, flow_run_id: str) -> Path | None:
    """Return the session that a flow run worked on before: its card is there. None for a new run."""
    if not flow_run_id or not set(flow_run_id) <= RUN_ID_LETTERS:
        return None
    return next((folder for folder in session_folders(root) if (folder / f"runs/{flow_run_id}.json").is_file()), None)


def unfinished(root: Path) -> list[Path]:
    """Return the sessions that can be gone on with, newest first: ours, not completed, not locked."""
    found = []
    for folder in session_folders(root):
        facts = read_facts(folder)
        ours = facts is not None and facts.brief_reads and not facts.foreign
        if facts is not None and ours and not completed(facts) and not lock.is_locked(folder):
            found.append(folder)
    return found


def same_ask(root: Path, idea: str, wish: Wish) -> Path | None:
    """Return the newest unfinished session that was asked for exactly this film; None where there is none."""
    for folder in unfinished(root):
        try:
            brief = read_brief(folder)
        except BrokenPlan:
            # A brief that does not read can equal nothing; `sessions view` names it.
            continue
        if brief.idea == idea and brief.wish == wish:
            return folder
    return None


def changed_wish(brief: Brief, demands: dict[str, object], *, apply: bool, session_id: str) -> Wish:
    """Return the session's wish with the options that were demanded.

    Args:
        demands: options said explicitly, by name.
        apply: whether a difference is applied; otherwise it is refused.

    Raises:
        Contradiction: an option differs from the brief and `apply` is False; the message names every difference.
        BadInput: an option is out of its limits.
    """
    now = brief.wish.model_dump()
    differing = {name: value for name, value in demands.items() if now[name] != value}
    if not differing:
        return brief.wish
    if not apply:
        said = "; ".join(f"{name} is {_short(now[name])}, not {_short(value)}" for name, value in differing.items())
        raise Contradiction(
            f"{session_id} was asked for otherwise ({said}): leave that out, or add --change to apply it"
        )
    return make_wish(**{**now, **differing})


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def make_wish(**options: object) -> Wish:
    """Return the wish for these options.

    Raises:
        BadInput: in one line, which option, what is wrong, what was given.
    """
    try:
        return Wish.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        name = "--" + str(first["loc"][0]).replace("_", "-")
        message = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{name}: {message[:1].lower()}{message[1:]}, not {_short(first['input'])}") from error


class Session:
    """An open session: locked by this process until `release`, its crash debris swept.

    `tell` receives one line for whatever a person should know. `stop` is checked before every piece of work.
    """

    def __init__(self, folder: Path, crew: Crew, tell: Callable[[str], None], shown_folder: str = "") -> None:
        self.folder = folder
        self.crew = crew
        self.tell = tell
        self.stop = threading.Event()
        self._shown_folder = shown_folder or str(folder)
        self._meta_lock = threading.Lock()
        self._lock = lock.take(folder)
        try:
            self.brief = read_brief(folder)
            self.shelf = Shelf(folder, self._read_plan, tell)
            self.shelf.recover()
        except BaseException:
            self._lock.release()
            raise

    @property
    def id(self) -> str:
        """The session's id: its folder's name."""
        return self.folder.name

    def publish_card(self, card: RunCard) -> None:
        """Publish who runs this session now."""
        files.write_json(self.folder / "runs" / f"{card.flow_run_id}.json", card.model_dump())

    def go_on_or_raise(self) -> None:
        """Raise `Interrupted` where the run was asked to stop: no new work may begin."""
        if self.stop.is_set():
            raise Interrupted(f"stopped; go on with: {self._go_on()}")

    def _go_on(self) -> str:
        return command("resume", self.id, self.folder.parent.parent)

    # --- plans ------------------------------------------------------------------------------------

    def _read_plan(self, stage: Stage, text: str) -> object:
        match stage:
            case "story":
                return read_story(text)
            case "scene_graph":
                return read_graph(text)
            case "shots":
                return read_shots(text, self.brief.wish.fps, self.brief.wish.shot_seconds, self.brief.seed)
            case _:
                return read_timeline(text)

    def _plan_text(self, name: str) -> str:
        content = files.read_or_none(self.folder / name)
        if content is None:
            raise BrokenPlan(f"{self.id}/{name} is gone; this plans it again: {self._go_on()}")
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BrokenPlan(f"{name} is not UTF-8 at byte {error.start}: save it as UTF-8") from error

    def story(self) -> Story:
        """Read the story as it stands in the file, edited or not."""
        return read_story(self._plan_text("story.json"))

    def graph(self) -> SceneGraph:
        """Read the scene graph as it stands."""
        return read_graph(self._plan_text("scene_graph.json"))

    def shots(self) -> tuple[Shot, ...]:
        """Read the shots as they stand; a person may have edited, inserted, removed or moved some."""
        wish = self.brief.wish
        return read_shots(self._plan_text("shots.json"), wish.fps, wish.shot_seconds, self.brief.seed)

    def timeline(self) -> Timeline:
        """Read the timeline as it stands."""
        return read_timeline(self._plan_text("timeline.json"))

    def tell_edits(self) -> None:
        """Read every plan that is there, and say which fields a person edited.

        Raises:
            BrokenPlan: a plan does not validate; nothing was made, and it is left untouched.
        """
        for stage in PLANS:
            name = artefact_path(stage)
            content = files.read_or_none(self.folder / name)
            if content is None:
                continue
            text = self._plan_text(name)
            self._read_plan(stage, text)
            receipt = read_receipt(self.folder / receipt_path(name))
            written = receipt.content if receipt is not None else None
            if written is not None and (line := told(name, written, text, stage.removesuffix("s"))):
                self.tell(line)

    # --- what the folder says of itself -----------------------------------------------------------

    def write_meta(self) -> None:
        """Write the projection of the folder; called as each piece lands."""
        with self._meta_lock:
            facts = read_facts(self.folder)
            if facts is not None:
                files.write_json(self.folder / f"{self.id}_meta.json", project(facts, self._shown_folder))

    def record_failure(self, message: str, at: str) -> None:
        """Keep why the run failed, until a run succeeds."""
        files.write_json(self.folder / "failure.json", {"message": message, "at": at})

    def forget_failure(self) -> None:
        """Remove the record of an earlier failure."""
        files.remove(self.folder / "failure.json")

    def release(self) -> None:
        """Give the session back."""
        self._lock.release()


def read_timeline(text: str) -> Timeline:
    """Read `timeline.json`.

    Raises:
        BrokenPlan: with the key and the reason.
    """
    try:
        return Timeline.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BrokenPlan(
            f"timeline.json: {where or 'syntax'}: {first['msg']}; delete the file to lay it again"
        ) from error
