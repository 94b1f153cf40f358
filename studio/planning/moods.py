"""Choose the moods of the score and where they change: scenes' emotions become moods, and moods change on cuts. Pure.

Called for orders, for making the score, and for the forecast; how a mood sounds is up to the composer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import get_args

from studio.model.film import Mood, MusicCue, Shot, Story, Timeline

MOODS: tuple[Mood, ...] = get_args(Mood)

_WORDS: dict[Mood, str] = {
    "calm": "still calm peace peaceful serene quiet silent rest restful relaxed content contented contemplative"
    " pensive thoughtful meditative patient settled tranquil gentle relieved relief",
    "tender": "tender love loving warm warmth intimate affection affectionate caring kind compassion compassionate"
    " moved touched touching grateful gratitude romantic fond comfort comforting comforted forgiving",
    "wonder": "curious curiosity wonder wondering awe awed amazed amazement astonished marvel magical enchanted"
    " surprised surprise dreamy dreamlike fascinated mesmerized sublime discovering",
    "hopeful": "hopeful hope optimistic inspired inspiring uplifting bright longing yearning aspiring expectant"
    " trusting reassured renewed encouraged",
    "brave": "brave bravery courage courageous bold heroic triumphant triumph proud pride determined determination"
    " resolute victorious defiant strong powerful epic fearless confident",
    "playful": "playful joy joyful joyous happy happiness cheerful delighted delight funny amused merry lively carefree"
    " mischievous whimsical excited excitement festive elated laughing",
    "restless": "restless hurried urgent urgency frantic impatient agitated busy eager driven nervous rushed energetic"
    " frustrated struggling angry anger furious rage",
    "melancholy": "lost sad sadness melancholy melancholic grief grieving sorrow sorrowful lonely loneliness alone"
    " mourning nostalgic nostalgia wistful bittersweet regret despair desperate hopeless weary tired"
    " heartbroken resigned bereft empty",
    "tense": "uneasy tense tension afraid fear fearful scared terror terrified anxious anxiety dread danger dangerous"
    " threatening threatened ominous panic alarmed suspenseful worried horror shock shocked dark",
    "mysterious": "mysterious mystery eerie strange secret secretive haunting haunted uncanny enigmatic unknown"
    " suspicious ghostly hidden confused bewildered puzzled foggy surreal",
}
assert set(_WORDS) == set(MOODS)

MOOD_OF_WORD: Mapping[str, Mood] = {word: mood for mood, words in _WORDS.items() for word in words.split()}
"""The mood of each known word for an emotion; a word has one mood."""
assert len(MOOD_OF_WORD) == sum(len(words.split()) for words in _WORDS.values())


def mood_of(emotion: str, usual: Mood) -> Mood:
    """Return the mood of an emotion's first known word: 'calm' for 'at peace', `usual` if no word is known."""
    found = (MOOD_OF_WORD.get(word) for word in re.findall(r"[a-z]+", emotion.lower()))
    return next((mood for mood in found if mood), usual)


_KINSHIP: tuple[Mood, ...] = (
    "melancholy",
    "mysterious",
    "tense",
    "restless",
    "brave",
    "playful",
    "hopeful",
    "wonder",
    "tender",
    "calm",
)
"""The moods in a ring: neighbours are most alike (by ear and by their modes)."""


def nearest_mood(mood: Mood, only: Sequence[Mood]) -> Mood:
    """Return the mood itself, or of those that a style allows the one that is most like it; `only` () allows all."""
    if not only or mood in only:
        return mood
    here, ring = _KINSHIP.index(mood), len(_KINSHIP)

    def apart(other: Mood) -> int:
        way = abs(_KINSHIP.index(other) - here)
        return min(way, ring - way)

    return min(only, key=apart)


def music_cues(
    story: Story, shots: Sequence[Shot], timeline: Timeline, only: Sequence[Mood] = ()
) -> tuple[MusicCue, ...]:
    """Return the film's moods and where they begin, in order: one at 0, under the title, and one at every change.

    A mood changes on the first frame of a scene's first shot, as the timeline has it. A scene whose emotion is unknown,
    and a shot of no known scene, has the film's own mood. Of two that begin at the same frame the later counts.

    Args:
        only: the moods of the film's style; () for any.
    """
    emotions = {scene.id: scene.emotion for scene in story.scenes}
    cues: list[MusicCue] = []
    # A timeline may be edited by hand: its spans need not be in order.
    for start, shot in sorted(
        ((span.start, shot) for shot, span in zip(shots, timeline.spans, strict=True)), key=lambda placed: placed[0]
    ):
        mood = nearest_mood(mood_of(emotions.get(shot.scene, ""), story.mood), only)
        if cues and cues[-1].start == start / timeline.fps:
            cues.pop()
        if not cues or cues[-1].mood != mood:
            cues.append(MusicCue(start=start / timeline.fps if cues else 0.0, mood=mood))
    return tuple(cues) or (MusicCue(start=0.0, mood=nearest_mood(story.mood, only)),)


def cues_told(cues: Sequence[MusicCue]) -> str:
    """Return the cues in words, for the score's receipt: 'calm from 0.00 s, brave from 12.50 s'."""
    return ", ".join(f"{cue.mood} from {cue.start:.2f} s" for cue in cues)
