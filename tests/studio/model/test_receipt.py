"""A receipt speaks of a piece of a session, and of nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from studio.checks.verify import verify
from studio.directing.director import read_plan
from studio.directing.takes import takes_of
from studio.model.film import STAGES
from studio.model.pieces import NUMBERED, piece_path
from studio.model.receipt import Receipt
from studio.store.brief import write_brief
from studio.store.receipts import receipt_bytes
from tests.support.sessions.make_sessions import add_piece, brief, make_session, picture

NO_PIECES = [
    "",
    ".",
    "..",
    "x",
    "film.srt",
    "brief.json",
    "receipts/story.json",
    "images/shot_001.json",
    "images/shot_001.txt",
    "images/shot_001.p\0ng",
    "images/shot_001.png\n",
    "images/shot_001." + "x" * 300,
    "images/shot_0001.png",
    "images/shot_\u0660\u0660\u0661.png",
    "images/shot_001./../../../../etc/passwd",
    "/etc/passwd",
    "takes/images/abc.png",
]


def told(path: str) -> dict[str, object]:
    return {
        "stage": "images",
        "index": 1,
        "path": path,
        "sha256": "0" * 64,
        "bytes": 1,
        "mtime_ns": 1,
        "fingerprint": "0" * 64,
        "engine": "offline",
        "model": "m",
        "made_at": "2025-02-08T00:23:00",
    }


def test_every_place_of_a_piece_is_one() -> None:
    """Of every stage, with the smallest and the largest numbers."""
    for stage in STAGES:
        for number in (1, 999, 1000, 9_999, 999_999) if stage in NUMBERED else (0,):
            path = piece_path(stage, number)
            assert Receipt.model_validate(told(path)).path == path


@pytest.mark.parametrize("path", NO_PIECES)
def test_no_other_path_is(path: str) -> None:
    """Whether it leads out, is no name of a file, or belongs to something else."""
    with pytest.raises(ValidationError, match="no piece"):
        Receipt.model_validate(told(path))


@pytest.mark.parametrize("path", ["images/shot_001.p\0ng", "images/shot_001." + "x" * 300])
def test_a_take_with_such_a_receipt_is_none(tmp_path: Path, path: str) -> None:
    """It is left out of the takes, and verify names its receipt."""
    folder = make_session(tmp_path / "sessions", shots=1)
    write_brief(folder, brief())
    taken = add_piece(folder, "images", 1, picture("red"), place="takes/images/red")
    shots = read_plan(folder, brief()).shots
    assert len(takes_of(folder, shots, "image", 1)) == 2
    forged = json.loads(receipt_bytes(taken))
    del forged["check"]
    (folder / "takes" / "images" / "red.json").write_text(json.dumps({**forged, "path": path}))
    assert len(takes_of(folder, shots, "image", 1)) == 1
    assert ("takes/images/red.json", "torn receipt") in {(each.path, each.what) for each in verify(folder)}
