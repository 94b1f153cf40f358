"""What may be done to a session's folder from outside, be it by a fault or with intent: single damages of a path.

Called by the fuzz target of sessions (`tests/fuzz/targets/sessions.py`) and by the generator of cases (`kinds.py`).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from studio.errors import EngineFailed
from studio.model.paid import VendorError
from studio.store.brief import write_brief
from tests.support.sessions.counter import Vendor, content, desk_in, order_of, request_of
from tests.support.sessions.make_sessions import brief, make_foreign, make_session

Base = Literal["finished", "unfinished", "paid", "foreign", "older foreign"]
BASES: tuple[Base, ...] = get_args(Base)
OURS, OTHERS = "session_20250208_002238", "session_20240101_120000"

Kind = Literal[
    "truncated",
    "flipped",
    "replaced",
    "inserted",
    "value",
    "deleted",
    "folder",
    "link to a file",
    "link to a folder",
    "link to itself",
    "fifo",
    "device",
    "socket",
    "sparse",
    "nested",
    "copied",
    "moved",
    "appended",
    "many",
    "deep",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

SPARSE_BYTES = 10 << 30
NESTED = 100_000
MANY, DEEP = (2_000, 2_000, 2_000, 100_000), 300
"""So many files in one folder, and folders in one another, of one damage."""
NAMES = ("{:03d}-{}.json", "shot_{1:03d}.json", "shot_{1:03d}.png", ".shot_{1:03d}.json.next", "{1:064x}.json", "{1}")
"""What the many files are called."""

VALUES = (
    "9" * 5_000,
    "-" + "9" * 5_000,
    "1e999",
    "NaN",
    "-Infinity",
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "-1",
    "0",
    "1e-320",
    str(1 << 64),
    '"\\ud83c"',
    '"\\u0000"',
    '"../../outside"',
    '"/etc/hostname"',
    '"\\u202e\\u001b[2J"',
    "[" * 2_000,
    '{"a": 1, "a": 2}',
    '"' + "x" * 100_000 + '"',
    '"' + "\u0e01" * 4_000 + '"',
    "99999999999",
    "1.5",
    '"~"',
)
"""What may stand for a value in JSON, or what only looks like it."""
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null')


@dataclass(frozen=True)
class Damage:
    """One damage: to the file or folder `path` of a session, at a place and with bytes where its kind needs them."""

    kind: Kind
    path: str
    at: int = 0
    content: bytes = b""
    other: str = ""


def base_session(base: Base, root: Path) -> Path:
    """Make a session in `root` and return its folder."""
    if base in ("foreign", "older foreign"):
        return make_foreign(root, OTHERS, older=base == "older foreign", done=base == "older foreign")
    whole = base == "finished"
    folder = make_session(root, OURS, shots=3, images=None if whole else 2, clips=None if whole else 1, film=whole)
    write_brief(folder, brief())
    if base == "paid":
        _pay(folder)
    return folder


def _pay(folder: Path) -> None:
    desk_in(folder, order_of(1)).call(request_of("one"), Vendor(b"an answer"), content)
    for index, error in ((2, VendorError("wrong", "no")), (3, VendorError("unknown", "cut off"))):
        # Whatever becomes of it is booked: that is what the session is made for.
        with contextlib.suppress(EngineFailed):
            desk_in(folder, order_of(index)).call(request_of(f"{index}"), Vendor(error), content)


def paths_of(folder: Path) -> list[str]:
    """Return every file and folder of a session, relative to it, in order; the session itself is none of them."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def harm(folder: Path, outside: Path, damage: Damage) -> None:
    """Do it. `outside` is where links lead; nothing there is changed. What cannot be done, on such a path, is left."""
    path = folder / damage.path
    beyond = path if damage.kind in _WRITING else path.parent
    if any(_by_a_link(folder, place) for place in (beyond, *((folder / damage.other,) if damage.other else ()))):
        # What an earlier damage made a link: the damage would be done outside.
        return
    try:
        _DOING[damage.kind](path, folder, outside, damage)
    except OSError:
        # A folder where a file was meant, a name too long: another damage has been there before.
        return


