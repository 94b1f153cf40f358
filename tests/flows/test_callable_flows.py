"""`make_film` and `make_films` from Python: what the guide shows runs as it stands there, and in whatever calls it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter

from tests.support.sampled import sampled

PROJECT = Path(__file__).parents[2]
SHORT = "seconds=4, height=144"


def snippets() -> list[str]:
    """Return the Python of the guide's section, in order."""
    guide = (PROJECT / "docs/guide.md").read_text("utf-8")
    section = guide.partition("\n## From Python\n")[2].partition("\n## ")[0]
    return re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def run(folder: Path, server: str, code: str, **environment: str) -> str:
    """Run Python as a person does, and return what it printed; nothing that was never awaited is forgiven."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("FILM_", "PREFECT_"))}
    given = {
        "PREFECT_HOME": str(folder / "home"),
        "FILM_OUTPUT": str(folder / "output"),
        "PREFECT_API_URL": server,
        "PYTHONPATH": str(PROJECT),
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    } | environment
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env=keep | {name: value for name, value in given.items() if value},
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert "never awaited" not in done.stderr
    return done.stdout.strip()


def of(kind: str) -> str:
    """Return the one snippet of the guide in which this stands."""
    (found,) = [code for code in snippets() if kind in code]
    return found


def runs_named(flow_name: str) -> list[Any]:
    with get_client(sync_client=True) as client:
        flow = client.read_flow_by_name(flow_name)
        return [run for run in client.read_flow_runs() if run.flow_id == flow.id]


@sampled("kind", ["except FilmError", "make_films("])
def test_a_script(tmp_path: Path, server: str, kind: str) -> None:
    """Called in a plain script, it runs to its end and returns its report."""
    out = run(tmp_path, server, of(kind))
    assert out.endswith("film.mp4"), out
    assert Path(out.split()[-1]).is_file()


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "parent"), [("def evening", "evening"), ("def night", "night")])
def test_beneath_a_flow(tmp_path: Path, server: str, kind: str, parent: str) -> None:
    """In a flow, be it a function or a coroutine, the film is a run beneath it, in the same server's list."""
    out = run(tmp_path, server, of(kind))
    assert "film.mp4" in out, out
    (above,) = runs_named(parent)
    with get_client(sync_client=True) as client:
        beneath = client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate({"parent_flow_run_id": {"any_": [str(above.id)]}})
        )
    (film,) = beneath
    assert film.parent_task_run_id is not None
    assert film.state is not None
    assert film.state.is_completed()


@pytest.mark.thorough
def test_the_harness(tmp_path: Path, server: str) -> None:
    """On the server of Prefect's test harness, with no other named."""
    assert run(tmp_path, "", of("prefect_test_harness")).endswith("film.mp4")


CALL = f"make_film('A cat', {SHORT})"
WAYS = {
    "a script without a server": f"print({CALL}['film'])",
    "a coroutine": f"async def main():\n    return await {CALL}\nprint(asyncio.run(main())['film'])",
    "a flow that is a function, in a thread with a loop": (
        f"@flow\ndef above():\n    return {CALL}['film']\nasync def cell():\n    print(above())\nasyncio.run(cell())"
    ),
    "a task": (f"@task\ndef one():\n    return {CALL}['film']\n@flow\ndef above():\n    return one()\nprint(above())"),
    "a thread": f"with ThreadPoolExecutor() as pool:\n    print(pool.submit(lambda: {CALL}).result()['film'])",
    "other options": (
        f"mine = make_film.with_options(flow_run_name='mine')\n"
        f"print(mine('A cat', {SHORT}, return_state=True).result()['film'])"
    ),
}
IMPORTS = """
import asyncio
from concurrent.futures import ThreadPoolExecutor
from prefect import flow, task
from flows.make_film import make_film
"""


@pytest.mark.thorough
@sampled("way", WAYS)
def test_other_ways(tmp_path: Path, server: str, way: str) -> None:
    """Whatever calls it, there is a film."""
    out = run(tmp_path, "" if "without" in way else server, IMPORTS + WAYS[way])
    assert out.endswith("film.mp4"), out


REFUSED = {
    "no idea": ("make_film()", "the idea is empty"),
    "nobody to ask": ("make_film('A cat', approve='images')", "nobody can be asked to approve"),
    "no session": ("make_film(session_id='session_19990101_000000')", "no session"),
}


@pytest.mark.thorough
@sampled("case", REFUSED)
def test_refused_in_a_sentence(tmp_path: Path, server: str, case: str) -> None:
    """What cannot be done raises one of our errors, whose text is a sentence."""
    call, said = REFUSED[case]
    out = run(
        tmp_path,
        server,
        "from flows.make_film import make_film\nfrom studio.errors import FilmError\n"
        f"try:\n    {call}\nexcept FilmError as error:\n    print(error)",
    )
    assert said in out
    assert "\n" not in out
