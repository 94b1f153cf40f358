"""The stands of Stability's painters for the contract tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import SecretStr

from blocks.http_client.client import RequestLimits
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.grpc_painter import StabilityGrpcPainter
from blocks.stability_api.rest_painter import StabilityPainter
from studio.model.paid import Reply, Request
from tests.support.adapters.contract import HTTP_FAULTS, PICTURE_FAULTS, SIZE, Stand
from tests.support.vendors.stability_server import KEY, StabilityServer, painted

T = TypeVar("T")

GRPC_FAULTS = PICTURE_FAULTS | HTTP_FAULTS - {"429 seconds", "429 date", "cut off", "html", "redirect"}
"""The faults that the gRPC server can play: gRPC has neither bodies nor web pages, and gives no time to wait."""


@dataclass
class HeldDesk:
    """Answers every call with a picture without sending it, and remembers the requests' digests."""

    digests: list[str] = field(default_factory=list)

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        self.digests.append(request.digest)
        return check(Reply(painted(SIZE)))


@contextmanager
def painter(limits: RequestLimits) -> Iterator[Stand]:
    """Open a stand for the REST painter."""
    with StabilityServer() as server:
        adapter = StabilityPainter(StabilityAccount(api_key=SecretStr(KEY), rest_url=server.root), limits=limits)
        yield Stand(
            "image",
            server,
            lambda desk, out: adapter.at(desk).paint("a cat on a wall", SIZE, 7, out),
            HTTP_FAULTS | PICTURE_FAULTS,
            (KEY,),
            adapter,
        )


@contextmanager
def grpc_painter(limits: RequestLimits) -> Iterator[Stand]:
    """Open a stand for the gRPC painter, without TLS."""
    # Its server is built on the SDK, which does not exist for every Python.
    from tests.support.vendors.stability_grpc_server import stability_grpc_server

    with stability_grpc_server() as server:
        account = StabilityAccount(api_key=SecretStr(KEY), grpc_host=server.host)
        adapter = StabilityGrpcPainter(account, seconds=limits.read_seconds)
        yield Stand(
            "image",
            server,
            lambda desk, out: adapter.at(desk).paint("a cat on a wall", SIZE, 7, out),
            GRPC_FAULTS,
            (KEY,),
            adapter,
        )
