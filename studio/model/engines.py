"""The protocols of the crew: what every writer, painter, narrator, animator and composer can do.

Engines implement these without inheriting. An engine writes its file at the path it is given and
nowhere else; publishing is not its job. It either returns what it measured, with a whole, closed file at
`out`, or raises `studio.errors.EngineFailed`; after an error, ignore whatever is at `out`.
All engines may be called from several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from studio.model.brief import Brief
from studio.model.camera import Aim
from studio.model.check import Check
from studio.model.film import Cue, MusicCue, SceneGraph, Shot, Story
from studio.model.price import Price
from studio.model.receipt import PieceMeasures
from studio.model.style import Style

Size = tuple[int, int]
"""(width, height) in pixels."""

Tick = Callable[[int], None]
"""Called with the number of frames finished so far; may raise to stop the work."""


@dataclass(frozen=True)
class Abilities:
    """The optional abilities of an engine, those that its protocol does not require of everyone.

    A mismatch with what is asked is settled before anything is paid (`studio/planning/abilities.py`).

    Attributes:
        sizes: the only sizes, exact or approximate, that it paints; empty if it paints any size of up to `longest_px`
            a side, None for no limit. What it paints is cropped and scaled to the film's frame.
        seed: the same order with the same seed gives the same piece, or nearly.
        references: how many pictures it can be shown, so that a character stays the same; 0 for none.
        negative_prompts: can be told what must not be in the picture.
        languages: ISO 639-1 codes of the languages it can read; empty if it takes any.
        longest_seconds: the longest clip that it makes; None for no limit.
        rates: the only frame rates of its clips, frames a second; empty for any.
        first_frame: its clips begin at the picture that it is shown. One that makes clips of words alone is refused.
        last_frame: its clips can end at a picture, too. No film asks for that; `film doctor` tells it.
    """

    sizes: tuple[Size, ...] = ()
    longest_px: int | None = None
    seed: bool = False
    references: int = 0
    negative_prompts: bool = False
    languages: tuple[str, ...] = ()
    longest_seconds: float | None = None
    rates: tuple[int, ...] = ()
    first_frame: bool = True
    last_frame: bool = False


class Engine(Protocol):
    """The identity of an engine, as a fingerprint needs it: who, which model, which version."""

    @property
    def engine(self) -> str:
        """The engine's name: 'offline', 'openai', ..."""

    @property
    def model(self) -> str:
        """The model's name, or the part of the offline crew."""

    @property
    def version(self) -> int:
        """The engine's version: raised when the same order would give other bytes. For a vendor's work always 0."""


class Able(Engine, Protocol):
    """An engine that has optional abilities."""

    @property
    def abilities(self) -> Abilities:
        """Which optional abilities it has."""


class Writer(Able, Protocol):
    """Turns an idea into plans."""

    def write_story(self, brief: Brief) -> Story:
        """Write the story, with enough scenes for the length asked for."""

    def map_scenes(self, story: Story, seed: int) -> SceneGraph:
        """Draw the graph of scenes, characters, places and props."""

    def plan_shots(self, story: Story, graph: SceneGraph, brief: Brief) -> tuple[Shot, ...]:
        """Break the scenes into shots that fill the length asked for."""


@runtime_checkable
class LeavesScripts(Protocol):
    """A writer that leaves it to another one to cut a person's script into scenes, word for word."""

    def leaving_scripts_to(self, writer: Writer) -> Self:
        """Return this writer, with the other one."""


@runtime_checkable
class TakesStyle(Protocol):
    """An engine that follows a style's settings; any other one gets the style in words, if it gets words at all."""

    def in_style(self, style: Style) -> Self:
        """Return this engine, working in the style."""

    @property
    def style_print(self) -> str:
        """What of the style changes its work, for fingerprints; '' for an engine that works in none."""


class Painter(Able, Protocol):
    """Turns a prompt into a picture."""

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        """Write a PNG, RGB 8 bit, of exactly `size` (width, height) pixels.

        Args:
            references: PNG files of who or what must look the same; at most `abilities.references` of them.
        """


class Narrator(Able, Protocol):
    """Speaks a line."""

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        """Write a WAV, mono 16 bit PCM; measure `seconds` and `words`.

        An empty line, or one this voice cannot read, gives a file of no samples: `seconds` 0, and the
        reason in `not_spoken` if there were words.
        """


class Animator(Able, Protocol):
    """Turns a picture into a clip."""

    def animate(
        self,
        image: Path,
        camera: str,
        motion_prompt: str,
        frames: int,
        fps: int,
        size: tuple[int, int],
        seed: int,
        cues: tuple[Cue, ...],
        focus: Aim | None,
        out: Path,
        tick: Tick,
    ) -> PieceMeasures:
        """Write an MP4 of exactly `frames` frames; `cues`, in frames of this clip, are burned in.

        Args:
            focus: where the subject is in the picture, as its painter said; None if it did not say.
        """


class Composer(Engine, Protocol):
    """Writes the score."""

    def compose(self, cues: tuple[MusicCue, ...], seconds: float, seed: int, out: Path) -> PieceMeasures:
        """Write a WAV, stereo 16 bit PCM at 48 kHz, `round(seconds * 48000)` samples long.

        Args:
            cues: the moods and when they begin, in order, the first at 0; the others begin on cuts.
        """


AT_ONCE = 8
"""Default number of requests in flight at one account. A vendor that allows fewer answers 429, and we wait for it."""


@dataclass(frozen=True)
class AccountLimits:
    """The limits of a vendor account.

    `at_once` is how many requests may be in flight, >= 1; `per_minute` how many may begin within any minute, None for
    no limit.
    """

    at_once: int = AT_ONCE
    per_minute: int | None = None


USUAL = AccountLimits()

Checker = Callable[["Crew", date], Sequence[Check]]
"""Asks the vendors of a crew, for `film doctor`, about keys, balance and models: free requests only. Called with the
crew, of which it knows some engines, and today's date."""


@dataclass(frozen=True)
class Crew:
    """The five engines that work on a film, and how many shots they work on at once.

    Attributes:
        stand_in: a writer that costs nothing: before a paid plan is written, the film's cost is estimated from its
            plan.
        limits: of the vendor account.
        painters, voices: threads for pictures and for lines. The offline painter uses about one core; a vendor's only
            waits.
        portraits: whether a painter that takes references is shown a portrait of every character.
        negative_prompt: what must not be seen, '' for nothing; a painter that takes such prompts has been told.
        checkers: those of its engines' packages, each once.
        prices: those that its engines' packages bring.
    """

    name: str
    writer: Writer
    stand_in: Writer
    painter: Painter
    narrator: Narrator
    animator: Animator
    composer: Composer
    limits: AccountLimits = USUAL
    painters: int = 2
    voices: int = 1
    portraits: bool = True
    negative_prompt: str = ""
    checkers: tuple[Checker, ...] = ()
    prices: tuple[Price, ...] = ()
