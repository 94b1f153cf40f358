"""One run of a film that costs money, in a process of its own: the real adapters, desk and ledger, killed where asked.

As in the store layer the tasks' own bodies run one after the other, without Prefect's engine; what a task may try
again is tried again, without the pause. Clips, score and cut are remembered from the undisturbed run.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

from prefect import Task
from pydantic import SecretStr

from blocks.http_client.client import RequestLimits
from blocks.offline.writer.writer import OfflineWriter
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from blocks.openai_api.writer import OpenAIWriter
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.rest_painter import StabilityPainter
from studio.billing.calls import Call
from studio.billing.desk import Desk
from studio.billing.ledger import Ledger
from studio.billing.prices import OWN
from studio.errors import FilmError, Interrupted, RunMustEnd, ShotsFailed
from studio.fs import checksums, files
from studio.model.engines import Crew
from studio.model.film import Shot
from studio.model.paid import Reply, Request
from studio.model.receipt import Receipt
from studio.planning.cast import cast_of
from studio.planning.orders import character_number
from studio.store.folder_store import FolderDocuments
from studio.store.piece_store import PieceStore
from tasks.cast import paint_portrait
from tasks.film import cut_film
from tasks.images import paint_shot
from tasks.narration import narrate_shot
from tasks.policy import RULES
from tasks.scene_graph import map_scenes
from tasks.score import compose_score
from tasks.shots import plan_shots
from tasks.story import write_story
from tasks.timeline import lay_timeline
from tasks.videos import animate_shot
from tests.crash import crew, film
from tests.crash.store_disks import Watched, die
from tests.support.vendors.metering import Fault, Meter

Painting = Literal["by the picture", "by the token", "Stability"]
"""Who paints, and what is billed: a compatible server's model, gpt-image-2, core."""
Place = tuple[str, int]
"""A stage and a shot, 0 for the whole film."""
Kill = Literal[
    "",
    "before the request",
    "taken",
    "billed",
    "half answered",
    "answered",
    "answer kept",
    "booked",
    "in the books",
    "inside the books",
    "after publication",
]
"""When the run is killed: 'taken' and 'billed' are while the vendor holds the request, before and after it has billed;
'answered' is before anything of the answer is on the disk, 'answer kept' before it is booked, 'booked' before it is
used; 'in the books' is before an operation on the disk in `calls/`, 'inside' is half way through one that writes."""

KEY = "sk-metered-0123456789"
LINES = ("The lamp is lit.", "A bottle drifts in.", "Night falls.")
OPTIONS = film.OPTIONS.model_copy(update={"seconds": 4.0, "shot_seconds": 1.4, "script": "\n\n".join(LINES) + "\n"})
"""A film of three tiny shots, each with a line of its own."""
WORDS: dict[Place, str] = {
    ("story", 0): "staging",
    ("scene_graph", 0): "scene_graph",
    ("shots", 0): "shots",
    **{("narration", n): line for n, line in enumerate(LINES, start=1)},
    ("cast", 1): "picture: Mara",
    ("cast", 2): "picture: Tom",
    **{("images", n): f"Wide shot {n} of" for n in range(1, len(LINES) + 1)},
}
"""Every piece that is paid for, and the words by which the vendor knows it; the cast is gpt-image-2's alone."""
HASTY_SECONDS, PATIENT_SECONDS = 0.4, 30.0
"""How long an answer is waited for: where the vendor keeps silent, and else."""


@dataclass(frozen=True)
class Strike:
    """What befalls one run: faults of the vendor, refused connections, a kill."""

    faults: tuple[Fault, ...] = ()
    refused: dict[Place, int] = field(default_factory=dict)
    """Pieces for which the vendor's door is shut, and how often."""
    kill: Kill = ""
    at: Place = ("", 0)
    """The piece whose call the kill is about."""
    operation: int = 0
    """Of 'in the books' and 'inside the books': which operation, from 0."""

    def armed(self) -> list[Fault]:
        """Return the faults as the vendor plays them; it kills where the kill is its part."""
        found = list(self.faults)
        if self.kill not in ("taken", "billed", "half answered"):
            return found
        for number, fault in enumerate(found):
            if fault.words == WORDS[self.at]:
                found[number] = replace(fault, kill=self.kill)
                return found
        return [*found, Fault(words=WORDS[self.at], kill=self.kill)]


