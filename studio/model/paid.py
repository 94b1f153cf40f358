"""Calls that cost money: what is asked, what comes back, how it can fail, and the desk that every one passes.

A vendor's adapter (`blocks/`) prepares one request, and how to send it; the desk (`studio/billing/desk.py`) books it
before it is sent, lets it wait its turn, and books how it ended. An adapter sends nothing by any other way and never
sends twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, TypeVar, runtime_checkable

from studio.errors import EngineFailed

CallKind = Literal["text", "image", "speech"]
Unit = Literal["text in", "text out", "image in", "image out", "audio out", "characters", "images", "seconds"]
"""What vendors bill by: the first five count tokens, `characters` of spoken text, `images` and `seconds` made."""
Usage = Mapping[Unit, float]

Fault = Literal["passing", "unknown", "slow down", "quota", "key", "refused", "bad answer", "wrong"]
"""How a call fails:

passing     the vendor did not do it, and may a little later: connection refused, 5xx
unknown     it was sent and nothing tells what became of it: no answer in time, the connection broke after the request
slow down   429: too many requests; `retry_after` says when
quota       the account has no money left, or its own limit is reached
key         the key is wrong, or may not do this
refused     the vendor's rules do not allow this prompt
bad answer  an answer came, and it is not what was asked for: HTML, half a picture, a bomb, silence; it may be billed
wrong       the request itself: no such model, a parameter out of its limits
"""

T = TypeVar("T")


class VendorError(EngineFailed):
    """A vendor's call failed. The message is one line for a person: vendor, what happened, what to do; never a secret.

    Args:
        retry_after: seconds that the vendor asks to wait, where it says.
        request_id: the vendor's own name of the request, '' where it gave none.
        usage: what the vendor says it bills, where it says so in spite of the failure.
        sent: False where nothing reached the vendor: there was no connection.
    """

    def __init__(
        self,
        fault: Fault,
        message: str,
        *,
        retry_after: float | None = None,
        request_id: str = "",
        usage: Usage | None = None,
        sent: bool = True,
    ) -> None:
        super().__init__(message)
        self.fault, self.retry_after, self.request_id, self.usage = fault, retry_after, request_id, usage
        self.sent = sent
        self.may_pass = fault == "passing"


@dataclass(frozen=True)
class Request:
    """One call, as it is booked before it is sent.

    Attributes:
        vendor: who is paid: 'openai', 'stability', or the host of a compatible server.
        account: who shares limits with whom: the host, and a digest of the key; never the key.
        digest: SHA-256 of all that is sent but secrets: the same request has the same digest in every process.
        most: the most that it can be billed for; what a budget reserves. Token counts are upper bounds.
        likely: what it is billed for where nothing is out of the ordinary, the lower end of an estimate; no budget goes
            by it. None where it is `most`.
        stand_in: an answer that `check` takes, for estimates alone: with it the engine goes on to the other requests of
            the same piece, which do not depend on what this one brings. None where no other follows.
    """

    vendor: str
    account: str
    model: str
    kind: CallKind
    digest: str
    most: Usage
    likely: Usage | None = None
    stand_in: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """What came back, unchecked: a text's UTF-8, a picture's or a sound's bytes.

    Attributes:
        usage: what is billed; where the vendor does not say, what the request's own numbers say.
        seed: the one that was used, where the vendor says.
    """

    content: bytes
    usage: Usage = field(default_factory=dict)
    request_id: str = ""
    seed: int | None = None


class CallDesk(Protocol):
    """Where calls are booked. One desk is for one piece of work."""

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        """Return what `check` makes of the reply: of one that is held already, or else of one call of `send`.

        `send` makes exactly one request. `check` judges the reply, and raises `VendorError('bad answer', ...)` where
        it is not what was asked for; it may run again, in another process, on the same reply.

        Raises:
            VendorError: the call failed; it is booked. 'slow down' never comes out: it is waited for.
            CallCutOff: an earlier call for this piece may have been billed, and nobody agreed to pay again.
            BudgetSpent, PriceUnknown: it could pass the budget; nothing was sent.
            Interrupted: the run was asked to stop while the call waited its turn; nothing was sent.
        """


@runtime_checkable
class Paid(Protocol):
    """An engine whose work costs money; it works at a desk."""

    def at(self, desk: CallDesk) -> Self:
        """Return this engine, working at `desk`."""
