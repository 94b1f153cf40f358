"""A Dask cluster of this machine, in a process of its own: `python -m flows.dask_cluster.local`.

Apart from the run, so that Ctrl-C at a terminal does not reach its workers, and so that nothing of the caller's own
script is imported by them. It prints where it is and by which certificates it is spoken to, as one JSON object, and
lives until its standard input ends: when the run closes it, or the system does because the run was killed.
"""

from __future__ import annotations

import json
import logging
import os
import sys

import dask

# Read when distributed is imported. Its pages are looked at by nobody, and would be open to everybody on this machine;
# its profiler looks at every thread a hundred times a second.
dask.config.set(
    {
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": "500ms",
    }
)
from distributed import LocalCluster, Security  # noqa: E402


def main() -> None:
    """Start a scheduler on loopback and a worker for every core; stop them when standard input ends.

    Certificates of their own keep other users of the machine away from the scheduler's port.
    """
    security = Security.temporary()
    with LocalCluster(
        n_workers=len(os.sched_getaffinity(0)),
        threads_per_worker=1,
        host="127.0.0.1",
        protocol="tls",
        security=security,
        dashboard_address="127.0.0.1:0",
        # As much as threads may take: Dask would kill a worker at its share of the machine's memory.
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    ) as workers:
        certificates = (security.tls_ca_file, security.tls_client_cert, security.tls_client_key)
        print(json.dumps([workers.scheduler_address, *certificates]), flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