@dataclass(frozen=True)
class Ending:
    """How a run ended: 'done', 'killed', 'crashed' or the name of one of our errors; its words; which shots failed."""

    how: str
    words: str = ""
    failures: tuple[tuple[str, int, str, str], ...] = ()
    """Stage, shot, the error's name, its words."""


def paid_crew(meter: Meter, trial: str, painting: Painting, seconds: float = PATIENT_SECONDS) -> Crew:
    """Return the crew that pays `meter` for everything but clips and score; an answer is waited for `seconds`."""
    limits = RequestLimits(connect_seconds=PATIENT_SECONDS, read_seconds=seconds, total_seconds=2 * PATIENT_SECONDS)
    account = OpenAIAccount(api_key=SecretStr(KEY), base_url=f"{meter.url(trial)}/v1")
    painter: Any = OpenAIPainter(account, "gpt-image-2" if painting == "by the token" else "meter-image", limits=limits)
    if painting == "Stability":
        at = StabilityAccount(api_key=SecretStr(KEY), rest_url=meter.url(trial))
        painter = StabilityPainter(at, limits=limits)
    return replace(
        crew.crew(),
        painter=painter,
        writer=OpenAIWriter(account, "meter-text", 500, limits, script_writer=OfflineWriter()),
        narrator=OpenAINarrator(account, "tts-1", limits=limits),
    )


class PaidRun(film.Run):
    """A run in which a failed shot does not stop the others, as in the flow."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self.failures: list[tuple[str, int, str, str]] = []

    def do(self, task: Task[..., Any], **inputs: Any) -> Receipt:
        """Do it, again where the error may pass, as often as the tasks' rules allow."""
        for _ in range(RULES["retries"]):
            try:
                return super().do(task, **inputs)
            except FilmError as error:
                if not error.may_pass:
                    raise
        return super().do(task, **inputs)

    def _each(self, task: Task[..., Any], stage: str, over: tuple[Shot, ...], **inputs: Any) -> list[Receipt]:
        made = []
        for shot in over:
            try:
                made.append(self.do(task, shot=shot, **inputs))
            except (Interrupted, RunMustEnd):
                raise
            except FilmError as error:
                self.failures.append((stage, shot.index, type(error).__name__, str(error)))
        return made

    def film(self) -> Receipt:
        session = self._session
        session.plans.tell_edits()
        self.do(write_story)
        story = session.plans.story()
        self.do(map_scenes, story=session.plans.tale())
        self.do(plan_shots, story=session.plans.tale(), graph=session.plans.graph())
        shots = session.plans.shots()
        lines = tuple(self._each(narrate_shot, "narration", shots))
        cast = cast_of(session.plans.graph(), shots, story.style, session.brief, session.crew, story.references)
        for each in cast.characters:
            try:
                cast = cast.painted(self.do(paint_portrait, character=each, cast=cast.characters, style=story.style))
            except (Interrupted, RunMustEnd):
                raise
            except FilmError as error:
                self.failures.append(("cast", character_number(each), type(error).__name__, str(error)))
        hidden = {index for stage, index, *_ in self.failures if stage == "cast"}
        seen = tuple(shot for shot in shots if hidden.isdisjoint(cast.parts.get(shot.index, ())))
        images = self._each(paint_shot, "images", seen, shots=shots, cast=cast)
        if self.failures:
            raise ShotsFailed("; ".join(words for *_, words in self.failures))
        self.do(lay_timeline, shots=shots, lines=lines)
        timeline = session.plans.timeline()
        clips = tuple(
            self.do(animate_shot, shot=shot, image=image, line=line)
            for shot, image, line in zip(shots, images, lines, strict=True)
        )
        score = self.do(compose_score, story=story, shots=shots, timeline=timeline)
        return self.do(
            cut_film,
            story=story,
            shots=shots,
            timeline=timeline,
            clips=clips,
            lines=lines,
            score=score,
            images=tuple(images),
        )


