"""Laws of the one way to a file: nothing is changed outside a session, nothing hangs, nothing is read without end."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.checks.repair import repair
from studio.cli.sessions import main
from studio.errors import FilmError, LinkInside
from studio.fs import checksums, files, safe_open, tolerant
from studio.fs.disk_operations import Disk
from studio.fs.safe_open import PLAN_BYTES, TEXT_BYTES
from studio.model.pieces import Order
from studio.store.brief import restore_brief, write_brief
from studio.store.folder_store import FolderStore
from studio.store.piece_store import PieceStore
from studio.store.recovery import recover
from studio.store.takes import put_aside
from tests.support.sessions.make_sessions import brief, make_session
from tests.support.sessions.store_bench import read_plan

ID = "session_20250208_002238"
SEEDS = 24

DISK = Disk()
_CHANGES: dict[str, Callable[[Path], object]] = {
    "create": lambda path: DISK.create(path).close(),
    "rename from": lambda path: DISK.rename(path, path.with_name("other")),
    "rename to": lambda path: DISK.rename(path.parents[2] / "brief.json", path),
    "link": lambda path: DISK.link(path.parents[2] / "brief.json", path.with_name("other")),
    "copy": lambda path: DISK.copy(path.parents[2] / "brief.json", path),
    "unlink": DISK.unlink,
    "mkdir": lambda path: DISK.mkdir(path.with_name("new")),
    "rmdir": lambda path: DISK.rmdir(path.with_name("empty")),
    "touch": DISK.touch,
    "fsync_folder": lambda path: DISK.fsync_folder(path.parent),
    "write_whole": lambda path: files.write_whole(path, b"x"),
    "make_folder": lambda path: files.make_folder(path.parent / "a" / "b"),
    "move": lambda path: files.move(path, path.with_name("other")),
    "remove": files.remove,
    "remove_tree": lambda path: files.remove_tree(path.with_name("empty")),
    "seal": files.seal,
    "make_newest": files.make_newest,
}


def _outside(tmp_path: Path) -> Path:
    """Make a folder of another project, with names that a session has."""
    outside = tmp_path / "outside"
    for name in ("brief.json", "shots.json", "deep/brief.json", "deep/shot_001.png", "images/shot_001.png"):
        (outside / name).parent.mkdir(parents=True, exist_ok=True)
        (outside / name).write_text(f"precious {name}")
    (outside / "deep/empty").mkdir()
    (outside / "deep/.shot_001.json.next").write_text("not a session's")
    (outside / "deep/.shot_001.png.1-2-3.part").write_text("not a session's")
    return outside


def _snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return name, kind, time of the last change and bytes of all that lies there."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("change", _CHANGES)
def test_no_change_goes_through_a_link_in_a_session(tmp_path: Path, change: str) -> None:
    """Whatever is done to a path beyond a link is refused, by the link's name; outside all is as it was."""
    folder = tmp_path / "sessions" / ID
    (folder / "takes").mkdir(parents=True)
    (folder / "brief.json").write_text("{}")
    outside = _outside(tmp_path)
    (folder / "takes/images").symlink_to(outside / "deep")
    before = _snapshot(outside)
    with pytest.raises(LinkInside, match="takes/images"):
        _CHANGES[change](folder / "takes/images/brief.json")
    assert _snapshot(outside) == before


@pytest.mark.parametrize("size", [1 << 20, 10 << 30])
def test_what_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """The size is looked at before more than a block is read: a file of holes may claim any."""
    with open(tmp_path / "a", "wb") as file:
        file.truncate(size)
    taken, pread = [], os.pread

    def counted(handle: int, count: int, at: int) -> bytes:
        taken.append(count)
        return pread(handle, count, at)

    monkeypatch.setattr(os, "pread", counted)
    with pytest.raises(OSError, match="longer than 65,536 bytes"):
        safe_open.read(tmp_path / "a", 1 << 16)
    assert taken == [safe_open._BLOCK]


def test_a_session_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    """The session's own folder is no link either; one above it may be."""
    real = tmp_path / "disk" / "sessions" / ID
    real.mkdir(parents=True)
    (tmp_path / "output").symlink_to(tmp_path / "disk")
    files.write_whole(tmp_path / "output/sessions" / ID / "a/b", b"x")
    assert (real / "a/b").read_bytes() == b"x"
    other = tmp_path / "sessions" / ID
    other.parent.mkdir()
    other.symlink_to(real)
    with pytest.raises(LinkInside, match=ID):
        files.write_whole(other / "c", b"x")
    with pytest.raises(LinkInside, match="leads out"):
        files.write_whole(real / "a/../../c", b"x")


