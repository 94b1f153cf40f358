"""Laws of both shelves, a folder and a bucket, and a film whose shelf is its bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.dask_cluster.shelves import BucketShelf, FolderShelf, Shelf, ShelfAddress, ShelfReceipt, shelf_at
from studio.errors import BadInput, DamagedPiece
from studio.model.receipt import PieceMeasures
from studio.object_storage.bucket import Bucket

PRINT = "a" * 64


@pytest.fixture(scope="module")
def s3() -> Iterator[Callable[[], str]]:
    """Returns the URL of a new place in a bucket of an S3 server on loopback."""
    import boto3
    from moto.server import ThreadedMotoServer

    served = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    served.start()
    host, port = served.get_host_and_port()
    url = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
        }.items():
            patch.setenv(name, value)
        boto3.client("s3", endpoint_url=url, region_name="us-east-1").create_bucket(Bucket="films")
        count = iter(range(1000))
        yield lambda: f"s3://films/{next(count)}"
    served.stop()


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, s3: Callable[[], str]) -> Shelf:
    return FolderShelf(tmp_path / "shelf") if request.param == "folder" else BucketShelf(Bucket(s3()))


def piece(folder: Path, content: bytes, run: str = "run") -> tuple[Path, ShelfReceipt]:
    path = folder / f"made-{run}"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    made = PieceMeasures(frames=3)
    told = {"sha256": digest, "bytes": len(content), "measures": made, "seconds": 1.0, "worker": "w", "run": run}
    return path, ShelfReceipt.model_validate({"fingerprint": PRINT, **told})


def test_a_piece_comes_back_whole(shelf: Shelf, tmp_path: Path) -> None:
    """A piece that was put on the shelf is found by its fingerprint and fetched by checksum, until it is forgotten."""
    assert shelf.receipt(PRINT) is None
    path, receipt = piece(tmp_path, b"clip")
    assert shelf.put(path, receipt) == receipt
    assert shelf.receipt(PRINT) == receipt
    shelf.fetch(receipt.sha256, receipt.bytes, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"clip"
    shelf.forget(PRINT)
    assert shelf.receipt(PRINT) is None


def test_the_first_receipt_counts(shelf: Shelf, tmp_path: Path) -> None:
    """A piece that two workers made has one receipt: the first."""
    first = shelf.put(*piece(tmp_path, b"clip", "one"))
    assert shelf.put(*piece(tmp_path, b"other bytes", "two")) == first
    assert shelf.receipt(PRINT) == first


def test_what_is_not_there_or_not_whole_is_not_fetched(shelf: Shelf, tmp_path: Path) -> None:
    """Lost bytes, and others than the checksum says, are refused, and nothing is left at the path."""
    _, receipt = piece(tmp_path, b"clip")
    out = tmp_path / "out"
    with pytest.raises(DamagedPiece):
        shelf.fetch(receipt.sha256, receipt.bytes, out)
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"plic")
    shelf.offer(wrong, receipt.sha256)
    with pytest.raises(DamagedPiece):
        shelf.fetch(receipt.sha256, receipt.bytes, out)
    assert not out.exists()


def test_a_receipt_of_somebody_else_s_is_replaced(tmp_path: Path) -> None:
    """A file at a receipt's place that is none counts as not there, and does not stand in a receipt's way."""
    shelf = FolderShelf(tmp_path / "shelf")
    (shelf.folder / "pieces").mkdir(parents=True)
    (shelf.folder / "pieces" / f"{PRINT}.json").write_text("{}", "utf-8")
    assert shelf.receipt(PRINT) is None
    path, receipt = piece(tmp_path, b"clip")
    assert shelf.put(path, receipt) == receipt
    assert shelf.receipt(PRINT) == receipt


def test_another_disk_is_told_apart(tmp_path: Path) -> None:
    """A worker that sees no folder at the path, or one that the run did not mark, is not fit."""
    mark = FolderShelf(tmp_path / "shelf").marked()
    shelf_at(ShelfAddress(folder=str(tmp_path / "shelf"), mark=mark))
    for address in (
        ShelfAddress(folder=str(tmp_path / "elsewhere"), mark=mark),
        ShelfAddress(folder=str(tmp_path / "shelf"), mark="0" * 16),
    ):
        with pytest.raises(BadInput, match="does not see"):
            shelf_at(address)


def test_a_film_in_a_bucket_uses_it_as_shelf(
    tmp_path: Path, server: str, s3: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session in object storage: workers fetch and deliver there, the film is threads', and no receipt is left."""
    from flows.direct_run import filmed

    monkeypatch.setenv("FILM_CACHE", str(tmp_path / "cache"))
    url = s3()
    asked = {"idea": "A lighthouse", "seconds": 6.0, "shot_seconds": 2.0, "height": 144, "seed": 3}
    films = []
    for output, on in ((url, "dask"), (str(tmp_path / "threads"), "threads")):
        report = filmed(**asked, output=output, on=on).result(raise_on_failure=False)
        assert isinstance(report, dict), report
        films.append(hashlib.sha256(Path(report["film"]).read_bytes()).hexdigest())
    assert films[0] == films[1]
    assert [*Bucket(url).entries("pieces/")] == []
