"""Homes of Prefect whose database has its tables already: making them takes a server seconds of processor time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import prefect

_KEPT = Path(__file__).parents[3] / ".pytest_cache" / "d" / f"prefect-{prefect.__version__}"


def with_tables(home: Path, name: str = "prefect.db") -> Path:
    """Put an empty database of the installed Prefect into `home`, unless it has one; return `home`.

    The database is made once a Prefect version and kept in pytest's cache.
    """
    home.mkdir(parents=True, exist_ok=True)
    if not (home / name).exists():
        shutil.copy(_template(), home / name)
    return home


def _template() -> Path:
    if (there := _KEPT / "prefect.db").exists():
        return there
    _KEPT.mkdir(parents=True, exist_ok=True)
    # Another pytest process may be at the same: each makes its own, and the last one stays.
    with tempfile.TemporaryDirectory(dir=_KEPT) as scratch:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        subprocess.run(
            [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"],
            env=plain | {"PREFECT_HOME": scratch, "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"},
            check=True,
            capture_output=True,
        )
        os.replace(Path(scratch) / "prefect.db", there)
    return there
