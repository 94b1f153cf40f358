"""A session in one file: it comes back as it was, and whatever is wrong with the file, nothing appears."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.archive import film_file, pack
from studio.archive.film_file import Entry, Manifest, manifest_text, read_manifest
from studio.archive.pack import pack_session
from studio.archive.unpack import unpack_session
from studio.checks.verify import FAULTS, verify
from studio.errors import BadInput, DiskFull, SessionLocked
from studio.fs import files
from studio.sessions.find_or_make import sweep_abandoned
from studio.store import lock
from studio.store.brief import read_brief, write_brief
from studio.store.session_names import name_of
from tests.support.disk_cuts import killed_at
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import filmed, opened
from tests.support.sampled import sampled
from tests.support.sessions.make_sessions import brief, make_session, snapshot
from tests.support.sessions.sessions_command import ID, run

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = make_session(tmp_path / "sessions", shots=2)
    write_brief(folder, brief().model_copy(update={"name": "letter"}))
    (folder / "journal").mkdir()
    (folder / "journal" / ("ü" * 70 + ".json")).write_text("{}")
    (folder / ".hidden").write_text("work in progress")
    return folder


@pytest.fixture
def packed(session: Path, tmp_path: Path) -> Path:
    return pack_session(session, tmp_path / "letter.film", "0").path


def visible(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return time and bytes of every file that is not hidden."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def empty(root: Path) -> bool:
    return not root.exists() or not [*root.iterdir()]


def members(path: Path) -> Members:
    with tarfile.open(path) as tar:
        return [(each, (tar.extractfile(each) or io.BytesIO()).read()) for each in tar.getmembers()]


def written(path: Path, held: Members, form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, "w", format=form) as tar:
        for member, content in held:
            member.size = len(content) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return path


def sealed(held: Members, change: Callable[[dict[str, Any]], object]) -> Members:
    """Change the manifest, and write its checksum anew: what an enemy does."""
    manifest = json.loads(held[0][1])
    change(manifest)
    text = json.dumps(manifest).encode()
    told = f"{hashlib.sha256(text).hexdigest()}  manifest.json\n".encode()
    return [(held[0][0], text), (held[1][0], told), *held[2:]]


# --- there and back -------------------------------------------------------------------------------


def test_there_and_back(session: Path, packed: Path, tmp_path: Path) -> None:
    """Elsewhere it has the same id, files, bytes and times; the same session gives the same file."""
    again = pack_session(session, tmp_path / "again.film", "0")
    assert again.path.read_bytes() == packed.read_bytes()
    assert again.bytes == packed.stat().st_size
    found = unpack_session(tmp_path / "other" / "sessions", packed)
    assert (found.folder.name, found.there) == (ID, False)
    assert visible(found.folder) == visible(session)
    assert name_of(found.folder) == "letter"


@pytest.mark.thorough
def test_a_finished_film_needs_nothing_elsewhere(tmp_path: Path) -> None:
    """A film that was made here is whole there, and a run makes nothing."""
    folder = opened(tmp_path)
    filmed(folder, fake_crew(Log()))
    file = pack_session(folder, tmp_path / "a.film", "0").path
    there = unpack_session(tmp_path / "other" / "sessions", file).folder
    shutil.rmtree(folder)
    assert not [each for each in verify(there) if each.what in FAULTS]
    log = Log()
    filmed(there, fake_crew(log), run_id="b")
    assert log.calls == []


def test_other_programs_open_it(session: Path, packed: Path, tmp_path: Path) -> None:
    """`tar` unpacks it into a session's folder, and `sha256sum` agrees with the manifest."""
    out = tmp_path / "by tar"
    out.mkdir()
    subprocess.run(["tar", "xf", packed], cwd=out, check=True)
    subprocess.run(["sha256sum", "-c", "manifest.sha256"], cwd=out, check=True, stdout=subprocess.DEVNULL)
    there = {name: content for name, (_, content) in visible(out / ID).items()}
    assert there == {name: content for name, (_, content) in visible(session).items()}
    manifest = json.loads((out / "manifest.json").read_text())
    assert {each["path"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in there.items()
    }


def test_the_same_session_twice_is_there(session: Path, packed: Path, tmp_path: Path) -> None:
    """Imported beside itself nothing happens, and so it is once more where it got another id."""
    before = snapshot(tmp_path / "sessions")
    found = unpack_session(tmp_path / "sessions", packed)
    assert (found.folder, found.there) == (session, True)
    assert {**snapshot(tmp_path / "sessions"), ".": 0} == {**before, ".": 0}
    root = tmp_path / "other" / "sessions"
    other = make_session(root, ID, shots=1)
    write_brief(other, brief("Another").model_copy(update={"name": "Letter", "started_at": "2020"}))
    first = unpack_session(root, packed)
    assert first.folder.name == "session_20250208_002239"
    assert (first.packed_id, first.name_taken_by, name_of(first.folder)) == (ID, ID, "")
    assert read_brief(other).name == "Letter"
    second = unpack_session(root, packed)
    assert (second.folder, second.there) == (first.folder, True)
    assert len([*root.iterdir()]) == 2


@pytest.mark.thorough
def test_memory_does_not_grow_with_the_film(session: Path, tmp_path: Path) -> None:
    """Forty mebibytes are packed and unpacked within a few."""
    with open(session / "material.bin", "wb") as file:
        for _ in range(40):
            file.write(os.urandom(1 << 20))
    tracemalloc.start()
    try:
        packed = pack_session(session, tmp_path / "large.film", "0").path
        unpack_session(tmp_path / "other" / "sessions", packed)
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


def written_manifest(count: int) -> bytes:
    """Return the manifest of so many files with long names of ours."""
    entry = {"bytes": 10**8, "sha256": "0" * 64, "mtime_ns": 10**18}
    names = [f"results/{ID}/{n % 8}/{n:06d}-{'f' * 64}-g9" for n in range(count)]
    files = tuple(Entry.model_validate({"path": name, **entry}) for name in names)
    return manifest_text(Manifest(format=1, session_id=ID, version="0", files=files))


def test_the_bounds_of_a_manifest_fit_the_most_files() -> None:
    """In length and in parts, of which each file has as many as the next."""
    texts = [written_manifest(count).decode() for count in (1, 2)]
    lengths = [len(text) for text in texts]
    parts = [sum(text.count(mark) for mark in "[{,:") for text in texts]
    for found, bound in ((lengths, film_file.MANIFEST_BYTES), (parts, film_file._PARTS)):
        assert found[0] + (found[1] - found[0]) * (film_file.FILES - 1) <= bound


@pytest.mark.thorough
def test_a_manifest_of_the_most_files_is_read() -> None:
    """What is written of so many files is read again."""
    assert len(read_manifest(written_manifest(film_file.FILES), "a.film").files) == film_file.FILES


def test_what_could_not_be_unpacked_is_not_packed(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manifest that would be refused is refused before anything is written."""
    for bound in ("MANIFEST_BYTES", "_PARTS"):
        with monkeypatch.context() as patch:
            patch.setattr(film_file, bound, 50)
            with pytest.raises(BadInput, match=ID):
                pack_session(session, tmp_path / "a.film", "0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sessions"]


# --- what is refused ------------------------------------------------------------------------------


def test_what_cannot_be_packed(session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused in one line, with nothing at FILE and nothing beside it."""
    file = tmp_path / "a.film"
    held = lock.take(session)
    with pytest.raises(SessionLocked):
        pack_session(session, file, "0")
    held.release()
    for place in (session / "a.film", tmp_path / "no" / "a.film", tmp_path, tmp_path / ("x" * 300)):
        with pytest.raises(BadInput):
            pack_session(session, place, "0")
    (session / "link").symlink_to(tmp_path)
    with pytest.raises(BadInput, match="link"):
        pack_session(session, file, "0")
    (session / "link").unlink()
    with open(os.fsencode(session) + b"/\xff", "wb"):
        pass
    with pytest.raises(BadInput, match="not UTF-8"):
        pack_session(session, file, "0")
    os.unlink(os.fsencode(session) + b"/\xff")
    usage = type("Usage", (), {"free": 10})
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda place: usage)
        with pytest.raises(DiskFull):
            pack_session(session, file, "0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sessions"]


@pytest.mark.parametrize("turn", [0, 1])
def test_an_edit_while_it_is_packed_is_told(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    """Whether before its checksum was taken or after that: never a file that does not come back."""
    file, plain = tmp_path / "a.film", files.blocks_of
    turns = iter(range(10_000))

    def changing(path: Path, **more: Any) -> Any:
        if path == session / "shots.json" and next(turns) == turn:
            path.write_text(path.read_text() + " ")
        return plain(path, **more)

    monkeypatch.setattr(pack.files, "blocks_of", changing)
    with pytest.raises(BadInput, match=r"shots\.json was changed while"):
        pack_session(session, file, "0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sessions"]


PATHS = {
    "../../etc/cron": "leads out",
    "images/../../x": "leads out",
    "/etc/x": "leads out",
    "a//b": "no plain path",
    "./a": "no plain path",
    "a/": "no plain path",
    "": "no plain path",
    "a\nb": "no plain path",
    "a\0b": "no plain path",
    ".lock": "hidden",
    "images/.shot_001.png.next": "hidden",
    "a/b/c/d/e/f/g/h/i": "too deep",
    "a" * 256: "too long",
    "/".join(["a" * 250] * 5): "too long",
    "images": "as a file and as a folder",
    "brief.json": "twice",
}


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_anywhere(packed: Path, tmp_path: Path, path: str) -> None:
    """A manifest that names such a file is refused by that name, before anything is written."""

    def add(manifest: dict[str, Any]) -> None:
        manifest["files"].append({"path": path, "bytes": 1, "sha256": "0" * 64, "mtime_ns": 0})

    held = sealed(members(packed), add)
    held.append((tarfile.TarInfo(f"{ID}/{path}".replace("\0", "?")), b"!"))
    bad = written(tmp_path / "bad.film", held)
    root = tmp_path / "other" / "sessions"
    with pytest.raises(BadInput, match=PATHS[path]) as refused:
        unpack_session(root, bad)
    assert "\n" not in str(refused.value)
    assert empty(root)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.film", "letter.film", "other", "sessions"]


def _of_kind(kind: bytes) -> Callable[[Members], Members]:
    def change(held: Members) -> Members:
        held[5][0].type, held[5][0].linkname = kind, "/etc/passwd"
        return held

    return change


def _renamed(held: Members) -> Members:
    held[5][0].name = "../../x"
    return held


WRONG: dict[str, tuple[Callable[[Members], Members], str]] = {
    "a symbolic link": (_of_kind(tarfile.SYMTYPE), "no regular file"),
    "a hard link": (_of_kind(tarfile.LNKTYPE), "no regular file"),
    "a device": (_of_kind(tarfile.CHRTYPE), "no regular file"),
    "a pipe": (_of_kind(tarfile.FIFOTYPE), "no regular file"),
    "a folder": (_of_kind(tarfile.DIRTYPE), "no regular file"),
    "a name that leads out": (_renamed, "where its manifest has"),
    "a file too many": (lambda held: [*held, (tarfile.TarInfo("x"), b"!")], "which its manifest has not"),
    "a file twice": (lambda held: [*held[:6], *held[5:]], "where its manifest has"),
    "a file too few": (lambda held: held[:-1], "is cut off"),
    "other bytes": (
        lambda held: [(each, content[:-1] + b"?" if n == 7 else content) for n, (each, content) in enumerate(held)],
        "another checksum",
    ),
    "no manifest": (lambda held: held[1:], "no film of this program"),
    "a manifest changed": (
        lambda held: [(held[0][0], held[0][1].replace(b"brief", b"grief")), *held[1:]],
        "manifest is not as it was",
    ),
    "a newer form": (lambda held: sealed(held, lambda each: each.update(format=2)), "import it with a newer one"),
    "no form": (lambda held: sealed(held, lambda each: each.pop("format")), "not one of this program"),
    "another id": (lambda held: sealed(held, lambda each: each.update(session_id="../x")), "not a session's id"),
    "huge sizes": (
        lambda held: sealed(held, lambda each: each["files"][3].update(bytes=2**61)),
        "more than it does",
    ),
    "negative sizes": (
        lambda held: sealed(held, lambda each: each["files"][3].update(bytes=-1)),
        "not one of this program",
    ),
    "no brief": (
        lambda held: [
            each
            for each in sealed(
                held,
                lambda told: told.update(
                    files=[file for file in told["files"] if "brief" not in file["path"] and "runs" not in file["path"]]
                ),
            )
            if "brief" not in each[0].name and "runs/" not in each[0].name
        ],
        "brief can be read",
    ),
    "nested JSON": (
        lambda held: [
            (held[0][0], text := b"[" * 100_000),
            (held[1][0], hashlib.sha256(text).hexdigest().encode()),
            *held[2:],
        ],
        "cannot be read",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_file_is_refused(packed: Path, tmp_path: Path, wrong: str) -> None:
    """Each in one line that says what is wrong; nothing is left."""
    change, told = WRONG[wrong]
    bad = written(tmp_path / "bad.film", change(members(packed)))
    root = tmp_path / "other" / "sessions"
    with pytest.raises(BadInput, match=told) as refused:
        unpack_session(root, bad)
    assert "\n" not in str(refused.value)
    assert empty(root)


def test_too_many_files_are_refused(
    session: Path, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all, and in one folder; and too many folders, which are not packed either."""
    root = tmp_path / "other" / "sessions"
    monkeypatch.setattr(film_file, "FILES", 5)
    with pytest.raises(BadInput, match="more than a film ever has"):
        unpack_session(root, packed)
    monkeypatch.undo()
    monkeypatch.setattr(film_file.safe_open, "NAMES", 3)
    with pytest.raises(BadInput, match="in the folder"):
        unpack_session(root, packed)
    monkeypatch.undo()
    inner = {above for path in visible(session) for above in Path(path).parents if above.name}
    folders = [{"path": f"{n}/a/b/c/d/e", "bytes": 0, "sha256": "0" * 64, "mtime_ns": 0} for n in range(200)]
    bad = written(tmp_path / "bad.film", sealed(members(packed), lambda told: told["files"].extend(folders)))
    with pytest.raises(BadInput, match="more folders than a film"):
        unpack_session(root, bad)
    for module in (film_file, pack):
        monkeypatch.setattr(module, "FOLDERS", len(inner))
    unpack_session(tmp_path / "third" / "sessions", packed)
    pack_session(session, tmp_path / "again.film", "0")
    (session / "material" / "more").mkdir(parents=True)
    (session / "material" / "more" / "a.txt").write_text("")
    with pytest.raises(BadInput, match="move some elsewhere"):
        pack_session(session, tmp_path / "more.film", "0")
    assert empty(root)


def test_each_file_and_folder_takes_room(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty files and folders take blocks of the disk, too."""
    root, asked = tmp_path / "other" / "sessions", json.loads(members(packed)[0][1])["files"]
    folders = {above for each in asked for above in Path(each["path"]).parents if above.name}
    wanted = sum(each["bytes"] for each in asked) + 4096 * (len(asked) + len(folders)) + (64 << 20)
    usage = type("Usage", (), {"free": wanted - 1})
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    with pytest.raises(DiskFull):
        unpack_session(root, packed)
    assert empty(root)
    usage.free = wanted  # type: ignore[attr-defined]
    assert not unpack_session(root, packed).there


@pytest.mark.parametrize("name", ["two words", "session_20200101_000000"])
def test_a_name_that_cannot_be_is_refused(session: Path, tmp_path: Path, name: str) -> None:
    """The message names the file, and says that nothing was imported."""
    root, file = tmp_path / "other" / "sessions", tmp_path / "a.film"
    write_brief(session, brief().model_copy(update={"name": name}))
    pack_session(session, file, "0")
    with pytest.raises(BadInput, match="nothing was imported") as refused:
        unpack_session(root, file)
    assert str(refused.value).startswith(repr(str(file)))
    assert name in str(refused.value)
    assert empty(root)


def test_heads_that_lie_are_refused(packed: Path, tmp_path: Path) -> None:
    """Long names, sparse files, negative sizes, heads of heads, of any claimed length: no memory, no loop, no file."""
    root = tmp_path / "other" / "sessions"
    first = tarfile.TarInfo("manifest.json")
    heads: list[bytes] = []
    for kind in (tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_SPARSE):
        for size in (1 << 33, -(1 << 33), -512, 5_000_000):
            member = tarfile.TarInfo("x")
            member.type, member.size = kind, size
            heads.append(member.tobuf(tarfile.GNU_FORMAT))
    record = b"20 size=-10000000\n"
    negative = tarfile.TarInfo("x")
    negative.type, negative.size = tarfile.XHDTYPE, len(record)
    heads.append(negative.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0"))
    heads.append((negative.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0")) * 3_000)
    for head in heads:
        (tmp_path / "bad.film").write_bytes(head + first.tobuf() + b"\0" * 4_000_000)
        tracemalloc.start()
        try:
            with pytest.raises(BadInput):
                unpack_session(root, tmp_path / "bad.film")
            assert tracemalloc.get_traced_memory()[1] < 16 << 20
        finally:
            tracemalloc.stop()
        assert empty(root)


@sampled("count", [10, 400])
def test_whatever_happens_to_the_bytes(packed: Path, tmp_path: Path, count: int) -> None:
    """Cut off, flipped, swapped or overwritten anywhere: refused in one line, or the session is as it was."""
    root, whole, draw = tmp_path / "other" / "sessions", packed.read_bytes(), random.Random(count)
    wanted = visible(unpack_session(tmp_path / "plain" / "sessions", packed).folder)
    refused = 0
    for _ in range(count):
        content, at = bytearray(whole), draw.randrange(len(whole))
        match draw.randrange(5):
            case 0:
                del content[at:]
            case 1:
                content[at] ^= 1 << draw.randrange(8)
            case 2:
                content[at : at + 512] = draw.randbytes(512)
            case 3:
                one, other = (512 * draw.randrange(len(whole) // 512) for _ in range(2))
                first, second = whole[one : one + 512], whole[other : other + 512]
                content[one : one + 512], content[other : other + 512] = second, first
            case _:
                content[at:at] = draw.randbytes(draw.choice([1, 512, 1024]))
        bad = tmp_path / "bad.film"
        bad.write_bytes(content)
        told, found = "", None
        try:
            found = unpack_session(root, bad)
        except BadInput as error:
            told = str(error)
        if found is None:
            refused += 1
            assert told
            assert "\n" not in told
            assert empty(root)
        else:
            there = {name: content for name, (_, content) in visible(found.folder).items()}
            assert there == {name: content for name, (_, content) in wanted.items()}
            shutil.rmtree(found.folder)
    assert refused >= count / 2


# --- killed ---------------------------------------------------------------------------------------


@sampled("step", [53, 1])
def test_an_import_is_there_whole_or_not_at_all(packed: Path, session: Path, tmp_path: Path, step: int) -> None:
    """Wherever it is killed, the next sweep leaves nothing, or the session is there as it was."""
    root, wanted = tmp_path / "other" / "sessions", visible(session)
    for at in range(0, 2000, step):
        cut = killed_at(at, lambda: unpack_session(root, packed))
        if root.is_dir():
            sweep_abandoned(root)
            for folder in root.iterdir():
                assert visible(folder) == wanted
                shutil.rmtree(folder)
        if not cut:
            break
    assert 80 < at < 1990


@sampled("step", [5, 1])
def test_an_export_is_there_whole_or_not_at_all(session: Path, tmp_path: Path, step: int) -> None:
    """Wherever it is killed, nothing is at FILE, or all of it; and the next try goes through."""
    place = tmp_path / "out"
    before = snapshot(session)
    for at in range(0, 2000, step):
        place.mkdir()
        cut = killed_at(at, lambda: pack_session(session, place / "a.film", "0"))
        if (place / "a.film").exists():
            unpack_session(tmp_path / "other" / "sessions", place / "a.film")
            shutil.rmtree(tmp_path / "other")
        else:
            pack_session(session, place / "a.film", "0")
        shutil.rmtree(place)
        if not cut:
            break
    assert snapshot(session) == before
    assert at < 1990


def test_the_commands(session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They say what they did; a file that is there is not replaced."""
    output, file = ("--output", str(tmp_path)), str(tmp_path / "a.film")
    code, out, _ = run(capsys, "export", "letter", file, *output)
    assert (code, out.count("\n")) == (0, 1)
    assert run(capsys, "export", "letter", file, *output)[0] == 2
    code, out, _ = run(capsys, "import", file, *output)
    assert code == 0
    assert "is there already" in out
    code, out, _ = run(capsys, "import", file, "--json", "--output", str(tmp_path / "other"))
    assert json.loads(out)["imported"] is True
    assert run(capsys, "import", str(tmp_path), *output)[0] == 2
