"""Probe a store when it is opened: only one that keeps its conditions can say who owns a session.

Some servers ignore `If-None-Match` and `If-Match` in silence: two owners of one session would then both publish.
"""

from __future__ import annotations

import secrets

from studio.errors import BadInput
from studio.object_storage.bucket import Bucket, Stale, Taken

FOLDER = "probes"


def probe(bucket: Bucket) -> None:
    """Make sure that the store keeps its conditions, and learn how it wants its ETags; nothing is left in it.

    An object is created twice, then swapped with its tag and with the one before. Six requests.

    Raises:
        BadInput: it ignores conditions, or refuses to write.
        StoreDown: it does not answer.
    """
    key = f"{FOLDER}/{secrets.token_hex(12)}"

    def content() -> bytes:
        return secrets.token_hex(16).encode("ascii")

    first = bucket.create(key, content())
    try:
        try:
            bucket.create(key, content())
        except Taken:
            pass
        else:
            raise _unfit(bucket.url, "it creates an object that exists already")
        try:
            bucket.swap(key, content(), first)
        except Stale:
            # Ceph compares with the tag as it stands there, quotes included.
            bucket.quoted_etags = False
            try:
                bucket.swap(key, content(), first)
            except Stale as error:
                raise _unfit(bucket.url, "it does not replace an object by its ETag") from error
        try:
            bucket.swap(key, content(), first)
        except Stale:
            return
        raise _unfit(bucket.url, "it replaces an object whose ETag is another")
    finally:
        bucket.delete([key])


def _unfit(url: str, why: str) -> BadInput:
    return BadInput(
        f"{url} cannot keep sessions: {why}, so two machines could work on one film at once; take a store that keeps "
        "If-None-Match and If-Match (Amazon S3, Azure, Google, MinIO, Ceph; rclone's server does not)"
    )
