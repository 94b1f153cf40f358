"""The parent flow: one idea in, a finished film out.

A page to read aloud: open a session, plan, map the tasks over the shots, cut. What each step does is in `tasks/`, what
a session is in `studio/`, how shots are mapped in `flows/shot_mapping.py`.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow_async
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY
from prefect.states import Cancelled, Failed, Pending
from prefect.utilities.callables import get_call_parameters

from blocks.crew import crew_named
from flows import parameters as p
from flows.approval import Approver, check_askable
from flows.concurrency import slots
from flows.from_python import REPORTED, callable_anywhere
from flows.prefect_logs import calm
from flows.run_page import shown_on_run
from flows.runs.dead_runs import Watch
from flows.runs.left_open import close_earlier, close_tasks
from flows.runs.naming import TAG, nameless, rename, run_name
from flows.runs.signs_of_life import signing
from flows.runs.status import halted_from_outside, is_deployed, standing_of, this_run
from flows.shot_mapping import Direction
from studio.billing.prices import price_list
from studio.errors import BadInput, BudgetSpent, DiskFull, EngineFailed, FilmError, Interrupted
from studio.forecast.remaining_cost import out_of_budget
from studio.input.idea import check_idea
from studio.input.options import make_terms, make_wish
from studio.model import events
from studio.model.events import Event
from studio.model.film import DEFAULT_STYLE, FilmOptions
from studio.model.paid import VendorError
from studio.sessions.approvals import Approve
from studio.sessions.opening import Ask, open_session
from studio.sessions.session import Session
from studio.store.folders import output_folder
from studio.store.heartbeat import signs_of_life
from studio.store.run_cards import RunCard
from studio.text.command_hints import command
from studio.version import VERSION
from tasks.film import cut_film
from tasks.scene_graph import map_scenes
from tasks.shots import plan_shots
from tasks.story import write_story


@callable_anywhere
@flow(
    name="make-film",
    description="One idea in, a finished film out, and never a shot lost or paid for twice.",
    **REPORTED,
)
async def make_film(
    idea: p.Idea = "",
    seconds: p.Seconds = 40.0,
    shot_seconds: p.ShotSeconds = 5.0,
    aspect: p.Aspect = "16:9",
    height: p.Height = 1080,
    fps: p.Fps = 24,
    style: p.Style = DEFAULT_STYLE,
    captions: p.Captions = "soft",
    music: p.Music = True,
    seed: p.Seed = None,
    script: p.Script = None,
    prompts: p.Prompts = None,
    crew: p.CrewName = "offline",
    session_id: p.SessionId = None,
    resume: p.Resume = True,
    change: p.Change = False,
    output: p.Output = None,
    approve: p.Approve = "no",
    budget_usd: p.BudgetUsd = None,
    on_refusal: p.OnRefusal = None,
    on_ambiguous: p.OnAmbiguous = "stop",
) -> Any:
    """Make a film, or finish one: the same ask goes on with what an earlier run left.

    Returns the film's report: session_id, film (its path), seconds, frames, width, height. Where shots failed, the run
    fails with a message that names them, the cause and the command that resumes; everything finished is kept.
    """
    # A coroutine that waits for nobody, but to be suspended: a flow that is a plain function waits up to a second for
    # its heartbeats at its end.
    # Without this one each task makes two clients of its own, some 80 ms: a coroutine's engine has none for them.
    with _logged(), signing(Watch()), SyncClientContext.get_or_create():
        try:
            check_askable(approve)
            price_list()
            wish = make_wish(
                seconds=seconds,
                shot_seconds=shot_seconds,
                aspect=aspect,
                height=height,
                fps=fps,
                style=style,
                captions=captions,
                music=music,
                seed=seed,
                script=script,
                prompts=prompts,
                crew=crew,
            )
            ask = Ask(
                check_idea(idea) if idea or not session_id else "",
                wish,
                output_folder(output),
                session_id,
                resume,
                change,
                demands=_demands(wish, change),
                terms=make_terms(budget_usd=budget_usd, on_refusal=on_refusal),
            )
            with _opened(ask) as session:
                session.pay_again = on_ambiguous == "retry"
                if PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() is not None:
                    # A server that outlives this run, and may have other runs.
                    session.slot = slots(session.crew.limits.at_once, session.check_running)
                _present(session)
                with shown_on_run(session):
                    return await _film(session, approve)
        except FilmError as error:
            # Nothing was begun: the message says what to do.
            return Failed(message=str(error), data=error)


def filmed(**parameters: Any) -> State[Any]:
    """Run the flow to its end in this thread and return the state it ended in; parameters as `make_film`.

    The run is created here and not by the engine, so that it bears a name and a tag from its first moment.
    """
    said = get_call_parameters(make_film.fn, (), parameters)
    name = run_name(said["idea"], said["session_id"] or "")

    async def film() -> State[Any]:
        async with AsyncClientContext.get_or_create() as context:
            shown = make_film.serialize_parameters(said)
            run = await context.client.create_flow_run(
                make_film, name=name or None, parameters=shown, tags=[TAG], state=Pending()
            )
            flow: Any = make_film
            state: Any = await run_flow_async(flow, flow_run=run, parameters=said, return_type="state")
            return cast(State[Any], state)

    return asyncio.run(film())


async def _film(session: Session, approve: Approve) -> dict[str, object] | State[Any]:
    direction = Direction(session)
    try:
        return await _shoot(session, direction, approve)
    except Interrupted as stop:
        if (halted := halted_from_outside()) is not None:
            _suspend(session)
            raise Pause(state=halted) from stop
        return Cancelled(message=str(stop), data=stop)
    except Pause:
        _suspend(session)
        raise
    except FilmError as error:
        return _failed(session, error)
    finally:
        if (run := this_run()) is not None:
            _tell_unclosed(close_tasks([run.id], but=direction.ended))


async def _shoot(session: Session, direction: Direction, approve: Approve) -> dict[str, object]:
    session.tell_edits()
    approver = Approver(session, approve)
    direction.do(write_story)
    story = session.story()
    session.choose_voice(story)
    direction.do(map_scenes, story=story)
    graph = session.graph()
    plan = direction.do(plan_shots, story=story, graph=graph)
    await approver.approved("shots", lambda: (plan,))
    await approver.approved("images", lambda: direction.paint_over(session.shots(), story, graph))
    shots = session.shots()
    made = direction.map_over(shots, story, graph)
    film = direction.do(
        cut_film,
        story=story,
        shots=shots,
        timeline=made.timeline,
        clips=made.clips,
        lines=made.lines,
        score=made.score,
        images=made.images,
    )
    session.forget_failure()
    return {
        "session_id": session.id,
        "film": str(session.folder / film.path),
        "seconds": film.seconds,
        "frames": film.frames,
        "width": film.width,
        "height": film.height,
    }


def _demands(wish: FilmOptions, change: bool) -> dict[str, object]:
    """Return the options that were said. One left at its default says nothing, unless `change` says that all count."""
    default = FilmOptions().model_dump()
    return {name: value for name, value in wish.model_dump().items() if change or value != default[name]}


@contextmanager
def _opened(ask: Ask) -> Iterator[Session]:
    run = this_run()
    now = datetime.now()
    card = RunCard(
        flow_run_id=str(run.id) if run else secrets.token_hex(16),
        pid=os.getpid(),
        host=socket.gethostname(),
        started_at=now.isoformat(timespec="seconds"),
        version=VERSION,
    )
    ask = replace(ask, resume=ask.resume and not (run and run.auto_scheduled))
    session, again = open_session(ask, card, crew_named, _note, lambda: secrets.randbelow(2**31), now)
    verb = "goes on" if again else "is new"
    _note(f"{session.id} {verb}: {session.folder} (seed {session.brief.seed})", kind="opened", session_id=session.id)
    session.write_meta()
    try:
        with signs_of_life(session.folder / "runs" / f"{card.flow_run_id}.json"):
            yield session
    finally:
        _close(session)


def _present(session: Session) -> None:
    """Let the run bear its session's name and idea, heed what becomes of it there, and close what died."""
    run = this_run()
    if run is None:
        return
    session.recalled = standing_of(run).lost
    _tell_unclosed(close_earlier(session.folder, run.id))
    if nameless(run.name) or run.name == run_name(session.brief.idea):
        rename(run, run_name(session.brief.idea, session.id))


