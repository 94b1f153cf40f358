"""Ask a language model for an object: structured output of chat completions, read tolerantly, and repaired once.

https://platform.openai.com/docs/api-reference/chat/create and
https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import JsonValue

from blocks.answers.picture_answers import bad_answer
from blocks.http_client.client import RequestLimits
from blocks.http_client.errors import request_id_of, scrubbed
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.answers import read_answer
from blocks.openai_api.call import LETTERS_A_TOKEN, ask, json_of, number_at
from blocks.openai_api.prompts import QUOTED_CHARACTERS, REPAIR, Form, material, schema_of
from studio.model.fingerprint import fingerprint
from studio.model.paid import CallDesk, Reply, Request, Usage, VendorError

F = TypeVar("F", bound=Form)
T = TypeVar("T")
Message = dict[str, JsonValue]
"""A message of a chat: `role` and `content`."""


@dataclass(frozen=True)
class Chat:
    """A language model at an account, with the desk where its calls are booked.

    Attributes:
        name: the model's.
        thinking_tokens: how many tokens a call may take beyond the answer itself.
    """

    account: OpenAIAccount
    name: str
    thinking_tokens: int
    limits: RequestLimits
    desk: CallDesk

    def plan(
        self,
        title: str,
        system: str,
        shown: JsonValue,
        form: type[F],
        most: int,
        make: Callable[[F], T],
        like: JsonValue = None,
    ) -> T:
        """Ask the model and return what `make` makes of its answer, or of a second one if the first cannot be used.

        Args:
            title: what is asked for, a name for the schema and for errors.
            system: the instructions.
            shown: a person's words and what was made of them: data, never instructions.
            form: the form of the answer.
            most: the most tokens that the answer can need, without thinking.
            make: raises ValueError, in words for the model, if the answer cannot be used.
            like: an answer that can be used, for a plan that is asked for in several groups; for estimates only.

        Raises:
            VendorError: a call failed, or neither answer can be used.
        """
        messages: list[Message] = [
            {"role": "system", "content": system},
            {"role": "user", "content": material(shown)},
        ]

        def read(reply: Reply) -> T:
            return make(read_answer(reply.content.decode("utf-8", "replace"), form))

        def read_or_tell(reply: Reply) -> tuple[T | None, str, str]:
            # No error is raised here, so the first answer is kept even if it cannot be used, and not paid for again.
            try:
                return read(reply), "", ""
            except ValueError as error:
                return None, reply.content.decode("utf-8", "replace"), str(error)

        def read_or_raise(reply: Reply) -> T:
            try:
                return read(reply)
            except ValueError as error:
                told = scrubbed(str(error), self.account.secrets)
            raise bad_answer(self.account.vendor, reply, f"the {title} cannot be used, nor could the first: {told}")

        made, bad, fault = self._call(title, messages, form, most, read_or_tell, like)
        if made is not None:
            return made
        messages += [
            {"role": "assistant", "content": bad[:QUOTED_CHARACTERS]},
            {"role": "user", "content": REPAIR.format(fault=fault)},
        ]
        return self._call(title, messages, form, most, read_or_raise, like)

    def _call(
        self,
        title: str,
        messages: list[Message],
        form: type[Form],
        most: int,
        check: Callable[[Reply], T],
        like: JsonValue,
    ) -> T:
        wanted: JsonValue = {"name": title, "strict": True, "schema": schema_of(form)}
        # OpenAI's own models know only the new name of this limit; compatible servers all know the old one.
        limit = "max_completion_tokens" if self.account.is_openais else "max_tokens"
        body: dict[str, Any] = {
            "model": self.name,
            "messages": messages,
            limit: most + self.thinking_tokens,
            "response_format": {"type": "json_schema", "json_schema": wanted},
        }
        text = json.dumps(body, sort_keys=True)
        # A token is at least one byte of UTF-8; the framing of a message takes a few tokens.
        asked: Usage = {"text in": len(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")) + 200.0}
        request = Request(
            self.account.vendor,
            self.account.account,
            self.name,
            "text",
            fingerprint(chat=text),
            {**asked, "text out": float(most + self.thinking_tokens)},
            # A filled form takes about half of `most`. Whether the model thinks is not known.
            {"text in": asked["text in"] / LETTERS_A_TOKEN, "text out": most / 2},
            stand_in=None if like is None else json.dumps(like).encode(),
        )

        def send() -> Reply:
            response = ask(
                self.account, self.limits, lambda client: client.chat.completions.with_raw_response.create(**body)
            )
            request_id = request_id_of(response.headers, self.account.secrets)
            return _reply(self.account, json_of(self.account, response), request, request_id)

        return self.desk.call(request, send, check)


def _reply(account: OpenAIAccount, answer: dict[str, JsonValue], request: Request, request_id: str) -> Reply:
    """Return the text of a completion, with its usage.

    Raises:
        VendorError: 'refused'; or 'bad answer': it is cut off, or has no text.
    """
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    choice = choice if isinstance(choice, dict) else {}
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    text = _text(message.get("content"))
    told_in, told_out = number_at(answer, "usage", "prompt_tokens"), number_at(answer, "usage", "completion_tokens")
    sent = text.encode("utf-8", "replace")
    # A server that does not count tokens says nothing, or 0.
    usage: Usage = {
        "text in": told_in or request.most["text in"],
        "text out": told_out or float(len(sent)),
    }
    refusal = message.get("refusal")
    if (isinstance(refusal, str) and refusal.strip()) or choice.get("finish_reason") == "content_filter":
        why = scrubbed(refusal, account.secrets) if isinstance(refusal, str) and refusal else "its content filter"
        raise VendorError(
            "refused",
            f"{account.vendor}: the prompt was refused: {why}",
            request_id=request_id,
            usage=usage,
        )
    if choice.get("finish_reason") == "length":
        what = "the answer is cut off at its token limit"
    elif not text.strip():
        what = "the answer holds no text"
    else:
        return Reply(sent, usage, request_id)
    raise VendorError("bad answer", f"{account.vendor}: {what}", request_id=request_id, usage=usage)


def _text(content: JsonValue) -> str:
    """Return a message's text: its content is a string, or a list of parts, some of text and others of thoughts."""
    if isinstance(content, list):
        told = [each.get("text") for each in content if isinstance(each, dict) and each.get("type") == "text"]
        return "".join(text for text in told if isinstance(text, str))
    return content if isinstance(content, str) else ""
