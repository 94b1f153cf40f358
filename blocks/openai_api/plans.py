"""Turn a language model's answers into the film's plans: cleaned, cut to length, completed. Pure.

Nothing from an answer becomes a path, a number of frames or a seed; for what it leaves out the draft's words stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal, TypeVar, get_args

from blocks.openai_api.prompts import GraphForm, SceneForm, ShotForm, ShotsForm, StageForm, StagingForm, StoryForm
from studio.input.script import ACTION_CHARACTERS
from studio.model.brief import Brief, FilmOptions
from studio.model.camera import CAMERAS
from studio.model.film import LINE_CHARACTERS, Scene, SceneGraph, Shot, Story
from studio.planning.abilities import language_code
from studio.planning.image_prompts import PROMPT_CHARACTERS
from studio.planning.scene_graph import SceneParts, build_graph, scene_parts, split_names
from studio.planning.shot_plan import (
    frames_for_shots,
    scene_count,
    share_frames,
    shot_count,
    spoken_words,
    words_that_fit,
)
from studio.text.sentences import split_sentences
from studio.text.words import one_line

TITLE_CHARACTERS, PLACE_CHARACTERS, NAME_CHARACTERS, EMOTION_CHARACTERS = 120, 240, 60, 60
LOOK_CHARACTERS, IMAGE_CHARACTERS, MOTION_CHARACTERS = 300, 2_000, 300
"""The longest texts that are taken from an answer; longer ones are cut."""
CAST, PROPS = 6, 3
"""The most characters and props of one scene: more would crowd a picture and its prompt."""

TALKATIVE = 1.25
"""How many times more words than fit its shots a narration may have before sentences are left out; shots grow with
their lines."""

StoryMood = Literal["hopeful", "melancholy", "tense"]
STORY_MOODS: tuple[StoryMood, ...] = get_args(StoryMood)

T = TypeVar("T")


def words_of_scenes(options: FilmOptions, scenes: int = 0) -> tuple[int, ...]:
    """Return how many words can be spoken in each scene, by the shots that `studio.planning.shot_plan` gives it.

    Args:
        scenes: the number of scenes; at most one per shot. 0: as many as the film's length asks for.
    """
    shots = shot_count(options)
    frames = share_frames(frames_for_shots(options), shots)
    word_limits: list[int] = []
    first = 0
    for count in share_frames(shots, min(scenes or scene_count(shots), shots)):
        word_limits.append(sum(words_that_fit(length, options.fps) for length in frames[first : first + count]))
        first += count
    return tuple(word_limits)


def story_of(form: StoryForm, brief: Brief, written_by: str) -> Story:
    """Return the story in an answer, with at most one scene per shot.

    Args:
        written_by: the writer's name, kept in the story.

    Raises:
        ValueError: every scene is empty; the message is for the model.
    """
    told = [scene for scene in form.scenes if one_line(scene.action + scene.location + scene.narration)]
    if not told:
        raise ValueError("scenes: there is none with anything in it")
    told = told[: shot_count(brief.options)]
    word_limits = words_of_scenes(brief.options, len(told))
    return Story(
        title=one_line(form.title, TITLE_CHARACTERS) or one_line(brief.idea, TITLE_CHARACTERS) or "Untitled",
        style=brief.options.style,
        scenes=tuple(
            Scene(
                id=number,
                location=one_line(scene.location, PLACE_CHARACTERS),
                characters=_cast(scene.characters),
                action=one_line(scene.action, ACTION_CHARACTERS),
                emotion=one_line(scene.emotion, EMOTION_CHARACTERS),
                narration=_that_fits(scene.narration, most),
            )
            for number, (scene, most) in enumerate(zip(told, word_limits, strict=True), start=1)
        ),
        language=language_code(form.language),
        mood=next((mood for mood in STORY_MOODS if mood == form.mood.strip().lower()), "hopeful"),
        written_by=written_by,
    )


def staged(scene: Scene, form: StageForm | SceneForm | None) -> Scene:
    """Return a scene of a script, completed by what the answer says is seen; its narration stays word for word."""
    if form is None:
        return scene
    return scene.model_copy(
        update={
            "location": one_line(form.location, PLACE_CHARACTERS) or scene.location,
            "characters": _cast(form.characters) or scene.characters,
            "action": one_line(form.action, ACTION_CHARACTERS) or scene.action,
            "emotion": one_line(form.emotion, EMOTION_CHARACTERS) or scene.emotion,
        }
    )


def graph_of(story: Story, answers: Sequence[GraphForm]) -> SceneGraph:
    """Return the story's scene graph with the looks from the answers; a node without one keeps the story's own words.

    Raises:
        BrokenPlan: as `studio.planning.scene_graph.build_graph`.
    """
    scenes = {scene.id for scene in story.scenes}
    props: dict[int, dict[str, str]] = {}
    looks: dict[str, str] = {}
    for answer in answers:
        for told in answer.looks:
            looks.setdefault(told.id.strip(), one_line(told.look, LOOK_CHARACTERS))
        for prop in answer.props:
            name = one_line(prop.name, NAME_CHARACTERS)
            its = props.setdefault(prop.scene, {})
            if name and prop.scene in scenes and len(its) < PROPS:
                its.setdefault(name, one_line(prop.look, LOOK_CHARACTERS))
    graph = build_graph(story, props=lambda scene: tuple(props.get(scene.id, ())))
    # A prop that several scenes use has the first look that was given for it.
    seen: dict[str, str] = {}
    for its in props.values():
        for name, look in its.items():
            seen.setdefault(name, look)
    return graph.model_copy(
        update={
            "nodes": tuple(
                node.model_copy(update={"description": look}) if node.kind != "scene" and look else node
                for node in graph.nodes
                for look in (seen.get(node.name) if node.kind == "prop" else looks.get(node.id),)
            )
        }
    )


def shots_of(
    planned: Sequence[Shot], answers: Mapping[int, ShotForm], graph: SceneGraph, style: str
) -> tuple[Shot, ...]:
    """Return the planned shots with the answers' prompts and cameras; frames, lines and seeds stay as planned."""
    parts = scene_parts(graph)
    shots: list[Shot] = []
    for shot in planned:
        told = answers.get(shot.index)
        body = one_line(told.image_prompt, IMAGE_CHARACTERS) if told else ""
        update: dict[str, str] = {}
        if told and body:
            update["image_prompt"] = _with_looks(body, parts[shot.scene], style)
        if told and told.camera.strip().lower() in CAMERAS:
            update["camera"] = told.camera.strip().lower()
        if told and one_line(told.motion_prompt):
            update["motion_prompt"] = one_line(told.motion_prompt, MOTION_CHARACTERS)
        shots.append(shot.model_copy(update=update))
    return tuple(shots)


