"""What a language model answers: a first byte tells which form was asked for, what follows is the answer."""

from __future__ import annotations

from blocks.openai_api.answers import FAULT_CHARACTERS, read_answer
from blocks.openai_api.plans import graph_of, shots_of, shots_told, staged, stages_told, story_of
from blocks.openai_api.prompts import Form, GraphForm, SceneForm, ShotsForm, StagingForm, StoryForm
from studio.model.brief import Brief, FilmOptions
from studio.model.camera import CAMERAS
from studio.model.film import Scene, Story
from studio.planning.image_prompts import PROMPT_CHARACTERS
from studio.planning.shot_plan import plan_shots
from tests.fuzz.judge import stretched

FORMS: tuple[type[Form], ...] = (StoryForm, GraphForm, ShotsForm, StagingForm, SceneForm)

BRIEF = Brief(
    idea="A pier at night", options=FilmOptions(), seed=7, started_at="2025-02-08T00:22:38.123456", version="0.1.0"
)
STORY = Story(
    title="A pier",
    style="ink",
    scenes=tuple(
        Scene(id=n, location="a pier", characters="Mara, a boy", action="They wait.", emotion="calm", narration="Wait.")
        for n in (1, 2, 3)
    ),
)


def check(data: bytes) -> None:
    """An answer becomes plans of at most the shots asked for, or is refused with a short reason for the model."""
    form, text = FORMS[(data[:1] or b"\0")[0] % len(FORMS)], stretched(data[1:])
    try:
        told = read_answer(text, form)
        _planned(told)
    except ValueError as error:
        # Not a pydantic error, not one of decoding: the reason is for the model.
        if type(error) is not ValueError or not 0 < len(str(error)) <= FAULT_CHARACTERS:
            raise


def _planned(told: Form) -> None:
    if isinstance(told, StoryForm):
        story = story_of(told, BRIEF, "a model")
        assert 0 < len(story.scenes) <= 60
        assert "\n" not in story.title
        graph_of(story, [])
        Story.model_validate_json(story.model_dump_json())
    elif isinstance(told, GraphForm):
        graph_of(STORY, [told])
    elif isinstance(told, ShotsForm):
        graph = graph_of(STORY, [])
        planned = plan_shots(STORY, graph, BRIEF)
        made = shots_of(planned, shots_told(told, range(1, 5)), graph, "ink")
        assert len(made) == len(planned)
        assert all(len(shot.image_prompt) <= PROMPT_CHARACTERS + 200 and shot.camera in CAMERAS for shot in made)
        assert [shot.narration for shot in made] == [shot.narration for shot in planned]
    elif isinstance(told, StagingForm):
        for form in stages_told(told, range(1, 5)).values():
            assert staged(STORY.scenes[0], form).narration == STORY.scenes[0].narration
    elif isinstance(told, SceneForm):
        assert staged(STORY.scenes[0], told).narration == STORY.scenes[0].narration
