"""What a server takes of OpenAI's protocol, learned from what it refuses, and remembered for the run (the process).

A refused request costs nothing. Each refusal teaches one thing: a form of answer, the name of a limit, its size, or a
word that is left out from now on; so a request is put in another way, and never in the same way again.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from blocks.openai_api.account import OpenAIAccount
from studio.model import events
from studio.model.events import Event
from studio.model.paid import VendorError

AnswerForm = Literal["json_schema", "json_object", "text"]
LimitName = Literal["max_tokens", "max_completion_tokens", ""]

ROUNDS = 10
"""How often one request is put in another way at the most."""
FEWEST_TOKENS = 256
"""The smallest limit of an answer that is still asked for, in tokens."""
FRAMING_TOKENS = 64
"""What is left free of a context, in tokens: the marks between messages."""
BYTES_A_TOKEN = 3.0
"""How many bytes of a prompt a token has, before the server has said how many it counts: a low estimate."""


@dataclass(frozen=True)
class Manner:
    """How one model at one account is asked.

    Attributes:
        form: how the answer's form is asked for besides in words: by its schema, as any JSON, or not at all.
        limit: the name of the answer's limit; '' if none is sent.
        most: the largest limit that is taken, in tokens; None if none is known.
        context: how many tokens prompt and answer may have together; None if that is not known.
        bytes_a_token: how many bytes of a prompt the server counts as a token.
        left_out: further words that are not sent.
    """

    form: AnswerForm = "json_schema"
    limit: LimitName = "max_tokens"
    most: int | None = None
    context: int | None = None
    bytes_a_token: float = BYTES_A_TOKEN
    left_out: tuple[str, ...] = ()

    def room(self, wanted: int, prompt_bytes: int) -> int:
        """Return the limit to ask for, in tokens: `wanted`, or less if that is all the server has room for."""
        room = wanted if self.most is None else min(wanted, self.most)
        if self.context is not None:
            room = min(room, self.context - int(prompt_bytes / self.bytes_a_token) - FRAMING_TOKENS)
        return room


_known: dict[tuple[str, str, str, str], Manner] = {}
_lock = threading.Lock()


def manner_of(account: OpenAIAccount, model: str, kind: str = "chat") -> Manner:
    """Return what is known of a model at an account; at first that it takes all that OpenAI's own models take."""
    # OpenAI's own models know only the new name of this limit; compatible servers nearly all know the old one.
    usual = Manner(limit="max_completion_tokens" if account.is_openais else "max_tokens")
    with _lock:
        return _known.get((account.base_url, account.account, model, kind), usual)


def forget() -> None:
    """Forget all that was learned, as a new process has."""
    with _lock:
        _known.clear()


def remember(account: OpenAIAccount, model: str, manner: Manner, told: Sequence[str], kind: str = "chat") -> None:
    """Remember the manner in which a server took a request, and tell what was learned on the way."""
    with _lock:
        _known[account.base_url, account.account, model, kind] = manner
    if told:
        text = f"{account.vendor}, {model}: {'; '.join(told)}, as the server asks; its refusals cost nothing"
        events.publish(Event("note", text=text))


_Way = tuple[Manner, str]
_NEXT: dict[AnswerForm, AnswerForm] = {"json_schema": "json_object", "json_object": "text"}
_FORM = re.compile(
    r"response[ _]?format|json[ _]?schema|json[ _]?object|json[ _]mode|structured|guided|grammar|\bschema\b", re.I
)
_VAGUE = re.compile(
    r"^bad request|unsupported (?:parameter|field|value|argument|feature|request)|unknown (?:parameter|field|argument)"
    r"|unrecogni[sz]ed|extra (?:fields?|inputs?)|not permitted|invalid (?:parameter|argument|field|body)|unavailable"
    r"|unprocessable|validation error",
    re.I,
)
_SIZE = re.compile(
    r"too (?:large|long|many|big|high)|exceed|at most|less than|maximum|greater than|larger than|\brange\b|<=|\blimit"
    r"|must be (?:below|smaller|between)|longer than|not enough|context",
    re.I,
)
_TOKENS = re.compile(r"max_(?:completion_|output_|new_)?tokens|\btokens?\b|context|n_ctx|num_predict", re.I)
_NUMBER = r"(\d[\d,_]{1,12})"
_CONTEXT = (
    re.compile(rf"context[ _](?:length|size|window|limit)?[^\d.;]{{0,60}}{_NUMBER}", re.I),
    re.compile(rf"(?:n_ctx|num_ctx|max_model_len|max_seq_len)[^\d]{{0,20}}{_NUMBER}", re.I),
    re.compile(rf"{_NUMBER}[ -]tokens? (?:of )?context", re.I),
)
_PROMPT = (
    re.compile(rf"{_NUMBER} (?:of )?(?:input|prompt)[ _]tokens", re.I),
    re.compile(rf"{_NUMBER}(?: tokens)? (?:in|for|from) (?:the |your )?(?:messages|prompt|input)", re.I),
    re.compile(
        rf"(?:prompt|input|messages)(?: has| contains| is|[ _]tokens?| of|:|=| \()[^\d.;]{{0,20}}{_NUMBER}", re.I
    ),
)