def shots_told(form: ShotsForm, wanted: Collection[int]) -> dict[int, ShotForm]:
    """Return an answer's entries for the shots asked for, by index.

    Raises:
        ValueError: there is none; the message is for the model.
    """
    return _told_of([(shot.index, shot) for shot in form.shots], wanted, "shots: index")


def stages_told(form: StagingForm, wanted: Collection[int]) -> dict[int, StageForm]:
    """Return an answer's entries for the scenes asked for, by number.

    Raises:
        ValueError: there is none; the message is for the model.
    """
    return _told_of([(scene.scene, scene) for scene in form.scenes], wanted, "scenes: scene")


def chunks(items: Sequence[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield `items` in groups of `size`; the last one may be shorter."""
    rest = iter(items)
    while group := tuple(islice(rest, size)):
        yield group


def _told_of(told: Sequence[tuple[int, T]], wanted: Collection[int], field: str) -> dict[int, T]:
    # Reversed, so that of two entries with one number the first one stays.
    found = {number: each for number, each in reversed(told) if number in wanted}
    if not found:
        raise ValueError(f"{field}: none of the numbers given is there, which are {min(wanted)} to {max(wanted)}")
    return found


def _with_looks(body: str, parts: SceneParts, style: str) -> str:
    """Return a prompt that quotes the scene's looks word for word; those that the model left out are added to it."""
    looks = [one_line(node.description) for node in (*parts.characters, parts.place)]
    missing = "".join(f", {look}" for look in dict.fromkeys(looks) if look and look.lower() not in body.lower())
    told = one_line(style)
    ending = f", {told}" if told and told.lower() not in body.lower() else ""
    room = PROMPT_CHARACTERS - len(ending)
    body = one_line(body, max(200, room - len(missing))).rstrip(" .,;")
    return one_line(body + missing, room) + ending


def _cast(names: str) -> str:
    return ", ".join(one_line(name, NAME_CHARACTERS) for name in split_names(names)[:CAST])


def _that_fits(narration: str, words: int) -> str:
    """Return the first sentences of a narration that fit in `words`; at least one, unless `words` is 0."""
    if not words:
        return ""
    kept: list[str] = []
    said = 0
    for sentence in split_sentences(narration):
        said += spoken_words(sentence)
        if kept and said > words * TALKATIVE:
            break
        kept.append(one_line(sentence, LINE_CHARACTERS // 4))
    return " ".join(kept)
