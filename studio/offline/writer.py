"""The embedded writer: a story from an idea or a script, its scene graph and its shots, without any network.

It is a template writer and says so (`Story.written_by`). It never asserts a fact about a topic, invents no sentence in
a language it cannot inflect, and would rather be silent than say a sentence twice.
"""

from __future__ import annotations

import math
import random
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Literal

from studio.graph import build_graph
from studio.model import Brief, Scene, SceneGraph, Shot, Story, Wish
from studio.offline.beats import Beat, choose_beats, pool_of
from studio.offline.grammar import Idea, parse_idea, plain_idea
from studio.offline.lines import TALE
from studio.offline.looks import character_look, props_of
from studio.offline.settings import (
    KNOWN_WORDS,
    OPEN_COUNTRY,
    QUIET_ROOM,
    Lines,
    Setting,
    find_setting,
    place_at,
    words_of,
)
from studio.offline.telling import fit, say, slots_of
from studio.plan import plan_shots, share_frames, shot_count, shot_frames
from studio.ports import Abilities
from studio.script import ACTION_CHARACTERS, one_line, parse_script, split_sentences, word_set

DRAFT = "a draft by template"
SCRIPT = "your script"

Mood = Literal["hopeful", "melancholy", "tense"]

_MOODS: Mapping[Mood, frozenset[str]] = {
    "tense": word_set(
        "war storm murder murders thief chase chased hunt hunted escape escapes danger monster disaster crisis fire"
        " flood spy killer dark fear battle survive survives survival trapped race bomb crime detective robbery"
        " enemy shark heist"
    ),
    "melancholy": word_set(
        "lonely alone last lost old grief death dying dies farewell memory memories autumn rain rainy widow widower"
        " forgotten goodbye sad empty abandoned orphan loses ghost grandmother grandfather remembers"
    ),
}


class OfflineWriter:
    """Writes by template, deterministically: the same brief gives the same story in every process."""

    engine = "offline"
    model = "writer"
    version = 2
    abilities = Abilities(seed=True)

    def write_story(self, brief: Brief) -> Story:
        """Write the story: from the script in the wish where there is one, else from the idea.

        Raises:
            BadInput: the script holds no text, or has more scenes than the film has frames.
        """
        if brief.wish.script is not None:
            return _from_script(brief)
        idea = parse_idea(brief.idea, KNOWN_WORDS)
        draw = random.Random(zlib.crc32(brief.idea.encode("utf-8", "surrogatepass")) + brief.seed)
        setting = find_setting(idea.text) or (QUIET_ROOM if idea.kind == "question" else OPEN_COUNTRY)
        room = _rooms(brief.wish)
        scenes = _told_scenes(idea, setting, room, brief.wish.fps, draw) if idea.kind == "told" else ()
        return Story(
            title=idea.title,
            style=brief.wish.style,
            scenes=scenes or _beat_scenes(idea, setting, room, brief.wish.fps, draw),
            language="other" if idea.kind == "foreign" else "en",
            mood=find_mood(idea.text),
            written_by=DRAFT,
        )

    def map_scenes(self, story: Story, seed: int) -> SceneGraph:
        """Draw the graph of the story; looks come from names, so `seed` changes nothing here."""
        return build_graph(story, look=character_look, props=props_of)

    def plan_shots(self, story: Story, graph: SceneGraph, brief: Brief) -> tuple[Shot, ...]:
        """Break the scenes into shots, as `studio.plan.plan_shots` tells."""
        return plan_shots(story, graph, brief)


def scene_count(shots: int) -> int:
    """Return how many scenes a film of so many shots has: about 2.2 times the root, so 6 for 7 shots, 24 for 119."""
    return max(1, min(shots, math.floor(2.2 * math.sqrt(shots) + 0.5)))


def find_mood(text: str) -> Mood:
    """Return the mood most words of an idea call for; hopeful where none does."""
    words = words_of(text)
    counts = {mood: sum(word in called for word in words) for mood, called in _MOODS.items()}
    best = max(counts, key=lambda mood: counts[mood])
    return best if counts[best] else "hopeful"


def _rooms(wish: Wish) -> tuple[tuple[int, ...], ...]:
    """Return the shots' lengths in frames, a group for each scene, just as the plan will share them."""
    shots = shot_count(wish)
    frames = share_frames(shot_frames(wish), shots)
    rooms: list[tuple[int, ...]] = []
    first = 0
    for count in share_frames(shots, scene_count(shots)):
        rooms.append(frames[first : first + count])
        first += count
    return tuple(rooms)


