"""A redo of all shots, three takes each, on eight threads of the real store, killed at a random moment, and resumed."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from studio.directing import edits
from studio.directing.edits import Redo
from studio.fs import checksums, files
from studio.model.engines import Crew
from studio.model.film import Shot
from studio.model.receipt import PieceMeasures, Receipt
from studio.planning.cast import Cast
from studio.store.receipts import piece_of, read_receipt
from tasks.images import paint_shot, paint_take
from tests.crash import film, judge
from tests.crash.crew import crew, remembered_cut
from tests.crash.store_directing import Directed, directed_reference, in_child, listed_takes
from tests.crash.store_reference import reference, scratch_root
from tests.crash.store_room import Room, differing
from tests.crash.trial import Trial, pooled
from tests.crash.verbs import do

FAULT = "kill -9, redo on 8 threads"
HANDS, TAKES = 8, 3
SHARE = 0.05
"""Trials for one of the store's."""
Painted = tuple[str, int]
"""A picture: its prompt and the seed that it is painted with."""


class Threaded(film.Run):
    """A run whose pictures are painted by eight threads at once, takes and all."""

    def paint(self, shots: tuple[Shot, ...], cast: Cast) -> tuple[Receipt, ...]:
        with ThreadPoolExecutor(HANDS) as hands:
            first = [hands.submit(self.do, paint_shot, shot=shot, shots=shots, cast=cast) for shot in shots]
            further = [
                hands.submit(self.do, paint_take, shot=take, shots=shots, cast=cast)
                for take in film.further_takes(shots)
            ]
            for each in further:
                each.result()
            return tuple(each.result() for each in first)


def _seconds(seed: int) -> float:
    """Return how long a picture with this seed takes."""
    return 0.005 + seed % 20 / 1000


class _Noting:
    """A painter that takes its time, and writes down what it begins: what is written survives a kill."""

    def __init__(self, painter: Any, notes: Path) -> None:
        self._painter, self._notes = painter, notes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._painter, name)

    def paint(self, prompt: str, size: tuple[int, int], seed: int, *rest: Any) -> PieceMeasures:
        with open(self._notes, "a", encoding="utf-8") as file:
            file.write(f"{time.monotonic():.6f} {seed} {' '.join(prompt.split())}\n")
        time.sleep(_seconds(seed))
        made: PieceMeasures = self._painter.paint(prompt, size, seed, *rest)
        return made


def _crew(notes: Path) -> Crew:
    plain = crew()
    painter: Any = _Noting(plain.painter, notes)
    return replace(plain, painter=painter)


def _began(notes: Path) -> Counter[Painted]:
    found: Counter[Painted] = Counter()
    for line in notes.read_text("utf-8").splitlines() if notes.exists() else ():
        _, seed, prompt = line.split(" ", 2)
        found[prompt, int(seed)] += 1
    return found


def _make(folder: Path, notes: Path, mark: Path | None = None) -> None:
    checksums._known.clear()
    with remembered_cut():
        if mark is not None:
            mark.write_text("begun", "utf-8")
        film.make(folder.parent.parent, _crew(notes), folder.name, kind=Threaded)


def redo_all(folder: Path) -> None:
    """Ask for three takes of every picture."""
    do(folder, edits.redo(Redo(takes=TAKES), {1, 2, 3, 4, 5}), "redo the image of shots 1-5")


@dataclass(frozen=True)
class Undisturbed:
    """The redo that nobody disturbs: what it made, what it painted, and how long its run took, in seconds."""

    of: Directed
    made: dict[str, str]
    painted: Counter[Painted]
    seconds: float
    painting: float
    """Seconds from the first picture's beginning to the last one's."""


def undisturbed(of: Directed, scratch: Path) -> Undisturbed:
    """Carry the redo out, twice: the second run takes what the first one rendered."""
    for number in (1, 2):
        (base := scratch / f"undisturbed-{number}").mkdir(parents=True)
        folder, notes = Room(base, of.undisturbed).lay_finished(), base / "painted"
        redo_all(folder)
        began = time.monotonic()
        _make(folder, notes)
        seconds = time.monotonic() - began
    moments = [float(line.split()[0]) for line in notes.read_text("utf-8").splitlines()]
    return Undisturbed(of, judge.made(folder), _began(notes), seconds, max(moments) - min(moments))


