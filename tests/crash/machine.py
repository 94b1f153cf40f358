"""A model of a disk: what a power cut may leave of it.

The model is the weakest that programs may build on, as Pillai et al. measured it, "All File Systems Are Not Created
Equal", OSDI 2014. An fsync of a file makes its bytes durable, not its name; an fsync of a folder makes the names in it
durable, not the folder's own name. Of all else *any* part may have reached the disk: any subset of the changed names,
in any order; of a file that was not flushed nothing, the first half, zeros of its length, or all. A file that is
flushed anew keeps what was durable of it before. One rename, within a folder or between two, is one atomic change, as
the paper found on every journaling file system; so are a link, an unlink and a mkdir.

Left out: bytes garbled otherwise than torn or zero (a checksum tells them all alike), a file half flushed at other
places than its middle, and disks that lie about fsync.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.crash.steps import Step

Slot = tuple[int, str]
"""A name in a folder: the folder's number and the name."""
Unread = Callable[[Mapping[str, bytes]], Collection[str]]
"""Of the files of a disk, path to whole bytes, gives those whose bytes nobody will ever read."""


def nothing_unread(lying: Mapping[str, bytes]) -> Collection[str]:
    """Return no path: every byte counts."""
    return ()


@dataclass
class Node:
    """A file, or a folder. Its number stays when its names change."""

    folder: bool = False
    whole: bytes = b""
    """What the file holds for whoever reads it now."""
    durable: bytes = b""
    """What the last fsync made durable."""
    mtime_ns: int = 0

    def contents(self) -> tuple[tuple[str, bytes], ...]:
        """Return what the disk may hold of the file, each with the word for it."""
        if self.whole == self.durable:
            return (("whole", self.whole),)
        rest = self.whole[len(self.durable) :] if self.whole.startswith(self.durable) else b""
        torn = self.durable + rest[: len(rest) // 2] if rest else self.whole[: len(self.whole) // 2]
        ways = {"not written": self.durable, "torn": torn, "zeros": bytes(len(self.whole)), "whole": self.whole}
        return tuple((word, content) for content, word in {content: word for word, content in ways.items()}.items())


class File(NamedTuple):
    """A file of a state. Files with one `number` are one file under several names."""

    path: str
    content: bytes
    mtime_ns: int
    number: int


class Disk(NamedTuple):
    """A disk after a cut: what had not reached it, in words; its folders and files."""

    what: str
    folders: tuple[str, ...]
    files: tuple[File, ...]


@dataclass
class Machine:
    """A disk and what is under way to it. Folder 0 is the output folder: durable, and so is its own name."""

    unread: Unread = nothing_unread
    """Files that a disk holds or lacks, but of whose bytes there is only one way, none: they are laid out empty."""
    nodes: list[Node] = field(default_factory=lambda: [Node(folder=True)])
    now: dict[Slot, int] = field(default_factory=dict)
    """The names as whoever looks now sees them."""
    durable: dict[Slot, int] = field(default_factory=dict)
    """The names as they are on the disk for certain."""
    pending: list[dict[Slot, int | None]] = field(default_factory=list)
    """The changes of names that may or may not be on the disk: what each name now stands for, or None."""

    def do(self, step: Step) -> None:
        """Carry out one step; marks and records change nothing."""
        match step.kind:
            case "create" | "mkdir":
                self.nodes.append(Node(folder=step.kind == "mkdir", mtime_ns=step.mtime_ns))
                self._change({self._slot(step.path): len(self.nodes) - 1})
            case "content":
                node = self.nodes[self._number(step.path)]
                node.whole, node.mtime_ns = step.content, step.mtime_ns
            case "fsync":
                node = self.nodes[self._number(step.path)]
                node.durable = node.whole
            case "fsync_folder":
                self._flush(self._number(step.path))
            case "rename":
                source = self._slot(step.path)
                self._change({source: None, self._slot(step.target): self.now[source]})
            case "link":
                self._change({self._slot(step.target): self._number(step.path)})
            case "unlink" | "rmdir":
                self._change({self._slot(step.path): None})

    def lay(self, tree: Iterable[Step]) -> None:
        """Lay out what was there before the first step, all of it durable."""
        for step in tree:
            if step.kind == "content":
                self.do(Step("create", step.path))
            self.do(step)
        for node in self.nodes:
            node.durable = node.whole
        self.durable, self.pending = dict(self.now), []

    def _change(self, change: dict[Slot, int | None]) -> None:
        self.pending.append(change)
        _apply(change, self.now)

    def _flush(self, folder: int) -> None:
        """Make every change that has a part in `folder` durable, with all its parts; what they outdate is gone."""
        left: list[dict[Slot, int | None]] = []
        for change in self.pending:
            if any(holder == folder for holder, _ in change):
                left = [rest for each in left if (rest := {slot: each[slot] for slot in each if slot not in change})]
                _apply(change, self.durable)
            else:
                left.append(change)
        self.pending = left

    def _slot(self, path: str) -> Slot:
        holder, _, name = path.rpartition("/")
        return self._number(holder), name

    def _number(self, path: str) -> int:
        number = 0
        for name in path.split("/") if path else ():
            number = self.now[number, name]
        return number

    def disks(self) -> Iterator[Disk]:
        """Yield every disk that a cut may leave now, the barest first. Some may be equal."""
        for bits in itertools.product((False, True), repeat=len(self.pending)):
            missing, tree = self._tree(bits)
            ways = self._ways(tree)
            for contents in itertools.product(*ways.values()):
                yield self._disk(missing, tree, dict(zip(ways, contents, strict=True)))

    def disk(self, bits: Sequence[bool]) -> Disk:
        """Return the disk where the pending changes with a true bit are there, and all files are whole."""
        missing, tree = self._tree(bits)
        return self._disk(missing, tree, {number: ways[-1] for number, ways in self._ways(tree).items()})

    def any_disk(self, choose: Random) -> Disk:
        """Return one of the disks that a cut may leave now."""
        missing, tree = self._tree([choose.random() < 0.5 for _ in self.pending])
        return self._disk(missing, tree, {number: choose.choice(ways) for number, ways in self._ways(tree).items()})

    def _ways(self, tree: Mapping[str, int]) -> dict[int, tuple[tuple[str, bytes], ...]]:
        """Return what the disk may hold of every file, by its number; the last way is the whole file."""
        lying = {path: self.nodes[number].whole for path, number in tree.items() if not self.nodes[number].folder}
        hidden = self.unread(lying)
        # A file with two names is read where one of them is.
        read = {tree[path] for path in lying if path not in hidden}
        numbers = sorted({tree[path] for path in lying})
        return {number: self.nodes[number].contents() if number in read else (("", b""),) for number in numbers}

    def _tree(self, bits: Sequence[bool]) -> tuple[str, dict[str, int]]:
        """Return the names where the pending changes with a true bit are there: what is missing, paths to numbers."""
        slots, missing = dict(self.durable), []
        for change, there in zip(self.pending, bits, strict=True):
            if there:
                _apply(change, slots)
            else:
                missing += [f"{'-' if number is None else '+'}{name}" for (_, name), number in change.items()]
        return " ".join(missing), dict(_paths(slots))

    def _disk(self, missing: str, tree: dict[str, int], contents: dict[int, tuple[str, bytes]]) -> Disk:
        path_of = {number: path for path, number in tree.items()}
        words = [f"names not there: {missing}"] if missing else []
        words += [
            f"{path_of[number]} {word}"
            for number, (word, _) in contents.items()
            if word and self.nodes[number].durable != self.nodes[number].whole
        ]
        folders = tuple(path for path, number in tree.items() if self.nodes[number].folder)
        files = tuple(
            File(path, contents[number][1], self.nodes[number].mtime_ns if contents[number][0] else 0, number)
            for path, number in tree.items()
            if number in contents
        )
        return Disk("; ".join(words), folders, files)


def _apply(change: dict[Slot, int | None], slots: dict[Slot, int]) -> None:
    for slot, number in change.items():
        if number is None:
            slots.pop(slot, None)
        else:
            slots[slot] = number


def _paths(slots: dict[Slot, int]) -> Iterator[tuple[str, int]]:
    """Yield every path and what it stands for; what lies in a folder without a name is lost with it."""
    inside: dict[int, list[tuple[str, int]]] = {}
    for (holder, name), number in sorted(slots.items()):
        inside.setdefault(holder, []).append((name, number))
    ways = [("", 0)]
    while ways:
        prefix, holder = ways.pop()
        for name, number in inside.get(holder, ()):
            yield prefix + name, number
            ways.append((f"{prefix}{name}/", number))
