"""A desk that books nothing: it sends, checks, and remembers what passed over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from studio.paid import Reply, Request

T = TypeVar("T")


@dataclass
class Counter:
    """Every request, and every reply that came; `held` is served instead of sending where it is set."""

    requests: list[Request] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    held: Reply | None = None

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        self.requests.append(request)
        self.replies.append(self.held or send())
        return check(self.replies[-1])
