"""The way of each host to the one store: a door of its own that can be shut in several ways, and what went through.

The doors are a process of their own, like the store behind them: they outlive every host that is killed. Requests that
change a head pass one after another, so that the record has them in the order in which the store carried them out.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import mmap
import os
import signal
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from studio.errors import BadInput
from studio.object_storage.head import Head, blob_key, read_head
from tests.support.servers.s3 import SIGNED, Fault, FaultyS3, S3Server

Shut = Literal["", "hangs", "refuses", "loses answers", "is late", "503"]
"""How a door is shut: requests wait until it opens, and are cut then; they are cut at once; they are carried out, and
the answer never comes; they wait, and are carried out when it opens; the store says that it is overloaded."""
HOSTS = ("host-a", "host-b", "host-c")

_WAYS: tuple[Shut, ...] = get_args(Shut)
_STATE = struct.Struct("<BBxxII")
"""Of each door: how it is shut, how it will be, from which request on, and how many there were."""
_FAULTS: dict[Shut, Fault] = {"refuses": "cut", "loses answers": "no answer", "503": "503"}


@dataclass(frozen=True)
class Passed:
    """A write that the store carried out: through whose door, to which key, with what content."""

    host: str
    key: str
    content: bytes

    @property
    def head(self) -> Head:
        """The head that was written."""
        return read_head(self.session_id, self.content)

    @property
    def session_id(self) -> str:
        """The session whose head it is."""
        return self.key.rpartition("/")[2].removesuffix(".json")


class Doors:
    """The doors before a store, a host each; made by `doors`."""

    def __init__(self, store: S3Server, record: Path, at: str = "127.0.0.1") -> None:
        self.store, self.record, self.at = store, record, at
        self._state = mmap.mmap(-1, _STATE.size * len(HOSTS))
        self.addresses: dict[str, str] = {}

    def address(self, host: str) -> str:
        """Return the store's address for a host."""
        return self.addresses[host]

    def shut(self, host: str, how: Shut) -> None:
        """Shut a host's door in this way, or open it with ''."""
        _, _, at, count = self._read(host)
        self._write(host, _WAYS.index(how), 0, at, count)

    def shut_at(self, host: str, how: Shut, at: int) -> None:
        """Shut a host's door from its request number `at` on, counted from now."""
        self._write(host, 0, _WAYS.index(how), at, 0)

    def is_shut(self, host: str) -> bool:
        """Tell whether a host's door is shut now."""
        return bool(self._read(host)[0])

    def count(self, host: str) -> int:
        """Return how many requests came through a host's door since it was last told when to shut."""
        return self._read(host)[3]

    def passed(self, trial: str, folder: str) -> list[Passed]:
        """Return the writes to a folder ('heads', 'answers') of a trial's place in the store, in order."""
        found = []
        for line in self.record.read_text("utf-8").splitlines() if self.record.exists() else ():
            host, key, content = json.loads(line)
            if key.startswith(f"{trial}/{folder}/"):
                found.append(Passed(host, key, content.encode("utf-8")))
        return found

    def get(self, bucket: str, key: str) -> bytes | None:
        """Return an object, straight from the store; None if there is none."""
        link = http.client.HTTPConnection("127.0.0.1", self.store.port, timeout=60)
        link.request("GET", f"/{bucket}/{key}", headers={"Authorization": SIGNED})
        answer = link.getresponse()
        content = answer.read()
        link.close()
        return content if answer.status == 200 else None

    def lay(self, bucket: str, place: str, head: Head, folder: Path) -> list[str]:
        """Lay the files that a head names into a folder, straight from the store; return those that are lost."""

        def content_of(sha256: str) -> bytes:
            return self.get(bucket, f"{place}/{blob_key(sha256)}") or b""

        lost = []
        for path, file in head.tree(content_of).items():
            content = content_of(file.sha256)
            if len(content) != file.size or hashlib.sha256(content).hexdigest() != file.sha256:
                lost.append(path)
                continue
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return lost

    # --- in the process of the doors --------------------------------------------------------------

    def _read(self, host: str) -> tuple[int, int, int, int]:
        how, then, at, count = _STATE.unpack_from(self._state, HOSTS.index(host) * _STATE.size)
        return how, then, at, count

    def _write(self, host: str, how: int, then: int, at: int, count: int) -> None:
        _STATE.pack_into(self._state, HOSTS.index(host) * _STATE.size, how, then, at, count)

    def _serve(self, says: int, lives: int) -> None:
        """Serve until the other end of `lives` is closed."""
        turn = threading.Lock()
        opened = [_Door(self, host, turn) for host in HOSTS]
        os.write(says, json.dumps({door.host: door.address for door in opened}).encode())
        os.close(says)
        os.read(lives, 1)


class _Door(FaultyS3):
    """One host's door."""

    def __init__(self, doors: Doors, host: str, turn: threading.Lock) -> None:
        super().__init__(doors.store, doors.at)
        self.host, self._doors, self._turn = host, doors, turn
        self.fault = self._befalls

    def _befalls(self, method: str, key: str) -> Fault:
        doors, host = self._doors, self.host
        with self._turn:
            how, then, at, count = doors._read(host)
            count += 1
            if then and count > at:
                how, then = then, 0
            doors._write(host, how, then, at, count)
        shut = _WAYS[how]
        while _WAYS[doors._read(host)[0]] == shut and shut in ("hangs", "is late"):
            time.sleep(0.02)
        return "cut" if shut == "hangs" else _FAULTS.get(shut, "")

    def carried_out(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        key = path.split("?")[0].split("/", 2)[-1]
        if method != "PUT" or not ("/heads/" in key or "/answers/" in key):
            return super().carried_out(method, path, body, headers)
        with self._turn:
            answer, content = super().carried_out(method, path, body, headers)
            if answer.status == 200:
                with open(self._doors.record, "a", encoding="utf-8") as file:
                    file.write(json.dumps([self.host, key, body.decode("utf-8")]) + "\n")
        return answer, content


@contextmanager
def doors(store: S3Server, record: Path, at: str = "127.0.0.1") -> Iterator[Doors]:
    """Lend the doors before a store, on this address of this machine; what passes is written down in `record`."""
    found = Doors(store, record, at)
    hears, says = os.pipe()
    lives, holds = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(holds)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # whoever is killed breaks its connections
            found._serve(says, lives)
        finally:
            os._exit(0)
    os.close(says)
    os.close(lives)
    found.addresses = json.loads(os.read(hears, 1 << 16))
    os.close(hears)
    try:
        yield found
    finally:
        os.close(holds)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def out_of_turn(heads: list[Passed]) -> list[str]:
    """Return what is wrong with the heads of one session in the order in which the store took them: an epoch that goes
    back, or that two owners had."""
    wrong, owners = [], dict[int, tuple[str, int, str]]()
    last = 0
    for passed in heads:
        try:
            head = passed.head
        except BadInput as error:
            wrong.append(f"a head that cannot be read: {error}")
            continue
        who = (head.holder.host, head.holder.pid, head.holder.since)
        if head.epoch < last:
            wrong.append(f"epoch {head.epoch} was published by {head.holder.words} after epoch {last}")
        if owners.setdefault(head.epoch, who) != who:
            wrong.append(f"epoch {head.epoch} had two owners: {owners[head.epoch]} and {who}")
        if passed.host != head.holder.host:
            wrong.append(f"a head of {head.holder.host} came from {passed.host}")
        last = max(last, head.epoch)
    return wrong
