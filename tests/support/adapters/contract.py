"""The contract of every adapter: what each must make, and how each must fail, whoever the vendor is.

A vendor joins by a `Stand`: its adapter against a running server on loopback. `tests/blocks/test_contract.py` holds the
laws and the list of vendors.
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
"""Limits of a test; hasty ones where the server is known never to answer."""

SIZE = (256, 144)
"""The frame that painters are asked for."""

LINE = "The lamp goes dark at dawn."
"""The line that narrators are asked for."""


class Server(Protocol):
    """A vendor's server of ours. Those of HTTP are built on `tests/support/vendors/loopback.py`."""

    def play(self, *faults: str) -> None:
        """Play these faults, one a request, from the next on."""

    @property
    def sent(self) -> int:
        """How many requests reached it so far, also those that it cut off."""


@dataclass(frozen=True)
class Stand:
    """An adapter, its server, and one piece of work.

    Attributes:
        work: does one piece of work at a desk, into a file where there is one, and returns whatever it made. It takes
            one request where nothing fails.
        faults: those of `FAULTS` that the server can play.
        secrets: what went in and must come out nowhere.
        adapter: for its repr.
    """

    kind: CallKind
    server: Server
    work: Callable[[CallDesk, Path], object]
    faults: frozenset[str]
    secrets: tuple[str, ...]
    adapter: object


Vendor = Callable[[RequestLimits], AbstractContextManager[Stand]]
"""Opens a stand whose adapter keeps these limits."""

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
    "animated": frozenset({"bad answer"}),
    "empty sound": frozenset({"bad answer"}),
    "silence": frozenset({"bad answer"}),
    "endless sound": frozenset({"bad answer"}),
    "key": frozenset({"key"}),
    "quota": frozenset({"quota"}),
    "refused": frozenset({"refused"}),
    "wrong": frozenset({"wrong"}),
}
"""What a server may do, and what kinds of failure that is. 'other size' is none: the picture is cropped and scaled."""

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
PICTURE_FAULTS = frozenset({"half a picture", "bomb", "tiny", "animated"})
SOUND_FAULTS = frozenset({"empty sound", "silence", "endless sound"})