def _open(folder: Path) -> None:
    FolderStore(folder, lambda line: None).release()


def _put_aside(folder: Path) -> None:
    if os.path.lexists(folder / "images/shot_001.png"):
        put_aside(folder, folder / "images/shot_001.png")


_ORDERS: dict[str, Callable[[Path], object]] = {
    "restore_brief": lambda folder: restore_brief(folder, lambda line: None),
    "recover": lambda folder: recover(PieceStore(folder, read_plan, lambda line: None)),
    "write_brief": lambda folder: write_brief(folder, brief("another")),
    "put_aside": _put_aside,
    "open": _open,
    "adopt": lambda folder: PieceStore(folder, read_plan, lambda line: None).adopt(
        Order(folder.name, "images", 1, "a" * 64)
    ),
    "repair": lambda folder: repair(folder, str(folder), lambda line: None),
    "list": lambda folder: main(["list", "--output", str(folder.parents[1])]),
    "view": lambda folder: main(["view", folder.name, "--output", str(folder.parents[1])]),
    "verify": lambda folder: main(["verify", folder.name, "--output", str(folder.parents[1])]),
}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_outside_is_changed_in_whatever_order(tmp_path: Path, seed: int) -> None:
    """Links anywhere in a session, and calls in any order: what lies outside keeps names, bytes and times."""
    chance = random.Random(seed)
    folder = make_session(tmp_path / "sessions", shots=2)
    write_brief(folder, brief())
    outside = _outside(tmp_path)
    places = sorted(path for path in folder.rglob("*") if not path.is_symlink())
    for path in chance.sample([*places, folder / "takes", folder / "calls", folder / "takes/damaged"], 3):
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True) if path.parent.is_dir() else path.parent.mkdir(parents=True)
        if not os.path.lexists(path) and not any(above.is_symlink() for above in path.parents):
            path.symlink_to(chance.choice([outside, outside / "deep", outside / "brief.json", outside / "gone"]))
    before = _snapshot(outside)
    for name in chance.sample(sorted(_ORDERS), 5):
        # What it says, and with which exit code it ends, is looked at by tests/hostile.
        with contextlib.suppress(FilmError, SystemExit):
            _ORDERS[name](folder)
        assert _snapshot(outside) == before, name


def _put(kind: str, path: Path, outside: Path) -> object:
    """Put something in the place of a file; return what must live as long as it."""
    path.unlink(missing_ok=True)
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a link":
        path.symlink_to(outside)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a socket":
        held = socket.socket(socket.AF_UNIX)
        here = os.getcwd()
        os.chdir(path.parent)
        held.bind(path.name)
        os.chdir(here)
        return held
    else:
        path.touch()
        os.truncate(path, 10 << 30)
    return None


@pytest.mark.parametrize("kind", ["a pipe", "a link", "a folder", "a socket", "10 GB"])
def test_what_is_no_file_or_too_long_is_not_read(tmp_path: Path, kind: str) -> None:
    """A pipe, a link, a folder, a socket or a file without end: never waited for, never read whole, and absent."""
    secret = tmp_path / "secret"
    secret.write_text("{}")
    path = tmp_path / ID / "story.json"
    path.parent.mkdir()
    held = _put(kind, path, secret)
    assert files.read_or_none(path) is None
    assert not checksums.has(path, "0" * 64, 2)
    with tolerant.entered(path.parent) as opened:
        assert opened is not None
        assert tolerant.json_at(opened, "story.json") is None
    with pytest.raises(OSError, match=r"regular file|longer than|directory"):
        safe_open.read(path, PLAN_BYTES)
    del held


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("most", [1, (1 << 14) - 1, 1 << 14, (1 << 14) + 1, TEXT_BYTES])
def test_a_limit_is_exact(tmp_path: Path, most: int, over: int) -> None:
    """What is just so long as is taken is read whole; a byte more is refused."""
    path = tmp_path / "a"
    path.write_bytes(b"x" * (most + over))
    if over == 1:
        with pytest.raises(OSError, match="longer than"):
            safe_open.read(path, most)
    else:
        assert safe_open.read(path, most) == b"x" * (most + over)


def test_an_answer_fits_what_a_vendor_may_send() -> None:
    """What is kept of a call can be read again, be it the longest that is taken."""
    from blocks.answers.picture_answers import PICTURE_BYTES
    from blocks.answers.sound_answers import SOUND_BYTES

    assert max(PICTURE_BYTES, SOUND_BYTES) + (1 << 19) < safe_open.ANSWER_BYTES
