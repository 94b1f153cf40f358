"""The stages of a film, one function each: which order a piece has, which engine makes it, and how.

All code that makes a piece (`tasks/`), forecasts it (`studio/forecast/`) or checks whether it is there asks here, so
that the way from an idea to a film is written down once. These functions make nothing; `Work.make` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

from studio.errors import TakeGone
from studio.fs import files
from studio.input.styles import settings_of
from studio.model.brief import FilmOptions
from studio.model.engines import Animator, Composer, Engine, Narrator, Painter, Writer
from studio.model.film import Cue, Node, SceneGraph, Shot, Story, Timeline
from studio.model.paid import VendorError
from studio.model.receipt import PieceMeasures, Receipt
from studio.planning import orders
from studio.planning.cast import NOBODY, PORTRAIT_SIZE, Cast, portrait_prompt
from studio.planning.credits import credits_of
from studio.planning.moods import cues_told, music_cues
from studio.planning.plan_files import plan_text
from studio.planning.scene_graph import check_graph
from studio.planning.timeline import PROGRAM_ENGINE, lay_out, shot_frames
from studio.production import own_material
from studio.production.earlier_cut import earlier_cut, shown, sound_print
from studio.production.work import Job, Made, MadeOf, Work
from studio.video.assembly import assemble, burned_cues
from studio.video.film_faults import film_faults
from studio.video.slate import paint_slate

# --- plans ----------------------------------------------------------------------------------------


def story(job: Job) -> Work[Writer]:
    """Return the work on the story, `story.json`, from the idea or a script."""

    def make(writer: Writer, out: Path) -> Made:
        out.write_text(plan_text(writer.write_story(job.brief)), "utf-8")
        return PieceMeasures()

    return Work(orders.story_order(job.session_id, job.brief, job.crew), job.crew.writer, make, job.brief.seed)


def scene_graph(job: Job, story: Story) -> Work[Writer]:
    """Return the work on the scene graph, `scene_graph.json`, from the present story; its rules are checked."""

    def make(writer: Writer, out: Path) -> Made:
        graph = writer.map_scenes(story, job.brief.seed)
        check_graph(graph, story)
        out.write_text(plan_text(graph), "utf-8")
        return PieceMeasures()

    order = orders.scene_graph_order(job.session_id, story, job.brief, job.crew)
    return Work(order, job.crew.writer, make, job.brief.seed)


def shots(job: Job, story: Story, graph: SceneGraph) -> Work[Writer]:
    """Return the work on the shot plan, `shots.json`, from the present story and graph."""

    def make(writer: Writer, out: Path) -> Made:
        planned = with_variants(writer.plan_shots(story, graph, job.brief), job.brief.options)
        out.write_text(plan_text(planned), "utf-8")
        return PieceMeasures()

    order = orders.shots_order(job.session_id, story, graph.model_dump_json(), job.brief, job.crew)
    return Work(order, job.crew.writer, make, job.brief.seed)


def with_variants(shots: Sequence[Shot], options: FilmOptions) -> tuple[Shot, ...]:
    """Return the shots as they are first planned: each wants as many takes of its picture as the options say."""
    if options.variants == 1:
        return tuple(shots)
    return tuple(shot.model_copy(update={"alternatives": options.variants - 1}) for shot in shots)


def timeline(job: Job, shots: Sequence[Shot], lines: Sequence[Receipt]) -> Work[Engine]:
    """Return the work on the timeline, `timeline.json`: every shot's place, each at least as long as its line."""

    def make(house: Engine, out: Path) -> Made:
        laid = lay_out(shots, [line.seconds or 0.0 for line in lines], job.brief.options)
        out.write_text(laid.model_dump_json(indent=2) + "\n", "utf-8")
        return PieceMeasures(frames=laid.frames, seconds=laid.seconds)

    return Work(orders.timeline_order(job.session_id, shots, lines, job.brief), PROGRAM_ENGINE, make)


# --- pieces of a character or a shot --------------------------------------------------------------


def portrait(job: Job, character: Node, cast: Sequence[Node], style: str) -> Work[Painter]:
    """Return the work on a character's portrait, `cast/character_NNN.png`; `cast` is everybody who gets one.

    If the vendor refuses the prompt and slates are allowed, a slate is made and the character has no reference picture.
    """
    seed, prompt = job.brief.seed, portrait_prompt(character, style)

    def make(painter: Painter, out: Path) -> Made:
        try:
            return painter.paint(prompt, PORTRAIT_SIZE, seed, out)
        except VendorError as error:
            if not _slated(job, error):
                raise
            return paint_slate(shorten(character.name, 60, placeholder=" …"), PORTRAIT_SIZE, seed, str(error), out)

    order = orders.portrait_order(job.session_id, character, cast, style, job.brief, job.crew)
    return Work(order, job.crew.painter, make, seed, prompt)


