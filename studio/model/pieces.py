"""The pieces of a session: which each stage makes, where it is, and the order for one. Pure.

`studio/planning/orders.py` makes the orders; every path of a piece in a session comes from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.model.film import STAGES, Stage

if TYPE_CHECKING:  # which checks its path here
    from studio.model.receipt import Receipt

PLANS: tuple[Stage, ...] = ("story", "scene_graph", "shots", "timeline")
"""Stages whose piece is a text that people may edit."""


PER_SHOT: tuple[Stage, ...] = ("images", "narration", "videos")
"""Stages that make one piece per shot."""


NUMBERED: tuple[Stage, ...] = ("cast", *PER_SHOT)
"""Stages that make several pieces: one per shot, or one per character."""


PICTURES: tuple[Stage, ...] = ("cast", "images")
"""Stages whose pieces a person may replace by a picture of their own."""


_PLACES: dict[Stage, str] = {
    "story": "story.json",
    "scene_graph": "scene_graph.json",
    "shots": "shots.json",
    "timeline": "timeline.json",
    "cast": "cast/character_{:03d}.png",
    "images": "images/shot_{:03d}.png",
    "narration": "narration/shot_{:03d}.wav",
    "videos": "videos/shot_{:03d}.mp4",
    "score": "score.wav",
    "film": "film.mp4",
}
assert set(_PLACES) == set(STAGES)


def piece_path(stage: Stage, index: int = 0) -> str:
    """Return the path of a piece, relative to the session: 'images/shot_003.png'."""
    return _PLACES[stage].format(index)


_NUMBER = re.compile(r"_([0-9]{3,6})\.[a-z0-9]+\Z")


def piece_at(path: str) -> tuple[Stage, int] | None:
    """Return (stage, number) of the piece that belongs at `path`, or whose receipt does; None for any other path."""
    home = path.partition("/")[0]
    found = _NUMBER.search(path) if home in NUMBERED else None
    number = int(found[1]) if found else 0
    for stage in STAGES:
        if stage == home if found else stage not in NUMBERED:
            own = piece_path(stage, number)
            if path in (own, receipt_path(own)):
                return stage, number
    return None


MATERIAL = "material"
"""The folder of a person's own files (`studio/store/material.py`)."""
SHORT = 16
"""How many digits of the checksum are in the name of such a file."""


def material_path(sha256: str, suffix: str) -> str:
    """Return the path of a person's file, relative to the session: 'material/0123456789abcdef.mp4'."""
    return f"{MATERIAL}/{sha256[:SHORT]}{suffix.lower()}"


def owner_text(stage: Stage, index: int) -> str:
    """Return whose piece it is, in words: 'shot 3', 'character 2', '' for the whole film."""
    return f"{'character' if stage == 'cast' else 'shot'} {index}" if index else ""


def shot_or_character(stage: Stage, index: int) -> dict[str, int | None]:
    """Return whose piece it is, as JSON: the keys 'shot' and 'character', of which at most one is a number."""
    return {
        "shot": index if index and stage != "cast" else None,
        "character": index if stage == "cast" else None,
    }


def receipt_path(path: str) -> str:
    """Return the path of the receipt of the piece at `path`: beside it, and for plans in `receipts/`."""
    return f"receipts/{path}" if path.endswith(".json") else path.rsplit(".", 1)[0] + ".json"


def _as_it_is(take: Receipt) -> bool:
    return True


@dataclass(frozen=True)
class Order:
    """One piece of work: session, stage, number and fingerprint.

    The other attributes are not part of the key, and two orders that differ only in them are equal.

    Attributes:
        wanted: all fingerprints that the present plan wants of this stage; with them a person's picture follows its
            shot when shots are inserted.
        chosen: the SHA-256 of the take that a person chose, to be used as it is; '' for none.
        fits: tells whether a chosen take fits as it is, by its measures.
        shot, take, direction: of a shot's piece, for its receipt: the shot's id; which take it is; of a picture,
            `Shot.direction`. A score has a take, too.
    """

    session_id: str
    stage: Stage
    index: int
    fingerprint: str
    wanted: Container[str] = field(default=(), compare=False)
    chosen: str = field(default="", compare=False)
    fits: Callable[[Receipt], bool] = field(default=_as_it_is, compare=False)
    shot: str = field(default="", compare=False)
    take: int = field(default=0, compare=False)
    direction: str = field(default="", compare=False)

    @property
    def path(self) -> str:
        """The path of the piece, relative to the session."""
        return piece_path(self.stage, self.index)

    def key(self, generation: int = 0) -> str:
        """Return the cache key: '<session>/<stage>/<NNN>-<fingerprint>', with '-gN' from the second record on."""
        suffix = f"-g{generation}" if generation else ""
        return f"{self.session_id}/{self.stage}/{self.index:03d}-{self.fingerprint}{suffix}"
