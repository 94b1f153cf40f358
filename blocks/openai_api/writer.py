"""The writer for language models behind OpenAI's chat completions, which compatible servers speak, too.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import Self, TypeVar, cast

from pydantic import JsonValue

from blocks.http_client.client import USUAL, RequestLimits
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.chat import Chat, CutOff, Message
from blocks.openai_api.plans import (
    chunks,
    graph_of,
    shots_of,
    shots_told,
    staged,
    stages_told,
    story_of,
    words_of_scenes,
)
from blocks.openai_api.prompts import (
    CONTINUE,
    GRAPH,
    SHOTS,
    STAGING,
    STORY,
    GraphForm,
    ShotForm,
    ShotsForm,
    StageForm,
    StagingForm,
    StoryForm,
    blank,
    guidance,
    guided,
)
from blocks.paid_engine import PaidEngine
from studio.errors import EngineFailed
from studio.input.styles import picture_words, style_of
from studio.model import events
from studio.model.brief import Brief
from studio.model.engines import Abilities, Writer
from studio.model.events import Event
from studio.model.film import Node, Scene, SceneGraph, Shot, Story
from studio.planning.scene_graph import SceneParts, build_graph, scene_parts
from studio.planning.shot_plan import plan_shots

SCENES_A_CALL, SHOTS_A_CALL = 30, 30
"""The most scenes and shots asked for in one call, so that no answer grows so long that it is cut off."""

EXCERPT_CHARACTERS = 1_200
"""How much of a scene's words the model is shown."""

T = TypeVar("T")
F = TypeVar("F")


