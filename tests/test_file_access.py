"""One way to a file: what opens or parses one elsewhere is named here, with its reason."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
ROOMS = ("flows", "tasks", "blocks", "studio")

_METHODS = {"read_text", "read_bytes", "open"}
_PARSERS = {
    ("json", "load"),
    ("json", "loads"),
    ("tomllib", "load"),
    ("tomllib", "loads"),
    ("yaml", "load"),
    ("yaml", "safe_load"),
    ("pickle", "load"),
    ("pickle", "loads"),
}
_MEDIA = {"av", "Image", "wave"}
"""Libraries that take a path, after `studio/fs/safe_open.py` looked at it, or bytes."""

ALLOWED = {
    "studio/fs/safe_open.py": "the one way",
    "studio/fs/disk_operations.py": "changes, through the one way",
    "studio/fs/files.py": "wraps handles that the one way gave",
    "studio/store/picture_check.py": "wraps a handle that the one way gave",
    "studio/video/joining.py": "wraps a handle that the one way gave",
    "studio/object_storage/working_copy.py": "wraps a handle that the one way gave",
    "studio/archive/pack.py": "an archive over what the one way writes",
    "studio/archive/unpack.py": "an archive over a handle that the one way gave",
    "studio/text/plain_toml.py": "parses what the one way read",
    "studio/input/script_words.py": "a table of this program",
    "flows/server/address.py": "parses what the one way read",
    "studio/model/receipt.py": "parses what it wrote a line before",
    "studio/checks/verify.py": "parses what it wrote in the same line",
    "studio/cli/streams.py": "/dev/null, for a stream that is closed",
    "studio/cli/terminal.py": "/dev/null, to write",
    "studio/media/opening.py": "wraps a handle that the one way gave",
    "studio/video/conform.py": "writes at the hidden path that it is lent",
    "studio/audio/wav.py": "writes at the hidden path that it is lent",
    "studio/lettering/fonts.py": "a font of this program",
    "blocks/offline/data_files.py": "tables of this program",
    "blocks/offline/voice/narrator.py": "the voice's own model",
    "blocks/answers/picture_answers.py": "writes at the hidden path that it is lent",
    "blocks/answers/json_answers.py": "a vendor's answer, in its own bounds",
    "blocks/http_client/errors.py": "a vendor's error, its first 100,000 bytes",
    "flows/server/studio_processes.py": "the log and the pipe of its own processes",
    "flows/server/local_stack.py": "a server's answer, its first 100 bytes",
    "flows/server/built_in_server.py": "a lock of its own in Prefect's home",
    "flows/server/registration.py": "parses what the one way read",
}

_LISTINGS = {"glob", "iglob", "rglob", "iterdir", "listdir", "scandir", "walk"}
LISTING_ALLOWED = {
    "studio/testing.py": "a folder of the test's own",
    "studio/fs/safe_open.py": "the one way",
    "studio/store/folder_walk.py": "to the same limit, with what each name is",
    "studio/store/folders.py": "the sessions themselves: there may be any number",
    "studio/lettering/fonts.py": "fonts of this machine",
    "flows/server/leases.py": "the engine's own leases",
    "flows/server/registration.py": "the project's own deployments",
}


def listings(code: str) -> Iterator[str]:
    """Yield every call that lists a folder."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LISTINGS:
            yield f"{node.func.attr}, line {node.lineno}"


def openings(code: str) -> Iterator[str]:
    """Yield every call that opens a file or parses one."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id == "open":
            yield f"open, line {node.lineno}"
        elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            owner = called.value.id
            if (owner, called.attr) in _PARSERS or (called.attr in _METHODS and owner not in {*_MEDIA, "opening"}):
                yield f"{owner}.{called.attr}, line {node.lineno}"
        elif isinstance(called, ast.Attribute) and called.attr in _METHODS:
            yield f"{called.attr}, line {node.lineno}"


@pytest.mark.parametrize(("calls", "allowed"), [(openings, ALLOWED), (listings, LISTING_ALLOWED)])
def test_nothing_goes_past_the_one_way(calls: Callable[[str], Iterator[str]], allowed: dict[str, str]) -> None:
    """Every file is opened, and every folder of a session listed, through `studio/fs/safe_open.py`: regular files, no
    link, to a limit; what does otherwise is named."""
    found = {
        path.relative_to(PROJECT).as_posix(): list(calls(path.read_text("utf-8")))
        for room in ROOMS
        for path in sorted((PROJECT / room).rglob("*.py"))
    }
    assert {path: each for path, each in found.items() if each and path not in allowed} == {}
    assert {path for path in allowed if not found.get(path)} == set(), "allowed, and does nothing"


@pytest.mark.parametrize(
    "code",
    [
        "open(p)",
        "p.open('rb')",
        "os.open(p, 0)",
        "(a / b).read_text()",
        "p.read_bytes()",
        "json.loads(x)",
        "yaml.load(x)",
        "tomllib.load(f)",
    ],
)
def test_an_opening_is_seen(code: str) -> None:
    """Each way past the one way is found, whatever it is called on."""
    assert list(openings(code))
