"""The writer for language models behind OpenAI's chat completions, which compatible servers speak, too.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

from pydantic import JsonValue

from blocks.http_client.client import USUAL, RequestLimits
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.chat import Chat
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
)
from blocks.paid_engine import PaidEngine
from studio.errors import EngineFailed
from studio.model.brief import Brief
from studio.model.engines import Abilities, Writer
from studio.model.film import SceneGraph, Shot, Story
from studio.planning.scene_graph import build_graph, scene_parts
from studio.planning.shot_plan import plan_shots

SCENES_A_CALL, SHOTS_A_CALL = 30, 30
"""The most scenes and shots asked for in one call, so that no answer grows so long that it is cut off."""

EXCERPT_CHARACTERS = 1_200
"""How much of a scene's words the model is shown."""


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
        return self._chat.plan(
            "story",
            STORY.format(scenes=len(word_limits), word_limits=listed),
            {"idea": brief.idea, "style": brief.options.style},
            StoryForm,
            1_000 + 200 * len(word_limits) + 4 * sum(word_limits),
            lambda form: story_of(form, brief, self.name),
        )

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
        for group in chunks(story.scenes, SCENES_A_CALL):
            nodes = [node for scene in group for node in (*parts[scene.id].characters, parts[scene.id].place)]
            new = list({node.id: node for node in nodes if node.id not in asked}.values())
            asked.update(node.id for node in new)
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
            answers.append(self._chat.plan("scene_graph", GRAPH, shown, GraphForm, most, lambda form: form, like))
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
        told: dict[int, ShotForm] = {}
        for group in chunks(planned, SHOTS_A_CALL):
            here = dict.fromkeys(shot.scene for shot in group)
            shown: JsonValue = {
                "title": story.title,
                "style": story.style,
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
            told |= self._chat.plan("shots", SHOTS, shown, ShotsForm, 1_000 + 350 * len(group), read, like)
        return shots_of(planned, told, graph, story.style)

    def _stage_script(self, brief: Brief) -> Story:
        if self.script_writer is None:
            raise EngineFailed("OpenAIWriter has no writer that cuts scripts into scenes")
        story = self.script_writer.write_story(brief)
        told: dict[int, StageForm] = {}
        for group in chunks(story.scenes, SCENES_A_CALL):
            shown: JsonValue = {
                "idea": brief.idea,
                "style": story.style,
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
            told |= self._chat.plan("staging", STAGING, shown, StagingForm, 1_000 + 250 * len(group), read, like)
        scenes = tuple(staged(scene, told.get(scene.id)) for scene in story.scenes)
        return story.model_copy(update={"scenes": scenes, "written_by": f"your script, staged by {self.name}"})
