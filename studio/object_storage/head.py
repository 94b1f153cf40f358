"""A session's head: the one object that says which files the session has, and who owns it.

Every file lies in the store under its checksum, `blobs/<sha256>`, and never changes. The head, `heads/<id>.json`, names
them, and is replaced only by its ETag: so whatever is published together appears together, and whoever lost the
session publishes nothing. A folder with many files is named by shards, blobs of their own, so that a head stays small.

What is read here may come from anybody: a head whose form, names or sizes are not what this program writes is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from studio.errors import BadInput
from studio.text.display import printable
from studio.text.plain_json import NotJson, read_plainly

BLOBS, HEADS, ANSWERS, PIECES, TRASH = "blobs", "heads", "answers", "pieces", "trash"
"""The folders of a store: contents by checksum, a head for every session, answers of paid calls by their names,
receipts of shots that a Dask worker made and no run took in yet, and contents that nothing named a while ago."""
INLINE = 128
"""Most files of a folder that the head names itself; a folder with more is named by shards."""
SHARDS = 16
"""How many shards a folder has: one changes with a piece, a sixteenth of the folder's names."""
DEEPEST = 8
"""How many levels of folders are looked at, as `studio.store.folder_walk.DEEPEST`."""
FILE_BYTES = 1 << 40
HEAD_BYTES = 1 << 24
FILES = 400_000
"""Most bytes of a file and of a head, and most files of a session, that are believed."""
FORMAT = 1

_SHA = re.compile(r"[0-9a-f]{64}\Z")
_NAME = re.compile(r"[^/\x00-\x1f\x7f]{1,200}\Z")


@dataclass(frozen=True)
class File:
    """A file of a session: checksum, size in bytes, time of last change in nanoseconds since 1970."""

    sha256: str
    size: int
    mtime_ns: int


Tree = Mapping[str, File]
"""The files of a session by their paths in it, with '/'."""


@dataclass(frozen=True)
class Holder:
    """Who owns a session: a process, its machine, since when (local time there), and that machine's working copy.

    `copy` tells working copies apart: whoever holds the lock of one knows that no other process acts for it.
    """

    host: str
    pid: int
    since: str
    copy: str

    @property
    def words(self) -> str:
        """Who it is, in words: 'by pid 4711 on host since 2025-02-08 14:02:11'."""
        return printable(f"by pid {self.pid} on {self.host} since {self.since[:19].replace('T', ' ')}")


@dataclass(frozen=True)
class Head:
    """A session as its head has it.

    Attributes:
        epoch: how often it changed hands; a new owner's is one more.
        released: whether its owner let it go, so that another may take it at once.
        beat: counts what this owner published, signs of life included.
        line: the session in short, for lists; a projection of its files.
        folders: for every folder, '' for the session's own, its files by name, or the checksums of its shards.
    """

    session_id: str
    epoch: int
    holder: Holder
    released: bool = False
    beat: int = 0
    line: Mapping[str, object] = field(default_factory=dict)
    folders: Mapping[str, Mapping[str, File] | tuple[str, ...]] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the head as JSON. A nonce makes every one differ, since a store's ETag may be a checksum."""
        return _json(
            {
                "format": FORMAT,
                "session_id": self.session_id,
                "epoch": self.epoch,
                "holder": vars(self.holder),
                "released": self.released,
                "beat": self.beat,
                "nonce": secrets.token_hex(8),
                "line": dict(self.line),
                "folders": {
                    folder: list(files) if isinstance(files, tuple) else _listed(files)
                    for folder, files in self.folders.items()
                },
            }
        )

    def with_tree(self, tree: Tree, keep: Callable[[str, bytes], None]) -> Head:
        """Return the head with these files; `keep` gets checksum and content of every shard that it names.

        Raises:
            BadInput: there are more files than any film has.
        """
        if len(tree) > FILES:
            raise BadInput(
                f"{self.session_id} holds more than {FILES:,} files: move what does not belong to it elsewhere"
            )
        folders: dict[str, dict[str, File]] = {}
        for path, file in tree.items():
            folder, _, name = path.rpartition("/")
            folders.setdefault(folder, {})[name] = file
        named: dict[str, Mapping[str, File] | tuple[str, ...]] = {}
        for folder, files in sorted(folders.items()):
            named[folder] = files if len(files) <= INLINE else tuple(_sharded(files, keep))
        return replace(self, folders=named)

    def tree(self, read: Callable[[str], bytes]) -> dict[str, File]:
        """Return all files; `read` returns a shard by its checksum.

        Raises:
            BadInput: a shard is not what its checksum says, or not a shard.
        """
        found: dict[str, File] = {}
        for folder, files in self.folders.items():
            shards: list[Mapping[str, File]] = [files] if not isinstance(files, tuple) else []
            for sha256 in files if isinstance(files, tuple) else ():
                content = read(sha256)
                if hashlib.sha256(content).hexdigest() != sha256:
                    raise _damaged(self.session_id, f"the shard {sha256[:12]} of {folder or 'its folder'} is damaged")
                shards.append(_files(self.session_id, _parsed(self.session_id, content)))
            for shard in shards:
                found |= {f"{folder}/{name}" if folder else name: file for name, file in shard.items()}
                if len(found) > FILES:
                    raise _damaged(self.session_id, f"it names more than {FILES:,} files")
        return found

    @property
    def shards(self) -> tuple[str, ...]:
        """The checksums of the shards that it names."""
        return tuple(sha256 for files in self.folders.values() if isinstance(files, tuple) for sha256 in files)


