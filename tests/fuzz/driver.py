"""One target under libFuzzer, by atheris: `python -m tests.fuzz.driver TARGET FINDINGS [libFuzzer's options] CORPUS...`

Needs the environment of `make fuzz`. What is wrong does not stop the run: of each kind of fault the shortest input is
kept in FINDINGS, with its traceback. Called by `tests/fuzz/__main__.py`.
"""

from __future__ import annotations

import hashlib
import importlib
import resource
import sys
import traceback
from pathlib import Path

import atheris

from tests.fuzz.judge import MOST_SECONDS, judged

INSTRUMENTED = ["studio", "blocks", "flows", "yaml", "tomllib", "hibari"]

MOST_BYTES = 3 << 30

_shortest: dict[str, int] = {}


def kind_of(error: BaseException) -> str:
    """Return a name for a fault: what was raised, and where in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/site-packages/" not in frame.filename]
    places = " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in ours[-2:])
    return f"{type(error).__name__} {places}"


def keep(folder: Path, data: bytes, error: BaseException) -> None:
    """Keep an input that shows a fault, where it is the first of its kind or shorter than that."""
    kind = kind_of(error)
    if len(data) >= _shortest.get(kind, sys.maxsize):
        return
    if kind not in _shortest:
        print(f"FOUND {kind}: {str(error)[:300]!r}", file=sys.stderr, flush=True)
    _shortest[kind] = len(data)
    name = hashlib.sha256(kind.encode()).hexdigest()[:12]
    (folder / name).write_bytes(data)
    (folder / f"{name}.txt").write_text("".join(traceback.format_exception(error)), "utf-8", "backslashreplace")


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    program, target, findings, *options = sys.argv
    with atheris.instrument_imports(include=INSTRUMENTED):
        module = importlib.import_module(f"tests.fuzz.targets.{target}")
    folder = Path(findings)
    most = getattr(module, "SECONDS", MOST_SECONDS)

    def one(data: bytes) -> None:
        try:
            judged(module.check, data, most)
        except Exception as error:
            keep(folder, data, error)

    # What takes more fails by a MemoryError, which is kept like any other fault; libFuzzer would end the process.
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    atheris.Setup([program, *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
