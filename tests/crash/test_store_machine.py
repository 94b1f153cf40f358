"""The session store against a simple model: made, torn, edited, moved and resumed in any order.

The model knows which keys are wanted and which are held, and so what a run must make: nothing that is held, everything
that is not. A piece that the store lost in silence, or would pay for twice, is a difference in what a run makes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from studio.forecast.forecast import forecast_session
from studio.lettering.caption_cues import srt_text
from studio.model import events
from studio.model.engines import Abilities, Crew
from studio.model.events import Event
from studio.model.film import MusicCue
from studio.model.receipt import PieceMeasures
from studio.production import stages
from studio.store.brief import read_brief
from tests.crash import film, judge
from tests.support.films.fake_crew import Log, fake_crew

SESSION = film.MOMENT.strftime("session_%Y%m%d_%H%M%S")
STAGES = ("images", "narration", "videos")
SUFFIX = {"images": ".png", "narration": ".wav", "videos": ".mp4"}
MOST_SHOTS = 5
Key = tuple[int, ...]


def _of_shots(pieces: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [piece for piece in pieces if piece[0] in STAGES]


class _Stub:
    """Clips and scores whose bytes tell what they were made from; nothing here decodes them."""

    engine, model, version, abilities = "fake", "stub", 1, Abilities()

    def animate(self, image: Path, *asked: Any) -> PieceMeasures:
        *what, out, _tick = asked
        out.write_bytes(hashlib.sha256(image.read_bytes() + repr(what).encode()).digest())
        return PieceMeasures(frames=what[2], seconds=1.0)

    def compose(self, cues: tuple[MusicCue, ...], seconds: float, seed: int, out: Path) -> PieceMeasures:
        out.write_bytes(f"{cues} {seconds} {seed}".encode())
        return PieceMeasures(seconds=seconds)


def _crew() -> Crew:
    stub: Any = _Stub()
    return replace(fake_crew(Log()), animator=stub, composer=stub)


def _assemble(*inputs: Any) -> tuple[PieceMeasures, tuple[tuple[str, bytes], ...]]:
    *_, clips, lines, score, out = inputs
    pieces = [*clips, *(path for path, _ in lines), *([score] if score else [])]
    out.write_bytes(hashlib.sha256(b"".join(path.read_bytes() for path in pieces)).digest())
    return PieceMeasures(frames=1, seconds=1.0), (("film.srt", srt_text((), 24).encode() + repr(clips).encode()),)


@pytest.fixture(autouse=True, scope="module")
def _quick_cut() -> Any:
    before, stages.assemble = stages.assemble, _assemble  # type: ignore[attr-defined]
    yield
    stages.assemble = before  # type: ignore[attr-defined]


def _truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _flip(path: Path) -> None:
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _be_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: tuple[Callable[[Path], object], ...] = (
    _truncate,
    _flip,
    lambda path: path.write_bytes(b""),
    Path.unlink,
    _be_a_folder,
)


class Store(RuleBasedStateMachine):
    """A session, and the model of it.

    A shot is a pair (prompt, line) of numbers that are never used twice. Of each stage, `lies` is the key that lies
    whole at each place, None where it is not; `taken` are the keys that are kept in takes/.
    """

    def __init__(self) -> None:
        super().__init__()
        self.output = Path(tempfile.mkdtemp(prefix="film-store-"))
        self.numbers = 0
        self.plan: list[tuple[int, int]] = []
        self.lies: dict[str, list[Key | None]] = {stage: [] for stage in STAGES}
        self.taken: dict[str, set[Key]] = {stage: set() for stage in STAGES}
        self.recorded = True
        self.finished = False

    def teardown(self) -> None:
        shutil.rmtree(self.output)

    # --- the store ---------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        return self.output / "sessions" / SESSION

    def _run(self) -> list[tuple[str, int]]:
        """Run the command once and return what it made of all stages."""
        made: list[tuple[str, int]] = []

        def hear(event: Event) -> None:
            if event.kind == "working" and event.stage is not None:
                made.append((event.stage, event.index))

        with events.listening(hear):
            film.make(self.output, _crew(), SESSION if self.folder.exists() else None)
        return sorted(made)

    def _foretold(self) -> list[tuple[str, int]]:
        """Return what `film plan` says a run would make."""
        found = forecast_session(self.folder, read_brief(self.folder), _crew())
        return sorted((step.stage, step.index) for step in found.steps if step.made)

    def _write_plan(self) -> None:
        shots = [
            {"image_prompt": f"a house {prompt}", "narration": f"Line {line}.", "seed": prompt}
            for prompt, line in self.plan
        ]
        (self.folder / "shots.json").write_text(json.dumps(shots), "utf-8")

    def _keys(self, stage: str) -> list[Key]:
        parts: dict[str, Callable[[tuple[int, int]], Key]] = {
            "images": lambda shot: shot[:1],
            "narration": lambda shot: shot[1:],
            "videos": lambda shot: shot,
        }
        return [parts[stage](shot) for shot in self.plan]

    def _new(self) -> int:
        self.numbers += 1
        return self.numbers

    # --- rules -------------------------------------------------------------------------------------

    @initialize()
    def make(self) -> None:
        """Make a film, then make its plan ours: two shots of our own."""
        self._run()
        lies = sum(1 for _ in (self.folder / "images").glob("*.png"))
        # What the first plan made has keys of its own, below zero.
        for stage in STAGES:
            self.lies[stage] = [(-number,) for number in range(1, lies + 1)]
        self.plan = [(self._new(), self._new()) for _ in range(2)]
        self._write_plan()

    @rule()
    def resume(self) -> None:
        """Make exactly what is wanted and not held."""
        expected = []
        for stage in STAGES:
            wanted, lies = self._keys(stage), self.lies[stage]
            held = {key for key in lies if key is not None} | self.taken[stage]
            expected += [(stage, number) for number, key in enumerate(wanted, start=1) if key not in held]
            replaced = {key for place, key in enumerate(lies) if key and (wanted[place:] or [None])[0] != key}
            self.taken[stage] |= replaced
            self.lies[stage] = list(wanted)
        foretold = self._foretold()
        made = self._run()
        assert _of_shots(made) == sorted(expected)
        assert _of_shots(foretold) == sorted(expected)
        # What is laid out over all shots is foretold as made where a line is not spoken yet; it may come out the same.
        assert set(made) <= set(foretold)
        self.recorded = self.finished = True

    @rule(stage=st.sampled_from(STAGES), place=st.integers(1, MOST_SHOTS), damage=st.sampled_from(DAMAGES))
    def damage(self, stage: str, place: int, damage: Callable[[Path], object]) -> None:
        """Destroy what lies at a place."""
        path = self.folder / stage / f"shot_{place:03d}{SUFFIX[stage]}"
        if path.is_file() and self.lies[stage][place - 1] is not None:
            damage(path)
            self.lies[stage][place - 1] = None
            self.finished = False

    @precondition(lambda self: self.recorded)
    @rule(stage=st.sampled_from(STAGES), place=st.integers(1, MOST_SHOTS), damage=st.sampled_from(DAMAGES))
    def damage_receipt(self, stage: str, place: int, damage: Callable[[Path], object]) -> None:
        """Destroy a receipt: the engine's record brings it back, and nothing is made."""
        path = self.folder / stage / f"shot_{place:03d}.json"
        whole = path.is_file() and path.stat().st_size > 0
        if whole and self.lies[stage][place - 1 : place] not in ([None], []):
            damage(path)
            self.finished = False

    @precondition(lambda self: self.finished and self.recorded)
    @rule()
    def lose_the_records(self) -> None:
        """Lose all of the engine's records: the receipts are proof enough."""
        shutil.rmtree(self.folder / "results")
        self.recorded = False

    @rule(place=st.integers(1, MOST_SHOTS))
    def edit(self, place: int) -> None:
        """Write another prompt."""
        if place <= len(self.plan):
            self.plan[place - 1] = (self._new(), self.plan[place - 1][1])
            self._write_plan()
            self.finished = False

    @rule(place=st.integers(1, MOST_SHOTS))
    def insert(self, place: int) -> None:
        """Put a shot in front of another, or at the end."""
        if len(self.plan) < MOST_SHOTS:
            self.plan.insert(place - 1, (self._new(), self._new()))
            self._write_plan()
            self.finished = False

    @precondition(lambda self: len(self.plan) > 1)
    @rule(place=st.integers(1, MOST_SHOTS))
    def take_out(self, place: int) -> None:
        """Take a shot out."""
        if place <= len(self.plan):
            del self.plan[place - 1]
            self._write_plan()
            self.finished = False

    @precondition(lambda self: len(self.plan) > 1)
    @rule(order=st.permutations(range(MOST_SHOTS)))
    def reorder(self, order: Sequence[int]) -> None:
        """Put the shots into another order."""
        self.plan = [self.plan[place] for place in order if place < len(self.plan)]
        self._write_plan()
        self.finished = False

    @rule()
    def move(self) -> None:
        """Move the session to another output folder."""
        elsewhere = Path(tempfile.mkdtemp(prefix="film-store-"))
        (elsewhere / "sessions").mkdir()
        shutil.move(self.folder, elsewhere / "sessions" / SESSION)
        shutil.rmtree(self.output)
        self.output = elsewhere

    @invariant()
    def whole_after_a_run(self) -> None:
        """Right after a run nothing is damaged, missing or hidden."""
        if self.finished and self.folder.exists():
            assert judge.faults(self.folder) == []


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=settings.default.max_examples // 3, stateful_step_count=16)
