"""Hiring a crew for a command that makes no film: without the engine where that can be."""

from __future__ import annotations

import os

from blocks.crew_names import NEEDS, check_crew_name
from flows.built_in import BuiltIn
from flows.engine import check_alive, find_engine, prepare_environment
from studio.offline.crew import embedded_crew
from studio.ports import Crew


def hire(name: str) -> Crew:
    """Return the crew of that name; the embedded one at once, the others by way of Prefect.

    No server is asked, but for a crew that is a saved block: it lies on one. Where none is named that is the built-in
    one, for as long as this process lives.

    Raises:
        BadInput: there is no such crew, it lacks a key, or the server that is named does not answer.
    """
    check_crew_name(name)
    if name == "offline":
        return embedded_crew()
    engine = find_engine()
    prepare_environment(engine)
    if name not in NEEDS:
        check_alive(engine)
        if engine.url is None:
            server = BuiltIn()
            os.environ["PREFECT_API_URL"] = server.url
            server.ready()
    from blocks.crew import crew_named

    return crew_named(name)
