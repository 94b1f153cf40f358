"""How the metering vendor parses requests, answers and bills them: small, real, the same for the same request."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zlib
from functools import cache
from typing import Any

from PIL import Image

from tests.support.vendors.media import bomb, sound
from tests.support.vendors.metering import PRICES, Asked
from tests.support.vendors.openai_server import write_plan
from tests.support.vendors.stability_form import read_form

RETRY_SECONDS = 1
"""How long a 429 asks to wait, in seconds or as a date."""
NOT_BILLED = frozenset({"reset before", "500", "503", "429 seconds", "429 date", "401 that quotes", "500 that quotes"})
CORE_SIZE = (336, 192)
"""The size of pictures of Stability's `core`, in pixels: the vendor may choose it."""
OTHER_SIZE = (300, 260)
_KINDS = {"chat/completions": "text", "images/generations": "image", "images/edits": "image", "audio/speech": "speech"}


def read_request(path: str, content_type: str, content: bytes) -> Asked:
    """Return what a request asks for."""
    found = re.match(r"/t/([^/]+)(/.*)", path)
    trial, rest = (found[1], found[2]) if found else ("", path)
    if content_type.startswith("application/json"):
        fields: dict[str, Any] = json.loads(content)
        digest = hashlib.sha256(content).hexdigest()
    else:
        # A list of pictures repeats its field, which Stability's form forbids: each part gets a name of its own.
        parts = re.split(rb'name="image\[\]"', content)
        named = b"".join(part + (b'name="image_%d"' % n if n < len(parts) - 1 else b"") for n, part in enumerate(parts))
        plain, files = read_form(content_type, named)
        seen = {name: hashlib.sha256(each).hexdigest() for name, each in files.items()}
        fields, digest = plain, hashlib.sha256(json.dumps([plain, seen], sort_keys=True).encode()).hexdigest()
    if rest.startswith("/v2beta/"):
        return Asked(trial, rest, "image", rest.rsplit("/", 1)[-1], digest, fields["prompt"], fields)
    kind: Any = _KINDS[rest.removeprefix("/v1/")]
    wanted = fields.get("response_format")
    named_form = wanted["json_schema"]["name"] if isinstance(wanted, dict) else ""
    words = named_form or fields.get("prompt") or fields.get("input")
    return Asked(trial, rest, kind, fields["model"], digest, str(words), fields)


def request_id(number: int) -> str:
    """Return the vendor's id of a trial's request."""
    return f"req-{number:06d}"


def is_billed(fault: str) -> bool:
    """Tell whether a request with this fault is billed."""
    return fault not in NOT_BILLED


def usage_of(asked: Asked) -> dict[str, int]:
    """Return what a request uses, in the units of its model's price."""
    size = len(json.dumps(asked.fields))
    units = {
        "text in": size // 4,
        "text out": 20 + size // 16,
        "image in": 0,
        "image out": 400,
        "images": 1,
        "characters": len(asked.words),
        "audio out": 20,
    }
    return {unit: units[unit] for unit in PRICES[asked.model]}


def bill_usd(asked: Asked) -> float:
    """Return what is billed for a request, in US dollars."""
    return sum(PRICES[asked.model][unit] * count for unit, count in usage_of(asked).items())


def error(asked: Asked, status: int, code: str, message: str) -> bytes:
    """Return an error's body in the form of the request's protocol."""
    if asked.path.startswith("/v2beta/"):
        return json.dumps({"id": f"{status:032x}", "name": code, "errors": [message]}).encode()
    value = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return json.dumps({"error": value}).encode()


def good(asked: Asked, number: int, fault: str) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and headers of the answer to a request that was carried out, well or badly."""
    usage = usage_of(asked)
    if asked.kind == "text":
        return 200, json.dumps(_completion(asked, usage, fault)).encode(), {}
    if asked.kind == "speech":
        made = sound(0.0 if fault == "empty sound" else 0.05 * len(asked.words) + 0.2)
        return 200, made, {"content-type": "application/octet-stream"}
    if asked.path.startswith("/v2beta/"):
        headers = {"content-type": "image/png", "finish-reason": "SUCCESS", "seed": asked.fields.get("seed", "77")}
        return 200, _picture(asked.words, CORE_SIZE, fault), headers
    across, _, down = str(asked.fields["size"]).partition("x")
    content = base64.b64encode(_picture(asked.words, (int(across), int(down)), fault)).decode()
    value: dict[str, Any] = {"created": 1_700_000_000 + number, "data": [{"b64_json": content}]}
    if "image out" in usage:
        told = {"text_tokens": usage["text in"], "image_tokens": 0}
        value["usage"] = {
            "input_tokens": usage["text in"],
            "output_tokens": usage["image out"],
            "total_tokens": usage["text in"] + usage["image out"],
            "input_tokens_details": told,
        }
    return 200, json.dumps(value).encode(), {}


def _completion(asked: Asked, usage: dict[str, int], fault: str) -> dict[str, Any]:
    told = next(each["content"] for each in asked.fields["messages"] if each["role"] == "user")
    given = re.search(r"<material>\n(.*)\n</material>", told, re.DOTALL)
    assert given is not None
    text = "I would rather not." if fault == "nonsense" else write_plan(asked.words, json.loads(given[1]))
    counts = {"prompt_tokens": usage["text in"], "completion_tokens": usage["text out"]}
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": asked.model,
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
        "usage": {**counts, "total_tokens": sum(counts.values())},
    }


def _picture(words: str, size: tuple[int, int], fault: str) -> bytes:
    match fault:
        case "bomb":
            return _bomb()
        case "half a picture":
            whole = _flat(words, size)
            return whole[: len(whole) // 2]
        case "other size":
            return _flat(words, OTHER_SIZE)
    return _flat(words, size)


@cache
def _bomb() -> bytes:
    return bomb()


@cache
def _flat(words: str, size: tuple[int, int]) -> bytes:
    """Return a PNG of two colours, half and half, which follow from the words.

    Cropped about its centre and scaled, from whatever size, it gives the same picture: the colours are so near that
    scaling leaves no third one between them, and just not so near that they would count as one, a bad answer.
    """
    shade = zlib.crc32(words.encode())
    picture = Image.new("P", size, 0)
    colour = [shade & 255, shade >> 8 & 255, shade >> 16 & 255]
    picture.putpalette([*colour, *(level + 5 if level < 128 else level - 5 for level in colour)])
    picture.paste(1, (0, 0, size[0] // 2, size[1]))
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=1)
    return data.getvalue()
