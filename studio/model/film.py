"""What is planned of a film: stages, story, scene graph, shots, timeline, cues.

What is asked for is in `studio/model/brief.py`, what is made in `studio/model/receipt.py`. Frozen pydantic models,
validated once at the border. No clock, no files, no randomness: those come in as arguments where a model is made.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, model_serializer, model_validator
from pydantic import SerializerFunctionWrapHandler as Dump

from studio.fs.safe_open import SHOTS
from studio.model.frozen_model import FrozenModel

Fps = Literal[24, 25, 30]
Stage = Literal["story", "scene_graph", "shots", "cast", "images", "narration", "timeline", "videos", "score", "film"]

STAGES: tuple[Stage, ...] = get_args(Stage)

NOTE_LETTERS = 2_000
"""Longest note on a shot, in characters."""

SHOT_EXTRAS = (
    "id",
    "alternatives",
    "video_take",
    "video_alternatives",
    "narration_take",
    "narration_alternatives",
    "picture",
    "clip",
    "voice",
    "note",
)
"""Keys of a shot that are left out while they have their default: a plan without them is one of an earlier release."""
STORY_EXTRAS = ("music", "title_card", "references", "score_take", "score_alternatives")
"""Keys of a story that are left out while they have their default. They direct the film and are no part of the tale."""

LINE_CHARACTERS = 4_000
"""Longest line of one shot, in characters: more than four minutes of speech."""


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def without_usual(model: FrozenModel, content: dict[str, JsonValue], names: Collection[str]) -> dict[str, JsonValue]:
    """Return what was dumped of a model without those keys of `names` that have their default."""
    fields = type(model).model_fields
    return {
        key: value for key, value in content.items() if key not in names or getattr(model, key) != fields[key].default
    }


Mood = Literal[
    "calm", "tender", "wonder", "hopeful", "brave", "playful", "restless", "melancholy", "tense", "mysterious"
]
"""The mood of the music of a film or a scene; `studio/planning/moods.py` finds a scene's."""


class Scene(FrozenModel):
    """One scene of the story. `narration` is what the voice says over it; '' is silence."""

    id: int = Field(ge=1)
    location: str
    characters: str
    action: str
    emotion: str
    narration: str


class Reference(FrozenModel):
    """A picture of a place or a prop that a person gave: painters that take pictures are shown it.

    `node` is the id of the place or prop in the scene graph, `sha256` that of a PNG in `material/`.
    """

    node: str = Field(pattern=r"^(place|prop)_[0-9]{1,4}$")
    sha256: Sha256
    name: str = Field(default="", max_length=200, description="what the person's file was called")


class Story(FrozenModel):
    """The story, as in `story.json`: title, style, and the scenes in the order they are told."""

    title: str = Field(min_length=1)
    style: str
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=SHOTS, fail_fast=True)
    language: str = Field(default="en", description="ISO 639-1 code of the narration; 'other': not English")
    mood: Mood = "hopeful"
    written_by: str = Field(default="", description="who wrote it, for example 'a draft by template'")
    music: Source | None = Field(default=None, description="music that a person chose; None: composed by the crew")
    title_card: Source | None = Field(default=None, description="a picture or clip that a person chose for the title")
    references: tuple[Reference, ...] = Field(default=(), max_length=200, description="pictures of places and props")
    score_take: int = Field(default=1, ge=1, description="raised by a redo: the same moods, other music")
    score_alternatives: int = Field(default=0, ge=0, le=8, description="how many takes of the score more are composed")

    @model_serializer(mode="wrap")
    def _without_what_is_usual(self, dump: Dump) -> dict[str, JsonValue]:
        # Fingerprints cover this text: a story from before there were these keys must keep its fingerprint.
        return without_usual(self, dump(self), STORY_EXTRAS)


NodeKind = Literal["scene", "character", "place", "prop"]
EdgeKind = Literal["appears_in", "set_in", "used_in", "follows"]


NODES, EDGES = 4 * 9_999, 30 * SHOTS
"""The most nodes and edges of a scene graph: four kinds of nodes, whose numbers have four digits; in each scene 28
characters and props."""


class Node(FrozenModel):
    """One node of the scene graph: a scene, character, place or prop with its one canonical look."""

    id: str = Field(pattern=r"^(scene|character|place|prop)_[0-9]{1,4}$")
    kind: NodeKind
    name: str
    description: str = Field(description="the one visual description; every prompt quotes it word for word")


class Edge(FrozenModel):
    """One edge of the scene graph: `source` appears in / is set in / is used in / follows `target`, both node ids.

    appears_in: character -> scene. set_in: scene -> place. used_in: prop -> scene. follows: scene -> the scene before.
    """

    kind: EdgeKind
    source: str
    target: str


class SceneGraph(FrozenModel):
    """The scene graph, as in `scene_graph.json`: who appears where, and which scene follows which.

    Its rules are in `studio/planning/scene_graph.py`.
    """

    nodes: tuple[Node, ...] = Field(max_length=NODES, fail_fast=True)
    edges: tuple[Edge, ...] = Field(max_length=EDGES, fail_fast=True)


