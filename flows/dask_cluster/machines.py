"""Which machines make a run's shots: this process, or those of a Dask cluster. Dask is imported only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from blocks.dask_scheduler import DaskScheduler
from flows.dask_cluster.place import Place, asked_place, check_address
from flows.prefect_logs import note
from studio.errors import BadInput
from studio.sessions.session import Session

Given = Callable[[Session], AbstractContextManager[Session]]
"""Gives a session, while a block runs, a maker of its pieces."""


@contextmanager
def machines(on: str) -> Iterator[Given]:
    """Connect to the cluster that `on` asks for while the block runs; for threads there is nothing to do.

    Raises:
        BadInput: `on` asks for nothing that there is; nothing was begun.
    """
    where = asked_place(on)
    if where is None:
        yield nullcontext
        return
    from flows.dask_cluster.maker import making

    with _cluster(where) as cluster:
        yield lambda session: making(session, cluster)


def _cluster(where: Place) -> AbstractContextManager[Any]:
    from flows.dask_cluster.cluster import at_address, of_this_machine, security_of

    if where.address:
        return at_address(where.address, None, note)
    if not where.block:
        return of_this_machine(note)
    block = _block(where.block)
    check_address(block.address, block.trusted_network)
    if not block.address.startswith("tls://"):
        return at_address(block.address, None, note)
    said = (block.ca, block.certificate, block.key)
    if not all(each.get_secret_value().strip() for each in said):
        raise BadInput(
            f"--on dask={where.block}: the block dask-scheduler/{where.block} lacks a certificate or its key"
        )
    return at_address(block.address, security_of(*(each.get_secret_value() for each in said)), note)


def _block(name: str) -> DaskScheduler:
    # `_sync`: called within a flow that is a coroutine, `load` would return a coroutine; its declaration lacks `_sync`.
    load: Any = DaskScheduler.load
    try:
        block: DaskScheduler = load(name, _sync=True)
    except ValueError as error:
        raise BadInput(
            f"--on dask={name}: there is no block Dask Scheduler of that name: save one on the Prefect pages"
        ) from error
    return block
