"""Call Stability's gRPC service once: build the message, open a channel, and turn failures into a `VendorError`.

Only messages and stubs come from `stability-sdk`: its clients repeat calls, wait for a dead host for ever, and draw a
seed of their own for 0. The SDK needs Python 3.11 or 3.12; it is imported when the first picture is asked for.
"""

from __future__ import annotations

import enum
import re
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Protocol

from blocks.http_client.errors import scrubbed
from blocks.stability_api.account import TIMED_OUT_SECONDS, StabilityAccount
from studio.errors import BadInput
from studio.model.paid import Fault, Reply, Usage, VendorError

MESSAGE_BYTES = 10 * 1024 * 1024
"""The largest message, as in the SDK's own client (`stability_sdk/client.py`, `MAX_MESSAGE_SIZE`)."""

ANSWER_BYTES = 3 * MESSAGE_BYTES
"""The most bytes of all messages of an answer: a picture, keepalives and a classifier's results are far below it."""

_SAYS: dict[str, Fault] = {
    "UNAUTHENTICATED": "key",
    "PERMISSION_DENIED": "key",
    "RESOURCE_EXHAUSTED": "slow down",
    "INVALID_ARGUMENT": "wrong",
    "NOT_FOUND": "wrong",
    "FAILED_PRECONDITION": "wrong",
    "OUT_OF_RANGE": "wrong",
    "UNIMPLEMENTED": "wrong",
    "ALREADY_EXISTS": "wrong",
    "DEADLINE_EXCEEDED": "unknown",
    "CANCELLED": "unknown",
}
"""What a gRPC status means (https://grpc.io/docs/guides/status-codes), if it means the same from server and library.
"""

_WORDS: dict[str, Fault] = {
    "larger than max": "bad answer",
    "CERTIFICATE_VERIFY_FAILED": "wrong",
    "enough balance": "quota",
    "Invalid prompts detected": "refused",
}
"""Words in the details that say more than the status. An empty account was seen as RESOURCE_EXHAUSTED and as
PERMISSION_DENIED
(https://github.com/terry3041/pyChatGPT/issues/146, https://github.com/dmarx/video-killed-the-radio-star/issues/23)."""

_WHAT: dict[Fault, str] = {
    "passing": "it could not be reached, or has a fault of its own; try again later",
    "unknown": "no whole answer came; the call may have been billed",
    "slow down": "too many requests; wait, or lower the crew's limits",
    "quota": "the account is out of credit; top it up, then resume",
    "key": "the key is not accepted; check the key and what it may do",
    "refused": "the prompt was refused",
    "bad answer": "the answer is larger than a picture can be; it may have been billed",
    "wrong": "the request or the connection was not accepted; check engine, settings and address",
}

_UNSENT = re.compile(r"failed to connect|DNS resolution failed|Received RST_STREAM with error code 7")
"""Details by which gRPC says that the server never saw the request; 7 is REFUSED_STREAM (RFC 9113, section 8.7)."""

_BROKEN = re.compile(r"Socket closed|recvmsg|sendmsg|Received RST_|Connection reset|Broken pipe|.*GOAWAY|keepalive")
"""Details by which gRPC says that a connection broke."""


class _RpcError(Protocol):
    """The methods of a grpc.RpcError that a call raised; the library has no types."""

    def code(self) -> enum.Enum: ...
    def details(self) -> str | None: ...
    def debug_error_string(self) -> str: ...


@dataclass(frozen=True)
class SentRequest:
    """Everything that is sent, except the key and the request's id.

    Attributes:
        size: (width, height) in pixels, one that the engine paints.
        negative: what must not be seen; '' for nothing.
        style: a style preset; '' for none.
    """

    engine: str
    prompt: str
    size: tuple[int, int]
    seed: int
    steps: int
    negative: str
    style: str
    cfg_scale: float = 7.0
    """How strictly it keeps to the prompt, 0 to 35; 7 is the published default."""


def generate(account: StabilityAccount, asked: SentRequest, seconds: float) -> Reply:
    """Call `Generate` once, and return the picture among its answers.

    Args:
        seconds: the deadline of the whole call, > 0.

    Raises:
        VendorError: no picture came, see `rpc_fault`; or 'refused': a filter stopped the prompt or blurred the picture.
    """
    named = str(uuid.uuid4())
    grpc, messages, stubs = sdk()
    artifacts, heard, taken = [], False, 0
    failure: VendorError | None = None
    with _channel(grpc, account) as channel:
        call = stubs.GenerationServiceStub(channel).Generate
        try:
            # Between the answers with artifacts come keepalives, which have none.
            for answer in call(_message(messages, asked, named), timeout=seconds, wait_for_ready=False):
                heard, taken = True, taken + answer.ByteSize()
                artifacts.extend(answer.artifacts)
                if taken > ANSWER_BYTES:
                    break
        except grpc.RpcError as error:
            failure = rpc_fault(account, named, error, heard)
    pictures = [each for each in artifacts if each.type == messages.ARTIFACT_IMAGE and each.binary]
    if any(each.finish_reason == messages.FILTER for each in artifacts):
        what = "the picture was blurred by the content filter" if pictures else "the content filter stopped the prompt"
        # A picture that was made is billed, blurred or not, as by the REST service.
        raise VendorError(
            "refused",
            f"{account.grpc_vendor}: {what}",
            request_id=named,
            usage={"images": len(pictures)} if pictures else None,
        )
    # A picture that came whole before the call broke is paid for: it is used.
    if pictures:
        return Reply(pictures[0].binary, {"images": 1}, named, pictures[0].seed or None)
    # Raised here, not where it was caught, so that it carries no cause whose text may quote a key.
    raise failure or VendorError("bad answer", f"{account.grpc_vendor}: the answer holds no picture", request_id=named)


