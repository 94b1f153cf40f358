"""What every engine that costs money has in common: it works at a desk, and a painter's answer becomes the frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Self

from blocks.answers.picture_answers import decoded_picture, fitted, write_png
from studio.errors import EngineFailed
from studio.model.paid import CallDesk, Reply, Request
from studio.model.receipt import PieceMeasures


@dataclass(frozen=True)
class PaidEngine:
    """The base of the vendors' adapters: frozen settings, and the desk where their calls are booked."""

    desk: CallDesk | None = field(default=None, kw_only=True)

    version: ClassVar[int] = 0
    """A vendor's work is what was asked for: the same order is never bought again for a new release of ours."""

    def at(self, desk: CallDesk) -> Self:
        """Return this engine, working at `desk`."""
        return replace(self, desk=desk)

    def booked_at(self) -> CallDesk:
        """Return the desk it works at.

        Raises:
            EngineFailed: it works at none; a call outside of a session would be booked nowhere.
        """
        if self.desk is None:
            raise EngineFailed(f"{type(self).__name__} has no desk: nothing is paid for that is not booked")
        return self.desk


def painted(
    desk: CallDesk, request: Request, send: Callable[[], Reply], size: tuple[int, int], out: Path
) -> PieceMeasures:
    """Call for a picture, and write it at `out`: a PNG, RGB 8 bit, of exactly `size` (width, height) pixels.

    Raises:
        VendorError: the call failed, or what came is no such picture; nothing is at `out`.
    """
    picture = desk.call(request, send, lambda reply: decoded_picture(request.vendor, reply, size))
    write_png(fitted(picture, size), out)
    return PieceMeasures(width=size[0], height=size[1])
