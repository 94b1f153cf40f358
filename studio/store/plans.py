"""Read the plans of an open session as they are in its files now, edited by hand or not."""

from __future__ import annotations

from collections.abc import Callable

from studio.errors import BrokenPlan
from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.model.film import SceneGraph, Shot, Stage, Story, Timeline
from studio.model.pieces import PLANS, piece_path, receipt_path
from studio.planning.plan_diff import edit_line, same_plan
from studio.planning.plan_files import read_graph, read_shots, read_story, read_timeline, reader, tale_of
from studio.store.receipts import read_receipt, receipt_bytes
from studio.store.session_store import SessionStore
from studio.text.command_hints import command


class Plans:
    """Reads the plans of one session; every call reads the file anew."""

    def __init__(self, store: SessionStore, tell: Callable[[str], None]) -> None:
        self._store, self._tell = store, tell

    def story(self) -> Story:
        """Read the story.

        Raises:
            BrokenPlan: the file is gone, or holds no valid story. The other methods raise the same.
        """
        return read_story(self._text("story.json"))

    def tale(self) -> Story:
        """Read the part of the story that the other plans are made from (`plan_files.tale_of`)."""
        receipt = read_receipt(self._store.folder / receipt_path("story.json"))
        return tale_of(self.story(), receipt.titled if receipt else None)

    def graph(self) -> SceneGraph:
        """Read the scene graph."""
        return read_graph(self._text("scene_graph.json"))

    def shots(self) -> tuple[Shot, ...]:
        """Read the shots; a person may have edited, inserted, removed or moved some."""
        brief = self._store.brief
        return read_shots(self._text("shots.json"), brief.options.fps, brief.options.shot_seconds, brief.seed)

    def timeline(self) -> Timeline:
        """Read the timeline."""
        return read_timeline(self._text("timeline.json"))

    def tell_edits(self) -> None:
        """Tell which fields of the plans a person edited, and keep a copy of each edit in the plan's receipt.

        Raises:
            BrokenPlan: a plan does not validate; nothing was made, and it is left untouched.
        """
        read = reader(self._store.brief)
        for stage in PLANS:
            name = piece_path(stage)
            if files.read_or_none(self._store.folder / name, PLAN_BYTES) is None:
                continue
            text = self._text(name)
            try:
                read(stage, text)
            except BrokenPlan as error:
                raise BrokenPlan(f"{error}; or put back the plan as it was: {self._command('repair')}") from error
            receipt = read_receipt(self._store.folder / receipt_path(name))
            if receipt is None or receipt.content is None:
                continue
            if line := edit_line(name, receipt.redone or receipt.content, text, stage.removesuffix("s")):
                self._tell(line)
            edited = None if same_plan(receipt.content, text) else text
            if receipt.edited != edited:
                # Otherwise a fault could lose an edit that a run has used.
                keep_edit(self._store, stage, text)

    def _text(self, name: str) -> str:
        content = files.read_or_none(self._store.folder / name, PLAN_BYTES)
        if content is None:
            raise BrokenPlan(f"{self._store.id}/{name} is gone; to plan it again: {self._command('resume')}")
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BrokenPlan(f"{name} is not UTF-8 at byte {error.start}: save it as UTF-8") from error

    def _command(self, verb: str) -> str:
        return command(verb, self._store.id, self._store.folder.parent.parent)


def keep_edit(store: SessionStore, stage: Stage, text: str, *, entry: int = 0) -> None:
    """Keep the text of an edited plan in the plan's receipt, so that no fault loses it. Do nothing without a receipt.

    Args:
        entry: the entry of the journal that holds the change, 0 if none does. A change that is there is not reported
            as an edit.
    """
    place = receipt_path(piece_path(stage))
    receipt = read_receipt(store.folder / place)
    if receipt is None:
        return
    written = receipt.content
    update: dict[str, object] = {"edited": None if written is not None and same_plan(written, text) else text}
    if entry:
        update |= {"redone": text, "entry": entry}
    if stage == "story" and written is not None:
        before = read_story(receipt.edited or written).title
        if read_story(text).title != before and receipt.titled is None:
            # Another title makes no other plan: they stay those of the title that they were made for.
            update["titled"] = before
    store.write(place, receipt_bytes(receipt.model_copy(update=update)))
