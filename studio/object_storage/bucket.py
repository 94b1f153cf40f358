"""A bucket of an object store (S3, Azure, Google), or a prefix in one: read, write, and swap objects by their ETag.

The only module that knows obstore, which the extra `cluster` brings. It knows neither sessions nor their format. Every
operation is tried again while the store is down, slow or full, for as long as the bucket's patience lasts; a person is
told once that it waits, and once that it goes on.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast
from urllib.parse import urlsplit

from studio.errors import BadInput, StoreDown
from studio.object_storage.outputs import SCHEMES
from studio.text.display import printable

if TYPE_CHECKING:
    from obstore.store import ObjectStore

PATIENCE_SECONDS = 900.0
"""How long an operation is tried again while the store does not answer, unless `FILM_STORE_PATIENCE` says otherwise."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 15.0
"""The first and the longest pause between two tries; it doubles in between."""
ANSWER_SECONDS, TRANSFER_SECONDS, CONNECT_SECONDS = 15.0, 3600.0, 5.0
"""How long a request about a small object may take, one that carries a large one, and the connection of either: a store
that hangs is told soon, and a film of a gigabyte may take its time."""

_NO_KEYS = "{url}: no keys were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a block Film Store"
_METADATA = ("169.254.169.254", "169.254.170.2", "metadata.google.internal")
"""Where a machine of a cloud is asked for its own keys: only asked if none were given."""
_PLAIN_WORDS = re.compile(r"(?:<Code>|status: |returned non-2xx status code: )([^<,:\n]+)")
_SMALL, _LARGE = 1 << 20, 1 << 23
"""Objects of more bytes than the first may take `TRANSFER_SECONDS`; of more than the second they are sent in parts, so
that none has to be held whole."""

T = TypeVar("T")


class Taken(Exception):
    """An object of that name exists already."""


class Stale(Exception):
    """The object was changed by somebody else, or removed, since its tag was read."""


@dataclass(frozen=True)
class Tag:
    """What an object's content is known by: its ETag without quotes and, where the store counts them, its version."""

    etag: str
    version: str | None = None


@dataclass(frozen=True)
class Found:
    """An object that was read, its tag, and when the store says that it was written."""

    content: bytes
    tag: Tag
    modified: datetime


@dataclass(frozen=True)
class Entry:
    """An object as a list names it: key, size in bytes, tag, and when the store says that it was written."""

    key: str
    size: int
    tag: Tag
    modified: datetime


