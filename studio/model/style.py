"""A style: what a film looks and sounds like, as a person writes it down in a Markdown file. Pure.

Its sections are guidance in words, for whoever can read them; its settings say the same to the offline crew, which
reads no guidance. `studio/input/styles.py` finds and reads the files.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from studio.model.camera import Camera
from studio.model.film import Mood
from studio.model.frozen_model import FrozenModel

STYLE_CHARACTERS = 20_000
"""Longest text of a style, in characters: some five pages."""
GUIDANCE_CHARACTERS = 2_000
"""Longest section of a style, in characters."""

Palette = Literal[
    "natural",
    "muted",
    "mono",
    "sepia",
    "teal and orange",
    "glossy",
    "video",
    "watercolour",
    "flat",
    "night",
    "print",
    "tape",
    "arcade",
]
Line = Literal["none", "brush", "pencil", "ink", "outline", "dots", "pixels"]
Frame = Literal[
    "none", "strap", "letterbox", "page", "window", "panel", "banner", "board", "gate", "tape", "screen", "badge"
]
Light = Literal["as told", "blinds", "bloom", "lamp", "stars"]
Lettering = Literal["light", "plain", "heavy", "wide"]
Instruments = Literal["as told", "pads", "bells", "plucks", "pulse", "full"]
Tense = Literal["as written", "past"]
Sentences = Literal["as written", "short", "long"]
ShotSize = Literal["wide", "medium", "close"]


class StyleSettings(FrozenModel):
    """What the offline crew does for a style; the default of each field changes nothing."""

    palette: Palette = Field(default="natural", description="the colours of pictures")
    contrast: float = Field(default=1.0, ge=0.4, le=2.5, description="of pictures; 1 is as painted")
    grain: float = Field(default=1.0, ge=0, le=8, description="film grain; up to 1 is as painted, more adds to it")
    line: Line = Field(default="none", description="what pictures are drawn with")
    light: Light = Field(default="as told", description="what the light does, whatever the story says")
    frame: Frame = Field(default="none", description="what stands around every picture, and does not move with it")
    label: str = Field(
        default="", max_length=60, description="the words in a frame that has some, two parts with ' | ' between them"
    )
    paper: str = Field(
        default="", pattern=r"^(|#[0-9a-fA-F]{6})$", description="the colour of cards and frame, '#rrggbb'; '' is usual"
    )
    ink: str = Field(
        default="", pattern=r"^(|#[0-9a-fA-F]{6})$", description="the colour of letters on them, '#rrggbb'; '' is usual"
    )
    accent: str = Field(
        default="", pattern=r"^(|#[0-9a-fA-F]{6})$", description="the colour of rules, boxes and banners, '#rrggbb'"
    )
    lettering: Lettering = Field(default="light", description="how the letters of cards and captions look")
    capitals: bool = Field(default=False, description="whether titles are set in capitals")
    captions: Literal["shadow", "box", "strip", "plain"] = Field(
        default="shadow", description="what is behind burned-in captions"
    )
    pace: float = Field(default=1.0, ge=0.25, le=4, description="length of the shots, in lengths as asked for")
    moves: tuple[Camera, ...] = Field(default=(), max_length=12, description="the only moves of the camera")
    sizes: tuple[ShotSize, ...] = Field(default=(), max_length=3, description="the only sizes of shots")
    moods: tuple[Mood, ...] = Field(default=(), max_length=10, description="the only moods of the music")
    tempo: float = Field(default=1.0, ge=0.4, le=2.5, description="speed of the music; 2 is twice as fast")
    instruments: Instruments = Field(default="as told", description="what is heard most in the music")
    tense: Tense = Field(default="as written", description="the tense of the offline writer's sentences")
    sentences: Sentences = Field(default="as written", description="the length of the offline writer's sentences")
    opening: tuple[str, ...] = Field(default=(), max_length=8, description="first sentences, of which one is said")
    closing: tuple[str, ...] = Field(default=(), max_length=8, description="last sentences, of which one is said")
    asides: tuple[str, ...] = Field(
        default=(), max_length=20, description="sentences between those of the story, each said once at most"
    )


FRAMING = {"frame", "label", "paper", "ink", "accent", "lettering", "captions"}
"""The settings that change clips: what stands around pictures and under them."""
CARDS = FRAMING | {"capitals"}
"""The settings that change title and end card."""
MUSIC = {"tempo", "instruments"}
"""The settings that change the score, besides the moods, which are in its cues."""
NO_SETTINGS = StyleSettings()


class Style(FrozenModel):
    """A style, as its file tells it.

    Attributes:
        name: by which it is asked for, '' for one made of free words.
        story, picture, narration, camera, cut, music: its sections, '' for one that it does not have.
    """

    name: str = Field(default="", max_length=60)
    title: str = Field(min_length=1, max_length=500)
    about: str = Field(default="", max_length=300)
    sample: str = Field(default="", max_length=1_000)
    settings: StyleSettings = NO_SETTINGS
    story: str = Field(default="", max_length=GUIDANCE_CHARACTERS)
    picture: str = Field(default="", max_length=GUIDANCE_CHARACTERS)
    narration: str = Field(default="", max_length=GUIDANCE_CHARACTERS)
    camera: str = Field(default="", max_length=GUIDANCE_CHARACTERS)
    cut: str = Field(default="", max_length=GUIDANCE_CHARACTERS)
    music: str = Field(default="", max_length=GUIDANCE_CHARACTERS)


SECTIONS = ("story", "picture", "narration", "camera", "cut", "music")
"""The sections of a style, in the order in which they are written."""