def head_key(session_id: str) -> str:
    """Return the key of a session's head."""
    return f"{HEADS}/{session_id}.json"


def blob_key(sha256: str) -> str:
    """Return the key of a content."""
    return f"{BLOBS}/{sha256}"


def read_head(session_id: str, content: bytes) -> Head:
    """Return the head in `content`.

    Raises:
        BadInput: it is not a head of this session as this program writes it; a newer release may have written it.
    """
    if len(content) > HEAD_BYTES:
        raise _damaged(session_id, "it is too long")
    value = _parsed(session_id, content)
    if value.get("format") != FORMAT:
        raise BadInput(f"{session_id} was written by a newer release of this program: upgrade, then go on")
    holder, folders, line = (_dict(value.get(key)) for key in ("holder", "folders", "line"))
    epoch, beat = value.get("epoch"), value.get("beat")
    host, pid, since, copy = (holder.get(key) for key in ("host", "pid", "since", "copy"))
    texts = all(isinstance(each, str) and len(each) <= 300 for each in (host, since, copy))
    numbers = all(type(each) is int and 0 <= each < 1 << 53 for each in (epoch, beat, pid))
    if value.get("session_id") != session_id or not texts or not numbers:
        raise _damaged(session_id, "what it says is not what this program writes")
    return Head(
        session_id,
        int(str(epoch)),
        Holder(str(host), int(str(pid)), str(since), str(copy)),
        value.get("released") is True,
        int(str(beat)),
        line,
        {_folder(session_id, name): _named(session_id, files) for name, files in folders.items()},
    )


def _named(session_id: str, value: object) -> Mapping[str, File] | tuple[str, ...]:
    if isinstance(value, list):
        if len(value) != SHARDS or not all(isinstance(each, str) and _SHA.match(each) for each in value):
            raise _damaged(session_id, "a folder's shards are no checksums")
        return tuple(value)
    return _files(session_id, _dict(value))


def _files(session_id: str, value: Mapping[str, object]) -> dict[str, File]:
    found = {}
    for name, told in value.items():
        if not _may_be_named(name) or not isinstance(told, list) or len(told) != 3:
            raise _damaged(session_id, f"it names a file {name[:60]!r}")
        sha256, size, mtime_ns = told
        right = isinstance(sha256, str) and _SHA.match(sha256) and type(size) is int and 0 <= size <= FILE_BYTES
        if not right or type(mtime_ns) is not int or not 0 <= mtime_ns < 1 << 63:
            raise _damaged(session_id, f"what it says of {name[:60]!r} is not what this program writes")
        found[name] = File(sha256, size, mtime_ns)
    return found


def _folder(session_id: str, folder: str) -> str:
    parts = folder.split("/") if folder else []
    if len(parts) >= DEEPEST or not all(_may_be_named(part) for part in parts):
        raise _damaged(session_id, f"it names a folder {folder[:60]!r}")
    return folder


def _may_be_named(name: str) -> bool:
    # Nothing from outside is a path, and hidden names are this machine's own.
    if not _NAME.match(name) or name.startswith("."):
        return False
    try:
        return len(name.encode("utf-8")) <= 255
    except UnicodeEncodeError:
        return False


def _sharded(files: Mapping[str, File], keep: Callable[[str, bytes], None]) -> list[str]:
    shards: list[dict[str, File]] = [{} for _ in range(SHARDS)]
    for name in sorted(files):
        shards[hashlib.sha256(name.encode("utf-8")).digest()[0] % SHARDS][name] = files[name]
    digests = []
    for shard in shards:
        content = _json(_listed(shard))
        digests.append(hashlib.sha256(content).hexdigest())
        keep(digests[-1], content)
    return digests


def _listed(files: Mapping[str, File]) -> dict[str, list[object]]:
    return {name: [file.sha256, file.size, file.mtime_ns] for name, file in files.items()}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _parsed(session_id: str, content: bytes) -> dict[str, object]:
    try:
        value = read_plainly(content)
    except NotJson as error:
        raise _damaged(session_id, "it is not JSON") from error
    if not isinstance(value, dict):
        raise _damaged(session_id, "it is not an object")
    return value


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _damaged(session_id: str, why: str) -> BadInput:
    return BadInput(f"the head of {session_id} in the store is damaged: {why}; it was left untouched")
