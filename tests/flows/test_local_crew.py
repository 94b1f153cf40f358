"""A film by the crew 'local': the servers of this machine write, paint and speak it, and nothing needs a key."""

from __future__ import annotations

import json
from pathlib import Path

from flows.direct_run import filmed
from tests.support.films.runs import SMALL
from tests.support.vendors.local_servers import local_servers


def test_a_film_by_the_servers_of_this_machine(server: str, tmp_path: Path) -> None:
    """Each piece is made by the model that was found for it."""
    with local_servers() as run:
        run(("gemma3",), None, ("flux.1-schnell", "kokoro"))
        state = filmed(idea="A bell rings over a harbour", output=str(tmp_path), crew="local", **SMALL)
    assert state.is_completed(), state.message
    (session,) = (tmp_path / "sessions").iterdir()
    assert (session / "film.mp4").is_file()
    made = {}
    for stage in ("receipts/story", "images/shot_001", "narration/shot_001"):
        receipt = json.loads((session / f"{stage}.json").read_text("utf-8"))
        made[stage.partition("/")[0]] = (receipt["engine"], receipt["model"].split()[0])
    assert made == {
        "receipts": ("openai", "gemma3"),
        "images": ("openai", "flux.1-schnell"),
        "narration": ("openai", "kokoro"),
    }
