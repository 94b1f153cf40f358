"""Damage to one file of a session: each kind of file, and what may become of a file.

A damage is done behind the program's back, as a failing disk, a careless tool or a person does it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.fs import checksums, files
from studio.model.pieces import PLANS, receipt_path
from studio.model.receipt import Receipt
from studio.store.receipts import piece_of, read_receipt

KINDS: dict[str, str] = {
    "brief": "brief.json",
    "copy of the brief": "receipts/brief.json",
    **{f"plan {stage}": f"{stage}.json" for stage in PLANS},
    **{f"receipt of {stage}": f"receipts/{stage}.json" for stage in PLANS},
    "picture": "images/shot_*.png",
    "receipt of a picture": "images/shot_*.json",
    "line": "narration/shot_*.wav",
    "receipt of a line": "narration/shot_*.json",
    "clip": "videos/shot_*.mp4",
    "receipt of a clip": "videos/shot_*.json",
    "score": "score.wav",
    "receipt of the score": "score.json",
    "film": "film.mp4",
    "receipt of the film": "film.json",
    "captions, SubRip": "film.srt",
    "captions, WebVTT": "film.vtt",
    "record": "results/session_*/*/*",
    "meta": "session_*_meta.json",
    "run card": "runs/*.json",
    "hidden file": "**/.*",
}
"""Each kind of file in a session, and where such files lie. Hidden files are only in a half-made one."""

OUTSIDE = b"this lies outside the session and is nobody's business\n"
INSIDE = b"this lay in a folder that somebody put there\n"


def torn(path: Path, rng: random.Random) -> None:
    """Cut the file off half way."""
    _rewrite(path, path.read_bytes()[: path.stat().st_size // 2], keep_time=rng.random() < 0.5)


def emptied(path: Path, rng: random.Random) -> None:
    """Leave the file with no bytes."""
    _rewrite(path, b"", keep_time=rng.random() < 0.5)


def flipped(path: Path, rng: random.Random) -> None:
    """Flip one bit, as a disk does it: the file's times stay."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    _rewrite(path, bytes(content), keep_time=True)


def zeroed(path: Path, rng: random.Random) -> None:
    """Overwrite the file, from some place on, with zeros."""
    content = path.read_bytes()
    first = rng.choice((0, rng.randrange(len(content))))
    _rewrite(path, content[:first] + bytes(len(content) - first), keep_time=rng.random() < 0.5)


def deleted(path: Path, rng: random.Random) -> None:
    """Remove the file."""
    path.unlink()


def made_a_folder(path: Path, rng: random.Random) -> None:
    """Put a folder in the file's place, with a file in it."""
    path.unlink()
    path.mkdir()
    (path / "kept.txt").write_bytes(INSIDE)


def linked_to_nowhere(path: Path, rng: random.Random) -> None:
    """Put a link that leads nowhere in the file's place."""
    path.unlink()
    path.symlink_to(path.parent / "nowhere")


def linked_outside(path: Path, rng: random.Random) -> None:
    """Put a link to a file outside the session in the file's place: to other bytes, or to a copy of the very same."""
    outside = outside_of(path)
    outside.parent.mkdir()
    if rng.random() < 0.5:
        shutil.copy2(path, outside)
    else:
        outside.write_bytes(OUTSIDE)
    path.unlink()
    path.symlink_to(outside)


DAMAGES: dict[str, Callable[[Path, random.Random], None]] = {
    "torn": torn,
    "emptied": emptied,
    "one bit flipped": flipped,
    "zeros": zeroed,
    "deleted": deleted,
    "a folder in its place": made_a_folder,
    "a link to nowhere in its place": linked_to_nowhere,
    "a link outside in its place": linked_outside,
}


def outside_of(path: Path) -> Path:
    """Return a place outside the output folder in which `path` lies."""
    output = next(each for each in path.parents if each.name == "output")
    return output.parent / "outside" / "file"


def _rewrite(path: Path, content: bytes, *, keep_time: bool) -> None:
    stat = path.stat()
    # In place: an earlier version in takes/ may be the same file.
    path.write_bytes(content)
    if keep_time:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@dataclass(frozen=True)
class Target:
    """A file to be damaged: its kind and where it lies, relative to the session."""

    kind: str
    name: str


def targets(folder: Path) -> list[Target]:
    """Return every file of the session that there is to damage, by kind."""
    return [
        Target(kind, path.relative_to(folder).as_posix())
        for kind, where in KINDS.items()
        for path in sorted(folder.glob(where))
        if path.is_file()
    ]


def can_be(damage: str, path: Path) -> bool:
    """Tell whether the damage changes the file at all: an empty one can only go or be replaced."""
    return path.stat().st_size > 0 or damage not in ("torn", "emptied", "one bit flipped", "zeros")


def piece_in(folder: Path, name: str) -> tuple[str, str] | None:
    """Return the finished piece whose only bytes, or whose only proof, lie at `name`; None where there is none such.

    Of a plan and its receipt either is enough; of a receipt, the record that the engine keeps of the same piece.
    """
    path = folder / name
    for place in (path, folder / "receipts" / name, path.with_suffix(".json")):
        receipt = read_receipt(place)
        if receipt is None or receipt.path.endswith(".json"):
            continue
        if piece_of(place, receipt) == path or (place == path and not _recorded(folder, receipt)):
            return receipt.stage, receipt.fingerprint
    return None


def unproved_without(folder: Path, name: str) -> str:
    """Return where the receipt belongs that `name`, staged or in place, is all there is of; '' where more proves it.

    Only of a plan and of a picture that lie whole: nothing then tells them from a person's, so they are used as
    such, and not made again. Any other piece without proof is made again.
    """
    receipt = read_receipt(folder / name)
    if receipt is None or receipt.stage not in (*PLANS, "images") or _recorded(folder, receipt):
        return ""
    place, piece = folder / receipt_path(receipt.path), folder / receipt.path
    if place != folder / name and read_receipt(place) is not None:
        return ""
    whole = files.is_file(piece) and checksums.sha256_of(piece) == receipt.sha256
    return receipt_path(receipt.path) if whole else ""


def _recorded(folder: Path, receipt: Receipt) -> bool:
    """Tell whether one of Prefect's records tells of the same bytes."""
    for record in folder.glob(f"results/*/{receipt.stage}/{receipt.index:03d}-{receipt.fingerprint}*"):
        try:
            inner = json.loads(json.loads(record.read_bytes())["result"])
        except (OSError, ValueError):
            continue
        if inner.get("data", inner).get("sha256") == receipt.sha256:
            return True
    return False
