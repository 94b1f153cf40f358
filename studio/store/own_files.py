"""Find the files that a person put into a session by hand: at, or beside, a piece's place.

'images/shot_001.jpg', 'videos/shot_002.mp4' or '.mov', 'narration/shot_003.mp3', 'score.flac', 'title_card.jpg'. A
picture at its place itself, 'images/shot_001.png', is looked at by `studio/store/piece_state.py`. Changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.fs import files
from studio.model.film import Stage
from studio.model.pieces import Order, piece_path, receipt_path
from studio.store.prefect_records import Records
from studio.store.receipts import read_receipt, staged_path
from studio.video.foreign import torn

PlacedKind = Literal["images", "videos", "narration", "score", "title_card"]

CLIPS = (
    "mp4",
    "mov",
    "m4v",
    "mkv",
    "webm",
    "avi",
    "gif",
    "apng",
    "mpg",
    "mpeg",
    "ts",
    "mts",
    "m2ts",
    "ogv",
    "3gp",
    "flv",
)
SOUNDS = ("wav", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "aif", "aiff", "wma")
PICTURES = ("png", "jpg", "jpeg", "webp", "avif")
"""Endings of names, small letters, that a person's file may have."""

_PLACED: dict[PlacedKind, tuple[str, re.Pattern[str]]] = {
    "images": ("images", re.compile(rf"shot_([0-9]{{3,6}})\.({'|'.join(PICTURES[1:])})\Z", re.IGNORECASE)),
    "videos": ("videos", re.compile(rf"shot_([0-9]{{3,6}})\.({'|'.join(CLIPS)})\Z", re.IGNORECASE)),
    "narration": ("narration", re.compile(rf"shot_([0-9]{{3,6}})\.({'|'.join(SOUNDS)})\Z", re.IGNORECASE)),
    "score": ("", re.compile(rf"score()\.({'|'.join(SOUNDS)})\Z", re.IGNORECASE)),
    "title_card": ("", re.compile(rf"title_card()\.({'|'.join((*PICTURES, *CLIPS))})\Z", re.IGNORECASE)),
}


@dataclass(frozen=True)
class PlacedFile:
    """A file that a person put into a session.

    Attributes:
        index: the shot's number, 0 for the whole film.
        wrong: why it cannot be used, in words that follow 'it'; '' if it can.
    """

    kind: PlacedKind
    index: int
    path: Path
    wrong: str = ""


def placed_files(folder: Path) -> Iterator[PlacedFile]:
    """Yield the files that a person put at, or beside, a place of the film, or beside that of a picture.

    At the place itself a file is a person's only if it is not what the place's receipt, or a record, says, has another
    size, and decodes whole: anything else is damage.
    """
    records = Records(folder)
    for kind, (home, pattern) in _PLACED.items():
        for name in files.names(folder / home):
            found = pattern.match(name)
            if found is None:
                continue
            index = int(found[1] or 0)
            path = folder / home / name
            if kind != "title_card" and path == folder / piece_path(kind, index):
                if is_given(folder, records, kind, index):
                    yield PlacedFile(kind, index, path)
            elif files.is_file(path):
                yield PlacedFile(kind, index, path, torn(path))


def is_given(folder: Path, records: Records, stage: Stage, index: int) -> bool:
    """Tell whether the file at a piece's place is one that a person put there, and not ours, whole or damaged."""
    order = Order(folder.name, stage, index, "")
    path, place = folder / order.path, folder / receipt_path(order.path)
    there = files.found(path)
    if there is None or not files.is_file(path):
        return False
    known = [read_receipt(place), read_receipt(staged_path(place)), *records.of(stage, index, order.path)]
    # A fault leaves a file of the same size, or one that is cut off; a hand hardly ever does.
    if any(receipt is not None and receipt.bytes == there.st_size for receipt in known):
        return False
    return not torn(path)