def _from_script(brief: Brief) -> Story:
    """Return the story of a script: its words, its places, and nothing invented in the narration."""
    wish = brief.wish
    parsed = parse_script(wish.script or "")
    shots = shot_count(wish)
    if len(parsed) > shots:
        parsed = _joined(parsed, shots)
    whole = find_setting(" ".join(scene.narration for scene in parsed)) or OPEN_COUNTRY
    scenes: list[Scene] = []
    for scene in parsed:
        setting = find_setting(scene.narration) or whole
        location = scene.location or place_at(setting, 0, scene.narration)
        scenes.append(scene.model_copy(update={"location": location}))
    text = " ".join(scene.narration for scene in parsed)
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


def _told_scenes(
    idea: Idea, setting: Setting, rooms: Sequence[Sequence[int]], fps: int, draw: random.Random
) -> tuple[Scene, ...]:
    """Return scenes told in the idea's own sentences, as many as the time holds, after an opening where there is room.

    Every scene shows its first sentence; sentences that do not fit its shots are left unsaid.
    """
    opening = len(rooms) > len(idea.sentences)
    scenes: list[Scene] = []
    if opening:
        beat = choose_beats("tale", 2)[0]
        words = fit(draw.choice(setting.openings), rooms[0], fps, skip=False)
        scenes.append(_scene(1, setting, beat, idea, "", words))
    emotions = ("tender", "curious", "restless", "hopeful", "brave")
    groups = share_frames(len(idea.sentences), min(len(rooms) - opening, len(idea.sentences)))
    # Fewer scenes than rooms changes how the plan shares its shots, so the rooms are shared anew.
    shots = [frames for room in rooms for frames in room]
    counts = share_frames(len(shots), len(groups) + opening)
    at, shot = 0, counts[0] if opening else 0
    for place, size in enumerate(groups):
        group = idea.sentences[at : at + size]
        room = shots[shot : shot + counts[place + opening]]
        at, shot = at + size, shot + counts[place + opening]
        emotion = "at peace" if place == len(groups) - 1 else emotions[place % len(emotions)]
        scenes.append(
            Scene(
                id=len(scenes) + 1,
                location=place_at(find_setting(" ".join(group)) or setting, 0, " ".join(group)),
                characters=_cast(idea),
                action=one_line(group[0], ACTION_CHARACTERS),
                emotion=emotion,
                narration=fit(group, room, fps, skip=True),
            )
        )
    return tuple(scenes)


def _beat_scenes(
    idea: Idea, setting: Setting, rooms: Sequence[Sequence[int]], fps: int, draw: random.Random
) -> tuple[Scene, ...]:
    """Return the scenes of a beat sheet. A variant is used once; where none is left, or fits, the scene is silent."""
    beats = choose_beats(idea.kind, len(rooms))
    pools: dict[str, list[Lines]] = {}
    uses: dict[str, int] = {}
    said: set[str] = set()
    for beat in beats:
        name, pool = pool_of(beat, idea, setting)
        if name == "meet" and idea.first != idea.name:
            pool = tuple(lines for lines in pool if re.search(r"\{[Ff]irst\}", lines[0]))
        pools.setdefault(name, draw.sample(pool, len(pool)))
        uses[name] = uses.get(name, 0) + 1
    slots = slots_of(idea)
    scenes: list[Scene] = []
    for number, (beat, room) in enumerate(zip(beats, rooms, strict=True), start=1):
        words = ""
        name = pool_of(beat, idea, setting)[0]
        variants = max(1, min(len(room) // 2, len(pools[name]) // uses[name]))
        if beat.name in {"turn", "meet", "name", "named", "ask", "close", "unanswered", "farewell", "resolve"}:
            variants = 1
        if idea.kind != "foreign":
            words = say(pools[name], variants, slots, idea.plural, room, fps, said)
            if beat.name == "turn" and not words:
                words = say(list(TALE["unsaid"]), 1, slots, idea.plural, room, fps, said)
        scenes.append(_scene(number, setting, beat, idea, _action(beat, idea), words))
    return tuple(scenes)


def _action(beat: Beat, idea: Idea) -> str:
    """Return what the picture shows: the deed itself at the turn of a tale, the subject's own words elsewhere."""
    if not beat.subject:
        return ""
    if idea.kind == "tale":
        return one_line(idea.clause or "standing still", ACTION_CHARACTERS) if beat.name == "turn" else beat.action
    subject = one_line((idea.hero or plain_idea(idea.text)).rstrip("?."), ACTION_CHARACTERS)
    return f"{subject}, {beat.action}" if beat.action else subject


def _scene(number: int, setting: Setting, beat: Beat, idea: Idea, action: str, narration: str) -> Scene:
    return Scene(
        id=number,
        location=place_at(setting, beat.place, idea.text),
        characters=_cast(idea) if beat.subject else "",
        action=action,
        emotion=beat.emotion,
        narration=narration,
    )


def _cast(idea: Idea) -> str:
    """Return the hero's name without the marks that part names in `Scene.characters`."""
    return one_line(re.sub(r"[,;]", " ", idea.name))
