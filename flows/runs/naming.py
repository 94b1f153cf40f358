"""The name, the tag and the parameters that a film's run shows on Prefect's pages from its creation on.

Used by whoever creates a run: `film make`, `film resume` and the films of a batch, whether in a process of their own or
as runs of the deployment.
"""

from __future__ import annotations

import functools
import json
from textwrap import shorten
from typing import Any, cast

from coolname.data import config
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun

from studio.errors import BadInput
from studio.input.idea import check_idea
from studio.model.brief import Brief
from studio.text.display import printable

TAG = "film"
"""The tag of every run of `make-film`; prefect.yaml gives it to those of the deployment."""
IDEA_SHOWN = 60
"""The most characters of the idea in a run's name."""
LONGEST = 50_000
"""The most characters of a script, or of prompts, that are shown: Prefect refuses parameters over 512 kB in all."""


def run_name(idea: str, session_id: str = "") -> str:
    """Return a run's name: 'session_20261122_164145 · A letter at sea', or the idea alone until there is a session."""
    shown = shorten(printable(idea), IDEA_SHOWN, placeholder="…")
    return " · ".join(part for part in (session_id, shown) if part)


def nameless(name: str) -> bool:
    """Tell whether Prefect drew this name, and nobody gave it: two words such as 'tender-heron'."""
    words = name.split("-")
    return len(words) == 2 and words[0] in _drawn("adj_any") and words[1] in _drawn("subj")


@functools.cache
def _drawn(kind: str) -> frozenset[str]:
    """Return the words of one kind that Prefect draws names from: those of coolname."""
    entry = cast(dict[str, Any], config[kind])
    return frozenset(entry.get("words", ())).union(*(_drawn(each) for each in entry.get("lists", ())))


def rename(run: FlowRun, name: str) -> None:
    """Rename the run, here and on its server."""
    run.name = name
    with get_client(sync_client=True) as client:
        client.update_flow_run(run.id, name=name)


def parameters_of(brief: Brief) -> dict[str, Any]:
    """Return the flow parameters for a session's brief: they show what it was asked for, and change nothing.

    A script or prompts too long to show, and an idea that the flow would refuse, are left out: the session has them.
    """
    shape: dict[str, Any] = brief.options.model_dump(mode="json")
    for name in ("script", "prompts"):
        if len(json.dumps(shape[name])) > LONGEST:
            shape[name] = None
    return {"idea": brief.idea if _may_be_given(brief.idea) else "", **shape}


def _may_be_given(idea: str) -> bool:
    # The idea of an adopted session is another program's.
    try:
        return check_idea(idea) == idea
    except BadInput:
        return False
