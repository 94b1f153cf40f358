"""Make and send answers that cost their reader much more than their sender ("bombs")."""

from __future__ import annotations

import random
import socket
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blocks.answers.json_answers import PAINTED_BYTES, TEXT_BYTES
from blocks.answers.picture_answers import PICTURE_BYTES

_CHUNK = 1 << 16

UNITS = {
    "empty lists": b"[],",
    "empty objects": b"{},",
    "objects of one": b'{"a":1},',
    "lists of one": b"[1.5],",
    "numbers": b"7,",
    "long numbers": b"9" * 4_000 + b",",
    "short texts": '"ab","ä",'.encode(),
    "same keys": b'"a":[],',
    "nested lists": b"[",
    "nested objects": b'{"a":',
    "one text": b"A",
    "wide text": b"A",
    "emoji": "\U0001f600".encode(),
    "escapes": b"\\ud83d\\ude00",
    "lone surrogates": b"\\ud83d",
    "one number": b"9",
    "fraction": b"0",
    "white space": b" ",
    "zeros": b"\0",
    "percent": b"%41",
    "page": b"<a>",
}
"""What is repeated, by name."""
_FRAMES = {
    "same keys": (b"{", b'"b":1}'),
    "one text": (b'"', b'"'),
    "wide text": (b'"\xf0\x9f\x98\x80', b'"'),
    "emoji": (b'"', b'"'),
    "escapes": (b'"', b'"'),
    "lone surrogates": (b'"', b'"'),
    "one number": (b"1", b""),
    "fraction": (b"0.", b"1"),
    "nested lists": (b"", b""),
    "nested objects": (b"", b""),
    "white space": (b"", b"[]"),
    "percent": (b'"data:image/png,', b'"'),
}
_PLACES = (
    (b"", b""),
    (b'{"choices":', b"}"),
    (b'{"choices":[{"message":{"content":', b"}}]}"),
    (b'{"data":', b"}"),
    (b'{"data":[{"b64_json":', b"}]}"),
    (b'{"data":[{"url":', b"}]}"),
    (b'{"error":{"message":', b"}}"),
    (b'{"id":', b"}"),
    (b'{"errors":[', b"]}"),
    (b'{"credits":', b"}"),
)
_OF_ENGINE = {
    "writer": b"choices",
    "painter": b"b64_json",
    "painter by address": b"url",
    "models": b"data",
    "narrator": b"",
    "stability": b"errors",
    "balance": b"credits",
    "fetching": b"",
}
"""The text that each engine looks for in an answer."""
SIZES = {
    "writer": (TEXT_BYTES - 500, 90_000_000),
    "painter": (TEXT_BYTES, PAINTED_BYTES - 500, 90_000_000),
    "painter by address": (TEXT_BYTES, PAINTED_BYTES - 500),
    "narrator": (5_000_000, 90_000_000),
    "models": (TEXT_BYTES - 500, 90_000_000),
    "stability": (90_000, PICTURE_BYTES - 500, 90_000_000),
    "balance": (60_000, 90_000_000),
    "fetching": (PICTURE_BYTES - 500, 90_000_000),
}
"""The sizes that are sent to each engine: as much as is just read, and far more."""


@dataclass(frozen=True)
class Bomb:
    """One answer: `count` times the unit in its frame, at a place where the engine looks for something."""

    unit: str
    place: tuple[bytes, bytes]
    size: int
    status: int
    packing: str

    def body(self) -> Iterator[bytes]:
        """Yield the bytes of the body, unpacked."""
        before, after = _FRAMES.get(self.unit, (b"[", b"0]"))
        yield self.place[0] + before
        unit = UNITS[self.unit]
        block = unit * max(1, _CHUNK // len(unit))
        whole, rest = divmod(self.size, len(block))
        for _ in range(whole):
            yield block
        yield unit * (rest // len(unit)) + after + self.place[1]

    def send(self, caller: socket.socket) -> None:
        """Answer the request that waits at `caller`."""
        head = f"HTTP/1.1 {self.status} X\r\nconnection: close\r\nx-request-id: req_1\r\n"
        caller.sendall(f"{head}content-type: application/json\r\ncontent-encoding: {self.packing}\r\n\r\n".encode())
        packer = zlib.compressobj(1, wbits=31 if self.packing == "gzip" else 15)
        plain = self.packing not in ("gzip", "deflate")
        for chunk in self.body():
            caller.sendall(chunk if plain else packer.compress(chunk))
        if not plain:
            caller.sendall(packer.flush())


WIDE = Bomb("wide text", (b'{"data":[{"b64_json":', b"}]}"), PAINTED_BYTES - 500, 200, "identity")
"""An answer as large as a picture may be, in which one letter would make each of the others take four bytes."""


def bombs(seed: int, engine: str, count: int) -> list[Bomb]:
    """Return `count` bombs for an engine, most of them in places that it reads."""
    draw = random.Random(f"{seed} {engine}")
    units = draw.sample(list(UNITS), count)
    mine = [place for place in _PLACES if _OF_ENGINE[engine] in place[0]] or list(_PLACES)
    return [
        Bomb(
            unit,
            draw.choice(mine if draw.random() < 0.7 else _PLACES),
            draw.choice(SIZES[engine]),
            draw.choice([200] * 6 + [400, 500]),
            draw.choice(["identity"] * 10 + ["gzip", "deflate", "br", "zstd"]),
        )
        for unit in units
    ]


def answer_with(bombs: Sequence[Bomb], caller: socket.socket) -> None:
    """Read one request, whose path begins with a number, and answer it with the bomb of that number."""
    request = caller.recv(1 << 20)
    head, _, body = request.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += caller.recv(1 << 20)
    bombs[int(request.split(b"/", 2)[1])].send(caller)
