"""The program of a run's process, as the worker of `film studio` starts it: Prefect's engine, ending with the studio.

It shares the worker's standard input, a pipe that ends with the studio. So it outlives a worker that is killed, and
goes on with its film, but leaves as on SIGTERM when the studio ends, however that happens.
"""

from __future__ import annotations

import runpy

from flows.child_process import terminate_when_input_ends
from flows.quick_imports import imports

if __name__ == "__main__":
    terminate_when_input_ends()
    with imports():
        import prefect.flow_engine  # noqa: F401
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
