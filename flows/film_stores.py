"""Let outputs name stores that are saved as blocks in Prefect: 'film-store/my-films'. Prefect is imported only then."""

from __future__ import annotations

from studio.object_storage import outputs
from studio.object_storage.outputs import NamedStore


def _store_named(name: str) -> NamedStore:
    from blocks.film_store import store_named

    return store_named(name)


def know_blocks() -> None:
    """Let outputs name blocks from now on."""
    outputs.blocks_by(_store_named)
