"""Every operation of a film on the disk, written down in order, so that a cut in between can be rebuilt.

`Recorder` stands in for the disk, does what it is asked, and notes it. Files that an engine or Prefect writes by itself
are noted, unflushed, when they are first seen: before the next operation. Marks between the operations tell which
piece had begun and which publication had returned.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from studio.fs import files
from studio.fs.disk_operations import Disk
from studio.model import events
from studio.model.events import Event
from studio.model.receipt import Receipt
from studio.store.piece_store import PieceStore
from studio.store.receipts import read_receipt
from tests.crash import film, judge
from tests.crash.crew import _cuts, crew, remembered_cut
from tests.crash.judge import Work
from tests.crash.steps import Kind, Log, Step


@dataclass
class Recorder(Disk):
    """A disk that notes what it does below `root`.

    Args:
        root: the output folder.
        links: whether hard links are possible.
    """

    root: Path
    links: bool = True
    steps: list[Step] = field(default_factory=list)
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = dict(_lying(str(self.root)))

    def note(self, step: Step) -> None:
        """Append a step, after everything that was written past this disk so far."""
        self.notice()
        self.steps.append(step)

    def notice(self) -> None:
        """Note the files and folders that were made or written past this disk."""
        for name, stamp in sorted(_lying(str(self.root))):
            known = self._known.get(name)
            if known == stamp:
                continue
            self._known[name] = stamp
            path = self.root / name
            if _of_prefect(name):
                if path.is_file():
                    self.steps.append(Step("record", name, content=path.read_bytes()))
            elif path.is_dir():
                self.steps.append(Step("mkdir", name))
            else:
                self.steps += [Step("create", name)] if known is None else []
                self.steps.append(Step("content", name, content=path.read_bytes(), mtime_ns=stamp[1]))

    def _done(self, kind: Kind, path: Path, target: Path | None = None) -> None:
        line = _line() if kind in ("fsync", "fsync_folder") else 0
        step = Step(kind, self._name(path), self._name(target) if target else "", line=line)
        moved = self._known.pop(step.path, (0, 0)) if kind in ("rename", "unlink", "rmdir") else (0, 0)
        if kind == "rename":
            # A folder's names move with it.
            inside = step.path + "/"
            for name in [name for name in self._known if name.startswith(inside)]:
                self._known[f"{step.target}/{name.removeprefix(inside)}"] = self._known.pop(name)
            self._known[step.target] = moved
        elif kind not in ("unlink", "rmdir"):
            place = target or path
            self._known[self._name(place)] = _stamp(place)
        self.steps.append(step)

    def _name(self, path: Path) -> str:
        name = path.relative_to(self.root).as_posix()
        return "" if name == "." else name

    # --- the operations, each noted once it is done -----------------------------------------------

    def create(self, path: Path) -> BinaryIO:
        self.notice()
        file = super().create(path)
        self._done("create", path)
        return file

    def write(self, file: BinaryIO, content: bytes) -> None:
        super().write(file, content)
        self.notice()

    def fsync(self, file: BinaryIO) -> None:
        self.notice()
        super().fsync(file)
        self._done("fsync", Path(file.name))

    def fsync_folder(self, folder: Path) -> None:
        self.notice()
        super().fsync_folder(folder)
        if folder.is_relative_to(self.root):
            self._done("fsync_folder", folder)
            # A piece is finished, and held, once its staged receipt is durable: its bytes were so before.
            for staged in sorted(folder.glob(".*.json.next")):
                if (receipt := read_receipt(staged)) is not None:
                    self.steps.append(Step("held", piece=(receipt.stage, receipt.fingerprint), line=_line()))

    def rename(self, source: Path, target: Path) -> None:
        self.notice()
        same = target.exists() and source.stat().st_ino == target.stat().st_ino
        super().rename(source, target)
        if not same:
            # Of two names of one file, rename(2) leaves both.
            self._done("rename", source, target)

    def link(self, source: Path, target: Path) -> None:
        self.notice()
        if not self.links:
            raise OSError(errno.EPERM, "no links here", str(target))
        super().link(source, target)
        self._done("link", source, target)

    def copy(self, source: Path, target: Path) -> None:
        self.notice()
        super().copy(source, target)
        self.notice()

    def unlink(self, path: Path) -> None:
        self.notice()
        super().unlink(path)
        self._done("unlink", path)

    def mkdir(self, folder: Path) -> None:
        self.notice()
        super().mkdir(folder)
        self._done("mkdir", folder)

    def rmdir(self, folder: Path) -> None:
        self.notice()
        super().rmdir(folder)
        self._done("rmdir", folder)


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.lstat()
    return (0, 0) if path.is_dir() else (stat.st_size, stat.st_mtime_ns)


def _lying(folder: str, prefix: str = "") -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield what lies below the folder with its stamp; every operation looks at it all, so paths are plain text."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                yield name, (0, 0)
                yield from _lying(entry.path, name + "/")
            else:
                stat = entry.stat(follow_symlinks=False)
                yield name, (stat.st_size, stat.st_mtime_ns)


def _line() -> int:
    """Return the line of `studio/fs/files.py` that is at work, or 0."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename != files.__file__:
        frame = frame.f_back
    return frame.f_lineno if frame.f_code.co_filename == files.__file__ else 0


