"""Let a flow that is a coroutine be called like a function where nobody can await it, as in a plain script.

Prefect returns a coroutine everywhere, which a script, or a flow that is a plain function, would throw away unrun.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

from prefect import Flow
from prefect.context import FlowRunContext, TaskRunContext
from prefect.exceptions import ParameterTypeError
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from pydantic import ValidationError

from flows.server.address import keep_from_proxies
from flows.server.built_in_server import BuiltIn
from studio.text.wrong_values import wrong_values

P = ParamSpec("P")
R = TypeVar("R")

REPORTED: dict[str, Any] = {"persist_result": True, "result_serializer": "json"}
"""Options of every flow: its result or error can be read by whoever started it, also from another process."""


class CallableFlow(Flow[P, R]):
    """A flow that a coroutine awaits, and that a plain function calls and gets the result of."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Run the flow, as a subflow within another flow, and return its result; a coroutine gets an awaitable."""
        running: Any = _on_an_engine(super().__call__(*arguments, **options))
        return running if _may_await() else _run(running)

    def validate_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as the flow takes them.

        Raises:
            ParameterTypeError: in one line, which are wrong, what they must be, what was given.
        """
        try:
            with _unlogged():
                return super().validate_parameters(parameters)
        except ParameterTypeError as error:
            if not isinstance(cause := error.__context__, ValidationError):
                raise
            faults = wrong_values(cause, self.parameters.model_dump())
        told = (f"{'.'.join(map(str, fault.place))} {fault.found!r:.60}: {fault.reason}" for fault in faults)
        raise ParameterTypeError("; ".join(told))

    def with_options(self, **options: Any) -> Any:
        """Return the same flow with other options."""
        return callable_anywhere(super().with_options(**options))


def callable_anywhere(made: Flow[P, R]) -> Flow[P, R]:
    """Let a flow that is a coroutine be called from plain functions, too; change it in place and return it."""
    # Prefect's decorator has no option for the class of the flow that it makes.
    made.__class__ = CallableFlow
    return made


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep Prefect from logging what it finds wrong with parameters: its words are for a program."""

    def passes(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Parameter validation failed")

    logger = logging.getLogger("prefect.flows")
    logger.addFilter(passes)
    try:
        yield
    finally:
        logger.removeFilter(passes)


def _may_await() -> bool:
    """Tell whether the caller can await: the task or flow that it is part of says so; outside one, the thread."""
    if (task := TaskRunContext.get()) is not None:
        return task.task.isasync
    if (flow := FlowRunContext.get()) is not None and flow.flow is not None:
        return flow.flow.isasync
    return _loop_runs()


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _on_an_engine(running: Coroutine[Any, Any, R]) -> R:
    """Await the run on the configured server, else on the built-in one, as a command does."""
    if PREFECT_API_URL.value() or FlowRunContext.get() is not None:
        return await running
    keep_from_proxies("127.0.0.1")
    # Nobody looks for heartbeats there.
    with temporary_settings({PREFECT_API_URL: _built_in().url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return await running


@functools.cache
def _built_in() -> BuiltIn:
    """Return the server of this process, started once, which ends with it.

    Prefect's own temporary server fails where making its database takes more than 20 s.
    """
    server = BuiltIn()
    server.ready()
    return server


def _run(running: Coroutine[Any, Any, Any]) -> Any:
    if not _loop_runs():
        return asyncio.run(running)
    # In a notebook an event loop runs in the thread of every cell: the flow gets a thread and a loop of its own.
    place = copy_context()
    with ThreadPoolExecutor(1, thread_name_prefix="flow") as pool:
        return pool.submit(place.run, asyncio.run, running).result()
