"""Stability's gRPC service on loopback, built on the SDK's own stubs, behind a relay that can break connections.

Faults are scripted: each call takes the next one. What the real service says is as seen in
https://github.com/Stability-AI/stability-sdk (`api.py`, `client.py`).
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import grpc
import stability_sdk.interfaces.gooseai.generation.generation_pb2 as messages
import stability_sdk.interfaces.gooseai.generation.generation_pb2_grpc as stubs

from tests.vendors.stability_server import KEY, bomb, png

GrpcFault = Literal[
    "reset before", "reset after", "reset while painting", "silence", "unavailable", "unavailable later", "internal",
    "crash", "key", "balance", "too many", "refused", "wrong", "blurred", "filtered", "nothing", "failed", "half",
    "bomb", "wrong size", "tiny", "large", "endless", "late break", "echo key",
]  # fmt: skip
GRPC_FAULTS: tuple[GrpcFault, ...] = get_args(GrpcFault)

_SAID: dict[GrpcFault, tuple[grpc.StatusCode, str]] = {
    "unavailable": (grpc.StatusCode.UNAVAILABLE, "try later"),
    "internal": (grpc.StatusCode.INTERNAL, "inference failed"),
    "key": (grpc.StatusCode.UNAUTHENTICATED, "missing or invalid api key"),
    "balance": (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "Your organization does not have enough balance to request this action",
    ),
    "too many": (grpc.StatusCode.RESOURCE_EXHAUSTED, "rate limit exceeded"),
    "refused": (grpc.StatusCode.INVALID_ARGUMENT, "Invalid prompts detected"),
    "wrong": (grpc.StatusCode.INVALID_ARGUMENT, "height: must be a multiple of 64"),
    "echo key": (grpc.StatusCode.UNAUTHENTICATED, f"the key {KEY} is not known"),
}


@dataclass
class StabilityGrpcServer(stubs.GenerationServiceServicer):
    """What was asked, what will go wrong, and what was billed."""

    host: str = ""
    faults: list[GrpcFault] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """The `authorization` of each call, '' where it had none."""
    billed: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    relayed: list[socket.socket] = field(default_factory=list)
    needs_key: bool = False

    def Generate(self, request: Any, context: Any) -> Iterator[Any]:
        """Answer with a keepalive and a picture of the size asked for."""
        fault = self.faults.pop(0) if self.faults else None
        self.asked.append(request)
        self.keys.append(dict(context.invocation_metadata()).get("authorization", ""))
        if self.needs_key and self.keys[-1] != f"Bearer {KEY}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "missing or invalid api key")
        if request.image.width % 64 or request.image.height % 64 or not 1 <= len(request.prompt[0].text) <= 2_000:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "height, width or prompt: out of its limits")
        if fault in _SAID:
            context.abort(*_SAID[fault])
        if fault == "crash":
            raise RuntimeError("the engine crashed")
        if fault in ("reset after", "silence"):
            self.billed += 1
            self._cut() if fault == "reset after" else self.over.wait(60)
            return
        yield messages.Answer(answer_id="keepalive", request_id=request.request_id)
        if fault == "unavailable later":
            context.abort(grpc.StatusCode.UNAVAILABLE, "the engine went away")
        if fault == "reset while painting":
            self._cut()
            self.over.wait(60)
        yield from self._pictures(request, fault)

    def _pictures(self, request: Any, fault: GrpcFault | None) -> Iterator[Any]:
        seed = request.image.seed[0]
        content = png((request.image.width, request.image.height), seed)
        reason = messages.FILTER if fault == "blurred" else messages.NULL
        if fault == "nothing":
            return
        if fault == "filtered":
            text = messages.Artifact(type=messages.ARTIFACT_TEXT, text="Invalid", finish_reason=messages.FILTER)
            yield messages.Answer(request_id=request.request_id, artifacts=[text])
            return
        if fault == "failed":
            failed = messages.Artifact(type=messages.ARTIFACT_IMAGE, finish_reason=messages.ERROR)
            yield messages.Answer(request_id=request.request_id, artifacts=[failed])
            return
        changed = {
            "half": content[: len(content) // 2], "bomb": bomb(), "wrong size": png((640, 900), seed),
            "tiny": png((8, 8), seed), "large": bytes(11 * 2**20),
        }  # fmt: skip
        self.billed += 1
        picture = messages.Artifact(
            type=messages.ARTIFACT_IMAGE, mime="image/png", binary=changed.get(fault or "", content), seed=seed,
            finish_reason=reason,
        )  # fmt: skip
        yield messages.Answer(answer_id="a0", request_id=request.request_id, artifacts=[picture])
        while fault == "endless" and not self.over.is_set():
            other = messages.Artifact(type=messages.ARTIFACT_CLASSIFICATIONS, binary=bytes(2**20))
            yield messages.Answer(request_id=request.request_id, artifacts=[other])
        if fault == "late break":
            self.over.wait(0.2)
            self._cut()
            self.over.wait(60)

    def _cut(self) -> None:
        for each in self.relayed:
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def stability_grpc_server() -> Iterator[StabilityGrpcServer]:
    """Run the service, open and behind the relay, for as long as the block lasts."""
    state = StabilityGrpcServer()
    server, port = _serve(state, None)
    listener = socket.create_server(("127.0.0.1", _open_port()))
    state.host = f"127.0.0.1:{listener.getsockname()[1]}"
    threading.Thread(target=_relay, args=(listener, port, state), daemon=True).start()
    try:
        yield state
    finally:
        state.over.set()
        listener.close()
        server.stop(0).wait()


@contextmanager
def stability_tls_server(key: bytes, certificate: bytes) -> Iterator[StabilityGrpcServer]:
    """Run the service over TLS (PEM of key and certificate for `localhost`), on a port that ends in 443."""
    state = StabilityGrpcServer(needs_key=True)
    server, port = _serve(state, grpc.ssl_server_credentials([(key, certificate)]))
    state.host = f"localhost:{port}"
    try:
        yield state
    finally:
        state.over.set()
        server.stop(0).wait()


def _serve(state: StabilityGrpcServer, tls: grpc.ServerCredentials | None) -> tuple[grpc.Server, int]:
    sizes = [("grpc.max_send_message_length", 64 * 2**20), ("grpc.so_reuseport", 0)]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=sizes)
    stubs.add_GenerationServiceServicer_to_server(state, server)
    port = server.add_insecure_port("127.0.0.1:0") if tls is None else _bind_443(server, tls)
    server.start()
    return server, port


def _bind_443(server: grpc.Server, tls: grpc.ServerCredentials) -> int:
    for port in range(11_443, 65_000, 1_000):
        try:
            if server.add_secure_port(f"127.0.0.1:{port}", tls):
                return port
        except RuntimeError:
            continue
    raise RuntimeError("no port that ends in 443 is free")


def _open_port() -> int:
    """Return a free port that does not end in 443: the client would speak TLS there."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        if port % 1_000 != 443:
            return port


def _relay(listener: socket.socket, port: int, state: StabilityGrpcServer) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        if state.faults[:1] == ["reset before"]:
            state.faults.pop(0)
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            near.close()
            continue
        far = socket.create_connection(("127.0.0.1", port))
        state.relayed.append(near)
        for a, b in ((near, far), (far, near)):
            threading.Thread(target=_pump, args=(a, b, state), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, state: StabilityGrpcServer) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for each in (source, sink):
        if each in state.relayed:
            state.relayed.remove(each)
        each.close()
