"""The contract of every adapter: what each must make, and how each must fail, whichever vendor it is for.

A vendor is added by a `Stand`: its adapter with a running server on loopback. `tests/blocks/test_contract.py` has the
tests and the list of vendors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from blocks.http_client.client import RequestLimits
from studio.model.paid import CallDesk, CallKind, Fault

PATIENT = RequestLimits(connect_seconds=10.0, read_seconds=30.0, total_seconds=60.0)
HASTY = RequestLimits(connect_seconds=10.0, read_seconds=0.3, total_seconds=60.0)
"""The limits of requests in tests; the hasty ones are for a server that is known never to answer."""

SIZE = (256, 144)
"""The frame that painters are asked for."""

LINE = "The lamp goes dark at dawn."
"""The line that narrators are asked for."""


class Server(Protocol):
    """A test server for a vendor. Those for HTTP are built on `tests/support/vendors/loopback.py`."""

    def play(self, *faults: str) -> None:
        """Play these faults, one per request, from the next request on."""

    @property
    def sent(self) -> int:
        """How many requests reached the server so far, including those that it cut off."""


@dataclass(frozen=True)
class Stand:
    """An adapter, its server, and one piece of work.

    Attributes:
        work: does one piece of work at a desk, into a file if it makes one, and returns what it made. It takes one
            request if nothing fails.
        faults: those of `FAULTS` that the server can play.
        secrets: texts that were given to the adapter and must appear nowhere.
        adapter: the adapter itself, for its repr.
    """

    kind: CallKind
    server: Server
    work: Callable[[CallDesk, Path], object]
    faults: frozenset[str]
    secrets: tuple[str, ...]
    adapter: object


Vendor = Callable[[RequestLimits], AbstractContextManager[Stand]]
"""Opens a stand whose adapter has these limits."""

FAULTS: Mapping[str, frozenset[Fault]] = {
    "connection refused": frozenset({"passing"}),
    # Whether all was sent before the reset came is a race; where it was not, the vendor cannot have done it.
    "reset before": frozenset({"passing", "unknown"}),
    "reset after": frozenset({"unknown"}),
    "no answer": frozenset({"unknown"}),
    "500": frozenset({"passing"}),
    "503": frozenset({"passing"}),
    "429 seconds": frozenset({"slow down"}),
    "429 date": frozenset({"slow down"}),
    "cut off": frozenset({"bad answer"}),
    "html": frozenset({"bad answer"}),
    "redirect": frozenset({"wrong"}),
    "half a picture": frozenset({"bad answer"}),
    "bomb": frozenset({"bad answer"}),
    "tiny": frozenset({"bad answer"}),
    "one colour": frozenset({"bad answer"}),
    "empty sound": frozenset({"bad answer"}),
    "silence": frozenset({"bad answer"}),
    "endless sound": frozenset({"bad answer"}),
    "key": frozenset({"key"}),
    "quota": frozenset({"quota"}),
    "refused": frozenset({"refused"}),
    "wrong": frozenset({"wrong"}),
}
"""What a server may do wrong, and the faults that this may be. 'other size' is no fault: the picture is cropped and
scaled."""

HTTP_FAULTS = frozenset(
    {
        "connection refused",
        "reset before",
        "reset after",
        "no answer",
        "500",
        "503",
        "429 seconds",
        "429 date",
        "cut off",
        "html",
        "redirect",
        "key",
        "quota",
        "refused",
        "wrong",
    }
)
PICTURE_FAULTS = frozenset({"half a picture", "bomb", "tiny", "one colour"})
SOUND_FAULTS = frozenset({"empty sound", "silence", "endless sound"})
