"""Map the tasks over the shots, so that each clip begins as soon as its own picture and line are there.

Pictures, lines and clips have a task runner each. The flow takes each task as it completes and submits what that makes
possible; it never maps a task over unfinished futures, which would fill the runner's threads with waiting. A failed
shot does not stop the others. Shots without a clip come first, because checking a finished piece takes Prefect some ten
milliseconds. If the painter is shown portraits of the cast, these come before every picture.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from uuid import UUID

from prefect import Task
from prefect.client.schemas.objects import State
from prefect.futures import PrefectConcurrentFuture, PrefectFuture
from prefect.results import ResultRecord  # type: ignore[attr-defined]  # Prefect offers it there without saying so
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import opaque

from flows.bounded_memory import BoundedMemory
from flows.failures import Failure, summary_line
from studio.errors import EngineFailed, FilmError, Interrupted, RunMustEnd, ShotsFailed
from studio.model import events
from studio.model.events import Event
from studio.model.film import SceneGraph, Shot, Stage, Story, Timeline
from studio.model.pieces import PER_SHOT
from studio.model.receipt import Receipt
from studio.planning.abilities import check_shots
from studio.planning.cast import Cast, cast_of
from studio.planning.orders import (
    alternatives,
    character_number,
    clip_alternatives,
    line_alternatives,
    score_alternatives,
)
from studio.planning.timeline import check_timeline, lengthened_text
from studio.sessions.session import Session
from studio.status.snapshot import read_snapshot
from tasks.cast import paint_portrait
from tasks.images import paint_shot, paint_take
from tasks.narration import narrate_shot, speak_take
from tasks.policy import kept
from tasks.score import compose_score, compose_take
from tasks.timeline import lay_timeline
from tasks.videos import animate_shot, animate_take

AHEAD = 60
"""While so many tasks are open, no further shot is begun: it would wait in memory. All threads have enough to do."""
ANIMATORS = 2
"""Clips made at the same time: the encoder fills about a core. For pictures and lines the crew says how many."""


@dataclass(frozen=True)
class Footage:
    """What the cut needs, each tuple in shot order."""

    timeline: Timeline
    clips: tuple[Receipt, ...]
    lines: tuple[Receipt, ...]
    score: Receipt | None
    images: tuple[Receipt, ...]


class SessionTasks:
    """Runs the tasks of one session.

    Attributes:
        session: the session, with the chosen voice and the number of shots once they are known.
        ended: ids of the task runs that ended here.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._reported: dict[tuple[Stage, int], str] = {}
        self.ended: set[UUID] = set()

    def choose_voice(self, story: Story) -> None:
        """Give the crew a voice for the story's language, or silence, and report it; before any line is spoken."""
        self.session = self.session.with_voice_for(story)

    def run(self, task: Task[..., Any], **inputs: Any) -> Receipt:
        """Run one task of the whole film now and return its receipt.

        Raises:
            FilmError: the task's own error.
        """
        self.session.control.check_running()
        state = kept(task, self.session.folder)(session=self.session, **_opaque(inputs), return_state=True)
        return self.receipt(state, 0)

    def receipt(self, state: State[Any], index: int, *, aside: bool = False) -> Receipt:
        """Return the receipt that a task ended with; report a piece from the cache as reused, once.

        Of a take that was made `aside` nothing is reported: it is not the shot's piece.

        Raises:
            FilmError: the task's own error, or an `EngineFailed` for any other exception or state.
        """
        if (ended := state.state_details.task_run_id) is not None:
            self.ended.add(ended)
        # `State.result` would return the same, but by way of another thread and its event loop.
        done = state.data if state.is_completed() else None
        # `_sync`: called within a flow that is a coroutine, it would return a coroutine, too.
        found: Any = done.result if isinstance(done, ResultRecord) else state.result(raise_on_failure=False, _sync=True)  # type: ignore[call-overload]  # of Prefect's dispatcher
        result: object = found
        if isinstance(result, FilmError):
            raise result
        if isinstance(result, BaseException):
            raise EngineFailed(f"{type(result).__name__}: {result}") from result
        if not isinstance(result, Receipt):
            raise EngineFailed(f"the task ended as {state.name}: {state.message}")
        if aside:
            return result
        # Shots that were painted for an approval are mapped a second time for their clips.
        if state.name == "Cached" and self._reported.get((result.stage, index)) != result.sha256:
            events.publish(Event("reused", stage=result.stage, index=index))
        self._reported[result.stage, index] = result.sha256
        return result

    def map_over(self, shots: Sequence[Shot], story: Story, graph: SceneGraph) -> Footage:
        """Narrate, paint and animate every shot, lay the timeline and compose the score.

        Raises:
            ShotsFailed: something failed; the message names the shots and the causes. Everything else was made.
        """
        mapping = self._mapped(tuple(shots), story, graph, clips=True)
        return mapping.footage()

    def paint_over(self, shots: Sequence[Shot], story: Story, graph: SceneGraph) -> tuple[Receipt, ...]:
        """Narrate and paint every shot, but make no clips; return the pictures' receipts, in shot order.

        Raises:
            ShotsFailed: as `map_over`.
        """
        return self._mapped(tuple(shots), story, graph, clips=False).pictures()

    def _mapped(self, shots: tuple[Shot, ...], story: Story, graph: SceneGraph, clips: bool) -> _Mapping:
        check_shots(self.session.crew, shots, self.session.brief.options.fps)
        session = self.session = self.session.with_shots(len(shots))
        crew = session.crew
        cast = cast_of(graph, shots, story.style, session.brief, crew, story.references)
        events.publish(Event("planned", stage="cast", total=len(cast.characters)))
        events.publish(Event("planned", total=len(shots), frames=sum(shot.frames for shot in shots)))
        for stage in PER_SHOT:
            session.pieces.retire(stage, range(1, len(shots) + 1))
        if crew.painter.abilities.references:
            session.pieces.retire("cast", [character_number(each) for each in cast.characters])
        with ExitStack() as stack:
            runners: list[ThreadPoolTaskRunner[Any]] = [
                stack.enter_context(ThreadPoolTaskRunner(max_workers=session.maker.at_once(*asked)))
                for asked in (
                    ("narration", crew.narrator, crew.voices),
                    ("images", crew.painter, crew.painters),
                    ("videos", crew.animator, ANIMATORS),
                )
            ]
            try:
                mapping = _Mapping(self, session, shots, story, cast, clips, *runners)
                mapping.run()
                return mapping
            except BaseException:
                # Ctrl-C and every other way out: nothing new begins, and tasks in work see the flag.
                session.control.stop.set()
                for runner in runners:
                    runner.cancel_all()
                raise


