"""The two servers that no Python package brings: PostgreSQL and Redis, of Debian's packages.

python -m tests.cluster.debian        installs them, as root; says by name what is missing, as anybody else
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

POSTGRESQL = Path("/usr/lib/postgresql")
"""Where Debian puts PostgreSQL's programs, a folder per version; only its clients are on the PATH."""
_PROGRAMS = {"postgresql": "postgres", "redis-server": "redis-server"}
"""A program of each package that is needed."""


def search_path() -> str:
    """Return the PATH on which the programs of both packages are found, the newest PostgreSQL first."""
    versions = sorted(POSTGRESQL.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    return os.pathsep.join([*map(str, versions), os.environ.get("PATH", os.defpath)])


def missing() -> list[str]:
    """Return the names of the packages that are not installed."""
    return [package for package, program in _PROGRAMS.items() if not shutil.which(program, path=search_path())]


def install() -> None:
    """Install what is missing, if we are root and this is Debian; nothing is started by it that keeps running."""
    if not (packages := missing()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, stdout=subprocess.DEVNULL, check=False)
    # RUNLEVEL=1 keeps Debian from starting a server by itself as soon as it is there.
    subprocess.run(
        ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *packages],
        env={**quiet, "RUNLEVEL": "1"},
        stdout=subprocess.DEVNULL,
        check=False,
    )


if __name__ == "__main__":
    install()
    if packages := missing():
        print(f"not there: Debian's {' and '.join(packages)} (apt-get install {' '.join(packages)})", file=sys.stderr)
