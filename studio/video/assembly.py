"""Assemble a film: make the cards, the soundtrack, captions and chapters, and have them joined with the clips.

Called by the film's and the clips' tasks; `joining.py` does the joining. Makes its intermediate files under hidden
names beside the film and removes them; a crash leaves hidden files, which the next opening of the session removes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from studio.audio.mix import mix
from studio.audio.own_sound import sound_of
from studio.fs import files
from studio.input.styles import settings_of
from studio.lettering.caption_cues import line_cues, silent_cues, srt_text, vtt_text
from studio.lettering.linebreaks import LINE_COLUMNS
from studio.media.opening import told_as
from studio.model.brief import Brief, FilmOptions
from studio.model.camera import Move
from studio.model.film import Cue, Shot, Source, Story, Timeline
from studio.model.receipt import PieceMeasures, Receipt
from studio.model.style import StyleSettings
from studio.planning.credits import Credit
from studio.planning.timeline import line_lead
from studio.video.burned_captions import burned_columns
from studio.video.cards import end_card, title_card
from studio.video.conform import conform_clip
from studio.video.encoder import last_picture
from studio.video.foreign import media_of
from studio.video.joining import join_clips
from studio.video.planes import open_picture
from studio.video.still_clip import render_still


def burned_cues(shot: Shot, line: Receipt, frames: int, options: FilmOptions) -> tuple[Cue, ...]:
    """Return the captions to burn into a shot's clip of `frames`, in frames of the clip; () if none are wanted.

    In narrow frames they have shorter lines than the film's caption track, instead of smaller letters.
    """
    if options.captions != "burned":
        return ()
    return _shot_cues(shot, line, frames, options.fps, 0, burned_columns(options.size))


def _shot_cues(
    shot: Shot, line: Receipt, frames: int, fps: int, start: int, columns: int = LINE_COLUMNS
) -> tuple[Cue, ...]:
    """Return the captions of a shot that begins at frame `start`; a line that was not spoken is spread over it."""
    if not shot.narration.strip():
        return ()
    if line.words:
        return line_cues(line.words, fps, start + line_lead(fps), start + frames, columns)
    return silent_cues(shot.narration, frames, fps, start, columns)


def film_cues(shots: Sequence[Shot], lines: Sequence[Receipt], timeline: Timeline) -> tuple[Cue, ...]:
    """Return the captions of the whole film, in order, in frames of the film."""
    return tuple(
        cue
        for shot, line, span in zip(shots, lines, timeline.spans, strict=True)
        for cue in _shot_cues(shot, line, span.frames, timeline.fps, span.start)
    )


def chapters(story: Story, shots: Sequence[Shot], timeline: Timeline) -> tuple[tuple[str, int], ...]:
    """Return a chapter, (name, first frame), for each run of shots of one scene; the first begins with the title."""
    places = {scene.id: scene.location for scene in story.scenes}
    starts = {span.index: span.start for span in timeline.spans}
    named: list[tuple[str, int]] = []
    for number, (scene, run) in enumerate(groupby(shots, key=lambda shot: shot.scene), start=1):
        first = next(run).index
        place = places.get(scene, "").strip()
        name = f"{number}. {place[:1].upper()}{place[1:]}" if place else f"Scene {number}"
        named.append((name, starts[first] if named else 0))
    return tuple(named)


class Sound(NamedTuple):
    """The sound of a clip that is kept: its file, the part of it, and the shot's first frame and length in the film."""

    path: Path
    source: Source
    start: int
    frames: int


def _cut_out(sound: Sound, fps: int, out: Path, made: list[Path]) -> tuple[Path, float]:
    """Write the part of a clip's sound that is heard under its shot; return (file, seconds from the film's start).

    The file is added to `made` before it is written.
    """
    path = files.hidden_beside(out.with_name("clip.wav"))
    made.append(path)
    until = sound.source.start + sound.frames / fps
    if sound.source.end is not None:
        until = min(until, sound.source.end)
    with told_as(sound.source.name, sound.path):
        sound_of(sound.path, sound.source.start, until, path)
    return path, sound.start / fps


