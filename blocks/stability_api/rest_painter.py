"""The painter for Stability's Stable Image services, over REST v2beta.

One request per picture, always `multipart/form-data`; the answer is the picture itself. All fields, limits and meanings
are from https://platform.stability.ai/docs/api-reference#tag/Generate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from blocks.http_client.client import RequestLimits, open_client
from blocks.http_client.errors import request_id_of
from blocks.paid_engine import PaidEngine, paint_through_desk
from blocks.stability_api.account import StabilityAccount
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
from studio.model.paid import Reply, Request, VendorError
from studio.model.receipt import PieceMeasures

Service = Literal["core", "ultra", "sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash"]

SHAPES = ((16, 9), (1, 1), (21, 9), (2, 3), (3, 2), (4, 5), (5, 4), (9, 16), (9, 21))
"""All values of `aspect_ratio`, (width, height); the size in pixels follows from it: 1 megapixel, for `core` 1.5."""
PIXELS, CORE_PIXELS = 1_000_000, 1_500_000
"""How many pixels a picture has, and one by `core`."""

PROMPT_CHARACTERS = 10_000
"""The longest prompt."""

LIMITS = RequestLimits(read_seconds=240, total_seconds=300, body_bytes=32 * 2**20)
"""The limits of one request. The vendor publishes no times; these leave room for a queue. A PNG of 1.5 megapixels has
5 MB at most."""


@dataclass(frozen=True)
class StabilityPainter(PaidEngine):
    """A painter for one of the services.

    It takes no reference pictures: `ultra` and `sd3.5-*` can start from one, but then keep its place and pose, too.

    Attributes:
        service: `core` is quick, `ultra` the best; `sd3.5-*` are the base models.
        negative_prompt: what must not be seen, at most 10,000 characters; '' for nothing.
        style_preset: one of the published styles; None for none.
        limits: time and bytes for one request.

    Raises:
        BadInput: there is no such service or style.
    """

    account: StabilityAccount
    service: Service = "core"
    negative_prompt: str = ""
    style_preset: StylePreset | None = None
    limits: RequestLimits = LIMITS

    engine = "stability"

    def __post_init__(self) -> None:
        check_choice("service", self.service, get_args(Service))
        check_choice("style", self.style_preset, get_args(StylePreset))

    @property
    def abilities(self) -> Abilities:
        """What this painter can do: its sizes, seeds, negative prompts."""
        area = CORE_PIXELS if self.service == "core" else PIXELS
        sizes = tuple((round(math.sqrt(area * a / b)), round(math.sqrt(area * b / a))) for a, b in SHAPES)
        return Abilities(sizes, seed=True, negative_prompts=True)

    @property
    def model(self) -> str:
        """The service, and every setting that changes the picture."""
        return settings_text(self.service, self.style_preset, self.negative_prompt)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        """Paint a PNG at `out`, RGB 8 bit, of exactly `size` (width, height) pixels: in the nearest shape, then fitted.

        Args:
            prompt: 1 to 10,000 characters; a longer one is cut.
            seed: 0 to 2**31 - 1.
            references: must be empty.

        Raises:
            EngineFailed: no desk, or a reference picture.
            VendorError: the call failed; no file is at `out`.
        """
        desk = self.required_desk()
        if references:
            raise EngineFailed(f"{self.service} takes no reference pictures")
        fields = self._fields(prompt, size, seed)
        request = Request(
            self.account.vendor,
            self.account.account,
            self.service,
            "image",
            fingerprint(path=self._path, **fields),
            {"images": 1},
        )
        return paint_through_desk(desk, request, lambda: self._send(fields), size, out)

    @property
    def _path(self) -> str:
        return f"/v2beta/stable-image/generate/{self.service if self.service in ('core', 'ultra') else 'sd3'}"

    def _fields(self, prompt: str, size: tuple[int, int], seed: int) -> dict[str, str]:
        across, down = nearest(size, SHAPES)
        base = self.service not in ("core", "ultra")
        fields = {
            "prompt": sendable(prompt, PROMPT_CHARACTERS),
            "negative_prompt": sendable(self.negative_prompt, PROMPT_CHARACTERS),
            "aspect_ratio": f"{across}:{down}",
            "seed": str(seed or SEED_FOR_ZERO),
            "style_preset": self.style_preset or "",
            "output_format": "png",
            "model": self.service if base else "",
            "mode": "text-to-image" if base else "",
        }
        return {name: value for name, value in fields.items() if value}

    def _send(self, fields: dict[str, str]) -> Reply:
        """Post the fields once, and return the picture.

        Raises:
            VendorError: as in `blocks/http_client/client.py` and `blocks/http_client/errors.py`; 'refused' if the
                picture was blurred; 'bad answer' if painting failed.
        """
        # As files without a name, which are plain fields: passed as `data` alone they would not be sent as multipart.
        files = [(name, (None, value.encode(), None)) for name, value in fields.items()]
        account = self.account
        with open_client(account.vendor, self.limits, account.secrets, said_in=account.said_in) as client:
            answer = client.post(
                account.rest_url + self._path, files=files, headers={**account.headers, "accept": "image/*"}
            )
        if answer.status_code != 200:
            raise account.fault(answer)
        named = request_id_of(answer.headers, account.secrets)
        reason = answer.headers.get("finish-reason", "SUCCESS").strip().upper()
        if reason == "CONTENT_FILTERED":
            # "successful generation, however the output violated our content moderation policy and has been blurred":
            # it is billed, since only failed generations are free.
            raise VendorError(
                "refused",
                f"{account.vendor}: the picture was blurred by its content filter",
                request_id=named,
                usage={"images": 1},
            )
        if reason != "SUCCESS":
            raise VendorError("bad answer", f"{account.vendor}: it says that painting failed", request_id=named)
        return Reply(answer.content, {"images": 1}, named, _seed(answer.headers.get("seed", "")))


def _seed(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 10 else None