class Source(FrozenModel):
    """A file that a person chose, by its checksum, and which part of it: a recording, a clip, music, a title.

    A person's own file is in `material/` of the session and has a `name`; a take of the crew's has none. `start` and
    `end` are seconds of the file; no `end` is its end.
    """

    sha256: Sha256
    start: float = Field(default=0.0, ge=0, le=24 * 3600, allow_inf_nan=False)
    end: float | None = Field(default=None, gt=0, le=24 * 3600, allow_inf_nan=False)
    sound: bool = Field(default=False, description="of a clip: whether its own sound is kept, under the voice")
    name: str = Field(default="", max_length=200, description="what a person's own file was called; '' for a take")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Source:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"'end' is {self.end:g}, which is not after 'start', {self.start:g}")
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_usual(self, dump: Dump) -> dict[str, JsonValue]:
        return without_usual(self, dump(self), ("start", "end", "sound", "name"))


class Shot(FrozenModel):
    """One shot of `shots.json`. `seed`, `frames` and `take` are chosen once and kept in the file.

    The `id` is the shot's identity: it stays when shots come, go or move, and so the shot keeps its takes.
    """

    index: int = Field(ge=1, description="1-based, the place in the list")
    image_prompt: str = Field(min_length=1, max_length=8_000)
    motion_prompt: str = Field(default="", max_length=2_000)
    camera: str = Field(default="static", max_length=200)
    image_path: str = Field(default="", description="'images/shot_001.png', relative to the session")
    scene: int = Field(default=1, ge=1, description="id of its scene")
    narration: str = Field(default="", max_length=LINE_CHARACTERS, description="what the voice says over it")
    frames: int = Field(ge=1, le=24 * 3600, description="planned length in frames at the film's rate")
    seed: int = Field(ge=0, lt=2**31)
    take: int = Field(default=1, ge=1, description="raised by a redo: the same prompt, another picture")
    id: str = Field(default="", pattern=r"^[a-z0-9-]{0,40}$", description="its identity; '' before it is read")
    alternatives: int = Field(default=0, ge=0, le=8, description="how many takes of its picture more are painted")
    video_take: int = Field(default=1, ge=1, description="raised by a redo: the same picture and move, another clip")
    video_alternatives: int = Field(default=0, ge=0, le=8, description="how many takes of its clip more are made")
    narration_take: int = Field(default=1, ge=1, description="raised by a redo: the same words, spoken again")
    narration_alternatives: int = Field(default=0, ge=0, le=8, description="how many takes of its line more are spoken")
    picture: str = Field(
        default="", pattern=r"^([0-9a-f]{64})?$", description="the take that is its picture; '': by its prompt"
    )
    clip: Source | None = Field(default=None, description="a clip that a person chose; None: made from its picture")
    voice: Source | None = Field(default=None, description="a recording that a person chose; None: spoken by the crew")
    note: str = Field(default="", max_length=NOTE_LETTERS, description="what a person noted about it")

    @property
    def direction(self) -> str:
        """What a person asked for last about its picture, besides its words: the take, and the choice of one.

        A picture by hand stays until this changes.
        """
        return f"{self.take}:{self.picture[:16]}"

    @model_serializer(mode="wrap")
    def _without_what_is_usual(self, dump: Dump) -> dict[str, JsonValue]:
        return without_usual(self, dump(self), SHOT_EXTRAS)


class Word(FrozenModel):
    """One spoken word: text as written, start and end in seconds from the start of its line."""

    text: str
    start: float = Field(ge=0)
    end: float = Field(ge=0)
    glued: bool = Field(default=False, description="whether it is written behind the word before without a space")

    @model_serializer(mode="wrap")
    def _without_what_is_usual(self, dump: Dump) -> dict[str, JsonValue]:
        return without_usual(self, dump(self), ("glued",))


class Span(FrozenModel):
    """A shot's place in the film, in whole frames: `[start, start + frames)`."""

    index: int = Field(ge=1)
    start: int = Field(ge=0)
    frames: int = Field(ge=1)
    line_start: int = Field(ge=0, description="the frame where its line begins, from the start of the film")


class Timeline(FrozenModel):
    """The timeline, as in `timeline.json`: the whole film in frames.

    `title_frames` come first, then the shots, end to end, and last `end_frames`.
    """

    fps: Fps
    title_frames: int = Field(ge=0)
    spans: tuple[Span, ...] = Field(max_length=SHOTS, fail_fast=True)
    end_frames: int = Field(default=0, ge=0, description="length of the end card; left out if there is none")
    frames: int = Field(ge=1, description="length of the film")

    @property
    def seconds(self) -> float:
        """Length of the film in seconds."""
        return self.frames / self.fps

    @model_serializer(mode="wrap")
    def _without_an_end_it_does_not_have(self, dump: Dump) -> dict[str, JsonValue]:
        # The film's fingerprint covers this text: a film made before there were end cards must keep its fingerprint.
        content: dict[str, JsonValue] = dump(self)
        return {key: value for key, value in content.items() if key != "end_frames" or value}


class Cue(FrozenModel):
    """One caption: frames `[start, end)` and its text, one or two lines joined by a newline."""

    start: int = Field(ge=0)
    end: int = Field(ge=1)
    text: str


class MusicCue(FrozenModel):
    """Where a mood begins: `start` in seconds from the film's first frame."""

    start: float = Field(ge=0, allow_inf_nan=False)
    mood: Mood
