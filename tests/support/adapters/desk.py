"""Desks for tests that book nothing: they send, check and remember, so that a test can look at the calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from studio.model.paid import Reply, Request, VendorError

T = TypeVar("T")


@dataclass
class PlainDesk:
    """Sends every call once, and keeps `requests`, `replies` and `failures` in order."""

    requests: list[Request] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    failures: list[VendorError] = field(default_factory=list)

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        assert re.fullmatch("[0-9a-f]{64}", request.digest), request.digest
        assert request.most, "nothing to reserve"
        assert all(count >= 0 for count in request.most.values()), request.most
        self.requests.append(request)
        try:
            reply = send()
            self.replies.append(reply)
            check(reply)
        except VendorError as error:
            self.failures.append(error)
            raise
        # A reply may be checked again, in another process, from what was stored.
        return check(Reply(reply.content, dict(reply.usage), reply.request_id, reply.seed))


@dataclass
class HoldingDesk:
    """Keeps replies by digest, so that the same request is not sent a second time."""

    held: dict[str, Reply] = field(default_factory=dict)
    sent: int = 0

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        if request.digest not in self.held:
            self.sent += 1
            reply = send()
            result = check(reply)
            self.held[request.digest] = reply
            return result
        return check(self.held[request.digest])
