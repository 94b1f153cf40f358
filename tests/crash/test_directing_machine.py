"""Directing against a simple model: any verbs, runs, undos and crashes in any order, and what must hold of them.

The model is the list of states that the plans were in. Undoing goes back in it, byte for byte, doing again goes
forward, and the takes that were in place in a state are in place again after a run. Pieces are made by stubs, whose
bytes tell what they were made from: the laws are those of the store, not of the art.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PIL import Image

from studio.directing import edits
from studio.directing.director import direct, prepare_nothing, read_plan, undo
from studio.directing.edits import Edit, NewShot, Redo, ShotWords
from studio.directing.own_material import OwnFile, keep, keep_picture
from studio.directing.takes import takes_of
from studio.errors import BadInput
from studio.fs import checksums, files
from studio.model import events
from studio.model.events import Event
from studio.model.film import Source
from studio.model.pieces import PER_SHOT, piece_path
from studio.model.receipt import PieceMeasures
from studio.production import own_material, stages
from studio.store.brief import read_brief
from studio.video.foreign import Media
from tests.crash import film
from tests.crash.store_directing import listed_takes
from tests.crash.store_disks import Watched
from tests.crash.test_store_machine import SESSION, _assemble, _crew
from tests.crash.verbs import NOW, shots_of, texts_of

MOST_SHOTS = 6
State = tuple[bytes, bytes]


class Crash(BaseException):
    """The process ends here."""


class Dying(Watched):
    """A disk on which nothing is done any more from operation `at` on."""

    def __init__(self, at: int) -> None:
        self._left = at

    def before(self, name: str, path: Path, half: Any) -> None:
        if name == "rename to":
            return
        self._left -= 1
        if self._left < 0:
            raise Crash


def _conformed(*asked: Any) -> PieceMeasures:
    outs = [each for each in asked if isinstance(each, Path) and each.name.endswith(".part")]
    outs[0].write_bytes(
        hashlib.sha256(repr([each for each in asked if not isinstance(each, Path)][:4]).encode()).digest()
    )
    return PieceMeasures(frames=1, seconds=1.0, width=256, height=144)


def _still(source: Path, start: float, out: Path) -> tuple[int, int]:
    shutil.copyfile(MINE["picture"], out)
    return 256, 144


MINE: dict[str, Path] = {}


@pytest.fixture(autouse=True, scope="module")
def _quick_pieces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("mine")
    for name in ("clip", "recording"):
        MINE[name] = home / f"{name}.mov"
        MINE[name].write_bytes(name.encode())
    MINE["picture"] = home / "picture.png"
    with open(MINE["picture"], "wb") as file:
        Image.new("RGB", (256, 144), (9, 99, 9)).save(file, "PNG")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "assemble", _assemble)
        for name in ("conform_clip", "conform_line", "conform_music"):
            patch.setattr(own_material, name, _conformed)
        patch.setattr(own_material, "still_of", _still)
        patch.setattr(own_material, "timed_words", lambda *asked, **more: ())
        yield


def _mine(name: str) -> tuple[OwnFile, Source]:
    file = OwnFile(MINE[name], checksums.sha256_of(MINE[name]), Media(kind="clip", seconds=1.0, has_sound=True))
    return file, Source(sha256=file.sha256, name=file.name)


NUMBER = st.integers(1, MOST_SHOTS)


class Directing(RuleBasedStateMachine):
    """A film that is directed.

    `past` are the states that undos go back to, the present one last; `undone` those that can be done again; `placed`
    the takes that were in place in a state, once a run was made in it; `listed` every take that was ever listed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.output = Path(tempfile.mkdtemp(prefix="film-directed-"))
        self.count = 0
        self.past: list[State] = []
        self.undone: list[State] = []
        self.placed: dict[State, dict[str, str]] = {}
        self.listed: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        shutil.rmtree(self.output)

    @property
    def folder(self) -> Path:
        return self.output / "sessions" / SESSION

    @initialize()
    def make(self) -> None:
        """Make a film."""
        film.make(self.output, _crew())
        self.past = [texts_of(self.folder)]
        self._run_settled()

    def _new(self) -> int:
        self.count += 1
        return self.count

    def _told(self, line: str) -> None:
        pass

    def _do(self, edit: Edit, prepare: Any = prepare_nothing, crash: int | None = None) -> None:
        before = texts_of(self.folder)
        try:
            if crash is None:
                direct(self.folder, edit, "edit", "a change", NOW, self._told, prepare=prepare)
            else:
                self._crashed(edit, prepare, crash)
        except BadInput:
            assert texts_of(self.folder) == before
            return
        self._moved_on(before)

    def _crashed(self, edit: Edit, prepare: Any, at: int) -> None:
        """Direct, and let the process end at an operation; then the next opening is a run's."""
        try:
            with files.through(Dying(at)):
                direct(self.folder, edit, "edit", "a change", NOW, self._told, prepare=prepare)
        except Crash:
            self._run()

    def _moved_on(self, before: State) -> None:
        if (now := texts_of(self.folder)) != before:
            self.past.append(now)
            self.undone.clear()

    # --- rules -------------------------------------------------------------------------------------

    @rule(
        number=NUMBER,
        takes=st.integers(1, 3),
        stage=st.sampled_from(["image", "video", "narration", "score"]),
        crash=st.one_of(st.none(), st.integers(0, 30)),
    )
    def redo(self, number: int, takes: int, stage: Any, crash: int | None) -> None:
        """Ask for takes."""
        self._do(edits.redo(Redo(stage=stage, takes=takes), () if stage == "score" else {number}), crash=crash)

    @rule(number=NUMBER, part=st.sampled_from(["prompt", "line", "note", "seconds"]))
    def reword(self, number: int, part: str) -> None:
        """Change words, length or note."""
        new: Any = 1.0 + self._new() / 24 if part == "seconds" else f"word {self._new()}"
        self._do(edits.reword(ShotWords(**{part: new}), {number}))

    @rule()
    def retitle(self) -> None:
        """Give another title."""
        self._do(edits.retitle(f"Title {self._new()}"))

    @rule(
        kind=st.sampled_from(["insert", "remove", "move", "split", "join"]),
        number=NUMBER,
        other=NUMBER,
        crash=st.one_of(st.none(), st.none(), st.integers(0, 30)),
    )
    def rearrange(self, kind: str, number: int, other: int, crash: int | None) -> None:
        """Let shots come, go, move, be cut in two, become one."""
        if kind in ("insert", "split") and len(shots_of(self.folder)) >= MOST_SHOTS:
            return
        changes: dict[str, Edit] = {
            "insert": edits.insert(NewShot(f"a gull {self._new()}", f"Gull {self.count}."), number),
            "remove": edits.remove({number}),
            "move": edits.move({number}, other),
            "split": edits.split(number, 0.5),
            "join": edits.join(number),
        }
        self._do(changes[kind], crash=crash)

    @rule(number=NUMBER, which=st.integers(0, 20), stage=st.sampled_from(["image", "video", "narration"]))
    def pick(self, number: int, which: int, stage: Any) -> None:
        """Pick any listed take."""
        shots = shots_of(self.folder)
        found = takes_of(self.folder, shots, stage, number) if number <= len(shots) else ()
        if not found or (take := found[which % len(found)]).in_place:
            return
        sha256 = take.receipt.sha256
        chosen: dict[str, Edit] = {
            "image": edits.use_picture(sha256, number),
            "video": edits.use_clip(Source(sha256=sha256), number),
            "narration": edits.use_voice(Source(sha256=sha256), number, take.receipt.prompt),
        }
        self._do(chosen[stage])

    @rule(
        number=NUMBER,
        kind=st.sampled_from(["picture", "clip", "recording"]),
        crash=st.one_of(st.none(), st.integers(0, 30)),
    )
    def use(self, number: int, kind: str, crash: int | None) -> None:
        """Use a file of one's own."""
        if number > len(shots_of(self.folder)):
            return
        file, source = _mine(kind)
        match kind:
            case "picture":
                self._do(edits.use_picture(file.sha256, number), keep_picture(file, number), crash)
            case "clip":
                self._do(edits.use_clip(source, number), keep(file), crash)
            case _:
                self._do(edits.use_voice(source, number), keep(file), crash)

    @rule(kind=st.sampled_from(["camera", "line", "remove", "turn round", "title"]))
    def write_by_hand(self, kind: str) -> None:
        """Edit a plan by hand."""
        path = self.folder / ("story.json" if kind == "title" else "shots.json")
        plan = json.loads(path.read_bytes())
        match kind:
            case "camera":
                plan[0]["camera"] = f"by hand {self._new()}"
            case "line":
                plan[-1]["narration"] = f"By hand {self._new()}."
            case "title":
                plan["title"] = f"By hand {self._new()}"
            case "remove" if len(plan) > 1:
                del plan[0]
            case _ if len(plan) > 1:
                plan.reverse()
            case _:
                return
        path.write_text(json.dumps(plan), "utf-8")
        hand = texts_of(self.folder)
        # Two edits by hand in a row are one change; the next command, or undo, writes it down.
        direct(self.folder, edits.retitle(f"Title {self._new()}"), "edit", "title", NOW, self._told)
        self.past += [hand, texts_of(self.folder)]
        self.undone.clear()

    @rule(count=st.integers(1, 4), crash=st.one_of(st.none(), st.none(), st.integers(0, 20)))
    def go_back(self, count: int, crash: int | None) -> None:
        """Undo, byte for byte; cut off, an undo of several is made in part, each of them whole."""
        self._go(min(count, len(self.past) - 1), crash, again=False)

    @rule(count=st.integers(1, 4), crash=st.one_of(st.none(), st.none(), st.integers(0, 20)))
    def go_forward(self, count: int, crash: int | None) -> None:
        """Do again what was undone, byte for byte."""
        self._go(min(count, len(self.undone)), crash, again=True)

    def _go(self, count: int, crash: int | None, *, again: bool) -> None:
        if not count:
            with pytest.raises(BadInput):
                undo(self.folder, 1, NOW, self._told, again=again)
            return
        try:
            with files.through(Dying(crash) if crash is not None else files._disk):
                undo(self.folder, count, NOW, self._told, again=again)
        except Crash:
            self._run()
        now, left = texts_of(self.folder), count
        while left and self.past[-1] != now:
            if again:
                self.past.append(self.undone.pop())
            else:
                self.undone.append(self.past.pop())
            left -= 1
        assert self.past[-1] == now
        assert crash is not None or not left

    @rule()
    def all_the_way(self) -> None:
        """As many undos as there were changes restore the plans of the first film; as many redos bring them back."""
        first, last, count = self.past[0], self.past[-1], len(self.past) - 1
        for again, state in ((False, first), (True, last)) if count else ():
            self._go(count, None, again=again)
            assert texts_of(self.folder) == state
            self._run_settled()

    @rule()
    def run(self) -> None:
        """Make what is wanted; what was in place in this state before is in place again, and a second run is idle."""
        self._run_settled()

    def _run_settled(self) -> None:
        self._run()
        assert self._run() == []
        state, now = self.past[-1], self._in_place()
        assert self.placed.setdefault(state, now) == now

    def _run(self) -> list[str]:
        made: list[str] = []

        def hear(event: Event) -> None:
            if event.kind == "working" or (event.kind == "note" and "take is" in event.text):
                made.append(f"{event.stage} {event.index} {event.text}")

        with events.listening(hear):
            film.make(self.output, _crew(), SESSION)
        return made

    def _in_place(self) -> dict[str, str]:
        numbers = [shot.index for shot in shots_of(self.folder)]
        names = [piece_path(stage, number) for stage in PER_SHOT for number in numbers]
        return {name: checksums.sha256_of(self.folder / name) for name in (*names, "score.wav")}

    # --- laws --------------------------------------------------------------------------------------

    @invariant()
    def no_take_is_gone(self) -> None:
        """The plan validates, and every take of a shot that was ever listed is listed while the shot is there."""
        if not self.past:
            return
        assert read_plan(self.folder, read_brief(self.folder)).shots
        assert texts_of(self.folder) == self.past[-1]
        shots = {shot.id for shot in shots_of(self.folder)}
        now = listed_takes(self.folder)
        assert {take for take in self.listed if take[0] in shots or not take[0]} <= now
        self.listed |= now


TestDirecting = Directing.TestCase
TestDirecting.settings = settings(max_examples=settings.default.max_examples // 8, stateful_step_count=12)
