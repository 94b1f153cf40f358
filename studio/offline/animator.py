"""The offline crew's animator: moves the camera over the painted still. No network, no cost."""

from __future__ import annotations

from pathlib import Path

from studio.camera import compile_move
from studio.model import Cue, Made
from studio.ports import Tick
from studio.render import render_still


class OfflineAnimator:
    """Turns a picture into a clip by a camera move; what should move in the picture itself is named in `not_moved`."""

    engine = "offline"
    model = "animator"
    version = 1

    def animate(
        self, image: Path, camera: str, motion_prompt: str, frames: int, fps: int,
        size: tuple[int, int], seed: int, cues: tuple[Cue, ...], out: Path, tick: Tick,
    ) -> Made:  # fmt: skip
        """Write an MP4 of exactly `frames` frames; `cues`, in frames of this clip, are burned in.

        Returns:
            What was measured; `not_moved` are words that no camera move can do, `not_drawn` words of the cues that no
            font at hand can show.

        Raises:
            EngineFailed: the picture cannot be read, or the encoder gave up.
            DiskFull: there is no room left.
        """
        move, not_moved = compile_move(camera, motion_prompt, seed)
        made = render_still(image, move, frames, fps, size, seed, cues, out, tick)
        return made.model_copy(update={"not_moved": not_moved})