def _channel(grpc: ModuleType, account: StabilityAccount) -> AbstractContextManager[object]:
    """Return a channel for this call alone: with TLS and the key if the port ends in 443, as in the SDK."""
    here = account.grpc_host.startswith(("localhost:", "127.", "[::1]:"))
    options = [
        ("grpc.max_send_message_length", MESSAGE_BYTES),
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.enable_retries", 0),
        ("grpc.service_config_disable_resolution", 1),
        # A connection shared with other calls would also share their waiting after a failure.
        ("grpc.use_local_subchannel_pool", 1),
        # For this machine no proxy of the environment may be used.
        ("grpc.enable_http_proxy", 0 if here else 1),
    ]
    channel: AbstractContextManager[object]
    if account.grpc_host.endswith("443"):
        key = grpc.access_token_call_credentials(account.api_key.get_secret_value())
        trust = grpc.composite_channel_credentials(grpc.ssl_channel_credentials(), key)
        channel = grpc.secure_channel(account.grpc_host, trust, options=options)
    else:
        channel = grpc.insecure_channel(account.grpc_host, options=options)
    return channel


def _message(messages: ModuleType, asked: SentRequest, named: str) -> object:
    """Return the request as a message; a prompt with a weight below zero is a negative prompt."""
    prompts = [
        messages.Prompt(text=text, parameters=messages.PromptParameters(weight=weight))
        for text, weight in ((asked.prompt, 1.0), (asked.negative, -1.0))
        if text
    ]
    request = messages.Request(
        engine_id=asked.engine,
        request_id=named,
        prompt=prompts,
        image=messages.ImageParameters(
            width=asked.size[0],
            height=asked.size[1],
            seed=[asked.seed],
            samples=1,
            steps=asked.steps,
            parameters=[
                messages.StepParameter(scaled_step=0, sampler=messages.SamplerParameters(cfg_scale=asked.cfg_scale))
            ],
        ),
    )
    if asked.style:
        # In the form in which `stability_sdk/client.py` sends it.
        request.extras.update({"$IPC": {"preset": asked.style}})
    return request


def rpc_fault(account: StabilityAccount, named: str, error: _RpcError, heard: bool) -> VendorError:
    """Return the error for a failed call.

    UNAVAILABLE, INTERNAL and UNKNOWN come from the server, or from gRPC itself if a connection breaks. Only the details
    show which (seen with grpcio 1.63): a status that the server sent names the server's address, that of a broken
    connection does so only once a part of an answer had come.

    Args:
        named: the request's id.
        heard: whether a part of an answer had come.
    """
    status, said = error.code().name, error.details() or ""
    fault = next((fault for words, fault in _WORDS.items() if words in said), _SAYS.get(status))
    if fault is None or said.startswith("Received RST_STREAM"):
        names_server = re.search(r"from peer [^\s{]", error.debug_error_string()) is not None
        told = names_server and not _BROKEN.match(said) and not (heard and status == "UNAVAILABLE")
        fault = "passing" if told or _UNSENT.match(said) else "unknown"
    line = f"{account.grpc_vendor}: {_WHAT[fault]} (gRPC {status}: {scrubbed(said, account.secrets)})"
    wait = TIMED_OUT_SECONDS if fault == "slow down" else None
    made: Usage | None = {"images": 1} if fault == "bad answer" else None
    sent = not (fault == "passing" and _UNSENT.match(said))
    return VendorError(fault, line, retry_after=wait, request_id=named, usage=made, sent=sent)


@cache
def sdk() -> tuple[ModuleType, ModuleType, ModuleType]:
    """Return grpc, the SDK's messages and its stubs.

    Raises:
        BadInput: the SDK is not installed.
    """
    try:
        import grpc
        import stability_sdk.interfaces.gooseai.generation.generation_pb2 as messages
        import stability_sdk.interfaces.gooseai.generation.generation_pb2_grpc as stubs
    except ImportError as error:
        raise BadInput(
            "Stability's gRPC service needs the package stability-sdk, which exists for Python 3.11 and 3.12: use one "
            "of them, or paint through REST"
        ) from error
    return grpc, messages, stubs
