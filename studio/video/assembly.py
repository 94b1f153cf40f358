"""Assemble a film: make the cards, the soundtrack, captions and chapters, and have them joined with the clips.

Called by the film's and the clips' tasks; `joining.py` does the joining. Makes its intermediate files under hidden
names beside the film and removes them; a crash leaves hidden files, which the next opening of the session removes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from studio.audio.mix import mix
from studio.fs import files
from studio.input.styles import settings_of
from studio.lettering.caption_cues import line_cues, silent_cues, srt_text, vtt_text
from studio.lettering.linebreaks import LINE_COLUMNS
from studio.model.brief import Brief, FilmOptions
from studio.model.film import Cue, Shot, Story, Timeline
from studio.model.receipt import PieceMeasures, Receipt
from studio.planning.credits import Credit
from studio.planning.timeline import line_lead
from studio.video.burned_captions import burned_columns
from studio.video.cards import end_card, title_card
from studio.video.encoder import last_picture
from studio.video.joining import join_clips


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
) -> tuple[PieceMeasures, tuple[tuple[str, bytes], ...]]:
    """Cut the film to `out`; return what was measured, and the caption files ('film.srt', ...), ('film.vtt', ...).

    Args:
        credits: the end card's credits; the timeline says whether there is an end card.

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
    english = story.language == "en"
    spoken = [
        (path, span.line_start / fps)
        for (path, receipt), span in zip(lines, timeline.spans, strict=True)
        if receipt.seconds
    ]
    try:
        lost: tuple[str, ...] = ()
        if timeline.title_frames:
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
        mix(spoken, score, timeline.frames, fps, sound)
        captions.write_bytes(srt)
        made = join_clips(
            title,
            clips,
            sound,
            captions if options.captions == "soft" and cues else None,
            chapters(story, shots, timeline),
            timeline,
            story.title,
            out,
            end=end if timeline.end_frames else None,
            language="eng" if english else "und",
        )
    finally:
        for hidden in (title, end, sound, captions):
            files.remove(hidden)
    made = made.model_copy(update={"not_drawn": lost})
    return made, () if options.captions == "off" else (("film.srt", srt), ("film.vtt", vtt))
