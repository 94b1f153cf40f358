"""A camera's moves: their names, and the poses between which a move goes. Pure."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from studio.model.frozen_model import FrozenModel

Camera = Literal[
    "static",
    "slow pan left",
    "slow pan right",
    "tilt up",
    "tilt down",
    "dolly in",
    "dolly out",
    "crane up",
    "crane down",
    "orbit",
    "handheld",
    "zoom",
]
CAMERAS: tuple[Camera, ...] = get_args(Camera)

Aim = tuple[float, float]
"""(x, y) of a place in a picture: shares of its width and height from the left and the top, 0 to 1."""
CENTRE: Aim = (0.5, 0.5)


class Pose(FrozenModel):
    """Where the camera looks: its centre as shares of the spare margin, -1 (left or top edge) to 1, and zoom >= 1."""

    x: float = Field(default=0.0, ge=-1, le=1)
    y: float = Field(default=0.0, ge=-1, le=1)
    zoom: float = Field(default=1.0, ge=1.0, le=4.0)
    roll: float = Field(default=0.0, ge=-15, le=15, description="degrees, positive is clockwise")


class Move(FrozenModel):
    """A camera move between two poses, eased.

    `shake`, 0 to 1, is how much a handheld camera shakes; `swing`, -1 to 1, is an orbit's arc and direction. `aim` is
    where the subject is in the frame at zoom 1: an orbit and a roll turn about it.
    """

    start: Pose = Pose()
    end: Pose = Pose()
    shake: float = Field(default=0.0, ge=0, le=1)
    swing: float = Field(default=0.0, ge=-1, le=1)
    linear: bool = Field(
        default=False, description="the zoom grows by a constant amount, as by a lens's ring, not by a ratio"
    )
    aim: Aim = CENTRE
