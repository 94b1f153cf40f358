"""A whole film without Prefect's engine: the tasks' own bodies, cache policy and records, one after the other.

What the store layer of the crash bench runs: everything that touches the session is the program's own code; only
retries, threads and the server are left out. The order of work is fixed, so that two runs change the disk by the same
operations in the same order.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State
from prefect.results import ResultRecord, ResultRecordMetadata
from prefect.serializers import JSONSerializer

from studio.directing.own_material import take_in
from studio.errors import FilmError
from studio.model import events
from studio.model.brief import FilmOptions
from studio.model.engines import Crew
from studio.model.events import Event
from studio.model.film import Shot
from studio.model.pieces import PER_SHOT
from studio.model.receipt import Receipt
from studio.planning.cast import Cast, cast_of
from studio.planning.orders import alternatives, clip_alternatives, line_alternatives, score_alternatives
from studio.sessions.opening import FilmRequest, RunLimits, open_session
from studio.sessions.session import Session
from studio.store.run_card import RunCard
from studio.version import VERSION
from tasks.cast import paint_portrait
from tasks.film import cut_film
from tasks.images import paint_shot, paint_take
from tasks.narration import narrate_shot, speak_take
from tasks.scene_graph import map_scenes
from tasks.score import compose_score, compose_take
from tasks.shots import plan_shots
from tasks.story import write_story
from tasks.timeline import lay_timeline
from tasks.videos import animate_shot, animate_take

IDEA = "A lighthouse keeper finds a message in a bottle"
SCRIPT = "The lamp is lit.\n\nA bottle knocks.\n\nHe reads it.\n\nNo name.\n\nHe answers."
OPTIONS = FilmOptions(seconds=6.0, shot_seconds=1.0, height=144, seed=7, script=SCRIPT)
"""A film of five tiny shots."""
MOMENT = datetime(2025, 2, 8, 0, 22, 38, 123456)
"""When every session of the bench begins, so that all bear one id."""


class Records:
    """Prefect's records in a session's `results/`, written as Prefect 3.8.8 writes them: in place, not flushed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def exists(self, key: str) -> bool:
        """Tell whether there is a record, whole or not."""
        return (self._folder / key).exists()

    def read(self, key: str) -> Any:
        """Return the record; whatever is torn fails in whatever reads it, as with Prefect."""
        return ResultRecord[Any].deserialize((self._folder / key).read_bytes())

    def write(self, key: str, value: Receipt) -> None:
        """Write a record."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        metadata = ResultRecordMetadata(serializer=JSONSerializer(), storage_key=key)
        path.write_bytes(ResultRecord(result=value, metadata=metadata).serialize())


class Run:
    """One run over one session: serves from the records, else lets the task's body work."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._records = Records(session.folder / "results")

    def do(self, task: Task[..., Any], **inputs: Any) -> Receipt:
        """Return the piece's receipt, as the engine would: from its record, adopted, or made."""
        inputs = {"session": self._session, **inputs}
        policy: Any = task.cache_policy
        key = policy.compute_key(
            SimpleNamespace(result_store=self._records, task_run=SimpleNamespace(tags=[])), inputs, {}
        )
        if key is not None and self._records.exists(key):
            return self._records.read(key).result
        outcome = task.fn(**inputs)
        receipt: Receipt = outcome.data if isinstance(outcome, State) else outcome
        if key is not None:
            self._records.write(key, receipt)
        return receipt

    def film(self) -> Receipt:
        """Make what is missing, in a fixed order, and return the film's receipt."""
        session = self._session
        session.plans.tell_edits()
        take_in(session.store, MOMENT.isoformat(timespec="seconds"), session.tell)
        self.do(write_story)
        story = session.plans.story()
        self.do(map_scenes, story=session.plans.tale())
        self.do(plan_shots, story=session.plans.tale(), graph=session.plans.graph())
        shots = session.plans.shots()
        for stage in PER_SHOT:
            session.pieces.retire(stage, range(1, len(shots) + 1))
        lines = tuple(self.do(narrate_shot, shot=shot) for shot in shots)
        for take in [take for shot in shots for take in line_alternatives(shot)]:
            self.do(speak_take, shot=take)
        cast = cast_of(session.plans.graph(), shots, story.style, session.brief, session.crew, story.references)
        for each in cast.characters:
            portrait = self.do(paint_portrait, character=each, cast=cast.characters, style=story.style)
            cast = cast.painted(portrait)
        images = self.paint(shots, cast)
        self.do(lay_timeline, shots=shots, lines=lines)
        timeline = session.plans.timeline()
        clips = tuple(
            self.do(animate_shot, shot=shot, image=image, line=line)
            for shot, image, line in zip(shots, images, lines, strict=True)
        )
        for shot, image, line in zip(shots, images, lines, strict=True):
            for take in clip_alternatives(shot):
                self.do(animate_take, shot=take, image=image, line=line)
        music = session.brief.options.music or story.music is not None
        score = self.do(compose_score, story=story, shots=shots, timeline=timeline) if music else None
        for retold in score_alternatives(story) if music else ():
            self.do(compose_take, story=retold, shots=shots, timeline=timeline)
        film = self.do(
            cut_film,
            story=story,
            shots=shots,
            timeline=timeline,
            clips=clips,
            lines=lines,
            score=score,
            images=images,
        )
        session.forget_failure()
        return film

    def paint(self, shots: tuple[Shot, ...], cast: Cast) -> tuple[Receipt, ...]:
        """Paint every shot and its further takes; return the shots' receipts."""
        images = tuple(self.do(paint_shot, shot=shot, shots=shots, cast=cast) for shot in shots)
        for take in further_takes(shots):
            self.do(paint_take, shot=take, shots=shots, cast=cast)
        return images


def further_takes(shots: tuple[Shot, ...]) -> list[Shot]:
    """Return the shots as their further takes want them."""
    return [take for shot in shots for take in alternatives(shot)]


@contextmanager
def opened(
    output: Path,
    crew: Crew,
    session_id: str | None = None,
    now: datetime = MOMENT,
    pay_again: bool = False,
    run_id: str = "",
) -> Iterator[Session]:
    """Lend the session that `film make`, or `film resume ID` where one is named, gets in this output folder."""
    request = FilmRequest("" if session_id else IDEA, OPTIONS, output, session_id)
    card = RunCard(
        flow_run_id=run_id or secrets.token_hex(8),
        pid=1,
        host=socket.gethostname(),
        started_at=now.isoformat(timespec="seconds"),
        version=VERSION,
    )
    session, _ = open_session(
        request,
        card,
        lambda name: crew,
        lambda line: events.publish(Event("note", line)),
        lambda: 7,
        now,
        RunLimits(pay_again=pay_again),
    )
    # Each time, not now and then: two runs change the disk by the same operations.
    session.meta.touch = session.meta.write  # type: ignore[method-assign]
    try:
        session.meta.write()
        yield session
    finally:
        session.close(now.isoformat(timespec="seconds"))


def make(
    output: Path, crew: Crew, session_id: str | None = None, now: datetime = MOMENT, kind: type[Run] = Run
) -> Receipt:
    """Run the command once, to the end of the film.

    Raises:
        FilmError: as the flow fails; the failure is recorded in the session.
    """
    with opened(output, crew, session_id, now) as session:
        try:
            return kind(session).film()
        except FilmError as error:
            session.record_failure(str(error), now.isoformat(timespec="seconds"))
            raise
