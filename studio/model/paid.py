"""Calls that cost money: the request, the reply, how a call can fail, and the protocol of the desk.

A vendor's adapter (`blocks/`) prepares one request and how to send it; the desk (`studio/billing/desk.py`) books it
before it is sent, lets it wait its turn, and books how it ended. An adapter sends nothing in any other way and never
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

passing     the vendor did not do it, and may do it a little later: connection refused, 5xx
unknown     it was sent and nothing says what happened to it: no answer in time, the connection broke after the request
slow down   429: too many requests; `retry_after` says when
quota       the account has no money left, or its own limit is reached
key         the key is wrong, or may not do this
refused     the vendor's rules do not allow this prompt
bad answer  an answer came that is not what was asked for: HTML, half a picture, a decompression bomb, silence; it may
            be billed
wrong       the request itself is wrong: no such model, a parameter out of its range
"""

T = TypeVar("T")


class VendorError(EngineFailed):
    """A vendor's call failed. The message is one line for a person: vendor, what happened, what to do; never a secret.

    Args:
        retry_after: seconds that the vendor asks to wait, None if it does not say.
        request_id: the vendor's own id of the request, '' if it gave none.
        usage: what the vendor says it bills in spite of the failure, None if it does not say.
        sent: False if nothing reached the vendor because there was no connection.
        status: the HTTP status of the answer, 0 if there was none.
        reason: the vendor's own words, as one harmless line; '' if it gave none.
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
        status: int = 0,
        reason: str = "",
    ) -> None:
        super().__init__(message)
        self.fault, self.retry_after, self.request_id, self.usage = fault, retry_after, request_id, usage
        self.sent, self.status, self.reason = sent, status, reason
        self.may_pass = fault == "passing"


@dataclass(frozen=True)
class Request:
    """One call to a vendor, as it is booked before it is sent.

    Attributes:
        vendor: who is paid: 'openai', 'stability', or the host of a compatible server.
        account: calls of the same account share its limits: the host and a digest of the key; never the key.
        digest: SHA-256 of everything that is asked except secrets: the same request has the same digest in every
            process, also where it is put in other words for a server that refused the first ones.
        most: the most that it can be billed for, which a budget reserves. Token counts are upper bounds.
        likely: what it is usually billed for, the lower end of an estimate; no budget uses it. None if it is `most`.
        stand_in: a made-up answer that `check` accepts, used for estimates only: with it the engine goes on to the
            other requests of the same piece, which do not depend on this one's answer. None if no other follows.
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
    """A vendor's answer, unchecked: a text in UTF-8, or the bytes of a picture or sound.

    Attributes:
        usage: what is billed; if the vendor does not say, it is counted from the request.
        seed: the seed that was used, None if the vendor does not say.
    """

    content: bytes
    usage: Usage = field(default_factory=dict)
    request_id: str = ""
    seed: int | None = None


class CallDesk(Protocol):
    """The protocol of the desk that books and sends paid calls. One desk is for one piece of work."""

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        """Return the result of `check` on the reply, which is one held already or else the answer to one `send`.

        `send` makes exactly one request. `check` raises `VendorError('bad answer', ...)` if the reply is not what was
        asked for; it may run again, in another process, on the same reply.

        Raises:
            VendorError: the call failed; it is booked. Never 'slow down': the desk waits and sends again.
            CallCutOff: an earlier call for this piece may have been billed, and nobody agreed to pay again.
            BudgetSpent, PriceUnknown: the call could exceed the budget; nothing was sent.
            Interrupted: the run was asked to stop while the call waited its turn; nothing was sent.
        """


@runtime_checkable
class Paid(Protocol):
    """An engine whose work costs money; it works at a desk."""

    def at(self, desk: CallDesk) -> Self:
        """Return this engine, working at `desk`."""
