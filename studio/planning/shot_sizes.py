"""Choose the size of each shot and the moves its camera may make, so that neighbouring shots cut well (coverage).

An editor's rules: two shots in a row differ in size and in the axis of their move (a cut between similar pictures is a
jump cut); the first shot shows where we are, the last one draws back. Called by `studio/planning/shot_plan.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from studio.model.camera import Camera
from studio.model.film import Scene
from studio.planning.image_prompts import ShotSize

_OPENINGS: tuple[Camera, ...] = ("dolly in", "slow pan right", "crane up", "slow pan left")
_MOVES: dict[ShotSize, tuple[Camera, ...]] = {
    "wide": ("dolly in", "slow pan right", "crane up", "slow pan left", "crane down", "tilt up"),
    "medium": ("slow pan left", "dolly in", "orbit", "slow pan right", "tilt down"),
    "close": ("static", "dolly in"),
}
_UNREST: dict[ShotSize, tuple[Camera, ...]] = {"wide": (), "medium": ("handheld",), "close": ("handheld",)}
_UNEASY = frozenset({"uneasy", "restless", "brave"})
_MOVING = frozenset({"tender", "uneasy", "lost", "brave", "hopeful"})
"""Emotions for which the camera of a close shot moves in; for all others it holds still."""
_AXES: dict[Camera, str] = {
    **dict.fromkeys(("slow pan left", "slow pan right", "orbit"), "across"),
    **dict.fromkeys(("tilt up", "tilt down", "crane up", "crane down"), "down"),
    **dict.fromkeys(("dolly in", "dolly out", "zoom"), "along"),
}
"""The axis along which a camera moves: two shots in a row on one axis look like a stutter, or like a camera that turned
back (judged by eye)."""
BACK: dict[Camera, Camera] = {"slow pan left": "slow pan right", "slow pan right": "slow pan left"}
"""The opposite of each pan: within a scene the camera does not pan back."""

_ENDING: Camera = "dolly out"
_ONE_SHOT_SIZES: tuple[ShotSize, ...] = ("wide", "medium", "close", "medium")
_TWO_SHOT_SIZES: tuple[ShotSize, ...] = ("medium", "close")
_SCENE_SIZES: tuple[ShotSize, ...] = ("wide", "medium", "close")
_ELSE: dict[ShotSize, tuple[ShotSize, ...]] = {
    "wide": ("wide", "medium", "close"),
    "medium": ("medium", "close", "wide"),
    "close": ("close", "medium", "wide"),
}
"""The sizes for a shot in the order of preference: the wanted one, then those to use if its neighbour has that size."""


def shot_size(
    number: int,
    place: int,
    its_shots: int,
    scene: Scene,
    used: Sequence[ShotSize],
    count: int,
    only: Sequence[ShotSize] = (),
) -> ShotSize:
    """Return the size of shot `place` (from 0) of `its_shots` in scene `number` (from 1); never that of the shot
    before.

    The first shot is wide, to show where we are; if there are more than two, so is the last.

    Args:
        used: the sizes of the shots before this one in the film.
        count: how many shots the film has.
        only: the sizes of the film's style, most wanted first; () for any. Neighbours may then be alike, if there is
            but one.
    """
    if only:
        fresh = [size for size in only if not used or size != used[-1]] or only
        # The most wanted size is every other shot's.
        return fresh[0] if len(fresh) < 2 or used[-2:-1] != [fresh[0]] else fresh[1]
    if not used:
        return "wide"
    if len(used) == count - 1:
        asked: ShotSize = "wide"
    elif not (scene.characters or scene.action):
        asked = "wide" if place % 2 == 0 else "medium"
    elif its_shots == 1:
        asked = _ONE_SHOT_SIZES[(number - 1) % 4]
    else:
        asked = _TWO_SHOT_SIZES[place] if its_shots == 2 else _SCENE_SIZES[place % 3]
    before_the_last = len(used) == count - 2
    return next(size for size in _ELSE[asked] if size != used[-1] and not (before_the_last and size == "wide"))


def camera_moves(
    size: ShotSize, emotion: str, mood: str, used: Sequence[Camera], count: int, only: Sequence[Camera] = ()
) -> tuple[Camera, ...]:
    """Return the moves that this shot may make, at least one.

    The first shot opens up a place and the last one draws back. Between them no shot moves on the axis of the one
    before; a close shot moves in only for the emotions in `_MOVING`; after two moving shots in a row a medium or close
    shot holds still; and the shot before the last does not move in, because the last one draws back.

    Args:
        used: the moves of the shots before this one in the film.
        count: how many shots the film has.
        only: the moves of the film's style; () for any. Two shots in a row make the same only if there is but one.
    """
    if only:
        return tuple(move for move in only if not used or move != used[-1]) or tuple(only)
    if not used:
        return _OPENINGS if count > 1 else ("dolly in",)
    if len(used) == count - 1:
        return (_ENDING,) if _AXES.get(used[-1]) != "along" else ("static",)
    moves = _MOVES[size]
    if size == "close":
        moves = ("dolly in",) if emotion in _MOVING else ("static",)
    if emotion in _UNEASY or mood == "tense":
        moves = (*moves, *_UNREST[size])
    fresh = [
        move
        for move in moves
        if move != used[-1]
        and (move not in _AXES or _AXES[move] != _AXES.get(used[-1]))
        and not (len(used) == count - 2 and _AXES.get(move) == "along")
    ]
    tired = size != "wide" and all(move in _AXES for move in used[-2:]) and len(used) > 1
    still: tuple[Camera, ...] = ("static",) if used[-1] != "static" else ("orbit",)
    if tired and emotion not in _MOVING:
        return still
    lately = [move for move in fresh if move not in used[-2:]]
    return tuple(lately or fresh) or still
