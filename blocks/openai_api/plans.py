"""Turn a language model's answers into the film's plans: cleaned, cut to length, completed. Pure.

Nothing from an answer becomes a path, a number of frames or a seed; for what it leaves out the draft's words stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Literal, TypeVar, get_args

from blocks.openai_api.prompts import GraphForm, SceneForm, ShotForm, ShotsForm, StageForm, StagingForm, StoryForm
from studio.input.script import ACTION_CHARACTERS
from studio.input.styles import picture_words
from studio.model import events
from studio.model.brief import Brief, FilmOptions
from studio.model.camera import CAMERAS
from studio.model.events import Event
from studio.model.film import LINE_CHARACTERS, Scene, SceneGraph, Shot, Story
from studio.planning.abilities import language_code
from studio.planning.image_prompts import PROMPT_CHARACTERS, with_style
from studio.planning.scene_graph import SceneParts, build_graph, scene_parts, split_names
from studio.planning.shot_plan import (
    frames_for_shots,
    scene_count,
    share_frames,
    shot_count,
    spoken_words,
    words_that_fit,
)
from studio.text.markdown import read_markdown
from studio.text.sentences import split_sentences
from studio.text.words import clean_text, means_nothing, one_line

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
    told = [scene for scene in form.scenes if plain(scene.action + scene.location + scene.narration)]
    if not told:
        raise ValueError("scenes: there is none with anything in it")
    told = told[: shot_count(brief.options)]
    word_limits = words_of_scenes(brief.options, len(told))
    return Story(
        title=_title(form.title) or one_line(brief.idea, TITLE_CHARACTERS) or "Untitled",
        style=picture_words(brief.options),
        scenes=tuple(
            Scene(
                id=number,
                location=plain(scene.location, PLACE_CHARACTERS),
                characters=_cast(scene.characters),
                action=plain(scene.action, ACTION_CHARACTERS),
                emotion=plain(scene.emotion, EMOTION_CHARACTERS),
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
            "location": plain(form.location, PLACE_CHARACTERS) or scene.location,
            "characters": _cast(form.characters) or scene.characters,
            "action": plain(form.action, ACTION_CHARACTERS) or scene.action,
            "emotion": plain(form.emotion, EMOTION_CHARACTERS) or scene.emotion,
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
            looks.setdefault(told.id.strip(), plain(told.look, LOOK_CHARACTERS))
        for prop in answer.props:
            name = plain(prop.name, NAME_CHARACTERS)
            its = props.setdefault(prop.scene, {})
            if name and prop.scene in scenes and len(its) < PROPS:
                its.setdefault(name, plain(prop.look, LOOK_CHARACTERS))
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
    planned: Sequence[Shot], answers: Mapping[int, ShotForm], graph: SceneGraph, style: str, *, apart: bool = False
) -> tuple[Shot, ...]:
    """Return the planned shots with the answers' prompts and cameras; frames, lines and seeds stay as planned.

    Args:
        apart: whether the style is a sentence of its own, as in the planned prompts.
    """
    parts = scene_parts(graph)
    shots: list[Shot] = []
    for shot in planned:
        told = answers.get(shot.index)
        moved = re.sub(r"[\W_]+", " ", told.camera).strip().lower() if told else ""
        body = plain(told.image_prompt, IMAGE_CHARACTERS) if told else ""
        update: dict[str, str] = {}
        if told and body:
            update["image_prompt"] = _with_looks(body, parts[shot.scene], style, apart=apart)
        if moved in CAMERAS:
            update["camera"] = moved
        if told and plain(told.motion_prompt):
            update["motion_prompt"] = plain(told.motion_prompt, MOTION_CHARACTERS)
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
    """Return entries by the numbers wanted: as they are numbered, else counted from another number, else by order."""
    numbers, asked = [number for number, _ in told], sorted(wanted)
    # Reversed, so that of two entries with one number the first one stays.
    found = {number: each for number, each in reversed(told) if number in wanted}
    if not told or not asked:
        raise ValueError(f"{field}: none of the numbers given is there, which are {asked[0]} to {asked[-1]}")
    if len(found) == len(asked):
        return found
    shift = asked[0] - numbers[0]
    counted = all(after == before + 1 for before, after in pairwise(numbers)) and numbers[0] not in wanted
    if len(told) == len(asked) or (not found and not counted):
        placed = dict(zip(asked, (each for _, each in told), strict=False))
    elif counted and numbers[-1] + shift <= asked[-1]:
        placed = {number + shift: each for number, each in told}
    else:
        return found
    listed = ", ".join(map(str, numbers[:6])) + (", ..." if len(numbers) > 6 else "")
    what = field.partition(":")[0]
    text = f"the writer numbered {what} {listed} instead of {asked[0]} to {asked[-1]}: their order counts"
    events.publish(Event("note", text=text))
    return placed


def _with_looks(body: str, parts: SceneParts, style: str, *, apart: bool) -> str:
    """Return a prompt that quotes the scene's looks word for word; those that the model left out are added to it."""
    looks = [one_line(node.description) for node in (*parts.characters, parts.place)]
    missing = "".join(f", {look}" for look in dict.fromkeys(looks) if look and look.lower() not in body.lower())
    if apart:
        return with_style(one_line(body, PROMPT_CHARACTERS // 2).rstrip(" .,;") + missing, style)
    told = one_line(style)
    ending = f", {told}" if told and told.lower() not in body.lower() else ""
    room = PROMPT_CHARACTERS - len(ending)
    body = one_line(body, max(200, room - len(missing))).rstrip(" .,;")
    return one_line(body + missing, room) + ending


def plain(text: str, characters: int | None = None) -> str:
    """Return a text as one line in plain words, as scripts are read; '' if it stands for nothing ('None', 'N/A')."""
    return one_line("" if means_nothing(text) else _words(text), characters)


def _words(text: str) -> str:
    return "\n".join(line.text for line in read_markdown(clean_text(text)))


def _title(text: str) -> str:
    """Return a title in plain words, without the quotes or the word 'Title:' around it."""
    title = re.sub(r"^title\s*:\s*(?=\S)", "", plain(text), flags=re.IGNORECASE)
    for opening, closing in ('""', "\u201c\u201d", "\u00ab\u00bb", "''", "\u2018\u2019"):
        if title[:1] == opening and title[-1:] == closing and not {opening, closing} & {*title[1:-1]}:
            title = title[1:-1].strip()
    return one_line("" if means_nothing(title) else title, TITLE_CHARACTERS)


_NOBODY = re.compile(r"nobody|no[ -]?one|no (?:characters?|people|person)|none visible|nothing|empty", re.IGNORECASE)
"""What stands for nobody where names are asked for, a whole name."""


def _cast(names: str) -> str:
    told = (plain(name, NAME_CHARACTERS) for name in split_names(names))
    people = (name for name in told if name and not _is_nobody(name))
    return ", ".join([*dict.fromkeys(people)][:CAST])


def _is_nobody(name: str) -> bool:
    """Tell whether a name says that nobody is there: 'nobody', 'None (the street is empty)'."""
    bare = re.sub(r"\s?\([^()]{0,60}\)", "", name).strip(" .!")
    return means_nothing(bare) or _NOBODY.fullmatch(bare) is not None


def _that_fits(narration: str, words: int) -> str:
    """Return the first sentences of a narration that fit in `words`; at least one, unless `words` is 0."""
    if not words:
        return ""
    kept: list[str] = []
    said = 0
    for sentence in split_sentences("" if means_nothing(narration) else _words(narration)):
        said += spoken_words(sentence)
        if kept and said > words * TALKATIVE:
            break
        kept.append(one_line(sentence, LINE_CHARACTERS // 4))
    return " ".join(kept)
