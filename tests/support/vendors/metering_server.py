"""The metering vendor's process: it answers, plays faults, bills, and writes down what it bills before it answers.

    python -m tests.support.vendors.metering_server FOLDER

It prints its two ports, the vendor's and the control's, and runs until its standard input is closed: it outlives every
run that is killed. Trials, lines and faults are described in `tests/support/vendors/metering.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.support.vendors import metering_answers as answers
from tests.support.vendors.loopback import HTML
from tests.support.vendors.metering import Asked, Fault, Moment


@dataclass
class Trial:
    """The faults for one trial's requests, and until when its requests were asked to wait."""

    faults: list[Fault] = field(default_factory=list)
    pid: int = 0
    not_before: float = 0.0

    def fault_of(self, asked: Asked, number: int) -> Fault | None:
        """Return the first fault that is for this request, and count it down."""
        for at, fault in enumerate(self.faults):
            if fault.is_for(asked, number):
                left = [fault.once_less()] if fault.times > 1 else []
                self.faults[at : at + 1] = left
                return fault
        return None


class Vendor:
    """The vendor's books and its listening socket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._trials: dict[str, Trial] = {}
        self._requests: dict[str, int] = {}
        self._open = threading.Event()
        self.port = 0
        self._door = self._listen()
        self.port = self._door.getsockname()[1]

    def _listen(self) -> socket.socket:
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", self.port))
        door.listen(256)
        self._open.set()
        return door

    def serve(self) -> None:
        """Accept connections, each in a thread, for ever."""
        while True:
            self._open.wait()
            try:
                connection, _ = self._door.accept()
            except OSError:
                continue
            threading.Thread(target=_Handler.take, args=(connection, self), daemon=True).start()

    def control(self, order: dict[str, Any]) -> None:
        """Carry out one order of the tests: open or close the socket, or set a trial's faults."""
        if order.get("door") == "shut":
            self._open.clear()
            with contextlib.suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
        elif order.get("door") == "open":
            self._door = self._listen()
        else:
            trial = Trial([Fault(**each) for each in order["faults"]], order["pid"])
            with self._lock:
                self._trials[order["trial"]] = trial

    def write(self, trial: str, **line: object) -> None:
        """Append one line to the trial's file, flushed to the disk."""
        text = json.dumps({**line, "at": time.time()}) + "\n"
        with self._lock, open(self._folder / f"{trial or 'all'}.jsonl", "a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def take(self, asked: Asked, accepted: float) -> tuple[int, Trial, Fault | None]:
        """Count a request that came whole, and choose its fault."""
        with self._lock:
            number = self._requests[asked.trial] = self._requests.get(asked.trial, 0) + 1
            trial = self._trials.setdefault(asked.trial, Trial())
            fault = trial.fault_of(asked, number)
            early = max(0.0, trial.not_before - accepted)
        self.write(
            asked.trial,
            what="seen",
            number=number,
            kind=asked.kind,
            path=asked.path,
            model=asked.model,
            digest=asked.digest,
            words=asked.words,
            fault=fault.name if fault else "",
            early=round(early, 3),
        )
        return number, trial, fault

    def bill(self, asked: Asked, number: int) -> None:
        """Write down on the disk what is billed for a request, before its answer is sent."""
        self.write(
            asked.trial,
            what="billed",
            number=number,
            kind=asked.kind,
            path=asked.path,
            model=asked.model,
            digest=asked.digest,
            words=asked.words,
            request_id=answers.request_id(number),
            usd=answers.bill_usd(asked),
        )


class _Handler(BaseHTTPRequestHandler):
    """Handles one connection, with one request."""

    protocol_version = "HTTP/1.1"
    vendor: Vendor
    accepted: float

    @classmethod
    def take(cls, connection: socket.socket, vendor: Vendor) -> None:
        handler = cls.__new__(cls)
        handler.vendor, handler.accepted = vendor, time.time()
        with contextlib.suppress(OSError, ValueError), connection:
            handler.__init__(connection, ("127.0.0.1", 0), None)  # type: ignore[misc]  # it serves while it is made

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing, to keep the bench's output clean."""

    def handle(self) -> None:
        self.close_connection = True
        self.handle_one_request()

    def do_GET(self) -> None:
        found = re.search(r"/v1/(models|user/balance)$", self.path)
        value = {"models": {"object": "list", "data": []}, "user/balance": {"credits": 1e6}}
        self._send(200 if found else 404, json.dumps(value[found[1]] if found else {}).encode(), {})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = answers.read_request(self.path, self.headers.get("content-type", ""), content)
        number, trial, fault = self.vendor.take(asked, self.accepted)
        name = fault.name if fault else ""
        self._kill(trial, fault, "taken")
        if name == "reset before":
            self._done(asked, number, "reset, not taken")
            return self._reset()
        if answers.is_billed(name) if fault is None or fault.billed is None else fault.billed:
            self.vendor.bill(asked, number)
        self._kill(trial, fault, "billed")
        if name == "reset after":
            self._done(asked, number, "reset")
            return self._reset()
        if name == "no answer":
            self._done(asked, number, "no answer")
            self.connection.recv(1)
            return None
        status, body, headers = self._answer(asked, number, trial, name)
        half = name == "cut off" or (fault is not None and fault.kill == "half answered" and trial.pid)
        self._done(asked, number, f"{status}{', cut off' if half else ''}")
        self._send(status, body, {**headers, "x-request-id": answers.request_id(number)}, half=bool(half))
        self._kill(trial, fault, "half answered")
        return None

    def _answer(self, asked: Asked, number: int, trial: Trial, fault: str) -> tuple[int, bytes, dict[str, str]]:
        match fault:
            case "html":
                return 200, HTML, {"content-type": "text/html"}
            case "500" | "500 that quotes":
                told = self.headers.get("authorization", "") if fault != "500" else "The server had an error."
                return 500, answers.error(asked, 500, "server_error", told), {}
            case "503":
                return 503, b"upstream connect error", {"content-type": "text/plain"}
            case "401 that quotes":
                told = f"Incorrect API key provided: {self.headers.get('authorization', '')[7:]}. You can find yours."
                return 401, answers.error(asked, 401, "invalid_api_key", told), {}
            case "429 seconds" | "429 date":
                now = datetime.now(UTC)
                until = (now + timedelta(seconds=answers.RETRY_SECONDS)).replace(microsecond=0)
                wait = str(answers.RETRY_SECONDS)
                if fault == "429 date":
                    wait = format_datetime(until, usegmt=True)
                with self.vendor._lock:
                    begins = time.time() + answers.RETRY_SECONDS - (fault == "429 date")
                    trial.not_before = max(trial.not_before, begins)
                body = answers.error(asked, 429, "rate_limit_exceeded", "Too many requests.")
                return 429, body, {"retry-after": wait, "date": format_datetime(now, usegmt=True)}
        return answers.good(asked, number, fault)

    def _send(self, status: int, body: bytes, headers: dict[str, str], half: bool = False) -> None:
        self.send_response_only(status)
        for name, value in {"content-type": "application/json", "connection": "close", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        self.wfile.flush()

    def _done(self, asked: Asked, number: int, how: str) -> None:
        self.vendor.write(asked.trial, what="answered", number=number, how=how)

    def _kill(self, trial: Trial, fault: Fault | None, moment: Moment) -> None:
        """Kill the run at this moment if the fault says so."""
        if fault is not None and fault.kill == moment and trial.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(trial.pid, signal.SIGKILL)

    def _reset(self) -> None:
        """Close the connection so that the other side gets RST (socket(7), SO_LINGER of 0 seconds)."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The connection closes when its last file does.
        self.rfile.close()
        self.wfile.close()
        self.connection.close()


def _obey(vendor: Vendor, desk: socket.socket) -> None:
    while True:
        connection, _ = desk.accept()
        with connection, connection.makefile("rwb") as file:
            vendor.control(json.loads(file.readline()))
            file.write(b"done\n")


def main(folder: Path) -> None:
    """Serve until standard input ends."""
    vendor = Vendor(folder)
    with socket.create_server(("127.0.0.1", 0)) as desk:
        for target, words in ((vendor.serve, ()), (_obey, (vendor, desk))):
            threading.Thread(target=target, args=words, daemon=True).start()
        print(vendor.port, desk.getsockname()[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
