"""`film studio`: start Prefect's server and a worker on this machine, and keep them running until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

EXAMPLES = "Examples:\n  film studio\n  film studio --port 4300\n  film studio --set-up-only"


def studio(
    *,
    port: Annotated[
        int | None, Parameter(help="Port of a server on this machine (default: the configured server's, or 4200).")
    ] = None,
    set_up_only: Annotated[
        bool,
        Parameter(
            negative=(),
            show_default=False,
            help="Only register work pool, deployments and alarm with a running server.",
        ),
    ] = False,
) -> int:
    """Start everything on this machine: Prefect server, work pool, deployments, a worker; Ctrl-C ends it."""
    from flows.server.local_stack import run_studio

    return run_studio(Console(highlight=False), port, set_up_only)
