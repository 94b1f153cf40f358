"""One trial's scene: its folder, the lives lived in it, what was finished at each strike; and what they come to."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from studio.status.listing import read_listing
from studio.status.snapshot import read_snapshot
from studio.status.state import completed
from tests.crash import judge
from tests.crash.engine_child import Told
from tests.crash.engine_life import Life, wait_for
from tests.crash.engine_trial import EngineTrial, Fault

LOCK_SECONDS = 5.0
"""How long the lock of a killed process may be held on."""


def _state(folder: Path) -> str:
    listing = read_listing(folder)
    return listing.state if listing else "nothing"


def _shown_idle(folder: Path) -> bool:
    return _state(folder) in ("interrupted", "done")


@dataclass
class Scene:
    """One trial's folder and the lives lived in it so far; each but the last was struck."""

    folder: Path
    lives: list[Life] = field(default_factory=list)
    held: list[set[judge.Piece]] = field(default_factory=list)
    struck: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    what: list[str] = field(default_factory=list)
    late: bool = False

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)

    @property
    def output(self) -> Path:
        """The output folder of the command."""
        return self.folder / "output"

    @property
    def sessions(self) -> list[Path]:
        """The sessions in it; there should be one."""
        return sorted((self.output / "sessions").glob("session_*"))

    def session_id(self) -> str | None:
        """Return the session's id where its film is complete: the same line again would begin another."""
        return next((each.name for each in self.sessions if _complete(each)), None)

    def told(self) -> Told:
        """Return where the next life tells what it does."""
        return Told(self.folder, len(self.lives))

    def note_held(self) -> None:
        """Remember what is finished now, right after a strike; a session that nobody works on must be shown so."""
        self.struck.append(time.monotonic())
        for folder in self.sessions:
            # A killed process is a zombie while its last threads still hold its files, the lock among them.
            if not wait_for(partial(_shown_idle, folder), LOCK_SECONDS):
                self.wrong.append(f"{folder.name} is shown as {_state(folder)}")
        self.held.append(set().union(*(judge.held(each) for each in self.sessions)))


def _complete(folder: Path) -> bool:
    facts = read_snapshot(folder)
    return facts is not None and completed(facts)


def judged(scene: Scene, made: dict[str, str], fault: Fault, what: str) -> EngineTrial:
    """Return what the lives of a scene say, its film compared with the undisturbed one's `made`."""
    wrong = list(scene.wrong)
    if len(scene.sessions) != 1:
        wrong.append(f"{len(scene.sessions)} sessions")
    folder, works = scene.sessions[0], [life.told.works() for life in scene.lives]
    found = judge.made(folder)
    wrong += [f"{name} differs" for name in sorted({*made, *found}) if made.get(name) != found.get(name)]
    wrong += judge.faults(folder)
    now = judge.held(folder)
    lost = sorted({f"{stage} {print_[:8]}" for held in scene.held for stage, print_ in held - now})
    again = [piece for n, held in enumerate(scene.held) for piece in judge.again(folder, held, works[n + 1])]
    remade, seconds = [], 0.0
    for n, moment in enumerate(scene.struck):
        since = {(work.stage, work.index) for each in works[n + 1 :] for work in each}
        for work in works[n]:
            if (work.stage, work.index) in since:
                remade.append(f"{work.stage} {work.index}")
                seconds += (work.ended or moment) - work.began
    ready = [life.told.seconds_to_first_work() for life in scene.lives[1:]]
    return EngineTrial(
        fault=fault,
        what=what,
        finished=True,
        lost=tuple(lost),
        again=tuple(again),
        remade=tuple(remade),
        respent_seconds=round(seconds, 3),
        wrong=tuple(wrong),
        ready_seconds=tuple(round(each, 3) for each in ready if each is not None),
    )
