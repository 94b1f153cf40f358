"""Bring up the services of compose.yaml on this machine, without containers, until Ctrl-C: `make cluster`.

Its films are in an S3 server's memory, and are gone with it: `sessions pull` brings one into a folder.
"""

from __future__ import annotations

import shlex
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.cluster.debian import missing
from tests.cluster.stack import Cluster

POLL_SECONDS = 1.0


def main() -> int:
    """Run the cluster; return 0 after Ctrl-C, 1 if a service ended by itself, 2 if a package of Debian's is missing."""
    if packages := missing():
        print(f"not there: Debian's {' and '.join(packages)}: apt-get install {' '.join(packages)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="film-cluster-") as folder:
        try:
            with Cluster(Path(folder), lambda name: print(f"starting {name}", flush=True)) as cluster:
                tell(cluster)
                while not (ended := cluster.ended()):
                    time.sleep(POLL_SECONDS)
                print(f"{ended[0]} has ended:\n{cluster.log(ended[0])[-2000:]}", file=sys.stderr)
                return 1
        except KeyboardInterrupt:
            return 0


def tell(cluster: Cluster) -> None:
    """Print where everything is, and the lines that make a film there."""
    secret = cluster.secret("api_auth")
    print(f"pages      {cluster.url.removesuffix('/api')}, with the password {secret}")
    print(f"logs       {cluster.places.folder / 'logs'}")
    print("a film     in another terminal, in this folder:")
    print('           export PATH="$PWD/.venv/bin:$PATH"')
    for name, value in cluster.client_environment().items():
        print(f"           export {name}={shlex.quote(value)}")
    print(
        "           prefect deployment run 'make-film/local' -p idea=\"The last bookshop in Alexandria\" -p seconds=20"
    )
    print("films      sessions list; one of them into a folder: sessions pull SESSION")
    print("Ctrl-C     ends everything, and the films in the store with it", flush=True)


if __name__ == "__main__":
    sys.exit(main())
