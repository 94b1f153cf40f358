"""A fake vendor that records what it bills: a process that outlives a killed run, with a file of lines on the disk.

It speaks OpenAI's protocol and Stability's REST v2beta. The requests of a trial go to an address of the trial's own
(`Meter.url`), and their lines to a file of its own, `<trial>.jsonl`, append-only, each line flushed to the disk before
the answer that follows from it is sent:

    {"what": "seen", ...}       a request came whole: kind, path, model, digest of its body, its words, the fault
    {"what": "billed", ...}     it is billed: the same, the request's id, and dollars by the vendor's own price list
    {"what": "answered", ...}   how it was answered

The process itself is in `tests/support/vendors/metering_server.py`, its answers are in
`tests/support/vendors/metering_answers.py`.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

Moment = Literal["", "taken", "billed", "half answered"]
"""When the vendor kills the run that sent the request: before it bills, after it has billed, with half of the answer
sent."""
Kind = Literal["text", "image", "speech"]

PRICES: dict[str, dict[str, float]] = {
    "meter-text": {"text in": 1.5e-6, "text out": 6e-6},
    "meter-image": {"images": 0.04},
    "gpt-image-2": {"text in": 5e-6, "image in": 8e-6, "image out": 30e-6},
    "tts-1": {"characters": 15e-6},
    "core": {"images": 0.03},
    "gpt-5.4-mini": {"text in": 0.75e-6, "text out": 4.5e-6},
    "gpt-4o-mini-tts": {"text in": 0.6e-6, "audio out": 12e-6, "characters": 0.0},
}
"""What the vendor bills by model, in dollars per unit."""


@dataclass(frozen=True)
class Asked:
    """A request as the vendor understood it.

    Attributes:
        digest: SHA-256 of what was asked for; it does not depend on the boundary between the parts of a form.
        words: the prompt, the line to speak, or the form of a text ('story', 'shots', ...).
        fields: the fields of the body.
    """

    trial: str
    path: str
    kind: Kind
    model: str
    digest: str
    words: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What the vendor does wrong with one request, or with several.

    Attributes:
        name: '' for a good answer; else 'reset before' (the request was not taken), 'reset after', 'no answer', '500',
            '503', '429 seconds', '429 date', 'cut off', 'html', 'half a picture', 'bomb', 'other size', 'empty sound',
            'nonsense', '401 that quotes', '500 that quotes'.
        words: only for requests whose `words` contain these; '' for all.
        number: only for this request of the trial, from 1; 0 for all.
        times: how many requests it is for.
        share: the share of them that it hits, 0 to 1; drawn by their number, the same in every run.
        billed: whether the request is billed, if the fault leaves that open.
        kill: kills the run at this moment.
    """

    name: str = ""
    words: str = ""
    number: int = 0
    times: int = 1
    share: float = 1.0
    billed: bool | None = None
    kill: Moment = ""

    def is_for(self, asked: Asked, number: int) -> bool:
        """Tell whether the fault is for this request."""
        drawn = zlib.crc32(str(number).encode()) % 1_000 < 1_000 * self.share
        return drawn and self.words in asked.words and self.number in (0, number)

    def once_less(self) -> Fault:
        """Return the fault for one request less."""
        return replace(self, times=self.times - 1)


@dataclass(frozen=True)
class Line:
    """One line of the vendor's file; `at` is in seconds since 1970."""

    what: Literal["seen", "billed", "answered"]
    number: int
    at: float
    kind: str = ""
    path: str = ""
    model: str = ""
    digest: str = ""
    words: str = ""
    fault: str = ""
    early: float = 0.0
    """How many seconds too early the request came, before the time that the vendor had asked to wait for."""
    request_id: str = ""
    usd: float = 0.0
    how: str = ""


class Meter:
    """The vendor, started in a process of its own, which writes its lines and its prices to `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.vendors.metering_server", str(folder)],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.port, self._control = (int(each) for each in self._process.stdout.readline().split())
        self.vendor = f"127.0.0.1:{self.port}"
        """The vendor's name, as the adapters call it."""
        self.prices = folder / "prices.toml"
        lines = ["checked = 2026-11-22"]
        for model, per in PRICES.items():
            units = ", ".join(f"{json.dumps(unit)} = {usd!r}" for unit, usd in per.items())
            lines += ["[[price]]", f'vendor = "{self.vendor}"', f'model = "{model}"', f"per = {{ {units} }}"]
        self.prices.write_text("\n".join(lines) + "\n", "utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def url(self, trial: str = "") -> str:
        """Return a trial's address: it is Stability's REST address, and with '/v1' at its end OpenAI's base URL."""
        return f"http://{self.vendor}" + (f"/t/{trial}" if trial else "")

    def play(self, trial: str = "", faults: Sequence[Fault] = (), pid: int = 0) -> None:
        """Play these faults to the trial's requests from now on; `pid` is the process that a fault kills."""
        self._tell({"trial": trial, "faults": [asdict(each) for each in faults], "pid": pid})

    def shut(self) -> None:
        """Stop listening: connections are refused."""
        self._tell({"door": "shut"})

    def open(self) -> None:
        """Listen again."""
        self._tell({"door": "open"})

    def _tell(self, order: dict[str, object]) -> None:
        with socket.create_connection(("127.0.0.1", self._control)) as desk, desk.makefile("rwb") as file:
            file.write(json.dumps(order).encode() + b"\n")
            file.flush()
            assert file.readline() == b"done\n"

    def lines(self, trial: str = "") -> list[Line]:
        """Return the vendor's lines for a trial; a line that is half written is left out."""
        path = self.folder / f"{trial or 'all'}.jsonl"
        *whole, _ = path.read_text("utf-8").split("\n") if path.exists() else ("",)
        return [Line(**json.loads(each)) for each in whole]

    def bills(self, trial: str = "") -> list[Line]:
        """Return the lines of what it billed."""
        return [line for line in self.lines(trial) if line.what == "billed"]
