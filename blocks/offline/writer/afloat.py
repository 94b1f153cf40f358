"""Tales of somebody ashore and somebody in the water: no such two stand side by side, so a boat is between them.

Called by `blocks/offline/writer/arcs.py`, `beats.py` (through it) and `staging.py`.
"""

from __future__ import annotations

import re

from blocks.offline.writer.deeds import WATER_BEASTS, has_beast, shape_of
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.lines import Lines
from blocks.offline.writer.matter import companion_of

Stage = tuple[str, tuple[Lines, ...]]

_MET: dict[str, Stage] = {
    "turn": ("kneeling in a small boat, a hand held low over the water", ()),
    "together": ("in a small boat, a dark back beside it", (("Boards above. Breath below.",),)),
    "trial": (
        "holding on to a boat in high waves, a fin close by",
        (
            ("The waves make no difference between them.",),
            ("One could dive. One cannot.",),
        ),
    ),
    "climax": (
        "bent low from a small boat, a large head at the water line",
        (
            ("Nobody speaks. Nobody blinks, either.",),
            ("Lean out. Lean out a little more.",),
        ),
    ),
    "resolve": (
        "a boat on still water, a tail going down slowly",
        (
            ("A ring on the water. It widens.",),
            ("Below, something turns for home.",),
        ),
    ),
}
_YEARS: dict[str, Stage] = {
    "meet": ("in a small boat, a wet back beside it", ()),
    "turn": ("bent low from a small boat, a large head at the water line", ()),
    "seasons": (
        "in a small boat, rain on the nets, a dark back in the waves",
        (
            ("The nets wear out. The appointment does not.",),
            ("Always the same place. There is no sign.",),
        ),
    ),
    "years": (
        "older now, a white beard, in a boat, an old scar on the back beside it",
        (
            ("More knots in the net. More scars, below.",),
            ("Both come up slower for air.",),
        ),
    ),
    "resolve": (
        "older now, in a boat with an empty net, a tail going down slowly",
        (
            ("An empty net. It was never the reason.",),
            ("A ring on the water. Until tomorrow, then.",),
        ),
    ),
}


def is_afloat(idea: Idea) -> bool:
    """Tell whether a tale brings somebody who needs a boat together with somebody who lives in the water."""
    if idea.kind != "tale":
        return False
    names = [*re.split(r",? and | with ", idea.name), companion_of(idea)]
    wet = [has_beast(name, WATER_BEASTS) for name in names if name]
    return any(wet) and not all(wet)


def afloat_stage(idea: Idea, beat: str) -> Stage:
    """Return the pose in the boat of a beat, and what may be said over it: () for the beat's own; ('', ()) for none."""
    if not is_afloat(idea):
        return "", ()
    stages = _YEARS if shape_of(idea) == "years" else _MET
    pose, lines = stages.get(beat, ("in a small boat, far out" if beat in _ALONE else "", ()))
    return (pose if _BEARDED & set(idea.name.lower().split()) else pose.replace("a white beard", "white hair")), lines


_ALONE = frozenset({"meet", "ordinary", "low", "journey", "rise"})
_BEARDED = frozenset({"fisherman", "man", "sailor", "keeper", "captain", "king", "monk", "grandfather", "father"})
