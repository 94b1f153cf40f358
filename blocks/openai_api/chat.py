"""Ask a language model for an object: structured output of chat completions, read tolerantly, and repaired once.

https://platform.openai.com/docs/api-reference/chat/create and
https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import JsonValue

from blocks.answers.picture_answers import bad_answer
from blocks.http_client.client import RequestLimits
from blocks.http_client.errors import request_id_of, scrubbed
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.answers import ends_early, read_told, refusal_in
from blocks.openai_api.call import LETTERS_A_TOKEN, ask, error_in, json_of, number_at
from blocks.openai_api.manners import FEWEST_TOKENS, ROUNDS, instead, manner_of, remember
from blocks.openai_api.offers import tell_what_is_there
from blocks.openai_api.prompts import QUOTED_CHARACTERS, REPAIR, Form, example_of, material, schema_of
from studio.model.fingerprint import fingerprint
from studio.model.paid import CallDesk, Reply, Request, Usage, VendorError

F = TypeVar("F", bound=Form)
T = TypeVar("T")
Message = dict[str, JsonValue]
"""A message of a chat: `role` and `content`."""

ROOM_NEEDED = 0.5
"""The share of the most tokens of an answer for which there must be room; a filled form takes about half of them."""


class CutOff(VendorError, Generic[T]):
    """The answer ended before its object did, or has no room in the model's context: ask for less in one call.

    Attributes:
        made: what could be made of the whole entries of the answer; None if there are none.
    """

    def __init__(self, message: str, made: T | None = None, request_id: str = "", usage: Usage | None = None) -> None:
        super().__init__("bad answer", message, request_id=request_id, usage=usage)
        self.made = made


class _Unread(NamedTuple):
    """An answer that cannot be used: its text and what is wrong with it."""

    text: str
    fault: str


class _Cut(NamedTuple, Generic[T]):
    """An answer that was cut off, what was made of its whole entries, and what it cost."""

    made: T | None
    reply: Reply


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
        before: Sequence[Message] = (),
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
            before: what was said after the material: an answer that was cut off, and the wish to go on from there.

        Raises:
            CutOff: the answer was cut off, or there is no room for it: ask for less in one call.
            VendorError: a call failed, or neither answer can be used.
        """
        messages: list[Message] = [
            {"role": "system", "content": system},
            {"role": "user", "content": material(shown)},
            *before,
        ]

        def read(reply: Reply) -> T | _Cut[T]:
            text = reply.content.decode("utf-8", "replace")
            try:
                told = read_told(text, form)
            except ValueError:
                if not text.strip() or ends_early(text):
                    return _Cut(None, reply)
                raise
            made = make(told.form)
            return _Cut(made, reply) if told.cut_off else made

        def read_or_tell(reply: Reply) -> T | _Cut[T] | _Unread:
            # No error is raised here, so the first answer is kept even if it cannot be used, and not paid for again.
            try:
                return read(reply)
            except ValueError as error:
                return _Unread(reply.content.decode("utf-8", "replace"), str(error))

        def read_or_raise(reply: Reply) -> T | _Cut[T]:
            try:
                return read(reply)
            except ValueError as error:
                told = scrubbed(str(error), self.account.secrets)
            raise bad_answer(self.account.vendor, reply, f"the {title} cannot be used, nor could the first: {told}")

        first = self._call(title, messages, form, most, read_or_tell, like)
        if not isinstance(first, _Unread):
            return self._whole(title, first)
        messages += [
            {"role": "assistant", "content": first.text[:QUOTED_CHARACTERS]},
            {"role": "user", "content": REPAIR.format(fault=first.fault)},
        ]
        return self._whole(title, self._call(title, messages, form, most, read_or_raise, like))

    def _whole(self, title: str, answer: T | _Cut[T]) -> T:
        if not isinstance(answer, _Cut):
            return answer
        raise CutOff(
            f"{self.account.vendor}: the {title} is cut off at {self.name}'s limit of tokens: make a shorter film, "
            "give the writer more thinking tokens, or choose another model",
            answer.made,
            answer.reply.request_id,
            answer.reply.usage,
        )

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
        # The digest stands for the question, however it is put: it is that of the first words it was ever put in, so
        # that an answer held since then, or in another manner, is found. Nothing below may change it.
        name = "max_completion_tokens" if self.account.is_openais else "max_tokens"
        question: dict[str, Any] = {
            "model": self.name,
            "messages": messages,
            name: most + self.thinking_tokens,
            "response_format": {"type": "json_schema", "json_schema": wanted},
        }
        digest = fingerprint(chat=json.dumps(question, sort_keys=True))
        system, *rest = messages
        put: list[Message] = [{**system, "content": f"{system['content']}\n{example_of(form)}"}, *rest]
        said = len(json.dumps(put, ensure_ascii=False).encode("utf-8", "replace"))
        manner, learned = manner_of(self.account, self.name), list[str]()
        while True:
            limit = manner.room(most + self.thinking_tokens, said)
            if limit < min(most, max(FEWEST_TOKENS, most * ROOM_NEEDED)):
                remember(self.account, self.name, manner, learned)
                raise CutOff(
                    f"{self.account.vendor}: {self.name} has no room for the {title}: it needs about {most:,} tokens "
                    f"and {max(0, limit):,} are left: choose a model with a larger context, or make a shorter film"
                )
            body: dict[str, Any] = {"model": self.name, "messages": put}
            if manner.limit:
                body[manner.limit] = limit
            if manner.form == "json_schema":
                body["response_format"] = {"type": "json_schema", "json_schema": wanted}
            elif manner.form == "json_object":
                body["response_format"] = {"type": "json_object"}
            request = self._request(body, digest, limit, most, like)
            try:
                made = self.desk.call(request, self._sender(body, request), check)
            except VendorError as error:
                other = instead(error, manner, limit if manner.limit else 0, said)
                if other is None or len(learned) >= ROUNDS:
                    tell_what_is_there(error, self.account, self.name, "text")
                    raise
                manner = other[0]
                learned.append(other[1])
            else:
                # What was only guessed is not remembered for an answer that is no use.
                if learned and not isinstance(made, _Unread):
                    remember(self.account, self.name, manner, learned)
                return made

    def _request(self, body: dict[str, Any], digest: str, limit: int, most: int, like: JsonValue) -> Request:
        # A token is at least one byte of UTF-8; the framing of a message takes a few tokens.
        asked: Usage = {"text in": len(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")) + 200.0}
        return Request(
            self.account.vendor,
            self.account.account,
            self.name,
            "text",
            digest,
            {**asked, "text out": float(limit)},
            # A filled form takes about half of `most`. Whether the model thinks is not known.
            {"text in": asked["text in"] / LETTERS_A_TOKEN, "text out": min(limit, most / 2)},
            stand_in=None if like is None else json.dumps(like).encode(),
        )

    def _sender(self, body: dict[str, Any], request: Request) -> Callable[[], Reply]:
        def send() -> Reply:
            response = ask(
                self.account, self.limits, lambda client: client.chat.completions.with_raw_response.create(**body)
            )
            request_id = request_id_of(response.headers, self.account.secrets)
            return _reply(self.account, json_of(self.account, response), request, request_id)

        return send


def _reply(account: OpenAIAccount, answer: dict[str, JsonValue], request: Request, request_id: str) -> Reply:
    """Return the text of a completion, with its usage; the text is empty if the limit was reached before it began.

    Raises:
        VendorError: 'refused'; or 'bad answer': it is an error, or has no text.
    """
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    choice = choice if isinstance(choice, dict) else {}
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    text = _said(message)
    told_in, told_out = number_at(answer, "usage", "prompt_tokens"), number_at(answer, "usage", "completion_tokens")
    if choice.get("finish_reason") == "length" and text.rstrip()[-1:] in ("}", "]"):
        # Cut off behind a bracket it looks as if its end was forgotten; a comma says that more was to follow.
        text = f"{text.rstrip()},"
    sent = text.encode("utf-8", "replace")
    # A server that does not count tokens says nothing, or 0.
    usage: Usage = {
        "text in": told_in or request.most["text in"],
        "text out": told_out or float(len(sent)),
    }
    refusal, finish = message.get("refusal"), choice.get("finish_reason")
    why = refusal if isinstance(refusal, str) and refusal.strip() else refusal_in(text)
    if why or finish == "content_filter":
        told = scrubbed(why, account.secrets) if why else "its content filter"
        raise VendorError(
            "refused", f"{account.vendor}: the prompt was refused: {told}", request_id=request_id, usage=usage
        )
    reason = error_in(choice) or error_in(message)
    if reason is not None and not _BRACKET.search(text):
        what = f"it answered with an error: {scrubbed(reason, account.secrets)}"
    elif not text.strip() and finish != "length":
        what = "the answer holds no text"
    else:
        return Reply(sent, usage, request_id)
    raise VendorError("bad answer", f"{account.vendor}: {what}", request_id=request_id, usage=usage)


_BRACKET = re.compile(r"[\[{]")


def _said(message: dict[str, JsonValue]) -> str:
    """Return a message's text: its content, or else a tool's arguments, or JSON that stands among its thoughts."""
    text = _text(message.get("content"))
    if text.strip():
        return text
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else [message]:
        function = call.get("function", call.get("function_call")) if isinstance(call, dict) else None
        told = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(told, str) and told.strip():
            return told
    thoughts = (_text(message.get(key)) for key in ("reasoning_content", "reasoning", "thinking"))
    return next((told for told in thoughts if '"' in told and "{" in told), "")


def _text(content: JsonValue) -> str:
    """Return a message's text: its content is a string, or a list of parts, some of text and others of thoughts."""
    if isinstance(content, list):
        told = [
            each.get("text")
            for each in content
            if isinstance(each, dict) and each.get("type") in ("text", "output_text")
        ]
        return "".join(text for text in told if isinstance(text, str))
    if isinstance(content, dict):
        # Some servers decode the JSON that they were asked for.
        return json.dumps(content, ensure_ascii=False)
    return content if isinstance(content, str) else ""
