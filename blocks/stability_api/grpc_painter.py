"""The painter for Stability's gRPC service, for hosts that speak only that. The usual one is `rest_painter.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from blocks.paid_engine import PaidEngine, paint_through_desk
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.grpc_call import SentRequest, generate, sdk
from blocks.stability_api.painter_settings import (
    SEED_FOR_ZERO,
    StylePreset,
    check_choice,
    nearest,
    sendable,
    settings_text,
)
from studio.errors import EngineFailed
from studio.model.engines import Abilities
from studio.model.fingerprint import fingerprint
from studio.model.paid import Request
from studio.model.receipt import PieceMeasures

SIZES = (
    (1024, 1024),
    (1152, 896),
    (1216, 832),
    (1344, 768),
    (1536, 640),
    (640, 1536),
    (768, 1344),
    (832, 1216),
    (896, 1152),
)
"""The sizes that SDXL 1.0 paints, (width, height) in pixels; all are multiples of 64, about a megapixel
(https://platform.stability.ai/docs/api-reference#tag/SDXL-1.0-and-SD1.6, width and height)."""

PROMPT_CHARACTERS = 2_000
"""The longest prompt (same page, `TextPrompt.text`)."""


@dataclass(frozen=True)
class StabilityGrpcPainter(PaidEngine):
    """A painter over gRPC: one call per picture, with a deadline. It takes no reference pictures.

    Attributes:
        engine_id: an engine of the server; SDXL 1.0 is the SDK's own default.
        negative_prompt: what must not be seen; '' for nothing.
        style_preset: one of the published styles; None for none.
        steps: steps of diffusion, 10 to 50; 30 is the published default (same page as `SIZES`).
        seconds: the deadline of the whole call, > 0.

    Raises:
        BadInput: there is no such style.
    """

    account: StabilityAccount
    engine_id: str = "stable-diffusion-xl-1024-v1-0"
    negative_prompt: str = ""
    style_preset: StylePreset | None = None
    steps: int = 30
    seconds: float = 300.0

    engine = "stability"
    abilities = Abilities(SIZES, seed=True, negative_prompts=True)

    def __post_init__(self) -> None:
        check_choice("style", self.style_preset, get_args(StylePreset))

    @property
    def model(self) -> str:
        """The engine, and every setting that changes the picture."""
        return settings_text(f"{self.engine_id} {self.steps} steps", self.style_preset, self.negative_prompt)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        """Paint a PNG at `out`, RGB 8 bit, of exactly `size` (width, height) pixels: in the nearest size, then fitted.

        Args:
            prompt: 1 to 2,000 characters; a longer one is cut.
            seed: 0 to 2**31 - 1.
            references: must be empty.

        Raises:
            BadInput: `stability-sdk` is not installed.
            EngineFailed: no desk, or reference pictures, which cannot be sent.
            VendorError: the call failed; no file is at `out`.
        """
        desk = self.required_desk()
        if references:
            raise EngineFailed("Stability's gRPC service takes no reference pictures: paint through REST")
        sdk()
        asked = SentRequest(
            self.engine_id,
            sendable(prompt, PROMPT_CHARACTERS),
            nearest(size, SIZES),
            seed or SEED_FOR_ZERO,
            self.steps,
            sendable(self.negative_prompt, PROMPT_CHARACTERS),
            self.style_preset or "",
        )
        request = Request(
            self.account.grpc_vendor,
            self.account.grpc_account,
            self.engine_id,
            "image",
            fingerprint(protocol="grpc Generate", **asdict(asked)),
            {"images": 1},
        )
        return paint_through_desk(desk, request, lambda: generate(self.account, asked, self.seconds), size, out)
