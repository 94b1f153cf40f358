"""Makes stories in a person's own sentences: of a script word for word, or of an idea that is a story already.

Nothing is added to the narration; places, hours and emotions are read from the sentences. Called by
`blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from itertools import islice

from blocks.offline.writer.beat_sheets import BEATS
from blocks.offline.writer.feelings import find_feeling, find_mood
from blocks.offline.writer.idea.parse import Idea, parse_idea
from blocks.offline.writer.idea.sentence_splitting import fewer_breaths, with_end
from blocks.offline.writer.narration import fit
from blocks.offline.writer.places import find_setting, fits_hour, location_of, own_place, weather_of
from blocks.offline.writer.settings import KNOWN_WORDS, OPEN_COUNTRY
from blocks.offline.writer.staging import Staging, stage_scene
from studio.input.script import ACTION_CHARACTERS, parse_script
from studio.input.styles import picture_words
from studio.model.brief import Brief
from studio.model.film import Scene, Story
from studio.planning.shot_plan import share_frames, shot_count, spoken_words, words_that_fit
from studio.text.sentences import each_sentence
from studio.text.words import one_line

SCRIPT = "your script"

_ARC = ("tender", "curious", "restless", "hopeful", "brave")
"""The emotions, in order, of scenes whose sentences do not name any."""


_GASP = 5
"""Fewest words of a breath: none is divided below that only to fill a scene."""


def from_script(brief: Brief) -> Story:
    """Return the story of a script: its words and its places, with nothing added to the narration.

    A scene's emotion is read from its words; '' where they do not say. So is its place, for a script in a language that
    is not known here.

    Raises:
        BadInput: the script holds no text, or has more scenes than the film has frames.
    """
    options = brief.options
    parsed = parse_script(options.script or "")
    shots = shot_count(options)
    if len(parsed) > shots:
        parsed = _joined(parsed, shots)
    text = " ".join(scene.narration for scene in parsed)
    first = " ".join(islice(each_sentence(text), 6))
    foreign = parse_idea(first, KNOWN_WORDS).kind == "foreign"
    whole = find_setting(text) or OPEN_COUNTRY
    scenes: list[Scene] = []
    for scene in parsed:
        setting = find_setting(scene.narration) or whole
        place = own_place(setting, scene.narration) or setting.places[0]
        weather = "" if setting.name in {"space", "underwater", "room"} else weather_of(scene.narration)
        # In a language whose words are not known here a place would be made up: 'sea' is no water in Spanish.
        location = scene.location or ("" if foreign else f"{place} {weather}".strip())
        emotion = scene.emotion or find_feeling(scene.narration)
        scenes.append(scene.model_copy(update={"location": location, "emotion": emotion}))
    idea = parse_idea(brief.idea, KNOWN_WORDS)
    return Story(
        title=idea.title,
        style=picture_words(options),
        scenes=tuple(scenes),
        language="other" if foreign else "en",
        mood=find_mood(f"{brief.idea} {text}"),
        written_by=SCRIPT,
    )


def _joined(scenes: Sequence[Scene], count: int) -> tuple[Scene, ...]:
    """Return `count` scenes: neighbours are joined, each group plays where its first scene does; no word is lost."""
    joined: list[Scene] = []
    first = 0
    for number, size in enumerate(share_frames(len(scenes), count), start=1):
        group = scenes[first : first + size]
        narration = "\n\n".join(scene.narration for scene in group)
        cast = dict.fromkeys(name for scene in group for name in scene.characters.split(", ") if name)
        joined.append(group[0].model_copy(update={"id": number, "narration": narration, "characters": ", ".join(cast)}))
        first += size
    return tuple(joined)


def _whole(sentences: Sequence[str], words: int) -> tuple[str, ...]:
    """Return the first sentences, up to `words` spoken words together, and always the first and the last one."""
    kept = [*sentences[:1], *sentences[1:][-1:]]
    for at, sentence in enumerate(sentences[1:-1], start=1):
        if sum(map(spoken_words, kept)) + spoken_words(sentence) > words:
            break
        kept.insert(at, sentence)
    return tuple(kept)


def _grouped(parts: Sequence[str], count: int) -> tuple[tuple[str, ...], ...]:
    """Return the parts in at most `count` groups of about as many words; where there are few, each is its own group."""
    if len(parts) <= count:
        return tuple((part,) for part in parts)
    groups: dict[int, tuple[str, ...]] = {}
    total, before = sum(max(1, spoken_words(part)) for part in parts), 0
    for part in parts:
        words = max(1, spoken_words(part))
        place = (2 * before + words) * count // (2 * total)
        groups[place] = (*groups.get(place, ()), part)
        before += words
    return tuple(groups.values())


def told_scenes(
    idea: Idea, staging: Staging, frames_by_scene: Sequence[Sequence[int]], fps: int, draw: random.Random
) -> tuple[Scene, ...]:
    """Return scenes in the idea's own sentences, each whole, after an opening where there is room.

    All sentences are told if their words fit the film, or are up to half as many again, for the timeline lengthens a
    shot to its line; else the last ones before the end are left out. A single sentence is divided into breaths. Every
    scene shows what its first sentence says.
    """
    shots = [frames for shot_frames in frames_by_scene for frames in shot_frames]
    holds = sum(words_that_fit(frames, fps) for frames in shots)
    told = _whole(idea.sentences, holds * 3 // 2)
    # As many breaths as scenes, unless they would be too short.
    breath = max(_GASP, math.ceil(spoken_words(told[0]) / len(frames_by_scene)))
    breath = min(breath, words_that_fit(min(shots), fps))
    parts = told if len(told) > 1 else fewer_breaths(with_end(told[0]), breath, len(shots))
    setting = staging.setting
    scenes: list[Scene] = []
    if len(frames_by_scene) > len(parts) + (len(told) == 1):
        fitting = [lines for lines in setting.openings if fits_hour(lines, staging.hours[0])]
        words = fit(draw.choice(fitting), frames_by_scene[0], fps, skip=False)
        if words and sum(map(spoken_words, (*parts, words))) <= holds:
            scenes.append(stage_scene(1, staging, BEATS["establish"], idea, 0, words))
    opening = len(scenes)
    groups = _grouped(parts, len(frames_by_scene) - opening)
    for place, group in enumerate(groups):
        text = " ".join(group)
        here = find_setting(text) or setting
        last = place == len(groups) - 1
        hour = staging.hours[-1 if last else len(scenes) * len(staging.hours) // (len(groups) + opening)]
        where = own_place(here, text) or here.places[0]
        scenes.append(
            Scene(
                id=len(scenes) + 1,
                location=location_of(here, where, weather_of(text) or weather_of(staging.shown), hour),
                characters=one_line(re.sub(r"[,;]", " ", idea.name)),
                action=one_line(group[0], ACTION_CHARACTERS),
                emotion=find_feeling(text) or ("at peace" if last else _ARC[place % len(_ARC)]),
                narration=text,
            )
        )
    return tuple(scenes)
