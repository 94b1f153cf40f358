"""The painter for OpenAI's images API, and for servers that speak it.

https://platform.openai.com/docs/api-reference/images
"""

from __future__ import annotations

import errno
import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from blocks.answers.json_answers import PAINTED_BYTES
from blocks.http_client.client import USUAL, RequestLimits
from blocks.http_client.errors import request_id_of
from blocks.http_client.fetching import fetch, from_base64
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.call import LETTERS_A_TOKEN, ask, json_of, number_at
from blocks.openai_api.manners import Manner, in_its_manner
from blocks.openai_api.media import addresses_in, fetched, is_picture, picture_in
from blocks.openai_api.offered_sizes import best_offered, stepped
from blocks.openai_api.sizes import (
    REFERENCE_TOKENS,
    Quality,
    bills_tokens,
    fixed_sizes,
    legal_size,
    likely_tokens,
    longest_side,
    most_tokens,
)
from blocks.paid_engine import PaidEngine, paint_through_desk
from studio.errors import EngineFailed
from studio.fs import safe_open
from studio.model.engines import Abilities
from studio.model.fingerprint import fingerprint
from studio.model.paid import Reply, Request, Usage, VendorError
from studio.model.receipt import PieceMeasures
from studio.video.pixels import FORMAT_NAMES, UNREADABLE, as_png

REFERENCES, REFERENCE_BYTES = 16, 50 * 10**6
"""The most reference pictures of one request, and the bytes that each must be below: "less than 50MB"
(https://platform.openai.com/docs/api-reference/images/createEdit)."""

PROMPT_CHARACTERS = 32_000
"""The longest prompt (https://platform.openai.com/docs/api-reference/images/create#images-create-prompt)."""

PAINTING = replace(USUAL, body_bytes=PAINTED_BYTES)
"""The limits of a request for a picture."""


