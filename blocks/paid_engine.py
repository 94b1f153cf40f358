"""The base of every engine that costs money, which works at a desk, and the step from a painter's answer to a PNG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Self

from PIL import Image

from blocks.answers.picture_answers import decoded_picture, fitted, refuse_one_colour, write_png
from studio.errors import EngineFailed
from studio.model.paid import CallDesk, Reply, Request
from studio.model.receipt import PieceMeasures


@dataclass(frozen=True)
class PaidEngine:
    """The base class of the vendors' adapters: frozen settings, and the desk where their calls are booked."""

    desk: CallDesk | None = field(default=None, kw_only=True)

    version: ClassVar[int] = 0
    """Always 0, so that a new release of ours never buys the same work again."""

    def at(self, desk: CallDesk) -> Self:
        """Return a copy of this engine whose calls are booked at `desk`."""
        return replace(self, desk=desk)

    def required_desk(self) -> CallDesk:
        """Return the desk where its calls are booked.

        Raises:
            EngineFailed: it has none, so a call would be booked nowhere.
        """
        if self.desk is None:
            raise EngineFailed(f"{type(self).__name__} has no desk: nothing is paid for that is not booked")
        return self.desk


def paint_through_desk(
    desk: CallDesk, request: Request, send: Callable[[], Reply], size: tuple[int, int], out: Path
) -> PieceMeasures:
    """Ask a vendor for a picture, and write it at `out`: a PNG, RGB 8 bit, of exactly `size` (width, height) pixels.

    Args:
        send: sends the request and returns the reply; called by the desk if no answer is held.

    Raises:
        VendorError: the call failed, or what came is not such a picture, or one of a single colour; nothing is at
            `out`.
    """
    came: list[Reply] = []

    def asked() -> Reply:
        came.append(send())
        return came[-1]

    def check(reply: Reply) -> Image.Image:
        picture = decoded_picture(request.vendor, reply, size)
        # An answer that was held before may have been used as it is: it is not asked for again.
        if came:
            refuse_one_colour(request.vendor, reply, picture)
        return picture

    picture = desk.call(request, asked, check)
    write_png(fitted(picture, size), out)
    return PieceMeasures(width=size[0], height=size[1])