def _suspend(session: Session) -> None:
    """Let the session say that its run was suspended; one that waits for an approval says that already."""
    if not session.waits:
        session.suspend(datetime.now().isoformat(timespec="seconds"))
        go_on = command("resume", session.id, session.folder.parent.parent)
        _note(f"this run was suspended; it goes on once it is resumed in Prefect, or: {go_on}")


def _tell_unclosed(why: str) -> None:
    if why:
        _note(f"what earlier runs left open on the server stays so ({why})")


def _close(session: Session) -> None:
    """Let the session tell how the run ended, and give it back."""
    try:
        session.close(datetime.now().isoformat(timespec="seconds"))
    except (DiskFull, BadInput) as error:
        _note(f"how the run ended could not be written: {error}")


@contextmanager
def _logged() -> Iterator[None]:
    """Let every event be one line of the run's log, in our words."""
    calm()
    logger = get_run_logger()

    def log(event: Event) -> None:
        if line := event.line():
            logger.error(line) if event.kind == "failed" else logger.info(line)

    with events.listening(log):
        yield


def _note(text: str, kind: events.EventKind = "note", session_id: str = "") -> None:
    events.publish(Event(kind, text, session_id=session_id))


def _failed(session: Session, error: FilmError) -> State[Any]:
    go_on = command("resume", session.id, session.folder.parent.parent)
    if isinstance(error, BudgetSpent):
        error = BudgetSpent(out_of_budget(session.folder, session.brief.terms.budget_usd, session.crew, str(error)))
    if isinstance(error, VendorError):
        # Made anew of its message by whoever asks for the run's result: a vendor's error is made of more.
        error = EngineFailed(str(error))
    try:
        session.record_failure(str(error), datetime.now().isoformat(timespec="seconds"))
    except DiskFull as full:
        _note(f"the failure could not be recorded: {full}")
    if isinstance(error, BudgetSpent):
        # It says itself what to do: the same budget would be used up again.
        return Failed(message=f"{error}. Everything finished is kept.", data=error)
    retry = "retry this run, or " if is_deployed() else ""
    return Failed(message=f"{error}. Everything finished is kept; {retry}go on with: {go_on}", data=error)