@dataclass(frozen=True)
class OpenAIPainter(PaidEngine):
    """Paints from a prompt, and from reference pictures if there are any, so that a character stays the same.

    Attributes:
        name: the model's name, for example 'gpt-image-2', or a model of a compatible server.
        quality: sent to OpenAI's models only; it decides the price.
        long_side: the longest side that is asked for, in pixels, except at quality 'high'; the picture is scaled up to
            the film's frame.
    """

    account: OpenAIAccount
    name: str = "gpt-image-2"
    quality: Quality = "medium"
    long_side: int = 1_536
    limits: RequestLimits = PAINTING

    engine = "openai"

    @property
    def model(self) -> str:
        """The model, and every setting that changes the picture."""
        settings = [self.quality] if bills_tokens(self.name) else []
        return " ".join([self.name, *settings, *([f"{self.long_side}px"] if self.long_side != 1_536 else [])])

    @property
    def abilities(self) -> Abilities:
        """The sizes that it paints, and how many reference pictures it takes."""
        return Abilities(
            sizes=fixed_sizes(self.name),
            longest_px=longest_side(self.quality, self.long_side),
            references=REFERENCES if bills_tokens(self.name) else 0,
        )

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        """Paint a PNG at `out`, RGB 8 bit, of exactly `size` (width, height) pixels.

        `seed` changes nothing: the API takes none.

        Args:
            prompt: what is longer than `PROMPT_CHARACTERS` is cut.
            references: files of pictures of what must look the same.

        Raises:
            VendorError: the call failed, or what came is not such a picture; nothing is at `out`.
            EngineFailed: no desk; references that this model does not take, or that are too many or too large.
        """
        desk = self.required_desk()
        shown = self._shown(references)
        sent = tuple(self._as_png(path, content) for path, content in zip(references, shown, strict=True))
        asked = legal_size(self.name, size, self.quality, self.long_side)
        body: dict[str, Any] = {
            "model": self.name,
            "prompt": prompt[:PROMPT_CHARACTERS],
            "n": 1,
            "size": f"{asked[0]}x{asked[1]}",
        }
        if bills_tokens(self.name):
            body |= {"quality": self.quality, "output_format": "png"}
        seen = tuple(hashlib.sha256(content).hexdigest() for content in shown)
        # Of the picture wanted, however it is asked for: a held answer is found in every manner.
        digest = fingerprint(image=body, references=seen)
        optional = {name: str(value) for name, value in body.items() if name not in ("model", "prompt")}

        def paint_in(manner: Manner) -> PieceMeasures:
            put, area = self._put(body, manner, size, asked)
            request = Request(
                self.account.vendor,
                self.account.account,
                self.name,
                "image",
                digest,
                self._most(prompt, area, len(shown)),
                self._likely(prompt, area, len(shown)),
            )
            return paint_through_desk(desk, request, self._sender(put, sent, request), size, out)

        return in_its_manner(self.account, self.name, "image", optional, paint_in)

    def _put(
        self, body: dict[str, Any], manner: Manner, size: tuple[int, int], asked: tuple[int, int]
    ) -> tuple[dict[str, Any], tuple[int, int]]:
        """Return the body as the server takes it, and the (width, height) in pixels by which it may be billed."""
        put, area = {name: value for name, value in body.items() if name not in manner.left_out}, asked
        if "size" in put and manner.sizes:
            put["size"] = best_offered(manner.sizes, _larger(size, asked))
            across, down = map(int, re.findall(r"\d+", put["size"]))
            # A ratio says no size.
            area = (across, down) if ":" not in put["size"] else asked
        elif "size" in put and manner.step_px:
            area = stepped(asked, manner.step_px)
            put["size"] = manner.stepped(put["size"])
        return put, area

    def _sender(self, body: dict[str, Any], references: Sequence[bytes], request: Request) -> Callable[[], Reply]:
        def send() -> Reply:
            if references:
                files = [(f"reference_{n}.png", content, "image/png") for n, content in enumerate(references, start=1)]
                response = ask(
                    self.account,
                    self.limits,
                    lambda client: client.images.with_raw_response.edit(image=files, **body),
                )
            else:
                response = ask(
                    self.account, self.limits, lambda client: client.images.with_raw_response.generate(**body)
                )
            request_id = request_id_of(response.headers, self.account.secrets)
            if is_picture(response.content):
                return Reply(response.content, request.most, request_id)
            answer = json_of(self.account, response, wrapped=True)
            usage = _usage(answer, request.most) if bills_tokens(self.name) else request.most
            return Reply(self._content(answer, usage, request_id), usage, request_id)

        return send

    def _most(self, prompt: str, asked: tuple[int, int], references: int) -> Usage:
        if not bills_tokens(self.name):
            return {"images": 1.0}
        # A token is at least one byte; the framing of the prompt takes a few tokens.
        most: dict[Any, float] = {
            "text in": len(prompt.encode("utf-8", "replace")) + 200.0,
            "image out": most_tokens(asked, self.quality),
        }
        return most | {"image in": REFERENCE_TOKENS * references} if references else most

    def _likely(self, prompt: str, asked: tuple[int, int], references: int) -> Usage | None:
        if not bills_tokens(self.name):
            return None
        told: dict[Any, float] = {
            "text in": len(prompt) / LETTERS_A_TOKEN,
            "image out": likely_tokens(asked, self.quality),
        }
        return {**self._most(prompt, asked, references), **told}

    def _shown(self, references: Sequence[Path]) -> tuple[bytes, ...]:
        """Read the reference pictures, check that they can be sent, and return their bytes.

        Raises:
            EngineFailed: there are too many, or one cannot be read, or is too large.
        """
        if len(references) > self.abilities.references:
            raise EngineFailed(
                f"{self.name} takes {self.abilities.references} reference pictures, not {len(references)}: "
                "choose another model, or fewer"
            )
        shown: list[bytes] = []
        for path in references:
            try:
                shown.append(safe_open.read(path, REFERENCE_BYTES - 1))
            except OSError as error:
                if error.errno == errno.EFBIG:
                    raise EngineFailed(f"the reference {path.name!r} has {REFERENCE_BYTES:,} bytes or more") from error
                raise EngineFailed(f"the reference {path.name!r} cannot be read: {error.strerror}") from error
        return tuple(shown)

    def _as_png(self, path: Path, content: bytes) -> bytes:
        """Return a reference picture as it is sent: a PNG as it is, one of another format as a PNG.

        Raises:
            EngineFailed: it is not a picture, or as a PNG too large.
        """
        try:
            png = as_png(content)
        except UNREADABLE as error:
            raise EngineFailed(f"the reference {path.name!r} is not a {FORMAT_NAMES} picture") from error
        if len(png) >= REFERENCE_BYTES:
            raise EngineFailed(f"the reference {path.name!r} has {REFERENCE_BYTES:,} bytes or more as a PNG")
        return png

    def _content(self, answer: dict[str, JsonValue], usage: Usage, request_id: str) -> bytes:
        """Return the picture's bytes: from base64, a data: URL or an address, under OpenAI's keys or any others."""
        data = answer.get("data")
        first = data[0] if isinstance(data, list) and data else None
        told = first if isinstance(first, dict) else {}
        vendor, inline, url = self.account.vendor, told.get("b64_json"), told.get("url")
        failure: VendorError | None = None
        try:
            if isinstance(inline, str) and inline:
                # Some servers write a whole data: URL there.
                inline = inline.lstrip()
                given = inline[:5].lower() == "data:"
                return fetch(vendor, inline, "") if given else from_base64(vendor, inline)
        except VendorError as error:
            failure = error
        if (found := picture_in(vendor, answer)) is not None:
            return found
        addresses = tuple(dict.fromkeys((*([url] if isinstance(url, str) and url else []), *addresses_in(answer))))
        try:
            return fetched(
                vendor, addresses, self.account.base_url, self.account.secrets, self.account.login, "picture"
            )
        except VendorError as error:
            failure = error if addresses or failure is None else failure
        raise VendorError("bad answer", str(failure), request_id=request_id, usage=usage)


def _larger(size: tuple[int, int], asked: tuple[int, int]) -> tuple[int, int]:
    """Return the frame's aspect in about the size that is asked for, (width, height) in pixels."""
    scale = min(asked[0] / size[0], asked[1] / size[1])
    return max(1, math.floor(size[0] * scale)), max(1, math.floor(size[1] * scale))


def _usage(answer: dict[str, JsonValue], most: Usage) -> Usage:
    """Return what an answer says is billed, by kinds of tokens; the request's upper bound if it does not say."""
    told_in, told_out = number_at(answer, "usage", "input_tokens"), number_at(answer, "usage", "output_tokens")
    # A server that does not count says 0, which no picture can cost.
    if not told_in or not told_out:
        return most
    images = number_at(answer, "usage", "input_tokens_details", "image_tokens")
    texts = number_at(answer, "usage", "input_tokens_details", "text_tokens")
    if images is None:
        images = 0.0 if texts is None else max(0.0, told_in - texts)
    images = min(told_in, images)
    written = min(told_out, number_at(answer, "usage", "output_tokens_details", "text_tokens") or 0.0)
    usage: dict[Any, float] = {"text in": told_in - images, "image out": told_out - written}
    # Kinds with zero tokens are left out: a price list need not have a price for them.
    return usage | ({"image in": images} if images else {}) | ({"text out": written} if written else {})
