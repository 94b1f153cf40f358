"""Stories told in a person's own sentences: a script word for word, or an idea that tells itself.

Nothing is added to the narration; places, hours and emotions are read from the sentences. Called by
`studio/offline/writer.py`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from studio.model import Brief, Scene, Story
from studio.offline.beats import BEATS
from studio.offline.breaths import breaths
from studio.offline.feelings import find_feeling, find_mood
from studio.offline.grammar import Idea, parse_idea
from studio.offline.places import find_setting, located, own_place, told_at, weather_of
from studio.offline.settings import KNOWN_WORDS, OPEN_COUNTRY
from studio.offline.staging import Staging, stage_scene
from studio.offline.telling import fit
from studio.plan import share_frames, shot_count, words_that_fit
from studio.script import ACTION_CHARACTERS, one_line, parse_script, split_sentences

SCRIPT = "your script"

_ARC = ("tender", "curious", "restless", "hopeful", "brave")
"""How the scenes feel whose sentences do not say."""


def from_script(brief: Brief) -> Story:
    """Return the story of a script: its words, its places, and nothing invented in the narration.

    A scene's emotion is read from its words and '' where they do not say.

    Raises:
        BadInput: the script holds no text, or has more scenes than the film has frames.
    """
    wish = brief.wish
    parsed = parse_script(wish.script or "")
    shots = shot_count(wish)
    if len(parsed) > shots:
        parsed = _joined(parsed, shots)
    text = " ".join(scene.narration for scene in parsed)
    whole = find_setting(text) or OPEN_COUNTRY
    scenes: list[Scene] = []
    for scene in parsed:
        setting = find_setting(scene.narration) or whole
        place = own_place(setting, scene.narration) or setting.places[0]
        weather = "" if setting.name in {"space", "underwater", "room"} else weather_of(scene.narration)
        location = scene.location or f"{place} {weather}".strip()
        emotion = scene.emotion or find_feeling(scene.narration)
        scenes.append(scene.model_copy(update={"location": location, "emotion": emotion}))
    idea = parse_idea(brief.idea, KNOWN_WORDS)
    first = " ".join(split_sentences(text)[:6])
    return Story(
        title=idea.title,
        style=wish.style,
        scenes=tuple(scenes),
        language="other" if parse_idea(first, KNOWN_WORDS).kind == "foreign" else "en",
        mood=find_mood(f"{brief.idea} {text}"),
        written_by=SCRIPT,
    )


def _joined(scenes: Sequence[Scene], count: int) -> tuple[Scene, ...]:
    """Return `count` scenes: neighbours joined, each group at the place where it begins, no word lost."""
    joined: list[Scene] = []
    first = 0
    for number, size in enumerate(share_frames(len(scenes), count), start=1):
        group = scenes[first : first + size]
        narration = "\n\n".join(scene.narration for scene in group)
        cast = dict.fromkeys(name for scene in group for name in scene.characters.split(", ") if name)
        joined.append(group[0].model_copy(update={"id": number, "narration": narration, "characters": ", ".join(cast)}))
        first += size
    return tuple(joined)


def _without_asides(parts: Sequence[str], most: int) -> tuple[str, ...]:
    """Return the parts of one long sentence; the last relative ones go first where there are more than `most`."""
    kept = list(parts)
    for part in reversed(parts):
        if len(kept) > most and re.match(r"(?:Who|Which|Where|Like|As|Of|With)\b", part):
            kept.remove(part)
    return tuple(kept)


def _spoken(sentences: Sequence[str], room: Sequence[int], fps: int) -> str:
    """Return as much of the sentences, in their order, as can be said in shots of these lengths in frames."""
    kept: tuple[str, ...] = ()
    for sentence in sentences:
        if fit([*kept, sentence], room, fps, skip=False).endswith(sentence):
            kept = (*kept, sentence)
            continue
        parts = breaths(sentence, words_that_fit(min(room), fps))
        said = [
            n for n in range(1, len(parts)) if fit([*kept, *parts[:n]], room, fps, skip=False).endswith(parts[n - 1])
        ]
        if said and not kept:
            kept = parts[: said[-1]]
        if kept:
            break
    return " ".join(kept)


def told_scenes(
    idea: Idea, staging: Staging, rooms: Sequence[Sequence[int]], fps: int, draw: random.Random
) -> tuple[Scene, ...]:
    """Return scenes told in the idea's own sentences, as many as the time holds, after an opening where there is room.

    Every scene shows its first sentence; of what does not fit its shots only the first breaths are said.
    """
    sentences = _without_asides(idea.sentences, len(rooms)) if len(split_sentences(idea.text)) == 1 else idea.sentences
    opening = len(rooms) > len(sentences)
    scenes: list[Scene] = []
    setting = staging.setting
    if opening:
        fitting = [lines for lines in setting.openings if told_at(lines, staging.hours[0])]
        words = fit(draw.choice(fitting), rooms[0], fps, skip=False)
        scenes.append(stage_scene(1, staging, BEATS["establish"], idea, 0, words))
    groups = share_frames(len(sentences), min(len(rooms) - opening, len(sentences)))
    # Fewer scenes than rooms changes how the plan shares its shots, so the rooms are shared anew.
    shots = [frames for room in rooms for frames in room]
    counts = share_frames(len(shots), len(groups) + opening)
    at, shot = 0, counts[0] if opening else 0
    for place, size in enumerate(groups):
        group = sentences[at : at + size]
        room = shots[shot : shot + counts[place + opening]]
        at, shot = at + size, shot + counts[place + opening]
        text = " ".join(group)
        here = find_setting(text) or setting
        last = place == len(groups) - 1
        hour = staging.hours[-1 if last else len(scenes) * len(staging.hours) // (len(groups) + opening)]
        where = own_place(here, text) or here.places[0]
        scenes.append(
            Scene(
                id=len(scenes) + 1,
                location=located(here, where, weather_of(text) or weather_of(staging.shown), hour),
                characters=one_line(re.sub(r"[,;]", " ", idea.name)),
                action=one_line(group[0], ACTION_CHARACTERS),
                emotion=find_feeling(text) or ("at peace" if last else _ARC[place % len(_ARC)]),
                narration=_spoken(group, room, fps),
            )
        )
    return tuple(scenes)