def _by_a_link(folder: Path, place: Path) -> bool:
    return any(each.is_symlink() for each in (place, *place.parents) if each != folder and folder in each.parents)


def _truncated(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    if path.is_file():
        os.truncate(path, damage.at % (path.stat().st_size + 1))


def _flipped(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    held = bytearray(_read(path))
    if held:
        held[damage.at % len(held)] ^= 1 << (damage.at // 7 % 8)
        path.write_bytes(held)


def _replaced(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    path.write_bytes(damage.content)


def _inserted(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    held = _read(path)
    at = damage.at % (len(held) + 1)
    path.write_bytes(held[:at] + damage.content + held[at:])


def _value(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    text = _read(path).decode("utf-8", "surrogateescape")
    found = list(_VALUE.finditer(text))
    if found:
        each = found[damage.at % len(found)]
        value = VALUES[(damage.content or b"\0")[0] % len(VALUES)]
        path.write_bytes(f"{text[: each.start()]}{value}{text[each.end() :]}".encode("utf-8", "surrogateescape"))


def _deleted(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _instead(make: Callable[[Path, Path], None]) -> Callable[[Path, Path, Path, Damage], None]:
    def done(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
        _deleted(path, folder, outside, damage)
        make(path, outside)

    return done


def _socket(path: Path, outside: Path) -> None:
    here = os.getcwd()
    # A socket's address has 107 bytes at most.
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


def _device(path: Path, outside: Path) -> None:
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        path.symlink_to("/dev/zero")


def _sparse(path: Path, outside: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(SPARSE_BYTES)


def _copied(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    content = _read(path)
    (folder / damage.other).write_bytes(content)


def _moved(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    path.rename(folder / damage.other)


def _appended(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    with open(path, "ab") as file:
        file.write(damage.content)


def _many(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    if path.is_dir() and not path.is_symlink():
        name = NAMES[damage.at // len(MANY) % len(NAMES)]
        for number in range(10, 10 + MANY[damage.at % len(MANY)]):
            os.close(os.open(path / name.format(damage.at % 7, number), os.O_CREAT))


def _deep(path: Path, folder: Path, outside: Path, damage: Damage) -> None:
    if path.is_dir() and not path.is_symlink():
        place = path
        for _ in range(DEEP):
            place = place / "a"
        place.mkdir(parents=True)


def _read(path: Path) -> bytes:
    # Never a file that another damage made endless, nor one that waits.
    return path.read_bytes() if path.is_file() and path.stat().st_size < 1 << 20 else b""


_WRITING = {"truncated", "flipped", "replaced", "inserted", "value", "appended"}
"""Kinds that open the file itself."""
_DOING: dict[Kind, Callable[[Path, Path, Path, Damage], None]] = {
    "truncated": _truncated,
    "flipped": _flipped,
    "replaced": _replaced,
    "inserted": _inserted,
    "value": _value,
    "deleted": _deleted,
    "copied": _copied,
    "moved": _moved,
    "appended": _appended,
    "many": _many,
    "deep": _deep,
    "folder": _instead(lambda path, outside: path.mkdir()),
    "link to a file": _instead(lambda path, outside: path.symlink_to(outside / "brief.json")),
    "link to a folder": _instead(lambda path, outside: path.symlink_to(outside)),
    "link to itself": _instead(lambda path, outside: path.symlink_to(path.name)),
    "fifo": _instead(lambda path, outside: os.mkfifo(path)),
    "device": _instead(_device),
    "socket": _instead(_socket),
    "sparse": _instead(_sparse),
    "nested": _instead(lambda path, outside: path.write_bytes(b"[" * NESTED) and None),
}