def killed(number: int, seed: int, *, known: Undisturbed, scratch: Path) -> Trial:
    """Kill the run of the redo at a random moment, resume it, and judge; nothing is left below `scratch`."""
    rng = random.Random(f"{seed}/{number}")
    (base := scratch / str(number)).mkdir()
    try:
        return _killed(rng, base, known)
    finally:
        shutil.rmtree(base)


def _killed(rng: random.Random, base: Path, known: Undisturbed) -> Trial:
    room = Room(base, known.of.undisturbed)
    folder, notes = room.lay_finished(), (base / "painted-1", base / "painted-2")
    listed = listed_takes(folder)
    redo_all(folder)
    # Most kills fall while pictures are painted: what comes before and after is the film's own bench.
    painting = rng.random() < 0.8
    delay = rng.uniform(0, 1.2 * known.painting if painting else known.seconds)
    pid = os.fork()
    if not pid:
        try:
            _make(folder, notes[0], base / "begun")
        finally:
            os._exit(0)
    while not (notes[0] if painting else base / "begun").exists():
        time.sleep(0.001)
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    held = {(" ".join((receipt.prompt or "").split()), receipt.seed or 0) for receipt in _pictures(folder)}
    pieces = room.all_held()
    ended = in_child(partial(_make, folder, notes[1]), base / "said")
    first, second = (_began(each) for each in notes)
    now = listed_takes(folder)
    wrong = [] if ended == "done" else [ended]
    wrong += [f"take is not listed: {take[1][:8]}" for take in listed - now]
    wrong += [
        f"no receipt: {path.name}" for path in sorted((folder / "takes/images").glob("*.png")) if not _proved(path)
    ]
    wrong += [f"not painted: {seed}" for _, seed in known.painted - (first + second)]
    wrong += [f"painted twice in a run: {seed}" for each in (first, second) for (_, seed), n in each.items() if n > 1]
    again = [f"images, seed {seed}" for prompt, seed in second if (prompt, seed) in held]
    remade = [f"images, seed {seed}" for prompt, seed in second if (prompt, seed) in first]
    lost = sorted(f"{stage} {mark[:8]}" for stage, mark in pieces - room.all_held())
    since = f"{'the first picture' if painting else 'the run'} began"
    what = f"{delay:.3f} s after {since}: {sum(first.values())} begun, {len(held & set(known.painted))} held"
    return Trial(
        FAULT,
        what,
        ended == "done",
        1,
        tuple(lost),
        tuple(again),
        tuple(remade),
        sum(_seconds(seed) for prompt, seed in second if (prompt, seed) in first),
        (*wrong, *judge.faults(folder), *differing(known.made, judge.made(folder))),
    )


def _pictures(folder: Path) -> Iterator[Receipt]:
    """Yield the receipt of every whole picture that a crew painted, in place, staged or among the takes."""
    for home in ("images", "takes/images"):
        for place in sorted((folder / home).glob("*.json")):
            receipt = read_receipt(place)
            if receipt is not None and receipt.seed is not None and _same(piece_of(place, receipt), receipt):
                yield receipt
    for place in sorted((folder / "images").glob(".*.json.next")):
        if (receipt := read_receipt(place)) is not None:
            yield receipt


def _same(path: Path, receipt: Receipt) -> bool:
    return files.is_file(path) and hashlib.sha256(path.read_bytes()).hexdigest() == receipt.sha256


def _proved(path: Path) -> bool:
    receipt = read_receipt(path.with_suffix(".json"))
    return receipt is not None and _same(path, receipt)


def run_threads(n: int, seed: int, jobs: int = 1) -> Iterator[Trial]:
    """Yield `n` trials; each is killed by the clock, so that a seed gives the moment, and the machine what it hits."""
    with (
        reference() as plain,
        directed_reference(plain) as of,
        tempfile.TemporaryDirectory(prefix="threads-", dir=scratch_root()) as scratch,
    ):
        known = undisturbed(of, Path(scratch))
        yield from pooled([seed] * n, partial(killed, known=known, scratch=Path(scratch)), jobs)
