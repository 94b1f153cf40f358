"""Clear a store of contents that nothing names any more: earlier shards, and files that a session replaced for good.

In two steps, a day apart. The first moves them to `trash/`, from where they are still read; the second removes from
there what is named by nothing even then, and puts back what is. So a content that a session names again at the very
moment in which it is collected is not lost.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from studio.errors import BadInput
from studio.object_storage.bucket import Bucket, Entry
from studio.object_storage.head import ANSWERS, BLOBS, HEADS, PIECES, TRASH, blob_key, read_head
from studio.object_storage.index import READERS

YOUNG = timedelta(days=1)
"""What was written, or moved to the trash, since then is left alone: its session may be about to name it."""


@dataclass(frozen=True)
class Unnamed:
    """Contents that nothing in the store names.

    Attributes:
        to_trash: those that are to be moved to the trash.
        to_remove: those that have been in the trash for a day, and receipts of shots that no run took in.
        to_restore: those in the trash that are named after all.
        young: how many were spared because they are young.
    """

    to_trash: tuple[Entry, ...] = ()
    to_remove: tuple[Entry, ...] = ()
    to_restore: tuple[Entry, ...] = ()
    young: int = 0

    @property
    def bytes(self) -> int:
        """How many bytes a clearing frees now, or a day later."""
        return sum(each.size for each in (*self.to_trash, *self.to_remove))


def survey(bucket: Bucket, age: timedelta = YOUNG) -> Unnamed:
    """Return what nothing names. Changes nothing but the probe by which the store's time is learnt.

    Raises:
        BadInput: a head is damaged, so that it is not known what it names.
    """
    contents, trash = list(bucket.entries(f"{BLOBS}/")), list(bucket.entries(f"{TRASH}/"))
    left = list(bucket.entries(f"{PIECES}/"))
    # After the contents: what a session named meanwhile is named here.
    named, now = _named(bucket), bucket.now()
    unnamed = [each for each in contents if _digest(each) not in named]
    old = [each for each in unnamed if now - each.modified > age]
    return Unnamed(
        tuple(old),
        tuple(
            each
            for each in (*(each for each in trash if _digest(each) not in named), *left)
            if now - each.modified > age
        ),
        tuple(each for each in trash if _digest(each) in named),
        len(unnamed) - len(old),
    )


def collect(bucket: Bucket, found: Unnamed) -> None:
    """Do what the survey found. A crash in between leaves every named content readable."""
    for each in found.to_restore:
        bucket.copy(each.key, blob_key(_digest(each)))
        bucket.delete([each.key])
    for each in found.to_trash:
        bucket.copy(each.key, f"{TRASH}/{_digest(each)}")
    bucket.delete([each.key for each in found.to_trash])
    bucket.delete([each.key for each in found.to_remove])


def _named(bucket: Bucket) -> set[str]:
    named: set[str] = set()
    with ThreadPoolExecutor(READERS) as pool:
        for each in pool.map(lambda entry: _named_by(bucket, entry.key), bucket.entries(f"{HEADS}/")):
            named |= each
        for answer in pool.map(lambda entry: bucket.get(entry.key), bucket.entries(f"{ANSWERS}/")):
            named |= {answer.content[:64].decode("ascii", "replace")} if answer is not None else set()
    return named


def _named_by(bucket: Bucket, key: str) -> set[str]:
    """Return what a head names: its shards, and its files' contents."""
    found = bucket.get(key)
    if found is None:
        return set()
    head = read_head(key.removeprefix(f"{HEADS}/").removesuffix(".json"), found.content)
    return {*head.shards, *(file.sha256 for file in head.tree(lambda sha256: _content(bucket, sha256)).values())}


def _content(bucket: Bucket, sha256: str) -> bytes:
    found = bucket.get(blob_key(sha256)) or bucket.get(f"{TRASH}/{sha256}")
    if found is None:
        raise BadInput(f"{bucket.url} has lost {sha256[:12]}, which names files of a session: nothing was removed")
    return found.content


def _digest(entry: Entry) -> str:
    return entry.key.rpartition("/")[2]
