"""What a session in a store costs it: requests and bytes, by kind, and the seconds of the same film in a folder.

    python -m tests.bench.store [--seconds 40] [--height 144] [--runs 3]

A real S3 server on loopback (moto), behind a proxy that counts. The films alternate between a folder and the store.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from cyclopts import App

from tests.support.servers.s3 import KEYS, FaultyS3, S3Server, Seen

app = App(name="store-bench", result_action="return_value", version_flags=[])
IDEA = "A lighthouse keeper finds a message in a bottle"
FILM = Path(sys.executable).with_name("film")
SESSIONS = Path(sys.executable).with_name("sessions")


def kind_of(seen: Seen) -> str:
    """Return what a request is about: 'PUT heads', 'GET blobs'."""
    place = next((each for each in ("heads", "blobs", "answers", "probes", "index.json") if f"/{each}" in seen.key), "")
    return f"{seen.method} {place or 'list'}"


@app.default
def bench(*, seconds: float = 40, height: int = 144, runs: int = 3) -> None:
    """Make the film in a folder and in a store, by turns; then look at it, and redo a shot, on an empty machine."""
    server = S3Server()
    proxy = FaultyS3(server)
    took: dict[str, list[float]] = {"folder": [], "store": []}
    try:
        for number in range(runs):
            with tempfile.TemporaryDirectory(prefix="store-bench-") as scratch:
                url = f"s3://{server.new_bucket()}/films"
                words = [
                    "make",
                    IDEA,
                    "--seconds",
                    str(seconds),
                    "--height",
                    str(height),
                    "--seed",
                    "1",
                    "--name",
                    "film",
                ]
                for place, output in (("folder", f"{scratch}/output"), ("store", url)):
                    began = time.monotonic()
                    _run(proxy, f"{scratch}/a", FILM, *words, "--output", output)
                    took[place].append(time.monotonic() - began)
                if number:
                    continue
                _tell("a film", proxy)
                for what, *command in (
                    ("list, on an empty machine", SESSIONS, "list"),
                    ("view", SESSIONS, "view", "film"),
                    ("plan", FILM, "plan", "film"),
                    ("redo of one shot", FILM, "redo", "film", "--shot", "2"),
                    ("resume of a finished film", FILM, "resume", "film"),
                ):
                    _run(proxy, f"{scratch}/b", *command, "--output", url)
                    _tell(what, proxy)
    finally:
        proxy.stop()
        server.stop()
    for place, each in took.items():
        print(f"{place:<7} median {statistics.median(each):.1f} s of {', '.join(f'{one:.1f}' for one in each)}")


def _run(proxy: FaultyS3, cache: str, *command: object) -> None:
    there = {**os.environ, **KEYS, "AWS_ENDPOINT_URL": proxy.address, "FILM_CACHE": cache}
    subprocess.run([str(word) for word in command], env=there, check=True, capture_output=True, timeout=600)


def _tell(what: str, proxy: FaultyS3) -> None:
    kinds = Counter(kind_of(each) for each in proxy.seen)
    up, down = (sum(getattr(each, way) for each in proxy.seen) for way in ("received", "sent"))
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(f"{what}: {len(proxy.seen)} requests, {up / 1e6:.1f} MB up, {down / 1e6:.1f} MB down: {told}", flush=True)
    proxy.seen.clear()


if __name__ == "__main__":
    app()
