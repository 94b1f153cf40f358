"""Direct a session that no run works on: read its plan, change it, and write the change down in the journal.

Every door to directing comes here: the `film` commands, the flow behind Prefect's form, and pages. Nothing is made:
the next run makes what the changed plan lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from studio.directing.edits import Edit, Plan
from studio.errors import BadInput, BrokenPlan
from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.model.brief import Brief
from studio.model.film import Shot, Stage
from studio.model.fingerprint import fingerprint
from studio.model.pieces import Order, receipt_path
from studio.planning.plan_files import plan_text, read_shots, read_story
from studio.store.brief import is_own_session, read_brief
from studio.store.folder_store import FolderStore
from studio.store.journal import Entry, Journal, Texts, changed_by_others, history, read_journal
from studio.store.plans import Plans
from studio.store.receipts import read_receipt, receipt_bytes, receipt_places
from studio.store.session_store import SessionStore
from studio.text.command_hints import command


def read_plan(folder: Path, brief: Brief) -> Plan:
    """Return the plan of a session as it is in its files now; it may be one that a run works on.

    Raises:
        BadInput: its shots are not planned yet.
        BrokenPlan: a plan does not validate.
    """
    texts = [files.read_or_none(folder / name, PLAN_BYTES) for name in ("story.json", "shots.json")]
    if texts[0] is None or texts[1] is None:
        resume = command("resume", folder.name, folder.parent.parent)
        raise BadInput(f"{folder.name} has no shots to direct yet: plan them with {resume}")
    story, shots = (text.decode("utf-8", "replace") for text in texts if text is not None)
    options = brief.options
    try:
        known = read_story(story), read_shots(shots, options.fps, options.shot_seconds, brief.seed)
    except BrokenPlan as error:
        repair = command("repair", folder.name, folder.parent.parent)
        raise BrokenPlan(
            f"{error.args[0].partition('; correct it')[0]}; correct it, or put it back: {repair}"
        ) from error
    return Plan(
        *known,
        options.fps,
        brief.seed,
        _LastTakes(folder).of,
    )


class _LastTakes:
    """Knows the highest take of every shot in a session; reads the receipts of a stage once, when first asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Stage, dict[str, int]] = {}

    def of(self, stage: Stage, shot: str) -> int:
        """Return the highest take of a stage for a shot (its id; '': for the film), 0 if none was made."""
        if stage not in self._known:
            known = self._known[stage] = {}
            for place in receipt_places(self._folder):
                receipt = read_receipt(place) if stage in (place.parent.name, place.stem) else None
                if receipt is not None:
                    known[receipt.shot] = max(known.get(receipt.shot, 0), receipt.take)
        return self._known[stage].get(shot, 0)


def changed_texts(before: Plan, after: Plan) -> Texts:
    """Return the text of each plan that differs, by stage; {} if none does."""
    texts: dict[Stage, str] = {}
    if after.story != before.story:
        texts["story"] = plan_text(after.story)
    if after.shots != before.shots:
        texts["shots"] = plan_text(after.shots)
    return texts


def directed_texts(folder: Path, edit: Edit) -> Texts:
    """Return the texts that a change would give to the session's plans; nothing is changed.

    Raises:
        BadInput: the change cannot be made, or would change nothing.
    """
    before = read_plan(folder, own_brief(folder))
    return _told(changed_texts(before, edit(before)))


def own_brief(folder: Path) -> Brief:
    """Return the brief of a session that can be directed.

    Raises:
        BadInput: another program wrote it.
    """
    if not is_own_session(folder):
        adopt = command("resume", folder.name, folder.parent.parent)
        raise BadInput(f"{folder.name} was written by another program: adopt it first, with {adopt}")
    return read_brief(folder)


def left_out(before: Plan, after: Plan) -> tuple[str, ...]:
    """Return what a person had chosen and a change leaves out, one line each; it stays among the takes."""
    found: list[str] = []
    shots = {shot.id: shot for shot in after.shots}
    for shot in before.shots:
        now = shots.get(shot.id)
        for what, chosen in (("clip", shot.clip), ("recording", shot.voice)):
            kept = now is None or (now.clip if what == "clip" else now.voice) is not None
            if chosen is not None and not kept:
                name = f" ({chosen.name})" if chosen.name else ""
                found.append(f"shot {shot.index}: the {what} that was chosen{name} is not used any more")
        if shot.picture and now is not None and not now.picture:
            found.append(f"shot {shot.index}: the picture that was chosen is not used any more")
    if before.story.music is not None and after.story.music is None:
        found.append(f"the music that was chosen ({before.story.music.name or 'a take'}) is not used any more")
    return tuple(found)


