"""Orders of pieces that are made from a person's own files, or from a take that a person chose. Pure.

What the film needs of such a file follows from its bytes, the part that is used, and the film's size, rate and lengths.
A take that fits as it is is used as it is: the order then names it (`Order.chosen`).
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.input.styles import settings_of
from studio.model.brief import FilmOptions
from studio.model.film import Shot, Source, Story, Timeline
from studio.model.fingerprint import Ingredient, fingerprint
from studio.model.pieces import Order
from studio.model.receipt import Receipt
from studio.model.style import FRAMING

CONFORM_VERSION = 1
"""Raised when the same file would be made into other bytes of a clip, a line, a picture or a score."""


@dataclass(frozen=True)
class _OwnEngine:
    """The engine that stands for a person's own files, in fingerprints and receipts: the program only conforms them."""

    engine: str = "own"
    model: str = ""
    version: int = CONFORM_VERSION


OWN_ENGINE = _OwnEngine()


def _print(what: str, source: Source, **more: Ingredient) -> str:
    part = (source.sha256, source.start, source.end)
    return fingerprint(own=what, version=CONFORM_VERSION, part=part, **more)


def _whole(source: Source) -> str:
    """Return the checksum of a take that may be used as it is; '' if only a part is used, or a file of one's own."""
    return "" if source.name or source.start or source.end is not None else source.sha256


def recording_order(session_id: str, shot: Shot, voice: Source) -> Order:
    """Return the order of a line that a person recorded or chose: from the file, and the words that it says."""
    print_ = _print("line", voice, line=shot.narration)
    return Order(session_id, "narration", shot.index, print_, chosen=_whole(voice), shot=shot.id)


def own_clip_order(session_id: str, shot: Shot, clip: Source, frames: int, options: FilmOptions, burned: str) -> Order:
    """Return the order of a clip that a person brought or chose: from the file, the part of it, and the length.

    Of a style, what changes a clip counts; a take of the crew's, which has no name, is in the style already.
    """
    width, height = options.size
    framed: dict[str, Ingredient] = {}
    if options.style_text is not None and clip.name:
        framed["framing"] = settings_of(options).model_dump_json(include=FRAMING)
    print_ = _print("clip", clip, frames=frames, fps=options.fps, width=width, height=height, burned=burned, **framed)

    def fits(take: Receipt) -> bool:
        return (take.frames, take.width, take.height, take.seconds) == (frames, width, height, frames / options.fps)

    return Order(session_id, "videos", shot.index, print_, chosen=_whole(clip), fits=fits, shot=shot.id)


def still_order(session_id: str, shot: Shot, clip: Source) -> Order:
    """Return the order of the picture of a shot with a clip of one's own: from the file, and where its part begins."""
    return Order(session_id, "images", shot.index, _print("still", clip), shot=shot.id, direction=shot.direction)


def own_music_order(session_id: str, story: Story, music: Source, timeline: Timeline) -> Order:
    """Return the order of music that a person brought or chose: from the file, its part, and the film's length."""
    print_ = _print("music", music, frames=timeline.frames, fps=timeline.fps)

    def fits(take: Receipt) -> bool:
        return take.seconds is not None and abs(take.seconds - timeline.seconds) < 0.5 / timeline.fps

    return Order(session_id, "score", 0, print_, chosen=_whole(music), fits=fits)
