"""The work on pieces that are made from a person's own files, or from a take that a person chose.

Called by `studio/production/stages.py`. Nothing here asks an engine or costs money.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.audio.own_sound import conform_line, conform_music
from studio.audio.word_times import timed_words
from studio.errors import TakeGone
from studio.input.styles import settings_of
from studio.media.opening import told_as
from studio.model.engines import Engine
from studio.model.film import Cue, Shot, Source, Story, Timeline
from studio.model.receipt import PieceMeasures, Receipt
from studio.planning import own_orders
from studio.planning.own_orders import OWN_ENGINE
from studio.planning.timeline import shot_frames
from studio.production.work import Job, Made, Work
from studio.store.material import find_file
from studio.video.assembly import Sound, burned_cues
from studio.video.conform import conform_clip, still_of


def recording(job: Job, shot: Shot, voice: Source) -> Work[Engine]:
    """Return the work on a line that a person recorded: trimmed, levelled, mono."""

    def make(house: Engine, out: Path) -> Made:
        source = _file(job, voice, f"the recording of shot {shot.index}", f"--shot {shot.index} --stage narration")
        with told_as(voice.name, source):
            made = conform_line(source, out, voice.start, voice.end)
        # Recognition is of English only.
        words = timed_words(shot.narration, out, language=job.language) if shot.narration.strip() else ()
        return made.model_copy(update={"words": words})

    order = own_orders.recording_order(job.session_id, shot, voice)
    return Work(order, OWN_ENGINE, make, prompt=shot.narration)


def own_clip(job: Job, shot: Shot, clip: Source, line: Receipt) -> Work[Engine]:
    """Return the work on a clip that a person brought: of the film's size and rate, as long as the shot.

    In a film in a style it gets the style's frame and captions; a take of the crew's, which has no name, has them.
    """
    options = job.brief.options
    frames = shot_frames(shot.frames, line.seconds or 0.0, options.fps)
    burned: tuple[Cue, ...] = burned_cues(shot, line, frames, options)
    settings = settings_of(options) if options.style_text is not None and clip.name else None

    def make(house: Engine, out: Path) -> Made:
        source = _file(job, clip, f"the clip of shot {shot.index}", f"--shot {shot.index} --stage video")
        tick = job.tick("videos", shot.index, frames)
        part = (clip.start, clip.end)
        with told_as(clip.name, source):
            return conform_clip(source, *part, frames, options.fps, options.size, burned, out, tick, settings)

    words = "\n".join(cue.model_dump_json() for cue in burned)
    order = own_orders.own_clip_order(job.session_id, shot, clip, frames, options, words)
    return Work(order, OWN_ENGINE, make, prompt=clip.name or None)


def still(job: Job, shot: Shot, clip: Source) -> Work[Engine]:
    """Return the work on the picture of a shot with a clip of a person's own: its first frame, for nothing."""

    def make(house: Engine, out: Path) -> Made:
        source = _file(job, clip, f"the clip of shot {shot.index}", f"--shot {shot.index} --stage video")
        with told_as(clip.name, source):
            width, height = still_of(source, clip.start, out)
        return PieceMeasures(width=width, height=height)

    return Work(own_orders.still_order(job.session_id, shot, clip), OWN_ENGINE, make, prompt=clip.name or None)


def own_music(job: Job, story: Story, music: Source, timeline: Timeline) -> Work[Engine]:
    """Return the work on music that a person brought: looped or faded out, exactly as long as the film."""

    def make(house: Engine, out: Path) -> Made:
        source = _file(job, music, "the music", "--stage score")
        with told_as(music.name, source):
            return conform_music(source, timeline.seconds, out, music.start, music.end)

    order = own_orders.own_music_order(job.session_id, story, music, timeline)
    return Work(order, OWN_ENGINE, make, prompt=music.name or None)


def clip_sounds(job: Job, shots: Sequence[Shot], timeline: Timeline) -> tuple[Sound, ...]:
    """Return the sounds of those clips whose own sound is kept.

    Raises:
        TakeGone: a clip is not in the session any more.
    """
    return tuple(
        Sound(
            _file(job, shot.clip, f"the clip of shot {shot.index}", f"--shot {shot.index} --stage video"),
            shot.clip,
            span.start,
            span.frames,
        )
        for shot, span in zip(shots, timeline.spans, strict=True)
        if shot.clip is not None and shot.clip.sound
    )


def title_file(job: Job, story: Story) -> Path | None:
    """Return the file that a person chose for the title; None if it is drawn.

    Raises:
        TakeGone: it is not in the session any more.
    """
    if story.title_card is None:
        return None
    path = find_file(job.folder, story.title_card.sha256)
    if path is None:
        raise TakeGone(f"{_shown(story.title_card)}, which is the title, is gone: give it again with `film use`")
    return path


def _file(job: Job, source: Source, whose: str, redo: str) -> Path:
    path = find_file(job.folder, source.sha256)
    if path is None:
        raise TakeGone(
            f"{whose} ({_shown(source)}) is gone: give it again with `film use`, or have the crew make one with "
            f"`film redo {job.session_id} {redo}`"
        )
    return path


def _shown(source: Source) -> str:
    return repr(source.name) if source.name else f"{source.sha256[:12]}..."
