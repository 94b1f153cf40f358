"""An open session: locked by this process, its plans to read, its shelf to put pieces on.

How a session comes to be and which one a run gets is `studio/sessions/catalog.py` and `studio/sessions/opening.py`.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from studio.billing.desk import BillingContext, Desk
from studio.billing.ledger import Ledger
from studio.billing.prices import price_list
from studio.billing.rate_limit import rate_limit_of
from studio.errors import BrokenPlan, Interrupted
from studio.fs import files
from studio.fs.opening import PLAN_BYTES
from studio.model.engines import Crew
from studio.model.film import Brief, SceneGraph, Shot, Stage, Story, Timeline
from studio.model.stages import PLANS, Order, artefact_path, receipt_path
from studio.planning.capabilities import voice_for
from studio.planning.plan_diff import edit_line, same_plan
from studio.planning.plan_files import read_graph, read_shots, read_story, read_timeline, reader
from studio.production.stages import Job
from studio.status.meta import write_meta
from studio.store import lock
from studio.store.brief import read_brief, restore_brief, write_brief
from studio.store.layout import refuse_links
from studio.store.piece_store import PieceStore
from studio.store.receipts import read_receipt, receipt_bytes
from studio.store.recovery import recover
from studio.store.run_cards import RunCard
from studio.text.command_hints import command

META_SHARE, META_SECONDS = 20.0, 5.0
"""Meta rests 20 times as long as it took to write, at most 5 s: it reads the whole folder, and takes 5 % at most."""


class Session:
    """An open session: locked by this process until `release`, its crash debris swept.

    `held` is its lock where the caller has it already; it is given back where the session does not open.
    `slot` keeps other processes in mind while a paid call is in flight: Prefect's limits, where a server has them.
    `pay_again` says whether calls that were cut off, and may be billed, are made again.
    `tell` receives one line for whatever a person should know. Before every piece of work `stop` is checked, and
    `recalled` is asked why the run may not go on: '' while it may. `planned` is how many shots the film that is being
    made has; 0 before they are known; `made` are the pieces that were made since it was opened: stage, fingerprint.
    """

    def __init__(
        self,
        folder: Path,
        crew: Crew,
        tell: Callable[[str], None],
        shown_folder: str = "",
        held: lock.Lock | None = None,
    ) -> None:
        self.folder = folder
        self.crew = crew
        self.tell = tell
        self.stop = threading.Event()
        self.recalled: Callable[[], str] = str
        self.planned = 0
        self.made: set[tuple[Stage, str]] = set()
        self.pay_again = False
        self.slot: Callable[[str], AbstractContextManager[object]] = contextlib.nullcontext
        self._counter: BillingContext | None = None
        self._counter_lock = threading.Lock()
        self._shown_folder = shown_folder or str(folder)
        self._meta_lock = threading.Lock()
        self._meta_rests_until = 0.0
        self._card: RunCard | None = None
        self._lock = held or lock.take(folder)
        try:
            refuse_links(folder)
            restore_brief(folder, tell)
            self.brief = read_brief(folder)
            self.pieces = PieceStore(folder, reader(self.brief), tell)
            recover(self.pieces)
        except BaseException:
            self._lock.release()
            raise

    @property
    def id(self) -> str:
        """The session's id: its folder's name."""
        return self.folder.name

    @property
    def job(self) -> Job:
        """What every stage knows of this session's film."""
        return Job(self.id, self.folder, self.brief, self.crew, self.check_running)

    @property
    def run_id(self) -> str:
        """The id of the flow run that works on it; '' before its card is published."""
        return self._card.flow_run_id if self._card else ""

    def publish_card(self, card: RunCard) -> None:
        """Publish who runs this session now."""
        self._card = card
        content = {**card.model_dump(), "brief": self.brief.model_dump(mode="json")}
        path = self.folder / "runs" / f"{card.flow_run_id}.json"
        files.write_json(path, content)
        files.make_newest(path)

    def wait_for(self, step: str, since: str) -> None:
        """Let the card say that its run waits for a person's approval of `step`; for '' it waits no more."""
        if self._card is not None:
            self.publish_card(self._card.model_copy(update={"waits_for": step, "waits_since": since}))

    def reject(self, why: str) -> None:
        """Let the card say that a person rejected what its run showed, and why."""
        if self._card is not None:
            self.publish_card(self._card.model_copy(update={"rejected": why}))

    @property
    def waits(self) -> bool:
        """Whether its run waits for a person's approval."""
        return self._card is not None and self._card.waits_for != ""

    def suspend(self, at: str) -> None:
        """Let the card say that its run was suspended, and when."""
        if self._card is not None:
            self.publish_card(self._card.model_copy(update={"suspended": at}))

    def change_brief(self, brief: Brief) -> None:
        """Publish what the session is asked for from now on."""
        self.brief = brief
        write_brief(self.folder, brief)
        if self._card is not None:
            self.publish_card(self._card)

    def check_running(self) -> None:
        """Raise `Interrupted` where the run was asked to stop, or recalled: no new work may begin."""
        if reason := self.recalled():
            self.stop.set()
            raise Interrupted(f"{reason}; go on with: {self._go_on()}")
        if self.stop.is_set():
            raise Interrupted(f"stopped; go on with: {self._go_on()}")

    def _go_on(self) -> str:
        return command("resume", self.id, self.folder.parent.parent)

    def choose_voice(self, story: Story) -> None:
        """Let the crew have a voice for the story's language, or silence, and tell it; before any line is spoken."""
        self.crew, note = voice_for(self.crew, story, self.brief.wish)
        if note:
            self.tell(note)

    # --- money ------------------------------------------------------------------------------------

    def desk(self, order: Order) -> Desk:
        """Return the desk where the calls for this order's piece are booked."""
        with self._counter_lock:
            if self._counter is None:
                ledger = Ledger(self.folder, self.run_id, price_list(), self.brief.terms.budget_usd, _now)
                self._counter = BillingContext(
                    ledger,
                    lambda account: rate_limit_of(account, self.crew.limits),
                    self.check_running,
                    self.pay_again,
                    f"{self._go_on()} --on-ambiguous retry",
                    self.slot,
                )
        return Desk(self._counter, order)

    # --- plans ------------------------------------------------------------------------------------

    def _plan_text(self, name: str) -> str:
        content = files.read_or_none(self.folder / name, PLAN_BYTES)
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
        """Read every plan that is there, say which fields a person edited, and keep a copy of the edit.

        Raises:
            BrokenPlan: a plan does not validate; nothing was made, and it is left untouched.
        """
        for stage in PLANS:
            name = artefact_path(stage)
            content = files.read_or_none(self.folder / name, PLAN_BYTES)
            if content is None:
                continue
            text = self._plan_text(name)
            try:
                reader(self.brief)(stage, text)
            except BrokenPlan as error:
                repair = command("repair", self.id, self.folder.parent.parent)
                raise BrokenPlan(f"{error}; or put back the plan as it was: {repair}") from error
            receipt = read_receipt(self.folder / receipt_path(name))
            if receipt is None or receipt.content is None:
                continue
            if line := edit_line(name, receipt.redone or receipt.content, text, stage.removesuffix("s")):
                self.tell(line)
            edited = None if same_plan(receipt.content, text) else text
            if receipt.edited != edited:
                # So that a fault does not cost a person's edit that was used.
                files.write_whole(
                    self.folder / receipt_path(name), receipt_bytes(receipt.model_copy(update={"edited": edited}))
                )

    # --- what the folder says of itself -----------------------------------------------------------

    def write_meta(self) -> None:
        """Write the projection of the folder."""
        with self._meta_lock:
            began = time.monotonic()
            write_meta(self.folder, self._shown_folder)
            ended = time.monotonic()
            self._meta_rests_until = ended + min(META_SECONDS, META_SHARE * (ended - began))

    def touch_meta(self) -> None:
        """Write the projection as a piece lands; not so soon after the last time that a long film's work would wait.

        Whoever ends a run writes it once more.
        """
        if not self._meta_lock.locked() and time.monotonic() >= self._meta_rests_until:
            self.write_meta()

    def record_failure(self, message: str, at: str) -> None:
        """Keep why the run failed, until a run succeeds."""
        files.write_json(self.folder / "failure.json", {"message": message, "at": at})

    def forget_failure(self) -> None:
        """Remove the record of an earlier failure."""
        files.remove(self.folder / "failure.json")

    def close(self, at: str) -> None:
        """Let meta and the run's card tell that the run ended, however it did, and give the session back.

        Raises:
            DiskFull, BadInput: it could not be written; the session is given back all the same.
        """
        try:
            self.write_meta()
            if self._card is not None:
                self.publish_card(self._card.model_copy(update={"ended_at": at}))
        finally:
            self.release()

    def release(self) -> None:
        """Give the session back."""
        self._lock.release()


def _now() -> str:
    return datetime.now().isoformat(timespec="microseconds")
