"""Moods and their cues: what emotions sound like, and where on the timeline the music changes."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from blocks.offline.writer.beat_sheets import BEATS
from blocks.offline.writer.idea.domains import HEARTS
from studio.model.film import Mood, MusicCue, Scene, Shot, Span, Story, Timeline
from studio.planning.image_prompts import EMOTIONS as EMOTIONS_ASKED
from studio.planning.moods import MOOD_OF_WORD, MOODS, cues_told, mood_of, music_cues

EMOTIONS = ("still", "at peace", "curious", "lost", "brave", "Joyful!", "no such word", "")


def test_there_are_at_least_eight_moods_and_all_are_called_for() -> None:
    """Every mood is called for by some word."""
    assert len(MOODS) >= 8
    assert set(MOOD_OF_WORD.values()) == set(get_args(Mood))


def test_every_emotion_we_write_is_known() -> None:
    """What the offline writer writes, and a language model is asked for, has a mood of its own."""
    written = {emotion for beat in BEATS.values() for emotion in beat.emotions} | set(HEARTS.values())
    for emotion in written | set(EMOTIONS_ASKED):
        assert mood_of(emotion, "tense") == mood_of(emotion, "playful")


def test_emotions_of_any_hand_are_understood() -> None:
    """Case, marks and filling words do not matter; the first known word counts; an unknown one is the film's own."""
    said = {
        "At peace": "calm",
        "GRIEF, then hope": "melancholy",
        "a quiet joy": "calm",
        "full of wonder": "wonder",
        "determined": "brave",
        "(uneasy)": "tense",
        "whimsical": "playful",
        "eerie": "mysterious",
        "urgent": "restless",
        "loving": "tender",
        "Hoffnung": "melancholy",
        "": "melancholy",
        "平和": "melancholy",
    }
    assert {emotion: mood_of(emotion, "melancholy") for emotion in said} == said


def film(emotions: list[str], shots_of: list[int], seed: int) -> tuple[Story, tuple[Shot, ...], Timeline]:
    """Return a film with a title of 60 frames, scenes of the emotions, and so many shots of each."""
    draw = random.Random(seed)
    scenes = tuple(
        Scene(id=n, location="", characters="", action="", emotion=emotion, narration="")
        for n, emotion in enumerate(emotions, start=1)
    )
    numbers = [n for n, count in enumerate(shots_of, start=1) for _ in range(count)]
    shots = tuple(
        Shot(index=i, image_prompt="x", scene=number, frames=48, seed=0) for i, number in enumerate(numbers, start=1)
    )
    spans, start = [], 60
    for shot in shots:
        frames = draw.randint(1, 90)
        spans.append(Span(index=shot.index, start=start, frames=frames, line_start=start))
        start += frames
    return (
        Story(title="x", style="", scenes=scenes, mood="tense"),
        shots,
        Timeline(fps=24, title_frames=60, spans=tuple(spans), frames=start),
    )


@given(st.lists(st.tuples(st.sampled_from(EMOTIONS), st.integers(1, 3)), min_size=1, max_size=8), st.integers(0, 99))
def test_moods_change_on_cuts_and_nowhere_else(scenes: list[tuple[str, int]], seed: int) -> None:
    """The first cue is at 0, every other one on a shot's first frame, and each shot has its scene's mood."""
    story, shots, timeline = film([emotion for emotion, _ in scenes], [count for _, count in scenes], seed)
    cues = music_cues(story, shots, timeline)
    assert cues[0].start == 0
    for early, late in pairwise(cues):
        assert early.start < late.start
        assert early.mood != late.mood
    assert {cue.start for cue in cues[1:]} <= {span.start / 24 for span in timeline.spans}
    for shot, span in zip(shots, timeline.spans, strict=True):
        heard = [cue.mood for cue in cues if cue.start <= span.start / 24][-1]
        assert heard == mood_of(story.scenes[shot.scene - 1].emotion, "tense")


def test_a_timeline_by_hand_still_has_cues_in_order() -> None:
    """Spans out of order, two at one frame, and a shot of no scene give ascending cues from 0 on."""
    story, shots, timeline = film(["brave", "lost"], [1, 2], 0)
    shots = (*shots[:2], shots[2].model_copy(update={"scene": 9}))
    spans = [span.model_copy(update={"start": start}) for span, start in zip(timeline.spans, (70, 70, 65), strict=True)]
    cues = music_cues(story, shots, timeline.model_copy(update={"spans": tuple(spans)}))
    assert cues == (MusicCue(start=0, mood="tense"), MusicCue(start=70 / 24, mood="melancholy"))
    assert cues_told(cues) == "tense from 0.00 s, melancholy from 2.92 s"
    assert music_cues(story, (), timeline.model_copy(update={"spans": ()})) == (MusicCue(start=0, mood="tense"),)
