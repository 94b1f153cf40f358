"""The offline crew's animator: moves the camera over the painted still. No network, no cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from studio.model.camera import Aim
from studio.model.engines import Abilities, Tick
from studio.model.film import Cue
from studio.model.fingerprint import fingerprint
from studio.model.receipt import PieceMeasures
from studio.model.style import FRAMING, Style
from studio.video.camera import compile_move
from studio.video.planes import open_picture
from studio.video.saliency import find_aim
from studio.video.still_clip import render_still


@dataclass(frozen=True)
class OfflineAnimator:
    """Turns a picture into a clip by moving a camera over it.

    Nothing inside the picture moves; `not_moved` lists what the motion prompt asked to move.

    Attributes:
        style: the style whose frame stands around the pictures, and whose captions are burned in; None for neither.
    """

    style: Style | None = None

    engine = "offline"
    model = "animator"
    version = 3
    abilities = Abilities(seed=True)

    def in_style(self, style: Style) -> Self:
        """Return this animator, working in the style."""
        return replace(self, style=style)

    @property
    def style_print(self) -> str:
        """What of the style changes its clips."""
        return "" if self.style is None else fingerprint(animator=self.style.settings.model_dump_json(include=FRAMING))

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
        """Write an MP4 of exactly `frames` frames to `out`; `cues`, in frames of this clip, are burned in.

        The camera aims at `focus`, in shares of the picture, or else at what stands out in it most.

        Returns:
            What was measured; `not_moved` are the words that no camera move can carry out, `not_drawn` the words of
            the cues that no available font can show.

        Raises:
            EngineFailed: the picture cannot be read, or the encoder failed.
            DiskFull: there is no room left on the disk.
        """
        settings = None if self.style is None else self.style.settings
        picture = open_picture(image)
        move, not_moved = compile_move(camera, motion_prompt, seed, find_aim(picture, size, focus))
        made = render_still(picture, move, frames, fps, size, seed, cues, out, tick, settings)
        return made.model_copy(update={"not_moved": not_moved})