class Books(Watched):
    """A disk that counts the operations in `calls/`, and whose process ends before one of them, or half way."""

    def __init__(self, at: int = -1, *, inside: bool = False) -> None:
        self.names: list[str] = []
        self._at, self._inside = at, inside

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        """Count, and die where it is time."""
        if path.parent.name != "calls" or name == "rename to":
            return
        self.names.append(name)
        if len(self.names) == self._at + 1:
            if self._inside:
                half()
            die()


@contextmanager
def struck(strike: Strike, meter: Meter) -> Iterator[None]:
    """Let the strike's own part, what is not the vendor's, befall this process while the block runs."""
    doors = dict(strike.refused)
    desk: Any = Desk
    store: Any = PieceStore
    ledger: Any = Ledger
    documents: Any = FolderDocuments
    sent, publish, done, write = desk._sent, store.publish, ledger.done, documents.write_answer

    def sending(self: Any, request: Request, send: Callable[[], Reply], slowed: int) -> Any:
        place = (self._order.stage, self._order.index)

        def once() -> Reply:
            if strike.kill == "before the request" and place == strike.at:
                die()
            if not doors.get(place):
                return send()
            doors[place] -= 1
            meter.shut()
            try:
                return send()
            finally:
                meter.open()

        return sent(self, request, once, slowed)

    def publishing(self: Any, order: Any, *words: Any, **more: Any) -> Receipt:
        receipt: Receipt = publish(self, order, *words, **more)
        if strike.kill == "after publication" and (order.stage, order.index) == strike.at:
            die()
        return receipt

    def keeping(self: Any, call: Call, reply: Reply) -> Call:
        if strike.kill == "answered" and (call.stage, call.index) == strike.at:
            die()
        booked: Call = done(self, call, reply)
        if strike.kill == "booked" and (call.stage, call.index) == strike.at:
            die()
        return booked

    def writing(self: Any, path: str, content: bytes) -> None:
        write(self, path, content)
        if strike.kill == "answer kept" and path.startswith(f"calls/{strike.at[0]}-{strike.at[1]:03d}-"):
            die()

    with ExitStack() as stack:
        if strike.kill in ("in the books", "inside the books"):
            stack.enter_context(files.through(Books(strike.operation, inside=strike.kill == "inside the books")))
        desk._sent, store.publish, ledger.done, documents.write_answer = sending, publishing, keeping, writing
        try:
            yield
        finally:
            desk._sent, store.publish, ledger.done, documents.write_answer = sent, publish, done, write


def make(
    output: Path, meter: Meter, hands: Crew, pay_again: bool, session_id: str | None = None, run_id: str = ""
) -> Ending:
    """Run the command once, in this process."""
    run: PaidRun | None = None
    # What is lent is taken back: a worker that a later test of this process starts would else read these prices.
    with patch.dict(os.environ, {OWN: str(meter.prices)}), patch.object(film, "OPTIONS", OPTIONS):
        try:
            with film.opened(output, hands, session_id, pay_again=pay_again, run_id=run_id) as session:
                run = PaidRun(session)
                run.film()
                return Ending("done")
        except FilmError as error:
            return Ending(type(error).__name__, str(error), tuple(run.failures) if run else ())


def in_a_process(
    output: Path,
    meter: Meter,
    trial: str,
    painting: Painting,
    strike: Strike,
    pay_again: bool,
    session_id: str | None = None,
) -> Ending:
    """Run the command once, in a process of its own, and return how it ended."""
    note = output.parent / "ended"
    note.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        ending = Ending("crashed")
        try:
            checksums._known.clear()
            meter.play(trial, strike.armed(), os.getpid())
            silent = any(fault.name == "no answer" for fault in strike.faults)
            hands = paid_crew(meter, trial, painting, HASTY_SECONDS if silent else PATIENT_SECONDS)
            with struck(strike, meter):
                ending = make(output, meter, hands, pay_again, session_id)
        except BaseException:
            ending = Ending("crashed", traceback.format_exc())
        finally:
            note.write_text(json.dumps(vars(ending)), "utf-8")
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return Ending("killed")
    told = json.loads(note.read_text("utf-8"))
    return Ending(told["how"], told["words"], tuple((a, b, c, d) for a, b, c, d in told["failures"]))
