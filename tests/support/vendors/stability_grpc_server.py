"""A server for Stability's gRPC service, built on the SDK's own stubs, behind a relay that can break connections.

What the real service says is taken from https://github.com/Stability-AI/stability-sdk (`api.py`, `client.py`). Besides
those of `_SAID` and `_CHANGES` it plays 'connection refused', 'reset before', 'reset after', 'reset while painting',
'late break', 'no answer', 'unavailable later', 'crash', 'blurred', 'filtered', 'nothing', 'failed' and 'endless'.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import stability_sdk.interfaces.gooseai.generation.generation_pb2 as messages
import stability_sdk.interfaces.gooseai.generation.generation_pb2_grpc as stubs

from tests.support.vendors import media
from tests.support.vendors.stability_server import KEY, bomb, painted

_EMPTY = "Your organization does not have enough balance to request this action"
_SAID: dict[str, tuple[grpc.StatusCode, str]] = {
    "503": (grpc.StatusCode.UNAVAILABLE, "try later"),
    "500": (grpc.StatusCode.INTERNAL, "inference failed"),
    "key": (grpc.StatusCode.UNAUTHENTICATED, f"missing or invalid api key: {KEY}, Bearer {KEY}"),
    "quota": (grpc.StatusCode.RESOURCE_EXHAUSTED, f"{_EMPTY} (need $0.02, have $0 in balance)."),
    "quota of old": (grpc.StatusCode.PERMISSION_DENIED, f"{_EMPTY} (need $0.02, have $0 in balance)."),
    "too many": (grpc.StatusCode.RESOURCE_EXHAUSTED, "rate limit exceeded"),
    "refused": (grpc.StatusCode.INVALID_ARGUMENT, "Invalid prompts detected"),
    "wrong": (grpc.StatusCode.INVALID_ARGUMENT, "height: must be a multiple of 64"),
}
_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "half a picture": lambda whole: whole[: len(whole) // 2],
    "bomb": lambda whole: bomb(),
    "tiny": lambda whole: painted((4, 4)),
    "one colour": lambda whole: media.one_colour((256, 144)),
    "other size": lambda whole: painted((640, 900)),
    "too large": lambda whole: bytes(11 * 2**20),
}


@dataclass
class StabilityGrpcServer(stubs.GenerationServiceServicer):
    """The service: what it was asked for, which faults it will play, and what it billed."""

    host: str = ""
    faults: list[str] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """The `authorization` of each call, '' if it had none."""
    billed: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    listener: socket.socket | None = None
    relayed: list[socket.socket] = field(default_factory=list)
    needs_key: bool = False

    @property
    def sent(self) -> int:
        """How many calls reached it, including those that it cut off: each has a connection of its own."""
        return self.connections

    def play(self, *faults: str) -> None:
        """Play these faults, one per call, from the next call on."""
        if "connection refused" in faults and self.listener is not None:
            # Only `shutdown` wakes the thread that waits in `accept`.
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        self.faults.extend(faults)

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
        if fault in ("reset after", "no answer"):
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

    def _pictures(self, request: Any, fault: str | None) -> Iterator[Any]:
        seed = request.image.seed[0]
        content = painted((request.image.width, request.image.height), seed)
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
        change = _CHANGES.get(fault or "")
        self.billed += 1
        picture = messages.Artifact(
            type=messages.ARTIFACT_IMAGE,
            mime="image/png",
            binary=change(content) if change else content,
            seed=seed,
            finish_reason=reason,
        )
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
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def stability_grpc_server() -> Iterator[StabilityGrpcServer]:
    """Run the service without TLS, behind the relay, while the block runs."""
    state = StabilityGrpcServer()
    server, port = _serve(state, None)
    listener = socket.create_server(("127.0.0.1", _open_port()))
    state.listener = listener
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
    """Return a free port that does not end in 443, where the client would use TLS."""
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
        state.connections += 1
        if state.faults[:1] == ["reset before"]:
            state.faults.pop(0)
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            near.close()
            continue
        far = socket.create_connection(("127.0.0.1", port))
        state.relayed.append(near)
        threading.Thread(target=_carry, args=(near, far), daemon=True).start()


def _carry(near: socket.socket, far: socket.socket) -> None:
    """Relay both ways until one side ends, then close both sockets: a closed one's number could be reused before."""
    back = threading.Thread(target=_pump, args=(far, near), daemon=True)
    back.start()
    _pump(near, far)
    back.join()
    near.close()
    far.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
