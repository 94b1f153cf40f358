"""The offline writer: makes a story from an idea or a script, its scene graph and its shots, without any network.

It is a template writer and says so (`Story.written_by`). It never asserts a fact about a topic, invents no sentence in
a language whose grammar it does not know, and stays silent rather than say a sentence twice. Stories in a person's own
sentences are built by `own_words.py`.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from functools import partial

from blocks.offline.writer.beat_sheets import Beat, choose_beats, pool_name, pools_of
from blocks.offline.writer.boat_tales import is_afloat
from blocks.offline.writer.feelings import find_mood
from blocks.offline.writer.idea.foreign_words import english_words
from blocks.offline.writer.idea.named import things_named
from blocks.offline.writer.idea.parse import Idea, parse_idea
from blocks.offline.writer.idea.phrases import is_plural
from blocks.offline.writer.idea.sentence_splitting import breaths
from blocks.offline.writer.idea_subject import core_of, domain_of, portrait_sort, shown_as
from blocks.offline.writer.lines import TALE, Lines
from blocks.offline.writer.looks import character_look, climate_of, props_of
from blocks.offline.writer.narration import (
    NAMED_TWICE,
    add_thing,
    count_naming,
    fit,
    idea_as_sentences,
    say,
    say_next,
    slots_of,
)
from blocks.offline.writer.own_words import from_script, told_scenes
from blocks.offline.writer.places import find_setting, fits_idea, hours_in, hours_of, is_indoors, words_of
from blocks.offline.writer.reels import choose_reel
from blocks.offline.writer.settings import KNOWN_WORDS, OPEN_COUNTRY, QUIET_ROOM
from blocks.offline.writer.staging import Staging, sights_of, stage_scene, stage_view
from blocks.offline.writer.telling import tell_in_style
from studio.input.styles import picture_words, settings_of
from studio.model.brief import Brief, FilmOptions
from studio.model.engines import Abilities
from studio.model.film import Scene, SceneGraph, Shot, Story
from studio.model.style import NO_SETTINGS
from studio.planning.scene_graph import build_graph
from studio.planning.shot_plan import (
    frames_for_shots,
    plan_shots,
    scene_count,
    share_frames,
    shot_count,
    words_that_fit,
)
from studio.text.sentences import split_sentences

DRAFT = "a draft by template"

_ONCE = frozenset({"turn", "leaving", "meet", "name", "named", "ask", "close", "unanswered", "farewell", "resolve"})
"""Beats that say one variant of their lines only, however long they last."""


_NAMING = frozenset({"name", "named", "ask"})
"""Beats that say what the film is about, whatever the picture shows."""
_SETTLING = frozenset({"trial", "low", "rise", "climax"})
"""Beats that name once more what the tale is about."""
_OF_THE_THING = frozenset({"named", "question", "detail", "memory", "heart", "care", "farewell", "close"})
_IT = re.compile(r"\b(?:it|its|here)\b", re.IGNORECASE)


class OfflineWriter:
    """Writes stories from templates: the same brief gives the same story in every process."""

    engine = "offline"
    model = "writer"
    version = 5
    abilities = Abilities(seed=True)

    def write_story(self, brief: Brief) -> Story:
        """Write the story: from the script where there is one, else from the idea.

        Raises:
            BadInput: the script holds no text, or has more scenes than the film has frames.
        """
        if brief.options.script is not None:
            return from_script(brief)
        idea = parse_idea(brief.idea, KNOWN_WORDS)
        draw = random.Random(zlib.crc32(brief.idea.encode("utf-8", "surrogatepass")) + brief.seed)
        shown = " ".join(english_words(idea.text)) if idea.kind == "foreign" else idea.text
        deep = " deep" if idea.kind != "tale" and "deep" in shown.lower().split() else ""
        setting = find_setting(core_of(idea) + deep) or find_setting(shown)
        within = idea.kind in {"question", "topic"} and not (shown_as(idea) and domain_of(idea))
        setting = setting or (QUIET_ROOM if within or portrait_sort(idea) == "someone" else OPEN_COUNTRY)
        frames_by_scene = _frames_by_scene(brief.options)
        if is_afloat(idea):
            # A hero who breathes air meets them on the water, not below it.
            setting = find_setting("sea") or setting
        mood = find_mood(shown)
        hours = hours_in(setting, hours_of(shown, len(frames_by_scene), idea.kind in {"tale", "told"}, draw))
        staging = Staging(setting, shown, mood, hours)
        told = told_scenes(idea, staging, frames_by_scene, brief.options.fps, draw) if idea.kind == "told" else ()
        scenes = told or _beat_scenes(idea, staging, frames_by_scene, brief.options.fps, draw)
        settings = settings_of(brief.options)
        if not told and idea.kind != "foreign" and settings != NO_SETTINGS:
            about = {word for word in words_of(f"{idea.hero} {idea.clause}") if len(word) > 3}
            scenes = tell_in_style(
                scenes, frames_by_scene, brief.options.fps, settings, draw, lambda said: bool(about & {*words_of(said)})
            )
        return Story(
            title=idea.title,
            style=picture_words(brief.options),
            scenes=scenes,
            language="other" if idea.kind == "foreign" else "en",
            mood=mood,
            written_by=DRAFT,
        )

    def map_scenes(self, story: Story, seed: int) -> SceneGraph:
        """Return the scene graph of the story. Looks come from names and places, so `seed` changes nothing here."""
        return build_graph(story, look=partial(character_look, climate=climate_of(story)), props=props_of)

    def plan_shots(self, story: Story, graph: SceneGraph, brief: Brief) -> tuple[Shot, ...]:
        """Break the scenes into shots; see `studio.planning.shot_plan.plan_shots`."""
        return plan_shots(story, graph, brief)


def _frames_by_scene(options: FilmOptions) -> tuple[tuple[int, ...], ...]:
    """Return the lengths of the shots in frames, one group for each scene, as the plan will divide them."""
    shots = shot_count(options)
    frames = share_frames(frames_for_shots(options), shots)
    frames_by_scene: list[tuple[int, ...]] = []
    first = 0
    for count in share_frames(shots, scene_count(shots)):
        frames_by_scene.append(frames[first : first + count])
        first += count
    return tuple(frames_by_scene)


def _beat_scenes(
    idea: Idea, staging: Staging, frames_by_scene: Sequence[Sequence[int]], fps: int, draw: random.Random
) -> tuple[Scene, ...]:
    """Return the scenes of a beat sheet. Each variant is used once; where none is left or fits, the scene is silent."""
    beats = choose_beats(staging.sheet(idea), len(frames_by_scene), draw.randrange(6))
    pools: dict[str, list[Lines]] = {}
    uses: dict[str, int] = {}
    said: set[str] = set()
    for beat in beats:
        name = pool_name(beat)
        if name not in pools:
            groups = (_sayable_first(group, beat, idea) for group in pools_of(beat, idea, staging.setting))
            pools[name] = [lines for group in groups for lines in draw.sample(group, len(group))]
        uses[name] = uses.get(name, 0) + 1
    slots = slots_of(idea)
    scenes: list[Scene] = []
    sights = 0
    rest: list[str] = []
    settled = max((at for at, beat in enumerate(beats, start=1) if beat.name in _SETTLING), default=0)
    things = [thing.split()[-1].lower() for thing in things_named(idea)]
    reel = choose_reel(idea)
    for number, (beat, shot_frames) in enumerate(zip(beats, frames_by_scene, strict=True), start=1):
        words = ""
        name = pool_name(beat)
        variants = 1 if name in _ONCE else max(1, min(len(shot_frames) // 2, len(pools[name]) // uses[name]))
        hour, indoors = staging.hours[number - 1], is_indoors(staging.setting)
        view = reel.view_of(number - 1, len(frames_by_scene)) if reel else None
        if view and idea.kind != "foreign" and beat.name not in _NAMING:
            # A reel's picture comes with lines of its own.
            words = say(draw.sample(view.lines, len(view.lines)), 1, slots, idea.plural, shot_frames, fps, said, "")
        if view:
            hour, indoors = view.hour, False
        if idea.kind != "foreign" and not words:
            words = say(pools[name], variants, slots, idea.plural, shot_frames, fps, said, hour, indoors)
            tells = (beat.name in {"turn", "leaving"} and bool(idea.deed)) or beat.name in _NAMING
            if tells and not rest and (not words or (idea.kind == "tale" and not idea.clause)):
                # No sentence of the beats holds the clause: it is said as written, over this scene and the next ones.
                shots = sum(map(len, frames_by_scene[number - 1 :]))
                rest, words = list(idea_as_sentences(idea, words_that_fit(min(shot_frames), fps), shots)), ""
            if beat.name == "meet" and not words:
                parts = breaths(f"{slots['First']}.", words_that_fit(min(shot_frames), fps))
                words = fit(parts, shot_frames, fps, skip=False)
                words = words if words == " ".join(parts) else ""
            words = say_next(rest, shot_frames, fps, len(frames_by_scene) - number + 1) or words
            if beat.name in _SETTLING and things and not rest and count_naming(said, words, things) < NAMED_TWICE:
                lines = draw.sample(TALE["thing"], len(TALE["thing"]))
                words = add_thing(words, lines, slots, shot_frames, fps, said, last=number == settled) or words
            said.update(split_sentences(words))
        if view:
            scenes.append(stage_view(number, view, beat, idea, staging.mood, words))
            continue
        scenes.append(stage_scene(number, staging, beat, idea, sights, words))
        sights += beat.shows in {"sight", "subject"} or scenes[-1].action in sights_of(staging, idea)
    return tuple(scenes)


def _sayable_first(group: tuple[Lines, ...], beat: Beat, idea: Idea) -> tuple[Lines, ...]:
    """Return the variants that fit the hero; a hero with a 'whose ...' is introduced together with it."""
    group = tuple(lines for lines in group if fits_idea(lines, idea.text)) or group
    if beat.name in _OF_THE_THING and (
        portrait_sort(idea) == "someone" or (core_of(idea) and is_plural(core_of(idea).split()))
    ):
        # Neither a person nor a plural ('the bees') is called 'it'.
        group = tuple(lines for lines in group if not _IT.search(" ".join(lines))) or group
    if beat.name == "meet" and idea.first != idea.name:
        return tuple(lines for lines in group if "{first}" in lines[0] or "{First}" in lines[0])
    return group