def _of_prefect(name: str) -> bool:
    return "results" in name.split("/")


def tree(root: Path) -> tuple[Step, ...]:
    """Return what lies below `root`, as steps that build it."""
    steps: list[Step] = []
    first: dict[int, str] = {}
    for path in sorted(root.rglob("*")):
        name, stat = path.relative_to(root).as_posix(), path.lstat()
        if path.is_dir():
            steps += [] if _of_prefect(name) else [Step("mkdir", name)]
        elif _of_prefect(name):
            steps.append(Step("record", name, content=path.read_bytes()))
        elif stat.st_ino in first:
            steps.append(Step("link", first[stat.st_ino], name))
        else:
            first[stat.st_ino] = name
            steps.append(Step("content", name, content=path.read_bytes(), mtime_ns=stat.st_mtime_ns))
    return tuple(steps)


@contextmanager
def _marked(recorder: Recorder) -> Iterator[None]:
    """Note which work begins, and which piece has been published or adopted, the moment the store returns it."""
    began: dict[tuple[str, int], tuple[int, float]] = {}

    def hear(event: Event) -> None:
        if event.kind == "working" and event.stage:
            work = Work(event.stage, event.index, time.monotonic())
            recorder.note(Step("begun", work=work))
            began[work.stage, work.index] = len(recorder.steps) - 1, work.began

    def returned(method: Callable[..., Receipt | None]) -> Callable[..., Receipt | None]:
        def call(*asked: Any, **options: Any) -> Receipt | None:
            receipt = method(*asked, **options)
            if receipt is not None:
                recorder.note(Step("held", piece=(receipt.stage, receipt.fingerprint)))
                if (begun := began.pop((receipt.stage, receipt.index), None)) is not None:
                    work = Work(receipt.stage, receipt.index, begun[1], time.monotonic())
                    recorder.steps[begun[0]] = Step("begun", work=work)
            return receipt

        return call

    store: Any = PieceStore
    before = PieceStore.publish, PieceStore.adopt
    store.publish, store.adopt = returned(PieceStore.publish), returned(PieceStore.adopt)
    try:
        with events.listening(hear):
            yield
    finally:
        store.publish, store.adopt = before


def recorded(
    name: str,
    output: Path,
    session_id: str | None = None,
    links: bool = True,
    kind: type[Recorder] = Recorder,
    cut: bool = True,
    act: Callable[[], object] | None = None,
) -> Log:
    """Run the command on `output` and return its log; what lies there now counts as durable.

    Args:
        act: the command, if it is not the one that makes the film.
        cut: whether the film is really cut, with all its intermediate files, or as it is remembered where it is.
    """
    before = frozenset(judge.held(output))
    lay, recorder = tree(output), kind(output, links)
    with files.through(recorder), _marked(recorder), _cut_anew() if cut else remembered_cut():
        if act is None:
            film.make(output, crew(), session_id)
        else:
            act()
    recorder.notice()
    return Log(name, lay, tuple(recorder.steps), before, judge.made(session_in(output)), session_id)


@contextmanager
def _cut_anew() -> Iterator[None]:
    """Cut films with all their intermediate files while the block runs, and remember them for the trials."""
    known = dict(_cuts)
    _cuts.clear()
    try:
        with remembered_cut():
            yield
    finally:
        _cuts.update(known)


def session_in(output: Path) -> Path:
    """Return the session that holds the newest film, or else the newest one."""
    sessions = sorted((output / "sessions").iterdir())
    return next((each for each in reversed(sessions) if (each / "film.json").is_file()), sessions[-1])
