"""Laws of publishing: what the store has is always the folder as it was at one moment, and in the end as it is."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio.fs import files
from studio.fs.disk_operations import together
from studio.object_storage import outputs, ownership, publisher, working_copy
from studio.object_storage.bucket import Bucket
from studio.object_storage.collector import YOUNG, collect, survey
from studio.object_storage.head import INLINE, File, Head, blob_key
from studio.object_storage.ownership import Ownership, look
from studio.object_storage.publisher import Publisher
from studio.object_storage.store_output import StoreOutput
from tests.support.servers.s3 import FaultyS3

ID = "session_20250208_002238"
Machine = Callable[[str], Path]
State = frozenset[tuple[str, str]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish without a pause, and show life all the time."""
    monkeypatch.setattr(publisher, "GROUP_SECONDS", 0.001)
    monkeypatch.setattr(publisher, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(ownership, "SILENCE_SECONDS", 1.0)


def begun(root: Path) -> tuple[StoreOutput, Publisher]:
    """Own a new session."""
    output = outputs.output_of(root)
    assert output is not None
    hidden = root / f".{ID}.1.part"
    files.write_whole(hidden / "brief.json", b"{}")
    mine = output.claim(hidden, ID)
    assert mine is not None
    os.rename(hidden, root / ID)
    output.begin(mine)
    return output, mine


def state_of(contents: dict[str, bytes]) -> State:
    return frozenset((path, hashlib.sha256(content).hexdigest()) for path, content in contents.items())


@pytest.mark.parametrize("seed", range(6))
def test_what_is_published_was_there_at_one_moment(
    machine: Machine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However writing, moving and removing fall between publications, each shows a state that the folder had, in order;
    changes that belong together are never seen apart."""
    rng, root = random.Random(seed), machine("a")
    output, mine = begun(root)
    folder = root / ID
    shown: list[State] = []
    swap = Ownership.swap

    def watched(self: Ownership, head: Head) -> None:
        swap(self, head)
        tree = head.tree(output.content)
        shown.append(frozenset((path, file.sha256) for path, file in tree.items()))

    monkeypatch.setattr(Ownership, "swap", watched)
    contents = {"brief.json": b"{}"}
    states = [state_of(contents)]
    for step in range(120):
        path = f"images/shot_{rng.randrange(4):03d}"
        draw = rng.random()
        if draw < 0.4:
            content = rng.randbytes(rng.choice((10, 2_000_000 if step % 20 == 0 else 50)))
            with together(folder):
                for ending in (".png", ".json"):
                    files.write_whole(folder / f"{path}{ending}", content)
                    contents[f"{path}{ending}"] = content
        elif draw < 0.6 and contents.get(f"{path}.png"):
            with together(folder):
                for ending in (".png", ".json"):
                    aside = f"takes/images/{step}{ending}"
                    files.keep_link(folder / f"{path}{ending}", folder / aside)
                    contents[aside] = contents[f"{path}{ending}"]
        elif draw < 0.8:
            with together(folder):
                for ending in (".png", ".json"):
                    files.remove(folder / f"{path}{ending}")
                    contents.pop(f"{path}{ending}", None)
        else:
            files.write_whole(folder / f".hidden-{step}", b"x")
        states.append(state_of(contents))
        if step % 20 == 0:
            # Besides what the publisher's own threads do meanwhile: a quick machine may be done before them.
            mine.publish()
    mine.publish()
    assert shown[-1] == states[-1]
    at = 0
    for each in shown:
        at = states.index(each, at)
    assert len(set(shown)) > 3
    output.end(mine)


def test_one_swap_proves_for_all_who_wait(machine: Machine, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty threads that ask at once whether the session is still theirs share a few swaps, each begun after they
    asked, and what each of them wrote before is published when it is answered."""
    for name in ("BEAT_SECONDS", "GROUP_SECONDS"):
        monkeypatch.setattr(publisher, name, 60.0)
    output, mine = begun(machine("a"))
    s3.seen.clear()

    def ask(number: int) -> bool:
        files.write_whole(mine.folder / f"calls/{number}.json", b"%d" % number)
        mine.prove()
        there = look(output.bucket, ID)
        assert there is not None
        return f"calls/{number}.json" in there[0].tree(output.content)

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(ask, range(20)))
    swaps = [each for each in s3.seen if each.method == "PUT" and "/heads/" in each.key]
    assert 1 <= len(swaps) <= 10
    output.end(mine)


def test_a_folder_of_many_files_is_named_by_shards(machine: Machine) -> None:
    """A folder of a long film makes the head no larger, and a change in it sends one shard, not the whole folder."""
    output, mine = begun(machine("a"))
    folder = mine.folder
    for number in range(INLINE + 72):
        files.write_whole(folder / f"images/shot_{number:03d}.json", b"%d" % number)
    mine.publish()
    there = look(output.bucket, ID)
    assert there is not None
    head, found = there
    assert len(found.content) < 4_000
    assert len(head.tree(output.content)) == INLINE + 73
    before = set(head.shards)
    files.write_whole(folder / "images/shot_007.json", b"other")
    mine.publish()
    after = look(output.bucket, ID)
    assert after is not None
    assert len(set(after[0].shards) - before) == 1
    output.end(mine)


def test_what_nothing_names_is_collected_in_two_steps(machine: Machine) -> None:
    """What was replaced for good goes to the trash, and from there for ever; what is named, or young, stays."""
    output, mine = begun(machine("a"))
    bucket, folder = output.bucket, mine.folder
    gone, kept, back = (text.encode() * 30_000 for text in ("gone", "kept", "back"))
    for content in (gone, back, kept):
        files.write_whole(folder / "film.mp4", content)
        mine.publish()
    assert survey(bucket).to_trash == ()
    found = survey(bucket, age=-YOUNG)
    names = {each.key for each in found.to_trash}
    assert {blob_key(hashlib.sha256(each).hexdigest()) for each in (gone, back)} <= names
    assert blob_key(hashlib.sha256(kept).hexdigest()) not in names
    collect(bucket, found)
    # A session names one of them again; it is read from the trash until it is put back.
    (folder / "takes").mkdir()
    files.write_whole(folder / "takes" / "film.mp4", back)
    bucket.delete([blob_key(hashlib.sha256(back).hexdigest())])
    mine.publish()
    bucket.delete([blob_key(hashlib.sha256(back).hexdigest())])
    output.end(mine)
    there = outputs.output_of(machine("b"))
    assert there is not None
    copy = there.refresh(ID)
    assert copy is not None
    assert files.read(copy / "takes/film.mp4") == back
    found = survey(bucket, age=-YOUNG)
    assert [each.key.partition("/")[2] for each in found.to_restore] == [hashlib.sha256(back).hexdigest()]
    collect(bucket, found)
    again = survey(bucket, age=-YOUNG)
    assert (again.to_trash, again.to_remove, again.to_restore) == ((), (), ())
    assert bucket.get(blob_key(hashlib.sha256(back).hexdigest())) is not None
    assert bucket.get(f"trash/{hashlib.sha256(gone).hexdigest()}") is None


@pytest.mark.parametrize("same", [False, True])
def test_of_what_was_never_published_whole_pairs_are_kept(url: str, tmp_path: Path, same: bool) -> None:
    """A piece that only this machine has is kept with its receipt; where the store has the very piece, the receipt of
    this machine's is not kept without one."""
    bucket, folder = Bucket(url), tmp_path / "session_20250208_002238"
    theirs = {"narration/shot_001.wav": b"a line", "narration/shot_001.json": b"their receipt"}
    tree = {}
    for path, content in theirs.items():
        sha256 = hashlib.sha256(content).hexdigest()
        bucket.put(blob_key(sha256), content)
        tree[path] = File(sha256, len(content), 1)
    files.write_whole(folder / "narration/shot_001.wav", b"a line" if same else b"another")
    files.write_whole(folder / "narration/shot_001.json", b"our receipt")
    working_copy.bring(bucket, folder, tree, None)
    assert {path: files.read(folder / path) for path in theirs} == theirs
    kept = sorted(place.suffix for place in (folder / "takes").rglob("unpublished-*"))
    assert kept == ([] if same else [".json", ".wav"])
