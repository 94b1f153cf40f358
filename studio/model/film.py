"""The film's data models: what is asked for, what is planned, how a camera moves.

What is made is in `studio/model/receipt.py`. Frozen pydantic models, validated once at the border. No clock, no
files, no randomness: those come in as arguments where a model is made. Everything else in the program imports from
here.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_serializer
from pydantic import SerializerFunctionWrapHandler as Dump

from studio.fs.safe_open import SHOTS
from studio.model.terms import NO_TERMS, Terms

Aspect = Literal["16:9", "9:16", "1:1", "4:3", "21:9"]
Captions = Literal["soft", "burned", "off"]
Fps = Literal[24, 25, 30]
Camera = Literal[
    "static",
    "slow pan left",
    "slow pan right",
    "tilt up",
    "tilt down",
    "dolly in",
    "dolly out",
    "crane up",
    "crane down",
    "orbit",
    "handheld",
    "zoom",
]
Stage = Literal["story", "scene_graph", "shots", "cast", "images", "narration", "timeline", "videos", "score", "film"]

CAMERAS: tuple[Camera, ...] = get_args(Camera)
STAGES: tuple[Stage, ...] = get_args(Stage)

IDEA_CHARACTERS = 4_000
"""Longest idea, in characters: about two pages. A longer text is a script and has an option of its own."""

SCRIPT_CHARACTERS = 200_000
"""Longest script, in characters: twice that of a feature film."""

LINE_CHARACTERS = 4_000
"""Longest line of one shot, in characters: more than four minutes of speech."""

DEFAULT_STYLE = "ultra cinematic documentary"


class FrozenModel(BaseModel):
    """The base of every model: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what is asked --------------------------------------------------------------------------------


class Prompt(FrozenModel):
    """One line of a prompts file: what to paint in a shot, and how the picture and the camera move."""

    image_prompt: str = Field(min_length=1, max_length=8_000)
    motion_prompt: str = Field(default="", max_length=2_000)
    camera: str = Field(default="static", max_length=200)


class FilmOptions(FrozenModel):
    """The options that shape the film. Two runs with the same idea and options ask for the same film."""

    seconds: float = Field(default=40.0, ge=4, le=3600, allow_inf_nan=False)
    shot_seconds: float = Field(default=5.0, ge=1, le=60, allow_inf_nan=False)
    aspect: Aspect = "16:9"
    height: int = Field(default=1080, ge=144, le=2160, multiple_of=2)
    fps: Fps = 24
    style: str = Field(default=DEFAULT_STYLE, max_length=500)
    captions: Captions = "soft"
    music: bool = True
    seed: int | None = Field(default=None, ge=0, lt=2**31)
    script: str | None = Field(default=None, max_length=SCRIPT_CHARACTERS)
    prompts: tuple[Prompt, ...] | None = Field(default=None, max_length=SHOTS)
    crew: str = Field(default="offline", max_length=200)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of a frame in pixels, both even, as yuv420p needs."""
        across, down = (int(n) for n in self.aspect.split(":"))
        return 2 * math.floor(self.height * across / down / 2 + 0.5), self.height


class Brief(FrozenModel):
    """What a session was asked for: the content of `brief.json`, where `options` is called "wish".

    It changes only when the user asks for a change.
    """

    model_config = ConfigDict(validate_by_name=True)

    idea: str = Field(min_length=1, max_length=IDEA_CHARACTERS)
    options: FilmOptions = Field(validation_alias="wish")
    seed: int = Field(ge=0, lt=2**31, description="the asked seed, or the one drawn when the session was opened")
    started_at: str = Field(description="local time, ISO 8601 with microseconds")
    version: str = Field(description="the program's version that opened the session")
    batch: str = Field(default="", max_length=64, description="the manifest line it was opened for; '' for none")
    terms: Terms = Field(default=NO_TERMS, description="what it may cost; left out if nobody set any terms")

    @model_serializer(mode="wrap")
    def _as_filed(self, dump: Dump) -> dict[str, JsonValue]:
        # A brief is compared with its copy byte for byte: one written before these keys existed must stay as it is.
        content: dict[str, JsonValue] = dump(self)
        unsaid = {"batch": not self.batch, "terms": self.terms == NO_TERMS}
        return {"wish" if key == "options" else key: value for key, value in content.items() if not unsaid.get(key)}


# --- what is planned ------------------------------------------------------------------------------


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


class Story(FrozenModel):
    """The story, as in `story.json`: title, style, and the scenes in the order they are told."""

    title: str = Field(min_length=1)
    style: str
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=SHOTS, fail_fast=True)
    language: str = Field(default="en", description="ISO 639-1 code of the narration; 'other': not English")
    mood: Mood = "hopeful"
    written_by: str = Field(default="", description="who wrote it, for example 'a draft by template'")


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


class Shot(FrozenModel):
    """One shot of `shots.json`. `seed`, `frames` and `take` are chosen once and kept in the file."""

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


class Word(FrozenModel):
    """One spoken word: text as written, start and end in seconds from the start of its line."""

    text: str
    start: float = Field(ge=0)
    end: float = Field(ge=0)


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


# --- how the camera moves -------------------------------------------------------------------------

Aim = tuple[float, float]
"""(x, y) of a place in a picture: shares of its width and height from the left and the top, 0 to 1."""

CENTRE: Aim = (0.5, 0.5)


class Pose(FrozenModel):
    """Where the camera looks: its centre as shares of the spare margin, -1 (left or top edge) to 1, and zoom >= 1."""

    x: float = Field(default=0.0, ge=-1, le=1)
    y: float = Field(default=0.0, ge=-1, le=1)
    zoom: float = Field(default=1.0, ge=1.0, le=4.0)
    roll: float = Field(default=0.0, ge=-15, le=15, description="degrees, positive is clockwise")


class Move(FrozenModel):
    """A camera move between two poses, eased.

    `shake`, 0 to 1, is how much a handheld camera shakes; `swing`, -1 to 1, is an orbit's arc and direction. `aim` is
    where the subject is in the frame at zoom 1: an orbit and a roll turn about it.
    """

    start: Pose = Pose()
    end: Pose = Pose()
    shake: float = Field(default=0.0, ge=0, le=1)
    swing: float = Field(default=0.0, ge=-1, le=1)
    linear: bool = Field(
        default=False, description="the zoom grows by a constant amount, as by a lens's ring, not by a ratio"
    )
    aim: Aim = CENTRE


class Cue(FrozenModel):
    """One caption: frames `[start, end)` and its text, one or two lines joined by a newline."""

    start: int = Field(ge=0)
    end: int = Field(ge=1)
    text: str


class MusicCue(FrozenModel):
    """Where a mood begins: `start` in seconds from the film's first frame."""

    start: float = Field(ge=0, allow_inf_nan=False)
    mood: Mood
