"""Run the flow of a film to its end in this thread, in a run that has its name from its first moment."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from prefect.client.schemas.objects import State
from prefect.context import AsyncClientContext
from prefect.flow_engine import run_flow_async
from prefect.states import Pending
from prefect.utilities.callables import get_call_parameters

from flows.make_film import make_film
from flows.runs.naming import TAG, run_name


def filmed(**parameters: Any) -> State[Any]:
    """Run `make_film` with these parameters and return the state it ended in.

    The run is created here and not by Prefect's engine, so that it has a name and a tag from its first moment.
    """
    said = get_call_parameters(make_film.fn, (), parameters)
    name = run_name(said["idea"], said["session_id"] or "")

    async def film() -> State[Any]:
        async with AsyncClientContext.get_or_create() as context:
            shown = make_film.serialize_parameters(said)
            run = await context.client.create_flow_run(
                make_film, name=name or None, parameters=shown, tags=[TAG], state=Pending()
            )
            flow: Any = make_film
            state: Any = await run_flow_async(flow, flow_run=run, parameters=said, return_type="state")
            return cast(State[Any], state)

    return asyncio.run(film())
