"""A crew that makes real, tiny pieces at once, for tests in which the art does not matter.

Every engine call is counted in `calls`, and in a file if one is given, so that what a killed process began and ended is
known.
"""

from __future__ import annotations

import time
import wave
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from PIL import Image

from blocks.offline.animator import OfflineAnimator
from blocks.offline.writer.writer import OfflineWriter
from studio.audio.wav import wav_file
from studio.model.brief import Brief
from studio.model.camera import Aim
from studio.model.engines import Abilities, Crew, Tick
from studio.model.film import Cue, MusicCue, SceneGraph, Shot, Story, Word
from studio.model.receipt import PieceMeasures

Hook = Callable[[str, str], None]

SCORE_HZ = 48_000
PAINTERS = Crew.painters
"""How many pictures are painted at the same time."""

FOCUS: Aim = (0.4167, 0.4167)
"""Where the white box of every painted picture is."""


@dataclass
class Log:
    """Counts engine calls by kind, and appends '<kind> begin|end <what>' to `path` if it is given."""

    path: Path | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    hook: Hook = lambda kind, what: None
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aimed: dict[str, Aim | None] = field(default_factory=dict)

    def begin(self, kind: str, what: str) -> None:
        self.calls.append((kind, what))
        self._write(f"{kind} begin {what}")
        self.hook(kind, what)

    def end(self, kind: str, what: str) -> None:
        self._write(f"{kind} end {what}")

    def _write(self, line: str) -> None:
        if self.path is not None:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(line.replace("\n", " ") + "\n")

    def count(self, kind: str) -> int:
        return sum(each == kind for each, _ in self.calls)


@dataclass
class FakeWriter:
    log: Log
    engine: str = "fake"
    model: str = "writer"
    version: int = 1
    abilities: ClassVar[Abilities] = Abilities(seed=True)

    def write_story(self, brief: Brief) -> Story:
        self.log.begin("story", brief.idea)
        return OfflineWriter().write_story(brief)

    def map_scenes(self, story: Story, seed: int) -> SceneGraph:
        self.log.begin("scene_graph", story.title)
        return OfflineWriter().map_scenes(story, seed)

    def plan_shots(self, story: Story, graph: SceneGraph, brief: Brief) -> tuple[Shot, ...]:
        self.log.begin("shots", story.title)
        return OfflineWriter().plan_shots(story, graph, brief)


@dataclass
class FakePainter:
    log: Log
    engine: str = "fake"
    model: str = "painter"
    version: int = 1
    references: int = 0

    @property
    def abilities(self) -> Abilities:
        return Abilities(seed=True, references=self.references)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        kind = "portrait" if prompt.startswith("Character reference") else "image"
        self.log.shown[prompt] = tuple(path.name for path in references)
        self.log.begin(kind, prompt)
        shade = zlib.crc32(f"{prompt}{seed}".encode())
        picture = Image.new("RGB", size, (shade & 255, shade >> 8 & 255, shade >> 16 & 255))
        picture.paste((255, 255, 255), (size[0] // 3, size[1] // 3, size[0] // 2, size[1] // 2))
        with open(out, "wb") as file:
            picture.save(file, "PNG")
        self.log.end(kind, prompt)
        return PieceMeasures(width=size[0], height=size[1], focus=FOCUS)


@dataclass
class FakeNarrator:
    log: Log
    engine: str = "fake"
    model: str = "narrator"
    version: int = 1
    abilities: ClassVar[Abilities] = Abilities(seed=True)

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        self.log.begin("narration", line)
        words = line.split()
        seconds = 0.1 * len(words)
        with open(out, "wb") as file, wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(24_000)
            sound.writeframes(b"\x00\x10\x00\xf0" * round(seconds * 12_000))
        self.log.end("narration", line)
        spoken = tuple(Word(text=word, start=0.1 * i, end=0.1 * i + 0.1) for i, word in enumerate(words))
        return PieceMeasures(seconds=round(seconds, 6), words=spoken)


@dataclass
class FakeAnimator:
    log: Log
    engine: str = "fake"
    model: str = "animator"
    version: int = 1
    abilities: ClassVar[Abilities] = Abilities()

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
        self.log.begin("video", image.name)
        self.log.aimed[image.name] = focus
        made = OfflineAnimator().animate(image, camera, motion_prompt, frames, fps, size, seed, cues, focus, out, tick)
        self.log.end("video", image.name)
        return made


class FakeComposer:
    """A composer of one chord, chosen by the seed and held from the first sample to the last."""

    engine, model, version = "fake", "composer", 1

    def compose(self, cues: tuple[MusicCue, ...], seconds: float, seed: int, out: Path) -> PieceMeasures:
        count = round(seconds * SCORE_HZ)
        notes = [220.0 * 2 ** ((seed + step) % 12 / 12) for step in (0, 4, 7)]
        chord = sum(np.sin(2 * np.pi * note / SCORE_HZ * np.arange(count)) for note in notes)
        with wav_file(out, 2, SCORE_HZ) as append:
            append(np.repeat(np.asarray(0.05 * chord, np.float32)[:, np.newaxis], 2, axis=1))
        return PieceMeasures(seconds=count / SCORE_HZ)


def fake_crew(log: Log, references: int = 0) -> Crew:
    """Return a crew that logs every call; its clips are real, everything else is instant.

    Args:
        references: how many pictures the painter can be shown; those that it was shown are kept in `Log.shown`.
    """
    return Crew(
        "offline",
        FakeWriter(log),
        OfflineWriter(),
        FakePainter(log, references=references),
        FakeNarrator(log),
        FakeAnimator(log),
        FakeComposer(),
        painters=PAINTERS,
    )


def slow(kind: str, seconds: float, *parts: str) -> Hook:
    """Return a hook that makes calls of `kind` take `seconds`: those whose text contains one of `parts`, or all."""

    def hook(each: str, what: str) -> None:
        if each == kind and (not parts or any(part in what for part in parts)):
            time.sleep(seconds)

    return hook
