"""A session that a command directs: opened, its shots named, a change of it carried out, or only planned.

`flows/cli/direct.py` and `flows/cli/use.py` make the changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from flows.cli.command_options import NO_MONEY_OPTIONS, Json, Money, On, Output
from flows.cli.running import run_on
from flows.dask_cluster.place import THREADS
from studio.directing.director import direct, directed_texts, left_out, own_brief, prepare_nothing, read_plan
from studio.directing.edits import Edit, Plan
from studio.directing.takes import takes_of
from studio.errors import BadInput
from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.model.film import SceneGraph, Source
from studio.planning.plan_files import read_graph
from studio.planning.shots_named import shots_named
from studio.store.folder_store import FolderStore
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.command_hints import command
from studio.text.display import printable

Session = Annotated[str, Parameter(name="SESSION", help="A session's id, or its name.")]
Shots = Annotated[str, Parameter(show_default=False, help="Which shots, for example 3,5-7.")]
OneShot = Annotated[int, Parameter(help="Which shot.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Carrying:
    """How a change is carried out: the options that all commands that direct have in common."""

    later: Annotated[
        bool,
        Parameter(negative=(), show_default=False, help="Only change the plan: make it later, with `film resume`."),
    ] = False
    money: Money = NO_MONEY_OPTIONS
    output: Output = None
    on: On = THREADS
    json: Json = False


AT_ONCE = Carrying()
"""None of these options was given."""

_planned: ContextVar[str] = ContextVar("_planned", default="")


@contextmanager
def planning(line: str) -> Iterator[None]:
    """Within the block, let commands that direct show what they would do, and change nothing; `line` would do it."""
    token = _planned.set(line)
    try:
        yield
    finally:
        _planned.reset(token)


class Opened:
    """A session that a command directs.

    Attributes:
        folder: the session's folder.
        plan: its plan as it is now.
    """

    def __init__(self, session: str, how: Carrying) -> None:
        if how.later and how.money != NO_MONEY_OPTIONS:
            raise BadInput("--later makes nothing: give the options about money to `film resume`")
        self.place = output_folder(how.output)
        self.folder: Path = find_session(sessions_root(self.place), session)
        self.plan: Plan = read_plan(self.folder, own_brief(self.folder))
        self._how = how
        self._console = Console(stderr=how.json, highlight=False)

    def graph(self) -> SceneGraph:
        """Return the film's scene graph.

        Raises:
            BrokenPlan: it does not validate.
        """
        content = files.read_or_none(self.folder / "scene_graph.json", PLAN_BYTES) or b""
        return read_graph(content.decode("utf-8", "replace"))

    def shots(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the shots that `text` names; () for ''."""
        return shots_named(text, len(self.plan.shots))

    def one(self, number: int) -> int:
        """Return the number of a shot, checked."""
        return shots_named(str(number), len(self.plan.shots))[0]

    def clip_of(self, number: int) -> tuple[Source, float]:
        """Return the file of a shot's clip, and its length in seconds.

        Raises:
            BadInput: the shot has no clip yet.
        """
        takes = takes_of(self.folder, self.plan.shots, "video", number)
        there = next((take for take in takes if take.in_place), None)
        chosen = self.plan.shots[number - 1].clip
        if chosen is not None:
            own = next((take for take in takes if take.receipt.sha256 == chosen.sha256), None)
            if own is not None:
                return chosen, own.receipt.seconds or 0.0
            from studio.store.material import find_file
            from studio.video.foreign import media_of

            if (path := find_file(self.folder, chosen.sha256)) is None:
                raise BadInput(f"the clip of shot {number} ({chosen.name!r}) is gone: give it again with `film use`")
            return chosen, media_of(path).seconds
        if there is None:
            raise BadInput(f"shot {number} has no clip yet: make it first, with {self._command('resume')}")
        return Source(sha256=there.receipt.sha256), there.receipt.seconds or 0.0

    def carry_out(
        self,
        verb: str,
        words: str,
        change: Edit,
        *,
        makes: bool = True,
        prepare: Callable[[FolderStore], None] = prepare_nothing,
        given: Sequence[str] = (),
    ) -> int:
        """Carry out a change and run the film, or show what that would do; return the exit code.

        Args:
            makes: whether the change has anything to do with what is made.
            prepare: brings files into the session before the plan names them.
            given: the SHA-256 of pictures that it brings.
        """
        how = self._how
        if line := _planned.get():
            from flows.cli.plan import show_plan

            directed = directed_texts(self.folder, change)
            notes = left_out(self.plan, change(self.plan))
            return show_plan(self.folder, directed, words, line, how.money, how.json, given, notes)
        how.money.terms()
        now = datetime.now().isoformat(timespec="seconds")
        direct(self.folder, change, verb, words, now, self.tell, prepare=prepare)
        self.tell(f"{words}: noted in the plan")
        if not how.later:
            code = run_on(self._console, how.json, self.place, session_id=self.folder.name, money=how.money, on=how.on)
            # The plan was changed: a run that was refused, because another one was quicker, is not wrong use.
            return 1 if code == 2 else code
        if makes:
            self.tell(f"to make it: {self._command('resume')}")
        return 0

    def tell(self, line: str) -> None:
        """Print a line for a person; with `--json` on standard error."""
        self._console.print(printable(line), markup=False, soft_wrap=True)

    def _command(self, verb: str) -> str:
        return command(verb, self.folder.name, self.place)
