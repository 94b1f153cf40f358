"""Laws of a head: what is written is read again, and nothing from outside is a path, endless, or believed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput
from studio.object_storage.head import FORMAT, INLINE, SHARDS, File, Head, Holder, read_head

ID = "session_20250208_002238"
ME = Holder("host", 4711, "2025-02-08T00:22:38", "copy@host")
SHA = "0" * 64

names = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/"), min_size=1, max_size=40).filter(
    lambda name: not name.startswith(".")
)
files = st.builds(
    File,
    st.binary(max_size=8).map(lambda content: hashlib.sha256(content).hexdigest()),
    st.integers(0, 1 << 40),
    st.integers(0, (1 << 63) - 1),
)
trees = st.dictionaries(st.lists(names, min_size=1, max_size=4).map("/".join), files, max_size=300)


@given(trees, st.booleans(), st.integers(1, 1 << 40))
def test_a_head_is_read_as_it_was_written(tree: dict[str, File], released: bool, epoch: int) -> None:
    """Every file is there again, in a folder of any size, and so are owner, epoch and line."""
    shards: dict[str, bytes] = {}
    head = Head(ID, epoch, ME, released, 7, {"idea": "a \u2028 b"}).with_tree(tree, shards.__setitem__)
    again = read_head(ID, head.content())
    assert again.tree(shards.__getitem__) == tree
    assert (again.epoch, again.holder, again.released, again.beat) == (epoch, ME, released, 7)
    assert again.line == {"idea": "a \u2028 b"}


def test_no_two_heads_have_the_same_bytes() -> None:
    """A store's ETag may be a checksum of the bytes: the same head written twice must be two."""
    head = Head(ID, 1, ME)
    assert head.content() != head.content()


def test_a_head_stays_small() -> None:
    """Whatever a session holds, its head does not grow with it: large folders are named by shards."""
    tree = {f"images/shot_{number:04d}.png": File(SHA, number, number) for number in range(7_200)}
    head = Head(ID, 1, ME).with_tree(tree, lambda sha256, content: None)
    assert len(head.content()) < 2_500
    assert len(head.shards) == SHARDS


def told(**changes: Any) -> bytes:
    value = json.loads(Head(ID, 1, ME).with_tree({"a.json": File(SHA, 1, 1)}, lambda *_: None).content())
    return json.dumps({**value, **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b"{" * 100_000,
        told(format=FORMAT + 1),
        told(session_id="session_20250208_002239"),
        told(epoch=-1),
        told(epoch=True),
        told(epoch="1"),
        told(holder={}),
        told(holder={"host": "h" * 400, "pid": 1, "since": "", "copy": ""}),
        *(
            told(folders={folder: {"a": [SHA, 1, 1]}})
            for folder in ("..", "../x", "/etc", "a//b", "a/../b", ".hidden", "a/.b", "/".join("abcdefghij"), "a\0b")
        ),
        *(
            told(folders={"": {name: [SHA, 1, 1]}})
            for name in ("..", ".", "", "/etc/passwd", "a/b", ".store.json", "a\nb", "\ud800", "n" * 300)
        ),
        *(
            told(folders={"": {"a": entry}})
            for entry in (
                ["0" * 63, 1, 1],
                ["G" * 64, 1, 1],
                [SHA, -1, 1],
                [SHA, 1 << 60, 1],
                [SHA, 1.5, 1],
                [SHA, 1, -1],
                [SHA, 1, 1 << 64],
                [SHA, 1],
                {},
                None,
            )
        ),
        told(folders={"images": ["0" * 64] * (SHARDS - 1)}),
        told(folders={"images": ["../../etc"] * SHARDS}),
    ],
)
def test_a_head_that_is_not_ours_is_refused(content: bytes) -> None:
    """A head with other names, sizes or words than this program writes is one line, and nothing is done with it."""
    with pytest.raises(BadInput) as refused:
        read_head(ID, content)
    assert "\n" not in str(refused.value)


def test_a_shard_is_checked() -> None:
    """A shard with other bytes than its checksum says, or hostile names, is refused."""
    shards: dict[str, bytes] = {}
    tree = {f"images/{number}": File(SHA, 1, 1) for number in range(INLINE + 1)}
    head = Head(ID, 1, ME).with_tree(tree, shards.__setitem__)
    with pytest.raises(BadInput, match="is damaged"):
        head.tree(lambda sha256: shards[sha256] + b" ")
    evil = json.dumps({"../../x": [SHA, 1, 1]}).encode()
    digest = hashlib.sha256(evil).hexdigest()
    hostile = Head(ID, 1, ME, folders={"images": (digest,) * SHARDS})
    with pytest.raises(BadInput, match="it names a file"):
        hostile.tree(lambda sha256: evil)
