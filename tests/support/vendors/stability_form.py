"""Parse the forms that Stability's REST services take, and check them against the published reference.

The form is read by Python's own MIME parser, which is independent of the client. Every limit is from
https://platform.stability.ai/docs/api-reference#tag/Generate.
"""

from __future__ import annotations

import email.parser
import email.policy
import io
from dataclasses import dataclass

from PIL import Image

STYLES = (
    "3d-model",
    "analog-film",
    "anime",
    "cinematic",
    "comic-book",
    "digital-art",
    "enhance",
    "fantasy-art",
    "isometric",
    "line-art",
    "low-poly",
    "modeling-compound",
    "neon-punk",
    "origami",
    "photographic",
    "pixel-art",
    "tile-texture",
)
SHAPES = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "2:3": (832, 1216),
    "3:2": (1216, 832),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
MODELS = {"sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash"}
COMMON = {"prompt", "negative_prompt", "aspect_ratio", "seed", "style_preset", "output_format"}
FIELDS = {
    "core": COMMON,
    "ultra": COMMON | {"image", "strength"},
    "sd3": COMMON | {"image", "strength", "mode", "model", "cfg_scale"},
}
MOST_BYTES = 10 * 2**20
MOST_SEED = 4_294_967_294


@dataclass(frozen=True)
class Asked:
    """One POST: its service, headers and form. The bytes of uploaded files are in `files`."""

    service: str
    headers: dict[str, str]
    fields: dict[str, str]
    files: dict[str, bytes]


def read_form(kind: str, body: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the fields and files of a form (RFC 7578); `kind` is its content-type.

    Raises:
        ValueError: it is not a form.
    """
    head = f"content-type: {kind}\r\n\r\n".encode()
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if form.get_content_type() != "multipart/form-data" or not form.is_multipart() or form.defects:
        raise ValueError("content-type: must be multipart/form-data")
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.defects or part.get_content_disposition() != "form-data" or not isinstance(content, bytes):
            raise ValueError("the form has a part that is none")
        if not isinstance(name, str) or name in fields or name in files:
            raise ValueError("the form has a field twice, or one without a name")
        if part.get_filename():
            files[name] = content
        else:
            fields[name] = content.decode("utf-8")
    return fields, files


def broken(asked: Asked) -> str:
    """Return the first thing about a request that the reference forbids, '' if there is none."""
    fields, files = asked.fields, asked.files
    unknown = (set(fields) | set(files)) - FIELDS[asked.service]
    if unknown:
        return f"{sorted(unknown)[0]}: is not a field of {asked.service}"
    if asked.headers.get("accept") not in ("image/*", "application/json"):
        return "accept: must be image/* or application/json"
    if not 1 <= len(fields.get("prompt", "")) <= 10_000 or len(fields.get("negative_prompt", "")) > 10_000:
        return "prompt: must have 1 to 10000 characters"
    if fields.get("aspect_ratio", "1:1") not in SHAPES:
        return "aspect_ratio: is not one of the list"
    if not fields.get("seed", "0").isdigit() or int(fields.get("seed", "0")) > MOST_SEED:
        return "seed: must be 0 to 4294967294"
    if fields.get("style_preset", "anime") not in STYLES:
        return "style_preset: is not one of the list"
    if fields.get("output_format", "png") not in ("png", "jpeg", "webp"):
        return "output_format: is not one of the list"
    if fields.get("model", "sd3.5-large") not in MODELS:
        return "model: is not one of the list"
    return _broken_start(asked)


def _broken_start(asked: Asked) -> str:
    starts = "image" in asked.files
    if starts != ("strength" in asked.fields):
        return "strength: is required with image, and only with it"
    if starts and not 0 <= float(asked.fields["strength"]) <= 1:
        return "strength: must be 0 to 1"
    mode = asked.fields.get("mode", "text-to-image")
    if asked.service == "sd3" and mode != ("image-to-image" if starts else "text-to-image"):
        return "mode: image-to-image needs image"
    if asked.service == "sd3" and starts and "aspect_ratio" in asked.fields:
        return "aspect_ratio: is only valid for text-to-image"
    if starts:
        with Image.open(io.BytesIO(asked.files["image"])) as start:
            if min(start.size) < 64 or start.size[0] * start.size[1] > 9_437_184:
                return "image: every side must have at least 64 pixels"
    return ""
