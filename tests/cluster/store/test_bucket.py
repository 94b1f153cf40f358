"""Laws of a bucket: conditions hold, an answer that was lost is not a failure, a store that is down is waited for."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from studio.errors import BadInput, StoreDown
from studio.object_storage import bucket as bucket_module
from studio.object_storage.bucket import Bucket, Stale, Tag, Taken, check_url
from studio.object_storage.probe import probe
from tests.support.servers.s3 import Fault, FaultyS3


def once(fault: Fault, method: str = "PUT") -> object:
    """Return a fault that befalls the first request of this method only."""
    left = [fault]
    return lambda asked, key: left.pop() if asked == method and left else ""


def test_one_of_many_creates(url: str, s3: FaultyS3) -> None:
    """Of twenty that create an object at the same time one does."""
    bucket = Bucket(url)

    def create(number: int) -> bool:
        try:
            bucket.create("heads/a.json", f"{number}".encode())
        except Taken:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(create, range(20))) == 1


def test_one_of_many_swaps(url: str) -> None:
    """Of twenty that swap an object with the same tag one does, and what is there is what that one wrote."""
    bucket = Bucket(url)
    tag = bucket.create("heads/a.json", b"first")

    def swap(number: int) -> bytes:
        try:
            bucket.swap("heads/a.json", f"{number}".encode(), tag)
        except Stale:
            return b""
        return f"{number}".encode()

    with ThreadPoolExecutor(20) as pool:
        won = [each for each in pool.map(swap, range(20)) if each]
    found = bucket.get("heads/a.json")
    assert found is not None
    assert won == [found.content]


def test_a_lost_answer_is_no_failure(url: str, s3: FaultyS3) -> None:
    """Creating and swapping that were carried out, though the answer never came, succeed, with the tag that holds."""
    bucket = Bucket(url)
    s3.fault = once("no answer")  # type: ignore[assignment]
    tag = bucket.create("heads/a.json", b"one")
    s3.fault = once("no answer")  # type: ignore[assignment]
    tag = bucket.swap("heads/a.json", b"two", tag)
    assert bucket.swap("heads/a.json", b"three", tag)


def test_a_swap_of_what_is_gone_is_stale(url: str) -> None:
    """An object that was removed, or never was, is not swapped."""
    bucket = Bucket(url)
    with pytest.raises(Stale):
        bucket.swap("heads/a.json", b"one", Tag("0" * 32))


@pytest.mark.parametrize("fault", ["503", "no answer", "quota"])
def test_a_store_that_is_down_is_waited_for(fault: Fault, url: str, s3: FaultyS3) -> None:
    """While it fails the caller waits; a person is told once that it waits, and once that it goes on."""
    told: list[str] = []
    bucket = Bucket(url, told.append, patience_seconds=60)
    down = threading.Event()
    s3.fault = lambda method, key: fault if not down.is_set() else ""

    def put() -> None:
        bucket.put("blobs/a", b"content")

    at_work = threading.Thread(target=put)
    at_work.start()
    while not told:
        at_work.join(0.01)
    down.set()
    at_work.join(60)
    found = bucket.get("blobs/a")
    assert found is not None
    assert found.content == b"content"
    assert len(told) == 2
    assert "waiting for it" in told[0]
    assert "answers again" in told[1]


def test_patience_ends(url: str, s3: FaultyS3) -> None:
    """A store that stays down is given up in one line, which says that nothing is lost."""
    bucket = Bucket(url, patience_seconds=0.0)
    s3.fault = lambda method, key: "503"
    with pytest.raises(StoreDown, match="nothing is lost"):
        bucket.put("blobs/a", b"content")


def test_patience_is_one_for_all(url: str, s3: FaultyS3) -> None:
    """How long a store may stay silent counts from when it fell silent: whoever asks once that is over waits no more,
    so a film whose store is gone for good ends, and does not wait anew at each of its shots."""
    bucket = Bucket(url, patience_seconds=2.0)
    s3.fault = lambda method, key: "503"
    with pytest.raises(StoreDown):
        bucket.put("blobs/a", b"content")
    asked = len(s3.seen)
    with pytest.raises(StoreDown):
        bucket.put("blobs/b", b"content")
    assert len(s3.seen) - asked <= 3
    s3.fault = lambda method, key: ""
    bucket.put("blobs/c", b"content")
    assert bucket._silent_since is None


def test_who_may_not_is_told_at_once(url: str, s3: FaultyS3) -> None:
    """A refused account and a bucket that is not there are one line each, and are not waited for."""
    bucket = Bucket(url)
    s3.fault = lambda method, key: "403"
    with pytest.raises(BadInput, match="refuses the account"):
        bucket.put("blobs/a", b"content")
    s3.fault = lambda method, key: ""
    with pytest.raises(BadInput, match="no such bucket"):
        Bucket("s3://nobody-has-this/films").put("blobs/a", b"content")


def test_a_broken_read_is_an_error(url: str, s3: FaultyS3) -> None:
    """An object that is cut off while it is read is not taken for the whole."""
    bucket = Bucket(url, patience_seconds=0.0)
    bucket.put("blobs/a", b"0123456789" * 400_000)
    s3.fault = lambda method, key: "half an answer" if method == "GET" else ""
    with pytest.raises(StoreDown):
        list(bucket.blocks("blobs/a"))


def test_the_probe_passes_a_good_store(url: str) -> None:
    """A store that keeps conditions is taken, and nothing of the probe is left."""
    bucket = Bucket(url)
    probe(bucket)
    assert list(bucket.entries("probes/")) == []


def test_the_probe_refuses_a_store_that_ignores_conditions(url: str, s3: FaultyS3) -> None:
    """A server that ignores conditions in silence is refused by name."""
    s3.fault = lambda method, key: "no conditions"
    with pytest.raises(BadInput, match=r"cannot keep sessions.*two machines"):
        probe(Bucket(url))


def test_a_store_that_wants_bare_tags_gets_them(url: str, s3: FaultyS3) -> None:
    """A server that compares an ETag with the one it was sent, quotes included, is learnt by the probe and kept."""
    s3.fault = lambda method, key: "bare tags"
    bucket = Bucket(url)
    probe(bucket)
    tag = bucket.create("heads/a.json", b"one")
    assert bucket.swap("heads/a.json", b"two", tag) != tag
    with pytest.raises(Stale):
        bucket.swap("heads/a.json", b"three", tag)


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///films",
        "http://host/films",
        "s3://key:secret@bucket/films",
        "s3://bucket/../other",
        "s3://bucket/a//b",
        "s3://bucket/a?x=1",
        "s3:/bucket/a",
        "s3://bucket/a\nb",
    ],
)
def test_what_is_no_url_of_a_store_is_refused(url: str) -> None:
    """Anything but a plain URL of a bucket is one line; keys do not belong into it."""
    with pytest.raises(BadInput, match="not where sessions can be kept"):
        check_url(url)


@pytest.mark.parametrize(
    ("address", "allowed", "words"),
    [("127.0.0.1:9000", "true", "must begin with https://"), ("http://127.0.0.1:9000", "", "AWS_ALLOW_HTTP")],
)
def test_a_wrong_address_is_told_at_once(
    address: str, allowed: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address without its scheme, or without TLS where that is not allowed, is one line before anything is sent."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ALLOW_HTTP", allowed)
    with pytest.raises(BadInput, match=words):
        Bucket("s3://bucket/films")


def test_missing_keys_are_told_at_once(s3: FaultyS3, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of one's own without keys for it is one line that names the variables; nobody is asked for keys."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(BadInput, match="AWS_ACCESS_KEY_ID"):
        Bucket(url)
    assert Bucket(url, settings={"access_key_id": "a", "secret_access_key": "b"}).get("heads/a.json") is None


def test_a_store_that_hangs_is_told_soon(url: str, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small request that gets no answer is given up after seconds, so that a person is told what is waited for."""
    monkeypatch.setattr(bucket_module, "ANSWER_SECONDS", 0.3)
    told: list[str] = []
    bucket = Bucket(url, told.append, patience_seconds=0.0)
    s3.fault = lambda method, key: "hang"
    with pytest.raises(StoreDown, match="has not answered"):
        bucket.put("blobs/a", b"content")
