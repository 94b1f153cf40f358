"""The sessions of a store in short, without reading each of them.

Every head holds a line about its session. `index.json` holds the lines of all heads with their tags, so that a list of
the heads tells which of them changed since, and only those are read. It is a projection: whoever lists writes it anew,
it may be removed at any time, and a line is believed only if the head's tag is still the one it was read with.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from studio.errors import BadInput, StoreDown
from studio.fs import tolerant
from studio.object_storage.bucket import Bucket, Entry
from studio.object_storage.head import HEADS, Holder
from studio.object_storage.ownership import SILENCE_SECONDS, look
from studio.text.plain_json import NotJson, read_plainly

KEY = "index.json"
HEAD_KEY = re.compile(rf"{HEADS}/(session_[0-9]{{8}}_[0-9]{{6}})\.json")
READERS = 32
"""How many heads are read at the same time."""
WORTH_WRITING = 8
"""From how many changed heads on the index is written anew."""
INDEX_PARTS = 4_000_000
"""Most parts of the index that are read, as `studio.text.plain_json.MOST_PARTS`: some 100,000 sessions."""


@dataclass(frozen=True)
class StoredSession:
    """A session in short, as its head has it.

    Attributes:
        line: what lists show of it, as it was when it was last published.
        holder: who owns it and gave a sign of life not long ago; None for nobody.
    """

    session_id: str
    line: Mapping[str, object]
    holder: Holder | None


def read_index(bucket: Bucket) -> list[StoredSession]:
    """Return all sessions of the store, newest first: a request for each 1,000 of them, and one for each that changed.

    A head that is damaged is left out.
    """
    entries = {found[1]: entry for entry in bucket.entries(f"{HEADS}/") if (found := HEAD_KEY.fullmatch(entry.key))}
    known = _known(bucket)
    told = {name: value for name, value in known.items() if name in entries and value.get("tag") == _tag(entries[name])}
    missing = sorted(entries.keys() - told.keys())
    with ThreadPoolExecutor(READERS) as pool:
        read = pool.map(lambda name: _read(bucket, name), missing)
        told |= {name: value for name, value in zip(missing, read, strict=True) if value is not None}
    if len(missing) >= WORTH_WRITING or len(known) > 2 * len(told) + WORTH_WRITING:
        # A reader may not be allowed to write; then the next one reads as much as this one did.
        with contextlib.suppress(BadInput, StoreDown):
            bucket.put(KEY, json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    return [_session(name, told[name], entries[name]) for name in sorted(told, reverse=True)]


def alive(modified: datetime) -> bool:
    """Tell whether a head that was written at this time, by the store's clock, shows that its owner is alive.

    Good enough to show: whether a session may be taken is found out by taking it.
    """
    return abs((datetime.now(UTC) - modified).total_seconds()) < 3 * SILENCE_SECONDS


def _known(bucket: Bucket) -> dict[str, dict[str, object]]:
    found = bucket.get(KEY)
    try:
        value = read_plainly(found.content, INDEX_PARTS) if found is not None else {}
    except NotJson:
        return {}
    return {name: each for name, each in tolerant.as_dict(value).items() if isinstance(each, dict)}


def _read(bucket: Bucket, name: str) -> dict[str, object] | None:
    try:
        there = look(bucket, name)
    except BadInput:
        return None
    if there is None:
        return None
    head, found = there
    return {
        "tag": found.tag.version or found.tag.etag,
        "line": dict(head.line),
        "released": head.released,
        "holder": vars(head.holder),
    }


def _tag(entry: Entry) -> str:
    return entry.tag.version or entry.tag.etag


def _session(name: str, told: Mapping[str, object], entry: Entry) -> StoredSession:
    line, holder = tolerant.as_dict(told.get("line")), tolerant.as_dict(told.get("holder"))
    owned = told.get("released") is not True and alive(entry.modified)
    return StoredSession(name, line, _holder(holder) if owned else None)


def _holder(told: dict[str, object]) -> Holder:
    host, since, copy = (tolerant.text(told, key) for key in ("host", "since", "copy"))
    return Holder(host, int(tolerant.number(told, "pid")), since, copy)