@dataclass(frozen=True)
class OpenAIWriter(PaidEngine):
    """Writes story, scene graph and shots with a language model; asks once more if an answer cannot be read.

    Attributes:
        name: the model's name, for example 'gpt-5.4-mini', or a model of a compatible server.
        script_writer: cuts a person's script into scenes, word for word, before the model says what is seen.
        thinking_tokens: how many tokens a call may take beyond the plan itself; models that think bill them as output.
    """

    account: OpenAIAccount
    name: str = "gpt-5.4-mini"
    thinking_tokens: int = 8_000
    limits: RequestLimits = USUAL
    script_writer: Writer | None = field(default=None, kw_only=True)

    engine = "openai"
    abilities = Abilities()

    @property
    def model(self) -> str:
        """The model's name."""
        return self.name

    def leaving_scripts_to(self, writer: Writer) -> Self:
        """Return this writer, with another one that cuts scripts into scenes."""
        return replace(self, script_writer=writer)

    @property
    def _chat(self) -> Chat:
        return Chat(self.account, self.name, self.thinking_tokens, self.limits, self.required_desk())

    def write_story(self, brief: Brief) -> Story:
        """Write the story from the idea; for a script write only what is seen, its words stay.

        Raises:
            VendorError: the call failed, or the second answer cannot be used either.
            BadInput: the script cannot be used.
        """
        if brief.options.script is not None:
            return self._stage_script(brief)
        word_limits = words_of_scenes(brief.options)
        listed = "\n".join(f"scene {number}: at most {most} words" for number, most in enumerate(word_limits, start=1))
        style = style_of(brief.options)
        system = STORY.format(scenes=len(word_limits), word_limits=listed) + guided(style, "story")
        most = 1_000 + 200 * len(word_limits) + 4 * sum(word_limits)
        shown: JsonValue = {"idea": brief.idea, "style": picture_words(brief.options), **guidance(style, "story")}

        def read(form: StoryForm) -> StoryForm:
            story_of(form, brief, self.name)
            return form

        told: StoryForm | None = None
        before: list[Message] = []
        while True:
            try:
                part: StoryForm | None = self._chat.plan("story", system, shown, StoryForm, most, read, before=before)
                cut = None
            except CutOff as error:
                part, cut = cast("StoryForm | None", error.made), error
            if part is not None:
                told = told.model_copy(update={"scenes": [*told.scenes, *part.scenes]}) if told else part
            if told is not None and (cut is None or len(told.scenes) >= len(word_limits)):
                return story_of(told, brief, self.name)
            if told is None or part is None:
                assert cut is not None
                raise cut
            events.publish(
                Event("note", text=f"the story is cut off after scene {len(told.scenes)}: the rest is asked for")
            )
            wish = CONTINUE.format(last=len(told.scenes), first=len(told.scenes) + 1, end=len(word_limits))
            before = [{"role": "assistant", "content": told.model_dump_json()}, {"role": "user", "content": wish}]

    def map_scenes(self, story: Story, seed: int) -> SceneGraph:
        """Make the scene graph, with one look for each character, place and prop; `seed` changes nothing.

        Raises:
            VendorError: as `write_story`.
            BrokenPlan: no valid graph follows from the story.
        """
        bare = build_graph(story)
        parts = scene_parts(bare)
        asked: set[str] = set()
        answers: list[GraphForm] = []
        groups = deque(chunks(story.scenes, SCENES_A_CALL))
        while groups:
            group = groups.popleft()
            wanted = {id_: node for scene in group for id_, node in _wanted(parts[scene.id]).items()}
            new = [node for id_, node in wanted.items() if id_ not in asked]
            shown: JsonValue = {
                "title": story.title,
                "style": story.style,
                "looks wanted": [{"id": node.id, "name": node.description} for node in new],
                "scenes": [
                    {
                        "scene": scene.id,
                        "location": scene.location,
                        "characters": scene.characters,
                        "action": scene.action,
                        "narration": scene.narration[:EXCERPT_CHARACTERS],
                    }
                    for scene in group
                ],
            }
            like: JsonValue = {"looks": [], "props": []}
            most = 1_000 + 120 * len(new) + 200 * len(group)
            try:
                answers.append(self._chat.plan("scene_graph", GRAPH, shown, GraphForm, most, lambda form: form, like))
                asked.update(node.id for node in new)
            except CutOff as cut:
                made = cast("GraphForm | None", cut.made)
                answers += [made] if made else []
                asked.update(look.id.strip() for look in (made.looks if made else ()))
                rest = [scene for scene in group if not asked.issuperset(_wanted(parts[scene.id]))]
                if len(rest) == len(group) == 1:
                    raise
                if rest:
                    groups.extendleft(reversed([*chunks(rest, -(-len(group) // 2))]))
                    _told_smaller("scene graph")
        return graph_of(story, answers)

    def plan_shots(self, story: Story, graph: SceneGraph, brief: Brief) -> tuple[Shot, ...]:
        """Plan the shots as `studio.planning.shot_plan.plan_shots` does, and let the model write prompts and cameras.

        If the brief has prompts, no model is asked, and they are used as written.

        Raises:
            VendorError: as `write_story`.
            BadInput, BrokenPlan: as `studio.planning.shot_plan.plan_shots`.
        """
        planned = plan_shots(story, graph, brief)
        if brief.options.prompts is not None:
            return planned
        scenes = {scene.id: scene for scene in story.scenes}
        parts = scene_parts(graph)
        style = style_of(brief.options)
        system = SHOTS + guided(style, "shots")
        told: dict[int, ShotForm] = {}

        def ask(group: tuple[Shot, ...]) -> dict[int, ShotForm]:
            here = dict.fromkeys(shot.scene for shot in group)
            shown: JsonValue = {
                "title": story.title,
                "style": story.style,
                **guidance(style, "shots"),
                "mood": story.mood,
                "scenes": [
                    {
                        "scene": number,
                        "place": parts[number].place.description,
                        "characters": [f"{node.name}: {node.description}" for node in parts[number].characters],
                        "props": [node.description for node in parts[number].props],
                        "action": scenes[number].action,
                        "emotion": scenes[number].emotion,
                    }
                    for number in here
                ],
                "shots": [
                    {
                        "index": shot.index,
                        "scene": shot.scene,
                        "draft": shot.image_prompt[:600],
                        "camera": shot.camera,
                        "spoken": shot.narration[:EXCERPT_CHARACTERS],
                    }
                    for shot in group
                ],
            }
            like: JsonValue = {"shots": [blank(ShotForm, index=group[0].index)]}
            read = partial(shots_told, wanted=tuple(shot.index for shot in group))
            return self._chat.plan("shots", system, shown, ShotsForm, 1_000 + 350 * len(group), read, like)

        for part in _in_groups(planned, SHOTS_A_CALL, lambda shot: shot.index, ask, "shots"):
            told |= part
        return shots_of(planned, told, graph, story.style, apart=style is not None)

    def _stage_script(self, brief: Brief) -> Story:
        if self.script_writer is None:
            raise EngineFailed("OpenAIWriter has no writer that cuts scripts into scenes")
        story = self.script_writer.write_story(brief)
        style = style_of(brief.options)
        system = STAGING + guided(style, "staging")
        told: dict[int, StageForm] = {}

        def ask(group: tuple[Scene, ...]) -> dict[int, StageForm]:
            shown: JsonValue = {
                "idea": brief.idea,
                "style": story.style,
                **guidance(style, "staging"),
                "scenes": [
                    {
                        "scene": scene.id,
                        "location": scene.location,
                        "characters": scene.characters,
                        "words": scene.narration[:EXCERPT_CHARACTERS],
                    }
                    for scene in group
                ],
            }
            like: JsonValue = {"scenes": [blank(StageForm, scene=group[0].id)]}
            read = partial(stages_told, wanted=tuple(scene.id for scene in group))
            return self._chat.plan("staging", system, shown, StagingForm, 1_000 + 250 * len(group), read, like)

        for part in _in_groups(story.scenes, SCENES_A_CALL, lambda scene: scene.id, ask, "staging"):
            told |= part
        scenes = tuple(staged(scene, told.get(scene.id)) for scene in story.scenes)
        return story.model_copy(update={"scenes": scenes, "written_by": f"your script, staged by {self.name}"})


def _in_groups(
    items: Sequence[T], most: int, number: Callable[[T], int], ask: Callable[[tuple[T, ...]], dict[int, F]], title: str
) -> Iterator[dict[int, F]]:
    """Ask for items in groups of `most`, and yield the answers; of one that was cut off, what is whole.

    What is missing is asked for in smaller groups, never in the same one again.

    Raises:
        CutOff: the answer about a single item is cut off.
    """
    groups = deque(chunks(items, most))
    while groups:
        group = groups.popleft()
        try:
            yield ask(group)
            continue
        except CutOff as cut:
            made = cast("dict[int, F]", cut.made or {})
            rest = tuple(item for item in group if number(item) not in made)
            if len(rest) == len(group) == 1:
                raise
        if made:
            yield made
        size = len(made) if made else -(-len(group) // 2)
        waiting = (*rest, *chain.from_iterable(groups)) if made else rest
        groups = deque(chunks(waiting, size)) if made else deque([*chunks(waiting, size), *groups])
        if rest:
            _told_smaller(title)


def _wanted(parts: SceneParts) -> dict[str, Node]:
    """Return what in a scene needs a look, by its id: characters and place."""
    return {node.id: node for node in (*parts.characters, parts.place)}


def _told_smaller(title: str) -> None:
    events.publish(
        Event("note", text=f"there is no room for the whole {title} in one answer: it is asked for in parts")
    )
