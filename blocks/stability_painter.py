"""Pictures by Stability's Stable Image services, through REST v2beta.

One request a picture, always `multipart/form-data`; the answer is the picture itself. Every field, limit and meaning
here is that of https://platform.stability.ai/docs/api-reference#tag/Generate.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from PIL import Image

from blocks.answers import fitted
from blocks.faults import request_id_of
from blocks.paid_engine import PaidEngine, painted
from blocks.stability_account import StabilityAccount
from blocks.stability_terms import SEED_FOR_ZERO, StylePreset, check_choice, nearest, sendable, settings_text
from blocks.wire import Limits, open_client
from studio.errors import EngineFailed
from studio.fingerprint import Ingredient, fingerprint
from studio.model import Made
from studio.paid import Reply, Request, VendorError
from studio.pictures import whole_picture
from studio.ports import Abilities

Service = Literal["core", "ultra", "sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash"]

SHAPES = ((16, 9), (1, 1), (21, 9), (2, 3), (3, 2), (4, 5), (5, 4), (9, 16), (9, 21))
"""Every `aspect_ratio` there is; the size in pixels follows from it: 1 megapixel, `core` 1.5."""
PIXELS, CORE_PIXELS = 1_000_000, 1_500_000

PROMPT_CHARACTERS = 10_000
STRENGTH = 0.7
"""The vendor has no default; ours keeps the looks of a reference and lets the picture become another."""

REFERENCE_PIXELS = 1024 * 1024
"""How large a reference picture is sent: what these models paint; a request is at most 10 MiB."""

LIMITS = Limits(read_seconds=240, total_seconds=300, body_bytes=32 * 2**20)
"""The vendor publishes no time; these leave room for a queue. A PNG of 1.5 megapixels has 5 MB at the most."""


@dataclass(frozen=True)
class StabilityPainter(PaidEngine):
    """A painter by one of the services. `ultra` and `sd3.5-*` can start from one reference picture, `core` from none.

    Attributes:
        service: `core` is quick, `ultra` the best; `sd3.5-*` are the base models.
        negative_prompt: what must not be seen, at most 10,000 characters; '' for nothing.
        style_preset: one of the published styles.
        strength: how far the picture may go from a reference, 0 (the same picture) to 1 (as if there were none).
        limits: of time and bytes for one request.

    Raises:
        BadInput: there is no such service or style.
    """

    account: StabilityAccount
    service: Service = "core"
    negative_prompt: str = ""
    style_preset: StylePreset | None = None
    strength: float = STRENGTH
    limits: Limits = LIMITS

    engine = "stability"

    def __post_init__(self) -> None:
        check_choice("service", self.service, get_args(Service))
        check_choice("style", self.style_preset, get_args(StylePreset))

    @property
    def abilities(self) -> Abilities:
        """What it can do of what the port leaves open."""
        area = CORE_PIXELS if self.service == "core" else PIXELS
        sizes = tuple((round(math.sqrt(area * a / b)), round(math.sqrt(area * b / a))) for a, b in SHAPES)
        return Abilities(sizes, seed=True, references=0 if self.service == "core" else 1, negative_prompts=True)

    @property
    def model(self) -> str:
        """Service and every setting that changes the picture."""
        far = f" strength {self.strength:g}" if self.service != "core" and self.strength != STRENGTH else ""
        return settings_text(f"{self.service}{far}", self.style_preset, self.negative_prompt)

    def paint(self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()) -> Made:
        """Write a PNG, RGB 8 bit, of exactly `size` (width, height) pixels: painted in the nearest shape, then fitted.

        Args:
            prompt: 1 to 10,000 characters; what is longer is cut.
            seed: 0 to 2**31 - 1.
            references: at most one picture to start from.

        Raises:
            EngineFailed: no desk, or a reference that cannot be sent.
            VendorError: the call failed; no file is at `out`.
        """
        desk = self.booked_at()
        if len(references) > self.abilities.references:
            raise EngineFailed(f"{self.service} takes {self.abilities.references} reference pictures: choose fewer")
        fields = self._fields(prompt, size, seed, bool(references))
        sent: dict[str, Ingredient] = {**fields}
        start = b""
        if references:
            start = _reference(references[0], size)
            # Not of what is sent: another version of the encoder gives other bytes for the same picture.
            sent["image"] = hashlib.sha256(references[0].read_bytes()).hexdigest()
            sent["image_size"] = size
        request = Request(
            self.account.vendor, self.account.account, self.service, "image",
            fingerprint(path=self._path, **sent), {"images": 1},
        )  # fmt: skip
        return painted(desk, request, lambda: self._send(fields, start), size, out)

    @property
    def _path(self) -> str:
        return f"/v2beta/stable-image/generate/{self.service if self.service in ('core', 'ultra') else 'sd3'}"

    def _fields(self, prompt: str, size: tuple[int, int], seed: int, starts: bool) -> dict[str, str]:
        across, down = nearest(size, SHAPES)
        base = self.service not in ("core", "ultra")
        fields = {
            "prompt": sendable(prompt, PROMPT_CHARACTERS),
            "negative_prompt": sendable(self.negative_prompt, PROMPT_CHARACTERS),
            # The base models refuse it beside a picture, whose own shape they keep.
            "aspect_ratio": "" if base and starts else f"{across}:{down}",
            "seed": str(seed or SEED_FOR_ZERO),
            "style_preset": self.style_preset or "",
            "output_format": "png",
            "model": self.service if base else "",
            "mode": ("image-to-image" if starts else "text-to-image") if base else "",
            "strength": f"{self.strength:g}" if starts else "",
        }
        return {name: value for name, value in fields.items() if value}

    def _send(self, fields: dict[str, str], start: bytes) -> Reply:
        """Post once, and return the picture.

        Raises:
            VendorError: as of `blocks/wire.py` and `blocks/faults.py`; 'refused' for a picture that was blurred.
        """
        # Without a file name a part is a plain field; given in `data` alone they would not be multipart.
        parts = [(name, (None, value.encode(), None)) for name, value in fields.items()]
        files = [*parts, ("image", ("reference.png", start, "image/png"))] if start else parts
        account = self.account
        with open_client(account.vendor, self.limits, account.secrets) as client:
            answer = client.post(
                account.rest_url + self._path, files=files, headers={**account.headers, "accept": "image/*"}
            )
        if answer.status_code != 200:
            raise account.fault(answer)
        named = request_id_of(answer.headers, account.secrets)
        reason = answer.headers.get("finish-reason", "SUCCESS").strip().upper()
        if reason == "CONTENT_FILTERED":
            # "successful generation, however the output violated our content moderation policy and has been blurred":
            # only failed generations are free.
            raise VendorError(
                "refused", f"{account.vendor}: the picture was blurred by its content filter; change the prompt",
                request_id=named, usage={"images": 1},
            )  # fmt: skip
        if reason != "SUCCESS":
            raise VendorError("bad answer", f"{account.vendor}: it says that painting failed", request_id=named)
        return Reply(answer.content, {"images": 1}, named, _seed(answer.headers.get("seed", "")))


def _seed(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 10 else None


def _reference(path: Path, size: tuple[int, int]) -> bytes:
    """Return a reference as a PNG in the shape of `size`, about a megapixel."""
    if wrong := whole_picture(path):
        raise EngineFailed(f"the reference picture {path.name!r} cannot be sent: {wrong}")
    scale = math.sqrt(REFERENCE_PIXELS / (size[0] * size[1]))
    with Image.open(path) as picture:
        small = fitted(picture.convert("RGB"), (round(size[0] * scale), round(size[1] * scale)))
    data = io.BytesIO()
    small.save(data, "PNG")
    return data.getvalue()