def _own_title(
    path: Path,
    source: Source,
    frames: int,
    fps: int,
    size: tuple[int, int],
    seed: int,
    out: Path,
    settings: StyleSettings | None,
) -> None:
    with told_as(source.name, path):
        if media_of(path).kind == "picture":
            render_still(open_picture(path), Move(), frames, fps, size, seed, (), out, settings=settings)
        else:
            conform_clip(path, source.start, source.end, frames, fps, size, (), out, settings=settings)


def assemble(
    brief: Brief,
    story: Story,
    shots: Sequence[Shot],
    timeline: Timeline,
    credits: Sequence[Credit],
    clips: Sequence[Path],
    lines: Sequence[tuple[Path, Receipt]],
    score: Path | None,
    out: Path,
    *,
    clip_sounds: Sequence[Sound] = (),
    title_file: Path | None = None,
    earlier: Path | None = None,
) -> tuple[PieceMeasures, tuple[tuple[str, bytes], ...]]:
    """Cut the film to `out`; return what was measured, and the caption files ('film.srt', ...), ('film.vtt', ...).

    Args:
        credits: the end card's credits; the timeline says whether there is an end card.
        clip_sounds: the sounds of clips that are kept, under the voice.
        earlier: an earlier film of ours with the same sound, which is then copied and not mixed; None if there is none.
        title_file: a picture or clip that is shown as the title, in the style's frame; None: a card is drawn.

    Raises:
        EngineFailed: a card, the sound or the cut could not be made; nothing but `out` may be left.
    """
    options, fps = brief.options, timeline.fps
    settings = settings_of(options) if options.style_text is not None else None
    cues = film_cues(shots, [receipt for _, receipt in lines], timeline)
    srt, vtt = srt_text(cues, fps).encode("utf-8"), vtt_text(cues, fps).encode("utf-8")
    title, end, sound, captions = (
        files.hidden_beside(out.with_name(name)) for name in ("title.mp4", "end.mp4", "sound.wav", "film.srt")
    )
    noises: list[Path] = []
    english = story.language == "en"
    spoken = [
        (path, span.line_start / fps)
        for (path, receipt), span in zip(lines, timeline.spans, strict=True)
        if receipt.seconds
    ]
    try:
        lost: tuple[str, ...] = ()
        if timeline.title_frames and title_file is not None and story.title_card is not None:
            _own_title(
                title_file, story.title_card, timeline.title_frames, fps, options.size, brief.seed, title, settings
            )
        elif timeline.title_frames:
            lost = title_card(
                story.title,
                options.size,
                fps,
                timeline.title_frames,
                brief.seed,
                title,
                mood=story.mood,
                english=english,
                settings=settings,
            ).not_drawn
        if timeline.end_frames:
            card = end_card(
                story.title,
                credits,
                last_picture(clips[-1]) if clips else None,
                options.size,
                fps,
                timeline.end_frames,
                brief.seed,
                end,
                mood=story.mood,
                english=english,
                settings=settings,
            )
            lost = tuple(dict.fromkeys([*lost, *card.not_drawn]))
        if earlier is None:
            placed = [_cut_out(each, fps, out, noises) for each in clip_sounds]
            mix(spoken, score, timeline.frames, fps, sound, placed)
        captions.write_bytes(srt)
        made = join_clips(
            title,
            clips,
            earlier or sound,
            captions if options.captions == "soft" and cues else None,
            chapters(story, shots, timeline),
            timeline,
            story.title,
            out,
            end=end if timeline.end_frames else None,
            language="eng" if english else "und",
            sound_is_film=earlier is not None,
        )
    finally:
        for hidden in (title, end, sound, captions, *noises):
            files.remove(hidden)
    made = made.model_copy(update={"not_drawn": lost})
    return made, () if options.captions == "off" else (("film.srt", srt), ("film.vtt", vtt))
