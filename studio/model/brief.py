"""What is asked for: the brief of a film, with the idea and every option that shapes the film.

Frozen pydantic models, validated once at the border. No clock, no files, no randomness: those come in as arguments
where a model is made.
"""

from __future__ import annotations

import json
import math
from typing import Literal

from pydantic import ConfigDict, Field, JsonValue, field_validator, model_serializer, model_validator
from pydantic import SerializerFunctionWrapHandler as Dump

from studio.fs.safe_open import SHOTS
from studio.model.film import Fps
from studio.model.frozen_model import FrozenModel
from studio.model.style import STYLE_CHARACTERS
from studio.model.terms import NO_TERMS, Terms

Aspect = Literal["16:9", "9:16", "1:1", "4:3", "21:9"]
Captions = Literal["soft", "burned", "off"]

IDEA_CHARACTERS = 4_000
"""Longest idea, in characters: about two pages. A longer text is a script and has an option of its own."""
SCRIPT_CHARACTERS = 200_000
"""Longest script, in characters: twice that of a feature film."""
CREW_SUFFIX = ".toml"
"""How the name of a crew that is written out ends, as its file's; no built-in crew and no saved block is named so."""
UNNAMED_CREW = f"crew{CREW_SUFFIX}"
"""The name of a crew that is written out in no file of its own."""
CREW_CHARACTERS = 20_000
"""The longest settings of a crew, as JSON: a negative prompt of 2,000 letters, and some more."""
DEFAULT_STYLE = "ultra cinematic documentary"


def is_crew_file(crew: object) -> bool:
    """Tell whether what was given for a crew names a file."""
    return isinstance(crew, str) and crew.lower().endswith(CREW_SUFFIX)


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
    script_times: bool = Field(
        default=False,
        description="whether the shots follow the times of a script that is captions; then it has `seconds`",
    )
    prompts: tuple[Prompt, ...] | None = Field(default=None, max_length=SHOTS)
    crew: str = Field(default="offline", max_length=200)
    crew_settings: dict[str, JsonValue] | None = Field(
        default=None, description="the fields of a Film Crew, for a crew that is written out: `crew` then only names it"
    )
    variants: int = Field(default=1, ge=1, le=9, description="how many takes of every picture are made before its clip")
    style_text: str | None = Field(
        default=None,
        max_length=STYLE_CHARACTERS,
        description="the style written out, as its file was when the film was begun: `style` then only names it",
    )

    @model_validator(mode="before")
    @classmethod
    def _named_as_a_file(cls, given: object) -> object:
        # A name of a built-in or saved crew says who works; with settings of its own that would be wrong.
        if isinstance(given, dict) and given.get("crew_settings") and not is_crew_file(given.get("crew")):
            return {**given, "crew": UNNAMED_CREW}
        return given

    @field_validator("crew_settings")
    @classmethod
    def _checked(cls, settings: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
        if settings is not None and len(json.dumps(settings)) > CREW_CHARACTERS:
            raise ValueError(f"is longer than a crew may be, {CREW_CHARACTERS:,} letters as JSON")
        # A form leaves an empty object where nothing was given.
        return settings or None

    def same_as(self, other: FilmOptions) -> bool:
        """Tell whether these options ask for the same film as others.

        Of a style its name counts, not its text: a film goes on in the style with which it was begun.
        """
        return self.model_copy(update={"style_text": None}) == other.model_copy(update={"style_text": None})

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of a frame in pixels, both even, as yuv420p needs."""
        across, down = (int(n) for n in self.aspect.split(":"))
        return 2 * math.floor(self.height * across / down / 2 + 0.5), self.height


class ForkedFrom(FrozenModel):
    """Of which session a session is a variant."""

    session: str = Field(description="the id of that session")
    name: str = Field(default="", description="its name then; '' for none")
    shots: int | None = Field(default=None, ge=1, description="how many of its shots were taken; None for all")


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
    name: str = Field(default="", max_length=64, description="what a person calls the film; '' for none")
    forked_from: ForkedFrom | None = Field(default=None, description="the session that it is a variant of")

    @model_serializer(mode="wrap")
    def _as_filed(self, dump: Dump) -> dict[str, JsonValue]:
        # A brief is compared with its copy byte for byte: one written before these keys existed must stay as it is.
        content: dict[str, JsonValue] = dump(self)
        unsaid = {
            "batch": not self.batch,
            "terms": self.terms == NO_TERMS,
            "name": not self.name,
            "forked_from": self.forked_from is None,
        }
        if isinstance(options := content["options"], dict):
            for key, said in (
                ("crew_settings", self.options.crew_settings is not None),
                ("script_times", self.options.script_times),
                ("variants", self.options.variants != 1),
                ("style_text", self.options.style_text is not None),
            ):
                if not said:
                    del options[key]
        return {"wish" if key == "options" else key: value for key, value in content.items() if not unsaid.get(key)}