def instead(
    error: VendorError,
    sent: Manner,
    asked: int = 0,
    prompt_bytes: int = 0,
    optional: Collection[str] = (),
    kind: str = "chat",
) -> tuple[Manner, str] | None:
    """Return the manner in which to ask after a refusal, and in words what changes; None if there is no other way.

    Args:
        error: what the server answered.
        sent: the manner in which it was asked.
        asked: the limit that was asked for, in tokens; 0 for none.
        prompt_bytes: the length of the messages, in bytes.
        optional: further words of the request that may be left out.
        kind: what is asked for; each kind is learned for itself.
    """
    words = error.reason
    if (
        error.fault == "passing"
        and error.status == 500
        and _FORM.search(words)
        and sent.form in _NEXT
        and kind == "chat"
    ):
        return _simpler(sent)
    if error.fault != "wrong" or error.status not in (400, 404, 405, 413, 415, 422, 501):
        return None
    for name in optional:
        if name not in sent.left_out and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words, re.I):
            return replace(sent, left_out=(*sent.left_out, name)), f"{name!r} is left out"
    if kind != "chat":
        return None
    if asked and _TOKENS.search(words) and _SIZE.search(words):
        smaller = _smaller(words, sent, asked, prompt_bytes)
        if smaller is not None:
            return smaller
    if sent.limit and re.search(rf"(?<![\w]){sent.limit}(?![\w])", words, re.I):
        # The first refusal turns to the other name, the second one leaves both out.
        if "limit" not in sent.left_out:
            other: LimitName = "max_tokens" if sent.limit == "max_completion_tokens" else "max_completion_tokens"
            return replace(sent, limit=other, left_out=(*sent.left_out, "limit")), f"its limit is called {other!r}"
        return replace(sent, limit=""), "no limit of tokens is sent"
    if sent.form in _NEXT and _FORM.search(words):
        return _simpler(sent)
    # It does not say what it refuses: without what is optional there is less to refuse.
    if sent.form in _NEXT and error.status in (400, 422) and (not words or _VAGUE.search(words)):
        return _simpler(sent)
    return None


def _simpler(sent: Manner) -> _Way:
    form = _NEXT[sent.form]
    told = (
        "any JSON is asked for instead of a schema" if form == "json_object" else "the answer's form is asked in words"
    )
    return replace(sent, form=form), told


def _smaller(words: str, sent: Manner, asked: int, prompt_bytes: int) -> _Way | None:
    """Return the manner that keeps the limit that the server says, or half of what was asked for."""
    context, prompt = _first(_CONTEXT, words), _first(_PROMPT, words)
    if context is not None and context >= FEWEST_TOKENS:
        rate = sent.bytes_a_token
        if prompt:
            rate = max(0.5, min(prompt_bytes / prompt, rate))
        elif sent.context == context:
            # It is known already, so the prompt has more tokens than was estimated.
            rate = max(0.5, rate * 0.8)
        found = replace(sent, context=context, bytes_a_token=rate)
        return (found, f"its context has {context:,} tokens") if found != sent else None
    told = [number for number in map(_int, re.findall(_NUMBER, words)) if FEWEST_TOKENS <= number < asked]
    most = max(told, default=asked // 2)
    if most < FEWEST_TOKENS or (sent.most is not None and most >= sent.most):
        return None
    return replace(sent, most=most), f"its answers have at most {most:,} tokens"


def _first(patterns: tuple[re.Pattern[str], ...], words: str) -> int | None:
    found = next((each for pattern in patterns if (each := pattern.search(words))), None)
    return _int(found[1]) if found else None


def _int(number: str) -> int:
    return int(re.sub(r"[,_]", "", number) or 0)
