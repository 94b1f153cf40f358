"""Outputs in object storage, by the folders of their working copies; who is told of changes there.

`bound` turns the URL of a store into the folder of its working copies on this machine; from then on a session folder in
it is looked up here by its path. Light: whoever keeps sessions in folders imports no more than this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from studio.errors import BadInput
from studio.fs import absent, disk_operations
from studio.text import command_hints

if TYPE_CHECKING:
    from studio.object_storage.publisher import Publisher
    from studio.object_storage.store_output import StoreOutput

SCHEMES = ("s3", "az", "gs")
"""URL schemes of the stores: Amazon's S3 and whatever speaks its protocol, Azure, Google."""

Line = Mapping[str, object]
"""A session in short: what a list shows of it, and what it is looked for by."""
Where = Callable[[Line], bool]


class _Observer:
    """Tells the publisher of a session of every change in its folder."""

    def _of(self, path: Path) -> Publisher | None:
        for output in _outputs.values():
            for folder, publisher in [*output.publishers.items()]:
                if path == folder or folder in path.parents:
                    return publisher
        return None

    @contextmanager
    def changing(self, *paths: Path) -> Iterator[None]:
        with ExitStack() as all_:
            for publisher in {id(one): one for path in paths if (one := self._of(path))}.values():
                all_.enter_context(publisher.changing(*paths))
            yield

    def together(self, folder: Path) -> AbstractContextManager[None]:
        publisher = self._of(folder)
        return nullcontext() if publisher is None else publisher.together()


_outputs: dict[Path, StoreOutput] = {}


def _no_line(folder: Path) -> Line:
    return {}


_line_of: Callable[[Path], Line] = _no_line


def lines_by(line_of: Callable[[Path], Line]) -> None:
    """Let `line_of` tell a session folder in short, for the heads that this process publishes."""
    global _line_of
    _line_of = line_of


def line_of(folder: Path) -> Line:
    """Return the session in `folder` in short, as `lines_by` was told."""
    return _line_of(folder)


def is_url(name: str) -> bool:
    """Tell whether an output's name is a URL, of a store or of something that is none, rather than a folder."""
    return re.match(rf"[A-Za-z][A-Za-z0-9+.-]*://|({'|'.join(SCHEMES)}):", name) is not None


BLOCK = "film-store/"
"""How the name of a store begins that is saved as a block in Prefect, with its keys."""


@dataclass(frozen=True)
class NamedStore:
    """Where a block keeps films, and the settings that it has for it, by obstore's names."""

    url: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    allow_http: bool = False


_store_named: Callable[[str], NamedStore] | None = None


def blocks_by(store_named: Callable[[str], NamedStore]) -> None:
    """Let `store_named` load the blocks that outputs name; a program that knows no blocks refuses such names."""
    global _store_named
    _store_named = store_named


def bound_by_name(name: str) -> Path:
    """Return the output folder of the store that the block 'film-store/<name>' describes, as `bound`.

    Raises:
        BadInput: there is no such block, or this program knows no blocks; further as `bound`.
    """
    if _store_named is None:
        raise BadInput(
            f"{name[:80]!r} is a block, which only `film` can read: give the store's URL, with its keys in variables"
        )
    return bound(name, _store_named(name.removeprefix(BLOCK)))


def bound(url: str, store: NamedStore | None = None) -> Path:
    """Return the output folder in which this machine has the working copies of the sessions at `url`.

    Args:
        store: what a block says; then `url` is the block's name.

    Raises:
        BadInput: it is not the URL of a store, or the extra is not installed.
    """
    from studio.object_storage.store_output import StoreOutput

    for output in _outputs.values():
        if output.name == url.rstrip("/"):
            return output.output
    output = StoreOutput(url.rstrip("/"), store or NamedStore(url))
    # Whoever opens a session has it told elsewhere (`studio.store.lock.Lock.tell_to`).
    output.bucket.tell = lambda line: print(line, file=sys.stderr, flush=True)
    _outputs[output.root] = output
    command_hints.show_as(output.output, output.name)
    disk_operations.observed_by(_Observer())
    absent.fetched_by(_fetch)
    return output.output


def forget() -> None:
    """Forget every output, as a process that begins."""
    _outputs.clear()


def output_of(root: Path) -> StoreOutput | None:
    """Return the output in a store whose sessions have their working copies in `root`; None for a plain folder."""
    return _outputs.get(root)


def keep_answer(folder: Path, path: str, content: bytes) -> None:
    """Keep the answer of a paid call of a session in its store, if it has one: `StoreOutput.keep_answer`."""
    if (output := output_of(folder.parent)) is not None:
        output.keep_answer(folder.name, path.removeprefix("calls/"), content)


def fetch_answer(folder: Path, path: str) -> bool:
    """Fetch an answer from the session's store, if it has one: `StoreOutput.fetch_answer`."""
    output = output_of(folder.parent)
    return output is not None and output.fetch_answer(folder, path.removeprefix("calls/"))


def end(publisher: Publisher) -> None:
    """Publish what is left of a session and let it go, as `StoreOutput.end`."""
    _outputs[publisher.folder.parent].end(publisher)


def trim(folder: Path) -> None:
    """Keep the working copies of this machine within their size, if `folder` is one of them."""
    if (output := output_of(folder.parent)) is not None:
        output.trim()


def _fetch(path: Path) -> None:
    for root, output in _outputs.items():
        if root in path.parents:
            output.fetch(path)
            return
    raise absent.elsewhere(path)
