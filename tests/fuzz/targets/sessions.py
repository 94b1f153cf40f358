"""Session folders: the first bytes choose a session and a command, each group after them does one damage to it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.cli.film import app as film
from studio.checks import film_check, repair, verify  # noqa: F401
from studio.cli import costs_page, list_page, session_page  # noqa: F401  read on demand
from studio.cli.sessions import app as sessions
from studio.cli.terminal import leave
from studio.status import costs, listing, report  # noqa: F401  read on demand
from tests.hostile.damage import BASES, KINDS, MANY, Damage, base_session, harm, paths_of
from tests.hostile.room import Seen, held, make_room, seen

SECONDS = 3.0
"""Of processor time, an input: the damage, a command or two, and what is looked at before and after."""
MOST_DAMAGES = 6

READING = (
    ("sessions", "list"),
    ("sessions", "list", "--json"),
    ("sessions", "view"),
    ("sessions", "view", "--json"),
    ("sessions", "cost"),
    ("sessions", "cost", "--csv"),
    ("sessions", "prompts"),
    ("sessions", "verify", "--json"),
    ("film", "plan"),
    ("sessions", "repair"),
    ("film", "plan", "--json"),
    ("sessions", "gc"),
    ("sessions", "takes"),
    ("sessions", "history"),
)
COMMANDS = (*READING, ("sessions", "repair", "--yes"), ("sessions", "fork"))

_place = tempfile.TemporaryDirectory(prefix="fuzz-sessions-")
_room = make_room(Path(_place.name) / "room")
_spare = Path(shutil.copytree(_room.outside, Path(_place.name) / "spare"))
_outside = seen(_room.outside)
_templates = [base_session(base, Path(_place.name) / base) for base in BASES]


def check(data: bytes) -> None:
    """A command ends with a line and an exit code; a reading one changes nothing, repairing loses nothing."""
    head, rest = data[:2].ljust(2, b"\0"), data[2:]
    template, command = _templates[head[0] % len(BASES)], COMMANDS[head[1] % len(COMMANDS)]
    folder = _room.sessions / template.name
    shutil.copytree(template, folder, symlinks=True)
    try:
        damages = list(_damages(rest, paths_of(folder)))
        for damage in damages:
            harm(folder, _room.outside, damage)
        before, had = seen(_room.output), held(folder)
        _run(command, folder.name)
        assert seen(_room.outside) == _outside, f"{command} changed what lies outside"
        if command in READING:
            assert seen(_room.output) == before, f"{command} changed something"
        else:
            gone = (had - held(folder)).keys()
            lost = [name for name, digest in _wanted(before) if digest in gone]
            assert not lost, f"{command} lost {lost}"
            _run(("sessions", "verify", "--json"), folder.name)
    finally:
        for made in _room.sessions.iterdir():
            shutil.rmtree(made, ignore_errors=True)
        if seen(_room.outside) != _outside:
            shutil.rmtree(_room.outside)
            shutil.copytree(_spare, _room.outside, copy_function=shutil.copy2)


def _wanted(before: Seen) -> Iterator[tuple[str, str]]:
    """Give name and checksum of what a repair may move, and not lose: all but meta, a projection, records, and a brief,
    which is written anew in its usual form.
    """
    for name, (_, _, _, content) in before.items():
        if content and not name.endswith(("_meta.json", "brief.json")) and "/results/" not in name:
            yield name, hashlib.sha256(content).hexdigest()


def _damages(data: bytes, paths: list[str]) -> Iterator[Damage]:
    """Read damages: kind, path (2), place (2), length, content."""
    for _ in range(MOST_DAMAGES):
        if len(data) < 6:
            return
        kind, path, at, length = data[0], int.from_bytes(data[1:3]), int.from_bytes(data[3:5]), data[5]
        content, data = data[6 : 6 + length], data[6 + length :]
        # Of many files the fewer: more are for `make hostile`, where a case takes its time.
        at = at // len(MANY) * len(MANY) if KINDS[kind % len(KINDS)] == "many" else at
        yield Damage(KINDS[kind % len(KINDS)], paths[path % len(paths)], at, content, paths[at % len(paths)])


def _run(command: tuple[str, ...], session: str) -> None:
    program, verb, *options = command
    words = [verb, *([] if verb in ("list", "gc") else [session]), *options, "--output", str(_room.output)]
    out, told = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace"), io.StringIO()
    app = sessions if program == "sessions" else film
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
        code = leave(lambda: app(words, exit_on_error=False, print_error=False))
    said = told.getvalue()
    assert code in (0, 1, 2), f"{command} ended with {code}"
    assert said.count("\n") <= 1, f"{command} said {said[:500]!r}"
    assert code != 2 or said, f"{command} said nothing"
