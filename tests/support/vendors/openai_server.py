"""A server for OpenAI's protocol: chat completions, images and speech, with answers valid by its published description.

Besides the faults of `tests/support/vendors/loopback.py` it plays: 'half a picture', 'bomb', 'tiny', 'other size',
'one colour', 'empty sound', 'silence', 'endless sound', 'key', 'quota', 'refused', 'wrong', 'model refuses',
'too long', 'filtered', 'nonsense'.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.vendors.loopback import Answer, Exchange, LoopbackServer
from tests.support.vendors.media import bomb, one_colour, picture, sound

SECRET_ECHO = "Incorrect API key provided: sk-test****wxyz. Authorization was Bearer {key}."


@dataclass
class Manner:
    """How the server answers if no fault is played."""

    pictures: Literal["base64", "url", "data"] = "base64"
    usage: bool = True
    kind: str = "PNG"
    write: Callable[[str, Any], str] | None = None
    """Writes a chat's answer from the form's name and the material; None: `write_plan`."""
    speak: Callable[[str], bytes] | None = None


class OpenAIServer(LoopbackServer):
    def __init__(self) -> None:
        super().__init__()
        self.manner = Manner()
        self.files: dict[str, bytes] = {}

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    @property
    def posts(self) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.method == "POST"]

    def good(self, exchange: Exchange) -> Answer:
        if exchange.method == "GET":
            name = exchange.path.rsplit("/", 1)[-1]
            found = self.files.get(name)
            return Answer(404, b"not here", "text/plain") if found is None else Answer(200, found, "image/png")
        match exchange.path:
            case "/v1/chat/completions":
                return self._chat(exchange)
            case "/v1/images/generations" | "/v1/images/edits":
                return self._image(picture(_size(exchange), self.manner.kind))
            case "/v1/audio/speech":
                text = json.loads(exchange.content)["input"]
                made = self.manner.speak(text) if self.manner.speak else sound(0.07 * len(text) + 0.2)
                return Answer(200, made, "application/octet-stream")
        return Answer(404, self.error(404, "not_found", f"Invalid URL (POST {exchange.path})"))

    def faulty(self, exchange: Exchange, fault: str) -> Answer:
        size = _size(exchange)
        match fault:
            case "half a picture":
                whole = picture(size)
                return self._image(whole[: len(whole) // 2])
            case "bomb":
                return self._image(bomb())
            case "tiny":
                return self._image(picture((4, 4)))
            case "other size":
                return self._image(picture((700, 500)))
            case "one colour":
                return self._image(one_colour(size))
            case "empty sound":
                return Answer(200, sound(0), "application/octet-stream")
            case "silence":
                return Answer(200, sound(2, peak=0.0005), "application/octet-stream")
            case "endless sound":
                return Answer(200, sound(300), "application/octet-stream")
            case "key":
                told = SECRET_ECHO.format(key=exchange.headers.get("authorization", "").removeprefix("Bearer "))
                return Answer(401, self.error(401, "invalid_api_key", told))
            case "quota":
                return Answer(429, self.error(429, "insufficient_quota", "You exceeded your current quota."))
            case "refused":
                message = "Your request was rejected by the safety system. safety_violations=[violence]."
                return Answer(400, self.error(400, "moderation_blocked", message))
            case "wrong":
                return Answer(404, self.error(404, "model_not_found", "The model does not exist."))
            case "model refuses":
                return self._completion(None, refusal="I cannot help with that.")
            case "too long":
                return self._completion('{"title": "The', finish="length")
            case "filtered":
                return self._completion("", finish="content_filter")
            case "nonsense":
                return self._completion("I would rather not write JSON today.")
        raise AssertionError(f"no fault is called {fault!r}")

    def error(self, status: int, code: str, message: str) -> bytes:
        kinds = {401: "invalid_request_error", 429: "requests", 500: "server_error"}
        kind = code if code == "insufficient_quota" else kinds.get(status, "invalid_request_error")
        return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()

    def _image(self, content: bytes) -> Answer:
        text = base64.b64encode(content).decode()
        match self.manner.pictures:
            case "base64":
                entry = {"b64_json": text}
            case "data":
                entry = {"url": f"data:image/png;base64,{text}"}
            case _:
                name = f"{len(self.files)}.png"
                self.files[name] = content
                entry = {"url": f"{self.root}/files/{name}"}
        value: dict[str, Any] = {"created": 1_700_000_000, "data": [entry]}
        if self.manner.usage:
            details = {"text_tokens": 40, "image_tokens": 0}
            value["usage"] = {
                "input_tokens": 40,
                "output_tokens": 1_000,
                "total_tokens": 1_040,
                "input_tokens_details": details,
            }
        return Answer(200, json.dumps(value).encode())

    def _chat(self, exchange: Exchange) -> Answer:
        body = json.loads(exchange.content)
        told = next(each["content"] for each in body["messages"] if each["role"] == "user")
        given = re.search(r"<material>\n(.*)\n</material>", told, re.DOTALL)
        assert given is not None
        name = body["response_format"]["json_schema"]["name"]
        write = self.manner.write or write_plan
        return self._completion(write(name, json.loads(given.group(1))))

    def _completion(self, content: str | None, finish: str = "stop", refusal: str | None = None) -> Answer:
        message = {"role": "assistant", "content": content, "refusal": refusal}
        value: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "a-model",
            "choices": [{"index": 0, "finish_reason": finish, "logprobs": None, "message": message}],
        }
        if self.manner.usage:
            value["usage"] = {"prompt_tokens": 300, "completion_tokens": 200, "total_tokens": 500}
        return Answer(200, json.dumps(value).encode())


_SEEN = (", Mara, in oilskins, red, at the rail", "")
"""Who is seen in a shot with an even number, and with an odd one."""


def write_plan(name: str, given: Any) -> str:
    """Write what a good model would: the forms of `blocks/openai_api/prompts.py`, filled from the material."""
    match name:
        case "story":
            scenes = [
                {
                    "location": f"a stone lighthouse, side {number}",
                    "characters": "Mara",
                    "emotion": "tender",
                    "action": f"Mara climbs stair {number}",
                    "narration": f"She climbs stair {number}.",
                }
                for number in range(1, 4)
            ]
            value: Any = {"title": "The Lamp", "language": "en", "mood": "melancholy", "scenes": scenes}
        case "staging":
            value = {
                "scenes": [
                    {
                        "scene": scene["scene"],
                        "location": "a harbour at dawn",
                        "characters": "Mara, Tom",
                        "action": "They mend a net.",
                        "emotion": "still",
                    }
                    for scene in given["scenes"]
                ]
            }
        case "scene_graph":
            looks = [{"id": each["id"], "look": f"{each['name']}, in oilskins, red"} for each in given["looks wanted"]]
            value = {"looks": looks, "props": [{"scene": 1, "name": "brass lamp", "look": "a dented brass lamp"}]}
        case _:
            value = {
                "shots": [
                    {
                        "index": shot["index"],
                        "image_prompt": f"Wide shot {shot['index']} of the sea{_SEEN[shot['index'] % 2]}",
                        "motion_prompt": "waves roll in",
                        "camera": "crane up",
                    }
                    for shot in given["shots"]
                ]
            }
    return json.dumps(value)


def _size(exchange: Exchange) -> tuple[int, int]:
    """Return the size that was asked for, in JSON or in a multipart form."""
    found = re.search(rb'(?:"size":\s*"|name="size"\r\n\r\n)(\d+)x(\d+)', exchange.content)
    return (int(found[1]), int(found[2])) if found else (1024, 1024)
