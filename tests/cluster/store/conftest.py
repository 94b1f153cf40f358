"""An S3 server for all tests of this folder, a bucket for each, and machines: each has working copies of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.servers.s3 import KEYS, FaultyS3, S3Server

collect_ignore_glob = [] if find_spec("obstore") and find_spec("moto") else ["test_*.py"]
"""Without the extra `cluster` there is nothing to test here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as a test of the extra."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """The server, for all tests."""
    server = S3Server()
    yield server
    server.stop()


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """The server behind a proxy that can fail; programs that this test starts find it by their environment."""
    proxy = FaultyS3(s3_server)
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": proxy.address}.items():
        monkeypatch.setenv(name, value)
    yield proxy
    proxy.stop()


@pytest.fixture
def url(s3: FaultyS3) -> str:
    """The URL of an empty place in the store."""
    return f"s3://{s3.behind.new_bucket()}/films"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Iterator[Callable[[str], Path]]:
    """Be the machine of this name from now on: return the folder of its working copies of `url`."""
    from studio.fs import absent, disk_operations
    from studio.object_storage import outputs

    known: dict[str, Path] = {}

    def be(name: str) -> Path:
        monkeypatch.setenv("FILM_CACHE", str(tmp_path / name))
        outputs.forget()
        known[name] = outputs.bound(url) / "sessions"
        return known[name]

    yield be
    outputs.forget()
    disk_operations.observed_by(None)
    absent.fetched_by(None)
