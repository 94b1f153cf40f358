"""What a server takes of OpenAI's protocol, learned from what it refuses, and remembered for the run (the process).

A refused request costs nothing. Each refusal teaches one thing: a form of answer, the name of a limit, its size, or a
word that is left out from now on; so a request is put in another way, and never in the same way again.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.offered_sizes import ABOUT_SIZE, offered_sizes, offered_step, stepped
from blocks.openai_api.offers import forget_lists, tell_what_is_there
from studio.model import events
from studio.model.events import Event
from studio.model.paid import VendorError

AnswerForm = Literal["json_schema", "json_object", "text"]
LimitName = Literal["max_tokens", "max_completion_tokens", ""]
MediaKind = Literal["image", "speech"]

T = TypeVar("T")

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
        sizes: the only sizes of pictures that it makes, as it names them; () if it has named none.
        step_px: the number of pixels of which a picture's sides must be multiples; 0 if that is not known.
    """

    form: AnswerForm = "json_schema"
    limit: LimitName = "max_tokens"
    most: int | None = None
    context: int | None = None
    bytes_a_token: float = BYTES_A_TOKEN
    left_out: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    step_px: int = 0

    def room(self, wanted: int, prompt_bytes: int) -> int:
        """Return the limit to ask for, in tokens: `wanted`, or less if that is all the server has room for."""
        room = wanted if self.most is None else min(wanted, self.most)
        if self.context is not None:
            room = min(room, self.context - int(prompt_bytes / self.bytes_a_token) - FRAMING_TOKENS)
        return room

    def stepped(self, size: str) -> str:
        """Return a size of a picture, as '640x360', with sides that are multiples of the server's step."""
        if not self.step_px:
            return size
        across, down = size.split("x")
        sides = stepped((int(across), int(down)), self.step_px)
        return f"{sides[0]}x{sides[1]}"


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
    forget_lists()
    with _lock:
        _known.clear()


def remember(account: OpenAIAccount, model: str, manner: Manner, told: Sequence[str], kind: str = "chat") -> None:
    """Remember the manner in which a server took a request, and tell what was learned on the way."""
    key = (account.base_url, account.account, model, kind)
    with _lock:
        new = _known.get(key) != manner
        _known[key] = manner
    # Of several calls at once each learns it for itself.
    if told and new:
        text = f"{account.vendor}, {model}: {'; '.join(told)}, as the server asks; its refusals cost nothing"
        events.publish(Event("note", text=text))


_Way = tuple[Manner, str]
_NEXT: dict[AnswerForm, AnswerForm] = {"json_schema": "json_object", "json_object": "text"}
_FORM = re.compile(
    r"response[ _]?format|json[ _]?schema|json[ _]?object|json[ _]mode|structured|guided|grammar|\bschema\b"
    r"|expected [\w-]{1,40} format",
    re.I,
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
        rf"(?:prompt|input|messages|request)(?: has| contains| is|[ _]tokens?| of|:|=| \()[^\d.;]{{0,20}}{_NUMBER}",
        re.I,
    ),
)


def instead(error: VendorError, sent: Manner, asked: int = 0, prompt_bytes: int = 0) -> tuple[Manner, str] | None:
    """Return the manner in which to ask a chat after a refusal, and in words what changes; None if there is none.

    Args:
        error: what the server answered.
        sent: the manner in which it was asked.
        asked: the limit that was asked for, in tokens; 0 for none.
        prompt_bytes: the length of the messages, in bytes.
    """
    words = error.reason
    if error.fault == "passing" and error.status == 500 and _FORM.search(words) and sent.form in _NEXT:
        return _simpler(sent)
    if error.fault != "wrong" or error.status not in (400, 404, 405, 413, 415, 422, 501):
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


def without_refused(error: VendorError, sent: Manner, optional: Mapping[str, str]) -> _Way | None:
    """Return the manner in which to ask for a picture or for speech after a refusal; None if there is no other way.

    A size that the server does not make is replaced by those that it names, any other optional word is left out. If it
    does not say what it refuses, all that is optional is left out at once, except a picture's size.

    Args:
        error: what the server answered.
        sent: the manner in which it was asked.
        optional: the words of the request that may be left out, with their values.
    """
    if error.fault != "wrong" or error.status not in (400, 422, 501):
        return None
    words = error.reason
    for name in optional:
        if name != "size" and _named(name, words):
            return _left_out(sent, name)
    if "size" in optional and ABOUT_SIZE.search(words):
        sizes, step = offered_sizes(words, (optional["size"], sent.stepped(optional["size"]))), offered_step(words)
        if sizes and not sent.sizes:
            shown = ", ".join(sizes[:6]) + (", ..." if len(sizes) > 6 else "")
            return replace(sent, sizes=sizes, step_px=0), f"it makes pictures of {shown}"
        if step and not sent.step_px and not sent.sizes:
            return replace(sent, step_px=step), f"its pictures' sides are multiples of {step}"
        return _left_out(sent, "size")
    rest = [name for name in optional if name != "size"]
    if rest and (not words or _VAGUE.search(words)) and not _ABOUT_NAMES.search(words):
        return _left_out(sent, *rest)
    return None


def in_its_manner(
    account: OpenAIAccount,
    model: str,
    kind: MediaKind,
    body: Mapping[str, str],
    call: Callable[[Manner], T],
    voice: str = "",
) -> T:
    """Return what `call` returns, which asks in the manner given; after each refusal it is called with another one.

    A refusal costs nothing, and nothing but a refusal is followed by another request.

    Args:
        body: the words of the request that may be left out, with their values.
        voice: the voice asked for, '' for none.

    Raises:
        VendorError: as `call`: it failed, or is refused however it is asked.
    """
    manner, learned = manner_of(account, model, kind), list[str]()
    while True:
        try:
            made = call(manner)
        except VendorError as error:
            optional = {name: value for name, value in body.items() if name not in manner.left_out}
            other = without_refused(error, manner, optional)
            if other is None or len(learned) >= ROUNDS:
                tell_what_is_there(error, account, model, kind, voice)
                raise
            manner = other[0]
            learned.append(other[1])
        else:
            if learned:
                remember(account, model, manner, learned, kind)
            return made


_ABOUT_NAMES = re.compile(r"\b(?:model|voice|speaker)s?\b", re.I)
"""What a request cannot be without: a refusal of it is not mended by leaving out something else."""


def _named(name: str, words: str) -> bool:
    """Tell whether a refusal names a word of the request; one letter alone only where it is marked as a name."""
    if len(name) > 1:
        return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words, re.I) is not None
    marked = (
        rf"['\"`]{name}['\"`]|\b(?:parameter|field|argument|value of|property) {name}\b|^{name}[:=]|\b{name} ?[=<>]"
    )
    return re.search(rf"{marked}|\b{name} (?:must|should|is not|has to|greater|larger|other than)\b", words) is not None


def _left_out(sent: Manner, *names: str) -> _Way:
    listed = " and ".join(filter(None, (", ".join(map(repr, names[:-1])), repr(names[-1]))))
    return replace(sent, left_out=(*sent.left_out, *names)), f"{listed} {'are' if names[1:] else 'is'} left out"


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
