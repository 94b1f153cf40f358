"""A painter that answers every prompt with a gradient between two colours, which prompt and seed choose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from studio.model.engine_plugin import EnginePlugin, EngineSettings
from studio.model.engines import Abilities
from studio.model.receipt import PieceMeasures


class Settings(EngineSettings):
    """What a crew can choose."""

    direction: Literal["down", "across"] = "down"


@dataclass(frozen=True)
class GradientPainter:
    """Paints gradients; the same prompt and seed give the same picture."""

    direction: str

    engine = "gradient"
    # Raised when the same order would give other bytes: pictures of before are then made again.
    version = 1
    abilities = Abilities(seed=True)

    @property
    def model(self) -> str:
        """What was chosen, too: it is part of a picture's fingerprint."""
        return f"gradient {self.direction}"

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        """Write a PNG of `size` (width, height) pixels at `out`."""
        drawn = hashlib.sha256(f"{seed} {prompt}".encode()).digest()
        first, last = np.frombuffer(drawn[:6], np.uint8).reshape(2, 3).astype(float)
        share = np.linspace(0, 1, size[1] if self.direction == "down" else size[0])[:, np.newaxis]
        line = (first * (1 - share) + last * share).astype(np.uint8)
        picture = np.broadcast_to(
            line[:, np.newaxis] if self.direction == "down" else line[np.newaxis], (size[1], size[0], 3)
        )
        Image.fromarray(np.ascontiguousarray(picture)).save(out, "PNG")
        return PieceMeasures(width=size[0], height=size[1])


plugin = EnginePlugin(Settings, lambda chosen: GradientPainter(chosen.direction), elsewhere=False)
