"""Poses and lines for tales of somebody from the shore and somebody in the water, where one of them is in a boat.

The two cannot stand side by side. Called by `blocks/offline/writer/deed_arcs.py`, `beat_sheets.py` (through it) and
`staging.py`.
"""

from __future__ import annotations

import re

from blocks.offline.data_files import read_tables
from blocks.offline.writer.deeds import WATER_BEASTS, has_beast, shape_of
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea_subject import companion_of
from blocks.offline.writer.posed_lines import PosedLines, posed_lines_of

_TABLES = read_tables("writer/boat_tales.txt")
_MET = posed_lines_of(_TABLES["met"].rows)
_YEARS = posed_lines_of(_TABLES["years"].rows)


def is_afloat(idea: Idea) -> bool:
    """Tell whether a tale brings somebody who needs a boat together with somebody who lives in the water."""
    if idea.kind != "tale":
        return False
    names = [*re.split(r",? and | with ", idea.name), companion_of(idea)]
    wet = [has_beast(name, WATER_BEASTS) for name in names if name]
    return any(wet) and not all(wet)


def afloat_pose(idea: Idea, beat: str) -> PosedLines:
    """Return the pose in the boat in a beat, and the lines that may be said over it; ('', ()) where there is no pose.

    () as the lines means those of the beat itself.
    """
    if not is_afloat(idea):
        return "", ()
    poses = _YEARS if shape_of(idea) == "years" else _MET
    pose, lines = poses.get(beat, ("in a small boat, far out" if beat in _ALONE else "", ()))
    return (pose if _BEARDED & set(idea.name.lower().split()) else pose.replace("a white beard", "white hair")), lines


_ALONE = frozenset({"meet", "ordinary", "low", "journey", "rise"})
_BEARDED = frozenset({"fisherman", "man", "sailor", "keeper", "captain", "king", "monk", "grandfather", "father"})