class Bucket:
    """A bucket, or the part of one below a prefix. May be used from several threads at once.

    Args:
        url: 's3://bucket/prefix', 'az://container/prefix' or 'gs://bucket/prefix'. Account, keys, region and endpoint
            come from the usual variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
            `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`; `AZURE_STORAGE_*`; `GOOGLE_*`) or from the machine's role.
        tell: receives a line when the store stops answering, and one when it answers again.
        why_stopped: returns why waiting must end, '' while it may go on.
        patience_seconds: how long to wait for the store; None for what `FILM_STORE_PATIENCE` says.
        settings: by obstore's names; they come before the variables.
        allow_http: whether its address may be one without TLS; so may it if AWS_ALLOW_HTTP says so.

    Raises:
        BadInput: the URL is none, or the extra is not installed.
    """

    def __init__(
        self,
        url: str,
        tell: Callable[[str], None] = lambda line: None,
        why_stopped: Callable[[], str] = str,
        patience_seconds: float | None = None,
        settings: Mapping[str, str] | None = None,
        allow_http: bool = False,
    ) -> None:
        self.url = check_url(url)
        self.tell = tell
        self.why_stopped = why_stopped
        self.patience_seconds = _patience() if patience_seconds is None else patience_seconds
        self.quoted_etags = True
        self._store = _opened(self.url, settings or {}, allow_http, ANSWER_SECONDS)
        self._large = _opened(self.url, settings or {}, allow_http, TRANSFER_SECONDS)
        self._lock = threading.Lock()
        self._silent_since: float | None = None
        self._told = False

    def get(self, key: str) -> Found | None:
        """Return the object; None if there is none."""
        import obstore

        def read() -> Found | None:
            try:
                result = obstore.get(self._store, key)
                meta = result.meta
                return Found(bytes(result.bytes()), _tag(dict(meta)), meta["last_modified"])
            except FileNotFoundError as error:
                _no_bucket(self.url, error)
                return None

        return self._tried(read)

    def blocks(self, key: str) -> Iterator[bytes]:
        """Yield the bytes of an object in blocks. A connection that breaks in between raises `StoreDown`.

        Raises:
            FileNotFoundError: there is none.
        """
        import obstore
        from obstore.exceptions import BaseError

        result = self._tried(lambda: obstore.get(self._large, key))
        try:
            for block in result.stream(min_chunk_size=1 << 20):
                yield bytes(block)
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise StoreDown(f"{self.url} broke off while an object was read ({reason_of(error)}): try again") from error

    def put(self, key: str, content: bytes | BinaryIO) -> None:
        """Write an object, whatever was there: bytes, or all that an open file holds."""
        import obstore

        def write() -> None:
            if isinstance(content, bytes):
                size = len(content)
            else:
                content.seek(0)
                size = os.fstat(content.fileno()).st_size
            obstore.put(self._store if size <= _SMALL else self._large, key, content, use_multipart=size > _LARGE)

        self._tried(write)

    def create(self, key: str, content: bytes) -> Tag:
        """Write a new object and return its tag. `content` must differ from everything anyone else may write there.

        Raises:
            Taken: there is one.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        def write() -> Tag:
            try:
                return _tag(dict(obstore.put(self._store, key, content, mode="create", use_multipart=False)))
            except (AlreadyExistsError, PreconditionError) as error:
                # The answer to an earlier try of ours may have been lost.
                there = self.get(key)
                if there is not None and there.content == content:
                    return there.tag
                raise Taken(key) from error

        return self._tried(write)

    def swap(self, key: str, content: bytes, tag: Tag) -> Tag:
        """Replace the object if its tag still holds, and return its new tag.

        `content` must differ from everything that was or will be written there: an ETag may be a checksum of the bytes.

        Raises:
            Stale: the object is another now, or gone.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        expected: dict[str, Any] = {"e_tag": f'"{tag.etag}"' if self.quoted_etags else tag.etag}
        if tag.version is not None:
            expected["version"] = tag.version

        def write() -> Tag:
            try:
                return _tag(dict(obstore.put(self._store, key, content, mode=expected, use_multipart=False)))  # type: ignore[arg-type]  # of its TypedDict
            except (AlreadyExistsError, PreconditionError, FileNotFoundError) as error:
                there = self.get(key)
                if there is not None and there.content == content:
                    return there.tag
                raise Stale(key) from error

        return self._tried(write)

    def entries(self, prefix: str) -> Iterator[Entry]:
        """Yield every object whose key begins with `prefix`, which ends with '/': a request for each 1,000 of them."""
        import obstore

        pages = self._tried(lambda: obstore.list(self._store, prefix, chunk_size=1000).collect())
        for meta in pages:
            yield Entry(meta["path"], meta["size"], _tag(dict(meta)), meta["last_modified"])

    def copy(self, key: str, other: str) -> None:
        """Copy an object inside the store, replacing what is at the other key."""
        import obstore

        self._tried(lambda: obstore.copy(self._store, key, other))

    def now(self) -> datetime:
        """Return the store's own time: no clock of this machine says how old an object is."""
        key = f"probes/{secrets.token_hex(12)}"
        self.put(key, b"now")
        try:
            return next(each.modified for each in self.entries("probes/") if each.key == key)
        finally:
            self.delete([key])

    def delete(self, keys: list[str]) -> None:
        """Remove objects; one that is gone is no error."""
        import obstore

        def remove() -> None:
            with contextlib.suppress(FileNotFoundError):
                obstore.delete(self._store, keys)

        if keys:
            self._tried(remove)

    # --- waiting ----------------------------------------------------------------------------------

    def _tried(self, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns, trying again while the store does not answer.

        Raises:
            BadInput: the store refuses the account, or has no such bucket.
            StoreDown: it did not answer for as long as the patience lasts, or waiting was stopped.
        """
        from obstore.exceptions import BaseError

        began, pause = time.monotonic(), FIRST_WAIT_SECONDS
        while True:
            try:
                value = attempt()
            except FileNotFoundError as error:
                _no_bucket(self.url, error)
                raise
            except (BaseError, OSError) as error:
                _refused(self.url, error)
                # From when the store fell silent, for whomever: a film whose store is gone does not wait at every shot.
                reason, gone = reason_of(error), time.monotonic() - self._fell_silent(began)
                if stopped := self.why_stopped():
                    raise StoreDown(f"{self.url} does not answer ({reason}), and {stopped}") from error
                if gone + pause > self.patience_seconds:
                    # Nobody waits any more before it has answered once.
                    self._fell_silent(time.monotonic() - self.patience_seconds)
                    raise StoreDown(
                        f"{self.url} has not answered for {gone:.0f} s ({reason}): nothing is lost; when it is back, "
                        "run the same line again on this machine"
                    ) from error
                self._waits(reason)
                time.sleep(pause)
                pause = min(LONGEST_WAIT_SECONDS, 2 * pause)
            else:
                self._answers()
                return value

    def _fell_silent(self, began: float) -> float:
        """Return since when the store does not answer; an attempt that began then has just failed."""
        with self._lock:
            self._silent_since = min(began, self._silent_since or began)
            return self._silent_since

    def _waits(self, reason: str) -> None:
        with self._lock:
            if not self._told:
                self._told = True
                self.tell(f"{self.url} does not answer ({reason}): waiting for it")

    def _answers(self) -> None:
        with self._lock:
            if self._told and self._silent_since is not None:
                self.tell(f"{self.url} answers again, after {time.monotonic() - self._silent_since:.0f} s")
            self._silent_since, self._told = None, False


def check_url(url: str) -> str:
    """Return the URL of a store in one form: without a slash at its end.

    Raises:
        BadInput: it is not the URL of a store.
    """
    parts = urlsplit(url)
    whole = printable(url) == url and parts.scheme in SCHEMES and parts.netloc and not (parts.query or parts.fragment)
    if (
        not whole
        or "@" in parts.netloc
        or any(part in ("", ".", "..") for part in parts.path.rstrip("/").split("/")[1:])
    ):
        raise BadInput(
            f"{printable(url)[:120]!r} is not where sessions can be kept: take a folder, or a URL such as "
            "s3://bucket/films (keys belong into variables such as AWS_ACCESS_KEY_ID, not into the URL)"
        )
    return url.rstrip("/")


def reason_of(error: BaseException) -> str:
    """Return in a few words why a request failed: the store's own code where it gave one. Never the request itself."""
    text = str(error)
    if found := _PLAIN_WORDS.findall(text):
        return printable(found[-1])[:80].strip()
    for words in ("error trying to connect", "Connection refused", "timed out", "timeout", "dns error"):
        if words.lower() in text.lower():
            return "no connection" if words in ("error trying to connect", "dns error") else words.lower()
    return type(error).__name__


def _patience() -> float:
    said = os.environ.get("FILM_STORE_PATIENCE", "")
    try:
        return max(0.0, float(said)) if said else PATIENCE_SECONDS
    except ValueError as error:
        raise BadInput(f"FILM_STORE_PATIENCE is {said[:40]!r}: give a number of seconds, such as 900") from error


def _opened(url: str, settings: Mapping[str, str], allow_http: bool, seconds: float) -> ObjectStore:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise BadInput(
            f"{url} is in object storage, which needs the extra 'cluster': pip install 'film-studio[cluster]', or in a "
            "checkout: pip install '.[cluster]'"
        ) from error
    address = settings.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL" if url.startswith("s3:") else "", "")
    plain = allow_http or any(
        os.environ.get(f"{cloud}_ALLOW_HTTP", "").lower() in ("1", "true", "yes") for cloud in ("AWS", "AZURE")
    )
    if address and not address.lower().startswith(("http://", "https://")):
        raise BadInput(f"the address of the store, {printable(address)[:80]!r}, must begin with https:// or http://")
    if address.lower().startswith("http://") and not plain:
        raise BadInput(
            f"the address of the store, {printable(address)[:80]!r}, has no TLS: take one with https://, or allow it "
            "with AWS_ALLOW_HTTP=true"
        )
    keys = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if url.startswith("s3:") and address and "access_key_id" not in settings and not any(map(os.environ.get, keys)):
        # Amazon's machines have keys of their own; those of another server must be given.
        raise BadInput(_NO_KEYS.format(url=url))
    try:
        return from_url(
            url,
            client_options={
                "allow_http": plain,
                "timeout": timedelta(seconds=seconds),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
            config=cast(Any, dict(settings)) or None,
        )
    except (BaseError, ValueError) as error:
        raise BadInput(f"{url} cannot be opened ({printable(str(error).splitlines()[0])[:200]})") from error


def _tag(meta: dict[str, Any]) -> Tag:
    etag = meta.get("e_tag") or ""
    return Tag(str(etag).strip('"'), meta.get("version"))


def _no_bucket(url: str, error: BaseException) -> None:
    if "NoSuchBucket" in str(error) or "ContainerNotFound" in str(error):
        raise BadInput(f"{url}: there is no such bucket: make it first, or correct the URL") from error


def _refused(url: str, error: BaseException) -> None:
    """Raise if the store refuses for good: an unknown bucket, a key that is wrong or may not do this."""
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

    _no_bucket(url, error)
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
        if "quota" in str(error).lower() or "SlowDown" in str(error):
            return
        raise BadInput(
            f"{url} refuses the account ({reason_of(error)}): check its keys (for S3: AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY, AWS_REGION) and what they may do"
        ) from error
    if any(place in str(error) for place in _METADATA):
        raise BadInput(_NO_KEYS.format(url=url)) from error