def picture(job: Job, shot: Shot, shots: Sequence[Shot], cast: Cast = NOBODY) -> Work[Any]:
    """Return the work on a shot's picture, `images/shot_NNN.png`, with the portraits of the characters in it.

    `shots` is the whole plan. If the vendor refuses the prompt and slates are allowed, a slate is made. Of a shot with
    a clip of a person's own it is the clip's first frame, for nothing.
    """
    if shot.clip is not None and shot.clip.name and not shot.picture:
        return own_material.still(job, shot, shot.clip)
    size, looks = job.brief.options.size, cast.by_shot
    shown = cast.references(shot.index, job.folder, job.blank)

    def make(painter: Painter, out: Path) -> Made:
        if shot.picture:
            raise TakeGone(
                f"the picture that shot {shot.index} uses ({shot.picture[:12]}...) is gone: choose another with "
                f"`film pick`, or have one painted with `film redo`"
            )
        if any(not files.is_file(path) for path in shown if path != job.blank):
            raise TakeGone(
                f"a reference picture that shot {shot.index} is painted after is gone: give it again with `film use`"
            )
        try:
            made = painter.paint(shot.image_prompt, size, orders.take_seed(shot), out, shown)
            return made.model_copy(update={"looks": looks.get(shot.index, ())})
        except VendorError as error:
            if not _slated(job, error):
                raise
            return paint_slate(f"Shot {shot.index}", size, shot.seed, str(error), out)

    order = orders.image_order(job.session_id, shot, shots, size, job.crew, looks)
    return Work(order, job.crew.painter, make, orders.take_seed(shot), shot.image_prompt, MadeOf(shot))


def line(job: Job, shot: Shot) -> Work[Any]:
    """Return the work on a shot's spoken line, `narration/shot_NNN.wav`; a silent shot has a file without samples."""
    if shot.voice is not None:
        return own_material.recording(job, shot, shot.voice)
    seed = orders.line_seed(shot)

    def make(narrator: Narrator, out: Path) -> Made:
        return narrator.speak(shot.narration, seed, out)

    order = orders.narration_order(job.session_id, shot, job.crew)
    return Work(order, job.crew.narrator, make, seed, shot.narration, MadeOf(shot))


def clip(job: Job, shot: Shot, image: Receipt, line: Receipt) -> Work[Any]:
    """Return the work on a shot's clip, `videos/shot_NNN.mp4`, from its picture, as long as its line needs."""
    if shot.clip is not None:
        return own_material.own_clip(job, shot, shot.clip, line)
    options = job.brief.options
    frames = shot_frames(shot.frames, line.seconds or 0.0, options.fps)
    burned: tuple[Cue, ...] = burned_cues(shot, line, frames, options)
    seed = orders.another_seed(shot.seed, shot.video_take)

    def make(animator: Animator, out: Path) -> Made:
        return animator.animate(
            job.folder / image.path,
            shot.camera,
            shot.motion_prompt,
            frames,
            options.fps,
            options.size,
            seed,
            burned,
            image.focus,
            out,
            job.tick("videos", shot.index, frames),
        )

    words = "\n".join(cue.model_dump_json() for cue in burned)
    order = orders.video_order(job.session_id, shot, frames, job.brief, job.crew, image, words)
    return Work(order, job.crew.animator, make, seed, clip_prompt(shot), MadeOf(shot, image, line))


def clip_prompt(shot: Shot) -> str:
    """Return what was asked of a clip's camera, for its receipt: 'pan left; slowly along the shelves'."""
    return f"{shot.camera}; {shot.motion_prompt}"


def _slated(job: Job, error: VendorError) -> bool:
    """Tell whether a slate is made instead: the vendor refused the prompt, and the terms allow slates."""
    return error.fault == "refused" and job.brief.terms.on_refusal == "slate"


# --- the whole film -------------------------------------------------------------------------------


def score(job: Job, story: Story, shots: Sequence[Shot], timeline: Timeline) -> Work[Any]:
    """Return the work on the score, `score.wav`, exactly as long as the film."""
    if story.music is not None:
        return own_material.own_music(job, story, story.music, timeline)
    seed = orders.another_seed(job.brief.seed, story.score_take)
    cues = music_cues(story, shots, timeline, settings_of(job.brief.options).moods)

    def make(composer: Composer, out: Path) -> Made:
        return composer.compose(cues, timeline.seconds, seed, out)

    order = orders.score_order(job.session_id, timeline, cues, job.brief, job.crew, story.score_take)
    return Work(order, job.crew.composer, make, seed, cues_told(cues))


def film(
    job: Job,
    story: Story,
    shots: tuple[Shot, ...],
    timeline: Timeline,
    clips: Sequence[Receipt],
    lines: Sequence[Receipt],
    score: Receipt | None,
    images: Sequence[Receipt],
) -> Work[Engine]:
    """Return the work on the film, `film.mp4`, with its caption files: cut, then checked in picture and sound."""

    def make(house: Engine, out: Path) -> Made:
        own: dict[str, Any] = {}
        if sounds := own_material.clip_sounds(job, shots, timeline):
            own["clip_sounds"] = sounds
        heard = sound_print(lines, score, timeline, sounds)
        before = earlier_cut(job.folder, heard, clips)
        if before.sound is not None:
            own["earlier"] = before.sound
        if (title := own_material.title_file(job, story)) is not None:
            own["title_file"] = title
        made, also = assemble(
            job.brief,
            story,
            shots,
            timeline,
            credits_of(story, images, lines),
            [job.folder / clip.path for clip in clips],
            [(job.folder / line.path, line) for line in lines],
            job.folder / score.path if score else None,
            out,
            **own,
        )
        silent = score is None and not any(line.seconds for line in lines)
        tick = job.tick("film", 0, timeline.frames)
        remarks = film_faults(
            out,
            timeline,
            shots,
            silent=silent,
            tick=tick,
            known=before.known,
            sound_known=before.sound is not None,
        )
        return made.model_copy(update={"remarks": remarks, "heard": heard, "shown": shown(clips)}), also

    order = orders.film_order(job.session_id, job.brief, story, shots, timeline, clips, lines, score, images)
    return Work(order, PROGRAM_ENGINE, make, job.brief.seed, story.title)