def prepare_nothing(store: SessionStore) -> None:
    """Prepare nothing."""


def direct(
    folder: Path,
    edit: Edit,
    verb: str,
    words: str,
    now: str,
    tell: Callable[[str], None],
    run: str = "",
    prepare: Callable[[FolderStore], None] = prepare_nothing,
) -> Entry:
    """Change the plan of a session, and return the journal's entry of it.

    Args:
        verb, words: what is done, for the journal: 'redo', 'redo the image of shot 3'.
        now: local time, ISO 8601.
        tell: receives one line for everything a person should know.
        run: the flow run that asks; if it has done so before, nothing is changed again.
        prepare: brings into the open session what the changed plan names.

    Raises:
        SessionLocked: a run is working on it.
        BadInput: the change cannot be made, or would change nothing; the plan is as it was.
        BrokenPlan: a plan does not validate; it is left untouched.
    """
    # Before the session is opened, which puts back what a fault took: a refused change leaves everything as it was.
    directed_texts(folder, edit)
    store = FolderStore(folder, tell)
    try:
        return direct_open(store, edit, verb, words, now, tell, run, lambda: prepare(store))
    finally:
        store.release()


def direct_open(
    store: SessionStore,
    edit: Edit,
    verb: str,
    words: str,
    now: str,
    tell: Callable[[str], None],
    run: str = "",
    prepare: Callable[[], None] = lambda: None,
) -> Entry:
    """Change the plan of a session that is open, as `direct`; `prepare` brings into it what the changed plan names."""
    plan = read_plan(store.folder, store.brief)
    Plans(store, tell).tell_edits()
    journal = Journal(store, now)
    if run and (entry := next((each for each in journal.entries if each.run == run), None)) is not None:
        return entry
    after = edit(plan)
    texts = _told(changed_texts(plan, after))
    for line in left_out(plan, after):
        tell(line)
    prepare()
    _stamp_pictures(store, plan.shots, after.shots)
    return journal.record(verb, words, texts, run=run)


def undo(folder: Path, count: int, now: str, tell: Callable[[str], None], *, again: bool = False) -> list[Entry]:
    """Undo the last `count` changes of a session or, if `again`, do as many undone ones again; return their entries.

    Raises:
        SessionLocked, BrokenPlan: as `direct`.
        BadInput: there are not so many; none was undone.
    """
    read_plan(folder, own_brief(folder))
    _check_count(folder, count, again=again)
    store = FolderStore(folder, tell)
    try:
        before = read_plan(folder, store.brief).shots
        Plans(store, tell).tell_edits()
        journal = Journal(store, now)
        after = journal.foretold(count, again=again).get("shots")
        # First, as for every change: after a crash in between, a picture by hand stands for what it stood for.
        options = store.brief.options
        shots = before if after is None else read_shots(after, options.fps, options.shot_seconds, store.brief.seed)
        _stamp_pictures(store, before, shots)
        return [journal.redo() if again else journal.undo() for _ in range(count)]
    finally:
        store.release()


def _check_count(folder: Path, count: int, *, again: bool) -> None:
    entries = read_journal(folder)
    known, others = history(entries), list(changed_by_others(folder, entries))
    if again:
        there = 0 if others else len(known.undone)
    else:
        anew = any(before is None for _, before, _ in others)
        there = (0 if anew else len(known.done)) + sum(before is not None for _, before, _ in others)
    if not 1 <= count <= there:
        what = "undone changes that can be done again" if again else "changes that can be undone"
        raise BadInput(f"there are {there or 'no'} {what}, not {count}")


def _told(texts: Texts) -> Texts:
    if not texts:
        raise BadInput("nothing would change: the film is like that already")
    return texts


def _stamp_pictures(store: SessionStore, before: Sequence[Shot], after: Sequence[Shot]) -> None:
    """Note in the receipt of each picture by hand what it stands for, if its shot is about to be directed otherwise.

    A picture by hand stays until the shot's direction differs from the one in its receipt.
    """
    directions = {shot.id: shot.direction for shot in after}
    for shot in before:
        if directions.get(shot.id, shot.direction) == shot.direction:
            continue
        order = Order(store.id, "images", shot.index, "", shot=shot.id, direction=shot.direction)
        found = store.pieces.look(order)
        if found.condition != "by hand":
            continue
        known = found.receipt
        if known is not None and known.by_hand and store.pieces.is_whole(known, order.path):
            receipt = known if known.direction else known.model_copy(update={"direction": shot.direction})
        else:
            print_ = known.fingerprint if known is not None else fingerprint(by_hand=shot.id)
            receipt = store.pieces.by_hand(replace(order, fingerprint=print_))
        store.write(receipt_path(order.path), receipt_bytes(receipt))