def _opaque(inputs: dict[str, Any]) -> dict[str, Any]:
    """Mark the inputs so that Prefect does not search every field of every shot for futures, four times per task."""
    return {name: opaque(value) for name, value in inputs.items()}


class _Mapping:
    def __init__(
        self,
        tasks: SessionTasks,
        session: Session,
        shots: tuple[Shot, ...],
        story: Story,
        cast: Cast,
        clips: bool,
        voices: ThreadPoolTaskRunner[Any],
        painters: ThreadPoolTaskRunner[Any],
        animators: ThreadPoolTaskRunner[Any],
    ) -> None:
        self._tasks, self._session, self._shots, self._story = tasks, session, shots, story
        self._cast, self._unpainted = cast, len(cast.characters)
        self._voices, self._painters, self._animators, self._clips = voices, painters, animators, clips
        self._done: queue.SimpleQueue[tuple[Stage, int, bool, PrefectFuture[Any]]] = queue.SimpleQueue()
        self._takes_open = {shot.index: len(alternatives(shot)) for shot in shots}
        self._waiting: deque[Callable[[], None]] = deque()
        self._open = self._spoken = 0
        self._memory = BoundedMemory()
        self._failures: list[Failure] = []
        self._pieces: dict[tuple[Stage, int], Receipt] = {}
        self._timeline: Timeline | None = None

    def run(self) -> None:
        """Submit tasks, and as each completes submit those that it makes possible, until none is open."""
        characters = self._cast.characters
        for character in characters:
            self._submit(
                self._painters,
                paint_portrait,
                "cast",
                character_number(character),
                character=character,
                cast=characters,
                style=self._story.style,
            )
        self._waiting += [partial(self._begin, shot) for shot in self._unfinished_first()]
        while self._open or self._waiting:
            while self._waiting and self._open < AHEAD:
                self._waiting.popleft()()
            self._settle(*self._done.get())

    def _begin(self, shot: Shot) -> None:
        self._submit(self._voices, narrate_shot, "narration", shot.index, shot=shot)
        for take in line_alternatives(shot):
            self._submit(self._voices, speak_take, "narration", shot.index, aside=True, shot=take)
        if not self._cast.characters:
            self._paint(shot)

    def _paint(self, shot: Shot) -> None:
        self._submit(self._painters, paint_shot, "images", shot.index, shot=shot, shots=self._shots, cast=self._cast)
        for take in alternatives(shot):
            self._submit(
                self._painters,
                paint_take,
                "images",
                shot.index,
                aside=True,
                shot=take,
                shots=self._shots,
                cast=self._cast,
            )

    def _paint_whom_the_portraits_show(self) -> None:
        """Paint the shots, once every portrait is there or has failed; skip shots of a character without a portrait."""
        lost = {failure.index for failure in self._failures if failure.stage == "cast"}
        for shot in self._unfinished_first():
            if lost.isdisjoint(self._cast.parts.get(shot.index, ())):
                self._waiting.append(partial(self._paint, shot))

    def _unfinished_first(self) -> list[Shot]:
        facts = read_snapshot(self._session.folder)
        there = {shot.index for shot in facts.shots if shot.clip} if facts else set()
        return sorted(self._shots, key=lambda shot: shot.index in there)

    def _submit(
        self,
        runner: ThreadPoolTaskRunner[Any],
        task: Task[..., Any],
        stage: Stage,
        index: int,
        aside: bool = False,
        **inputs: Any,
    ) -> None:
        future = runner.submit(kept(task, self._session.folder), {"session": self._session, **_opaque(inputs)})
        self._open += 1
        future.add_done_callback(partial(self._ended, stage, index, aside))

    def _ended(self, stage: Stage, index: int, aside: bool, future: PrefectFuture[Any]) -> None:
        # Recorded here, because nobody looks at the state when the run is being left. A task cancelled in the queue
        # never runs, so it does not count as ended.
        of_thread = cast(PrefectConcurrentFuture[Any], future).wrapped_future
        if not of_thread.cancelled() and of_thread.exception() is None:
            self._tasks.ended.add(future.task_run_id)
        self._done.put((stage, index, aside, future))

    def _settle(self, stage: Stage, index: int, aside: bool, future: PrefectFuture[Any]) -> None:
        self._open -= 1
        self._memory.task_ended()
        # Without `wait` the state would be read from the server, where it arrives late.
        future.wait()
        try:
            receipt = self._tasks.receipt(future.state, index, aside=aside)
            if not aside:
                self._pieces[stage, index] = receipt
        except (Interrupted, RunMustEnd):
            raise
        except FilmError as error:
            if aside:
                # The film does not need it: it is cut, and the next run asks for the take again.
                told = f"{events.subject_text(stage, index)}: a further take was not made: {error}"
                events.publish(Event("note", told))
            else:
                self._failures.append(Failure(stage, index, str(error)))
                events.publish(Event("failed", str(error), stage=stage, index=index))
        if aside:
            self._take_settled(stage, index)
        elif stage == "cast":
            self._portrait_settled(index)
        elif (stage, index) in self._pieces and self._clips:
            self._go_on_from(stage, index)

    def _take_settled(self, stage: Stage, index: int) -> None:
        if stage == "images":
            self._takes_open[index] -= 1
            if self._clips:
                self._animate_if_ready(index)

    def _portrait_settled(self, number: int) -> None:
        if (portrait := self._pieces.get(("cast", number))) is not None:
            self._cast = self._cast.painted(portrait)
        self._unpainted -= 1
        if not self._unpainted:
            self._paint_whom_the_portraits_show()

    def _go_on_from(self, stage: Stage, index: int) -> None:
        if stage in ("images", "narration"):
            self._animate_if_ready(index)
        if stage == "narration":
            self._spoken += 1
            if self._spoken == len(self._shots):
                self._lay_out()

    def _animate_if_ready(self, index: int) -> None:
        image, line = self._pieces.get(("images", index)), self._pieces.get(("narration", index))
        # Every take of a picture is made before its clip: somebody may choose another one.
        if image is not None and line is not None and not self._takes_open[index]:
            shot = self._shots[index - 1]
            self._submit(self._animators, animate_shot, "videos", index, shot=shot, image=image, line=line)
            for take in clip_alternatives(shot):
                self._submit(
                    self._animators, animate_take, "videos", index, aside=True, shot=take, image=image, line=line
                )

    def _lay_out(self) -> None:
        self._tasks.run(lay_timeline, shots=self._shots, lines=self._all("narration"))
        self._timeline = self._session.plans.timeline()
        check_timeline(self._timeline, self._shots)
        if note := lengthened_text(self._timeline, self._shots, self._session.brief.options):
            events.publish(Event("note", note))
        if self._session.brief.options.music or self._story.music is not None:
            given: dict[str, Any] = {"shots": self._shots, "timeline": self._timeline}
            self._submit(self._voices, compose_score, "score", 0, story=self._story, **given)
            for take in score_alternatives(self._story):
                self._submit(self._voices, compose_take, "score", 0, aside=True, story=take, **given)

    def _all(self, stage: Stage) -> tuple[Receipt, ...]:
        return tuple(self._pieces[stage, shot.index] for shot in self._shots)

    def pictures(self) -> tuple[Receipt, ...]:
        """Return the pictures' receipts.

        Raises:
            ShotsFailed: something failed.
        """
        if self._failures:
            raise ShotsFailed(summary_line(self._failures))
        return self._all("images")

    def footage(self) -> Footage:
        """Return the footage for the cut.

        Raises:
            ShotsFailed: something failed.
        """
        if self._failures or self._timeline is None:
            raise ShotsFailed(summary_line(self._failures))
        score = self._pieces.get(("score", 0))
        return Footage(self._timeline, self._all("videos"), self._all("narration"), score, self._all("images"))
