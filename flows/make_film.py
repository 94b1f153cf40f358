"""The parent flow: one idea in, a finished film out.

It opens a session, plans, maps the tasks over the shots, and cuts. How a run opens its session is in
`flows/run_session.py`, how it ends in `flows/run_ending.py`, what each step does in `tasks/`, how the shots are mapped
in `flows/shot_mapping.py`, what a session is in `studio/`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect import flow
from prefect.context import SyncClientContext
from prefect.exceptions import Pause
from prefect.states import Cancelled, Failed

from flows import parameters as p
from flows.approval import Approver, check_askable
from flows.callable_flows import REPORTED, callable_anywhere
from flows.form import asking_for
from flows.prefect_logs import logged
from flows.run_ending import ending
from flows.run_page import updating_run_page
from flows.run_session import film_before, film_report, film_request, finished_before, opened
from flows.runs.dead_runs import Watch
from flows.runs.signs_of_life import signing
from flows.runs.status import halted_from_outside
from flows.shot_mapping import SessionTasks
from studio.directing.own_material import take_in
from studio.errors import FilmError, Interrupted
from studio.input.option_checks import film_options, part_of_options
from studio.model.brief import DEFAULT_STYLE
from tasks.film import cut_film
from tasks.scene_graph import map_scenes
from tasks.shots import plan_shots
from tasks.story import write_story

NAME = "make-film"
"""The name of the flow on a server."""


@asking_for("idea")
@callable_anywhere
@flow(
    name=NAME,
    description="One idea in, a finished film out, and never a shot lost or paid for twice.",
    **REPORTED,
)
async def make_film(
    idea: p.Idea = "",
    seconds: p.Seconds = 40.0,
    aspect: p.Aspect = "16:9",
    style: p.Style = DEFAULT_STYLE,
    crew: p.CrewName = "offline",
    captions: p.Captions = "soft",
    approve: p.Approve = "no",
    shot_seconds: p.ShotSeconds = 5.0,
    height: p.Height = 1080,
    fps: p.Fps = 24,
    music: p.Music = True,
    variants: p.Variants = 1,
    seed: p.Seed = None,
    script: p.Script = None,
    script_times: p.ScriptTimes = False,
    prompts: p.Prompts = None,
    crew_settings: p.CrewSettings = None,
    style_text: p.StyleText = None,
    budget_usd: p.BudgetUsd = None,
    on_refusal: p.OnRefusal = None,
    on_ambiguous: p.OnAmbiguous = "stop",
    name: p.Name = None,
    session_id: p.SessionId = None,
    resume: p.Resume = True,
    change: p.Change = False,
    output: p.Output = None,
    on: p.On = p.THREADS,
) -> Any:
    """Make a film, or finish one: asked for the same film, it goes on with what an earlier run left.

    With a name the same film is made once, however often it is asked for: a finished one is returned, and while another
    run makes it this one waits.

    Returns the film's report: session_id, film (its path), seconds, frames, width, height; with a name also name, and
    made: false if the film was there. If shots failed, the run
    fails with a message that names them, the cause and the command that resumes; everything finished is kept.
    """
    # A coroutine, though it awaits nothing but its suspension: a flow that is a plain function waits up to a second
    # for its heartbeats at its end. Without a client for the whole run each task makes two, which takes some 80 ms.
    with logged(), signing(Watch()), SyncClientContext.get_or_create():
        try:
            check_askable(approve)
            # A named session may have the script.
            options = (part_of_options if session_id else film_options)(
                seconds=seconds,
                shot_seconds=shot_seconds,
                aspect=aspect,
                height=height,
                fps=fps,
                style=style,
                captions=captions,
                music=music,
                variants=variants,
                seed=seed,
                script=script,
                script_times=script_times,
                prompts=prompts,
                crew=crew,
                crew_settings=crew_settings,
                style_text=style_text,
            )
            request = film_request(idea, options, output, session_id, resume, change, budget_usd, on_refusal, name)
            if (there := finished_before(request)) is not None:
                return there
            with opened(request, pay_again=on_ambiguous == "retry", on=on) as session, updating_run_page(session):
                tasks = SessionTasks(session)
                return await ending(tasks, _shoot(tasks, approve))
        except Interrupted as stop:
            if (halted := halted_from_outside()) is not None:
                raise Pause(state=halted) from stop
            return Cancelled(message=str(stop), data=stop)
        except FilmError as error:
            # Nothing was begun: the message says what to do.
            return Failed(message=str(error), data=error)


async def _shoot(tasks: SessionTasks, approve: p.Approve) -> dict[str, object]:
    plans, before = tasks.session.plans, film_before(tasks.session)
    plans.tell_edits()
    take_in(tasks.session.store, datetime.now().isoformat(timespec="seconds"), tasks.session.tell)
    approver = Approver(tasks.session, approve)
    tasks.run(write_story)
    story = plans.story()
    tasks.choose_voice(story)
    tale = plans.tale()
    tasks.run(map_scenes, story=tale)
    graph = plans.graph()
    plan = tasks.run(plan_shots, story=tale, graph=graph)
    await approver.approved("shots", lambda: (plan,))
    await approver.approved("images", lambda: tasks.paint_over(plans.shots(), story, graph))
    shots = plans.shots()
    made = tasks.map_over(shots, story, graph)
    film = tasks.run(
        cut_film,
        story=story,
        shots=shots,
        timeline=made.timeline,
        clips=made.clips,
        lines=made.lines,
        score=made.score,
        images=made.images,
    )
    tasks.session.forget_failure()
    return film_report(tasks.session.folder, film, tasks.session.brief.name, made=film.sha256 != before)
