"""One hostile case: what is prepared, which command is run on it, and what must hold when it has ended."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from tests.hostile.damage import Base, Damage, base_session, harm, paths_of
from tests.hostile.room import Room

Program = Literal["sessions", "film", "opening", "captions", "vendor"]
"""Two commands; the opening of a session as a run has it; the captions of a line; one call to a vendor."""

HEALTHY = "session_20230303_030303"
"""A session beside the hostile one, which a list must show whatever becomes of the other."""


@dataclass(frozen=True)
class Case:
    """A kind's variant. `words` are the command's; '{room}' in them stands for the room's folder.

    Attributes:
        files: further files of the room by name, each with its content, its sparse length, or what makes it.
        closed: standard streams (0, 1, 2) that are closed when the command begins.
        true: whether a process of its own runs it, from the command's start.
        reads: whether the command must change nothing.
        usual: the command's words on what does no harm, where they are not the same.
    """

    kind: str
    told: str
    program: Program
    words: tuple[str, ...]
    base: Base | None = None
    damages: tuple[Damage, ...] = ()
    files: Mapping[str, bytes | int | Callable[[Path], None]] = field(default_factory=dict)
    harmless: Mapping[str, bytes] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    closed: tuple[int, ...] = ()
    true: bool = False
    reads: bool = True
    usual: tuple[str, ...] = ()

    def without_harm(self) -> Case:
        """Return the same command on what does no harm: what it takes is the measure."""
        return replace(self, damages=(), files=self.harmless, told="", words=self.usual or self.words)

    @property
    def measure(self) -> tuple[object, ...]:
        """What tells cases apart whose harmless forms are the same."""
        return (self.program, self.usual or self.words, self.base, self.closed, self.true, tuple(self.harmless))


def prepare(case: Case, room: Room, templates: Mapping[Base, Path]) -> None:
    """Lay out a room for a case; `templates` are sessions by their base, to be copied."""
    if case.base is not None:
        folder = Path(shutil.copytree(templates[case.base], room.sessions / templates[case.base].name, symlinks=True))
        shutil.copytree(templates["unfinished"], room.sessions / HEALTHY)
        there = paths_of(folder)
        for damage in case.damages:
            path, other = (_numbered(each, there) for each in (damage.path, damage.other))
            harm(folder, room.outside, replace(damage, path=path, other=other))
    for name, content in case.files.items():
        path = room.output.parent / name
        if callable(content):
            content(path)
        elif isinstance(content, int):
            with open(path, "wb") as file:
                file.truncate(content)
        else:
            path.write_bytes(content)


def _numbered(path: str, there: list[str]) -> str:
    return there[int(path[1:]) % len(there)] if path.startswith("#") else path


def make_templates(root: Path, bases: tuple[Base, ...]) -> dict[Base, Path]:
    """Make a session of each base."""
    return {base: base_session(base, root / base) for base in bases}
